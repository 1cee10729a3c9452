"""The tables of the WeCom bot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.store.base import UtcDateTime

revision = "wecom_0001"
down_revision = None
branch_labels = ("wecom",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "wecom_accounts",
        sa.Column("bot_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "user_id", name=op.f("pk_wecom_accounts")),
    )
    op.create_index(op.f("ix_wecom_accounts_account"), "wecom_accounts", ["account"], unique=False)
    op.create_table(
        "wecom_answers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("incoming", sa.Text(), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("delivery", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("parts_sent", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("worker_until", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wecom_answers")),
        sa.UniqueConstraint("scope", "message_id", name=op.f("uq_wecom_answers_scope")),
    )
    op.create_index(
        "ix_wecom_answers_due",
        "wecom_answers",
        ["delivery", "channel", "worker_until"],
        unique=False,
    )
    op.create_index(
        op.f("ix_wecom_answers_received_at"), "wecom_answers", ["received_at"], unique=False
    )
    op.create_table(
        "wecom_card_answers",
        sa.Column("task_id", sa.String(length=128), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "user_id", name=op.f("pk_wecom_card_answers")),
    )
    op.create_index(op.f("ix_wecom_card_answers_at"), "wecom_card_answers", ["at"], unique=False)
    op.create_table(
        "wecom_cards",
        sa.Column("task_id", sa.String(length=128), nullable=False),
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("item_id", sa.String(length=255), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_wecom_cards")),
    )
    op.create_index(op.f("ix_wecom_cards_at"), "wecom_cards", ["at"], unique=False)
    op.create_table(
        "wecom_feedback",
        sa.Column("feedback_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("bot_id", sa.String(length=255), nullable=False),
        sa.Column("chat_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reasons", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("feedback_id", "user_id", name=op.f("pk_wecom_feedback")),
    )
    op.create_table(
        "wecom_leases",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_wecom_leases")),
    )
    op.create_table(
        "wecom_seen",
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_wecom_seen")),
    )
    op.create_index(op.f("ix_wecom_seen_expires_at"), "wecom_seen", ["expires_at"], unique=False)
    op.create_table(
        "wecom_tokens",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_wecom_tokens")),
    )
    op.create_table(
        "wecom_turns",
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "message_id", name=op.f("pk_wecom_turns")),
    )
    op.create_index(op.f("ix_wecom_turns_at"), "wecom_turns", ["at"], unique=False)
    op.create_table(
        "wecom_webhook_runs",
        sa.Column("webhook", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("worker_until", UtcDateTime(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("webhook", "day", "part", name=op.f("pk_wecom_webhook_runs")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("wecom_webhook_runs")
    op.drop_index(op.f("ix_wecom_turns_at"), table_name="wecom_turns")
    op.drop_table("wecom_turns")
    op.drop_table("wecom_tokens")
    op.drop_index(op.f("ix_wecom_seen_expires_at"), table_name="wecom_seen")
    op.drop_table("wecom_seen")
    op.drop_table("wecom_leases")
    op.drop_table("wecom_feedback")
    op.drop_index(op.f("ix_wecom_cards_at"), table_name="wecom_cards")
    op.drop_table("wecom_cards")
    op.drop_index(op.f("ix_wecom_card_answers_at"), table_name="wecom_card_answers")
    op.drop_table("wecom_card_answers")
    op.drop_index(op.f("ix_wecom_answers_received_at"), table_name="wecom_answers")
    op.drop_index("ix_wecom_answers_due", table_name="wecom_answers")
    op.drop_table("wecom_answers")
    op.drop_index(op.f("ix_wecom_accounts_account"), table_name="wecom_accounts")
    op.drop_table("wecom_accounts")
