"""Which lines are headings, and which belong to a table of contents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.lines import Line
from assistant.corpus.markers import Family, reads_as_citation
from assistant.corpus.sentences import split_sentences
from assistant.corpus.style import Style
from assistant.domain import Document
from assistant.text import fold

TITLE_LINES = 12
"""Lines from a document's beginning in which its title may stand without a mark."""
LEAD_CHARACTERS = 30
"""A heading that opens a paragraph (三、保障措施。要……) is at most this long."""
CONTENTS_SHARE = 0.7
"""Entries of a table of contents without 目录 that come once more as headings, at least."""
BARE_CHARACTERS = 20
"""A heading without a number is at most this long."""

_LEADER = re.compile(r"[\s.．…·]{2,}\d{1,4}$")
_BARE = re.compile(r"[\u4e00-\u9fff\s]+")
_OUTERMOST = frozenset({"总则", "附则", "序言", "前言"})
_ANNEX = re.compile(r"附[件录表]\s*[〇零一二三四五六七八九十\d]*\s*[：:]?")
_ENDED = tuple("。！？；…”）!?;)")


@dataclass(frozen=True, slots=True)
class HeadingLine:
    """That a line is a heading. ``end`` is where it ends in the line; text may follow."""

    level: int
    end: int


def find_contents(lines: Sequence[Line], style: Style) -> set[int]:
    """Return the positions of the lines of a table of contents.

    It is a run of headings, under 目录 or not, whose first comes once more where the text begins.
    """
    named = next((at for at, line in enumerate(lines) if _names_contents(line)), None)
    first = _first_entry(lines, style, 0 if named is None else named + 1)
    if first is None or (named is not None and first != named + 1):
        return set() if named is None else {named}
    wanted = _key(lines[first])
    end = first + 1
    while end < len(lines) and _may_be_entry(lines[end], style) and _key(lines[end]) != wanted:
        end += 1
    if named is not None:
        repeated = any(_key(line) == wanted for line in lines[end:])
        return set(range(named, end if repeated or end - first > 1 else first))
    later = {_entry(line) for line in lines[end:]}
    again = sum(_entry(line) in later for line in lines[first:end])
    listed = end - first > 1 and again >= CONTENTS_SHARE * (end - first)
    return set(range(first, end)) if listed else set()


def find_headings(
    lines: Sequence[Line], style: Style, document: Document, *, contents: set[int]
) -> dict[int, HeadingLine]:
    """Return the headings of a document by the position of their line."""
    found: dict[int, HeadingLine] = {}
    last: dict[Family, int] = {}
    for at, line in enumerate(lines):
        if at in contents or line.asks:
            continue
        heading = _marked_heading(line, style.levels, last) or _plain_heading(
            lines, at, style, document, below_heading=at - 1 in found
        )
        if heading is None:
            continue
        found[at] = heading
        if line.marker and line.marker.family in style.levels:
            last[line.marker.family] = line.marker.number
    return found


def _names_contents(line: Line) -> bool:
    return len(line.text) <= BARE_CHARACTERS and fold(line.text) == "目录"


def _first_entry(lines: Sequence[Line], style: Style, start: int) -> int | None:
    for at in range(start, len(lines)):
        if lines[at].marker is not None:
            return at if _may_be_entry(lines[at], style) else None
        if start:  # what stands right under 目录 is its first entry, whatever it looks like
            return at
    return None


def _entry(line: Line) -> str:
    return fold(_LEADER.sub("", line.text))


def _key(line: Line) -> str:
    """Return what makes an entry and its heading the same: the marker, else the words."""
    marker = line.marker
    return f"{marker.family.value}{marker.number}" if marker else _entry(line)


def _may_be_entry(line: Line, style: Style) -> bool:
    if not line.is_title_like:
        return False
    return line.marker is None or line.marker.family in style.levels


def _marked_heading(
    line: Line, levels: Mapping[Family, int], last: Mapping[Family, int]
) -> HeadingLine | None:
    marker = line.marker
    if marker is None or marker.family not in levels or reads_as_citation(line.text, marker):
        return None
    level = levels[marker.family]
    if line.is_title_like:
        return HeadingLine(level, len(line.text))
    in_sequence = marker.number in (1, last.get(marker.family, 0) + 1)
    if marker.family is not Family.COMMA or not in_sequence:
        return None
    # 三、保障措施。各级党委要……: the heading opens the paragraph.
    lead, *rest = split_sentences(line.text)
    if rest and lead[1] <= LEAD_CHARACTERS:
        return HeadingLine(level, len(line.text[: lead[1]].rstrip()))
    return HeadingLine(level, marker.end)


def _plain_heading(
    lines: Sequence[Line], at: int, style: Style, document: Document, *, below_heading: bool
) -> HeadingLine | None:
    """Return the heading that a line without a heading's marker makes, or None."""
    line = lines[at]
    whole = len(line.text)
    if line.marker and line.marker.family is style.numbering:
        return None
    if line.hashes:
        return HeadingLine(line.hashes - 1, whole)
    if line.number <= document.first_line + TITLE_LINES and fold(line.text) == fold(document.title):
        return HeadingLine(0, whole)
    if style.numbering is None or line.marker:
        return None
    if _ANNEX.fullmatch(line.text):
        return HeadingLine(1, whole)
    if style.numbering is Family.ARTICLE and _is_bare_heading(lines, at, below_heading):
        outermost = fold(line.text) in _OUTERMOST
        return HeadingLine(1 if outermost else style.deepest, whole)
    return None


def _is_bare_heading(lines: Sequence[Line], at: int, below_heading: bool) -> bool:
    """Tell whether a line is a heading by its place: 附则 between a full stop and 第五十条."""
    text = lines[at].text
    if len(text) > BARE_CHARACTERS or not _BARE.fullmatch(text) or at + 1 >= len(lines):
        return False
    after = lines[at + 1].marker
    opens = after is not None and after.family is Family.ARTICLE
    return opens and (at == 0 or below_heading or lines[at - 1].text.endswith(_ENDED))
