"""Document text → lines that are not blank, each with its marker and its span."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.corpus.markers import Marker, read_marker
from assistant.domain import Document

HEADING_CHARACTERS = 60
"""A longer line is running text, whatever it begins with."""

_RUNS_ON = tuple("。；：，、;:,")
_MARKS = re.compile(r"[\s\ufeff]*(#{0,6})\s*(?:\*\*)?\s*")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,}|<!--.*-->)\s*")
"""A Markdown rule or comment, which is no text."""
_QUESTION = re.compile(
    r"(?:[（(]?[〇零一二三四五六七八九十\d]+[）)、.．]\s*)?(?:记者|问|主持人)\s*[：:]\s*"
)
_REPLY = re.compile(r"(?:答|.{0,8}负责人)\s*[：:]\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its text behind Markdown marks and indent, and its span."""

    number: int
    """1-based in the document's file."""
    text: str
    start: int
    end: int
    hashes: int
    marker: Marker | None

    @property
    def is_title_like(self) -> bool:
        """Whether it may be a heading: short, and no sentence that ends or goes on."""
        return len(self.text) <= HEADING_CHARACTERS and not self.text.endswith(_RUNS_ON)

    @property
    def asks(self) -> bool:
        """Whether an interviewer speaks (记者：, 问：)."""
        return _QUESTION.match(self.text) is not None

    @property
    def speaker_end(self) -> int:
        """How far 记者： or 答： reaches: who speaks is no part of what is said."""
        match = _QUESTION.match(self.text) or _REPLY.match(self.text)
        return match.end() if match else 0


def read_lines(document: Document) -> Iterator[Line]:
    """Yield the lines of a document that are not blank, in order."""
    at = 0
    for number, raw in enumerate(document.text.split("\n"), start=document.first_line):
        marks = _MARKS.match(raw)
        skip = marks.end() if marks else 0
        text = raw[skip:].rstrip().removesuffix("**").rstrip()
        if text and not _RULE.fullmatch(raw):
            start = at + skip
            hashes = len(marks[1]) if marks else 0
            yield Line(number, text, start, start + len(text), hashes, read_marker(text))
        at += len(raw) + 1
