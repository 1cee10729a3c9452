"""How a question asks, apart from what about: a sign, learnt, that rules leave such things open.

由谁来主持, 备到哪里, 具体是几成: people ask much that regulations do not settle, in words of which
no list is complete. Runs of one to three characters are weighed, learnt by ``assistant eval
--calibrate`` from questions on several corpora. What a corpus says itself is taken out of a
question first, so that it is not its topics that are learnt.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

SHORTEST, LONGEST = 1, 3
"""Characters of the runs that are weighed."""
TAKEN_OUT = 3
"""Characters in a row that a corpus has too, from which they are no words of asking."""
TAIL = 60
"""Characters at the end of a question that are looked at."""

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Asking:
    """Rarity and weight of each run of characters, and what is added to their sum."""

    runs: Mapping[str, tuple[float, float]]
    bias: float

    def score(self, words: str) -> float:
        """Return how much what ``ways_of_asking`` left speaks for an answer; 0 is undecided."""
        total = norm = 0.0
        for run, times in runs_in(words).items():
            rarity, weight = self.runs.get(run, (0.0, 0.0))
            value = (1 + math.log(times)) * rarity
            total += value * weight
            norm += value * value
        return self.bias + (total / math.sqrt(norm) if norm else 0.0)


def ways_of_asking(question: str, texts: str) -> str:
    """Return the end of a question with a blank for each stretch that the texts have as well."""
    tail = question[-TAIL:].lower()
    known = [False] * len(tail)
    for at in range(len(tail) - TAKEN_OUT + 1):
        if tail[at : at + TAKEN_OUT] in texts:
            known[at : at + TAKEN_OUT] = [True] * TAKEN_OUT
    kept = (" " if taken else character for character, taken in zip(tail, known, strict=True))
    return _SPACES.sub(" ", "".join(kept))


def runs_in(words: str) -> Counter[str]:
    """Return the runs of characters in words, with how often each occurs."""
    return Counter(
        words[at : at + length]
        for length in range(SHORTEST, LONGEST + 1)
        for at in range(len(words) - length + 1)
    )
