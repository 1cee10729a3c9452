"""A database of people, and answers to put into it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from tests.fakes import OPINIONS, FakeAssistant

from assistant.index.manifest import corpus_fingerprint
from assistant.store.base import Base
from assistant.store.database import Database, open_database
from assistant.users.records import Exchange, make_exchange

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes in no time; never outside tests."""
POSTGRESQL = os.environ.get("ASSISTANT_TEST_POSTGRESQL", "")
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


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with nothing in it."""
    path = tmp_path_factory.mktemp("blank") / "people.sqlite3"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def database(tmp_path: Path, blank: Path) -> Iterator[Database]:
    """An empty database: SQLite, or the PostgreSQL that ``ASSISTANT_TEST_POSTGRESQL`` names."""
    path = tmp_path / "people.sqlite3"
    shutil.copy(blank, path)
    database = open_database(POSTGRESQL or f"sqlite:///{path}")
    if POSTGRESQL:
        tables = [name for name in Base.metadata.tables if name.startswith("users_")]
        with database.session() as session:
            session.execute(text(f"TRUNCATE {', '.join(tables)} CASCADE"))
    yield database
    database.close()


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
