"""The database: SQLite in a file by default, PostgreSQL by URL; migrated when it is opened."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlalchemy import Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from assistant.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 7_231_907
"""Names the lock under which PostgreSQL is migrated."""
BUSY_MILLISECONDS = 15_000
"""How long a writer waits for another one in SQLite."""


class Database:
    """An open database. Thread safe; a session belongs to one thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Run one transaction: committed at the end, rolled back on any exception."""
        with self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at a SQLAlchemy URL and bring its tables up to date.

    Raises ``DatabaseError`` when it cannot be reached; the message holds no password.
    """
    try:
        target = make_url(url)
    except ArgumentError as error:
        raise DatabaseError("数据库地址不可用，请检查 ASSISTANT_DATABASE_URL 的写法。") from error
    shown = target.render_as_string(hide_password=True)
    try:
        engine = _create_engine(url)
        _migrate(engine)
    except (SQLAlchemyError, ImportError, OSError) as error:
        reason = type(getattr(error, "orig", None) or error).__name__
        raise DatabaseError(
            f"数据库 {shown} 打不开（{reason}）：请检查地址、账号和目录权限。"
        ) from error
    return Database(engine)


def _create_engine(url: str) -> Engine:
    # What people asked and what is secret is in rows and parameters: no log, no error shows it.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    wait = {"timeout": BUSY_MILLISECONDS / 1000}
    engine = create_engine(url, connect_args=wait, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # Readers go on while one writes; a row cannot outlive the one it belongs to.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _one_at_a_time(engine), engine.connect() as connection:
        config.attributes["connection"] = connection
        # Each room has a line of migrations of its own, so there are several heads.
        command.upgrade(config, "heads")
        connection.commit()


@contextlib.contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    """Keep two that start together from migrating twice: processes, and threads of one."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file and file != ":memory:":
        with FileLock(f"{file}.migrating"):
            yield
    elif engine.dialect.name == "postgresql":
        # Let go with the transaction, whatever becomes of the process.
        with engine.connect() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            yield
    else:
        yield
