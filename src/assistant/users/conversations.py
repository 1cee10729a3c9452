"""Conversations: kept for the person who holds them, and shown to nobody else.

Every call names the person; a conversation of somebody else is as good as none.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Delete, Select, Update, delete, func, select, update
from sqlalchemy.orm import Session

from assistant.store.base import now
from assistant.store.database import Database
from assistant.text import fold
from assistant.users.records import Exchange, exchange_from_record, exchange_to_record
from assistant.users.tables import ConversationRow, TurnRow

TITLE_CHARACTERS = 40
LISTED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation as a list shows it."""

    id: str
    title: str
    started_at: datetime
    changed_at: datetime
    turns: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation with its answer. ``id`` names the answer everywhere."""

    id: str
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, oldest turn first."""

    id: str
    title: str
    started_at: datetime
    changed_at: datetime
    turns: tuple[Turn, ...]


class Conversations:
    """Keeps conversations in the database. Thread safe."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def start(self, person_id: str, *, title: str = "") -> str:
        """Begin an empty conversation and return its id; its first question gives it a title."""
        moment = self._clock()
        row = ConversationRow(
            id=secrets.token_hex(16),
            person_id=person_id,
            title=_shorten(title),
            started_at=moment,
            changed_at=moment,
        )
        with self._database.session() as session:
            session.add(row)
        return row.id

    def append(self, person_id: str, conversation_id: str, exchange: Exchange) -> Turn | None:
        """Add a question and its answer; None when the person has no such conversation."""
        turn = Turn(secrets.token_hex(16), exchange)
        with self._database.session() as session:
            row = session.scalar(_own(person_id, conversation_id).with_for_update())
            if row is None:
                return None
            last = session.scalar(
                select(func.max(TurnRow.position)).where(TurnRow.conversation_id == row.id)
            )
            session.add(
                TurnRow(
                    id=turn.id,
                    conversation_id=row.id,
                    position=(last or 0) + 1,
                    record=exchange_to_record(exchange),
                    searched=fold(f"{exchange.question}\n{exchange.answer.text}"),
                )
            )
            row.title = row.title or _shorten(exchange.question)
            row.changed_at = self._clock()
        return turn

    def list(
        self, person_id: str, *, search: str = "", limit: int = LISTED_AT_ONCE, offset: int = 0
    ) -> tuple[Summary, ...]:
        """Return the person's conversations, last changed first.

        ``search`` keeps those whose title, questions or answers contain every word of it.
        """
        counted = (
            select(TurnRow.conversation_id, func.count().label("turns"))
            .group_by(TurnRow.conversation_id)
            .subquery()
        )
        wanted = (
            select(ConversationRow, func.coalesce(counted.c.turns, 0))
            .outerjoin(counted, counted.c.conversation_id == ConversationRow.id)
            .where(ConversationRow.person_id == person_id)
            .order_by(ConversationRow.changed_at.desc(), ConversationRow.id)
            .limit(limit)
            .offset(offset)
        )
        for word in search.split():
            folded = fold(word)
            said = select(TurnRow.conversation_id).where(
                TurnRow.searched.contains(folded, autoescape=True)
            )
            wanted = wanted.where(
                ConversationRow.title.contains(word, autoescape=True) | ConversationRow.id.in_(said)
            )
        with self._database.session() as session:
            return tuple(
                Summary(row.id, row.title, row.started_at, row.changed_at, turns)
                for row, turns in session.execute(wanted)
            )

    def count(self, person_id: str) -> int:
        """Return how many conversations the person has."""
        wanted = select(func.count()).where(ConversationRow.person_id == person_id)
        with self._database.session() as session:
            return session.scalar(wanted) or 0

    def load(self, person_id: str, conversation_id: str) -> Conversation | None:
        """Return a conversation with its turns; None when the person has no such one."""
        with self._database.session() as session:
            row = session.scalar(_own(person_id, conversation_id))
            return None if row is None else _read(session, row)

    def find_turn(self, person_id: str, turn_id: str) -> Turn | None:
        """Return one answer of the person; None when it is not theirs, or not there."""
        wanted = (
            select(TurnRow)
            .join(ConversationRow, ConversationRow.id == TurnRow.conversation_id)
            .where(ConversationRow.person_id == person_id, TurnRow.id == turn_id)
        )
        with self._database.session() as session:
            row = session.scalar(wanted)
            return None if row is None else Turn(row.id, exchange_from_record(row.record))

    def rename(self, person_id: str, conversation_id: str, title: str) -> bool:
        """Give a conversation another title; False when the person has no such one."""
        wanted = (
            update(ConversationRow)
            .where(ConversationRow.id == conversation_id, ConversationRow.person_id == person_id)
            .values(title=_shorten(title) or "未命名")
        )
        with self._database.session() as session:
            return _touched(session, wanted)

    def delete(self, person_id: str, conversation_id: str) -> bool:
        """Delete a conversation for good; False when the person has no such one."""
        wanted = delete(ConversationRow).where(
            ConversationRow.id == conversation_id, ConversationRow.person_id == person_id
        )
        with self._database.session() as session:
            return _touched(session, wanted)

    def delete_turn(self, person_id: str, turn_id: str) -> bool:
        """Delete one answer, as when it is asked for again; False when it is not the person's."""
        own = select(ConversationRow.id).where(ConversationRow.person_id == person_id)
        wanted = delete(TurnRow).where(TurnRow.id == turn_id, TurnRow.conversation_id.in_(own))
        with self._database.session() as session:
            return _touched(session, wanted)

    def delete_all(self, person_id: str) -> int:
        """Delete every conversation of a person and return how many there were."""
        with self._database.session() as session:
            gone = session.execute(
                delete(ConversationRow)
                .where(ConversationRow.person_id == person_id)
                .returning(ConversationRow.id)
            )
            return len(gone.all())


def _own(person_id: str, conversation_id: str) -> Select[ConversationRow]:
    return select(ConversationRow).where(
        ConversationRow.id == conversation_id, ConversationRow.person_id == person_id
    )


def _read(session: Session, row: ConversationRow) -> Conversation:
    turns = session.scalars(
        select(TurnRow).where(TurnRow.conversation_id == row.id).order_by(TurnRow.position)
    )
    return Conversation(
        id=row.id,
        title=row.title,
        started_at=row.started_at,
        changed_at=row.changed_at,
        turns=tuple(Turn(turn.id, exchange_from_record(turn.record)) for turn in turns),
    )


def _touched(session: Session, statement: Update | Delete) -> bool:
    result = session.execute(statement)
    return isinstance(result, CursorResult) and result.rowcount > 0


def _shorten(title: str) -> str:
    flat = " ".join(title.split())
    return flat if len(flat) <= TITLE_CHARACTERS else f"{flat[: TITLE_CHARACTERS - 1]}…"
