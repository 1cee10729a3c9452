"""Token numbers → states of tokens, many texts at once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from assistant.encoder.network import EMBEDDED, MASK, STATES, Correction, make_network
from assistant.encoder.tokens import Tokenizer
from assistant.encoder.weights import FloatMatrix, Weights

TOKENS_AT_ONCE = 2048
"""Tokens, padding counted, of one call of the network: bounds its memory."""
_HIDDEN = np.float32(-1e9)


class Encoder:
    """The network with its vocabulary. Thread safe."""

    def __init__(
        self,
        weights: Weights,
        tokenizer: Tokenizer,
        correction: Correction | None = None,
        *,
        fast: bool = False,
    ) -> None:
        """Take what the network is made of; ``fast`` as in ``make_network``."""
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        # Threads that spin between steps take the processor from whatever else runs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._weights = weights
        self._tokenize = tokenizer
        self._session = InferenceSession(
            make_network(weights, correction, fast=fast),
            options,
            providers=["CPUExecutionProvider"],
        )
        width = weights.shape.width
        _return_memory()
        self.width = width
        self._positions = (
            weights.vector("emb.pos").reshape(-1, width)
            + weights.vector("emb.type").reshape(-1, width)[0]
        )
        vocabulary = weights.vocabulary
        self._begin, self._end = vocabulary.begin, vocabulary.end
        self._padding = vocabulary.padding
        self._longest = weights.shape.positions

    def count(self, text: str) -> int:
        """Return how many tokens a text has."""
        return len(self._tokenize(text))

    def windows(self, text: str) -> list[list[int]]:
        """Return a text's tokens between begin and end, in as many pieces as the network needs."""
        tokens = self._tokenize(text)
        room = self._longest - 2
        return [
            [self._begin, *tokens[start : start + room], self._end]
            for start in range(0, max(1, len(tokens)), room)
        ]

    def pair(self, first: str, second: str, *, longest: tuple[int, int]) -> tuple[list[int], int]:
        """Return two texts as one, each cut to so many tokens, and where the first one ends."""
        one, other = (
            self._tokenize(text)[:limit]
            for text, limit in zip((first, second), longest, strict=True)
        )
        return [self._begin, *one, self._end, *other, self._end], 1 + len(one)

    def states(self, texts: Sequence[Sequence[int]]) -> list[FloatMatrix]:
        """Return the states of each text's tokens, one row a token, in the order of ``texts``.

        A text has at most as many tokens as the network has positions.
        """
        found: list[FloatMatrix] = [np.empty((0, self.width), dtype=np.float32)] * len(texts)
        for batch in _batches(texts):
            states = self._run([texts[i] for i in batch])
            for row, i in enumerate(batch):
                found[i] = states[row, : len(texts[i])]
        return found

    def _run(self, texts: Sequence[Sequence[int]]) -> FloatMatrix:
        longest = max(map(len, texts))
        numbers = np.full((len(texts), longest), self._padding, dtype=np.intp)
        mask = np.zeros((len(texts), 1, longest, longest), dtype=np.float32)
        for row, text in enumerate(texts):
            numbers[row, : len(text)] = text
            mask[row, ..., len(text) :] = _HIDDEN
        embedded = self._weights.rows("emb.word", numbers.ravel(), inputs=self.width)
        embedded = embedded.reshape(*numbers.shape, self.width) + self._positions[:longest]
        (states,) = self._session.run([STATES], {EMBEDDED: embedded, MASK: mask})
        return np.asarray(states, dtype=np.float32)


def _return_memory() -> None:
    """Give back what making the network took: the C library keeps 50 MB of it otherwise."""
    # Other systems have no such library, or one that has no such call.
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _batches(texts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Yield places of texts of like length, as many together as fit."""
    batch: list[int] = []
    for i in sorted(range(len(texts)), key=lambda i: len(texts[i])):
        if batch and (len(batch) + 1) * len(texts[i]) > TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
