"""A sentence laid along its evidence, letter by letter, with as few leaps as can be."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.models.clauses import STOPS

STRONG = frozenset("；。！？\n")
MOST_WAYS, MOST_PLACES = 300, 64
"""Followed at once, and leapt to: a text that repeats itself has as many as it has letters."""
_FORWARD, _BACKWARD, _LONE, _OVER_STOP = 1.0, 1.6, 0.55, 0.15
"""What a leap ahead costs, one back, a letter that is laid nowhere, a stop that is leapt over."""


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of a sentence that stand in its evidence in one piece."""

    start: int
    end: int
    """Offsets into the plain sentence."""
    at: int
    to: int
    """Offsets into the plain evidence."""


def lay_along(claim: str, text: str) -> list[Run]:
    """Return the runs of a plain sentence along its plain evidence, with the least leaping."""
    places: dict[str, list[int]] = {}
    for at, character in enumerate(text):
        places.setdefault(character, []).append(at)
    strong = [0]
    for character in text:
        strong.append(strong[-1] + (character in STRONG))
    # Where the last letter stands (-1: none yet), whether the letter before it was matched.
    best: dict[tuple[int, bool], tuple[float, _Step | None]] = {(-1, False): (0.0, None)}
    for index, character in enumerate(claim):
        best = _worth_following(_extend(best, index, character, places, strong, text))
    step = min(best.values(), key=lambda value: value[0])[1]
    return _prefer_first(_runs(step), text, claim)


@dataclass(frozen=True, slots=True)
class _Step:
    index: int
    at: int
    before: _Step | None


_States = dict[tuple[int, bool], tuple[float, _Step | None]]


def _extend(
    best: _States,
    index: int,
    character: str,
    places: dict[str, list[int]],
    strong: Sequence[int],
    text: str,
) -> _States:
    """Return the best ways to lay one more letter: on one of its places, or on none."""
    following: _States = {}
    if character in STOPS:
        for (at, _), (cost, step) in best.items():
            _offer(following, (at, False), cost, step)
        return following
    cheapest = min(best.items(), key=lambda item: item[1][0])
    for (at, _), (cost, step) in best.items():
        _offer(following, (at, False), cost + _LONE, step)
        near = _next_letter(at, text)
        if near < len(text) and text[near] == character:
            _offer(following, (near, True), cost, _Step(index, near, step))
    ahead = _cheapest_up_to(best)
    for at in places.get(character, [])[:MOST_PLACES]:
        number = bisect_left(ahead, at, key=lambda item: item[0]) - 1
        ways = [(cheapest[0][0], *cheapest[1])] + ([ahead[number]] if number >= 0 else [])
        for last, cost, step in ways:
            leap = _FORWARD if at > last else _BACKWARD
            over = abs(strong[at] - strong[max(last, 0)]) > 0
            leap += _OVER_STOP * over if last >= 0 else -_FORWARD
            _offer(following, (at, True), cost + leap, _Step(index, at, step))
    return following


def _worth_following(best: _States) -> _States:
    """Return the ways that may still become the best: a leap from the cheapest costs no more."""
    dearest = min(cost for cost, _ in best.values()) + _BACKWARD + _OVER_STOP + _LONE
    kept = [item for item in best.items() if item[1][0] <= dearest]
    if len(kept) > MOST_WAYS:
        kept = sorted(kept, key=lambda item: item[1][0])[:MOST_WAYS]
    return dict(kept)


def _cheapest_up_to(best: _States) -> list[tuple[int, float, _Step | None]]:
    """Return for each place the cheapest way that ends there or before, in their order."""
    found: list[tuple[int, float, _Step | None]] = []
    for (last, _), (cost, step) in sorted(best.items(), key=lambda item: item[0]):
        if found and found[-1][1] <= cost:
            continue
        found.append((last, cost, step))
    return found


def _next_letter(at: int, text: str) -> int:
    at += 1
    while at < len(text) and text[at] == "、":
        at += 1
    return at


def _offer(states: _States, key: tuple[int, bool], cost: float, step: _Step | None) -> None:
    if key not in states or cost < states[key][0]:
        states[key] = (cost, step)


def _runs(step: _Step | None) -> list[Run]:
    steps = []
    while step is not None:
        steps.append(step)
        step = step.before
    runs: list[Run] = []
    for one in reversed(steps):
        last = runs[-1] if runs else None
        if last and last.end == one.index and one.at == last.to:
            runs[-1] = Run(last.start, one.index + 1, last.at, one.at + 1)
        else:
            runs.append(Run(one.index, one.index + 1, one.at, one.at + 1))
    # A letter by itself stands anywhere.
    return [run for run in runs if run.end - run.start > 1]


def _prefer_first(runs: Sequence[Run], text: str, claim: str) -> list[Run]:
    """Return runs that touch with the seam between them as far behind as it can be.

    院校应当为 goes with 师范 before it where that stands so in the evidence.
    """
    found = list(runs)
    for number, (one, other) in enumerate(pairwise(runs)):
        one = found[number]
        if one.end != other.start:
            continue
        length = 0
        while (
            other.start + length < other.end - 1
            and text[one.to + length : one.to + length + 1] == claim[other.start + length]
        ):
            length += 1
        found[number] = Run(one.start, one.end + length, one.at, one.to + length)
        found[number + 1] = Run(other.start + length, other.end, other.at + length, other.to)
    return found
