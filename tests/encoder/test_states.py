from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assistant.encoder.bundled import correct_encoder, load_encoder, load_weights
from assistant.encoder.states import TOKENS_AT_ONCE

TEXTS = ["对下级新任职“一把手”应当开展任职谈话。", "严格执行", "发现一般性问题及时向本人提出，" * 9]


def test_a_text_has_the_same_states_alone_and_beside_longer_ones() -> None:
    encoder = load_encoder()
    texts = [encoder.windows(text)[0] for text in TEXTS]
    together = encoder.states(texts)
    for text, states in zip(texts, together, strict=True):
        assert states.shape == (len(text), encoder.width)
        assert states == pytest.approx(encoder.states([text])[0], abs=0.02)


def test_more_texts_than_go_into_one_call_come_back_in_their_order() -> None:
    encoder = load_encoder()
    texts = [encoder.windows(text)[0] for text in TEXTS * 30]
    assert sum(map(len, texts)) > TOKENS_AT_ONCE
    assert [len(states) for states in encoder.states(texts)] == [len(text) for text in texts]


def test_a_text_longer_than_the_network_is_cut_into_windows_that_hold_all_of_it() -> None:
    encoder = load_encoder()
    windows = encoder.windows("党委" * 1200)
    assert len(windows) > 1
    assert max(map(len, windows)) == load_weights().shape.positions
    assert sum(len(window) - 2 for window in windows) == encoder.count("党委" * 1200)


def test_a_pair_is_one_text_and_says_where_its_first_part_ends() -> None:
    encoder = load_encoder()
    tokens, end = encoder.pair("谁来谈话", "上级来谈话。", longest=(60, 220))
    assert tokens[:end] + tokens[-1:] == encoder.windows("谁来谈话")[0]
    assert tokens[:1] + tokens[end + 1 :] == encoder.windows("上级来谈话。")[0]
    short, end = encoder.pair("谁来谈话" * 90, "上级来谈话。" * 90, longest=(60, 220))
    assert (len(short), end) == (60 + 220 + 3, 61)


def test_a_correction_moves_the_states_and_one_of_nothing_hardly_does() -> None:
    width = load_weights().shape.width
    down, nothing = np.ones((width, 1), np.float32), np.zeros((1, width), np.float32)
    text = [load_encoder().windows(TEXTS[0])[0]]
    plain = load_encoder().states(text)[0]
    same = correct_encoder({"l3.v": (down, nothing)}).states(text)[0]
    moved = correct_encoder({"l3.v": (down, nothing + 1.0)}).states(text)[0]
    assert np.abs(same - plain).mean() < 0.01
    assert np.abs(moved - plain).mean() > 0.05


def test_threads_share_an_encoder() -> None:
    encoder = load_encoder()
    texts = [encoder.windows(text) for text in TEXTS * 4]
    alone = [encoder.states(text)[0] for text in texts]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: encoder.states(text)[0], texts))
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(alone, together, strict=True))
