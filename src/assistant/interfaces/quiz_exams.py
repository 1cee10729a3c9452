"""What one person does in a mock exam: each call one transaction, its answer what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.interfaces.quiz_desk import Shelf
from assistant.quiz.items import Item
from assistant.quiz.practice import read_answers, read_past, show_place
from assistant.quiz.practice_exam import (
    ExamPlan,
    ExamResult,
    fit_plan,
    hand_in,
    is_over,
    left_seconds,
    new_seed,
    open_exam,
    past_exams,
    pause_exam,
    read_result,
    read_rule,
    resume_exam,
    save_answer,
    start_exam,
)
from assistant.quiz.practice_order import ShownOption, arrange_options
from assistant.quiz.scoring import Given, Rule
from assistant.quiz.tables import SittingRow
from assistant.store.base import now
from assistant.store.database import Database


@dataclass(frozen=True, slots=True)
class ExamPage:
    """A question of an exam, and how the exam stands."""

    title: str
    item: Item
    shown: tuple[ShownOption, ...]
    given: Given
    position: int
    answered: tuple[bool, ...]
    """For each question whether there is an answer."""
    points: float
    left_seconds: float
    paused: bool
    rule: Rule


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One question of an exam that is over."""

    item: Item
    shown: tuple[ShownOption, ...]
    given: Given
    right: bool
    points: float
    best: float


@dataclass(frozen=True, slots=True)
class ExamReview:
    """An exam that is over, question by question."""

    result: ExamResult
    rule: Rule
    questions: tuple[Reviewed, ...]


@dataclass(frozen=True, slots=True)
class PastExam:
    """A line in the list of exams."""

    id: str
    ended_at: datetime
    result: ExamResult


class Exams:
    """Mock exams over a database."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def start(self, shelf: Shelf, person: str, *, plan: ExamPlan, rule: Rule) -> ExamPage:
        """Draw a paper and start the clock."""
        with self._database.session() as session:
            start_exam(
                session,
                person,
                shelf.items,
                read_past(session, person),
                plan=fit_plan(plan, shelf.items),
                rule=rule,
                seed=new_seed(),
                at=self._clock(),
            )
        return self._page_of(shelf, person)

    def current(self, shelf: Shelf, person: str) -> ExamPage | ExamReview | None:
        """Return the exam under way; one whose time ran out is handed in first."""
        with self._database.session() as session:
            sitting = open_exam(session, person)
            if sitting is None:
                return None
            if is_over(sitting, at=self._clock()):
                return self._hand_in(session, shelf, sitting)
            return self._page(session, shelf, sitting)

    def save(
        self, shelf: Shelf, person: str, *, position: int, given: Given, go_to: int | None = None
    ) -> ExamPage | ExamReview:
        """Keep an answer and turn to another question; time that is up ends the exam."""
        with self._database.session() as session:
            sitting = _required(open_exam(session, person))
            if is_over(sitting, at=self._clock()):
                return self._hand_in(session, shelf, sitting)
            save_answer(session, sitting, position=position, given=given, at=self._clock())
            if go_to is not None:
                total = len(read_answers(session, sitting.id))
                sitting.position = min(max(go_to, 0), total - 1)
            session.flush()
            return self._page(session, shelf, sitting)

    def pause(self, shelf: Shelf, person: str) -> ExamPage:
        """Stop the clock."""
        with self._database.session() as session:
            sitting = _required(open_exam(session, person))
            pause_exam(sitting, at=self._clock())
            return self._page(session, shelf, sitting)

    def resume(self, shelf: Shelf, person: str) -> ExamPage:
        """Let the clock run on."""
        with self._database.session() as session:
            sitting = _required(open_exam(session, person))
            resume_exam(sitting, at=self._clock())
            return self._page(session, shelf, sitting)

    def hand_in(self, shelf: Shelf, person: str) -> ExamReview:
        """End the exam and judge it."""
        with self._database.session() as session:
            return self._hand_in(session, shelf, _required(open_exam(session, person)))

    def past(self, person: str) -> tuple[PastExam, ...]:
        """Return the exams that a person handed in, newest first."""
        with self._database.session() as session:
            return tuple(
                PastExam(row.id, row.ended_at, read_result(session, row))
                for row in past_exams(session, person)
                if row.ended_at is not None
            )

    def review(self, shelf: Shelf, person: str, sitting_id: str) -> ExamReview:
        """Return one of a person's own exams, question by question."""
        with self._database.session() as session:
            sitting = session.get(SittingRow, sitting_id)
            if sitting is None or sitting.person != person or sitting.ended_at is None:
                raise QuizError("没有这场考试的记录。")
            return _review(session, shelf, sitting)

    def _hand_in(self, session: Session, shelf: Shelf, sitting: SittingRow) -> ExamReview:
        hand_in(session, sitting, shelf.known, at=self._clock())
        session.flush()
        return _review(session, shelf, sitting)

    def _page_of(self, shelf: Shelf, person: str) -> ExamPage:
        page = self.current(shelf, person)
        if not isinstance(page, ExamPage):
            raise QuizError("考试没有开始，请再试一次。")
        return page

    def _page(self, session: Session, shelf: Shelf, sitting: SittingRow) -> ExamPage:
        place = show_place(session, sitting, at=self._clock())
        item = shelf.known[place.item_id]
        rows = read_answers(session, sitting.id)
        return ExamPage(
            title=sitting.title,
            item=item,
            shown=arrange_options(item, seed=place.seed),
            given=place.given or (),
            position=place.position,
            answered=tuple(row.given is not None for row in rows),
            points=place.best,
            left_seconds=left_seconds(sitting, at=self._clock()),
            paused=sitting.deadline is None,
            rule=read_rule(sitting),
        )


def _review(session: Session, shelf: Shelf, sitting: SittingRow) -> ExamReview:
    questions = []
    for row in read_answers(session, sitting.id):
        item = shelf.known.get(row.item_id)
        if item is not None:
            questions.append(
                Reviewed(
                    item=item,
                    shown=arrange_options(item, seed=f"{sitting.seed}"),
                    given=tuple(row.given or ()),
                    right=bool(row.right),
                    points=row.points or 0.0,
                    best=row.best or 0.0,
                )
            )
    return ExamReview(read_result(session, sitting), read_rule(sitting), tuple(questions))


def _required(sitting: SittingRow | None) -> SittingRow:
    if sitting is None:
        raise QuizError("没有进行中的考试，可能已经交卷。")
    return sitting


def plan_words(plan: ExamPlan, items: Sequence[Item]) -> str:
    """Return what a paper is made of, as it is announced."""
    fitted = fit_plan(plan, items)
    sections = "，".join(f"{s.type.label}{s.number}题×{s.points:g}分" for s in fitted.sections)
    short = sum(s.number for s in plan.sections) - sum(s.number for s in fitted.sections)
    note = f"（题库中题目不足，比应出题数少{short}题）" if short else ""
    return (
        f"{fitted.minutes}分钟，满分{fitted.total:g}分，{fitted.pass_mark:g}分合格："
        f"{sections}{note}"
    )
