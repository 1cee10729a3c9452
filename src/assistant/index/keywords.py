"""Keywords: BM25 over Chinese characters and their pairs, which need no word list.

On the shipped corpus pairs of characters found the right article first for 77% of the questions,
jieba's words for 65%.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.text import fold_character

if TYPE_CHECKING:
    from bm25s import BM25

    from assistant.index.embed import FloatVector

_UNIT = re.compile(r"(?P<latin>[0-9a-z]+(?:\.[0-9]+)*)|(?P<other>[^\W_])|(?P<space>\s+)|.")


def tokenize(text: str) -> list[str]:
    """Return the characters of a text and its pairs of neighbours, folded.

    A Latin word or a number counts as one character; punctuation parts neighbours, white space
    does not, for Chinese lines are broken anywhere.
    """
    folded = "".join(" " if c.isspace() else fold_character(c) for c in text)
    tokens: list[str] = []
    previous = ""
    for match in _UNIT.finditer(folded):
        if match["space"]:
            continue
        unit = match["latin"] or match["other"] or ""
        if unit:
            tokens.append(unit)
        if unit and previous and not (unit.isascii() and previous.isascii()):
            tokens.append(previous + unit)
        previous = unit
    return tokens


class KeywordIndex:
    """BM25 over a fixed list of texts, addressed by their positions in it."""

    def __init__(self, model: BM25) -> None:
        self._model = model
        self._vocabulary: dict[str, int] = model.vocab_dict
        self._texts = int(model.scores["num_docs"])
        # Lucene's variant stores a score exactly where a token occurs, so the length of a
        # token's column is the number of texts that have it.
        self._texts_with = np.diff(model.scores["indptr"])

    @classmethod
    def build(cls, texts: Sequence[str]) -> KeywordIndex:
        """Index the texts. At least one must hold a letter, a digit or a Chinese character."""
        from bm25s import BM25

        model = BM25(method="lucene", backend="numpy")
        model.index([tokenize(text) for text in texts], show_progress=False)
        return cls(model)

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        """Open what ``save`` wrote."""
        from bm25s import BM25

        return cls(BM25.load(folder, show_progress=False))

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self._model.save(folder, show_progress=False)

    def __len__(self) -> int:
        return self._texts

    def scores(self, tokens: Sequence[str]) -> FloatVector:
        """Return one BM25 score for each text, 0 where nothing matches."""
        known = [token for token in tokens if token in self._vocabulary]
        if not known:
            return np.zeros(self._texts, dtype=np.float32)
        return np.asarray(self._model.get_scores(known), dtype=np.float32)

    def rarity(self, token: str) -> float:
        """Return the token's inverse document frequency; one that no text has is the rarest."""
        column = self._vocabulary.get(token)
        texts_with = 0 if column is None else int(self._texts_with[column])
        return math.log(1 + (self._texts - texts_with + 0.5) / (texts_with + 0.5))
