"""The page and its people: identity, limits. The group ``[web]``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class WebSettings(BaseModel):
    """The keys of ``[web]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
