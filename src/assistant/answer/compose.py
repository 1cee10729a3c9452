"""Statements → an answer's text, its markers, and citations that were checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer.verify import is_verbatim
from assistant.corpus.labels import article_label, document_label
from assistant.domain import (
    Answer,
    Article,
    Citation,
    Document,
    Heading,
    ParsedDocument,
    Related,
)

Documents = Mapping[str, ParsedDocument]
Span = tuple[int, int]
_ENDS = re.compile(r"[。！？!?；;：:，,、…]\s*[”’）)]*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """Places in one article that are quoted, and words of ours before them."""

    article: Article | Heading
    spans: tuple[Span, ...]
    lead: str = ""
    """Said before the quotation instead of the article's label; must hold no claim of its own."""


def compose(
    statements: Iterable[Statement],
    documents: Documents,
    *,
    opening: str = "",
    related: Sequence[Article] = (),
) -> Answer | None:
    """Return an answer that quotes the statements, or None when no quotation stands up."""
    lines: list[str] = [opening] if opening else []
    citations: list[Citation] = []
    for statement in statements:
        parsed = documents[statement.article.document_id]
        label = _label(parsed.document, statement.article)
        quoted = ""
        for start, end in statement.spans:
            citation = Citation(
                marker=len(citations) + 1,
                document_id=parsed.document.id,
                article_id=statement.article.id,
                number=_number(statement.article),
                label=label,
                quote=parsed.document.text[start:end],
                start=start,
                end=end,
            )
            if is_verbatim(citation, documents):
                # Clauses that were taken out of sentences are told apart by us.
                joint = "；" if quoted and not _ENDS.search(citations[-1].quote) else ""
                citations.append(citation)
                quoted += f"{joint}{citation.quote}[{citation.marker}]"
        if quoted:
            lines.append(f"{statement.lead or label + '：'}{quoted}")
    if not citations:
        return None
    return Answer(
        status="answered",
        text="\n".join(lines),
        citations=tuple(citations),
        related=offer(related, documents),
    )


def _number(place: Article | Heading) -> int | None:
    return place.number if isinstance(place, Article) else None


def _label(document: Document, place: Article | Heading) -> str:
    if isinstance(place, Heading):
        return f"{document_label(document)}标题"
    return article_label(document, place)


def offer(articles: Iterable[Article], documents: Documents) -> tuple[Related, ...]:
    """Return articles as they are offered beside an answer."""
    offered = []
    for article in articles:
        document = documents[article.document_id].document
        offered.append(
            Related(
                document_id=document.id,
                article_id=article.id,
                number=article.number,
                label=article_label(document, article),
                text=article.title or (article.sentences[0].text if article.sentences else ""),
            )
        )
    return tuple(offered)


def refuse(
    text: str, reason: str, *, related: Sequence[Article] = (), documents: Documents
) -> Answer:
    """Return a refusal that says why and offers the nearest articles."""
    return Answer(status="refused", text=text, related=offer(related, documents), reason=reason)


def join_spans(spans: Iterable[Span], text: str) -> tuple[Span, ...]:
    """Return spans in order, those that overlap or have only white space between them as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
