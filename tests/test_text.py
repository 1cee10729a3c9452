from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.load import Corpus
from assistant.text import fold, fold_with_origins

CHINESE = st.text(
    alphabet="一把手党委（党组）(),，。、“”\"'「」《》〈〉１1２2ＡaBb \n\t\u3000\u200b…—-㎡①ﬁ",
    max_size=40,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("党委（党组）", "党委(党组)", id="brackets"),
        pytest.param("一把手，班子成员", "一把手,班子成员", id="comma"),
        pytest.param("“一把手”", "「一把手」", id="corner-quotation-marks"),
        pytest.param("“一把手”", '"一把手"', id="straight-quotation-marks"),
        pytest.param("每季度１次", "每季度1次", id="digits"),
        pytest.param("《若干措施》", "〈若干措施〉", id="title-marks"),
        pytest.param("述责述廉", "述责\n　述 廉", id="white-space-and-line-breaks"),
        pytest.param("述责述廉", "述责\u200b述廉", id="zero-width-space"),
        pytest.param("中办发〔2021〕5号", "中办发【2021】5号", id="square-brackets"),
        pytest.param("ARTICLE 5", "article 5", id="letter-case"),
    ],
)
def test_printings_of_the_same_words_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("每季度", "每年", id="words"),
        pytest.param("10%", "20%", id="digits"),
        pytest.param("批评、教育", "批评教育", id="punctuation-is-kept"),
        pytest.param("第一条", "第1条", id="numerals-are-words"),
    ],
)
def test_different_words_do_not_fold_alike(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(CHINESE)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(CHINESE)
def test_every_folded_character_knows_where_it_came_from(text: str) -> None:
    folded = fold_with_origins(text)
    assert folded.text == fold(text)
    assert len(folded.origins) == len(folded.text)
    assert list(folded.origins) == sorted(folded.origins)
    for character, origin in zip(folded.text, folded.origins, strict=True):
        assert character in fold(text[origin])


@given(CHINESE, CHINESE, CHINESE)
def test_what_is_found_is_the_span_that_folds_to_the_words(
    before: str, words: str, after: str
) -> None:
    text = before + words + after
    span = fold_with_origins(text).find(words)
    if not fold(words):
        assert span is None
    else:
        assert span is not None
        start, end = span
        assert fold(words) in fold(text[start:end])
        assert fold(text[start:end][1:-1]) in fold(words)


def test_a_find_gives_back_the_words_as_they_are_printed() -> None:
    printed = "执行党委（党组)工作规则,落实“三重一大”\n决策制度"
    span = fold_with_origins(printed).find('党委(党组)工作规则，落实"三重一大"决策制度')
    assert span is not None
    assert printed[slice(*span)] == "党委（党组)工作规则,落实“三重一大”\n决策制度"


def test_what_is_not_there_is_not_found() -> None:
    assert fold_with_origins("述责述廉报告").find("述责述廉评议") is None


def test_the_shipped_texts_stay_as_long_as_they_are(corpus: Corpus) -> None:
    # One character folds to at most one here, so a span in folded text is as long as printed.
    for parsed in corpus.documents:
        folded = fold_with_origins(parsed.document.text)
        assert len(set(folded.origins)) == len(folded.origins)
