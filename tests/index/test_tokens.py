from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.index.embed import to_codes
from assistant.index.tokens import TokenIndex, write_tokens

EAST, NORTH = np.eye(2, dtype=np.float32)


def open_with(folder: Path, *sentences: list[np.ndarray]) -> TokenIndex:
    codes = [
        to_codes(np.stack(tokens)) if tokens else np.empty((0, 2), np.int8) for tokens in sentences
    ]
    write_tokens(folder / "tokens", codes)
    return TokenIndex(folder / "tokens", dimensions=2)


def test_each_token_of_a_question_counts_by_its_best_in_the_sentence(tmp_path: Path) -> None:
    index = open_with(tmp_path, [EAST, NORTH], [EAST], [NORTH, NORTH])
    question = np.stack([EAST, NORTH])
    assert index.likeness(question, np.arange(3)) == pytest.approx([1.0, 0.5, 0.5], abs=0.01)


def test_only_the_sentences_asked_for_are_compared_in_the_order_asked_for(tmp_path: Path) -> None:
    index = open_with(tmp_path, [EAST], [NORTH], [EAST, NORTH])
    question = EAST[np.newaxis]
    assert index.likeness(question, np.array([2, 1])) == pytest.approx([1.0, 0.0], abs=0.01)


def test_a_sentence_without_tokens_is_like_nothing(tmp_path: Path) -> None:
    index = open_with(tmp_path, [], [EAST], [])
    likeness = index.likeness(EAST[np.newaxis], np.arange(3))
    assert likeness == pytest.approx([0.0, 1.0, 0.0], abs=0.01)


def test_an_index_of_an_embedder_that_gives_no_tokens_opens_too(tmp_path: Path) -> None:
    index = open_with(tmp_path, [], [])
    assert len(index) == 2
    assert index.likeness(EAST[np.newaxis], np.arange(2)).tolist() == [0.0, 0.0]
