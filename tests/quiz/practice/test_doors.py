"""Practice and exams as the pages call them, with the clock in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.quiz.serving import CORPUS, SAMPLES

from assistant.corpus.load import load_corpus
from assistant.errors import QuizError
from assistant.interfaces.quiz_desk import Shelf
from assistant.interfaces.quiz_exams import ExamPage, ExamReview, Exams
from assistant.interfaces.quiz_practice import Closing, Practice
from assistant.interfaces.quiz_rooms import may_host
from assistant.quiz.bank import load_bank
from assistant.quiz.practice_exam import PLANS
from assistant.quiz.practice_scope import Scope, read_outline
from assistant.quiz.review import Sources
from assistant.quiz.scoring import Rule
from assistant.store.database import Database, open_database
from assistant.users.people import Person, Role


class Clock:
    """Stands still until told to go on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('doors')}/a.sqlite3")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    documents = load_corpus(CORPUS).documents
    items = load_bank(SAMPLES)
    known = {item.id: item for item in items}
    return Shelf((), items, known, read_outline(documents), Sources(documents), documents)


def test_an_exam_left_open_hands_itself_in_with_what_was_saved(
    database: Database, shelf: Shelf
) -> None:
    clock = Clock()
    exams = Exams(database, clock=clock)
    page = exams.start(shelf, "late", plan=PLANS[0], rule=Rule())
    exams.save(shelf, "late", position=0, given=page.item.answer, go_to=1)
    clock.go_on(minutes=9)
    assert isinstance(exams.current(shelf, "late"), ExamPage)
    clock.go_on(hours=20)
    review = exams.current(shelf, "late")
    assert isinstance(review, ExamReview)
    assert (review.result.points, review.result.seconds) == (1, 600)
    assert exams.current(shelf, "late") is None
    assert [exam.result.title for exam in exams.past("late")] == ["随堂测验"]


def test_an_exam_is_shown_to_nobody_but_its_person(database: Database, shelf: Shelf) -> None:
    exams = Exams(database, clock=Clock())
    exams.start(shelf, "owner", plan=PLANS[0], rule=Rule())
    exams.hand_in(shelf, "owner")
    own = exams.past("owner")[0].id
    assert exams.review(shelf, "owner", own).result.points == 0
    with pytest.raises(QuizError, match="没有这场考试"):
        exams.review(shelf, "somebody", own)


def test_a_practice_runs_to_its_closing_and_names_what_was_wrong(
    database: Database, shelf: Shelf
) -> None:
    practice = Practice(database, clock=Clock())
    card = practice.start(shelf, "learner", scope=Scope(), number=2)
    practice.answer(shelf, "learner", position=0, given=("不是答案",), changes=0)
    following = practice.move_on(shelf, "learner")
    assert not isinstance(following, Closing)
    practice.answer(shelf, "learner", position=1, given=following.item.answer, changes=0)
    closing = practice.move_on(shelf, "learner")
    assert isinstance(closing, Closing)
    assert (closing.answered, closing.total) == (2, 2)
    assert card.item in closing.wrong


def test_what_is_due_is_offered_on_its_day(database: Database, shelf: Shelf) -> None:
    clock = Clock()
    practice = Practice(database, clock=clock)
    practice.start(shelf, "daily", scope=Scope(), number=1)
    practice.answer(shelf, "daily", position=0, given=("不是答案",), changes=0)
    practice.move_on(shelf, "daily")
    assert practice.overview(shelf, "daily").due == 0
    clock.go_on(days=1)
    assert practice.overview(shelf, "daily").due == 1
    assert practice.start_due(shelf, "daily", number=10).place.total == 1


@pytest.mark.parametrize(
    ("role", "signed_in", "may"),
    [
        pytest.param(Role.READER, False, True, id="where nobody signs in"),
        pytest.param(Role.READER, True, False, id="a reader with an account"),
        pytest.param(Role.HOST, True, True, id="a host with an account"),
    ],
)
def test_rooms_are_opened_by_hosts(role: Role, signed_in: bool, may: bool) -> None:
    assert may_host(Person("p", "某人", role, signed_in)) is may
