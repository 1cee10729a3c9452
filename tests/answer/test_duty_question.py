"""What a question asks of the duty register, and when it asks for something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answer.duty_question import (
    Asked,
    read_charged,
    read_condition,
    read_duty_question,
)
from assistant.duties.bodies import Bodies
from assistant.duties.records import FrequencyKind, Period

BODIES = Bodies.load(Path(__file__).parents[2] / "corpus")
VERBS = frozenset({"约谈", "通报", "记录"})


def read(question: str) -> Asked | None:
    return read_duty_question(question, BODIES, VERBS)


@pytest.mark.parametrize(
    ("question", "period", "words"),
    [
        ("哪些工作每年至少做一次？", Period.YEAR, "每年"),
        ("有什么事是一年要搞一次的", Period.YEAR, "每年"),
        ("按季度要做的有哪些", Period.QUARTER, "每季度"),
        ("有没有每半年做一次的工作？", Period.HALF_YEAR, "每半年"),
        ("每个月要做什么工作？请列清单", Period.MONTH, "每月"),
    ],
)
def test_a_stated_interval_is_understood_however_it_is_said(
    question: str, period: Period, words: str
) -> None:
    assert read(question) == Asked(often=period, often_words=words)


def test_how_often_without_an_interval_keeps_its_word() -> None:
    assert read("哪些工作要定期开展？") == Asked(often=FrequencyKind.REPEATED, often_words="定期")


@pytest.mark.parametrize(
    "question",
    [
        "哪些行为是严禁的？",
        "禁止性规定有哪些",
        "我在办公室工作，领导让梳理：有哪些绝对不能做的事？一条别落",
    ],
)
def test_what_is_forbidden(question: str) -> None:
    assert read(question) == Asked(forbidden=True)


def test_a_body_is_a_subject_only_where_something_is_said_of_it() -> None:
    forbidden = read("“一把手”不得做什么？")
    assert forbidden is not None
    assert (forbidden.body, forbidden.forbidden) == ("first-in-command", True)
    summoned = read("什么情况下要约谈“一把手”？")
    assert summoned == Asked(upon=True, matter=("约谈", "一把手"))


def test_who_is_told_belongs_to_what_is_reported() -> None:
    assert read("哪些情况要向上级纪委报告？") == Asked(reported=True, report_to="上级纪委")
    assert read("哪些情况要报告，向谁报告？") == Asked(reported=True)


@pytest.mark.parametrize(
    "question",
    ["有哪些事要报到同级党委“一把手”那儿去？", "哪些情况要报给同级党委“一把手”"],
)
def test_who_is_told_may_stand_behind_what_is_reported(question: str) -> None:
    assert read(question) == Asked(reported=True, report_to="同级党委一把手")


@pytest.mark.parametrize(
    "question",
    [
        "文件给组织部门派了哪些任务？",
        "组织部门被压了什么担子",
        "刚当上科长，文件对组织部门都规定了些什么职责",
        "组织部门被点名承担哪些任务？",
    ],
)
def test_whoever_is_given_tasks_has_them(question: str) -> None:
    assert read(question) == Asked(body="organisation-department")


def test_whoever_something_is_done_to_does_not_do_it() -> None:
    assert read("领导干部在哪些情形下会被约谈？") == Asked(matter=("约谈",))


@pytest.mark.parametrize(
    "question",
    [
        "什么情况下必须另外专门开一次民主生活会？",
        "出了哪些事就得专门开民主生活会？",
        "哪些情形下要召开民主生活会？各是怎么规定的",
    ],
)
def test_a_deed_is_known_by_its_matter_however_it_is_begun(question: str) -> None:
    assert read(question) == Asked(upon=True, matter=("民主生活会",))


def test_quoted_words_are_meant_as_they_stand() -> None:
    assert read("写明“严肃处理”的有哪些情形？") == Asked(matter=("严肃处理",))


@pytest.mark.parametrize(
    "question",
    [
        "民主生活会的要求是什么？",
        "述责述廉多久一次？",
        "哪些食品安全、卫生检疫、消防演练等工作要求每年开展？",
        "哪些情况要报告？民主生活会怎么开？",
    ],
)
def test_what_asks_for_more_is_left_to_others(question: str) -> None:
    assert read(question) is None


@pytest.mark.parametrize(
    ("question", "happened"),
    [
        ("发现班子成员有苗头性问题怎么办？", "发现班子成员有苗头性问题"),
        ("要是拒不整改，会受到什么处理？", "拒不整改"),
        ("对走过场的民主生活会该怎么处理", "走过场的民主生活会"),
    ],
)
def test_what_has_happened_is_told_from_what_is_asked(question: str, happened: str) -> None:
    assert read_condition(question) == happened


@pytest.mark.parametrize(
    "question", ["怎么办？", "谁来定期分析政治生态？", "拒不整改怎么办？谁来管？多久管一次？"]
)
def test_no_event_is_read_where_none_is_told_or_more_is_asked(question: str) -> None:
    assert read_condition(question) == ""


@pytest.mark.parametrize(
    ("question", "body"),
    [
        ("刚到区里任纪委书记，对同级班子里的书记，让我做哪几件事？", "discipline-secretary"),
        ("纪委书记在监督班子这件事上，总共压了哪些担子", "discipline-secretary"),
        ("党的工作机关要承担哪些监督责任？", "party-working-organs"),
        pytest.param("发现问题以后要做什么？", "", id="nobody is named"),
        pytest.param("纪委书记发现“一把手”有问题要做什么？", "", id="one thing is asked"),
    ],
)
def test_whoever_a_question_begins_with_is_asked_of(question: str, body: str) -> None:
    assert read_charged(question, BODIES) == body


def test_what_goes_by_the_year_may_be_called_after_it() -> None:
    asked = read("哪些工作是一年一次或者按年度搞的？")
    assert asked == Asked(often=Period.YEAR, often_words="每年", by_year=True)
