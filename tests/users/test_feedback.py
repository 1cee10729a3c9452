"""Feedback: one verdict for an answer, figures of what was asked, complaints that become cases."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.fakes import OPINIONS, FakeAssistant

from assistant.evals.cases import load_cases
from assistant.evals.check import check_cases
from assistant.store.database import Database
from assistant.users.asked import AskedLog
from assistant.users.eval_cases import make_cases
from assistant.users.feedback import Expected, FeedbackBox, Verdict
from assistant.users.plots import draw_counts, draw_days
from assistant.users.statistics import group_topics, summarise_asked

from .conftest import QUESTION, FakeClock, exchange

OWNER, OTHER = "u-zhangsan", "u-lisi"


@pytest.fixture
def box(database: Database, clock: FakeClock) -> FeedbackBox:
    return FeedbackBox(database, clock=clock)


def give(box: FeedbackBox, verdict: Verdict, *, answer: str = "t1", comment: str = "") -> None:
    box.give(OWNER, answer_id=answer, exchange=exchange(), verdict=verdict, comment=comment)


def test_a_second_verdict_takes_the_place_of_the_first(box: FeedbackBox) -> None:
    give(box, Verdict.RIGHT)
    give(box, Verdict.WRONG, comment="  没有写频次 ")
    (entry,) = box.read()
    assert (entry.verdict, entry.comment, entry.exchange) == (
        Verdict.WRONG,
        "没有写频次",
        exchange(),
    )
    assert box.verdicts(OWNER, ["t1", "t2"]) == {"t1": Verdict.WRONG}
    assert box.verdicts(OTHER, ["t1"]) == {}


def test_figures_count_each_verdict_within_the_days(box: FeedbackBox, clock: FakeClock) -> None:
    give(box, Verdict.WRONG, answer="old")
    clock.pass_(days=10)
    give(box, Verdict.WRONG, answer="new")
    give(box, Verdict.RIGHT, answer="newer")
    counted = box.count(since=clock.moment - timedelta(days=7))
    assert counted == {Verdict.RIGHT: 1, Verdict.WRONG: 1, Verdict.INCOMPLETE: 0}


def test_all_feedback_of_a_person_can_be_deleted(box: FeedbackBox) -> None:
    give(box, Verdict.WRONG)
    box.give(OTHER, answer_id="t9", exchange=exchange(), verdict=Verdict.RIGHT)
    assert box.delete_all(OWNER) == 1
    assert [entry.answer_id for entry in box.read()] == ["t9"]


# --- what was asked --------------------------------------------------------------------------


def ask(log: AskedLog, question: str, *, person: str = OWNER, channel: str = "web") -> None:
    log.record(question, FakeAssistant().ask(question), channel=channel, person_id=person)


def test_figures_say_what_was_asked_refused_and_cited(database: Database, clock: FakeClock) -> None:
    log = AskedLog(database, clock=clock)
    ask(log, "很久以前问的谈话")
    clock.pass_(days=20)
    ask(log, QUESTION)
    ask(log, QUESTION, person=OTHER, channel="wecom")
    ask(log, "违反规定的罚款是多少元？")
    ask(log, "（五）怎么规定？")
    figures = summarise_asked(
        log.since(clock.moment - timedelta(days=7)), today=clock.moment, days=7
    )
    assert (figures.asked, figures.refused, figures.clarified, figures.people) == (4, 1, 1, 2)
    assert figures.refused_share == 0.25
    assert figures.channels == {"web": 3, "wecom": 1}
    assert figures.articles == {"opinions-2021#3": 2, "opinions-2021#4": 2}
    assert figures.slow_ms == pytest.approx(12.3)
    assert len(figures.days) == 7
    assert (figures.days[-1].asked, figures.days[-1].refused) == (4, 1)
    assert sum(day.asked for day in figures.days[:-1]) == 0


def test_a_day_begins_at_midnight_in_china(database: Database, clock: FakeClock) -> None:
    log = AskedLog(database, clock=clock)
    clock.moment = datetime.fromisoformat("2026-11-21T16:30:00+00:00")
    ask(log, QUESTION)
    figures = summarise_asked(log.since(clock.moment), today=clock.moment, days=2)
    assert [(f"{day.day:%m-%d}", day.asked) for day in figures.days] == [("11-21", 0), ("11-22", 1)]


def test_who_erases_their_data_leaves_a_count_and_nothing_else(
    database: Database, clock: FakeClock
) -> None:
    log = AskedLog(database, clock=clock)
    ask(log, QUESTION)
    ask(log, "别人的问题", person=OTHER)
    assert log.forget(OWNER) == 1
    entries = {entry.question: entry.person_id for entry in log.since(clock.moment)}
    assert entries == {"": None, "别人的问题": OTHER}


def test_refused_questions_of_one_matter_stand_together() -> None:
    topics = group_topics(
        [
            "差旅费住宿标准是多少？",
            "出差的差旅费标准是多少",
            "差旅费住宿标准是多少？",
            "公务接待能喝酒吗？",
        ]
    )
    assert [topic.count for topic in topics] == [3, 1]
    assert topics[0].questions == ("差旅费住宿标准是多少？", "出差的差旅费标准是多少")


def test_plots_escape_what_they_show() -> None:
    from xml.etree import ElementTree

    name = "<script>alert(1)</script>"
    svg = ElementTree.tostring(draw_counts([(name, 3)], title=name), encoding="unicode")
    assert "<script>" not in svg
    assert "&lt;script&gt;" in svg


def test_without_questions_there_is_still_a_plot(clock: FakeClock) -> None:
    figures = summarise_asked([], today=clock.moment, days=7)
    assert (figures.asked, figures.refused_share, figures.median_ms) == (0, 0.0, 0.0)
    assert draw_days(figures.days, title="每天").tag == "figure"


# --- cases -----------------------------------------------------------------------------------


def faults_of(lines: list[dict[str, object]], folder: Path) -> tuple[str, ...]:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    return check_cases(load_cases(path), [OPINIONS])


def test_a_complaint_with_its_expectation_becomes_a_sound_case(
    box: FeedbackBox, tmp_path: Path
) -> None:
    give(box, Verdict.INCOMPLETE, comment="漏了约谈")
    (entry,) = box.read()
    box.expect(entry.id, Expected("answered", ("opinions-2021#4",), ("及时约谈",)))
    (case,) = make_cases(box.read())
    assert (case.line["expect"], case.line["due"]) == ("answered", ["opinions-2021#4"])
    assert "不完整：漏了约谈" in case.line["note"]
    assert faults_of([dict(case.line)], tmp_path) == ()


def test_a_complaint_nobody_looked_into_makes_no_case(box: FeedbackBox) -> None:
    give(box, Verdict.WRONG)
    assert make_cases(box.read()) == ()


def test_what_was_found_right_is_expected_again(box: FeedbackBox, tmp_path: Path) -> None:
    give(box, Verdict.RIGHT)
    box.give(
        OWNER,
        answer_id="t2",
        exchange=exchange("违反规定的罚款是多少元？"),
        verdict=Verdict.RIGHT,
    )
    cases = {case.line["expect"]: case.line for case in make_cases(box.read())}
    assert cases["answered"]["due"] == ["opinions-2021#3"]
    assert cases["answered"]["also"] == ["opinions-2021#4"]
    assert (cases["refused"]["due"], cases["refused"]["key_phrases"]) == ([], [])
    assert faults_of([dict(line) for line in cases.values()], tmp_path) == ()


def test_a_case_that_was_taken_is_not_taken_again(box: FeedbackBox) -> None:
    give(box, Verdict.RIGHT)
    (entry,) = box.read(new_only=True)
    box.mark_exported([entry.id])
    assert box.read(new_only=True) == ()
    # Unless an administrator corrects what was expected.
    box.expect(entry.id, Expected("refused"))
    assert len(box.read(new_only=True)) == 1
