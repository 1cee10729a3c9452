"""Vectors of every sentence's tokens in one file, for likeness word by word.

One vector of a sentence says what it is about; which of a question's words it has, in whatever
other words, its tokens say (late interaction: ColBERT, arXiv 2004.12832). The file is mapped, not
read: a question touches the sentences that are in question.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.index.embed import Codes, FloatMatrix, FloatVector, from_codes

_CODES = "tokens.i8"
_EDGES = "edges.npy"


def write_tokens(folder: Path, sentences: Iterable[Codes]) -> None:
    """Write the codes of sentences, one after another."""
    folder.mkdir()
    edges = [0]
    with (folder / _CODES).open("wb") as stream:
        for codes in sentences:
            stream.write(codes.tobytes())
            edges.append(edges[-1] + len(codes))
    np.save(folder / _EDGES, np.array(edges, dtype=np.int64))


class TokenIndex:
    """The tokens of an index's sentences, in their order."""

    def __init__(self, folder: Path, *, dimensions: int) -> None:
        """Open what ``write_tokens`` wrote. Raises ``OSError`` or ``ValueError``."""
        self._edges = np.load(folder / _EDGES, allow_pickle=False)
        shape = (int(self._edges[-1]), dimensions)
        # An empty file cannot be mapped.
        self._codes: Codes = (
            np.memmap(folder / _CODES, np.int8, "r", shape=shape)
            if shape[0]
            else np.empty(shape, np.int8)
        )

    def __len__(self) -> int:
        return len(self._edges) - 1

    def likeness(self, question: FloatMatrix, rows: NDArray[np.intp]) -> FloatVector:
        """Return how like each of these sentences is to a question's tokens: cosines.

        The mean over the question's tokens of the best cosine to any of the sentence's; a sentence
        without tokens is like nothing, 0.
        """
        found = np.zeros(len(rows), dtype=np.float32)
        spans = [(int(self._edges[row]), int(self._edges[row + 1])) for row in rows]
        filled = [i for i, (start, end) in enumerate(spans) if end > start]
        if not filled or not len(question):
            return found
        codes = np.concatenate(
            [self._codes[start:end] for start, end in (spans[i] for i in filled)]
        )
        cosines = question @ from_codes(codes).T
        lengths = [spans[i][1] - spans[i][0] for i in filled]
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        found[filled] = np.maximum.reduceat(cosines, starts, axis=1).mean(axis=0)
        return found
