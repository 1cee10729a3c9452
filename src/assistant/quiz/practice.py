"""Practice: a sitting of questions, each judged at once. Everything is kept as it happens."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice_draw import Past
from assistant.quiz.schedule import EASY, end_of_day, rate_answer, review_fact
from assistant.quiz.scoring import Given, Rule, Verdict, judge_answer, settle_short
from assistant.quiz.tables import AnswerRow, CardRow, PersonRow, SittingRow, StarRow

LONGEST_SECONDS = 600.0
"""A question left open longer says nothing about how hard it was."""
RECENT_TIMES = 50
LONGEST_TEXT = 4000


class Kind(StrEnum):
    """What a sitting is for."""

    PRACTICE = "practice"
    DUE = "due"
    MISTAKES = "mistakes"
    EXAM = "exam"
    ROOM = "room"

    @property
    def label(self) -> str:
        """Its name for the person."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    Kind.PRACTICE: "自选练习",
    Kind.DUE: "今日到期",
    Kind.MISTAKES: "错题重练",
    Kind.EXAM: "模拟考试",
    Kind.ROOM: "小组竞答",
}
PRACTICE_KINDS = (Kind.PRACTICE, Kind.DUE, Kind.MISTAKES)


@dataclass(frozen=True, slots=True)
class Place:
    """One question of a sitting, as far as its answer has come."""

    sitting_id: str
    kind: Kind
    title: str
    seed: str
    position: int
    total: int
    item_id: str
    given: Given | None
    hinted: bool
    judged: bool
    points: float
    best: float
    right: bool
    rating: int | None


def start_sitting(
    session: Session,
    person: str,
    items: Sequence[Item],
    *,
    kind: Kind,
    title: str,
    seed: int,
    at: datetime,
) -> str:
    """Open a sitting over ``items`` and return its id; an unfinished one of practice ends."""
    if not items:
        raise QuizError("所选范围内没有可练的题目，请放宽文件、部分或题型。")
    for row in session.scalars(_open(person, PRACTICE_KINDS)):
        row.ended_at = at
    return add_sitting(session, person, items, kind=kind, title=title, seed=seed, at=at).id


def add_sitting(
    session: Session,
    person: str,
    items: Sequence[Item],
    *,
    kind: Kind,
    title: str,
    seed: int,
    at: datetime,
) -> SittingRow:
    """Write down a sitting and its questions."""
    row = SittingRow(
        id=secrets.token_hex(12),
        person=person,
        kind=kind,
        title=title,
        seed=seed,
        position=0,
        started_at=at,
        rule={},
    )
    session.add(row)
    session.flush()
    session.add_all(
        AnswerRow(
            sitting_id=row.id,
            position=position,
            person=person,
            item_id=item.id,
            fact_id=item.fact_id or item.id,
            type=item.type,
        )
        for position, item in enumerate(items)
    )
    session.flush()
    return row


def open_sitting(session: Session, person: str) -> SittingRow | None:
    """Return the practice that a person has not finished, or None."""
    return session.scalars(_open(person, PRACTICE_KINDS)).first()


def show_place(
    session: Session, sitting: SittingRow, *, at: datetime, position: int | None = None
) -> Place:
    """Return the question at hand, or another one of the sitting; the clock starts on it."""
    row = _answer_row(session, sitting.id, sitting.position if position is None else position)
    if row.shown_at is None:
        row.shown_at = at
    return _place(session, sitting, row)


def give_hint(session: Session, sitting: SittingRow, *, position: int) -> None:
    """Remember that the person asked where to look."""
    _answer_row(session, sitting.id, position).hinted = True


