"""Vectors in Chroma, inside the process. The only file that knows Chroma.

Every vector is ours: Chroma's own embedding function is never used, its telemetry is off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import IndexUnavailable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from langchain_chroma import Chroma

    from assistant.index.embed import FloatMatrix, FloatVector

# Chroma's defaults (100, 100, 16) missed 22 of the 100 nearest of 5,000 vectors that lie as close
# together as sentences of one field do.
_GRAPH: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 500,
    "max_neighbors": 32,
}

# SQLite, in which Chroma keeps its rows, limits the values of one statement.
_ROWS_AT_ONCE = 1000


class VectorFolder:
    """A folder with named collections of vectors. Raises ``IndexUnavailable`` if unreadable."""

    def __init__(self, folder: Path) -> None:
        from chromadb.api.client import Client
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        settings = Settings(
            is_persistent=True, persist_directory=str(folder), anonymized_telemetry=False
        )
        try:
            self._client = Client(settings=settings)
        except (ChromaError, ValueError) as error:
            raise IndexUnavailable(
                "索引中的向量库已损坏，无法打开。请运行 assistant index 重新建立索引。"
            ) from error

    def collection(self, name: str) -> VectorIndex:
        """Open a collection, or create it."""
        return VectorIndex(self._client, name)

    def close(self) -> None:
        """Let go of the folder's files."""
        self._client.close()


class VectorIndex:
    """One collection: ids, vectors of length one, texts and metadata."""

    def __init__(self, client: ClientAPI, name: str) -> None:
        self._client = client
        self._name = name
        self._collection = client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": _GRAPH}
        )

    def add(
        self,
        ids: Sequence[str],
        vectors: FloatMatrix,
        *,
        texts: Sequence[str],
        metadatas: Sequence[Mapping[str, str | int]],
    ) -> None:
        """Add vectors, or replace those whose id is known."""
        for rows in _slices(len(ids)):
            store = self._as_langchain(vectors[rows])
            store.add_texts(
                list(texts[rows]), [dict(entry) for entry in metadatas[rows]], list(ids[rows])
            )

    def search(self, vector: FloatVector, *, limit: int) -> list[tuple[str, float]]:
        """Return up to ``limit`` ids with their cosines, nearest first."""
        limit = min(limit, self.count())
        if limit <= 0:
            return []
        # Not through LangChain, which builds a Document for each row: 19 ms instead of 4 ms when
        # all of 600 are wanted.
        found = self._collection.query(
            query_embeddings=vector[np.newaxis], n_results=limit, include=["distances"]
        )
        distances = found["distances"] or [[]]
        return [
            (row_id, 1.0 - float(distance))
            for row_id, distance in zip(found["ids"][0], distances[0], strict=True)
        ]

    def vectors(self, ids: Sequence[str]) -> FloatMatrix:
        """Return the vectors of these ids, a row each, in this order. All must be known."""
        known: dict[str, FloatVector] = {}
        for rows in _slices(len(ids)):
            found = self._collection.get(ids=list(ids[rows]), include=["embeddings"])
            values = np.asarray(found["embeddings"], dtype=np.float32)
            known.update(zip(found["ids"], values, strict=True))
        return np.array([known[row_id] for row_id in ids], dtype=np.float32)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove the vectors of these ids."""
        for rows in _slices(len(ids)):
            self._collection.delete(ids=list(ids[rows]))

    def count(self) -> int:
        """Return how many vectors there are."""
        return self._collection.count()

    def _as_langchain(self, vectors: FloatMatrix) -> Chroma:
        from langchain_chroma import Chroma
        from langchain_core.embeddings import Embeddings

        class Ready(Embeddings):
            """Hands LangChain the vectors that were computed already."""

            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return [vector.tolist() for vector in vectors]

            def embed_query(self, text: str) -> list[float]:
                raise NotImplementedError

        return Chroma(self._name, Ready(), client=self._client)


def _slices(length: int) -> Iterator[slice]:
    for start in range(0, length, _ROWS_AT_ONCE):
        yield slice(start, start + _ROWS_AT_ONCE)
