"""How much two stretches of text have in common: shared pairs of characters, rare ones first."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

from assistant.text import fold

_NOTHING = re.compile(r"[^\w]+")


class Likeness:
    """Compares texts by their pairs of characters, weighted by rarity among given texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        number = 0
        for text in texts:
            counts.update(_pairs(text))
            number += 1
        self._weights = {pair: math.log(1 + number / n) for pair, n in counts.items()}
        self._sums: dict[frozenset[str], float] = {}
        self._unseen = math.log(1 + max(number, 1))

    def shared(self, one: frozenset[str], other: frozenset[str]) -> float:
        """Return from 0 to 1 how much of two sets of pairs is common to both."""
        common = one & other
        if not common:
            return 0.0
        return 2 * self._weight(common) / ((self._whole(one) + self._whole(other)) or 1.0)

    def covered(self, asked: frozenset[str], text: frozenset[str]) -> float:
        """Return from 0 to 1 how much of what is asked stands in a text."""
        return self._weight(asked & text) / (self._weight(asked) or 1.0)

    def pairs(self, text: str) -> frozenset[str]:
        """Return the pairs of characters of a text."""
        return frozenset(_pairs(text))

    def _whole(self, pairs: frozenset[str]) -> float:
        """Return the weight of a whole text; the same texts are compared again and again."""
        if pairs not in self._sums:
            self._sums[pairs] = self._weight(pairs)
        return self._sums[pairs]

    def _weight(self, pairs: frozenset[str]) -> float:
        return sum(self._weights.get(pair, self._unseen) for pair in pairs)


def _pairs(text: str) -> set[str]:
    return {
        part[at : at + 2]
        for part in _NOTHING.split(fold(text))
        for at in range(max(len(part) - 1, 0))
    }
