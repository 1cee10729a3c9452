"""Every citation is checked against the document before it is shown; one that fails is dropped."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.domain import Citation, ParsedDocument


def is_verbatim(citation: Citation, documents: Mapping[str, ParsedDocument]) -> bool:
    """Tell whether the quotation stands, to the letter, at its span inside its article."""
    parsed = documents.get(citation.document_id)
    if parsed is None or not citation.quote.strip():
        return False
    if parsed.document.text[citation.start : citation.end] != citation.quote:
        return False
    return any(
        article.id == citation.article_id
        and article.number == citation.number
        and article.start <= citation.start
        and citation.end <= article.end
        for article in parsed.articles
    )
