"""The page and its people: identity, limits. The group ``[web]``."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Network = IPv4Network | IPv6Network


class WebSettings(BaseModel):
    """The keys of ``[web]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # who may come in
    identity: Literal["off", "password", "header", "oidc"] = "off"
    """``off``: nobody signs in; ``password``: accounts of ours; ``header``: a reverse proxy signs
    people on and names them in a header; ``oidc``: an OpenID Connect provider does."""
    local_administrator: bool = True
    """With identity off, whoever sits at this very machine may do everything."""
    administrators: tuple[str, ...] = ()
    """Names that are administrators when a proxy or a provider signs them on."""
    hosts: tuple[str, ...] = ()
    """Names that are hosts of study groups when a proxy or a provider signs them on."""
    session_hours: int = Field(default=12, ge=1, le=24 * 90)
    """A browser is signed out this long after it signed in."""

    # the way in
    public_url: str = Field(default="", pattern=r"^(https?://[^/\s]+)?$")
    """What people type to come here, such as ``https://wenda.example.cn``, without a path."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of reverse proxies; only from these are forwarded headers believed."""
    user_header: str = Field(default="X-Forwarded-User", min_length=1)
    """Carries the name of whoever the proxy signed on."""
    shown_name_header: str = Field(default="X-Forwarded-Preferred-Username", min_length=1)

    # OpenID Connect
    oidc_issuer: str = Field(default="", pattern=r"^(https?://\S+)?$")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_name_claim: str = Field(default="preferred_username", min_length=1)

    # limits
    wrong_passwords: int = Field(default=5, ge=1, le=100)
    """So many for one name from one address, then it has to wait."""
    wrong_password_minutes: int = Field(default=15, ge=1, le=24 * 60)
    questions_per_minute: int = Field(default=20, ge=1, le=10_000)
    """Of one person."""
    questions_per_day: int = Field(default=2000, ge=1, le=10_000_000)
    upload_megabytes: int = Field(default=20, ge=1, le=200)
    """The largest document that an administrator may bring in."""

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The networks of ``trusted_proxies``."""
        return tuple(ip_network(address, strict=False) for address in self.trusted_proxies)

    @field_validator("trusted_proxies", "administrators", "hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Accept a list in the environment: names with commas between."""
        if isinstance(value, str):
            return tuple(filter(None, (part.strip() for part in value.split(","))))
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            ip_network(address, strict=False)
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.identity == "header" and not self.trusted_proxies:
            raise ValueError("header 方式须写明 trusted_proxies，否则谁都可以自报姓名")
        if self.identity == "oidc" and not (
            self.oidc_issuer and self.oidc_client_id and self.public_url
        ):
            raise ValueError("oidc 方式须写明 oidc_issuer、oidc_client_id 和 public_url")
        return self
