"""What a printed page has beside its text: page numbers, running headers, a table of contents."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.corpus.markers import DIVISIONS, Family, read_marker

_CONTENTS_LINE = re.compile(r"^(?:\d{1,3}\s*[.．、]\s*)?(?P<title>.+?)\s*[.．…·]{3,}\s*\d{1,4}$")
_PAGE_NUMBER = re.compile(
    r"^[-—–·\s]*(?:第\s*)?\d{1,4}\s*页?(?:\s*[/，,]?\s*共?\s*\d{1,4}\s*页?)?[-—–·\s]*$"
)
_CLOSED = tuple("。！？；：…”）!?;:)")
_RUNNING_HEADER = 3
"""Times that a line without an end stands in a text before it is a page's header."""
_LONGEST_HEADER = 40


@dataclass(frozen=True, slots=True)
class Stripped:
    """A raw text without the furniture of its pages."""

    cover: tuple[str, ...]
    """What stands above a table of contents that names documents."""
    lines: tuple[str, ...]
    furniture: tuple[str, ...]
    titles: tuple[str, ...]
    """The documents that a table of contents names."""


def strip_furniture(lines: Sequence[str]) -> Stripped:
    """Divide the lines of a raw text into text and furniture."""
    counts = Counter(line.strip() for line in lines)
    seen: set[str] = set()
    printed: list[str] = []
    furniture: list[str] = []
    contents: list[str] = []
    front = 0
    for line in lines:
        text = line.strip()
        entry = _CONTENTS_LINE.match(text)
        header = text in seen and counts[text] >= _RUNNING_HEADER and _may_be_header(text)
        seen.add(text)
        if entry and not _is_wide(entry["title"]):
            contents.append(entry["title"])
            front = len(printed)
        if entry or header or _PAGE_NUMBER.match(text):
            furniture.append(text)
        else:
            printed.append(line)
    return Stripped(
        tuple(printed[:front]), tuple(printed[front:]), tuple(furniture), tuple(contents)
    )


def _may_be_header(text: str) -> bool:
    return (
        bool(text)
        and len(text) <= _LONGEST_HEADER
        and not text.endswith(_CLOSED)
        and read_marker(text) is None
    )


def _is_wide(title: str) -> bool:
    """Tell whether an entry of a table of contents names a chapter and not a document."""
    marker = read_marker(title)
    return marker is not None and marker.family in (*DIVISIONS, Family.ARTICLE)
