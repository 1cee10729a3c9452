"""The daily question's record: what went to which webhook on which day, and what must not go again.

A part of a day is claimed before it is sent, and marked before the request leaves. A process that
dies in between leaves either a claim, which another takes over, or a mark, which nobody repeats:
it may have arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from assistant.store.base import now
from assistant.store.database import Database
from assistant.wecom.state import Clock
from assistant.wecom.tables import WebhookRunRow


class Part(StrEnum):
    """What is sent on a day."""

    QUESTION = "question"
    SOLUTION = "solution"


class RunStatus(StrEnum):
    """How far it got."""

    CLAIMED = "claimed"
    SENDING = "sending"
    """The request is out; what became of it is not known until it is sent or failed."""
    SENT = "sent"
    FAILED = "failed"


_GONE = (RunStatus.SENDING.value, RunStatus.SENT.value)


@dataclass(frozen=True, slots=True)
class Run:
    """One part of one day."""

    day: date
    part: Part
    item_id: str
    status: RunStatus


class Runs:
    """The runs of one webhook. Thread safe; every method blocks."""

    def __init__(
        self,
        database: Database,
        *,
        webhook: str,
        worker: str,
        lasting: timedelta,
        clock: Clock = now,
    ) -> None:
        """Act for the process ``worker`` on the webhook known as ``webhook``, never by its key."""
        self._database = database
        self._webhook = webhook
        self._worker = worker
        self._lasting = lasting
        self._clock = clock

    def find(self, day: date, part: Part) -> Run | None:
        """Return a run; None when nothing was begun."""
        with self._database.session() as session:
            row = session.get(WebhookRunRow, (self._webhook, day, part.value))
            return _to_record(row) if row else None

    def last_items(self, *, most: int) -> tuple[str, ...]:
        """Return the questions that went out lately, the latest first."""
        with self._database.session() as session:
            return tuple(
                session.scalars(
                    select(WebhookRunRow.item_id)
                    .where(
                        WebhookRunRow.webhook == self._webhook,
                        WebhookRunRow.part == Part.QUESTION.value,
                        WebhookRunRow.status.in_(_GONE),
                    )
                    .order_by(WebhookRunRow.day.desc())
                    .limit(most)
                )
            )

    def claim(self, day: date, part: Part, *, item_id: str) -> Run | None:
        """Return the run if it is this process's to send; None when it is, or was, another's.

        A claim that a dead process left keeps its question.
        """
        at = self._clock()
        row = WebhookRunRow(
            webhook=self._webhook,
            day=day,
            part=part.value,
            item_id=item_id,
            status=RunStatus.CLAIMED.value,
            worker=self._worker,
            worker_until=at + self._lasting,
            at=at,
        )
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError:
            if not self._change(
                day,
                part,
                WebhookRunRow.status == RunStatus.CLAIMED.value,
                WebhookRunRow.worker_until <= at,
                worker=self._worker,
                worker_until=at + self._lasting,
            ):
                return None
        return self.find(day, part)

    def move(self, day: date, part: Part, *, before: Sequence[RunStatus], after: RunStatus) -> bool:
        """Change the status of this process's run; False when it is no longer this process's."""
        return self._change(
            day,
            part,
            WebhookRunRow.worker == self._worker,
            WebhookRunRow.status.in_([status.value for status in before]),
            status=after.value,
            at=self._clock(),
        )

    def give_back(self, day: date, part: Part) -> None:
        """Return a run whose request certainly did not arrive, to be tried again."""
        self._change(
            day,
            part,
            WebhookRunRow.worker == self._worker,
            status=RunStatus.CLAIMED.value,
            worker_until=self._clock(),
        )

    def _change(
        self, day: date, part: Part, *conditions: ColumnElement[bool], **values: object
    ) -> bool:
        with self._database.session() as session:
            changed = session.execute(
                update(WebhookRunRow)
                .where(
                    WebhookRunRow.webhook == self._webhook,
                    WebhookRunRow.day == day,
                    WebhookRunRow.part == part.value,
                    *conditions,
                )
                .values(**values)
                .returning(WebhookRunRow.day)
            ).first()
        return changed is not None


def _to_record(row: WebhookRunRow) -> Run:
    return Run(row.day, Part(row.part), row.item_id, RunStatus(row.status))
