"""Hard-wrapped lines joined again: page breaks inside a word, a blank line after every print line.

White space is the only thing that changes.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from itertools import pairwise, starmap

from assistant.corpus.markers import DIVISIONS, Family, read_marker

_CLOSED = tuple("。！？；：…!?;:")
_RUNNING = re.compile(r"[，、；,;]")
_SPEAKER = re.compile(r"(?:记者|问|答|主持人|来源|.{0,8}负责人)\s*[：:]")

# Wrapped text shows in its line lengths: most lines of a page are within a few characters of
# the longest. Unwrapped paragraphs vary freely.
SLACK = 4
WRAPPED_SHARE = 0.6
NARROWEST = 15
WIDEST = 60
RUNNING_CHARACTERS = 25
"""A line with a comma and at least this long that lacks an end is running text cut by a page."""


def join_wrapped_lines(text: str) -> str:
    """Return ``text`` with lines that were broken by a printed page joined again.

    Text whose lines are whole paragraphs is returned as it is, character for character.
    """
    lines = text.split("\n")
    content = [line.strip() for line in lines if line.strip()]
    width = wrap_width(content)
    if width is None and not any(starmap(_is_cut, pairwise(content))):
        return text
    paragraphs: list[str] = []
    last = ""  # the last line that went into the last paragraph
    for line in content:
        if paragraphs and _continues(last, paragraphs[-1], line, width):
            paragraphs[-1] = _join(paragraphs[-1], line)
        else:
            paragraphs.append(line)
        last = line
    return "\n\n".join(paragraphs) + "\n"


def wrap_width(lines: Sequence[str]) -> int | None:
    """Return the characters of a full line of hard-wrapped text, or None when it is not wrapped."""
    lengths = [len(line) for line in lines if not line.startswith("#")]
    if len(lengths) < 8:
        return None
    width = round(statistics.quantiles(lengths, n=10)[-1])
    full = sum(width - SLACK <= length <= width + SLACK for length in lengths)
    if NARROWEST <= width <= WIDEST and full >= WRAPPED_SHARE * len(lengths):
        return width
    return None


def _continues(last: str, paragraph: str, line: str, width: int | None) -> bool:
    if _opens(line) or paragraph.startswith("#"):
        return False
    if width is None:
        return _is_cut(paragraph, line)
    # A line that stops short of the margin ends its paragraph.
    return len(last) >= width - SLACK


def _is_cut(before: str, after: str) -> bool:
    """Tell whether a whole paragraph was cut in two by a page break."""
    return (
        len(before) >= RUNNING_CHARACTERS
        and not before.startswith("#")
        and not before.endswith(_CLOSED)
        and not _is_division(before)
        and bool(_RUNNING.search(before))
        and not _opens(after)
    )


def _is_division(line: str) -> bool:
    marker = read_marker(line)
    return (
        marker is not None and marker.family in (*DIVISIONS, Family.COMMA) and len(line) <= WIDEST
    )


def _opens(line: str) -> bool:
    return (
        line.startswith(("#", "- ", "* ", "> ", "|", "**", "——"))
        or read_marker(line) is not None
        or bool(_SPEAKER.match(line))
    )


def _join(before: str, after: str) -> str:
    latin = before[-1:].isascii() and before[-1:].isalnum() and after[:1].isascii()
    return f"{before} {after}" if latin and after[:1].isalnum() else before + after
