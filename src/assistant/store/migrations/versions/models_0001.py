"""Tables of the room ``models``: kept answers and usage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.store.base import UtcDateTime

revision = "models_0001"
down_revision = None
branch_labels = ("models",)
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "model_answers",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_model_answers")),
    )
    op.create_index(op.f("ix_model_answers_kept_at"), "model_answers", ["kept_at"])
    op.create_table(
        "model_usage",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "person", name=op.f("pk_model_usage")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("model_usage")
    op.drop_index(op.f("ix_model_answers_kept_at"), "model_answers")
    op.drop_table("model_answers")
