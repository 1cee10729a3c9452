from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.answer.terms import Terms, find_phrase, find_several, find_term
from assistant.domain import ParsedDocument

from .samples import MEASURES, OPINIONS

Documents = dict[str, ParsedDocument]


@pytest.fixture(scope="module")
def measures(documents: Documents) -> Sequence[ParsedDocument]:
    return [documents[MEASURES]]


@pytest.fixture(scope="module")
def both(documents: Documents) -> Sequence[ParsedDocument]:
    return [documents[OPINIONS], documents[MEASURES]]


def held(terms: Terms, searched: Sequence[ParsedDocument]) -> set[int]:
    """Return the numbers of the articles that have one of the words."""
    articles = (article for parsed in searched for article in parsed.numbered)
    return {a.number for a in articles if a.number and terms.held_by(a.text)}


def test_a_long_term_may_have_another_word_inside(measures: Sequence[ParsedDocument]) -> None:
    """党建考核 is 党建工作考核 in one article and 党建年度考核 in another."""
    term = find_term("全面从严治党（党建）考核", measures)
    assert term is not None
    assert held(term, measures) == {3, 7, 17, 23, 26, 27}
    assert term.held_by("做深做实全面从严治党（党建）年度考核")
    assert not term.held_by("全面从严治党（党建）以及其他各项考核")


def test_a_word_for_whose_a_thing_is_narrows_no_list(both: Sequence[ParsedDocument]) -> None:
    """干部廉政档案 stands in two articles, 廉政档案 in three."""
    term = find_term("干部廉政档案", both)
    assert term is not None
    assert term.words == ("廉政档案",)
    assert held(term, both) == {11, 19, 23}


def test_halves_of_one_kind_are_looked_for_alone_too(documents: Documents) -> None:
    term = find_term("巡视巡察", [documents[OPINIONS]])
    assert term is not None
    assert "巡视" in term.words
    assert term.held_by("派驻监督、巡视监督统筹衔接")


@pytest.mark.parametrize("word", ["廉政档案", "民主生活会", "信访举报"])
def test_a_word_whose_halves_are_of_different_kinds_stays_whole(
    both: Sequence[ParsedDocument], word: str
) -> None:
    term = find_term(word, both)
    assert term is not None
    assert term.words == (word,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("哪几条提到述责述廉", "述责述廉", id="behind the verb"),
        pytest.param(
            "全面从严治党（党建）考核被提到好多次，分别起什么作用",
            "全面从严治党（党建）考核",
            id="before the passive",
        ),
        pytest.param("凡是把工程建设单独点出来的条款", "工程建设", id="singled out"),
        pytest.param("有关约谈的，“信访举报”在哪几条", "信访举报", id="quoted"),
        pytest.param(
            "哪几条写到《中国共产党重大事项请示报告条例》",
            "《中国共产党重大事项请示报告条例》",
            id="a title",
        ),
        pytest.param("除了约谈，哪几条写到诫勉", "诫勉", id="nothing that is left out"),
    ],
)
def test_what_is_to_be_found_is_read_from_how_it_is_asked(
    both: Sequence[ParsedDocument], text: str, words: str
) -> None:
    terms = find_phrase(text, both)
    assert terms is not None
    assert terms.words[0] == words


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("新官上任要谈，依据是哪些条", id="依据 stands for anything"),
        pytest.param("要求向同级党委“一把手”报告的都列出来", id="一把手 is everywhere"),
        pytest.param("哪几条起什么作用", id="作用 stands for anything"),
    ],
)
def test_words_for_anything_are_no_term(measures: Sequence[ParsedDocument], text: str) -> None:
    terms = find_phrase(text, measures)
    assert terms is None or terms.words[0] not in ("依据", "一把手", "作用")


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("讲大数据、信息化的表述", ["大数据", "信息化"]),
        ("提倡用大数据、搞信息化的是哪几条", ["用大数据", "信息化"]),
        ("问题线索的处置、移送、分析", []),
        ("配偶、子女、家属亲友怎么管", ["配偶", "子女", "家属亲友"]),
        ("上级纪委、组织部的领导要去下级单位参加或列席哪些会", ["参加", "列席"]),
        ("哪些会要上级纪委、组织部的领导去参加、列席", ["参加", "列席"]),
        ("给组织部、宣传部派了哪些活", []),
    ],
)
def test_words_any_of_which_may_be_said_are_those_that_the_texts_have(
    both: Sequence[ParsedDocument], topic: str, words: list[str]
) -> None:
    found, _, _ = find_several(topic, both)
    assert found == words


def test_what_words_stand_beside_is_told_apart_by_clause(both: Sequence[ParsedDocument]) -> None:
    _, here, elsewhere = find_several("落实得好不好，会放进哪些考核和检查里面", both)
    assert "放进" in here
    assert "落实得好不好" in elsewhere


def test_occurrences_are_counted_in_folded_text() -> None:
    terms = Terms.of(["“一把手”", "约谈"])
    assert terms.count('对"一把手"约\n谈，再约谈“一把手”') == 4
