"""Settings and a provider's profile → how a model is reached. Profiles are data: profiles.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from pydantic import BaseModel, ConfigDict, JsonValue

from assistant.errors import SettingsError
from assistant.settings.model import ModelSettings, Output

OPENAI_COMPATIBLE = "openai"
NO_KEY = "none"
"""What a server without keys is sent: the client insists on one."""


class _Profile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str = ""
    key_variable: str = ""
    output: Output = "json_schema"
    limit_parameter: str = "max_tokens"
    extra_body: dict[str, JsonValue] = {}


@dataclass(frozen=True, slots=True)
class Connection:
    """How a model is reached and what it is asked for."""

    model: str
    provider: str
    base_url: str
    api_key: str = field(repr=False)
    output: Output
    limit_parameter: str
    temperature: float | None
    extra_body: Mapping[str, JsonValue]
    connect_seconds: float


def read_profiles() -> dict[str, _Profile]:
    """Return the known providers by name."""
    text = resources.files("assistant.models").joinpath("profiles.toml").read_text("utf-8")
    return {name: _Profile.model_validate(v) for name, v in tomllib.loads(text).items()}


def connect(settings: ModelSettings, environ: Mapping[str, str]) -> Connection:
    """Return the connection that the settings ask for. Raises ``SettingsError``."""
    profiles = read_profiles()
    if settings.profile and settings.profile not in profiles:
        raise SettingsError(
            f"没有名为“{settings.profile}”的模型服务，可用的有：{'、'.join(profiles)}。"
            "其他服务请不写 profile，只写 base_url。"
        )
    profile = profiles.get(settings.profile, _Profile())
    provider = settings.provider or OPENAI_COMPATIBLE
    base_url = settings.base_url or profile.base_url
    if provider == OPENAI_COMPATIBLE and not base_url:
        raise SettingsError("设置了 model.name，还缺 model.profile 或 model.base_url。")
    return Connection(
        model=settings.name,
        provider=provider,
        base_url=base_url,
        api_key=_key(settings, profile, environ),
        output=profile.output if settings.output == "auto" else settings.output,
        limit_parameter=profile.limit_parameter,
        temperature=settings.temperature,
        extra_body=profile.extra_body | settings.extra_body,
        connect_seconds=settings.connect_seconds,
    )


def _key(settings: ModelSettings, profile: _Profile, environ: Mapping[str, str]) -> str:
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    if not profile.key_variable:
        return NO_KEY
    key = environ.get(profile.key_variable, "")
    if not key:
        raise SettingsError(
            "缺少模型服务的密钥，请设置环境变量 "
            f"ASSISTANT_MODEL__API_KEY 或 {profile.key_variable}。"
        )
    return key
