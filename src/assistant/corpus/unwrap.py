"""Hard-wrapped lines joined again: page breaks inside a word, a blank line after every print line.

White space is the only thing that changes.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.corpus.markers import DIVISIONS, Family, Marker, read_marker, reads_as_citation

_CLOSED = tuple("。！？；：…!?;:")
_RUNNING = re.compile(r"[，、；。：,;:]")
_CLAUSE = re.compile(r"[，。；：！？,;:]")
_SPEAKER = re.compile(r"(?:记者|问|答|主持人|来源|.{0,8}负责人)\s*[：:]")
_COMMAS = ("，", "、", ",")
_MARKUP = ("#", "- ", "* ", "> ", "|", "**", "——")

# A full line stops within a few characters of the margin, for no line begins with a comma and
# half-width signs fill it unevenly. Lines of whole paragraphs stop anywhere.
SLACK = 4
TIGHT = 1
"""… and this near when it ends with a sentence, which may also end the paragraph."""
INDENT = 2
FEWEST_CUTS = 3
FULL_SHARE = 0.6
WIDER_SHARE = 0.05
NARROWEST = 15
WIDEST = 60
RUNNING_CHARACTERS = 32
"""A line with a comma and at least this long that lacks an end is running text cut by a page."""


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A text with its lines joined, and where each of them begins in the wrapped text."""

    text: str
    origins: tuple[int, ...]
    """For each line of ``text`` the 0-based line of the wrapped text."""


@dataclass(frozen=True, slots=True)
class _Printed:
    """A printed line that is not blank."""

    number: int
    text: str
    indented: bool
    after_blank: bool

    @property
    def width(self) -> float:
        """Width in wide characters."""
        wide = sum(unicodedata.east_asian_width(c) in "WFA" for c in self.text)
        return (len(self.text) + wide) / 2


@dataclass(frozen=True, slots=True)
class _Page:
    """What the lines of a hard-wrapped text show about its page."""

    by_width: bool
    """Lines were broken by their width, as printers do; else by the number of characters."""
    margin: float
    """Size of a full line, in wide characters or in characters."""
    indents: bool
    """Paragraphs begin with an indent."""
    blanks: bool
    """Blank lines stand between paragraphs, not between printed lines."""

    def size(self, line: _Printed) -> float:
        """Return how much of the page's width a line takes."""
        return _size(line, by_width=self.by_width)


_Cut = tuple[_Printed, _Printed]
"""Two printed lines of which the first stops inside a sentence."""


def join_wrapped_lines(text: str) -> str:
    """Return ``text`` with lines that were broken by a printed page joined again.

    Text whose lines are whole paragraphs is returned as it is, character for character.
    """
    return join_and_trace(text).text


def join_and_trace(text: str) -> JoinedText:
    """Return ``text`` with its wrapped lines joined, and where each line came from."""
    lines = text.split("\n")
    printed = _read_printed(lines)
    page = _read_page(printed)
    if page is None and not any(_is_cut(a.text, b.text) for a, b in pairwise(printed)):
        return JoinedText(text, tuple(range(len(lines))))
    paragraphs: list[str] = []
    origins: list[int] = []
    last: _Printed | None = None
    for line in printed:
        if last is not None and _continues(last, paragraphs[-1], line, page):
            paragraphs[-1] = _join(paragraphs[-1], line.text)
        else:
            paragraphs.append(line.text)
            origins += [line.number, line.number]  # the paragraph and the blank line behind it
        last = line
    return JoinedText("\n\n".join(paragraphs) + "\n", tuple(origins))


def _read_printed(lines: Sequence[str]) -> list[_Printed]:
    printed: list[_Printed] = []
    after_blank = True
    for number, line in enumerate(lines):
        text = line.strip()
        if text:
            indented = line.startswith(("\u3000", "  ", "\t"))
            printed.append(_Printed(number, text, indented, after_blank))
        after_blank = not text
    return printed


def _size(line: _Printed, *, by_width: bool) -> float:
    return line.width if by_width else len(line.text)


