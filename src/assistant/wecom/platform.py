"""The platform's HTTP API: one client, whose addresses hold secrets and are never logged."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

import httpx

logger = logging.getLogger(__name__)

REPLY_PATH = "/cgi-bin/aibot/response"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
OK = 0
BUSY = -1
TOO_OFTEN = 45009


class Unreachable(Exception):
    """The request did not arrive: it may be made again."""


class NoResponse(Exception):
    """The request may have arrived, and what became of it is not known."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the platform answered. Failures too come with status 200, and an errcode."""

    status: int
    content: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def code(self) -> int:
        """The errcode; 0 for a success without one, the status for a failure without one."""
        code = self.content.get("errcode")
        if isinstance(code, int):
            return code
        return OK if self.status == httpx.codes.OK else self.status

    def text(self, name: str) -> str:
        """Return a member that is a string, or an empty one."""
        value = self.content.get(name)
        return value if isinstance(value, str) else ""


class Platform:
    """Calls the platform; belongs to one event loop."""

    def __init__(self, *, base: str, reply_hosts: tuple[str, ...], request_seconds: float) -> None:
        # httpx logs whole addresses at INFO, and these carry tokens and keys.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("httpcore").setLevel(logging.WARNING)
        self._base = base.rstrip("/")
        self._reply_hosts = frozenset(reply_hosts)
        self._client = httpx.AsyncClient(
            timeout=request_seconds, follow_redirects=False, verify=_trusted()
        )

    async def get(self, path: str, query: Mapping[str, str]) -> Response:
        """Call a GET of the API. Raises ``Unreachable`` or ``NoResponse``."""
        return await self._send(
            self._client.build_request("GET", f"{self._base}{path}", params=query)
        )

    async def post(
        self, path: str, query: Mapping[str, str], body: Mapping[str, object]
    ) -> Response:
        """Call a POST of the API. Raises ``Unreachable`` or ``NoResponse``."""
        return await self._send(
            self._client.build_request("POST", f"{self._base}{path}", params=query, json=body)
        )

    async def reply(self, response_url: str, body: Mapping[str, object]) -> Response:
        """Post to a ``response_url`` that ``allows``. Raises ``Unreachable`` or ``NoResponse``."""
        return await self._send(self._client.build_request("POST", response_url, json=body))

    def allows(self, response_url: str) -> bool:
        """Say whether a ``response_url`` leads to the platform, and not to somewhere inside."""
        try:
            address = urlsplit(response_url)
            host, port = address.hostname or "", address.port
        except ValueError:
            return False
        named = host if port in (None, 443) else f"{host}:{port}"
        sound = address.path == REPLY_PATH and not address.username and not address.fragment
        # Plain HTTP serves tests on this machine only, and only when the setting names them.
        encrypted = address.scheme == "https" or (address.scheme == "http" and host in _LOOPBACK)
        return sound and encrypted and named in self._reply_hosts

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _send(self, request: httpx.Request) -> Response:
        try:
            response = await self._client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            # Without the cause's text, which may hold the address.
            raise Unreachable(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise NoResponse(type(error).__name__) from None
        return Response(response.status_code, _content(response))


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom we trust; reading it takes a good part of a second."""
    return httpx.create_ssl_context()


def _content(response: httpx.Response) -> Mapping[str, object]:
    try:
        value = response.json()
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
