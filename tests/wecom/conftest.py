"""A database with all tables, copied for each test: migrating takes its time."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, empty_sqlite: Path) -> None:
    shutil.copy(empty_sqlite, tmp_path / "bot.sqlite3")
