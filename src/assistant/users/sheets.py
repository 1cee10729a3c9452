"""Answers on paper: an answer sheet (答复单) and a whole conversation, as blocks of text.

They are made from the record alone: the same record gives the same blocks, whatever has become of
the documents since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Literal

from assistant.users.conversations import Conversation, Turn
from assistant.users.records import CitedArticle, Exchange

CHINA = timezone(timedelta(hours=8))
VERBATIM = "引文已逐字核对"
NOT_VERBATIM = "引文未能核对"

_STATUS = {
    "answered": "已答复",
    "refused": "材料中没有，未作答复",
    "clarify": "请提问者明确所指条文",
}

Kind = Literal["title", "heading", "fact", "text", "article", "note"]


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one look."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph."""

    kind: Kind
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


def answer_sheet(turn: Turn) -> tuple[Block, ...]:
    """Return the answer sheet of one answer."""
    exchange = turn.exchange
    return (
        _block("title", "答复单"),
        *_facts(turn),
        _block("heading", "一、问题"),
        *_lines(exchange.question),
        _block("heading", "二、答复"),
        *_lines(exchange.answer.text),
        *_grounds(exchange),
        *_nearest(exchange),
        _block("note", "本单由系统按当时的记录生成；条文为答复时所载入材料的原文。"),
    )


def conversation_sheet(conversation: Conversation) -> tuple[Block, ...]:
    """Return a conversation with the sources of every answer."""
    blocks = [
        _block("title", conversation.title or "对话"),
        _block("fact", f"起止：{_moment_span(conversation)}　共 {len(conversation.turns)} 问"),
    ]
    for number, turn in enumerate(conversation.turns, start=1):
        exchange = turn.exchange
        blocks.append(_block("heading", f"问 {number}　{' '.join(exchange.question.split())}"))
        blocks += _lines(exchange.answer.text)
        blocks += [
            _block(
                "note", f"[{c.marker}] {c.label}（{verification(exchange, c.marker)}）：{c.quote}"
            )
            for c in exchange.answer.citations
        ]
    fingerprints = dict.fromkeys(turn.exchange.corpus_fingerprint for turn in conversation.turns)
    if fingerprints:
        blocks.append(_block("note", f"材料版本：{'；'.join(fingerprints)}"))
    return tuple(blocks)


def verification(exchange: Exchange, marker: int) -> str:
    """Return the label of a citation: whether its quotation stands in the kept article."""
    cited = [c for c in exchange.answer.citations if c.marker == marker]
    verbatim = bool(cited) and all(exchange.is_verbatim(citation) for citation in cited)
    return VERBATIM if verbatim else NOT_VERBATIM


def marked_article(exchange: Exchange, article: CitedArticle) -> tuple[Run, ...]:
    """Return an article's text cut into runs, the quoted ones marked."""
    inside = [False] * len(article.text)
    for citation in exchange.answer.citations:
        if citation.article_id == article.article_id:
            start = max(citation.start - article.start, 0)
            for i in range(start, min(citation.end - article.start, len(inside))):
                inside[i] = True
    runs: list[Run] = []
    start = 0
    for end in range(1, len(inside) + 1):
        if end == len(inside) or inside[end] != inside[start]:
            runs.append(Run(article.text[start:end], inside[start]))
            start = end
    return tuple(runs)


def sheet_text(blocks: Sequence[Block]) -> str:
    """Return the sheet's words, a paragraph a line."""
    return "\n".join(block.text for block in blocks)


def _facts(turn: Turn) -> Iterator[Block]:
    exchange = turn.exchange
    answer = exchange.answer
    way = "摘录条文原文"
    if answer.mode == "model":
        named = answer.drafting.model if answer.drafting else ""
        way = f"语言模型起草{f'（{named}）' if named else ''}，逐句核对引文"
    yield _block("fact", f"编号：{turn.id}")
    yield _block(
        "fact", f"时间：{exchange.asked_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}（北京时间）"
    )
    yield _block("fact", f"结果：{_STATUS[answer.status]}")
    yield _block("fact", f"答复方式：{way}")
    yield _block("fact", f"材料版本（语料指纹）：{exchange.corpus_fingerprint}")


def _grounds(exchange: Exchange) -> Iterator[Block]:
    """Yield the cited articles in full, each once, with the markers that point to it."""
    if exchange.answer.citations:
        yield _block("heading", "三、依据")
    for article in exchange.cited:
        markers = [
            citation.marker
            for citation in exchange.answer.citations
            if citation.article_id == article.article_id
        ]
        labels = dict.fromkeys(verification(exchange, marker) for marker in markers)
        shown = "".join(f"[{marker}]" for marker in markers)
        yield Block("text", (Run(f"{shown} {article.label}　{'；'.join(labels)}", marked=True),))
        above = " · ".join((article.document_title, *article.headings))
        yield _block("note", f"{above}　{article.origin}".rstrip())
        yield from _split("article", marked_article(exchange, article))
    for citation in exchange.answer.citations:
        if exchange.article_of(citation) is None:
            yield _block("text", f"[{citation.marker}] {citation.label}：{citation.quote}")


def _nearest(exchange: Exchange) -> Iterator[Block]:
    nearest = exchange.answer.related or exchange.answer.options
    if nearest and exchange.answer.status != "answered":
        yield _block("heading", "相近条文（不是对所问问题的回答）")
        for related in nearest:
            yield _block("text", related.label)


def _split(kind: Kind, runs: Sequence[Run]) -> Iterator[Block]:
    """Yield a block for each line of the runs."""
    line: list[Run] = []
    for run in runs:
        first, *rest = run.text.split("\n")
        line.append(Run(first, run.marked))
        for piece in rest:
            yield from _filled(kind, line)
            line = [Run(piece, run.marked)]
    yield from _filled(kind, line)


def _filled(kind: Kind, line: Sequence[Run]) -> Iterator[Block]:
    if any(run.text.strip() for run in line):
        yield Block(kind, tuple(run for run in line if run.text))


def _lines(text: str) -> Iterator[Block]:
    return _split("text", (Run(text),))


def _block(kind: Kind, text: str) -> Block:
    return Block(kind, (Run(text),))


def _moment_span(conversation: Conversation) -> str:
    first, last = (
        moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        for moment in (conversation.started_at, conversation.changed_at)
    )
    return first if first == last else f"{first} 至 {last}"
