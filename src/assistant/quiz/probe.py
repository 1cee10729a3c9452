"""Probes: whether the documents say a thing anywhere, in these or in much the same words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from assistant.domain import ParsedDocument
from assistant.quiz.segments import split_segments
from assistant.quiz.statements import Source
from assistant.text import fold_character

SAME_MATTER = 0.6
"""Share of a stem's pairs of characters from which another sentence is on the same matter."""

LEAST_SHARED = 0.3
"""Share of common pairs below which two texts count as not alike at all."""

# Words that differ between documents without a difference in meaning.
_SYNONYMS = (
    ("纪检监察机关", "纪检机关"),
    ("应当", "要"),
    ("必须", "要"),
    ("不按照", "不按"),
    ("按照", "按"),
    ("主要负责人", "“一把手”"),
    ("批评与自我批评", "批评和自我批评"),
)


_fold_character = lru_cache(maxsize=None)(fold_character)


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """Return ``text`` folded, with what is said in two ways said in one."""
    for one, other in _SYNONYMS:
        text = text.replace(one, other)
    return "".join(map(_fold_character, text))


@lru_cache(maxsize=65536)
def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a folded text, punctuation left out."""
    bare = "".join(c for c in text if c.isalnum())
    return frozenset(bare[at : at + 2] for at in range(len(bare) - 1))


def share_of(part: str, whole: str) -> float:
    """Return which share of a text's pairs of characters another holds, 0 to 1."""
    wanted = pairs(normalise(part))
    return len(wanted & pairs(normalise(whole))) / len(wanted) if wanted else 0.0


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are, 0 to 1: twice what they have in common over their length."""
    first, second = pairs(one), pairs(other)
    # Texts that share few pairs are not alike; the exact ratio is slow.
    if 2 * len(first & second) < LEAST_SHARED * (len(first) + len(second)):
        return 0.0
    return SequenceMatcher(a=one, b=other, autojunk=False).ratio()


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a sentence between semicolons, normalised for comparing."""

    source: Source
    text: str
    folded: str


class Probe:
    """Answers whether documents say something; editions of them count as well."""

    def __init__(self, documents: Sequence[ParsedDocument], sources: Sequence[Source]) -> None:
        self._texts = {p.document.id: normalise(p.document.text) for p in documents}
        self._units = tuple(_units(sources))
        self._counts: dict[str, int] = {}
        self._with: dict[str, list[Unit]] = {}

    def says(self, text: str) -> bool:
        """Tell whether any document has these words."""
        wanted = normalise(text)
        return any(wanted in whole for whole in self._texts.values())

    def document_says(self, document_id: str, text: str) -> bool:
        """Tell whether one document has these words."""
        return normalise(text) in self._texts[document_id]

    def count(self, text: str) -> int:
        """Return how often all documents together have these words."""
        wanted = normalise(text)
        if wanted not in self._counts:
            self._counts[wanted] = sum(whole.count(wanted) for whole in self._texts.values())
        return self._counts[wanted]

    def units_with(self, text: str) -> Sequence[Unit]:
        """Return the stretches of sentences that have these words."""
        wanted = normalise(text)
        if wanted not in self._with:
            self._with[wanted] = [unit for unit in self._units if wanted in unit.folded]
        return self._with[wanted]

    def true_elsewhere(self, around: str, words: str, *, apart_from: str) -> bool:
        """Tell whether another sentence says of the same matter what ``words`` would say here.

        ``around`` is the statement without its slot; ``apart_from`` the id of its own sentence.
        """
        return any(
            unit.source.place != apart_from and share_of(around, unit.text) >= SAME_MATTER
            for unit in self.units_with(words)
        )


def _units(sources: Sequence[Source]) -> Iterable[Unit]:
    for source in sources:
        start = 0
        for segment in split_segments(source.text):
            if segment.mark in "；。" or segment.end == len(source.text):
                text = source.text[start : segment.end]
                yield Unit(source, text, normalise(text))
                start = segment.end + 1
