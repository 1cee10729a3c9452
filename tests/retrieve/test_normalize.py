from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.load import Corpus
from assistant.retrieve.normalize import Normalizer


def spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("下級單位開民主生活會，重點檢查什麼？", "下级单位开民主生活会，重点检查什么？"),
        ("述責述廉報告公開嗎", "述责述廉报告公开吗"),
        ("乾部幹部都要監督", "干部干部都要监督"),
    ],
)
def test_traditional_characters_become_simplified(
    normalizer: Normalizer, typed: str, meant: str
) -> None:
    assert normalizer(typed) == meant


def test_full_width_digits_and_letters_become_half_width(normalizer: Normalizer) -> None:
    assert normalizer("《意见》第１２条，ＰＤＦ版") == "《意见》第12条，PDF版"


@pytest.mark.parametrize(
    "question", ["《意见》（五）：“一把手”怎么监督？", "「四种形态」是什么！", "批评、教育；诫勉……"]
)
def test_full_width_punctuation_stays(normalizer: Normalizer, question: str) -> None:
    assert normalizer(question) == question


def test_white_space_is_folded_to_single_blanks(normalizer: Normalizer) -> None:
    assert normalizer("　信访举报\n\n怎么\t分析　") == "信访举报 怎么 分析"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("苗tou性问题怎么办", "苗头性问题怎么办", id="the-neighbours-tell-which"),
        pytest.param("苗Tou性问题怎么办", "苗头性问题怎么办", id="a-capital"),
        pytest.param("中央yijian里怎么说", "中央意见里怎么说", id="a-whole-word"),
        pytest.param("minzhu生活会怎么开", "民主生活会怎么开", id="at-the-beginning"),
    ],
)
def test_pinyin_inside_a_question_becomes_the_words_of_the_corpus(
    normalizer: Normalizer, typed: str, meant: str
) -> None:
    assert normalizer(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("What does the article say about supervision?", id="english"),
        pytest.param("minzhu shenghuohui", id="nothing-but-letters"),
        pytest.param("有PDF版吗", id="an-abbreviation"),
        pytest.param("OA系统里怎么报备", id="letters-that-are-no-pinyin-here"),
    ],
)
def test_letters_that_are_no_pinyin_stay(normalizer: Normalizer, question: str) -> None:
    assert normalizer(question) == question


@pytest.mark.parametrize("question", ["AI能监督一把手吗", "苗TOU性问题怎么办"])
def test_capitals_that_could_be_pinyin_are_an_abbreviation(
    normalizer: Normalizer, question: str
) -> None:
    assert normalizer(question) == question


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("要不要弄请示报高清单", "要不要弄请示报告清单"),
        ("任职廉正谈话谁来谈", "任职廉政谈话谁来谈"),
        ("工作电评会还搞不搞", "工作点评会还搞不搞"),
    ],
)
def test_a_homophone_that_makes_no_word_is_put_right(
    normalizer: Normalizer, typed: str, meant: str
) -> None:
    assert normalizer(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "述职要注意什么",  # 述职 and 述责 sound alike and are both in the texts
        "纪检机关怎么监督",
        pytest.param("领导班子的正职和副职", id="half-inside-the-stretch-of-four"),
        "自觉接受监督",
    ],
)
def test_a_word_of_the_corpus_is_never_respelt(normalizer: Normalizer, question: str) -> None:
    assert normalizer(question) == question


@given(data=st.data())
def test_no_stretch_of_the_corpus_is_respelt(
    normalizer: Normalizer, corpus: Corpus, data: st.DataObject
) -> None:
    parsed = data.draw(st.sampled_from(corpus.documents))
    sentence = data.draw(st.sampled_from([s for a in parsed.articles for s in a.sentences]))
    start = data.draw(st.integers(0, len(sentence.text) - 1))
    stretch = sentence.text[start : data.draw(st.integers(start + 1, len(sentence.text)))]
    assert normalizer(stretch) == spaced(stretch)


@pytest.mark.parametrize(
    "question",
    [
        "哪些条提到民主生活会",
        "请列出讲到民主生活会的条款",
        "找各单位主要负责人谈心",
        "同级监督一直是个难题",
    ],
)
def test_everyday_words_beside_words_of_the_corpus_are_no_misspellings(
    normalizer: Normalizer, question: str
) -> None:
    assert normalizer(question) == question


@given(
    st.text(alphabet="一把手民主生活会述责述廉tou ZHU１２第条，。？（）「」\u200b\t", max_size=30)
)
def test_normalising_twice_changes_nothing_more(normalizer: Normalizer, question: str) -> None:
    once = normalizer(question)
    assert normalizer(once) == once


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("unit", ["述责述廉报告公开吗？", "苗tou性", "请示报高", "a", "（", "監督"])
def test_a_very_long_question_is_normalised_in_time(normalizer: Normalizer, unit: str) -> None:
    typed = unit * (6_000 // len(unit))  # three times what may be asked as shipped
    assert normalizer(typed)


@pytest.mark.parametrize("nothing", ["", " ", "\n　\t"])
def test_nothing_stays_nothing(normalizer: Normalizer, nothing: str) -> None:
    assert normalizer(nothing) == ""


def test_without_texts_script_and_width_are_still_put_right() -> None:
    assert Normalizer([])("監督第１２條，苗tou性，请示报高") == "监督第12条，苗tou性，请示报高"
