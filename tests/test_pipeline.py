from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answer.verify import is_verbatim
from assistant.domain import Answer, ParsedDocument, Turn
from assistant.errors import CorpusError, IndexMissing, IndexOutdated, QuestionError
from assistant.evals.cases import load_cases
from assistant.evals.trial import spread
from assistant.pipeline import Assistant, build, index_state
from assistant.settings import Settings

Documents = dict[str, ParsedDocument]
MARKER = re.compile(r"\[(\d+)\]")
SOME = 240
"""How many development questions are asked here; the evaluation asks them all."""
LONGEST = 2000
"""Characters of a question, as shipped."""

FEW = (
    "述责述廉报告要公开吗？",
    "信访举报多久分析一次？",
    "《若干措施》第二十条",
    "第五条怎么规定？",
    "《意见》哪几条提到“约谈”？",
    "中央和北京关于谈话提醒制度的规定有什么区别？",
    "《意见》一共多少条？",
    "新华社版和正式文本有哪些不同？",
    "怎么做红烧排骨？",
    "上海怎么规定？",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A reference question and what came of it."""

    id: str
    question: str
    history: tuple[Turn, ...]
    answer: Answer


@pytest.fixture(scope="module")
def asked(assistant: Assistant, shipped_settings: Settings) -> tuple[Asked, ...]:
    """Development questions of every kind with their answers."""
    every = load_cases(shipped_settings.evals / "reference.jsonl")
    cases = [case for case in every if case.split == "dev"]
    chosen = spread(cases)[:SOME]
    assert {case.kind for case in chosen} == {case.kind for case in cases}
    return tuple(
        Asked(c.id, c.question, c.history, assistant.ask(c.question, history=c.history))
        for c in chosen
    )


def without_time(answer: Answer) -> Answer:
    return replace(answer, elapsed_ms=0.0)


def check_promises(answer: Answer, documents: Documents) -> None:
    """Check what every answer keeps, whatever was asked."""
    assert answer.status in {"answered", "refused", "clarify"}
    assert answer.text.strip()
    assert answer.elapsed_ms > 0
    if answer.status == "answered":
        check_citations(answer, documents)
    else:
        assert answer.citations == ()
        assert answer.reason
        assert not MARKER.search(answer.text)
    assert len(answer.related) <= 3
    assert bool(answer.options) == (answer.status == "clarify")
    for place in (*answer.related, *answer.options):
        unit = next(a for a in documents[place.document_id].articles if a.id == place.article_id)
        assert place.number == unit.number
        assert place.text in unit.text or place.text == unit.title


def check_citations(answer: Answer, documents: Documents) -> None:
    """Check that every citation is verbatim, used, and behind what it proves."""
    assert answer.citations
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {int(n) for n in MARKER.findall(answer.text)} == {c.marker for c in answer.citations}
    for citation in answer.citations:
        document = documents[citation.document_id].document
        assert document.text[citation.start : citation.end] == citation.quote
        assert is_verbatim(citation, documents)
        assert f"{citation.quote}[{citation.marker}]" in answer.text


def test_every_answer_to_a_reference_question_keeps_the_promises(
    asked: Sequence[Asked], documents: Documents
) -> None:
    assert len(asked) >= 150
    for one in asked:
        try:
            check_promises(one.answer, documents)
        except AssertionError as error:
            raise AssertionError(f"{one.id}：{one.question}") from error


def test_what_is_said_beside_quotations_is_no_sentence_of_the_texts(
    asked: Sequence[Asked], documents: Documents
) -> None:
    sentences = {
        sentence.text
        for parsed in documents.values()
        for unit in parsed.articles
        for sentence in unit.sentences
        if sentence.text.endswith(("。", "；"))
    }
    for one in asked:
        rest = one.answer.text
        for citation in one.answer.citations:
            rest = rest.replace(f"{citation.quote}[{citation.marker}]", "")
        said = [sentence for sentence in sentences if sentence in rest]
        offered = [
            unit.text
            for place in one.answer.related
            for unit in documents[place.document_id].articles
            if unit.id == place.article_id
        ]
        # A refusal may say what the nearest article does contain; that article is offered too.
        assert one.answer.status == "refused" or not said, one.id
        assert all(any(sentence in text for text in offered) for sentence in said), one.id


def test_all_three_outcomes_occur(asked: Sequence[Asked]) -> None:
    assert {one.answer.status for one in asked} == {"answered", "refused", "clarify"}


def test_the_question_that_was_searched_is_told_only_when_history_changed_it(
    asked: Sequence[Asked],
) -> None:
    for one in asked:
        if not one.history:
            assert one.answer.question_used == ""
    assert any(one.answer.question_used for one in asked)


@pytest.mark.parametrize("question", FEW)
def test_the_same_question_gets_the_same_answer_twice(assistant: Assistant, question: str) -> None:
    first, second = assistant.ask(question), assistant.ask(question)
    assert without_time(first) == without_time(second)
    assert assistant.search(question) == assistant.search(question)


def test_one_conversation_leaves_no_trace_in_the_next(assistant: Assistant) -> None:
    alone = without_time(assistant.ask("那北京呢？"))
    history: tuple[Turn, ...] = (
        ("user", "《意见》对述责述廉怎么规定？"),
        ("assistant", "《意见》（七）：述责述廉报告在一定范围内公开。[1]"),
    )
    assistant.ask("那北京呢？", history=history)
    assert without_time(assistant.ask("那北京呢？")) == alone


def test_several_who_ask_at_once_get_what_each_would_get_alone(assistant: Assistant) -> None:
    alone = {question: without_time(assistant.ask(question)) for question in FEW}
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = list(pool.map(assistant.ask, FEW * 3))
    for question, answer in zip(FEW * 3, answers, strict=True):
        assert without_time(answer) == alone[question]


def test_two_who_ask_a_fresh_assistant_first_get_the_same_too(
    indexed_settings: Settings, assistant: Assistant
) -> None:
    # What is built on first use must not be seen half built.
    fresh = Assistant.open(indexed_settings)
    questions = ("请示报高清单要不要弄", "苗tou性问题怎么办", "監督誰", "述责述廉要公开吗")
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(fresh.ask, questions))
    for question, answer in zip(questions, answers, strict=True):
        assert without_time(answer) == without_time(assistant.ask(question))


@pytest.mark.parametrize("question", ["", " ", "\n\t　", "\u2003"])
def test_an_empty_question_is_turned_away_in_chinese(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="问题是空的") as raised:
        assistant.ask(question)
    check_sentence(str(raised.value))
    with pytest.raises(QuestionError):
        assistant.search(question)


@pytest.mark.parametrize("length", [LONGEST + 1, 10_000, 1_000_000])
def test_a_question_that_is_too_long_is_turned_away_with_both_lengths(
    assistant: Assistant, length: int
) -> None:
    with pytest.raises(QuestionError, match=f"{length}.*{LONGEST}") as raised:
        assistant.ask("问" * length)
    check_sentence(str(raised.value))


def check_sentence(message: str) -> None:
    assert "\n" not in message
    assert message.endswith("。")
    assert not re.search(r"[A-Za-z]", message)


@pytest.mark.timeout(120, func_only=True)
def test_the_longest_question_allowed_is_answered_or_refused(
    assistant: Assistant, documents: Documents
) -> None:
    question = "处长让我整理材料。" * 300
    question = question[: LONGEST - 12] + "信访举报多久分析一次？"
    check_promises(assistant.ask(question[:LONGEST]), documents)


FORMS = {
    "content": "信访举报多久分析一次，{}",
    "about": "《意见》一共多少条，{}",
    "overview": "《意见》整体结构和主要内容，{}",
    "comparison": "{}，中央和北京的规定有什么区别",
    "printings": "{}，新华社版和正式文本有什么不同",
    "address": "《意见》第三条{}",
}


@pytest.mark.timeout(60, func_only=True)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_no_form_of_a_long_question_keeps_others_waiting(
    assistant: Assistant, documents: Documents, form: str
) -> None:
    check_promises(assistant.ask(form.format("述责述廉" * 150)), documents)


@pytest.mark.timeout(60, func_only=True)
def test_nor_does_a_list_of_a_long_phrase(assistant: Assistant, documents: Documents) -> None:
    check_promises(assistant.ask("《意见》哪几条提到" + "述责述廉" * 150), documents)


HOSTILE = {
    "control-characters": "\x00\x01\x02\x1b[31m述责述廉\x07\x7f",
    "brackets": "（" * 1000,
    "square-brackets": "[" * 1000,
    "open-and-close": "（" * 500 + "）" * 500,
    "article-brackets": "第（" * 500,
    "title-marks": "《" * 500 + "》" * 500,
    "html": "<script>alert('述责述廉')</script><img src=x onerror=alert(1)>",
    "markdown": "[述责述廉](http://example.invalid) **要** `公开` ![](x) [1][2]",
    "emoji": "😀👨‍👩‍👧‍👦🇨🇳述责述廉👍🏽",
    "only-emoji": "😀😀",
    "only-punctuation": "，。？！……——“”",
    "one-punctuation-mark": "？",
    "lone-surrogate": "述责\ud800述廉\udfff报告公开吗",
    "only-a-lone-surrogate": "\udc80",
    "right-to-left": "\u202e公开吗报告述责述廉\u202c",
    "zero-width": "述\u200b责\u200c述\u200d廉\ufeff",
    "combining": "述" + "\u0301" * 500,
    "numbers": "1" * 500,
    "numeral-without-end": "第" + "九" * 1500 + "条",
    "zeroth-article": "《意见》第零条",
    "unknown-numeral": "《意见》第百千条",
    "very-large-number": "《意见》第99999999999999999999条",
    "template": "{question} %s ${HOME} {{7*7}}",
    "sql": "'; DROP TABLE articles; --",
    "regular-expression": "(((a+)+)+)+$.*\\d{1,9999}[^",
    "greek-and-cyrillic": "Σίσυφος надзор",
    "private-use": "\ue000\uf8ff述责述廉",
    "astral": "𠮷野家怎么监督𝟏𝟐条",
    "letters": "tou" * 600,
    "pinyin-in-chinese": "苗tou性" * 300,
    "marker": "请回答[1][2][99]，并引用[1]",
    "last-part": "《意见》最后一部分和答记者问最后一部分讲了什么",
    "last-part-of-what-has-none": "答记者问最后一章",
}


@pytest.mark.timeout(120, func_only=True)
@pytest.mark.parametrize("question", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_gets_a_proper_answer(
    assistant: Assistant, documents: Documents, question: str
) -> None:
    check_promises(assistant.ask(question), documents)


@pytest.mark.timeout(120, func_only=True)
@pytest.mark.parametrize("turn", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_conversation_before_does_no_harm(
    assistant: Assistant, documents: Documents, turn: str
) -> None:
    history: tuple[Turn, ...] = (("user", turn), ("assistant", turn))
    check_promises(assistant.ask("那北京呢？", history=history), documents)
    check_promises(assistant.ask("原文发我", history=history), documents)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from(
                "第一二三十百零（）()条款部分之项《意见》《措施》哪几中央北京新华社版最后"
            ),
            st.characters(),
        ),
        max_size=40,
    )
)
def test_whatever_is_typed_only_a_question_error_is_raised(
    assistant: Assistant, documents: Documents, question: str
) -> None:
    try:
        answer = assistant.ask(question)
    except QuestionError as error:
        check_sentence(str(error))
    else:
        check_promises(answer, documents)


FIRST: tuple[Turn, ...] = (
    ("user", "《意见》对新任职的下级“一把手”有什么要求？"),
    ("assistant", "《意见》（三）：对下级新任职“一把手”应当开展任职谈话；[1]"),
)


def test_a_follow_up_is_answered_from_the_document_it_turns_to(assistant: Assistant) -> None:
    answer = assistant.ask("那北京这边呢？", history=FIRST)
    assert answer.status == "answered"
    assert answer.citations[0].article_id == "beijing-measures-2021#6"
    assert {c.document_id for c in answer.citations} == {"beijing-measures-2021"}
    assert "新任职" in answer.question_used
    assert "北京" in answer.question_used


def test_a_request_for_the_source_gives_the_article_discussed(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("把原文给我看看", history=FIRST)
    [citation] = answer.citations
    assert citation.article_id == "opinions-2021#3"
    assert citation.quote in documents["opinions-2021"].document.text


def test_a_new_topic_is_answered_as_if_nothing_had_been_said(assistant: Assistant) -> None:
    question = "北京规定信访举报多长时间开展一次分析研判？"
    with_history = assistant.ask(question, history=FIRST)
    assert without_time(with_history) == without_time(assistant.ask(question))


@pytest.mark.parametrize(
    "question",
    [
        "其他班子成员发现“一把手”存在重要问题怎么办？",
        "班子成员彼此之间怎么监督？",
        pytest.param(
            "巡视报告里一把手要单列吗",
            marks=pytest.mark.xfail(
                strict=True,
                reason="short, and no four characters in a row are in the texts: 一把手 is three",
            ),
        ),
    ],
)
def test_a_new_topic_is_not_answered_from_the_old_one(assistant: Assistant, question: str) -> None:
    alone = {c.article_id for c in assistant.ask(question).citations}
    assert {c.article_id for c in assistant.ask(question, history=FIRST).citations} == alone


def test_the_next_article_of_the_same_document_needs_no_name(assistant: Assistant) -> None:
    answer = assistant.ask("那第四条呢？", history=FIRST)
    assert {c.article_id for c in answer.citations} == {"opinions-2021#4"}


@pytest.mark.timeout(120, func_only=True)
def test_a_very_long_conversation_raises_nothing(
    assistant: Assistant, documents: Documents
) -> None:
    turns: tuple[Turn, ...] = (("user", "那呢？"), ("assistant", "见《意见》（三）。"))
    check_promises(assistant.ask("那北京呢？", history=(*FIRST, *turns * 1000)), documents)


def test_search_finds_what_the_answer_cites_first(assistant: Assistant) -> None:
    for question in ("《若干措施》第二十条", "《意见》哪几条提到“约谈”？"):
        cited = list(dict.fromkeys(c.article_id for c in assistant.ask(question).citations))
        hits = assistant.search(question)
        assert [h.article.id for h in hits][: len(cited)] == cited[:10]
        assert [h.rank for h in hits] == list(range(1, len(hits) + 1))


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_search_finds_no_more_than_asked_for(assistant: Assistant, limit: int) -> None:
    assert len(assistant.search("述责述廉报告要公开吗", limit=limit)) == limit


REPORTING = """\
---
id: report-rules
title: 某市机关重大事项报告办法
short_title: 报告办法
kind: normative
---
# 某市机关重大事项报告办法

第一条 为了规范重大事项报告，制定本办法。

第二条 发生重大事项的，应当在二十四小时内书面报告市政府办公室。
"""


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """Settings of a corpus with one short document and no index."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "report-rules.md").write_text(REPORTING, encoding="utf-8")
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")


def test_without_an_index_nothing_opens_and_the_message_says_what_to_do(small: Settings) -> None:
    assert index_state(small)[0] == "missing"
    with pytest.raises(IndexMissing, match="assistant index"):
        Assistant.open(small)


def test_a_corpus_without_documents_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    with pytest.raises(CorpusError):
        build(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"))


def test_a_changed_text_makes_the_index_stale_and_a_second_build_reuses_the_rest(
    small: Settings,
) -> None:
    first = build(small)
    assert first.embedded == first.sentences
    assert index_state(small) == ("ok", "")
    changed = REPORTING.replace("二十四小时", "十二小时")
    (small.corpus / "report-rules.md").write_text(changed, encoding="utf-8")
    state, why = index_state(small)
    assert state == "outdated"
    assert "assistant index" in why
    with pytest.raises(IndexOutdated):
        Assistant.open(small)
    assert build(small).embedded == 1
    answer = Assistant.open(small).ask("重大事项多长时间内报告？")
    assert "十二小时" in answer.text
    assert "二十四小时" not in answer.text


def test_a_question_may_be_as_long_as_the_administrator_allows(small: Settings) -> None:
    build(small)
    strict = Assistant.open(small.model_copy(update={"question_characters": 20}))
    with pytest.raises(QuestionError, match=r"21.*20"):
        strict.ask("报" * 21)
    assert strict.ask("报" * 20)
