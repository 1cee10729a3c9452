"""Mock exams over a database, with the clock in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy.orm import Session
from tests.quiz.serving import SAMPLES

from assistant.errors import QuizError
from assistant.quiz.bank import load_bank
from assistant.quiz.items import ItemType
from assistant.quiz.practice import read_answers, read_past
from assistant.quiz.practice_exam import (
    GRACE_SECONDS,
    PLANS,
    ExamPlan,
    Section,
    draw_paper,
    fit_plan,
    hand_in,
    is_over,
    left_seconds,
    open_exam,
    pause_exam,
    read_result,
    resume_exam,
    save_answer,
    start_exam,
)
from assistant.quiz.scoring import MultipleRule, Rule
from assistant.quiz.tables import SittingRow
from assistant.store.database import Database, open_database

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ITEMS = load_bank(SAMPLES)
BY_ID = {item.id: item for item in ITEMS}
PLAN = ExamPlan(
    "小测",
    10,
    (
        Section(ItemType.SINGLE, 4, 2),
        Section(ItemType.MULTIPLE, 2, 3),
        Section(ItemType.JUDGE, 2, 1),
    ),
    0.75,
)
NUMBERS = count(1)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return open_database(f"sqlite:///{tmp_path_factory.mktemp('exam')}/a.sqlite3")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def person() -> str:
    return f"person-{next(NUMBERS)}"


def begin(session: Session, person: str, rule: Rule | None = None) -> SittingRow:
    start_exam(session, person, ITEMS, (), plan=PLAN, rule=rule or Rule(), seed=5, at=START)
    sitting = open_exam(session, person)
    assert sitting is not None
    return sitting


def fill_in(session: Session, sitting: SittingRow, *, wrong: frozenset[int] = frozenset()) -> None:
    for row in read_answers(session, sitting.id):
        item = BY_ID[row.item_id]
        given = item.answer
        if row.position in wrong:
            given = ("T",) if item.answer == ("F",) else ("F",)
            if item.options:
                given = tuple(o.letter for o in item.options if o.letter not in item.answer)[:1]
        save_answer(session, sitting, position=row.position, given=given, at=after(60))


def test_a_paper_has_the_plans_types_in_its_order_and_no_fact_twice() -> None:
    paper = draw_paper(ITEMS, (), plan=PLAN, seed=5, at=START)
    assert [item.type for item, _ in paper] == (
        [ItemType.SINGLE] * 4 + [ItemType.MULTIPLE] * 2 + [ItemType.JUDGE] * 2
    )
    assert [points for _, points in paper] == [2, 2, 2, 2, 3, 3, 1, 1]
    facts = [item.fact_id for item, _ in paper]
    assert len(set(facts)) == len(facts)


def test_a_plan_shrinks_to_what_the_bank_has_and_its_pass_mark_with_it() -> None:
    fitted = fit_plan(PLANS[1], ITEMS)
    numbers = {section.type: section.number for section in fitted.sections}
    assert numbers == {
        ItemType.SINGLE: 10,
        ItemType.MULTIPLE: 8,
        ItemType.JUDGE: 6,
        ItemType.FILL: 4,
    }
    assert (fitted.total, fitted.pass_mark) == (58, 46.4)
    assert (PLANS[1].total, PLANS[1].pass_mark) == (100, 80)


def test_the_score_adds_up_by_section_and_the_pass_mark_decides(
    session: Session, person: str
) -> None:
    sitting = begin(session, person)
    fill_in(session, sitting, wrong=frozenset({0, 4}))
    hand_in(session, sitting, BY_ID, at=after(300))
    result = read_result(session, sitting)
    assert [(s.points, s.best, s.right) for s in result.sections] == [
        (6, 8, 3),
        (3, 6, 1),
        (2, 2, 2),
    ]
    assert (result.points, result.best, result.pass_mark) == (11, 16, 12)
    assert not result.passed
    assert result.seconds == 300


def test_the_rule_of_the_paper_is_kept_with_it(session: Session, person: str) -> None:
    sitting = begin(session, person, Rule(MultipleRule.PROPORTIONAL, judge_penalty=1))
    fill_in(session, sitting, wrong=frozenset({6, 7}))
    row = read_answers(session, sitting.id)[4]
    part = BY_ID[row.item_id].answer[:1]
    save_answer(session, sitting, position=4, given=part, at=after(61))
    hand_in(session, sitting, BY_ID, at=after(300))
    by_type = {s.type: s.points for s in read_result(session, sitting).sections}
    assert by_type[ItemType.JUDGE] == 0, "never below zero"
    assert by_type[ItemType.MULTIPLE] == 3 + round(3 / len(BY_ID[row.item_id].answer), 2)


def test_answers_survive_a_closed_browser_and_the_clock_runs_on(
    database: Database, person: str
) -> None:
    with database.session() as session:
        sitting = begin(session, person)
        save_answer(session, sitting, position=0, given=("B",), at=after(30))
    with database.session() as session:
        again = open_exam(session, person)
        assert again is not None
        assert read_answers(session, again.id)[0].given == ["B"]
        assert left_seconds(again, at=after(90)) == 510


def test_a_pause_stops_the_clock_and_takes_no_answers(session: Session, person: str) -> None:
    sitting = begin(session, person)
    pause_exam(sitting, at=after(60))
    assert left_seconds(sitting, at=after(9999)) == 540
    with pytest.raises(QuizError, match="已暂停"):
        save_answer(session, sitting, position=0, given=("A",), at=after(100))
    resume_exam(sitting, at=after(9999))
    assert left_seconds(sitting, at=after(9999 + 40)) == 500
    save_answer(session, sitting, position=0, given=("A",), at=after(9999 + 40))


def test_after_the_time_no_answer_counts_but_a_slow_line_is_allowed_for(
    session: Session, person: str
) -> None:
    sitting = begin(session, person)
    save_answer(session, sitting, position=0, given=("A",), at=after(600 + GRACE_SECONDS - 1))
    assert not is_over(sitting, at=after(600 + GRACE_SECONDS - 1))
    assert is_over(sitting, at=after(600 + GRACE_SECONDS + 1))
    with pytest.raises(QuizError, match="时间已到"):
        save_answer(session, sitting, position=1, given=("A",), at=after(600 + GRACE_SECONDS + 1))


def test_what_was_left_empty_scores_nothing_and_is_a_mistake_without_a_rating(
    session: Session, person: str
) -> None:
    sitting = begin(session, person)
    save_answer(session, sitting, position=0, given=("A",), at=after(5))
    save_answer(session, sitting, position=0, given=(), at=after(6))
    hand_in(session, sitting, BY_ID, at=after(10))
    rows = read_answers(session, sitting.id)
    assert [row.rating for row in rows] == [None] * 8
    assert read_result(session, sitting).points == 0
    assert [answer.right for answer in read_past(session, person)] == [False] * 8


def test_handing_in_twice_changes_nothing(session: Session, person: str) -> None:
    sitting = begin(session, person)
    fill_in(session, sitting)
    hand_in(session, sitting, BY_ID, at=after(100))
    hand_in(session, sitting, BY_ID, at=after(900))
    result = read_result(session, sitting)
    assert (result.points, result.seconds) == (16, 100)
    assert open_exam(session, person) is None


def test_one_exam_at_a_time(session: Session, person: str) -> None:
    begin(session, person)
    with pytest.raises(QuizError, match="没有交卷"):
        begin(session, person)


def test_a_question_that_left_the_bank_costs_nobody_points(session: Session, person: str) -> None:
    sitting = begin(session, person)
    fill_in(session, sitting, wrong=frozenset({0}))
    gone = read_answers(session, sitting.id)[0].item_id
    known = {id: item for id, item in BY_ID.items() if id != gone}
    hand_in(session, sitting, known, at=after(100))
    assert read_result(session, sitting).points == 16
