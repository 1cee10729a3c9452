"""Who makes a request: one middleware tells, every route asks ``person_of``.

With identity off, a browser is known by a random cookie, so that its conversations are its own.
The same cookie proves that a form was shown by us.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from typing import Protocol
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request, cookie_parser
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import AccountError
from assistant.interfaces.arrival import Arrival, comes_from_own_page, read_arrival
from assistant.interfaces.refused import Refused
from assistant.interfaces.services import Services
from assistant.settings.web import WebSettings
from assistant.users.people import Person, Role

VISITOR_COOKIE = "assistant_visitor"
SESSION_COOKIE = "assistant_session"
VISITOR_SECONDS = 400 * 24 * 3600
"""As long as browsers keep a cookie."""
FORM_FIELD = "form_token"
OPEN = ("/login", "/oidc/", "/people/", "/healthz", "/readyz", "/wecom/", "/favicon.ico")
"""Paths that need nobody: the way in, probes, and what proves its sender by itself."""

_TOKEN_BYTES = 24
_SIGN_IN_FIRST = "请先登录。"
_FOREIGN_PAGE = "请求来自别的网站，已拒绝。请从本站页面操作。"
_POLICY_VIOLATION = 1008


class HasScope(Protocol):
    """A request of Starlette, FastAPI or Gradio."""

    @property
    def scope(self) -> Scope:
        """The ASGI scope."""


class Forbidden(Refused):
    """The person may not do this; ``detail`` says so in Chinese."""

    def __init__(self, message: str) -> None:
        super().__init__(403, message)


def person_of(request: HasScope) -> Person:
    """Return who makes a request, Gradio's requests included.

    Raises ``LookupError`` for a request that did not pass ``Identify``.
    """
    person = request.scope.get("state", {}).get("person")
    if not isinstance(person, Person):
        raise LookupError("the request did not pass the Identify middleware")
    return person


def arrival_of(request: HasScope) -> Arrival:
    """Return where a request comes from. Raises ``LookupError`` as ``person_of`` does."""
    arrival = request.scope.get("state", {}).get("arrival")
    if not isinstance(arrival, Arrival):
        raise LookupError("the request did not pass the Identify middleware")
    return arrival


def services_of(request: HasScope) -> Services:
    """Return what keeps people's things. Raises ``LookupError`` as ``person_of`` does."""
    services = request.scope.get("state", {}).get("services")
    if not isinstance(services, Services):
        raise LookupError("the request did not pass the Identify middleware")
    return services


def require(role: Role) -> Callable[[Request], Person]:
    """Return a dependency of FastAPI: the person, who must have ``role``."""

    def check(request: Request) -> Person:
        person = person_of(request)
        if not person.may(role):
            raise Forbidden(f"这里只对{role.label}开放。")
        return person

    return check


def admit_question(request: HasScope) -> None:
    """Count a question of a request. Raises ``LimitReached``; whoever sits here has no limit."""
    person, arrival = person_of(request), arrival_of(request)
    if person.signed_in or not arrival.local:
        services_of(request).questions.admit(
            # A browser nobody signed in on could throw its cookie away.
            person.id if person.signed_in else f"address {arrival.address}"
        )


def form_token(request: HasScope) -> str:
    """Return what a form of ours carries, and a form of another site cannot know."""
    token: str = request.scope["state"]["form_token"]
    return token


def check_form(request: HasScope, sent: object) -> None:
    """Raise ``Forbidden`` unless a form carries the token it was shown with."""
    if not compare_digest(str(sent).encode(), form_token(request).encode()):
        raise Forbidden("页面已过期，请刷新后再提交。")


class Identify:
    """ASGI middleware: puts the person into the request's state, or sends them to sign on."""

    def __init__(self, app: ASGIApp, *, services: Services, web: WebSettings) -> None:
        self._app = app
        self._services = services
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its person; a new browser gets its cookie."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        arrival = read_arrival(scope, self._web)
        visitor_token = cookies.get(VISITOR_COOKIE, "")
        fresh = not visitor_token
        visitor_token = visitor_token or secrets.token_urlsafe(_TOKEN_BYTES)
        state = scope.setdefault("state", {})
        state["arrival"] = arrival
        state["services"] = self._services
        state["form_token"] = sha256(f"form {visitor_token}".encode()).hexdigest()

        async def send_with_cookie(message: Message) -> None:
            if fresh and message["type"] == "http.response.start":
                cookie = make_cookie(
                    VISITOR_COOKIE, visitor_token, seconds=VISITOR_SECONDS, secure=arrival.secure
                )
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        app = await self._admit(scope, headers, arrival, cookies, visitor_token)
        # Pictures and scripts come several at once: each would bring a cookie of its own.
        shows_page = scope["type"] == "http" and "text/html" in headers.get("accept", "")
        await app(scope, receive, send_with_cookie if shows_page else send)

    async def _admit(
        self,
        scope: Scope,
        headers: Headers,
        arrival: Arrival,
        cookies: dict[str, str],
        visitor_token: str,
    ) -> ASGIApp:
        """Return the app, or what answers in its place."""
        if not comes_from_own_page(scope, arrival, self._web):
            return _turn_away(scope, JSONResponse({"error": _FOREIGN_PAGE}, 403))
        if self._web.identity == "off":
            person = self._services.recognizer.visitor(visitor_token, arrival)
        else:
            try:
                found = await run_in_threadpool(
                    self._services.recognizer.recognize,
                    headers,
                    arrival,
                    cookies.get(SESSION_COOKIE, ""),
                )
            except AccountError as error:
                return _turn_away(scope, JSONResponse({"error": str(error)}, 403))
            if found is None and not _is_open(scope["path"]):
                return _turn_away(scope, self._show_the_way(scope, headers))
            person = found or _stranger(visitor_token)
        scope["state"]["person"] = person
        return self._app

    def _show_the_way(self, scope: Scope, headers: Headers) -> ASGIApp:
        navigates = scope.get("method") == "GET" and "text/html" in headers.get("accept", "")
        if not navigates or self._web.identity == "header":
            return JSONResponse(
                {"error": _SIGN_IN_FIRST}, 401, headers={"WWW-Authenticate": "Bearer"}
            )
        wanted = scope["path"]
        query = scope.get("query_string", b"").decode("latin-1")
        back = quote(f"{wanted}?{query}" if query else wanted, safe="")
        return RedirectResponse(f"/login?next={back}", 303)


def make_cookie(name: str, value: str, *, seconds: int, secure: bool) -> str:
    """Return a cookie that no script can read and no other site's form sends."""
    end = "; Secure" if secure else ""
    return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{end}"


def session_token_of(connection: HTTPConnection) -> str:
    """Return the token of the browser's session, empty without one."""
    return connection.cookies.get(SESSION_COOKIE, "")


def _stranger(visitor_token: str) -> Person:
    id = "s-" + sha256(visitor_token.encode()).hexdigest()[:32]
    return Person(id, "未登录", Role.READER, signed_in=False)


def _is_open(path: str) -> bool:
    return any(path == known.rstrip("/") or path.startswith(known) for known in OPEN)


def _turn_away(scope: Scope, response: ASGIApp) -> ASGIApp:
    if scope["type"] == "http":
        return response

    async def close(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    return close
