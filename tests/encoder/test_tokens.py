from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.encoder.bundled import load_tokenizer, load_weights
from assistant.encoder.tokens import Tokenizer
from assistant.encoder.weights import Vocabulary

SPACE = "\u2581"
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=60)


def small(**scores: float) -> Tokenizer:
    pieces = ("<unk>", SPACE, *scores)
    return Tokenizer(Vocabulary(pieces, (0.0, -2.0, *scores.values()), 0, 0, 0, 0, {0x3000: " "}))


def written(tokenizer: Tokenizer, text: str, *pieces: str) -> list[str]:
    return [("<unk>", SPACE, *pieces)[number] for number in tokenizer(text)]


def test_the_likeliest_way_to_cut_wins_not_the_longest_piece() -> None:
    scores = {"监督": -3.0, "监": -9.0, "督": -9.0, "督工": -1.0, "监督工": -99.0, "工": -9.0}
    assert written(small(**scores), "监督工", *scores) == [SPACE, "监", "督工"]


def test_a_character_without_a_piece_is_unknown_and_the_rest_is_cut_as_ever() -> None:
    scores = {"监督": -3.0}
    assert written(small(**scores), "监督𠮷监督", *scores) == [SPACE, "监督", "<unk>", "监督"]


def test_wide_and_repeated_spaces_are_one() -> None:
    scores = {"监": -1.0}
    assert small(**scores)("监　 监") == small(**scores)("监 监")


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 1), ("监督", 2), ("query: 谁来约谈“一把手”，多久一次？", 15), ("\ud800", 2)],
)
def test_texts_have_the_tokens_that_the_published_model_has(text: str, length: int) -> None:
    assert len(load_tokenizer()(text)) == length


@given(HAN)
def test_pieces_joined_are_the_text(text: str) -> None:
    vocabulary = load_weights().vocabulary
    numbers = load_tokenizer()(text)
    if vocabulary.unknown not in numbers and not set(map(ord, text)) & set(vocabulary.replacements):
        assert "".join(vocabulary.pieces[n] for n in numbers).removeprefix(SPACE) == text
