"""The tables of the bot. Several processes share them; ``state`` and its neighbours touch them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Date, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base, UtcDateTime

ID_CHARACTERS = 255
"""Of the platform's ids: a msgid, a user, a chat."""


class SeenRow(Base):
    """Something that may happen once: an event's id, a request's signature."""

    __tablename__ = "wecom_seen"

    scope: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    key: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AnswerRow(Base):
    """A user's message and the reply promised for it; the id is also the stream's."""

    __tablename__ = "wecom_answers"
    __table_args__ = (
        UniqueConstraint("scope", "message_id"),
        Index("ix_wecom_answers_due", "delivery", "channel", "worker_until"),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    scope: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    """Channel and bot: a msgid is unique within."""
    message_id: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    channel: Mapped[str] = mapped_column(String(16))
    incoming: Mapped[str] = mapped_column(Text)
    """The message as JSON, so that another process can answer it."""
    markdown: Mapped[str] = mapped_column(Text)
    card: Mapped[str] = mapped_column(Text)
    """JSON, or empty."""
    sequence: Mapped[int] = mapped_column(Integer)
    """Counts the snapshots."""
    finished: Mapped[bool] = mapped_column(Boolean)
    delivery: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(Integer)
    sends: Mapped[int] = mapped_column(Integer)
    """How often somebody began to send it."""
    parts_sent: Mapped[int] = mapped_column(Integer)
    """Of an answer that goes out in several messages."""
    worker: Mapped[str] = mapped_column(String(64))
    """The process that writes or delivers it; empty for none."""
    worker_until: Mapped[datetime] = mapped_column(UtcDateTime)
    """When others may take it over."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the platform last asked how it stands."""


class TurnRow(Base):
    """A question of a chat and its answer, kept for follow-ups until it expires."""

    __tablename__ = "wecom_turns"

    conversation: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LeaseRow(Base):
    """Who may do what only one process may do, and until when."""

    __tablename__ = "wecom_leases"

    name: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class TokenRow(Base):
    """An access token that all processes share, sealed with a key derived from its secret."""

    __tablename__ = "wecom_tokens"

    name: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookRunRow(Base):
    """One part of one day's question on one webhook: the row is what keeps it from going twice."""

    __tablename__ = "wecom_webhook_runs"

    webhook: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    part: Mapped[str] = mapped_column(String(16), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    status: Mapped[str] = mapped_column(String(16))
    worker: Mapped[str] = mapped_column(String(64))
    worker_until: Mapped[datetime] = mapped_column(UtcDateTime)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CardRow(Base):
    """A card that was sent: what its ``task_id`` stands for and whose it is."""

    __tablename__ = "wecom_cards"

    task_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    conversation: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    user_id: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    item_id: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    card: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CardAnswerRow(Base):
    """What a user chose on a card, the first time."""

    __tablename__ = "wecom_card_answers"

    task_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    chosen: Mapped[str] = mapped_column(Text)
    """Option ids as a JSON list."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FeedbackRow(Base):
    """What a user thinks of a reply; a later click on the same reply replaces it."""

    __tablename__ = "wecom_feedback"

    feedback_id: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    bot_id: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    chat_id: Mapped[str] = mapped_column(String(ID_CHARACTERS))
    kind: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(Text)
    reasons: Mapped[str] = mapped_column(String(64))
    """The platform's numbers, separated by commas."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountRow(Base):
    """Which account of the page a WeCom user is."""

    __tablename__ = "wecom_accounts"

    bot_id: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(ID_CHARACTERS), primary_key=True)
    account: Mapped[str] = mapped_column(String(ID_CHARACTERS), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
