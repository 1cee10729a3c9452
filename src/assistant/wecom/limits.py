"""How much one person, one chat and all together may ask, and polite words when it is too much."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from assistant.settings.wecom import WecomSettings
from assistant.wecom.messages import Incoming

MINUTE = 60.0
MOST_KEYS = 10_000
"""Windows kept at most, so that nobody fills the memory by changing names."""

TOO_OFTEN = "您问得有点快，请过一分钟再问。"
CHAT_TOO_OFTEN = "这个群里刚才问得比较多，请过一分钟再问。"
ANSWERS_OPEN = "您前面的 {number} 个问题还在查询，请等答复出来再问。"
BUSY = "现在提问的同事较多，暂时排不上。请过几分钟再问一次。"


class Windows:
    """Counts what happened under each key within a sliding window."""

    def __init__(self, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._times: dict[Hashable, deque[float]] = {}

    def count(self, key: Hashable) -> int:
        """Return how often it happened within the window that ends now."""
        times = self._times.get(key)
        if times is None:
            return 0
        earliest = self._clock() - self._seconds
        while times and times[0] <= earliest:
            times.popleft()
        if not times:
            del self._times[key]
        return len(times)

    def add(self, key: Hashable) -> None:
        """Count one more, now."""
        if len(self._times) >= MOST_KEYS:
            for other in list(self._times):
                self.count(other)
        self._times.setdefault(key, deque()).append(self._clock())

    def wait(self, key: Hashable, *, most: int) -> float:
        """Return the seconds until the count is below ``most``; 0 when it is now."""
        if self.count(key) < most:
            return 0.0
        return max(0.0, self._times[key][-most] + self._seconds - self._clock())


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue of answers."""

    user: str
    before: int
    """How many are waiting or being answered already."""


class Limits:
    """Decides who may ask now; belongs to one event loop."""

    def __init__(
        self, settings: WecomSettings, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._asked = Windows(seconds=MINUTE, clock=clock)
        self._open: Counter[str] = Counter()

    @property
    def open(self) -> int:
        """How many questions are being answered or wait for it."""
        return self._open.total()

    def refusal(self, incoming: Incoming) -> str:
        """Return why a message is not answered now, in words; empty, and counted, when it is."""
        user, chat = ("user", incoming.user_id), ("chat", incoming.conversation)
        if self._asked.count(user) >= self._settings.user_per_minute:
            return TOO_OFTEN
        if self._asked.count(chat) >= self._settings.chat_per_minute:
            return CHAT_TOO_OFTEN
        self._asked.add(user)
        self._asked.add(chat)
        return ""

    def enter(self, incoming: Incoming) -> Place | str:
        """Return a place in the queue, to be left again, or why there is none, in words."""
        user = incoming.user_id
        if self._open[user] >= self._settings.answers_per_user:
            return ANSWERS_OPEN.format(number=self._open[user])
        before = self.open
        if before >= self._settings.answers_at_once + self._settings.answers_waiting:
            return BUSY
        self._open[user] += 1
        return Place(user, before)

    def leave(self, place: Place) -> None:
        """Give a place back."""
        self._open[place.user] -= 1
        if not self._open[place.user]:
            del self._open[place.user]


def is_allowed(incoming: Incoming, settings: WecomSettings) -> bool:
    """Tell whether the lists let this user ask in this chat; an empty list lets everyone."""
    if settings.allowed_users and incoming.user_id not in settings.allowed_users:
        return False
    grouped = incoming.chat_type == "group"
    return not grouped or not settings.allowed_chats or incoming.chat_id in settings.allowed_chats