def answer_place(
    session: Session,
    sitting: SittingRow,
    item: Item,
    *,
    position: int,
    given: Given,
    at: datetime,
    changes: int = 0,
) -> Verdict:
    """Judge an answer, once, and move the fact's card. A second answer changes nothing."""
    if any(len(words) > LONGEST_TEXT for words in given):
        raise QuizError(f"作答请控制在{LONGEST_TEXT}字以内。")
    row = _answer_row(session, sitting.id, position)
    verdict = judge_answer(item, given, rule=Rule())
    # Two windows, or a request sent twice: the database lets the first one through only.
    claim = (
        update(AnswerRow)
        .where(
            AnswerRow.sitting_id == sitting.id,
            AnswerRow.position == position,
            AnswerRow.judged_at.is_(None),
        )
        .values(judged_at=at, given=list(given), changes=changes)
        .returning(AnswerRow.position)
    )
    if session.scalars(claim).first() is None:
        session.refresh(row)
        return judge_answer(item, tuple(row.given or ()), rule=Rule())
    session.refresh(row)
    record_verdict(session, row, verdict, at=at)
    return verdict


def record_verdict(session: Session, row: AnswerRow, verdict: Verdict, *, at: datetime) -> None:
    """Write down what an answer is worth and schedule its fact."""
    row.points, row.best, row.right = verdict.points, verdict.best, verdict.right
    row.seconds = _seconds(row, at)
    rating = rate_answer(
        right=verdict.right,
        hinted=row.hinted,
        changed=row.changes > 0,
        seconds=row.seconds,
        usual_seconds=_usual_seconds(session, row),
    )
    card = session.get(CardRow, (row.person, row.fact_id))
    row.card_before = card.card if card else None
    _schedule(session, row, rating=rating, at=at)


def rate_easy(session: Session, sitting: SittingRow, *, position: int) -> None:
    """Take the person's word that a right answer was easy."""
    row = _answer_row(session, sitting.id, position)
    if row.right and row.judged_at is not None and row.rating != EASY:
        _schedule(session, row, rating=EASY, at=row.judged_at)


def settle_answer(
    session: Session,
    sitting: SittingRow,
    item: Item,
    *,
    position: int,
    parts: Sequence[bool],
) -> Verdict:
    """Set the points of a short answer as the person marked it against the model answer."""
    row = _answer_row(session, sitting.id, position)
    if item.type is not ItemType.SHORT or row.judged_at is None:
        raise QuizError("只有交了的简答题才能自评。")
    verdict = settle_short(item, parts, best=row.best)
    row.points, row.right = verdict.points, verdict.right
    _schedule(session, row, rating=rate_answer(right=verdict.right), at=row.judged_at)
    return verdict


def move_on(session: Session, sitting: SittingRow, *, at: datetime) -> bool:
    """Go to the next question without an answer; return False when there was none, and end."""
    rows = session.scalars(
        select(AnswerRow).where(AnswerRow.sitting_id == sitting.id).order_by(AnswerRow.position)
    )
    waiting = [row.position for row in rows if row.judged_at is None]
    after = [position for position in waiting if position > sitting.position]
    if after or waiting:
        sitting.position = (after or waiting)[0]
        return True
    sitting.ended_at = at
    return False


def read_answers(session: Session, sitting_id: str) -> tuple[AnswerRow, ...]:
    """Return the questions of a sitting with their answers, in order."""
    chosen = (
        select(AnswerRow).where(AnswerRow.sitting_id == sitting_id).order_by(AnswerRow.position)
    )
    return tuple(session.scalars(chosen))


def read_past(session: Session, person: str) -> tuple[Past, ...]:
    """Return a person's judged answers, oldest first."""
    chosen = (
        select(
            AnswerRow.item_id,
            AnswerRow.fact_id,
            AnswerRow.type,
            AnswerRow.right,
            AnswerRow.judged_at,
        )
        .where(AnswerRow.person == person, AnswerRow.judged_at.is_not(None))
        .order_by(AnswerRow.judged_at)
    )
    return tuple(
        Past(item_id, fact_id, ItemType(type), bool(right), judged_at)
        for item_id, fact_id, type, right, judged_at in session.execute(chosen)
        if judged_at is not None
    )


