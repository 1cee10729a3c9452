"""Answers to put into a database of people, and a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from tests.fakes import OPINIONS, FakeAssistant

from assistant.index.manifest import corpus_fingerprint
from assistant.users.records import Exchange, make_exchange

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes in no time; never outside tests."""
QUESTION = "对下级新任职的“一把手”怎么谈话？"


class FakeClock:
    """Tells the time a test sets."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.moment

    def pass_(self, **spans: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**spans)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def exchange(question: str = QUESTION, *, asked_at: datetime | None = None) -> Exchange:
    """Return an exchange as the doors record it."""
    answer = FakeAssistant().ask(question)
    return make_exchange(
        question,
        answer,
        documents=[OPINIONS],
        corpus_fingerprint=corpus_fingerprint([OPINIONS]),
        asked_at=asked_at or datetime(2026, 11, 22, 1, 30, 5, tzinfo=UTC),
    )
