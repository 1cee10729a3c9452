"""Quiz practice. The group ``[quiz]``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class QuizSettings(BaseModel):
    """The keys of ``[quiz]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
