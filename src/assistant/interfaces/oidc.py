"""Signing on with an OpenID Connect provider: authorization code with PKCE, ID token verified."""

from __future__ import annotations

import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlencode

import httpx
import jwt
from pydantic import BaseModel, ValidationError

from assistant.errors import AccountError
from assistant.settings.web import WebSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures with a key of the provider's; none that a shared secret or nobody could have made."""
CALLBACK = "/oidc/callback"

_ATTEMPT_SECONDS = 600.0
_MOST_ATTEMPTS = 1000
_PROVIDER_SECONDS = 3600.0
_TIMEOUT_SECONDS = 10.0
_LEEWAY_SECONDS = 60


class _Provider(BaseModel):
    """What we need of a provider's own description."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Tokens(BaseModel):
    id_token: str


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A browser that was sent to the provider and is to come back."""

    browser: str
    nonce: str
    verifier: str
    next: str
    begun: float


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    name: str
    shown_name: str
    next: str
    """Where the person wanted to go."""


class OpenIdConnect:
    """Talks to the provider. Thread safe; calls wait for the network."""

    def __init__(self, web: WebSettings, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._web = web
        self._seconds = seconds
        self._attempts: OrderedDict[str, _Attempt] = OrderedDict()
        self._lock = threading.Lock()
        self._known: tuple[_Provider, float] | None = None

    def begin(self, *, browser: str, next: str) -> str:
        """Return where to send a browser; ``browser`` has to be the same when it comes back.

        Raises ``AccountError`` when the provider cannot be reached.
        """
        provider = self._provider()
        state = secrets.token_urlsafe(24)
        attempt = _Attempt(
            browser=browser,
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            next=next,
            begun=self._seconds(),
        )
        with self._lock:
            self._attempts[state] = attempt
            while len(self._attempts) > _MOST_ATTEMPTS:
                self._attempts.popitem(last=False)
        challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=")
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._web.oidc_client_id,
                "redirect_uri": self._redirect,
                "scope": "openid profile",
                "state": state,
                "nonce": attempt.nonce,
                "code_challenge": challenge.decode(),
                "code_challenge_method": "S256",
            }
        )
        separator = "&" if "?" in provider.authorization_endpoint else "?"
        return f"{provider.authorization_endpoint}{separator}{query}"

    def finish(self, *, browser: str, state: str, code: str) -> Identity:
        """Return who came back. Raises ``AccountError`` unless everything is in order."""
        with self._lock:
            attempt = self._attempts.pop(state, None)
        if (
            attempt is None
            or attempt.browser != browser
            or self._seconds() - attempt.begun > _ATTEMPT_SECONDS
        ):
            raise AccountError("这次登录已过期或不是从本站发起的，请重新登录。")
        claims = self._claims(self._redeem(code, attempt), attempt)
        name = claims.get(self._web.oidc_name_claim)
        if not isinstance(name, str) or not name:
            raise AccountError("认证服务没有提供账号名，请管理员检查设置项 web.oidc_name_claim。")
        shown = claims.get("name")
        return Identity(name, shown if isinstance(shown, str) else "", attempt.next)

    @property
    def _redirect(self) -> str:
        return self._web.public_url + CALLBACK

    def _redeem(self, code: str, attempt: _Attempt) -> str:
        """Return the ID token for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": attempt.verifier,
        }
        secret = self._web.oidc_client_secret
        if secret is None:
            form["client_id"] = self._web.oidc_client_id
            auth = None
        else:
            auth = httpx.BasicAuth(self._web.oidc_client_id, secret.get_secret_value())
        try:
            response = httpx.post(
                self._provider().token_endpoint, data=form, auth=auth, timeout=_TIMEOUT_SECONDS
            )
            response.raise_for_status()
            return _Tokens.model_validate_json(response.content).id_token
        except (httpx.HTTPError, ValidationError) as error:
            raise AccountError("认证服务没有确认这次登录，请重新登录。") from error

    def _claims(self, token: str, attempt: _Attempt) -> Mapping[str, object]:
        provider = self._provider()
        keys = self._fetch(provider.jwks_uri)
        try:
            header = jwt.get_unverified_header(token)
            # A key set may hold keys that we cannot use; PyJWT leaves them out.
            found = jwt.PyJWKSet.from_dict(keys).keys
            matching = [key for key in found if header.get("kid") in (None, key.key_id)]
            if not matching:
                raise jwt.InvalidTokenError("the provider has no such key")
            claims: dict[str, object] = jwt.decode(
                token,
                matching[0],
                algorithms=list(ALGORITHMS),
                audience=self._web.oidc_client_id,
                issuer=provider.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise AccountError("认证服务的凭证无法核实，请重新登录。") from error
        party = claims.get("azp", self._web.oidc_client_id)
        if claims.get("nonce") != attempt.nonce or party != self._web.oidc_client_id:
            raise AccountError("认证服务的凭证不是为这次登录签发的，请重新登录。")
        return claims

    def _provider(self) -> _Provider:
        known = self._known
        if known is not None and known[1] > self._seconds():
            return known[0]
        issuer = self._web.oidc_issuer.rstrip("/")
        try:
            provider = _Provider.model_validate(
                self._fetch(f"{issuer}/.well-known/openid-configuration")
            )
        except ValidationError as error:
            raise AccountError("认证服务的说明不完整，请管理员检查 web.oidc_issuer。") from error
        if provider.issuer.rstrip("/") != issuer:
            raise AccountError("认证服务自报的名称与设置不符，请管理员检查 web.oidc_issuer。")
        self._known = (provider, self._seconds() + _PROVIDER_SECONDS)
        return provider

    def _fetch(self, url: str) -> dict[str, object]:
        try:
            response = httpx.get(url, timeout=_TIMEOUT_SECONDS)
            response.raise_for_status()
            found = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise AccountError("连不上单位的认证服务，请稍后再试或联系管理员。") from error
        if not isinstance(found, dict):
            raise AccountError("认证服务的回答无法读取，请联系管理员。")
        return found
