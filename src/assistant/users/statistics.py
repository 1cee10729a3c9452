"""Figures for an administrator: how much is asked, what is refused, how fast it goes.

No person is named: questions are shown, who asked them is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from assistant.text import fold
from assistant.users.asked import Asked, count_articles

CHINA = timezone(timedelta(hours=8))
ALIKE = 0.4
"""Share of common character pairs from which two questions are of one topic."""
_MOST_REFUSED = 500
_TOPICS = 15
_EXAMPLES = 4


@dataclass(frozen=True, slots=True)
class Day:
    """One day's questions."""

    day: date
    asked: int
    refused: int


@dataclass(frozen=True, slots=True)
class Topic:
    """Refused questions about one matter."""

    questions: tuple[str, ...]
    """Different wordings, the most frequent first."""
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened within some days."""

    asked: int
    refused: int
    clarified: int
    people: int
    median_ms: float
    slow_ms: float
    """The 95th percentile."""
    days: tuple[Day, ...]
    channels: Mapping[str, int]
    latencies: tuple[float, ...]
    articles: Mapping[str, int]
    topics: tuple[Topic, ...]

    @property
    def refused_share(self) -> float:
        """Share of questions that were refused."""
        return self.refused / self.asked if self.asked else 0.0


def summarise_asked(asked: Sequence[Asked], *, today: datetime, days: int) -> Figures:
    """Return the figures of ``asked``, all from the last ``days`` days."""
    statuses = Counter(entry.status for entry in asked)
    latencies = tuple(sorted(entry.elapsed_ms for entry in asked))
    refused = [entry.question for entry in asked if entry.status == "refused" and entry.question]
    return Figures(
        asked=len(asked),
        refused=statuses["refused"],
        clarified=statuses["clarify"],
        people=len({entry.person_id for entry in asked if entry.person_id}),
        median_ms=_percentile(latencies, 0.5),
        slow_ms=_percentile(latencies, 0.95),
        days=_by_day(asked, today=today, days=days),
        channels=dict(Counter(entry.channel for entry in asked).most_common()),
        latencies=latencies,
        articles=count_articles(asked),
        topics=group_topics(refused[-_MOST_REFUSED:]),
    )


def group_topics(questions: Sequence[str]) -> tuple[Topic, ...]:
    """Return questions grouped by what they are about, the largest group first."""
    counts = Counter(" ".join(question.split()) for question in questions)
    groups: list[tuple[set[str], list[str]]] = []
    for question, _ in counts.most_common():
        pairs = _pairs(question)
        home = next((group for group in groups if _alike(pairs, group[0])), None)
        if home is None:
            groups.append((pairs, [question]))
        else:
            home[1].append(question)
    topics = [
        Topic(tuple(members[:_EXAMPLES]), sum(counts[member] for member in members))
        for _, members in groups
    ]
    return tuple(sorted(topics, key=lambda topic: -topic.count)[:_TOPICS])


def _by_day(asked: Sequence[Asked], *, today: datetime, days: int) -> tuple[Day, ...]:
    last = today.astimezone(CHINA).date()
    counts = Counter(entry.asked_at.astimezone(CHINA).date() for entry in asked)
    refused = Counter(
        entry.asked_at.astimezone(CHINA).date() for entry in asked if entry.status == "refused"
    )
    all_days = (last - timedelta(days=back) for back in range(days - 1, -1, -1))
    return tuple(Day(day, counts[day], refused[day]) for day in all_days)


def _percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile of sorted values, 0 without any."""
    if not values:
        return 0.0
    return values[min(int(share * len(values)), len(values) - 1)]


def _pairs(question: str) -> set[str]:
    folded = fold(question)
    return {folded[i : i + 2] for i in range(len(folded) - 1)} or {folded}


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= ALIKE * min(len(one), len(other))
