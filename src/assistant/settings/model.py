"""A language model: which, where, and within what limits. The group ``[model]``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ModelSettings(BaseModel):
    """The keys of ``[model]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
