from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import IndexUnavailable
from assistant.index.embed import FloatMatrix, FloatVector
from assistant.index.vectors import VectorFolder, VectorIndex


def close_vectors(count: int, *, seed: int = 0) -> FloatMatrix:
    """Vectors with cosines of about 0.8, as sentences of one field have with this embedder."""
    source = np.random.default_rng(seed)
    vectors = source.normal(size=(count, 384)) * 0.5 + source.normal(size=384)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def fill(index: VectorIndex, vectors: FloatMatrix) -> list[str]:
    ids = [f"sample#1.{number}" for number in range(len(vectors))]
    index.add(
        ids,
        vectors,
        texts=[f"第{number}句" for number in range(len(vectors))],
        metadatas=[{"document_id": "sample"}] * len(vectors),
    )
    return ids


def exact(ids: list[str], vectors: FloatMatrix, question: FloatVector) -> list[tuple[str, float]]:
    cosines = vectors @ question
    return [(ids[i], float(cosines[i])) for i in np.argsort(-cosines)]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[VectorFolder]:
    opened = VectorFolder(tmp_path)
    yield opened
    opened.close()


def test_search_gives_every_vector_with_its_exact_cosine_nearest_first(
    folder: VectorFolder,
) -> None:
    index, vectors = folder.collection("sentences"), close_vectors(300)
    ids = fill(index, vectors)
    expected = exact(ids, vectors, vectors[7])
    found = index.search(vectors[7], limit=300)
    assert {i for i, _ in found} == set(ids)
    assert found[0][0] == ids[7]
    assert [c for _, c in found] == pytest.approx([c for _, c in expected], abs=1e-5)


def test_search_misses_almost_none_of_the_nearest_in_a_larger_collection(
    folder: VectorFolder,
) -> None:
    index, vectors = folder.collection("sentences"), close_vectors(2500)
    ids = fill(index, vectors)
    question = vectors[0] + vectors[1]
    question /= np.linalg.norm(question)
    nearest = {i for i, _ in exact(ids, vectors, question)[:100]}
    found = {i for i, _ in index.search(question, limit=100)}
    assert len(found & nearest) >= 98


@pytest.mark.parametrize(("limit", "length"), [(0, 0), (2, 2), (3, 3), (100, 3)])
def test_search_gives_at_most_what_there_is(folder: VectorFolder, limit: int, length: int) -> None:
    index, vectors = folder.collection("sentences"), close_vectors(3)
    fill(index, vectors)
    assert len(index.search(vectors[0], limit=limit)) == length


def test_an_empty_collection_finds_nothing(folder: VectorFolder) -> None:
    assert folder.collection("sentences").search(close_vectors(1)[0], limit=5) == []


def test_vectors_come_back_in_the_order_asked_for(folder: VectorFolder) -> None:
    index, vectors = folder.collection("sentences"), close_vectors(20)
    ids = fill(index, vectors)
    assert index.vectors([ids[9], ids[2]]) == pytest.approx(vectors[[9, 2]], abs=1e-6)


def test_a_deleted_vector_is_found_no_more(folder: VectorFolder) -> None:
    index, vectors = folder.collection("sentences"), close_vectors(20)
    ids = fill(index, vectors)
    index.delete([ids[4]])
    assert index.count() == 19
    assert ids[4] not in dict(index.search(vectors[4], limit=20))


def test_adding_a_known_id_replaces_its_vector(folder: VectorFolder) -> None:
    index, vectors = folder.collection("sentences"), close_vectors(5)
    fill(index, vectors)
    ids = fill(index, vectors[::-1].copy())
    assert index.count() == 5
    assert index.search(vectors[0], limit=1)[0][0] == ids[4]


def test_collections_of_one_folder_are_apart(folder: VectorFolder) -> None:
    fill(folder.collection("sentences"), close_vectors(3))
    assert folder.collection("passages").count() == 0


def test_what_was_added_is_there_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    vectors = close_vectors(30)
    first = VectorFolder(tmp_path)
    ids = fill(first.collection("sentences"), vectors)
    first.close()
    second = VectorFolder(tmp_path)
    found = second.collection("sentences").search(vectors[3], limit=1)
    second.close()
    assert [row_id for row_id, _ in found] == [ids[3]]
    assert [cosine for _, cosine in found] == pytest.approx([1.0], abs=1e-5)


def test_a_broken_store_is_reported_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(IndexUnavailable, match="assistant index"):
        VectorFolder(tmp_path)