def _read_page(printed: Sequence[_Printed]) -> _Page | None:
    """Return the page that a text was printed on, or None when it is not hard-wrapped."""
    cuts = [
        (before, after)
        for before, after in pairwise(printed)
        if not before.text.endswith(_CLOSED)
        and not before.text.startswith(_MARKUP)
        and not _opens(after.text)
    ]
    if len(cuts) < FEWEST_CUTS:
        return None
    pages = [_measure(printed, cuts, by_width=by_width) for by_width in (True, False)]
    found = [page for page in pages if _is_hard_wrapped(page, printed, cuts)]
    # Lines end most evenly in the measure that they were broken by.
    return max(found, key=lambda page: _count_full(page, cuts, slack=TIGHT), default=None)


def _measure(printed: Sequence[_Printed], cuts: Sequence[_Cut], *, by_width: bool) -> _Page:
    sizes = [_size(before, by_width=by_width) for before, _ in cuts]
    margin = statistics.quantiles(sizes, n=10, method="inclusive")[-1]
    inside = [
        after for (_, after), size in zip(cuts, sizes, strict=True) if abs(size - margin) <= SLACK
    ]
    return _Page(
        by_width=by_width,
        margin=margin,
        indents=any(line.indented for line in printed)
        and sum(line.indented for line in inside) * 5 < len(inside),
        blanks=sum(line.after_blank for line in inside) * 2 < len(inside),
    )


def _is_hard_wrapped(page: _Page, printed: Sequence[_Printed], cuts: Sequence[_Cut]) -> bool:
    wider = sum(page.size(line) > page.margin + SLACK for line in printed if line.text[0] != "#")
    return (
        NARROWEST <= page.margin <= WIDEST
        and _count_full(page, cuts, slack=SLACK) >= FULL_SHARE * len(cuts)
        and wider <= WIDER_SHARE * len(printed)
    )


def _count_full(page: _Page, cuts: Sequence[_Cut], *, slack: float) -> int:
    return sum(abs(page.size(before) - page.margin) <= slack for before, _ in cuts)


def _continues(last: _Printed, paragraph: str, line: _Printed, page: _Page | None) -> bool:
    if paragraph.startswith("#"):
        return False
    if page is None:
        return _is_cut(paragraph, line.text)
    # A line that stops short of the margin ends its paragraph.
    if page.size(last) < page.margin - SLACK:
        return False
    if _opens(line.text):
        return not last.text.endswith(_CLOSED) and _cites(paragraph, line.text)
    if not last.text.endswith(_CLOSED):
        return True
    begins = (page.indents and line.indented) or (page.blanks and line.after_blank)
    # Extraction loses the indent that a paragraph's first line was printed with.
    indent = INDENT if paragraph == last.text and not page.indents else 0
    return page.size(last) + indent >= page.margin - TIGHT and not begins


def _is_cut(before: str, after: str) -> bool:
    """Tell whether a whole paragraph was cut in two by a page break."""
    if len(before) < RUNNING_CHARACTERS or before.endswith(_CLOSED) or before.startswith("#"):
        return False
    if _is_division(before) or not (_RUNNING.search(before) and _CLAUSE.search(after)):
        return False
    marker = read_marker(after)
    return not _opens(after) or (marker is not None and reads_as_citation(after, marker))


def _cites(paragraph: str, line: str) -> bool:
    """Tell whether the marker at a line's start stands inside the sentence before it."""
    marker = read_marker(line)
    if marker is None:
        return False
    if reads_as_citation(line, marker):
        return True
    # Behind a title or heading, which has no comma, anything may open.
    return _is_wide(marker) and not marker.spaced and _is_running(paragraph)


def _is_wide(marker: Marker) -> bool:
    return marker.family in (*DIVISIONS, Family.ARTICLE)


def _is_running(paragraph: str) -> bool:
    marker = read_marker(paragraph)
    if marker is not None and marker.family is Family.ARTICLE:
        return True
    if _is_division(paragraph):  # which may hold a comma, but stops at none
        return "。" in paragraph or paragraph.endswith(_COMMAS)
    return bool(_RUNNING.search(paragraph))


def _is_division(line: str) -> bool:
    marker = read_marker(line)
    return (
        marker is not None and marker.family in (*DIVISIONS, Family.COMMA) and len(line) <= WIDEST
    )


def _opens(line: str) -> bool:
    return line.startswith(_MARKUP) or read_marker(line) is not None or bool(_SPEAKER.match(line))


def _join(before: str, after: str) -> str:
    # Words are joined with a space; a number that was broken is not.
    latin = (before[-1:] + after[:1]).isascii() and before[-1:].isalpha() and after[:1].isalpha()
    return f"{before} {after}" if latin else before + after
