"""Which questions come next: never two of one fact, what was not seen first, forms in turn."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.quiz.items import Item, ItemType
from assistant.quiz.schedule import day_of

# From recognising to recalling: a fact is asked in the next form once the one before was right.
_LADDER = (
    ItemType.JUDGE,
    ItemType.SINGLE,
    ItemType.MULTIPLE,
    ItemType.FILL,
    ItemType.SHORT,
)


@dataclass(frozen=True, slots=True)
class Past:
    """One judged answer of a person."""

    item_id: str
    fact_id: str
    type: ItemType
    right: bool
    at: datetime


def draw_items(
    items: Iterable[Item],
    past: Sequence[Past],
    *,
    number: int,
    seed: int,
    at: datetime,
    facts: Sequence[str] | None = None,
) -> tuple[Item, ...]:
    """Return up to ``number`` questions of different facts; ``facts`` are drawn in their order.

    Without ``facts``: facts never asked come first, then those asked longest ago; what was
    asked today comes last.
    """
    by_fact: dict[str, list[Item]] = {}
    for item in items:
        by_fact.setdefault(item.fact_id or item.id, []).append(item)
    chance = random.Random(seed)  # noqa: S311
    last = last_asked(past)
    if facts is None:
        order = sorted(by_fact)
        chance.shuffle(order)
        order.sort(key=lambda fact: _urgency(last.get(fact), at))
    else:
        order = [fact for fact in facts if fact in by_fact]
    chosen = [choose_form(by_fact[fact], past, chance=chance) for fact in order[:number]]
    if facts is None:
        chance.shuffle(chosen)
    return tuple(chosen)


def choose_form(items: Sequence[Item], past: Sequence[Past], *, chance: random.Random) -> Item:
    """Return the question of a fact whose form is next, among equals one not seen lately."""
    ids = {item.id for item in items}
    facts = {item.fact_id or item.id for item in items}
    seen = [p for p in past if p.fact_id in facts]
    forms = [form for form in _LADDER if any(item.type is form for item in items)]
    form = _next_form(forms, seen)
    candidates = sorted((i for i in items if i.type is form), key=lambda item: item.id)
    asked = {p.item_id: p.at for p in sorted(seen, key=lambda p: p.at) if p.item_id in ids}
    fresh = [item for item in candidates if item.id not in asked]
    if fresh:
        return chance.choice(fresh)
    return min(candidates, key=lambda item: asked[item.id])


def last_asked(past: Iterable[Past]) -> Mapping[str, datetime]:
    """Return for each fact when it was asked last."""
    last: dict[str, datetime] = {}
    for answer in past:
        last[answer.fact_id] = max(answer.at, last.get(answer.fact_id, answer.at))
    return last


def _next_form(forms: Sequence[ItemType], seen: Sequence[Past]) -> ItemType:
    if not seen:
        return forms[0]
    latest = max(seen, key=lambda p: p.at)
    if latest.type not in forms:
        return forms[0]
    at = forms.index(latest.type)
    return forms[(at + 1) % len(forms)] if latest.right else forms[at]


def _urgency(last: datetime | None, at: datetime) -> tuple[int, float]:
    if last is None:
        return 0, 0.0
    return (2 if day_of(last) == day_of(at) else 1), last.timestamp()
