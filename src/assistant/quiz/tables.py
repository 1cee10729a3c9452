"""What quiz practice remembers: questions under review, sittings and answers, cards, rooms.

Questions are kept as their JSON form, so that what was once answered can be read for good.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base, UtcDateTime

PERSON = String(64)
OPTIONAL_JSON = JSON(none_as_null=True)
ITEM_ID = String(200)


class ItemRow(Base):
    """A question as it is in use, and where it stands in review."""

    __tablename__ = "quiz_items"

    item_id: Mapped[str] = mapped_column(ITEM_ID, primary_key=True)
    fact_id: Mapped[str] = mapped_column(ITEM_ID, index=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    record: Mapped[dict[str, object]] = mapped_column(JSON)
    """The form in use: the bank's, or a reviewer's edit of it."""
    bank_hash: Mapped[str] = mapped_column(String(64))
    """Of the bank's form; when the bank changes, the review starts anew."""
    source_hash: Mapped[str] = mapped_column(String(64))
    """Of the articles it rests on; empty when they are gone."""
    edited: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReviewRow(Base):
    """One step of a question's review."""

    __tablename__ = "quiz_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ITEM_ID, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewer: Mapped[str] = mapped_column(String(64))
    """Name of the reviewer; empty when the program did it."""
    action: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    """The status it led to."""
    reason: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, object] | None] = mapped_column(OPTIONAL_JSON)
    """The form before an edit."""


class ReportRow(Base):
    """An error in a question, as a reader sees it."""

    __tablename__ = "quiz_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ITEM_ID, index=True)
    person: Mapped[str] = mapped_column(PERSON)
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(Text, default="")


class PersonRow(Base):
    """What a person set for their own practice."""

    __tablename__ = "quiz_people"

    person: Mapped[str] = mapped_column(PERSON, primary_key=True)
    contest_on: Mapped[date | None] = mapped_column(Date)


class SittingRow(Base):
    """A practice run or a mock exam, in progress or over."""

    __tablename__ = "quiz_sittings"
    __table_args__ = (Index("ix_quiz_sittings_person_kind", "person", "kind"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person: Mapped[str] = mapped_column(PERSON)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(100))
    seed: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When an exam ends by itself; None while it is paused."""
    left_seconds: Mapped[float | None]
    """What was left of the time when it was paused."""
    rule: Mapped[dict[str, object]] = mapped_column(JSON)
    """The scoring rule and, for an exam, its plan."""


class AnswerRow(Base):
    """One question of a sitting, and the answer to it."""

    __tablename__ = "quiz_answers"
    __table_args__ = (Index("ix_quiz_answers_person_judged_at", "person", "judged_at"),)

    sitting_id: Mapped[str] = mapped_column(
        ForeignKey("quiz_sittings.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(PERSON)
    item_id: Mapped[str] = mapped_column(ITEM_ID, index=True)
    fact_id: Mapped[str] = mapped_column(ITEM_ID)
    type: Mapped[str] = mapped_column(String(16))
    given: Mapped[list[str] | None] = mapped_column(OPTIONAL_JSON)
    """What was chosen or written; None while there is nothing."""
    changes: Mapped[int] = mapped_column(default=0)
    hinted: Mapped[bool] = mapped_column(default=False)
    shown_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[float | None]
    points: Mapped[float | None]
    best: Mapped[float | None]
    """The points that the question was worth."""
    right: Mapped[bool | None]
    rating: Mapped[int | None]
    """Of the scheduler: 1 again, 2 hard, 3 good, 4 easy; None when nothing was scheduled."""
    card_before: Mapped[dict[str, object] | None] = mapped_column(OPTIONAL_JSON)
    """The card before this answer, so that its rating can be changed."""


class CardRow(Base):
    """The memory of one fact in one person."""

    __tablename__ = "quiz_cards"
    __table_args__ = (Index("ix_quiz_cards_person_due", "person", "due"),)

    person: Mapped[str] = mapped_column(PERSON, primary_key=True)
    fact_id: Mapped[str] = mapped_column(ITEM_ID, primary_key=True)
    card: Mapped[dict[str, object]] = mapped_column(JSON)
    due: Mapped[datetime] = mapped_column(UtcDateTime)


class StarRow(Base):
    """A question that a person keeps at hand."""

    __tablename__ = "quiz_stars"

    person: Mapped[str] = mapped_column(PERSON, primary_key=True)
    item_id: Mapped[str] = mapped_column(ITEM_ID, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoomRow(Base):
    """A room. Its phase is derived from these moments and the clock, never stored."""

    __tablename__ = "quiz_rooms"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    host: Mapped[str] = mapped_column(PERSON, index=True)
    title: Mapped[str] = mapped_column(String(100))
    total: Mapped[int]
    """How many questions it has."""
    rule: Mapped[dict[str, object]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    position: Mapped[int] = mapped_column(default=-1)
    """Of the question at hand; -1 before the first one."""
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    locks_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    alive_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the server last looked after the room; what it missed is given back."""


class RoomItemRow(Base):
    """A question of a room, as it was when the room was opened."""

    __tablename__ = "quiz_room_items"

    code: Mapped[str] = mapped_column(
        ForeignKey("quiz_rooms.code", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[dict[str, object]] = mapped_column(JSON)


class MemberRow(Base):
    """Someone in a room."""

    __tablename__ = "quiz_members"
    __table_args__ = (UniqueConstraint("code", "name"),)

    code: Mapped[str] = mapped_column(
        ForeignKey("quiz_rooms.code", ondelete="CASCADE"), primary_key=True
    )
    person: Mapped[str] = mapped_column(PERSON, primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    team: Mapped[str] = mapped_column(String(20), default="")
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoomAnswerRow(Base):
    """A member's one answer to one question; the key keeps it one."""

    __tablename__ = "quiz_room_answers"

    code: Mapped[str] = mapped_column(
        ForeignKey("quiz_rooms.code", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(PERSON, primary_key=True)
    given: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float]
    points: Mapped[float]
    right: Mapped[bool]
