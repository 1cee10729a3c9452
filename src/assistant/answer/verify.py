"""Every citation is checked against the document before it is shown; one that fails is dropped."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.domain import Citation, ParsedDocument


def is_verbatim(citation: Citation, documents: Mapping[str, ParsedDocument]) -> bool:
    """Tell whether the quotation stands, to the letter, at its span in its article or heading."""
    parsed = documents.get(citation.document_id)
    if parsed is None or not citation.quote.strip():
        return False
    if parsed.document.text[citation.start : citation.end] != citation.quote:
        return False
    in_article = any(
        article.id == citation.article_id
        and article.number == citation.number
        and article.start <= citation.start
        and citation.end <= article.end
        for article in parsed.articles
    )
    in_heading = any(
        heading.id == citation.article_id
        and citation.number is None
        and (heading.start, heading.end) == (citation.start, citation.end)
        for heading in parsed.headings
    )
    return in_article or in_heading
