"""The database: opened and migrated in one step, its failures in one clear line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import String, inspect, select, text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.errors import DatabaseError
from assistant.store.base import Base, UtcDateTime
from assistant.store.database import Database, open_database

CHINA = timezone(timedelta(hours=8))


class Note(Base):
    """A table for these tests only."""

    __tablename__ = "test_notes"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_database(f"sqlite:///{tmp_path}/数据/a.sqlite3")
    Base.metadata.create_all(opened.engine, tables=[Base.metadata.tables["test_notes"]])
    return opened


def test_a_missing_folder_is_made_and_readers_do_not_wait_for_writers(database: Database) -> None:
    with database.session() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1


def test_opening_twice_at_once_migrates_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/b.sqlite3"
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_database, [url] * 8))
    assert "alembic_version" in inspect(opened[0].engine).get_table_names()


def test_a_moment_comes_back_in_utc_whatever_zone_it_went_in(database: Database) -> None:
    with database.session() as session:
        session.add(Note(name="甲", at=datetime(2026, 7, 1, 8, tzinfo=CHINA)))
    with database.session() as session:
        assert session.scalars(select(Note.at)).one() == datetime(2026, 7, 1, tzinfo=UTC)


def fail_half_way(database: Database) -> None:
    with database.session() as session:
        session.add(Note(name="乙", at=datetime.now(UTC)))
        session.flush()
        raise RuntimeError


def test_what_failed_half_way_is_not_kept(database: Database) -> None:
    with pytest.raises(RuntimeError):
        fail_half_way(database)
    with database.session() as session:
        assert session.scalars(select(Note)).all() == []


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://reader:geheim@127.0.0.1:1/x", "nonsense", "oracle9://x"]
)
def test_a_database_that_does_not_open_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database(url)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)
