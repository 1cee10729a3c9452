"""Vectors computed so far, by content: what an interrupted or an incremental build reuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from assistant.index.embed import FloatVector

# SQLite allows 32,766 values in one statement, older builds 999.
_KEYS_AT_ONCE = 900


def vector_key(embedder: str, text: str) -> str:
    """Return the key under which an embedder's vector of a text is kept."""
    return sha256(f"{embedder}\0{text}".encode("utf-8", "replace")).hexdigest()


class VectorCache:
    """Vectors in one SQLite file. What ``put`` returned from survives a kill.

    It holds nothing that cannot be computed again: a file that is no database is begun anew.
    """

    def __init__(self, file: Path) -> None:
        try:
            self._database = _open(file)
        except sqlite3.DatabaseError:
            file.unlink()
            self._database = _open(file)

    def get(self, keys: Sequence[str]) -> dict[str, FloatVector]:
        """Return the vectors that are known, by key."""
        found: dict[str, FloatVector] = {}
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            wanted = keys[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(wanted))
            rows = self._database.execute(
                f"SELECT key, vector FROM vector WHERE key IN ({marks})",  # noqa: S608
                wanted,
            )
            found.update((key, np.frombuffer(blob, dtype=np.float32)) for key, blob in rows)
        return found

    def put(self, vectors: Mapping[str, FloatVector]) -> None:
        """Keep vectors, in one transaction."""
        rows = [(key, np.float32(vector).tobytes()) for key, vector in vectors.items()]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget every vector but these."""
        with self._database:
            self._database.execute("CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY)")
            self._database.executemany(
                "INSERT OR IGNORE INTO wanted VALUES (?)", ((key,) for key in keys)
            )
            self._database.execute("DELETE FROM vector WHERE key NOT IN (SELECT key FROM wanted)")
            self._database.execute("DROP TABLE wanted")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file)
    database.execute(
        "CREATE TABLE IF NOT EXISTS vector (key TEXT PRIMARY KEY, vector BLOB NOT NULL)"
    )
    database.commit()
    return database
