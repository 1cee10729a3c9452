"""Which articles are quoted beside the first.

Two articles may be right at once, several hold what a list asks for, and sometimes the second hit
is what was meant. How far a hit is behind the first does not tell these from what is merely near,
so a few signs are weighed by a small linear model whose weights are in ``further.json`` and can be
read; ``assistant eval --calibrate`` fits it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from assistant.answer.asked import gathers, is_plural, wants_everything
from assistant.domain import Hit
from assistant.retrieve.parts import split_parts
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Searcher

MODEL = "further.json"
DEPTH = 6
"""Hits that are looked at, the first among them."""
MOST = 5
"""Articles that are quoted at most."""
SECOND = 0.1
"""Probability from which a second article is quoted; docs/experiments.md says what it costs."""
THIRD = 0.3
"""… and a third or further one: by then most of what is quoted may be beside the point."""
MOST_PARTS = 3
"""Parts of a question beyond which a further one says nothing new."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The hits for a question that may be quoted, and what tells which of them are."""

    hits: tuple[Hit, ...]
    best: tuple[float, ...]
    """Score of the best sentence of each hit."""
    content: Mapping[str, float]
    """Pairs of characters that carry the question's content → how rare they are."""
    parts: tuple[frozenset[str], ...]
    """Those of each part of a question that asks several things."""
    form: Mapping[str, float]
    """Signs that are the question's alone."""

    def signs(self, quoted: Sequence[int], at: int) -> dict[str, float]:
        """Return what speaks for quoting the hit ``at`` beside those ``quoted`` (positions)."""
        first, hit = self.hits[0], self.hits[at]
        shown = "\n".join(self.hits[i].article.text for i in quoted)
        total = sum(self.content.values()) or 1.0
        held = {pair for pair in self.content if pair in hit.article.text}
        new = sum(self.content[pair] for pair in held if pair not in shown)
        shared = sum(self.content[pair] for pair in held if pair in first.article.text)
        following = self.hits[at + 1].score if at + 1 < len(self.hits) else hit.score
        return {
            "behind": first.score - hit.score,
            "behind_last": self.hits[at - 1].score - hit.score,
            "ahead_of_next": hit.score - following,
            "rank": float(at),
            "sentence_behind": self.best[0] - self.best[at],
            "first_score": first.score,
            "new": new / total,
            "shared": shared / total,
            "of_a_part": self._of_a_part(quoted, hit.article.text),
            "numbered": float(hit.article.number is not None),
            "quoted": float(len(quoted)),
            **self.form,
        }

    def _of_a_part(self, quoted: Sequence[int], text: str) -> float:
        """Return how much more a text has of some part of the question than what is quoted."""
        return max(
            (
                _share(part, text)
                - max(_share(part, self.hits[i].article.text) for i in quoted)
                for part in self.parts
            ),
            default=0.0,
        )  # fmt: skip


def _share(words: frozenset[str], text: str) -> float:
    return sum(word in text for word in words) / len(words)


def look_at(
    reading: Reading, hits: Sequence[Hit], best: Sequence[float], searcher: Searcher
) -> Candidates:
    """Return the hits with what tells which of them are quoted.

    ``best`` is the score of each hit's best sentence.
    """
    parts = split_parts(reading.text)
    content = (frozenset(searcher.content(part.own)) for part in parts)
    return Candidates(
        hits=tuple(hits),
        best=tuple(best),
        content={pair: searcher.rarity(pair) for pair in searcher.content(reading.topic)},
        parts=tuple(filter(None, content)) if len(parts) > 1 else (),
        form={
            "plural": float(is_plural(reading.text)),
            "gathers": float(gathers(reading.text)),
            "everything": float(wants_everything(reading.text)),
            "parts": float(min(len(parts), MOST_PARTS)),
        },
    )


@dataclass(frozen=True, slots=True)
class Further:
    """Weights of the signs, in their own units."""

    bias: float
    weights: Mapping[str, float]

    @classmethod
    def load(cls) -> Further:
        """Return the model that was fitted."""
        fitted = json.loads(resources.files("assistant.answer").joinpath(MODEL).read_text("utf-8"))
        return cls(fitted["bias"], fitted["weights"])

    def probability(self, signs: Mapping[str, float]) -> float:
        """Return how likely it is that an article is due beside those quoted."""
        score = self.bias + sum(self.weights.get(name, 0.0) * v for name, v in signs.items())
        return 1 / (1 + math.exp(-score))

    def choose(self, candidates: Candidates) -> tuple[Hit, ...]:
        """Return the hits to quote, best first: the first, and those that are due beside it."""
        quoted = [0]
        for at in range(1, min(DEPTH, len(candidates.hits))):
            least = SECOND if len(quoted) == 1 else THIRD
            if self.probability(candidates.signs(quoted, at)) >= least:
                quoted.append(at)
            if len(quoted) == MOST:
                break
        return tuple(candidates.hits[at] for at in quoted)


def write_weights(fitted: Mapping[str, object]) -> None:
    """Write the fitted model where it is read; of use in a checkout only."""
    content = json.dumps(fitted, ensure_ascii=False, indent=1)
    Path(__file__).with_name(MODEL).write_text(f"{content}\n", encoding="utf-8")
