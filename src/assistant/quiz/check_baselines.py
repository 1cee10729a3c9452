"""How far single choices can be guessed without reading: by letter, length, echo or frequency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.quiz.items import Item, ItemType
from assistant.quiz.probe import Probe, normalise, pairs


@dataclass(frozen=True, slots=True)
class Baselines:
    """Shares of single choices that each way of guessing gets right, 0 to 1."""

    singles: int
    chance: float
    letter: float
    """Share of the most frequent letter."""
    longest: float
    overlap: float
    frequency: float


def measure_baselines(items: Sequence[Item], probe: Probe) -> Baselines:
    """Return how guessable the single choices of a bank are; ties count by their share."""
    singles = [item for item in items if item.type is ItemType.SINGLE]
    if not singles:
        return Baselines(0, 0.25, 0.0, 0.0, 0.0, 0.0)
    letters = Counter(item.answer[0] for item in singles)
    # A true sentence stands in the documents and a changed one does not: nothing to guess by.
    words = [item for item in singles if item.pattern != "claims"]
    return Baselines(
        singles=len(singles),
        chance=sum(1 / len(item.options) for item in singles) / len(singles),
        letter=max(letters.values()) / len(singles),
        longest=_rate(singles, [[len(o.text) for o in i.options] for i in singles]),
        overlap=_rate(singles, [_echoes(item) for item in singles]),
        frequency=_rate(words, [[probe.count(o.text) for o in i.options] for i in words]),
    )


def _echoes(item: Item) -> list[int]:
    stem = pairs(normalise(item.stem))
    return [len(pairs(normalise(option.text)) & stem) for option in item.options]


def _rate(items: Sequence[Item], measures: Sequence[Sequence[int]]) -> float:
    hits = 0.0
    for item, values in zip(items, measures, strict=True):
        top = max(values)
        best = [o.letter for o, value in zip(item.options, values, strict=True) if value == top]
        hits += (item.answer[0] in best) / len(best)
    return hits / len(items) if items else 0.0
