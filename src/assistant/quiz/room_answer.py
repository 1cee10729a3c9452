"""Answering in a room: one answer a member and question, taken until the lock and not after."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, insert, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice import Kind, add_sitting, read_answers, record_verdict
from assistant.quiz.room import Phase, Room, read_member, room_items
from assistant.quiz.scoring import Given, Rule, judge_answer, judge_in_room
from assistant.quiz.tables import MemberRow, RoomAnswerRow, RoomRow

LONGEST_FILLING = 60
_TOO_LATE = "本题已经锁定，这次作答没有计入。"


def answer_in_room(
    session: Session, room: Room, *, person: str, position: int, given: Given, at: datetime
) -> bool:
    """Take an answer; return whether it ends the question, as the first right one of a buzz does.

    The same request sent twice counts once, and the first answer stands. Raises ``QuizError``
    when the person is no member or the question is not open.
    """
    if read_member(session, room.code, person) is None:
        raise QuizError("您还没有加入这个房间，请先填写姓名。")
    if _has_answered(session, room.code, position, person):
        return False
    item = room.item
    if room.phase is not Phase.ASKING or position != room.position or item is None:
        raise QuizError(_TOO_LATE)
    given = clean_answer(item, given)
    seconds = max(0.0, (at - (room.opened_at or at)).total_seconds())
    verdict = judge_in_room(item, given, rule=room.rule, seconds=seconds)
    row = RoomAnswerRow(
        code=room.code,
        position=position,
        person=person,
        given=list(given),
        at=at,
        seconds=seconds,
        points=verdict.points,
        right=verdict.right,
    )
    if not _insert(session, room, row):
        raise QuizError(_TOO_LATE)
    return room.rule.buzz and verdict.right


def _insert(session: Session, room: Room, row: RoomAnswerRow) -> bool:
    """Put an answer in while the question is open, and only once: the database decides."""
    condition: ColumnElement[bool] = (
        select(RoomRow.code)
        .where(
            RoomRow.code == row.code, RoomRow.position == row.position, RoomRow.locks_at > row.at
        )
        .exists()
    )
    if room.rule.buzz:
        # One after the other, so that only one is the first.
        session.get(RoomRow, room.code, with_for_update=True, populate_existing=True)
        won = select(RoomAnswerRow.person).where(
            RoomAnswerRow.code == row.code,
            RoomAnswerRow.position == row.position,
            RoomAnswerRow.right,
        )
        condition = condition & ~won.exists()
    columns = RoomAnswerRow.__table__.columns
    values = [literal(getattr(row, c.name), c.type).label(c.name) for c in columns]
    chosen = select(*values).where(condition)
    try:
        with session.begin_nested():
            session.execute(insert(RoomAnswerRow).from_select([c.name for c in columns], chosen))
    except IntegrityError:
        return True
    return _has_answered(session, row.code, row.position, row.person)


def clean_answer(item: Item, given: Given) -> Given:
    """Return an answer as it is stored. Raises ``QuizError`` for what is none."""
    if item.type is ItemType.FILL:
        blanks = max(1, len(item.answer))
        if not any(words.strip() for words in given):
            raise QuizError("请填写答案后再提交。")
        return tuple(words.strip()[:LONGEST_FILLING] for words in given[:blanks])
    keys = {"T", "F"} if item.type is ItemType.JUDGE else {o.letter for o in item.options}
    chosen = tuple(sorted(set(given)))
    if not chosen or not set(chosen) <= keys:
        raise QuizError("请选择答案后再提交。")
    if item.type is not ItemType.MULTIPLE and len(chosen) > 1:
        raise QuizError("本题只能选一项。")
    return chosen


def keep_for_practice(session: Session, room: Room, *, at: datetime) -> None:
    """Put what members answered into their own practice: wrong answers and cards; once a room."""
    questions = room_items(session, room.code)
    chosen = select(MemberRow.person).where(MemberRow.code == room.code)
    for person in session.scalars(chosen).all():
        answers = {
            row.position: row
            for row in session.scalars(
                select(RoomAnswerRow).where(
                    RoomAnswerRow.code == room.code, RoomAnswerRow.person == person
                )
            )
        }
        if answers:
            items = [questions[position] for position in sorted(answers)]
            title = f"{room.title}（{room.code}）"
            sitting = add_sitting(
                session, person, items, kind=Kind.ROOM, title=title, seed=0, at=at
            )
            sitting.ended_at = at
            rows = read_answers(session, sitting.id)
            for own, item, position in zip(rows, items, sorted(answers), strict=True):
                own.given, own.judged_at = list(answers[position].given), at
                own.seconds = answers[position].seconds
                verdict = judge_answer(item, tuple(own.given), rule=Rule())
                record_verdict(session, own, verdict, at=at)


def _has_answered(session: Session, code: str, position: int, person: str) -> bool:
    return session.get(RoomAnswerRow, (code, position, person), populate_existing=True) is not None
