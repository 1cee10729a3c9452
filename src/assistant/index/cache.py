"""Embeddings computed so far, by content: what an interrupted or an incremental build reuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from assistant.index.embed import Codes, Embedding, FloatVector

# SQLite allows 32,766 values in one statement, older builds 999.
_KEYS_AT_ONCE = 900


def vector_key(embedder: str, text: str) -> str:
    """Return the key under which what an embedder makes of a text is kept."""
    return sha256(f"{embedder}\0{text}".encode("utf-8", "replace")).hexdigest()


class VectorCache:
    """Embeddings in one SQLite file. What ``put`` returned from survives a kill.

    It holds nothing that cannot be computed again: a file that is no database is begun anew.
    """

    def __init__(self, file: Path) -> None:
        try:
            self._database = _open(file)
        except sqlite3.DatabaseError:
            file.unlink()
            self._database = _open(file)

    def known(self, keys: Sequence[str]) -> set[str]:
        """Return which of these keys are known."""
        return {key for key, _ in self._select("key, NULL", keys)}

    def vectors(self, keys: Sequence[str]) -> dict[str, FloatVector]:
        """Return the texts' vectors by key. All must be known."""
        return {
            key: np.frombuffer(blob, np.float32) for key, blob in self._select("key, vector", keys)
        }

    def tokens(self, keys: Sequence[str], *, dimensions: int) -> Iterator[Codes]:
        """Yield the vectors of each text's tokens, in the order of the keys. All must be known."""
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            wanted = keys[start : start + _KEYS_AT_ONCE]
            found = dict(self._select("key, tokens", wanted))
            for key in wanted:
                yield np.frombuffer(found[key], np.int8).reshape(-1, dimensions)

    def put(self, embeddings: Mapping[str, Embedding]) -> None:
        """Keep embeddings, in one transaction."""
        rows = [
            (key, np.float32(found.vector).tobytes(), found.tokens.tobytes())
            for key, found in embeddings.items()
        ]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?, ?)", rows)

    def _select(self, columns: str, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            wanted = keys[start : start + _KEYS_AT_ONCE]
            marks = ",".join("?" * len(wanted))
            yield from self._database.execute(
                f"SELECT {columns} FROM embedding WHERE key IN ({marks})",  # noqa: S608
                wanted,
            )

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget every embedding but these."""
        with self._database:
            self._database.execute("CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY)")
            self._database.executemany(
                "INSERT OR IGNORE INTO wanted VALUES (?)", ((key,) for key in keys)
            )
            self._database.execute(
                "DELETE FROM embedding WHERE key NOT IN (SELECT key FROM wanted)"
            )
            self._database.execute("DROP TABLE wanted")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _open(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file)
    # What was kept before tokens were.
    database.execute("DROP TABLE IF EXISTS vector")
    database.execute(
        "CREATE TABLE IF NOT EXISTS embedding"
        " (key TEXT PRIMARY KEY, vector BLOB NOT NULL, tokens BLOB NOT NULL)"
    )
    database.commit()
    return database
