from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.index.keywords import KeywordIndex, tokenize

from .samples import LEAVE_RULES

SENTENCES = [s.text for article in LEAVE_RULES.articles for s in article.sentences]


def position(words: str) -> int:
    [at] = [i for i, text in enumerate(SENTENCES) if words in text]
    return at


def test_tokens_are_characters_and_pairs_of_neighbours() -> None:
    assert tokenize("请假办法") == ["请", "假", "请假", "办", "假办", "法", "办法"]


def test_punctuation_parts_neighbours() -> None:
    assert "法请" not in tokenize("制定本办法。请假应当申请")
    assert "把手" in tokenize("“一把手”监督")
    assert "手监" not in tokenize("“一把手”监督")


def test_a_line_break_does_not_part_neighbours() -> None:
    assert tokenize("书面\n 申请") == tokenize("书面申请")


def test_latin_words_and_numbers_stay_whole() -> None:
    assert tokenize("用 Word 2021 填写3.5万元") == [
        "用", "word", "用word", "2021", "填", "2021填", "写", "填写", "3.5", "写3.5", "万",
        "3.5万", "元", "万元",
    ]  # fmt: skip


def test_width_and_case_make_no_difference() -> None:
    assert tokenize("第１２条，ＡＢＣ") == tokenize("第12条,abc")


@given(st.text(alphabet="党委请假审批“”，。AB12 \n", max_size=40), st.integers(0, 40))
def test_white_space_beside_a_chinese_character_never_matters(text: str, at: int) -> None:
    head, tail = text[:at] + "领", "导" + text[at:]
    assert tokenize(head + "\n" + tail) == tokenize(head + tail)


@pytest.mark.parametrize("text", ["", "。，！", "  \n", "\ud800", "\u200b"])
def test_text_without_letters_has_no_tokens(text: str) -> None:
    assert tokenize(text) == []


def test_the_sentence_with_the_asked_words_scores_highest() -> None:
    scores = KeywordIndex.build(SENTENCES).scores(tokenize("急病请假怎么补办手续"))
    assert scores.shape == (len(SENTENCES),)
    assert int(scores.argmax()) == position("急病")


def test_a_sentence_that_shares_no_token_scores_zero() -> None:
    scores = KeywordIndex.build(SENTENCES).scores(tokenize("急病"))
    assert [i for i, score in enumerate(scores) if score > 0] == [position("急病")]


@pytest.mark.parametrize("question", ["", "？？", "xyzzy", "鲸鱼"])
def test_a_question_of_unknown_tokens_scores_zero_everywhere(question: str) -> None:
    scores = KeywordIndex.build(SENTENCES).scores(tokenize(question))
    assert scores.tolist() == [0.0] * len(SENTENCES)


def test_rare_tokens_are_rarer_and_an_unseen_one_is_the_rarest() -> None:
    index = KeywordIndex.build(SENTENCES)
    assert 0 < index.rarity("请假") < index.rarity("急病") < index.rarity("鲸鱼")


def test_rarity_counts_texts_and_not_occurrences() -> None:
    index = KeywordIndex.build(["谈话谈话谈话", "谈话", "审批", "考核"])
    assert index.rarity("谈话") == KeywordIndex.build(["谈话", "谈", "话", "谈话"]).rarity("谈话")


def test_a_saved_index_scores_as_before(tmp_path: Path) -> None:
    built = KeywordIndex.build(SENTENCES)
    built.save(tmp_path / "keywords")
    opened = KeywordIndex.load(tmp_path / "keywords")
    tokens = tokenize("超过三日由谁审批？鲸鱼")
    assert opened.scores(tokens).tolist() == built.scores(tokens).tolist()
    assert [opened.rarity(token) for token in tokens] == [built.rarity(token) for token in tokens]
    assert len(opened) == len(SENTENCES)
