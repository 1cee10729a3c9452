"""Replies that were promised, kept until they are delivered.

A message is stored before anything answers it, so a repeated msgid finds its reply, any process can
say how a stream stands, and what a process leaves behind when it dies is answered by another.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from assistant.store.base import now
from assistant.store.database import Database
from assistant.wecom.messages import Channel, Incoming, Snapshot
from assistant.wecom.records import (
    card_from_json,
    card_to_json,
    incoming_from_json,
    incoming_to_json,
)
from assistant.wecom.state import Clock
from assistant.wecom.tables import AnswerRow

MOST_ATTEMPTS = 3
"""How often an answer is begun, when processes keep dying over it."""


class Delivery(StrEnum):
    """How far a reply is on its way to the user."""

    PROMISED = "promised"
    """The user was told to wait, where the message came in; the platform will ask again."""
    HANDING = "handing"
    """Whole, and on its way where the message came in."""
    OWED = "owed"
    """Nobody asks any more: it must be sent as a message of its own."""
    SENDING = "sending"
    READ = "read"
    """Handed over where the message came in."""
    SENT = "sent"
    """As a message of its own."""
    FAILED = "failed"


_OPEN = (Delivery.PROMISED, Delivery.HANDING, Delivery.OWED, Delivery.SENDING)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A message and how its reply stands."""

    id: str
    incoming: Incoming
    snapshot: Snapshot
    sequence: int
    """How many snapshots there were."""
    delivery: Delivery
    attempts: int
    sends: int
    parts_sent: int
    worker: str
    worker_until: datetime
    asked_at: datetime


