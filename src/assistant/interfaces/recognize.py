"""Headers and cookies → a person, in each of the ways of signing on."""

from __future__ import annotations

import contextlib
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from threading import Lock
from urllib.parse import unquote

from starlette.datastructures import Headers

from assistant.errors import AccountError
from assistant.interfaces.arrival import Arrival
from assistant.settings.web import WebSettings
from assistant.users.accounts import KEY_PREFIX, Accounts
from assistant.users.people import Person, Role

CACHED_SECONDS = 10.0
"""So long a closed account may still be let in; a page asks for a hundred files at once."""
_CACHED_PEOPLE = 5_000


class Recognizer:
    """Tells who sends a request. Thread safe; looks into the database, so call it in a thread."""

    def __init__(
        self,
        accounts: Accounts,
        web: WebSettings,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._web = web
        self._seconds = seconds
        self._cache: OrderedDict[str, tuple[Person, float]] = OrderedDict()
        self._lock = Lock()

    def visitor(self, token: str, arrival: Arrival) -> Person:
        """Return the nameless person behind a cookie; the cookie cannot be told from the id."""
        id = "v-" + sha256(token.encode()).hexdigest()[:32]
        if self._web.local_administrator and arrival.local:
            return Person(id, "本机用户", Role.ADMINISTRATOR, signed_in=False)
        return Person(id, "访客", Role.READER, signed_in=False)

    def recognize(self, headers: Headers, arrival: Arrival, session_token: str) -> Person | None:
        """Return who signed on, or None. Raises ``AccountError`` for a name that cannot be one."""
        key = _bearer(headers)
        if key:
            return self._remember(f"key {key}", lambda: self._of_token(key, browser=False))
        if self._web.identity == "header":
            return self._of_header(headers, arrival)
        if not session_token:
            return None
        return self._remember(
            f"browser {session_token}", lambda: self._of_token(session_token, browser=True)
        )

    def forget(self) -> None:
        """Look everybody up anew: somebody left, or was given another role."""
        with self._lock:
            self._cache.clear()

    def role_of(self, name: str) -> Role:
        """Return the least role of a name that a proxy or a provider vouches for."""
        folded = name.casefold()
        if folded in (known.casefold() for known in self._web.administrators):
            return Role.ADMINISTRATOR
        if folded in (known.casefold() for known in self._web.hosts):
            return Role.HOST
        return Role.READER

    def _of_token(self, token: str, *, browser: bool) -> Person | None:
        return self._accounts.person_of_token(token, kind="browser" if browser else "key")

    def _of_header(self, headers: Headers, arrival: Arrival) -> Person | None:
        name = _header(headers, self._web.user_header)
        if not arrival.through_proxy or not name:
            return None
        shown = _header(headers, self._web.shown_name_header)
        return self._remember(f"header {name}", lambda: self._vouched(name, shown))

    def _vouched(self, name: str, shown_name: str) -> Person | None:
        account = self._accounts.vouch(name, shown_name=shown_name, role=self.role_of(name))
        if not account.active:
            raise AccountError("这个账号已停用，请联系管理员。")
        return account.person

    def _remember(self, key: str, find: Callable[[], Person | None]) -> Person | None:
        moment = self._seconds()
        with self._lock:
            known = self._cache.get(key)
        if known is not None and known[1] > moment:
            return known[0]
        person = find()
        with self._lock:
            self._cache.pop(key, None)
            if person is not None:
                self._cache[key] = (person, moment + CACHED_SECONDS)
            while len(self._cache) > _CACHED_PEOPLE:
                self._cache.popitem(last=False)
        return person


def _bearer(headers: Headers) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.startswith(KEY_PREFIX) else ""


def _header(headers: Headers, name: str) -> str:
    """Return a header's text: proxies send Chinese as UTF-8, or percent-encoded."""
    raw = headers.get(name, "")
    with contextlib.suppress(UnicodeError):
        raw = raw.encode("latin-1").decode("utf-8")
    return unquote(raw).strip()
