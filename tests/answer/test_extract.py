from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assistant.answer.asked import Kind
from assistant.answer.extract import (
    ENTIRE,
    GIVES_COUNT,
    NARROW,
    SIDE,
    USUAL,
    WIDE,
    Extent,
    extent_of,
    favour_count,
    quote_article,
    quote_hits,
    score_sentences,
)
from assistant.domain import Hit, ParsedDocument
from assistant.pipeline import Assistant

from .samples import MEASURES, OPINIONS, article, hit, quoted

Documents = dict[str, ParsedDocument]


def test_without_hits_nothing_is_quoted(documents: Documents) -> None:
    assert quote_hits((), (), documents) == []


def test_what_gives_the_number_asked_for_comes_ahead(documents: Documents) -> None:
    asked = re.compile(r"[0-9]+次谈心谈话")
    talks = hit(article(documents[MEASURES], 10), {"": 2.0})
    other = replace(hit(article(documents[MEASURES], 8), {"": 2.0}), score=talks.score + 1.0)
    first, second = favour_count([other, talks], asked)
    assert (first.article, first.rank) == (talks.article, 1)
    assert first.score == pytest.approx(talks.score + GIVES_COUNT)
    assert (second.article, second.score, second.rank) == (other.article, other.score, 2)
    best = max(first.sentences, key=lambda pair: pair[1])[0]
    assert "1次谈心谈话" in best.text


def test_the_best_sentence_is_quoted_whole(documents: Documents) -> None:
    unit = article(documents[OPINIONS], 8)
    found = hit(unit, {"不能“一签了之”": 6.0})
    statement = quote_article(found, (), documents, extent=NARROW)
    [(start, end)] = statement.spans
    text = documents[OPINIONS].document.text[start:end]
    assert "不能“一签了之”" in text
    assert text in [s.text for s in unit.sentences]


def test_the_best_is_quoted_even_when_it_is_longer_than_the_extent(documents: Documents) -> None:
    unit = article(documents[OPINIONS], 3)
    found = hit(unit, {"同下级“一把手”定期开展监督谈话": 6.0})
    narrow = Extent(sentences=1, characters=5, close=1.0)
    [(start, end)] = quote_article(found, (), documents, extent=narrow).spans
    assert end - start > 5


@pytest.mark.parametrize("extent", [NARROW, USUAL, WIDE, SIDE])
def test_no_more_is_quoted_than_the_extent_allows(documents: Documents, extent: Extent) -> None:
    for unit in documents[MEASURES].numbered:
        found = hit(unit, {"": 5.0})
        spans = quote_article(found, (), documents, extent=extent).spans
        whole = [s for s in unit.sentences if any(a <= s.start < b for a, b in spans)]
        assert 1 <= len(whole) <= extent.sentences
        assert sum(len(s.text) for s in whole) <= extent.characters or len(whole) == 1


def test_sentences_are_quoted_in_reading_order_and_neighbours_together(
    documents: Documents,
) -> None:
    unit = article(documents[OPINIONS], 14)
    third, fourth, fifth = unit.sentences[-3:]
    found = hit(unit, {fifth.text: 6.0, third.text: 5.0, fourth.text: 5.5})
    statement = quote_article(found, (), documents, extent=USUAL)
    assert statement.spans == ((third.start, fifth.end),)


def test_a_sentence_far_behind_the_best_is_left_out(documents: Documents) -> None:
    unit = article(documents[OPINIONS], 14)
    found = hit(unit, {"及时进行提醒": 6.0, "依规依纪": 0.5})
    [(start, end)] = quote_article(found, (), documents, extent=USUAL).spans
    assert "依规依纪" not in documents[OPINIONS].document.text[start:end]


def test_a_sentence_that_gives_what_is_asked_for_gains(documents: Documents) -> None:
    unit = article(documents[MEASURES], 10)
    found = hit(unit, {"任职廉政谈话": 4.0, "1次谈心谈话": 3.5})
    [(start, end)] = quote_article(found, (Kind.TIMES,), documents, extent=NARROW).spans
    assert "1次谈心谈话" in documents[MEASURES].document.text[start:end]


def test_an_articles_caption_stands_back_behind_what_it_says(documents: Documents) -> None:
    unit = article(documents[MEASURES], 11)
    scored = score_sentences(hit(unit, {"": 5.0}), ())
    assert scored[0][1] < scored[1][1]


def test_sentences_keep_their_order_when_they_are_scored(documents: Documents) -> None:
    unit = article(documents[MEASURES], 24)
    scored = score_sentences(hit(unit, {}), (Kind.FREQUENCY,))
    assert tuple(s for s, _ in scored) == unit.sentences


