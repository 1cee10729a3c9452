"""The WeCom (企业微信) bot. The group ``[wecom]``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class WecomSettings(BaseModel):
    """The keys of ``[wecom]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