class Answers:
    """The stored replies. Thread safe; every method is one transaction, and blocks."""

    def __init__(
        self, database: Database, *, worker: str, lasting: timedelta, clock: Clock = now
    ) -> None:
        """Act for the process ``worker``, whose hold on an answer is ``lasting`` unless renewed."""
        self._database = database
        self._worker = worker
        self._lasting = lasting
        self._clock = clock

    def begin(self, incoming: Incoming) -> tuple[StoredAnswer, bool]:
        """Return the answer of a message, and whether it is new and so this process's to write."""
        scope = f"{incoming.channel}:{incoming.bot_id}"
        at = self._clock()
        row = AnswerRow(
            id=f"s_{secrets.token_hex(16)}",
            scope=scope,
            message_id=incoming.message_id,
            channel=incoming.channel.value,
            incoming=incoming_to_json(incoming),
            markdown="",
            card="",
            sequence=0,
            finished=False,
            delivery=Delivery.PROMISED.value,
            attempts=1,
            sends=0,
            parts_sent=0,
            worker=self._worker,
            worker_until=at + self._lasting,
            received_at=incoming.received_at,
            asked_at=at,
        )
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            with self._database.session() as session:
                found = session.scalars(
                    select(AnswerRow).where(
                        AnswerRow.scope == scope, AnswerRow.message_id == incoming.message_id
                    )
                ).one()
                return _to_record(found), False
        return _to_record(row), True

    def find(self, id: str) -> StoredAnswer | None:
        """Return an answer; None when there is no such."""
        with self._database.session() as session:
            row = session.get(AnswerRow, id)
            return _to_record(row) if row else None

    def write(self, id: str, snapshot: Snapshot) -> bool:
        """Store a snapshot; False when the answer has become another process's."""
        return self._change(
            id,
            AnswerRow.worker == self._worker,
            markdown=snapshot.markdown,
            card=card_to_json(snapshot.card),
            finished=snapshot.finished,
            sequence=AnswerRow.sequence + 1,
        )

    def note_asked(self, id: str) -> None:
        """Note that the platform asked how an answer stands."""
        self._change(id, asked_at=self._clock())

    def move(self, id: str, *, before: Sequence[Delivery], after: Delivery) -> bool:
        """Change the way of delivery, unless somebody else has already done so."""
        return self._change(
            id, AnswerRow.delivery.in_([way.value for way in before]), delivery=after.value
        )

    def hold(self, ids: Sequence[str]) -> None:
        """Go on holding answers that this process writes."""
        with self._database.session() as session:
            session.execute(
                update(AnswerRow)
                .where(AnswerRow.id.in_(ids), AnswerRow.worker == self._worker)
                .values(worker_until=self._clock() + self._lasting)
            )

    def let_go(self, id: str, *, delivery: Delivery) -> None:
        """Leave an unfinished answer to whichever process comes next."""
        self._change(
            id,
            AnswerRow.worker == self._worker,
            worker="",
            worker_until=self._clock(),
            delivery=delivery.value,
            # The attempt was ended by us, not by what was asked.
            attempts=AnswerRow.attempts - 1,
        )

    def take_over(self, id: str) -> bool:
        """Become the writer of an unfinished answer whose process is gone; one alone is told so."""
        at = self._clock()
        return self._change(
            id,
            AnswerRow.finished.is_(False),
            AnswerRow.worker_until <= at,
            worker=self._worker,
            worker_until=at + self._lasting,
            attempts=AnswerRow.attempts + 1,
        )

    def take_to_hand(self, id: str) -> bool:
        """Become the one who hands a finished answer over in place; one caller is told so."""
        return self._take(id, AnswerRow.delivery == Delivery.PROMISED.value, after=Delivery.HANDING)

    def take_to_send(self, id: str) -> bool:
        """Become the sender of a finished answer that is owed; one caller is told so."""
        return self._take(id, _waits_for_sender(self._clock()), after=Delivery.SENDING)

    def note_part(self, id: str, *, parts_sent: int) -> None:
        """Note how many messages of an answer are out, and go on holding it."""
        self._change(id, parts_sent=parts_sent, worker_until=self._clock() + self._lasting)

    def settle(self, id: str, delivery: Delivery) -> None:
        """Note how the delivery ended, and forget the secret that it needed."""
        with self._database.session() as session:
            incoming = session.scalar(
                update(AnswerRow)
                .where(AnswerRow.id == id, AnswerRow.delivery.in_([way.value for way in _OPEN]))
                .values(delivery=delivery.value)
                .returning(AnswerRow.incoming)
            )
            if incoming is not None:
                bare = replace(incoming_from_json(incoming), response_url="")
                session.execute(
                    update(AnswerRow)
                    .where(AnswerRow.id == id)
                    .values(incoming=incoming_to_json(bare))
                )

    def abandoned(self, channels: Sequence[Channel]) -> tuple[StoredAnswer, ...]:
        """Return the unfinished answers whose process is gone, oldest first."""
        return self._select(
            channels, AnswerRow.finished.is_(False), AnswerRow.worker_until <= self._clock()
        )

    def owed(self, channels: Sequence[Channel]) -> tuple[StoredAnswer, ...]:
        """Return the finished answers that must be sent and that nobody is sending."""
        return self._select(
            channels, AnswerRow.finished.is_(True), _waits_for_sender(self._clock())
        )

    def unread(self, channels: Sequence[Channel], *, since: datetime) -> tuple[StoredAnswer, ...]:
        """Return finished answers still promised, that nobody has asked for since a moment."""
        return self._select(
            channels,
            AnswerRow.finished.is_(True),
            AnswerRow.delivery == Delivery.PROMISED.value,
            AnswerRow.asked_at <= since,
        )

    def _take(self, id: str, waits: ColumnElement[bool], *, after: Delivery) -> bool:
        return self._change(
            id,
            AnswerRow.finished.is_(True),
            waits,
            delivery=after.value,
            sends=AnswerRow.sends + int(after is Delivery.SENDING),
            worker=self._worker,
            worker_until=self._clock() + self._lasting,
        )

    def _select(
        self, channels: Sequence[Channel], *conditions: ColumnElement[bool]
    ) -> tuple[StoredAnswer, ...]:
        with self._database.session() as session:
            rows = session.scalars(
                select(AnswerRow)
                .where(
                    AnswerRow.delivery.in_([way.value for way in _OPEN]),
                    AnswerRow.channel.in_([channel.value for channel in channels]),
                    *conditions,
                )
                .order_by(AnswerRow.received_at)
            ).all()
            return tuple(map(_to_record, rows))

    def _change(self, id: str, *conditions: ColumnElement[bool], **values: object) -> bool:
        with self._database.session() as session:
            changed = session.execute(
                update(AnswerRow)
                .where(AnswerRow.id == id, *conditions)
                .values(**values)
                .returning(AnswerRow.id)
                .execution_options(synchronize_session=False)
            ).first()
        return changed is not None


def _to_record(row: AnswerRow) -> StoredAnswer:
    return StoredAnswer(
        id=row.id,
        incoming=incoming_from_json(row.incoming),
        snapshot=Snapshot(
            markdown=row.markdown,
            finished=row.finished,
            card=card_from_json(row.card) if row.card else None,
        ),
        sequence=row.sequence,
        delivery=Delivery(row.delivery),
        attempts=row.attempts,
        sends=row.sends,
        parts_sent=row.parts_sent,
        worker=row.worker,
        worker_until=row.worker_until,
        asked_at=row.asked_at,
    )


def _waits_for_sender(at: datetime) -> ColumnElement[bool]:
    under_way = (Delivery.HANDING.value, Delivery.SENDING.value)
    # Whoever had it in hand died over it.
    dropped = AnswerRow.delivery.in_(under_way) & (AnswerRow.worker_until <= at)
    return (AnswerRow.delivery == Delivery.OWED.value) | dropped
