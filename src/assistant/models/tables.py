"""Tables of the language model: verified answers kept for the same question, and calls counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.base import Base, UtcDateTime


class KeptAnswer(Base):
    """A verified answer. The question itself is not kept, only what it hashes to."""

    __tablename__ = "model_answers"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer: Mapped[str] = mapped_column(Text)
    """The answer as JSON."""
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Usage(Base):
    """Calls on one day, of one person, or of all when ``person`` is empty."""

    __tablename__ = "model_usage"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """ISO date, local to the server."""
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A hash; empty for everyone together."""
    calls: Mapped[int]
