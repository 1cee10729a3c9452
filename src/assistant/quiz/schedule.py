"""Spaced repetition of facts: what an answer says about memory, and when a fact is due again.

Facts are scheduled, not wordings: every question of one fact moves the same card.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsrs import Card

AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
DESIRED_RETENTION = 0.90
LONGEST_DAYS = 365
"""Interval without a contest in view."""
SLOW_FACTOR = 2.0
FEWEST_TIMES = 5
"""Answers before a person's median time means anything."""
CHINA = timezone(timedelta(hours=8), "CST")
"""Days of practice are days of China, which knows one zone and no summer time."""


@dataclass(frozen=True, slots=True)
class Review:
    """A card after an answer."""

    card: dict[str, object]
    due: datetime
    rating: int


def rate_answer(
    *,
    right: bool,
    hinted: bool = False,
    changed: bool = False,
    seconds: float | None = None,
    usual_seconds: Sequence[float] = (),
) -> int:
    """Return the rating of an answer. The best one, easy, is only ever the person's own."""
    if not right:
        return AGAIN
    slow = (
        seconds is not None
        and len(usual_seconds) >= FEWEST_TIMES
        and seconds > SLOW_FACTOR * median(usual_seconds)
    )
    return HARD if hinted or changed or slow else GOOD


def review_fact(
    card: Mapping[str, object] | None,
    *,
    rating: int,
    at: datetime,
    person: str,
    fact_id: str,
    contest_on: date | None = None,
    fuzz: bool = True,
) -> Review:
    """Return the card of a fact after an answer at a moment in UTC; None is a new fact."""
    from fsrs import Card, Rating, Scheduler

    scheduler = Scheduler(
        desired_retention=DESIRED_RETENTION,
        # One session a day: no steps of minutes.
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=longest_interval(at, contest_on),
        enable_fuzzing=fuzz,
    )
    before = Card(card_id=_card_id(person, fact_id), due=at) if card is None else _read_card(card)
    after, _ = scheduler.review_card(before, Rating(rating), review_datetime=at.astimezone(UTC))
    return Review(json.loads(after.to_json()), after.due, rating)


def longest_interval(at: datetime, contest_on: date | None) -> int:
    """Return the longest interval in days: half the time to the contest, if there is one."""
    days = (contest_on - day_of(at)).days if contest_on else 0
    return max(1, days // 2) if days > 0 else LONGEST_DAYS


def day_of(moment: datetime) -> date:
    """Return the day in China on which a moment falls."""
    return moment.astimezone(CHINA).date()


def end_of_day(moment: datetime) -> datetime:
    """Return the end of the day in China on which a moment falls, in UTC."""
    midnight = datetime.combine(day_of(moment) + timedelta(days=1), datetime.min.time(), CHINA)
    return midnight.astimezone(UTC)


def due_load(dues: Sequence[datetime], *, at: datetime, days: int) -> tuple[int, ...]:
    """Return how many facts fall due on each day from today on; what is late counts as today."""
    today = day_of(at)
    load = [0] * days
    for due in dues:
        offset = max(0, (day_of(due) - today).days)
        if offset < days:
            load[offset] += 1
    return tuple(load)


def _read_card(card: Mapping[str, object]) -> Card:
    from fsrs import Card

    return Card.from_json(json.dumps(dict(card)))


def _card_id(person: str, fact_id: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{person}\n{fact_id}".encode()).digest()[:7])