def due_facts(session: Session, person: str, *, at: datetime) -> tuple[str, ...]:
    """Return the facts that are due by the end of today, the most overdue first."""
    chosen = (
        select(CardRow.fact_id)
        .where(CardRow.person == person, CardRow.due < end_of_day(at))
        .order_by(CardRow.due, CardRow.fact_id)
    )
    return tuple(session.scalars(chosen))


def all_dues(session: Session, person: str) -> tuple[datetime, ...]:
    """Return when each fact that a person has met falls due."""
    return tuple(session.scalars(select(CardRow.due).where(CardRow.person == person)))


def contest_day(session: Session, person: str) -> date | None:
    """Return the day of the contest that a person prepares for, if they named one."""
    row = session.get(PersonRow, person)
    return row.contest_on if row else None


def set_contest_day(session: Session, person: str, day: date | None) -> None:
    """Set the day of the contest; intervals from now on never pass half the time to it."""
    session.merge(PersonRow(person=person, contest_on=day))


def toggle_star(session: Session, person: str, item_id: str, *, at: datetime) -> bool:
    """Keep a question at hand, or no longer; return whether it is kept now."""
    row = session.get(StarRow, (person, item_id))
    if row is not None:
        session.delete(row)
        return False
    session.add(StarRow(person=person, item_id=item_id, at=at))
    return True


def read_stars(session: Session, person: str) -> frozenset[str]:
    """Return the questions that a person keeps at hand."""
    return frozenset(session.scalars(select(StarRow.item_id).where(StarRow.person == person)))


def _open(person: str, kinds: Sequence[Kind]) -> Select[SittingRow]:
    return (
        select(SittingRow)
        .where(
            SittingRow.person == person,
            SittingRow.kind.in_(kinds),
            SittingRow.ended_at.is_(None),
        )
        .order_by(SittingRow.started_at.desc())
    )


def _answer_row(session: Session, sitting_id: str, position: int) -> AnswerRow:
    row = session.get(AnswerRow, (sitting_id, position))
    if row is None:
        raise QuizError("没有这道题，请刷新页面后再试。")
    return row


def _place(session: Session, sitting: SittingRow, row: AnswerRow) -> Place:
    total = session.scalar(select(func.count()).where(AnswerRow.sitting_id == sitting.id))
    return Place(
        sitting_id=sitting.id,
        kind=Kind(sitting.kind),
        title=sitting.title,
        seed=f"{sitting.seed}",
        position=row.position,
        total=total or 0,
        item_id=row.item_id,
        given=None if row.given is None else tuple(row.given),
        hinted=row.hinted,
        judged=row.judged_at is not None,
        points=row.points or 0.0,
        best=row.best or 0.0,
        right=bool(row.right),
        rating=row.rating,
    )


def _seconds(row: AnswerRow, at: datetime) -> float | None:
    if row.seconds is not None or row.shown_at is None:
        return row.seconds
    seconds = (at - row.shown_at).total_seconds()
    return seconds if 0 <= seconds <= LONGEST_SECONDS else None


def _usual_seconds(session: Session, row: AnswerRow) -> tuple[float, ...]:
    chosen = (
        select(AnswerRow.seconds)
        .where(
            AnswerRow.person == row.person,
            AnswerRow.type == row.type,
            AnswerRow.seconds.is_not(None),
            AnswerRow.rating.is_not(None),
        )
        .order_by(AnswerRow.judged_at.desc())
        .limit(RECENT_TIMES)
    )
    return tuple(seconds for seconds in session.scalars(chosen) if seconds is not None)


def _schedule(session: Session, row: AnswerRow, *, rating: int, at: datetime) -> None:
    review = review_fact(
        row.card_before,
        rating=rating,
        at=at,
        person=row.person,
        fact_id=row.fact_id,
        contest_on=contest_day(session, row.person),
    )
    row.rating = rating
    session.merge(CardRow(person=row.person, fact_id=row.fact_id, card=review.card, due=review.due))
