"""The platform's HTTP API: tokens, messages of apps, webhooks, ``response_url``.

It keeps what users see and every rule that was broken, and does wrong what ``faults`` says.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tests.fake_wecom.http_server import Call, HttpServer
from tests.fake_wecom.ws_rules import faults_of_card, member, text_of
from tests.fake_wecom.ws_shown import Changes, Json
from tests.secrets_in_use import secret

TOKEN_PATH = "/cgi-bin/gettoken"  # noqa: S105
SEND_PATH = "/cgi-bin/message/send"
WEBHOOK_PATH = "/cgi-bin/webhook/send"
REPLY_PATH = "/cgi-bin/aibot/response"
TOKEN_SECONDS = 7200
TEXT_BYTES = 2048
WEBHOOK_BYTES = 4096
REPLY_BYTES = 20_480


Ordered = TypeVar("Ordered")


@dataclass(frozen=True, slots=True)
class Shown:
    """A message that somebody sees."""

    to: str
    """A user, ``webhook``, or the msgid that a ``response_url`` belongs to."""
    kind: str
    text: str
    card: Json | None = None


@dataclass(slots=True)
class ApiFaults:
    """What the platform does wrong."""

    codes: dict[str, deque[int]] = field(default_factory=dict)
    """By path: errcodes for the next calls; 0 is a call that goes well."""
    hang_up: dict[str, deque[str]] = field(default_factory=dict)
    """By path: ``before`` or ``after`` the call was taken, no answer comes."""
    token_seconds: int = TOKEN_SECONDS
    expire_every: int = 0
    """The token ends early, every so many messages."""
    invalid_users: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _ReplyUrl:
    message_id: str
    single: bool
    expires_at: float
    used: bool = False


class FakeApi:
    """Listens on a free loopback port between ``async with`` and its end."""

    def __init__(
        self,
        *,
        corp_id: str = "",
        corp_secret: str = "",
        agent_id: int = 0,
        webhook_key: str = "",
        webhook_per_minute: int = 20,
        reply_seconds: float = 3600.0,
    ) -> None:
        self._corp = (corp_id, corp_secret)
        self._agent_id = agent_id
        self._webhook_key = webhook_key
        self._webhook_per_minute = webhook_per_minute
        self._reply_seconds = reply_seconds
        self._token = ""
        self._token_ends = 0.0
        self._urls: dict[str, _ReplyUrl] = {}
        self._webhook_times: deque[float] = deque()
        self._recent: dict[tuple[str, str], float] = {}
        self._sends = 0
        self.faults = ApiFaults()
        self.shown: list[Shown] = []
        self.violations: list[str] = []
        self.changes = Changes()
        self.secrets: set[str] = set()
        """Tokens and codes that were handed out: no log may hold one."""
        self.tokens_made = 0
        self.token_calls = 0
        self._server = HttpServer(self._handle)
        self._routes = {
            TOKEN_PATH: self._get_token,
            "/cgi-bin/getcallbackip": self._callback_addresses,
            SEND_PATH: self._send_message,
            WEBHOOK_PATH: self._push,
            REPLY_PATH: self._reply,
        }

    @property
    def host(self) -> str:
        """Host and port, as a setting names them."""
        return f"127.0.0.1:{self._server.port}"

    @property
    def base(self) -> str:
        """What stands before every path."""
        return f"http://{self.host}"

    async def __aenter__(self) -> FakeApi:
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.__aexit__()

    def reply_url(self, message_id: str, *, single: bool) -> str:
        """Return a new ``response_url`` for a message."""
        code = secret(secrets.token_urlsafe(24))
        self.secrets.add(code)
        self._urls[code] = _ReplyUrl(message_id, single, time.monotonic() + self._reply_seconds)
        return f"{self.base}{REPLY_PATH}?response_code={code}"

    def shown_to(self, to: str) -> list[Shown]:
        """Return what somebody sees, in order."""
        return [shown for shown in self.shown if shown.to == to]

    def end_token(self) -> None:
        """Let the access token end before its time."""
        self._token_ends = 0.0

    async def _handle(self, call: Call) -> Mapping[str, object] | None:
        """Answer a call, unless a fault was ordered for it."""
        silence = _next(self.faults.hang_up, call.path)
        if silence == "before":
            return None
        code = _next(self.faults.codes, call.path)
        answer = _answer(code, "ordered") if code else self._routes[call.path](call)
        return None if silence == "after" else answer

    def _get_token(self, call: Call) -> Json:
        self.token_calls += 1
        if (call.query.get("corpid"), call.query.get("corpsecret")) != self._corp:
            return _answer(40001, "invalid credential")
        if time.monotonic() >= self._token_ends:
            self._token = secret(secrets.token_urlsafe(160))
            self._token_ends = time.monotonic() + self.faults.token_seconds
            self.tokens_made += 1
            self.secrets.add(self._token)
        answer = _answer(0, "ok")
        return answer | {"access_token": self._token, "expires_in": self.faults.token_seconds}

    def _callback_addresses(self, call: Call) -> Json:
        if not self._token_is_good(call):
            return _answer(40014, "invalid access_token")
        return _answer(0, "ok") | {"ip_list": ["127.0.0.1"]}

    def _send_message(self, call: Call) -> Json:
        self._sends += 1
        if self.faults.expire_every and self._sends % self.faults.expire_every == 0:
            self.end_token()
        if not self._token_is_good(call):
            return _answer(42001, "access_token expired")
        body = call.json()
        if body.get("agentid") != self._agent_id:
            return _answer(40056, "invalid agentid")
        kind, user = text_of(body, "msgtype"), text_of(body, "touser")
        if kind not in ("text", "markdown"):
            return _answer(40008, "invalid message type")
        content = text_of(member(body, kind), "content")
        if len(content.encode()) > TEXT_BYTES:
            self.violations.append(f"a message of {len(content.encode())} bytes is cut off")
        if user in self.faults.invalid_users:
            return _answer(0, "ok") | {"invaliduser": user.lower()}
        if not self._is_repeated(body, user, content):
            self._show(Shown(user, kind, content))
        return _answer(0, "ok") | {"invaliduser": "", "msgid": "m"}

    def _push(self, call: Call) -> Json:
        if call.query.get("key") != self._webhook_key:
            return _answer(93000, "invalid webhook url")
        at = time.monotonic()
        while self._webhook_times and self._webhook_times[0] <= at - 60:
            self._webhook_times.popleft()
        if len(self._webhook_times) >= self._webhook_per_minute:
            return _answer(45009, "api freq out of limit")
        self._webhook_times.append(at)
        body = call.json()
        kind = text_of(body, "msgtype")
        content = text_of(member(body, kind), "content")
        if kind not in ("text", "markdown", "markdown_v2"):
            return _answer(40008, "invalid message type")
        if len(content.encode()) > WEBHOOK_BYTES:
            return _answer(40058, "content exceed max length")
        self._show(Shown("webhook", kind, content))
        return _answer(0, "ok")

    def _reply(self, call: Call) -> Json:
        url = self._urls.get(call.query.get("response_code", ""))
        if url is None or url.used or time.monotonic() > url.expires_at:
            return _answer(40096, "invalid response code")
        body = call.json()
        faults = _faults_of_active(body, single=url.single)
        if faults:
            self.violations += faults
            return _answer(40008, faults[0])
        url.used = True
        content = text_of(member(body, "markdown"), "content")
        card = body.get("template_card")
        shown_card = card if isinstance(card, dict) else None
        self._show(Shown(url.message_id, text_of(body, "msgtype"), content, shown_card))
        return _answer(0, "ok")

    def _token_is_good(self, call: Call) -> bool:
        good = time.monotonic() < self._token_ends
        return good and call.query.get("access_token") == self._token

    def _is_repeated(self, body: Json, user: str, content: str) -> bool:
        """Tell whether a message that asked for it is dropped as a repetition."""
        at = time.monotonic()
        last = self._recent.get((user, content))
        window = body.get("duplicate_check_interval", 1800)
        repeated = bool(body.get("enable_duplicate_check")) and last is not None
        if repeated and isinstance(window, int) and last is not None and at - last < window:
            return True
        self._recent[(user, content)] = at
        return False

    def _show(self, shown: Shown) -> None:
        self.shown.append(shown)
        self.changes.announce()


def _faults_of_active(body: Json, *, single: bool) -> list[str]:
    match body.get("msgtype"):
        case "markdown":
            content = text_of(member(body, "markdown"), "content")
            if not content:
                return ["an empty reply"]
            size = len(content.encode())
            return [f"a reply of {size} bytes"] if size > REPLY_BYTES else []
        case "template_card":
            faults = faults_of_card(member(body, "template_card"))
            return faults if single else [*faults, "a card in a group"]
        case other:
            return [f"msgtype {other!r} is no active reply"]


def _next(ordered: dict[str, deque[Ordered]], path: str) -> Ordered | None:
    queue = ordered.get(path)
    return queue.popleft() if queue else None


def _answer(code: int, message: str) -> Json:
    return {"errcode": code, "errmsg": message}
