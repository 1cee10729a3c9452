"""Tables of people and of what they leave behind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.store.base import UtcDateTime

revision = "users_0001"
down_revision = None
branch_labels = ("users",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "users_accounts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("shown_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_users_accounts_name")),
    )
    op.create_table(
        "users_asked",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("elapsed_ms", sa.Double(), nullable=False),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_asked")),
    )
    op.create_index(op.f("ix_users_asked_asked_at"), "users_asked", ["asked_at"], unique=False)
    op.create_index(op.f("ix_users_asked_person_id"), "users_asked", ["person_id"], unique=False)
    op.create_table(
        "users_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_audit")),
    )
    op.create_index(op.f("ix_users_audit_action"), "users_audit", ["action"], unique=False)
    op.create_index(op.f("ix_users_audit_done_at"), "users_audit", ["done_at"], unique=False)
    op.create_table(
        "users_conversations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_conversations")),
    )
    op.create_index(
        op.f("ix_users_conversations_changed_at"),
        "users_conversations",
        ["changed_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_users_conversations_person_id"), "users_conversations", ["person_id"], unique=False
    )
    op.create_table(
        "users_failures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("failed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_failures")),
    )
    op.create_index(op.f("ix_users_failures_address"), "users_failures", ["address"], unique=False)
    op.create_index(
        op.f("ix_users_failures_failed_at"), "users_failures", ["failed_at"], unique=False
    )
    op.create_index(op.f("ix_users_failures_name"), "users_failures", ["name"], unique=False)
    op.create_table(
        "users_feedback",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("answer_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=True),
        sa.Column("exported_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_feedback")),
        sa.UniqueConstraint("answer_id", name=op.f("uq_users_feedback_answer_id")),
    )
    op.create_index(
        op.f("ix_users_feedback_given_at"), "users_feedback", ["given_at"], unique=False
    )
    op.create_index(
        op.f("ix_users_feedback_person_id"), "users_feedback", ["person_id"], unique=False
    )
    op.create_table(
        "users_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["users_accounts.id"],
            name=op.f("fk_users_sessions_account_id_users_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_users_sessions")),
    )
    op.create_index(
        op.f("ix_users_sessions_account_id"), "users_sessions", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_users_sessions_expires_at"), "users_sessions", ["expires_at"], unique=False
    )
    op.create_table(
        "users_turns",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["users_conversations.id"],
            name=op.f("fk_users_turns_conversation_id_users_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users_turns")),
        sa.UniqueConstraint(
            "conversation_id", "position", name=op.f("uq_users_turns_conversation_id")
        ),
    )
    op.create_index(
        op.f("ix_users_turns_conversation_id"), "users_turns", ["conversation_id"], unique=False
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index(op.f("ix_users_turns_conversation_id"), table_name="users_turns")
    op.drop_table("users_turns")
    op.drop_index(op.f("ix_users_sessions_expires_at"), table_name="users_sessions")
    op.drop_index(op.f("ix_users_sessions_account_id"), table_name="users_sessions")
    op.drop_table("users_sessions")
    op.drop_index(op.f("ix_users_feedback_person_id"), table_name="users_feedback")
    op.drop_index(op.f("ix_users_feedback_given_at"), table_name="users_feedback")
    op.drop_table("users_feedback")
    op.drop_index(op.f("ix_users_failures_name"), table_name="users_failures")
    op.drop_index(op.f("ix_users_failures_failed_at"), table_name="users_failures")
    op.drop_index(op.f("ix_users_failures_address"), table_name="users_failures")
    op.drop_table("users_failures")
    op.drop_index(op.f("ix_users_conversations_person_id"), table_name="users_conversations")
    op.drop_index(op.f("ix_users_conversations_changed_at"), table_name="users_conversations")
    op.drop_table("users_conversations")
    op.drop_index(op.f("ix_users_audit_done_at"), table_name="users_audit")
    op.drop_index(op.f("ix_users_audit_action"), table_name="users_audit")
    op.drop_table("users_audit")
    op.drop_index(op.f("ix_users_asked_person_id"), table_name="users_asked")
    op.drop_index(op.f("ix_users_asked_asked_at"), table_name="users_asked")
    op.drop_table("users_asked")
    op.drop_table("users_accounts")
