"""A database with all tables, made once and copied for each test: migrating takes its time."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.wecom.bots import SECRET

from assistant.store.database import open_database

LOGGERS = ("assistant", "websockets", "httpx", "httpcore", "uvicorn", "asyncio")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty database with all its tables."""
    file = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    open_database(f"sqlite:///{file}").close()
    return file


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "bot.sqlite3")


@pytest.fixture(autouse=True)
def _nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Scan what every test of the bot logs, at the finest level, for the secrets it was given."""
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    # Here, because what the callbacks need is slow to import.
    from tests.wecom.doors import SECRETS

    logged = "".join(
        f"{record.getMessage()}{record.exc_text or ''}"
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
    )
    assert [secret for secret in (SECRET, *SECRETS) if secret in logged] == []
    assert [name for name in ("response_code=", "access_token=") if name in logged] == []
