"""Alembic's entry: runs the migrations on the connection that ``open_database`` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

ADVISORY_LOCK = 7_231_907

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, render_as_batch=True, transaction_per_migration=False)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
    context.run_migrations()
