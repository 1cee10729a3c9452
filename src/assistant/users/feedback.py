"""What people think of an answer, kept with the answer they were shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import TypeAdapter
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from assistant.store.base import now
from assistant.store.database import Database
from assistant.users.records import Exchange, exchange_from_record, exchange_to_record
from assistant.users.tables import FeedbackRow

COMMENT_CHARACTERS = 1000


class Verdict(StrEnum):
    """What an answer was, in the eyes of whoever read it."""

    RIGHT = "right"
    WRONG = "wrong"
    INCOMPLETE = "incomplete"

    @property
    def label(self) -> str:
        """The verdict's Chinese name."""
        return _LABELS[self]


_LABELS = {Verdict.RIGHT: "正确", Verdict.WRONG: "有误", Verdict.INCOMPLETE: "不完整"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer should have been: what an evaluation case asks for."""

    expect: Literal["answered", "refused", "clarify"]
    due: tuple[str, ...] = ()
    """``document#N`` each, alternatives joined by ``|``."""
    key_phrases: tuple[str, ...] = ()


_EXPECTED = TypeAdapter(Expected)


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on an answer."""

    id: str
    answer_id: str
    given_at: datetime
    verdict: Verdict
    comment: str
    exchange: Exchange
    expected: Expected | None
    exported_at: datetime | None


class FeedbackBox:
    """Keeps verdicts, one for an answer: a second one takes the place of the first."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def give(
        self,
        person_id: str,
        *,
        answer_id: str,
        exchange: Exchange,
        verdict: Verdict,
        comment: str = "",
    ) -> None:
        """Keep a verdict. The caller has made sure that the answer was the person's."""
        values = {
            "given_at": self._clock(),
            "verdict": verdict.value,
            "comment": comment.strip()[:COMMENT_CHARACTERS],
            "exported_at": None,
        }
        row = FeedbackRow(
            id=secrets.token_hex(16),
            answer_id=answer_id,
            person_id=person_id,
            record=exchange_to_record(exchange),
            **values,
        )
        change = (
            update(FeedbackRow)
            .where(FeedbackRow.answer_id == answer_id, FeedbackRow.person_id == person_id)
            .values(**values)
            .returning(FeedbackRow.id)
        )
        with self._database.session() as session:
            if session.execute(change).first() is not None:
                return
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            # Two clicks at once: the other one has added it.
            with self._database.session() as session:
                session.execute(change)

    def verdicts(self, person_id: str, answer_ids: Sequence[str]) -> dict[str, Verdict]:
        """Return the person's own verdicts on these answers."""
        wanted = select(FeedbackRow.answer_id, FeedbackRow.verdict).where(
            FeedbackRow.person_id == person_id, FeedbackRow.answer_id.in_(answer_ids)
        )
        with self._database.session() as session:
            return {answer: Verdict(verdict) for answer, verdict in session.execute(wanted)}

    def read(
        self,
        *,
        verdicts: Sequence[Verdict] = tuple(Verdict),
        since: datetime | None = None,
        new_only: bool = False,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[Feedback, ...]:
        """Return everyone's feedback, last first; ``new_only`` leaves out what was exported."""
        wanted = (
            select(FeedbackRow)
            .where(FeedbackRow.verdict.in_([verdict.value for verdict in verdicts]))
            .order_by(FeedbackRow.given_at.desc(), FeedbackRow.id)
            .limit(limit)
            .offset(offset)
        )
        if since is not None:
            wanted = wanted.where(FeedbackRow.given_at >= since)
        if new_only:
            wanted = wanted.where(FeedbackRow.exported_at.is_(None))
        with self._database.session() as session:
            return tuple(map(_read, session.scalars(wanted)))

    def count(self, *, since: datetime) -> dict[Verdict, int]:
        """Return how many there are of each verdict since ``since``."""
        wanted = (
            select(FeedbackRow.verdict, func.count())
            .where(FeedbackRow.given_at >= since)
            .group_by(FeedbackRow.verdict)
        )
        with self._database.session() as session:
            found = {Verdict(verdict): number for verdict, number in session.execute(wanted)}
        return {verdict: found.get(verdict, 0) for verdict in Verdict}

    def get(self, id: str) -> Feedback | None:
        """Return one verdict."""
        with self._database.session() as session:
            row = session.get(FeedbackRow, id)
            return None if row is None else _read(row)

    def expect(self, id: str, expected: Expected) -> None:
        """Keep what the answer should have been; it can become an evaluation case again."""
        values = {"expected": _EXPECTED.dump_python(expected, mode="json"), "exported_at": None}
        with self._database.session() as session:
            session.execute(update(FeedbackRow).where(FeedbackRow.id == id).values(**values))

    def mark_exported(self, ids: Sequence[str]) -> None:
        """Note that these became evaluation cases."""
        with self._database.session() as session:
            session.execute(
                update(FeedbackRow).where(FeedbackRow.id.in_(ids)).values(exported_at=self._clock())
            )

    def of_person(self, person_id: str) -> tuple[Feedback, ...]:
        """Return what one person thought, oldest first."""
        wanted = (
            select(FeedbackRow)
            .where(FeedbackRow.person_id == person_id)
            .order_by(FeedbackRow.given_at)
        )
        with self._database.session() as session:
            return tuple(map(_read, session.scalars(wanted)))

    def delete_all(self, person_id: str) -> int:
        """Delete all feedback of a person and return how much there was."""
        wanted = (
            delete(FeedbackRow).where(FeedbackRow.person_id == person_id).returning(FeedbackRow.id)
        )
        with self._database.session() as session:
            return len(session.execute(wanted).all())


def _read(row: FeedbackRow) -> Feedback:
    return Feedback(
        id=row.id,
        answer_id=row.answer_id,
        given_at=row.given_at,
        verdict=Verdict(row.verdict),
        comment=row.comment,
        exchange=exchange_from_record(row.record),
        expected=None if row.expected is None else _EXPECTED.validate_python(row.expected),
        exported_at=row.exported_at,
    )
