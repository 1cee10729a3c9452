"""What is kept in the database: verified answers for the same question, and calls of the day.

The database may fail at any time; then nothing is kept, and where calls are limited none is made.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from assistant.answer.verify import is_verbatim
from assistant.domain import Answer, ParsedDocument
from assistant.models.tables import KeptAnswer, Usage
from assistant.store.base import now
from assistant.store.database import Database

EVERYONE = ""
_ANSWERS = TypeAdapter(Answer)

_log = logging.getLogger(__name__)


def answer_key(*parts: object) -> str:
    """Return the key of an answer to a question, under a corpus, prompts and a model."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class _OverLimit(Exception):
    """Rolls back what was counted so far."""


class Ledger:
    """Keeps answers and counts calls. Thread safe."""

    def __init__(
        self,
        database: Database,
        *,
        most_answers: int,
        calls_per_day: int,
        calls_per_person: int,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._most_answers = most_answers
        self._calls_per_day = calls_per_day
        self._calls_per_person = calls_per_person
        self._clock = clock

    def find(self, key: str, documents: Mapping[str, ParsedDocument]) -> Answer | None:
        """Return a kept answer, its citations checked once more against the documents."""
        if not self._most_answers:
            return None
        try:
            with self._database.session() as session:
                kept = session.get(KeptAnswer, key)
            answer = _ANSWERS.validate_json(kept.answer) if kept else None
        except (SQLAlchemyError, ValidationError) as error:
            _log.warning("a kept answer cannot be read: %s", type(error).__name__)
            return None
        if answer is None or not all(is_verbatim(c, documents) for c in answer.citations):
            return None
        drafting = replace(answer.drafting, cached=True) if answer.drafting else None
        return replace(answer, drafting=drafting)

    def keep(self, key: str, answer: Answer) -> None:
        """Keep a verified answer; the oldest make room."""
        if not self._most_answers:
            return
        text = json.dumps(asdict(answer), ensure_ascii=False)
        try:
            with self._database.session() as session:
                session.merge(KeptAnswer(key=key, answer=text, kept_at=self._clock()))
                session.flush()
                self._make_room(session)
        except SQLAlchemyError as error:
            _log.warning("an answer cannot be kept: %s", type(error).__name__)

    def _make_room(self, session: Session) -> None:
        count = session.scalar(select(func.count()).select_from(KeptAnswer)) or 0
        if count > self._most_answers:
            oldest = (
                select(KeptAnswer.key)
                .order_by(KeptAnswer.kept_at)
                .limit(count - self._most_answers)
                .scalar_subquery()
            )
            session.execute(delete(KeptAnswer).where(KeptAnswer.key.in_(oldest)))

    def take_call(self, person: str) -> bool:
        """Count a call, and tell whether it is within the limits of the day."""
        limits = {EVERYONE: self._calls_per_day}
        if person:
            hashed = hashlib.sha256(person.encode()).hexdigest()
            limits[hashed] = self._calls_per_person
        if not any(limits.values()):
            return True
        day = self._clock().astimezone().date().isoformat()
        try:
            with self._database.session() as session:
                # The person first: whoever is over their own limit takes nothing from the others.
                for one in sorted(limits, reverse=True):
                    if not _take(session, day, one, limits[one]):
                        raise _OverLimit
        except _OverLimit:
            return False
        except SQLAlchemyError as error:
            _log.warning("calls cannot be counted: %s", type(error).__name__)
            return False
        return True


def _take(session: Session, day: str, person: str, most: int) -> bool:
    """Add a call to a row unless that would go beyond ``most``; 0 is no limit."""
    at = (Usage.day == day, Usage.person == person)
    add = update(Usage).where(*at).values(calls=Usage.calls + 1)
    add = add.where(Usage.calls < most) if most else add
    for _ in range(2):
        result = session.execute(add)
        if isinstance(result, CursorResult) and result.rowcount:
            return True
        if session.scalar(select(Usage.calls).where(*at)) is not None:
            return False
        try:
            with session.begin_nested():
                session.add(Usage(day=day, person=person, calls=1))
            return True
        except IntegrityError:
            continue  # another one was first: there is a row now
    return False
