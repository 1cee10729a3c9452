"""Tables of people and of what they leave behind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base, UtcDateTime

ID = String(64)
NAME = String(120)


class AccountRow(Base):
    """Somebody who signs in: with a password, or known from a proxy or an identity provider."""

    __tablename__ = "users_accounts"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(NAME, unique=True)
    """What is typed to sign in; compared in lower case."""
    shown_name: Mapped[str] = mapped_column(NAME)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """argon2id; None where another system knows the password."""
    role: Mapped[str] = mapped_column(String(20))
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """A browser that is signed in, or a key that a program sends. The token itself is not kept."""

    __tablename__ = "users_sessions"

    token_hash: Mapped[str] = mapped_column(ID, primary_key=True)
    account_id: Mapped[str] = mapped_column(
        ForeignKey("users_accounts.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(10))
    """``browser`` or ``key``."""
    label: Mapped[str] = mapped_column(NAME)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FailureRow(Base):
    """A wrong password, so that the next ones can be slowed down."""

    __tablename__ = "users_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(NAME, index=True)
    address: Mapped[str] = mapped_column(ID, index=True)
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ConversationRow(Base):
    """A conversation. It belongs to one person, who alone can read it."""

    __tablename__ = "users_conversations"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ID, index=True)
    title: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TurnRow(Base):
    """A question with the record of its answer."""

    __tablename__ = "users_turns"
    __table_args__ = (UniqueConstraint("conversation_id", "position"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("users_conversations.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    record: Mapped[dict[str, object]] = mapped_column(JSON)
    searched: Mapped[str] = mapped_column(Text)
    """Question and answer, folded, for the search in one's own conversations."""


class AskedRow(Base):
    """That something was asked, in whatever channel, and how it went: for statistics."""

    __tablename__ = "users_asked"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ID, index=True)
    """None once the person erased what is known of them."""
    channel: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    question: Mapped[str] = mapped_column(Text)
    """Empty once the person erased what is known of them."""
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(60))
    mode: Mapped[str] = mapped_column(String(20))
    elapsed_ms: Mapped[float]
    articles: Mapped[list[str]] = mapped_column(JSON)
    """Ids of the articles that were cited."""


class FeedbackRow(Base):
    """What a person thought of an answer, with the record of what they were shown."""

    __tablename__ = "users_feedback"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    answer_id: Mapped[str] = mapped_column(ID, unique=True)
    """Id of the turn; the turn may be deleted while the complaint stays."""
    person_id: Mapped[str] = mapped_column(ID, index=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text)
    record: Mapped[dict[str, object]] = mapped_column(JSON)
    expected: Mapped[dict[str, object] | None] = mapped_column(JSON)
    """What the answer should have been, as an administrator says."""
    exported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it became an evaluation case."""


class AuditRow(Base):
    """Who did what, and when. Rows are added, never changed."""

    __tablename__ = "users_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[str] = mapped_column(ID)
    name: Mapped[str] = mapped_column(NAME)
    address: Mapped[str] = mapped_column(ID)
    action: Mapped[str] = mapped_column(String(40), index=True)
    detail: Mapped[str] = mapped_column(Text)
