"""A real PostgreSQL for tests: a server of their own in a temporary folder, gone at the end.

The programs must be installed (Debian: ``postgresql``). ``ASSISTANT_TEST_POSTGRESQL`` names another
server to use: a SQLAlchemy URL, with an account that may create databases.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import URL, Engine, MetaData, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from assistant.store.database import open_database

PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian keeps them, by version and outside of PATH."""
ACCOUNTS = ("postgres", "nobody")
"""The server refuses to run as root; one of these runs it then."""
START_SECONDS = 60.0
# Nothing here outlives the tests, so nothing need survive a power failure.
OPTIONS = ("listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresqlMissing(Exception):
    """No PostgreSQL is installed, and none is named."""


class Postgresql:
    """A server with a database that has all tables, and others that tests make."""

    def __init__(self, address: URL) -> None:
        self._address = address
        self._names = (f"assistant_test_{os.getpid()}_{number}" for number in itertools.count())

    @contextlib.contextmanager
    def shared(self) -> Iterator[SharedDatabase]:
        """Yield a database with all tables, for one test after the other."""
        with self.database() as url:
            open_database(url).close()
            engine = create_engine(url)
            try:
                yield SharedDatabase(url, engine)
            finally:
                engine.dispose()

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Yield the URL of a database with nothing in it, which is dropped at the end."""
        name = next(self._names)
        self._run(f"CREATE DATABASE {name}")
        try:
            yield self._address.set(database=name).render_as_string(hide_password=False)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        engine = create_engine(self._address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


class SharedDatabase:
    """A database that is emptied for each test: rows are dropped sooner than tables are made."""

    def __init__(self, url: str, engine: Engine) -> None:
        self._url = url
        self._engine = engine
        found = MetaData()
        found.reflect(engine)
        self._tables = [
            table for table in reversed(found.sorted_tables) if table.name != "alembic_version"
        ]

    def emptied(self) -> str:
        """Return its URL, with nothing in its tables."""
        with self._engine.begin() as connection:
            for table in self._tables:
                connection.execute(table.delete())
        return self._url


@contextlib.contextmanager
def running_postgresql() -> Iterator[Postgresql]:
    """Yield a server. Raises ``PostgresqlMissing``."""
    named = os.environ.get("ASSISTANT_TEST_POSTGRESQL")
    with contextlib.nullcontext(make_url(named)) if named else _own_server() as address:
        yield Postgresql(address)


@contextlib.contextmanager
def _own_server() -> Iterator[URL]:
    programs = _find_programs()
    account = next(filter(_exists, ACCOUNTS)) if os.geteuid() == 0 else None
    # Not in pytest's folders, which only their owner may enter; short, as a socket's name must be.
    with tempfile.TemporaryDirectory(prefix="assistant-pg-", ignore_cleanup_errors=True) as folder:
        if account:
            shutil.chown(folder, account)
        data = f"{folder}/data"
        initdb = ["initdb", "-D", data, "-U", "assistant", "-A", "trust", "-E", "UTF8", "-N"]
        _run_as(account, programs, [*initdb, "--locale=C"])
        options = [part for option in OPTIONS for part in ("-c", option)]
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *options],
                user=account,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            address = make_url(f"postgresql+psycopg://assistant@/postgres?host={folder}")
            _wait_until_open(address, server, Path(folder) / "log")
            yield address
        finally:
            # Its children end with it; nobody waits for what they have in hand.
            server.send_signal(signal.SIGQUIT)
            server.wait()


def _find_programs() -> Path:
    """Return the folder of the newest version, or of what is on PATH."""
    versions = [folder for folder in PROGRAMS.glob("*/bin") if (folder / "initdb").exists()]
    if versions:
        return max(versions, key=lambda folder: float(folder.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise PostgresqlMissing
    return Path(found).resolve().parent


def _exists(account: str) -> bool:
    with contextlib.suppress(KeyError):
        return bool(pwd.getpwnam(account))
    return False


def _run_as(account: str | None, programs: Path, command: Sequence[str]) -> None:
    done = subprocess.run(
        [programs / command[0], *command[1:]],
        user=account,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr[-2000:]}")


def _wait_until_open(address: URL, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(address)
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            engine.connect().close()
        except OperationalError:
            if server.poll() is not None or time.monotonic() > ends:
                written = log.read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"PostgreSQL does not start: {written[-2000:]}") from None
            time.sleep(0.05)
        else:
            engine.dispose()
            return