def test_where_two_can_hardly_be_told_apart_neither_is_quoted_at_length(
    documents: Documents,
) -> None:
    long = max(documents[MEASURES].numbered, key=lambda unit: len(unit.text))
    first = hit(long, {"": 6.0}, score=9.0)
    other = article(documents[OPINIONS], 6)
    ahead, even = (hit(other, {"": 6.0}, score=score, rank=2) for score in (7.0, 8.9))

    def length(*hits: Hit) -> int:
        return sum(end - start for start, end in quote_hits(hits, (), documents)[0].spans)

    assert length(first, even) < length(first, ahead) <= USUAL.characters


def test_what_stands_beside_the_first_is_cited_in_no_more_pieces_than_it(
    documents: Documents,
) -> None:
    """Most of what is cited is on what is most likely meant."""
    first = hit(article(documents[OPINIONS], 3), {"任职谈话": 6.0}, score=9.0)
    unit = article(documents[MEASURES], 20)
    scored = tuple(
        (s, 6.0 * (at in (1, len(unit.sentences) - 1))) for at, s in enumerate(unit.sentences)
    )
    other = Hit(unit, 7.0, 2, scored)
    [alone] = quote_hits([other], (), documents)
    assert len(alone.spans) > 1
    quoted_first, beside = quote_hits([first, other], (), documents)
    assert len(beside.spans) <= len(quoted_first.spans) == 1


def test_of_several_articles_each_is_quoted_briefly(documents: Documents) -> None:
    units = [article(documents[OPINIONS], number) for number in (4, 8, 11)]
    hits = [hit(unit, {"": 6.0}, score=9.0 - rank, rank=rank) for rank, unit in enumerate(units, 1)]
    found = quote_hits(hits, (), documents)
    assert [s.article.id for s in found] == [f"{OPINIONS}#{number}" for number in (4, 8, 11)]
    longest = max(max(len(s.text) for s in unit.sentences) for unit in units)
    for statement in found:
        assert sum(end - start for start, end in statement.spans) <= max(longest, NARROW.characters)


def test_several_things_asked_want_more_sentences() -> None:
    one = extent_of("信访举报多久分析一次？")
    several = extent_of("信访举报由谁分析、多久分析一次、结果怎么报告？")
    assert several.sentences > one.sentences
    assert several.characters > one.characters


@pytest.mark.parametrize(
    ("question", "needed"),
    [
        ("北京规定信访举报多久分析研判一次？", "每季度"),
        ("北京规定纪检机关负责人每年至少跟下级“一把手”谈几次心？", "1次谈心谈话"),
        ("民主生活会走过场怎么办？", "责令重新召开"),
        ("北京每年按多大比例抽查市管干部个人有关事项？", "10%"),
    ],
)
def test_the_answer_holds_what_was_asked_and_is_short(
    assistant: Assistant, question: str, needed: str
) -> None:
    answer = assistant.ask(question)
    assert needed in quoted(answer)
    assert len(answer.text) <= 500


@pytest.mark.parametrize(
    "question",
    [
        "醉酒驾驶机动车怎么处罚？",
        "醉酒驾驶怎么处罚",
    ],
)
def test_an_item_is_quoted_with_the_words_that_it_completes(
    law_assistant: Assistant, question: str
) -> None:
    answer = law_assistant.ask(question)
    assert "醉酒驾驶机动车" in quoted(answer)
    assert "处拘役，并处罚金" in quoted(answer)


@pytest.mark.parametrize(
    "question",
    [
        "政治监督要强化的各个方面请一条不漏列出来",
        "对信访举报的所有要求都列出来",
        "巡视巡察一共要做哪几件事，别漏",
        "逐项说明民主生活会的要求",
    ],
)
def test_whoever_wants_it_without_a_gap_is_quoted_everything(question: str) -> None:
    assert extent_of(question) is ENTIRE


@pytest.mark.parametrize("question", ["信访举报多久分析一次？", "谁来谈、谈什么？", "有没有遗漏？"])
def test_whoever_does_not_is_not(question: str) -> None:
    assert extent_of(question) is not ENTIRE


def test_a_list_that_runs_through_a_sentence_is_quoted_to_its_end(assistant: Assistant) -> None:
    answer = assistant.ask("北京对一把手和领导班子的政治监督，要强化的各个方面请一条不漏列出来")
    assert "对党忠诚" in quoted(answer)
    assert "担当作为、廉洁自律等情况的监督" in quoted(answer)


def test_everything_is_every_sentence_in_reading_order(documents: Documents) -> None:
    unit = article(documents[OPINIONS], 14)
    statement = quote_article(hit(unit, {}), (), documents, extent=ENTIRE)
    text = documents[OPINIONS].document.text
    quotation = "".join(text[start:end] for start, end in statement.spans)
    left_out = [s.text for s in unit.sentences if s.text not in quotation]
    assert left_out in ([], [unit.sentences[0].text])
