"""Where a request comes from: the visitor's address and host, behind trusted proxies or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from assistant.settings.web import Network, WebSettings

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a request comes from, as far as it can be believed."""

    address: str
    """The visitor's address, not the proxy's."""
    host: str
    """Host and port the visitor typed."""
    secure: bool
    through_proxy: bool
    """Whether a trusted proxy passed it on."""
    local: bool
    """Whether the visitor sits at this machine, with no proxy between."""


def read_arrival(scope: Scope, web: WebSettings) -> Arrival:
    """Return where a request comes from. Forwarded headers of strangers are not believed."""
    headers = Headers(scope=scope)
    peer = (scope.get("client") or ("", 0))[0]
    trusted = _is_within(peer, web.proxies)
    host = headers.get("host", "")
    scheme = str(scope.get("scheme", "http"))
    address = peer
    if trusted:
        address = _forwarded_address(headers, web.proxies) or peer
        host = _first(headers.get("x-forwarded-host", "")) or host
        scheme = _first(headers.get("x-forwarded-proto", "")) or scheme
    return Arrival(
        address=address,
        host=host,
        secure=scheme in ("https", "wss") or web.public_url.startswith("https:"),
        through_proxy=trusted,
        local=_is_local(scope, headers, peer),
    )


def comes_from_own_page(scope: Scope, arrival: Arrival, web: WebSettings) -> bool:
    """Return whether a request that changes something was not sent by another site's page.

    What is no browser sends neither header, and no cookie it could be tricked into sending.
    """
    if scope["type"] == "http" and scope["method"] in _SAFE_METHODS:
        return True
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None and scope["type"] == "http":
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    own = {arrival.host, urlsplit(web.public_url).netloc} - {""}
    return urlsplit(origin).netloc in own


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _forwarded_address(headers: Headers, proxies: Sequence[Network]) -> str:
    """Return the last address that no proxy of ours has: what stands before it may be made up."""
    chain = [part.strip() for part in headers.get("x-forwarded-for", "").split(",")]
    strangers = [address for address in chain if address and not _is_within(address, proxies)]
    return strangers[-1][:64] if strangers else ""


def _first(values: str) -> str:
    return values.split(",")[0].strip()


def _is_local(scope: Scope, headers: Headers, peer: str) -> bool:
    named = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    pages = (headers.get("origin"), headers.get("referer"))
    return (
        _is_loopback(peer)
        and _is_loopback(named)
        and not any(name in headers for name in _FORWARDING)
        # No browser speaks HTTP/1.0, but a proxy that was never configured may.
        and scope.get("http_version") != "1.0"
        and all(_is_loopback(urlsplit(page).hostname or "") for page in pages if page)
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
