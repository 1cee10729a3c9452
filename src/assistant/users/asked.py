"""What was asked and how it went, in every channel: the ground of the statistics."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from assistant.domain import Answer
from assistant.store.base import now
from assistant.store.database import Database
from assistant.users.tables import AskedRow


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and how it went."""

    asked_at: datetime
    channel: str
    question: str
    status: str
    reason: str
    elapsed_ms: float
    articles: tuple[str, ...]
    person_id: str | None


class AskedLog:
    """Keeps what was asked. Thread safe."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def record(
        self, question: str, answer: Answer, *, channel: str, person_id: str | None = None
    ) -> None:
        """Keep that a question was answered; ``channel`` is web, api or wecom."""
        row = AskedRow(
            id=secrets.token_hex(16),
            person_id=person_id,
            channel=channel,
            asked_at=self._clock(),
            question=question,
            status=answer.status,
            reason=answer.reason[:60],
            mode=answer.mode,
            elapsed_ms=answer.elapsed_ms,
            articles=list(dict.fromkeys(c.article_id for c in answer.citations)),
        )
        with self._database.session() as session:
            session.add(row)

    def since(self, moment: datetime) -> tuple[Asked, ...]:
        """Return what was asked from ``moment`` on, oldest first."""
        wanted = select(AskedRow).where(AskedRow.asked_at >= moment).order_by(AskedRow.asked_at)
        with self._database.session() as session:
            return tuple(map(_read, session.scalars(wanted)))

    def forget(self, person_id: str) -> int:
        """Drop who asked and what, of one person; that something was asked still counts."""
        wanted = (
            update(AskedRow)
            .where(AskedRow.person_id == person_id)
            .values(person_id=None, question="")
            .returning(AskedRow.id)
        )
        with self._database.session() as session:
            return len(session.execute(wanted).all())


def count_articles(asked: Sequence[Asked]) -> dict[str, int]:
    """Return how often each article was cited."""
    counts: dict[str, int] = {}
    for entry in asked:
        for article in entry.articles:
            counts[article] = counts.get(article, 0) + 1
    return counts


def _read(row: AskedRow) -> Asked:
    return Asked(
        asked_at=row.asked_at,
        channel=row.channel,
        question=row.question,
        status=row.status,
        reason=row.reason,
        elapsed_ms=row.elapsed_ms,
        articles=tuple(row.articles),
        person_id=row.person_id,
    )
