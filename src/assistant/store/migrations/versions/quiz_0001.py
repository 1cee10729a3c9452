"""Tables of quiz practice: review, sittings and answers, cards, rooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.store.base import UtcDateTime

revision = "quiz_0001"
down_revision = None
branch_labels = ("quiz",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "quiz_cards",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("fact_id", sa.String(length=200), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person", "fact_id", name=op.f("pk_quiz_cards")),
    )
    op.create_index("ix_quiz_cards_person_due", "quiz_cards", ["person", "due"], unique=False)
    op.create_table(
        "quiz_items",
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("fact_id", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("bank_hash", sa.String(length=64), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_quiz_items")),
    )
    op.create_index(op.f("ix_quiz_items_fact_id"), "quiz_items", ["fact_id"], unique=False)
    op.create_index(op.f("ix_quiz_items_status"), "quiz_items", ["status"], unique=False)
    op.create_table(
        "quiz_people",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("contest_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_quiz_people")),
    )
    op.create_table(
        "quiz_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_reports")),
    )
    op.create_index(op.f("ix_quiz_reports_item_id"), "quiz_reports", ["item_id"], unique=False)
    op.create_table(
        "quiz_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_reviews")),
    )
    op.create_index(op.f("ix_quiz_reviews_item_id"), "quiz_reviews", ["item_id"], unique=False)
    op.create_table(
        "quiz_rooms",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("host", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("locks_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("alive_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_quiz_rooms")),
    )
    op.create_index(op.f("ix_quiz_rooms_host"), "quiz_rooms", ["host"], unique=False)
    op.create_table(
        "quiz_sittings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("deadline", UtcDateTime(), nullable=True),
        sa.Column("left_seconds", sa.Double(), nullable=True),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_sittings")),
    )
    op.create_index(
        "ix_quiz_sittings_person_kind", "quiz_sittings", ["person", "kind"], unique=False
    )
    op.create_table(
        "quiz_stars",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person", "item_id", name=op.f("pk_quiz_stars")),
    )
    op.create_table(
        "quiz_answers",
        sa.Column("sitting_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("item_id", sa.String(length=200), nullable=False),
        sa.Column("fact_id", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("given", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("hinted", sa.Boolean(), nullable=False),
        sa.Column("shown_at", UtcDateTime(), nullable=True),
        sa.Column("judged_at", UtcDateTime(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("best", sa.Double(), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("card_before", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sitting_id"],
            ["quiz_sittings.id"],
            name=op.f("fk_quiz_answers_sitting_id_quiz_sittings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sitting_id", "position", name=op.f("pk_quiz_answers")),
    )
    op.create_index(op.f("ix_quiz_answers_item_id"), "quiz_answers", ["item_id"], unique=False)
    op.create_index(
        "ix_quiz_answers_person_judged_at", "quiz_answers", ["person", "judged_at"], unique=False
    )
    op.create_table(
        "quiz_members",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("team", sa.String(length=20), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"],
            ["quiz_rooms.code"],
            name=op.f("fk_quiz_members_code_quiz_rooms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", "person", name=op.f("pk_quiz_members")),
        sa.UniqueConstraint("code", "name", name=op.f("uq_quiz_members_code")),
    )
    op.create_table(
        "quiz_room_answers",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"],
            ["quiz_rooms.code"],
            name=op.f("fk_quiz_room_answers_code_quiz_rooms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", "position", "person", name=op.f("pk_quiz_room_answers")),
    )
    op.create_table(
        "quiz_room_items",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["code"],
            ["quiz_rooms.code"],
            name=op.f("fk_quiz_room_items_code_quiz_rooms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", "position", name=op.f("pk_quiz_room_items")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("quiz_room_items")
    op.drop_table("quiz_room_answers")
    op.drop_table("quiz_members")
    op.drop_index("ix_quiz_answers_person_judged_at", table_name="quiz_answers")
    op.drop_index(op.f("ix_quiz_answers_item_id"), table_name="quiz_answers")
    op.drop_table("quiz_answers")
    op.drop_table("quiz_stars")
    op.drop_index("ix_quiz_sittings_person_kind", table_name="quiz_sittings")
    op.drop_table("quiz_sittings")
    op.drop_index(op.f("ix_quiz_rooms_host"), table_name="quiz_rooms")
    op.drop_table("quiz_rooms")
    op.drop_index(op.f("ix_quiz_reviews_item_id"), table_name="quiz_reviews")
    op.drop_table("quiz_reviews")
    op.drop_index(op.f("ix_quiz_reports_item_id"), table_name="quiz_reports")
    op.drop_table("quiz_reports")
    op.drop_table("quiz_people")
    op.drop_index(op.f("ix_quiz_items_status"), table_name="quiz_items")
    op.drop_index(op.f("ix_quiz_items_fact_id"), table_name="quiz_items")
    op.drop_table("quiz_items")
    op.drop_index("ix_quiz_cards_person_due", table_name="quiz_cards")
    op.drop_table("quiz_cards")
