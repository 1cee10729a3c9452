"""Markers: what a line may begin with to open an article, a heading or an item.

A marker counts only at the start of a line; whether it is in sequence is the parser's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from assistant.corpus.numerals import NUMERAL, parse_numeral


class Family(Enum):
    """The ways of numbering, outermost first."""

    PART = "第…编"
    SUBPART = "第…分编"
    CHAPTER = "第…章"
    SECTION = "第…节"
    ARTICLE = "第…条"
    COMMA = "一、"
    PAREN = "（一）"
    DOT = "1."
    PAREN_DIGIT = "（1）"


DIVISIONS = (Family.PART, Family.SUBPART, Family.CHAPTER, Family.SECTION)


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker at the start of a line. ``end`` is the offset in the line behind it."""

    family: Family
    number: int
    suffix: int
    text: str
    end: int
    spaced: bool
    """White space, the line's end or the end of bold print follows: a real article's heading."""

    @property
    def key(self) -> tuple[int, int]:
        """Number and suffix: 第十条之一 comes behind 第十条 and before 第十一条."""
        return self.number, self.suffix


_CHINESE = "[〇零一二三四五六七八九十百千]+"
_GAP = r"[ \t\u3000]*"
_WIDE = rf"第{_GAP}(?P<n>(?:{NUMERAL}{_GAP})+)"
_PATTERNS: tuple[tuple[Family, re.Pattern[str]], ...] = (
    (
        Family.ARTICLE,
        # 第十条之一 is an article of its own; 第十条之一款 is none.
        re.compile(rf"{_WIDE}条(?:{_GAP}之{_GAP}(?P<s>{NUMERAL})(?!{NUMERAL}|[款项、]))?"),
    ),
    (Family.SUBPART, re.compile(rf"{_WIDE}分编")),
    (Family.PART, re.compile(rf"{_WIDE}(?:编(?![辑号制写码])|篇(?![幅章])|部分)")),
    (Family.CHAPTER, re.compile(rf"{_WIDE}章")),
    (Family.SECTION, re.compile(rf"{_WIDE}节")),
    (Family.COMMA, re.compile(rf"(?P<n>{_CHINESE})、")),
    (Family.PAREN, re.compile(rf"[（(]{_GAP}(?P<n>{_CHINESE}){_GAP}[）)]")),
    (Family.PAREN_DIGIT, re.compile(rf"[（(]{_GAP}(?P<n>[0-9０-９]{{1,3}}){_GAP}[）)]")),
    (Family.DOT, re.compile(r"(?P<n>[0-9０-９]{1,3})[.．、](?![0-9０-９])")),
)

# What a citation goes on with: 第三条的规定, 第三条第二款, 第三章规定的, （三）项, （三）至（五）.
_RANGE = r"[和与及或至到][（(第]"
_BELOW = rf"第{_GAP}{NUMERAL}{_GAP}[章节条款项目]"
_CITED = {
    Family.ARTICLE: re.compile(rf"[的、，,。；款]|项(?!目)|{_BELOW}|所?规定|{_RANGE}"),
    Family.PAREN: re.compile(rf"项(?!目)|目(?![标的录前])|[、，,。；]|{_RANGE}"),
    **dict.fromkeys(DIVISIONS, re.compile(rf"[的、，,。；]|{_BELOW}|所?规定[的期情]|{_RANGE}")),
}

_INDENT = re.compile(r"[ \t\u3000]*")


def read_marker(line: str) -> Marker | None:
    """Return the marker that ``line`` begins with, white space before it allowed, or None."""
    indent = _INDENT.match(line)
    at = indent.end() if indent else 0
    for family, pattern in _PATTERNS:
        match = pattern.match(line, at)
        if match is None:
            continue
        number = parse_numeral(match["n"])
        suffix = parse_numeral(match["s"] or "") if family is Family.ARTICLE else 0
        if number is None or number < 1:
            return None
        rest = line[match.end() :]
        return Marker(
            family=family,
            number=number,
            suffix=suffix or 0,
            text=re.sub(r"\s", "", match[0]),
            end=match.end(),
            spaced=not rest or rest[0].isspace() or rest.startswith("**"),
        )
    return None


def reads_as_citation(line: str, marker: Marker) -> bool:
    """Tell whether what begins a line goes on like a citation (第三条的规定, （三）项)."""
    pattern = _CITED.get(marker.family)
    return pattern is not None and not marker.spaced and bool(pattern.match(line, marker.end))
