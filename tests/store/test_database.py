"""The database: opened and migrated in one step, its failures in one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import String, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column
from tests.postgresql import Postgresql

from assistant.errors import DatabaseError
from assistant.store.base import Base, UtcDateTime
from assistant.store.database import MIGRATIONS, Database, open_database

CHINA = timezone(timedelta(hours=8))
SOURCE = MIGRATIONS.parents[1]
VERSIONS = MIGRATIONS / "versions"
ROOMS = sorted({file.stem.partition("_")[0] for file in VERSIONS.glob("[a-z]*_0*.py")})
"""Each has a line of migrations of its own."""


class Note(Base):
    """A table for these tests only."""

    __tablename__ = "test_notes"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


NOTES = [Base.metadata.tables["test_notes"]]


@pytest.fixture
def noting(database: Database) -> Iterator[Database]:
    """A database that has the table of these tests."""
    Base.metadata.create_all(database.engine, tables=NOTES)
    yield database
    Base.metadata.drop_all(database.engine, tables=NOTES)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a table."""
    if request.param == "postgresql":
        server: Postgresql = request.getfixturevalue("postgresql")
        with server.database() as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path}/b.sqlite3"


def test_a_missing_folder_is_made_and_readers_do_not_wait_for_writers(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/数据/a.sqlite3")
    with database.session() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


def test_opening_many_times_at_once_migrates_once(bare_url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_database, [bare_url] * 8))
    with opened[0].session() as session:
        versions = session.scalars(text("SELECT version_num FROM alembic_version")).all()
    assert sorted(version.partition("_")[0] for version in versions) == ROOMS
    assert {"users_accounts", "wecom_answers"} <= set(inspect(opened[0].engine).get_table_names())
    for database in opened:
        database.close()


def test_the_migrations_make_the_tables_that_all_rooms_declare(database: Database) -> None:
    declaring = sorted(
        path.relative_to(SOURCE.parent).with_suffix("").as_posix().replace("/", ".")
        for path in SOURCE.rglob("*.py")
        if "__tablename__" in path.read_text(encoding="utf-8")
    )
    assert len(declaring) >= len(ROOMS)
    for name in declaring:
        import_module(name)

    def shipped(thing: object, name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or (name or "").partition("_")[0] in ROOMS

    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": shipped, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_opening_a_database_again_changes_nothing(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    before = inspect(database.engine).get_table_names()
    open_database(url).close()
    assert inspect(database.engine).get_table_names() == before


def test_an_error_of_the_database_does_not_show_what_was_to_be_written(
    database: Database,
) -> None:
    writing = text("INSERT INTO nowhere (words) VALUES (:words)")
    with pytest.raises(DBAPIError) as caught, database.session() as session:
        session.execute(writing, {"words": "内部提问"})
    assert "nowhere" in str(caught.value)
    assert "内部提问" not in str(caught.value)


def test_a_moment_comes_back_in_utc_whatever_zone_it_went_in(noting: Database) -> None:
    with noting.session() as session:
        session.add(Note(name="甲", at=datetime(2026, 7, 1, 8, tzinfo=CHINA)))
    with noting.session() as session:
        assert session.scalars(select(Note.at)).one() == datetime(2026, 7, 1, tzinfo=UTC)


def fail_half_way(database: Database) -> None:
    with database.session() as session:
        session.add(Note(name="乙", at=datetime.now(UTC)))
        session.flush()
        raise RuntimeError


def test_what_failed_half_way_is_not_kept(noting: Database) -> None:
    with pytest.raises(RuntimeError):
        fail_half_way(noting)
    with noting.session() as session:
        assert session.scalars(select(Note)).all() == []


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://reader:geheim@127.0.0.1:1/x", "nonsense", "oracle9://x"]
)
def test_a_database_that_does_not_open_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database(url)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)
