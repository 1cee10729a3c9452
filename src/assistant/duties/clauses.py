"""Sentences → clauses: cut at commas and semicolons, joined again where one goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.duties.vocabulary import mask

_CUT = re.compile(r"[，,；;：:。！？!?\n]+")
_LIST_MARKER = re.compile(r"\s*(?:[（(][〇零一二三四五六七八九十百\d]+[)）]|\d+[.．、])\s*")

_OPEN_TARGET = re.compile(
    r"^(?:[^，对]{0,8})(?:加强|强化|突出|做好|抓好)对(?!.*(?:的[^的，]{1,8}|监督|管理|监管|检查|监测"
    r"|指导|领导|审查|保护|治理|服务|培训|教育|考核|约束|支持|整治|防范|把关)$)"
)
_CLOSED_TARGET = re.compile(r"的[^的，]{1,8}$")
_WHETHER = re.compile(r"是否")
_OCCURS = re.compile(r"^.{0,16}?(?:遇到|遇有|出现|发生|存在)")
_OR = re.compile(r"^(?:以及|或者|及|或)")
_BREACH = re.compile(r"^(?:未|不|拒|逾期|擅自|造成)[^，]*的$")
_BINDING = re.compile(r"应当|必须|要|须|不得|可以|^违反[^，]{0,12}规定$|的$")
_STATED_CASE = re.compile(r"(?:的|时|后)$")
_LONGEST_CASE = 4
"""Clauses that one condition may stretch over."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence between marks; ``start`` and ``end`` are offsets into the sentence."""

    text: str
    masked: str
    start: int
    end: int
    semicolon: bool
    """Whether a semicolon or a colon stands before it."""

    @property
    def case(self) -> bool:
        """Whether the clause states a case and nothing else: ……的."""
        return bool(_STATED_CASE.search(self.masked))


def split_sentence(sentence: str) -> list[Clause]:
    """Return the clauses of a sentence, without the marks between them."""
    masked = mask(sentence)
    marker = _LIST_MARKER.match(sentence)
    start = marker.end() if marker else 0
    # A marker in brackets is hidden by the mask, and is no part of what is said.
    clauses: list[Clause] = []
    semicolon = False
    for cut in [*_CUT.finditer(masked, start), None]:
        end = cut.start() if cut else len(sentence)
        if end > start:
            while start < end and sentence[start].isspace():
                start += 1
            clauses.append(_clause(sentence, masked, start, end, semicolon=semicolon))
        if cut is None:
            break
        semicolon = cut[0][0] in "；;：:"
        start = cut.end()
    return _join(sentence, masked, [clause for clause in clauses if clause.text.strip()])


def _clause(sentence: str, masked: str, start: int, end: int, *, semicolon: bool) -> Clause:
    return Clause(sentence[start:end], masked[start:end], start, end, semicolon)


def _join(sentence: str, masked: str, clauses: list[Clause]) -> list[Clause]:
    """Join clauses that make one: 强化对甲，乙情况的监督; 出现甲，发生乙的."""
    joined: list[Clause] = []
    at = 0
    while at < len(clauses):
        last = max(
            _end_of_target(clauses, at), _end_of_case(clauses, at), _end_of_whether(clauses, at)
        )
        first = clauses[at]
        joined.append(
            _clause(sentence, masked, first.start, clauses[last].end, semicolon=first.semicolon)
        )
        at = last + 1
    return joined


def _end_of_target(clauses: list[Clause], at: int) -> int:
    if not _OPEN_TARGET.search(clauses[at].masked):
        return at
    following = at + 1
    if following < len(clauses) and not clauses[following].semicolon:
        text = clauses[following].masked
        if _CLOSED_TARGET.search(text) and not _OPEN_TARGET.search(text):
            return following
    return at


def _end_of_case(clauses: list[Clause], at: int) -> int:
    following = clauses[at + 1 : at + 2]
    if following and not following[0].semicolon:
        text = following[0].masked
        if text.startswith("以及") or (_OR.match(text) and text.endswith("的")):
            return at + 1
        if _BREACH.match(text) and not _BINDING.search(clauses[at].masked):
            return at + 1
    if clauses[at].case or not _OCCURS.search(clauses[at].masked):
        return at
    for place in range(at + 1, min(at + _LONGEST_CASE, len(clauses))):
        if clauses[place].semicolon:
            return at
        if clauses[place].masked.endswith("的"):
            return place
    return at


def _end_of_whether(clauses: list[Clause], at: int) -> int:
    last = at
    while (
        _WHETHER.search(clauses[last].masked)
        and last + 1 < len(clauses)
        and not clauses[last + 1].semicolon
        and _WHETHER.search(clauses[last + 1].masked)
    ):
        last += 1
    return last
