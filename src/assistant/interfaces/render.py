"""Records → what people and programs read: JSON objects, plain text, HTML.

The only user-visible formatting. Questions, answers and corpus files are all untrusted, so every
piece of text passes ``escape`` on its way into HTML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import NotRequired
from urllib.parse import urlencode

# The one of ``typing`` does not serve as a response model before Python 3.12.
from typing_extensions import TypedDict

from assistant.domain import Answer, Citation, Related

_PIECE = re.compile(r"[^。！？；\n]*(?:[。！？；\n]+[”’」』）》]*(?:\s*\[\d+\])*\n*|$)")
_MARKER = re.compile(r"\[(\d+)\]")
_EXCERPT_CHARACTERS = 72


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
        "label": related.label,
        "text": related.text,
    }


def text_pieces(text: str) -> list[str]:
    """Return ``text`` cut behind its sentences and their markers; the pieces join to it exactly."""
    return [piece for piece in _PIECE.findall(text) if piece]


def answer_to_text(answer: Answer, *, question: str) -> str:
    """Return question, answer and sources as plain text, to be pasted into a document."""
    lines = [f"问：{question}", f"答：{answer.text}"]
    if answer.citations:
        lines.append("出处：")
        lines += [f"[{c.marker}] {c.label}：“{c.quote.strip()}”" for c in answer.citations]
    if answer.related:
        lines.append("相近条文（不是对所问问题的回答）：")
        lines += [f"- {related.label}" for related in answer.related]
    return "\n".join(lines)


def question_to_html(question: str) -> str:
    """Return a question as it stands in the conversation."""
    return f'<div class="question">{_lines_to_html(question)}</div>'


def notice_to_html(message: str) -> str:
    """Return a message of the page itself: an error, a state."""
    return f'<div class="answer notice"><p>{_lines_to_html(message)}</p></div>'


def answer_to_html(answer: Answer, *, question: str, pieces: int | None = None) -> str:
    """Return an answer, evidence first; ``pieces`` limits the text while it is streamed.

    The result has no blank line, which would end an HTML block inside Markdown.
    """
    text = answer.text if pieces is None else "".join(text_pieces(answer.text)[:pieces])
    parts = [_sources_to_html(answer.citations), _words_to_html(text, answer.citations)]
    if pieces is None and answer.status != "clarify":
        parts += [_related_to_html(answer.related), _footer_to_html(answer, question)]
    return f'<div class="answer {answer.status}">{"".join(parts)}</div>'


def reading_link(article_id: str, *, start: int | None = None, end: int | None = None) -> str:
    """Return the link that opens an article in the reader, with a span of its document marked."""
    address: dict[str, str | int] = {"article": article_id}
    if start is not None and end is not None:
        address |= {"start": start, "end": end}
    return f"#read?{urlencode(address)}"


def _sources_to_html(citations: Sequence[Citation]) -> str:
    if not citations:
        return ""
    links = "".join(
        f'<a class="source" href="{escape(_citation_link(c))}" title="{escape(c.quote)}">'
        f"<b>{c.marker}</b> {escape(c.label)}</a>"
        for c in citations
    )
    return f'<div class="sources"><span class="caption">依据</span>{links}</div>'


def _words_to_html(text: str, citations: Sequence[Citation]) -> str:
    by_marker = {citation.marker: citation for citation in citations}
    paragraphs = [line for line in text.split("\n") if line.strip()]
    html = "".join(f"<p>{_link_markers(line, by_marker)}</p>" for line in paragraphs)
    return f'<div class="words">{html}</div>'


def _link_markers(line: str, citations: Mapping[int, Citation]) -> str:
    """Return escaped text in which every ``[n]`` of a citation is a link to its sentence."""

    def link(match: re.Match[str]) -> str:
        citation = citations.get(int(match[1]))
        if citation is None:
            return match[0]
        return (
            f'<a class="marker" href="{escape(_citation_link(citation))}"'
            f' title="打开原文：{escape(citation.label)}">[{citation.marker}]</a>'
        )

    return _MARKER.sub(link, escape(line))


def _citation_link(citation: Citation) -> str:
    return reading_link(citation.article_id, start=citation.start, end=citation.end)


def _related_to_html(related: Sequence[Related]) -> str:
    if not related:
        return ""
    members = "".join(
        f'<li><a href="{escape(reading_link(r.article_id))}">{escape(r.label)}</a>'
        f"<span>{escape(_excerpt(r.text))}</span></li>"
        for r in related
    )
    return (
        '<div class="related"><span class="caption">相近条文，仅供参考，'
        f"不是对所问问题的回答</span><ul>{members}</ul></div>"
    )


def _footer_to_html(answer: Answer, question: str) -> str:
    plain = _lines_to_html(answer_to_text(answer, question=question))
    verified = "<span>引文已逐字核对</span>" if answer.citations else ""
    return (
        '<div class="foot"><button class="copy" type="button">复制答复和出处</button>'
        f"{verified}<span>{math.ceil(answer.elapsed_ms)} 毫秒</span></div>"
        f'<div class="plain" hidden>{plain}</div>'
    )


def _lines_to_html(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _EXCERPT_CHARACTERS else f"{flat[:_EXCERPT_CHARACTERS]}……"
