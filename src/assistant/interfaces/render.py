"""Records → the JSON objects that programs read, the page's script among them."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import NotRequired

# The one of ``typing`` does not serve as a response model before Python 3.12.
from typing_extensions import TypedDict

from assistant.domain import Answer, Citation, Related

_PIECE = re.compile(r"[^。！？；\n]*(?:[。！？；\n]+[”’」』）》]*(?:\s*\[\d+\])*\n*|$)")


class CitationRecord(TypedDict):
    """A citation as programs read it."""

    marker: int
    doc_id: str
    article: int | None
    label: str
    quote: str
    start: int
    end: int


class RelatedRecord(TypedDict):
    """An article beside the answer as programs read it."""

    doc_id: str
    article: int | None
    article_id: str
    """Names the article where a number does not: ``zou-essay-2021#p3``."""
    label: str
    text: str


class AnswerRecord(TypedDict):
    """An answer as programs read it."""

    id: NotRequired[str | int]
    question: str
    status: str
    answer: str
    citations: list[CitationRecord]
    related: list[RelatedRecord]
    options: NotRequired[list[RelatedRecord]]
    mode: str
    elapsed_ms: float
    question_used: str
    drafting: NotRequired[dict[str, object]]
    """What a language model contributed, when one was asked."""


def answer_to_dict(answer: Answer, *, question: str, id: str | int | None = None) -> AnswerRecord:
    """Return the JSON object of an answer; ``options`` is there when it asks back."""
    record: AnswerRecord = {
        "question": question,
        "status": answer.status,
        "answer": answer.text,
        "citations": [citation_to_dict(citation) for citation in answer.citations],
        "related": [_related_to_dict(related) for related in answer.related],
        "mode": answer.mode,
        "elapsed_ms": round(answer.elapsed_ms, 1),
        "question_used": answer.question_used or question,
    }
    if answer.status == "clarify":
        record["options"] = [_related_to_dict(option) for option in answer.options]
    if answer.drafting is not None:
        record["drafting"] = asdict(answer.drafting)
    if id is not None:
        record = {"id": id, **record}
    return record


def citation_to_dict(citation: Citation) -> CitationRecord:
    """Return the JSON object of a citation."""
    return {
        "marker": citation.marker,
        "doc_id": citation.document_id,
        "article": citation.number,
        "label": citation.label,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


def _related_to_dict(related: Related) -> RelatedRecord:
    return {
        "doc_id": related.document_id,
        "article": related.number,
        "article_id": related.article_id,
        "label": related.label,
        "text": related.text,
    }


def text_pieces(text: str) -> list[str]:
    """Return ``text`` cut behind its sentences and their markers; the pieces join to it exactly."""
    return [piece for piece in _PIECE.findall(text) if piece]
