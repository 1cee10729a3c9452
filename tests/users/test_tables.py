"""The migration makes exactly the tables that the code declares."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from assistant.store.base import Base
from assistant.store.database import Database
from assistant.users import tables

PREFIX = "users_"


def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    return kind != "table" or (name or "").startswith(PREFIX)


def test_migration_and_tables_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        options = {"include_object": ours, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
        found = {n for n in inspect(connection).get_table_names() if n.startswith(PREFIX)}
    assert found == {
        table.name for table in Base.metadata.tables.values() if table.name.startswith(PREFIX)
    }
    assert tables.AccountRow.__tablename__ in found


def test_what_belongs_to_a_conversation_goes_with_it(database: Database) -> None:
    with database.session() as session:
        session.execute(
            text(
                "INSERT INTO users_conversations (id, person_id, title, started_at, changed_at)"
                " VALUES ('c', 'p', '', '2026-01-01', '2026-01-01')"
            )
        )
        session.execute(
            text(
                "INSERT INTO users_turns (id, conversation_id, position, record, searched)"
                " VALUES ('t', 'c', 1, '{}', '')"
            )
        )
        session.execute(text("DELETE FROM users_conversations"))
        assert session.scalar(text("SELECT count(*) FROM users_turns")) == 0
