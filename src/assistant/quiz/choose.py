"""Drafts → items: which wrong options stand beside the key, and under which letter it goes.

A bank must not be guessable: the key is no more often the longest option, the most common string
or the one most like the stem than chance has it, and its letters are balanced.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from assistant.quiz.distract import Distractor, compatible
from assistant.quiz.draft import Draft, finish
from assistant.quiz.items import LETTERS, Item, ItemType
from assistant.quiz.probe import Probe, normalise, pairs
from assistant.quiz.slots import SlotKind
from assistant.quiz.words import Words

CHANCE = 0.25
PENALTY = 4.0
"""What a guessable set of options loses while the bank is more guessable than chance."""


@dataclass(slots=True)
class Chooser:
    """Gives drafts their options; keeps count of how guessable the bank is so far."""

    probe: Probe
    words: Words
    seed: int
    _letters: Counter[str] = field(default_factory=Counter)
    _guessed: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _singles: int = 0

    def item(self, draft: Draft) -> Item | None:
        """Return the item of a draft, or None when its wrong options do not go together."""
        if not draft.type.has_options:
            return finish(draft, chosen=(), key_positions=())
        chosen = self._choose(draft)
        if chosen is None:
            return None
        if draft.order is not None:
            return self._ascending(draft, chosen)
        shuffled = list(chosen)
        self._random(draft).shuffle(shuffled)
        positions = self._positions(draft, len(chosen) + len(draft.right))
        self._letters.update(LETTERS[p] for p in positions if draft.type is ItemType.SINGLE)
        return finish(draft, chosen=tuple(shuffled), key_positions=positions)

    def _random(self, draft: Draft) -> random.Random:
        return random.Random(f"{self.seed}/{draft.id}")  # noqa: S311 - not for secrets

    def _choose(self, draft: Draft) -> tuple[Distractor, ...] | None:
        kind = SlotKind(draft.pattern) if draft.pattern in set(SlotKind) else None
        noise = self._random(draft)
        best: tuple[float, tuple[Distractor, ...]] | None = None
        for combination in combinations(draft.wrong, min(draft.wanted, len(draft.wrong))):
            if not compatible(combination, kind, self.words):
                continue
            score = sum(d.weight for d in combination) + noise.random() * 0.8
            score -= self._guessability(draft, combination)
            if best is None or score > best[0]:
                best = (score, combination)
        if best is None:
            return None
        self._note(draft, best[1])
        return best[1]

    def _guessability(self, draft: Draft, chosen: Sequence[Distractor]) -> float:
        if draft.type is not ItemType.SINGLE:
            return 0.0
        loss = 0.0
        for guess, hit in self._hits(draft, chosen).items():
            rate = (self._guessed[guess] + hit) / (self._singles + 1)
            loss += PENALTY * hit if rate > CHANCE else 0.0
        if draft.order is not None:
            rank = sum(d.order < draft.order for d in chosen)
            loss += self._letters[LETTERS[rank]] - min(self._letters[x] for x in LETTERS[:4])
        return loss

    def _note(self, draft: Draft, chosen: Sequence[Distractor]) -> None:
        if draft.type is ItemType.SINGLE:
            self._singles += 1
            for guess, hit in self._hits(draft, chosen).items():
                self._guessed[guess] += hit

    def _hits(self, draft: Draft, chosen: Sequence[Distractor]) -> dict[str, float]:
        """Return how likely each way of guessing finds the key."""
        key, others = draft.right[0].text, [d.text for d in chosen]
        stem = pairs(normalise(draft.stem))
        return {
            "longest": _chance(len(key), [len(t) for t in others]),
            "common": _chance(self.probe.count(key), [self.probe.count(t) for t in others]),
            "overlap": _chance(
                len(pairs(normalise(key)) & stem), [len(pairs(normalise(t)) & stem) for t in others]
            ),
        }

    def _positions(self, draft: Draft, total: int) -> tuple[int, ...]:
        order = self._random(draft)
        if draft.type is ItemType.SINGLE:
            least = min(self._letters[LETTERS[p]] for p in range(total))
            free = [p for p in range(total) if self._letters[LETTERS[p]] == least]
            return (order.choice(free),)
        return tuple(sorted(order.sample(range(total), len(draft.right))))

    def _ascending(self, draft: Draft, chosen: Sequence[Distractor]) -> Item:
        ordered = sorted(chosen, key=lambda d: d.order)
        position = sum(d.order < (draft.order or 0.0) for d in ordered)
        self._letters[LETTERS[position]] += 1
        return finish(draft, chosen=tuple(ordered), key_positions=(position,))


def _chance(mine: int, others: Sequence[int]) -> float:
    top = max([mine, *others])
    return 1 / [mine, *others].count(top) if mine == top else 0.0
