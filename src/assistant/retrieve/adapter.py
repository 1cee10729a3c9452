"""What lay questions have in common, taken out of their vectors.

People ask in everyday words and articles answer in the law's. A correction of low rank, learnt by
``scripts/train_adapter.py`` from 500 real questions and the statutes that answer them (none is of
this corpus), brings a question's vector nearer to those of its answers. It belongs to one embedder;
with another, vectors stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np

from assistant.index.embed import Embedder, Embedding, FloatMatrix, FloatVector

WEIGHTS = "adapter.npz"
STRENGTH = 0.25
"""Share of the learnt correction that is applied. All of it suits the questions it was learnt on
and makes unanswerable ones look answerable here; ``docs/experiments.md`` has the figures."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A correction of query vectors: ``x + STRENGTH · (x · down · up + shift)``, of length one."""

    down: FloatMatrix
    """Dimensions × rank."""
    up: FloatMatrix
    """Rank × dimensions."""
    shift: FloatVector

    @classmethod
    def load(cls, embedder_name: str) -> Adapter | None:
        """Return the adapter that was learnt for an embedder, or None."""
        file = resources.files("assistant.retrieve").joinpath(WEIGHTS)
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            if str(stored["embedder"]) != embedder_name:
                return None
            down, up, shift = (stored[n].astype(np.float32) for n in ("down", "up", "shift"))
        return cls(down, up, shift)

    def __call__(self, vector: FloatVector) -> FloatVector:
        """Return the corrected vector of a question."""
        unit = vector / (np.linalg.norm(vector) or 1.0)
        moved = unit + STRENGTH * (unit @ self.down @ self.up + self.shift)
        return np.asarray(moved / (np.linalg.norm(moved) or 1.0), dtype=np.float32)


class AdaptedEmbedder:
    """An embedder whose question vectors are corrected; passages are as they were."""

    def __init__(self, embedder: Embedder, adapter: Adapter) -> None:
        self._embedder = embedder
        self._adapter = adapter
        self.name = embedder.name
        self.dimensions = embedder.dimensions

    def embed_query(self, text: str) -> Embedding:
        """Return what a question is searched by, its vector corrected."""
        found = self._embedder.embed_query(text)
        return replace(found, vector=self._adapter(found.vector))

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Return what passages are found by."""
        return self._embedder.embed_passages(texts)


def adapt(embedder: Embedder) -> Embedder:
    """Return an embedder with the correction learnt for it, or as it was when there is none."""
    adapter = Adapter.load(embedder.name)
    return AdaptedEmbedder(embedder, adapter) if adapter else embedder
