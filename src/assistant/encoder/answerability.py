"""Whether a passage answers a question: both read together by the encoder, corrected for it.

Likeness says that a passage is on the matter; whether it gives the very thing that is asked (the
deadline, and of what; who approves, and not who applies) takes reading question and passage side
by side. The correction is of low rank and learnt by ``scripts/train_answerability.py`` from
questions on articles of statutes and of invented policy papers, half of them on a detail that the
article does not give; none is of this corpus.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from assistant.encoder.bundled import correct_encoder
from assistant.encoder.corrections import ANSWERABILITY, read_learnt
from assistant.encoder.states import Encoder
from assistant.encoder.weights import FloatVector

QUESTION_TOKENS = 60
PASSAGE_TOKENS = 220
QUESTION = "query: "
PASSAGE = "passage: "


class Answerability:
    """Reads pairs of a question and a passage. Thread safe."""

    def __init__(self, encoder: Encoder, weights: FloatVector, bias: float) -> None:
        """Take the corrected encoder, and how its states speak for an answer (2 × width)."""
        self._encoder = encoder
        self._weights = weights
        self._bias = bias
        self._prefix = 1 + encoder.count(QUESTION)

    def __call__(self, question: str, passage: str) -> float:
        """Return the log-odds that the passage answers the question."""
        tokens, asked = self._encoder.pair(
            f"{QUESTION}{question}",
            f"{PASSAGE}{passage}",
            longest=(QUESTION_TOKENS, PASSAGE_TOKENS),
        )
        (states,) = self._encoder.states([tokens])
        question_states = states[self._prefix : asked]
        # A question of nothing has the state of the whole stand in for its own.
        mean = question_states.mean(axis=0) if len(question_states) else states[0]
        read = np.concatenate([states[0], mean])
        return float(read @ self._weights) + self._bias


@cache
def load_answerability() -> Answerability:
    """Return the reader with what it learnt: half a second, once a process."""
    correction, learnt = read_learnt(ANSWERABILITY)
    return Answerability(
        correct_encoder(correction, fast=True), learnt["weights"], float(learnt["bias"])
    )
