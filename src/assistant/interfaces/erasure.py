"""What every room keeps of one person: handed over, or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Table, delete, select
from sqlalchemy.orm import Session

from assistant.interfaces.services import Services
from assistant.quiz.tables import AnswerRow as PractisedRow
from assistant.store.base import Base
from assistant.users.people import Person
from assistant.users.records import exchange_to_record
from assistant.wecom.tables import AccountRow as LinkRow

_ALL = 1_000_000


def erase_person(person_id: str, services: Services) -> None:
    """Delete everything that is kept of a person; of their questions a bare count stays.

    The audit log is kept: it has to be there for whoever looks into a misuse later.
    """
    services.conversations.delete_all(person_id)
    services.feedback.delete_all(person_id)
    services.asked.forget(person_id)
    with services.database.session() as session:
        for table, own in _own_rows(session, person_id):
            session.execute(delete(table).where(own))


def own_data(person: Person, services: Services) -> dict[str, object]:
    """Return everything that is kept of a person, as JSON takes it."""
    listed = services.conversations.list(person.id, limit=_ALL)
    loaded = (services.conversations.load(person.id, summary.id) for summary in listed)
    with services.database.session() as session:
        others = {
            table.name: [
                {name: _plain(value) for name, value in row.items()}
                for row in session.execute(select(table).where(own)).mappings()
            ]
            for table, own in _own_rows(session, person.id)
        }
    return {
        "person": {"id": person.id, "name": person.name, "role": person.role.value},
        "conversations": [
            {
                "id": conversation.id,
                "title": conversation.title,
                "started_at": conversation.started_at.isoformat(),
                "turns": [exchange_to_record(turn.exchange) for turn in conversation.turns],
            }
            for conversation in loaded
            if conversation is not None
        ],
        "feedback": [
            {
                "answer_id": feedback.answer_id,
                "given_at": feedback.given_at.isoformat(),
                "verdict": feedback.verdict.value,
                "comment": feedback.comment,
                "question": feedback.exchange.question,
            }
            for feedback in services.feedback.of_person(person.id)
        ],
        "others": {name: rows for name, rows in others.items() if rows},
    }


def _own_rows(session: Session, person_id: str) -> Sequence[tuple[Table, ColumnElement[bool]]]:
    """Return the tables of practice and of the bot with what in them is the person's.

    What refers to something comes before it.
    """
    linked = select(LinkRow.user_id).where(LinkRow.account == person_id)
    user_ids = list(session.scalars(linked))
    practice = _prefix(PractisedRow.__tablename__)
    bot = _prefix(LinkRow.__tablename__)
    found: list[tuple[Table, ColumnElement[bool]]] = []
    for table in reversed(Base.metadata.sorted_tables):
        if table.name.startswith(practice) and "person" in table.c:
            found.append((table, table.c.person == person_id))
        elif table.name.startswith(bot) and "user_id" in table.c:
            found.append((table, table.c.user_id.in_(user_ids)))
    return found


def _prefix(table_name: str) -> str:
    return table_name.partition("_")[0] + "_"


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    known = isinstance(value, (str, int, float, bool, list, dict, type(None)))
    return value if known else str(value)
