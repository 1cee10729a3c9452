"""A language model: which, where, and within what limits. The group ``[model]``.

Without a ``name`` there is none and the extractive writer answers. The key comes from the
environment only (``ASSISTANT_MODEL__API_KEY``, or the variable that the profile names).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr

Output = Literal["json_schema", "json_object", "text"]


class ModelSettings(BaseModel):
    """The keys of ``[model]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # which
    name: str = ""
    """As the server calls it: ``deepseek-chat``, ``qwen-plus``; empty is none."""
    profile: str = ""
    """A provider of ``models/profiles.toml``: what is not set below comes from there."""
    provider: str = ""
    """LangChain's name of the provider; ``openai`` is every OpenAI-compatible server."""
    base_url: str = ""
    api_key: SecretStr | None = None
    output: Output | Literal["auto"] = "auto"
    """How drafts are asked for; what a server refuses is not asked again."""
    temperature: float | None = Field(default=0.0, ge=0.0, le=2.0)
    extra_body: dict[str, JsonValue] = {}
    """Further members of every request, such as ``{enable_thinking = false}``."""

    # how long
    deadline_seconds: float = Field(default=20.0, gt=0, le=600)
    """For the whole answer; past it the extractive writer's is shown."""
    connect_seconds: float = Field(default=3.0, gt=0, le=60)
    retries: int = Field(default=2, ge=0, le=5)
    """Further tries after a failure that may pass."""
    breaker_failures: int = Field(default=3, ge=1, le=100)
    """Failures in a row after which the model is left alone …"""
    breaker_seconds: float = Field(default=30.0, gt=0, le=3600)
    """… for so long."""

    # how much
    concurrent: int = Field(default=4, ge=1, le=256)
    waiting: int = Field(default=32, ge=0, le=10_000)
    """Questions that may wait for their turn; the extractive writer answers further ones."""
    passage_tokens: int = Field(default=2000, ge=200, le=100_000)
    """Budget of the articles in a prompt (cl100k_base)."""
    answer_tokens: int = Field(default=900, ge=100, le=8192)
    calls_per_day: int = Field(default=0, ge=0)
    """0 is no limit."""
    calls_per_person_per_day: int = Field(default=0, ge=0)
    cached_answers: int = Field(default=2000, ge=0)
    """Verified answers that are kept for the same question; 0 is none."""

    # what else
    rewrite: bool = True
    """Follow-ups are put into words of their own and several questions in one taken apart."""
