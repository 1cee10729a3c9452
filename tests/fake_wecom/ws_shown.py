"""What the fake platform's users see, and what it is told to do wrong."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

Json = dict[str, object]


@dataclass(slots=True)
class Bubble:
    """One message in a chat window; a stream's bubble changes until it is finished."""

    conversation: str
    request_id: str
    kind: str
    text: str = ""
    finished: bool = True
    stream_id: str = ""
    feedback_id: str = ""
    card: Json | None = None
    snapshots: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    """When each snapshot was shown, by the monotonic clock."""

    def show(self, text: str, *, finished: bool) -> None:
        """Replace what the bubble shows."""
        self.text = text
        self.finished = finished
        self.snapshots.append(text)
        self.times.append(time.monotonic())


@dataclass(frozen=True, slots=True)
class Said:
    """A message or an event that a user sent."""

    message_id: str
    request_id: str
    conversation: str
    frame: Json
    at: float
    kind: str = "message"


class Ending(StrEnum):
    """How a connection is ended on purpose."""

    CLOSE_NORMAL = "1000"
    CLOSE_AWAY = "1001"
    CLOSE_ERROR = "1011"
    ABORT = "abort"


@dataclass(slots=True)
class Chaos:
    """Things that go wrong by chance, from one seed."""

    dice: random.Random
    close_before: float = 0.0
    """The connection ends instead of a frame being taken."""
    close_after: float = 0.0
    """The frame is taken, and the connection ends instead of the acknowledgement."""
    late: float = 0.0
    late_seconds: tuple[float, float] = (0.0, 0.0)
    repeat: float = 0.0
    """A callback is sent twice."""
    refuse: float = 0.0
    refusal_codes: tuple[int, ...] = (6000, 45009)
    happened: int = 0
    """How often something went wrong so far."""

    def happens(self, share: float) -> bool:
        """Throw the dice."""
        happens = self.dice.random() < share
        self.happened += happens
        return happens

    def ending(self) -> Ending:
        """Return a way to end a connection."""
        return self.dice.choice(list(Ending))


@dataclass(slots=True)
class Faults:
    """What the platform does wrong, to be set at any moment."""

    subscribe_code: int = 0
    answer_pings: bool = True
    acknowledge: bool = True
    acknowledge_after: float = 0.0
    codes: deque[tuple[str, int]] = field(default_factory=deque)
    """(command, errcode): the next frame with the command is refused so."""
    old_requests: bool = True
    """Whether a request id lives on after its connection."""
    finished_again: int = 0
    """errcode for a frame to a stream that is finished."""
    kick_seconds: float = 0.05
    """Between the event and the closed socket."""
    chaos: Chaos | None = None

    def code_for(self, command: str) -> int:
        """Return the errcode that was ordered for this frame, once."""
        if self.codes and self.codes[0][0] == command:
            return self.codes.popleft()[1]
        return 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The platform's limits; tests make the long ones short."""

    stream_seconds: float = 360.0
    event_seconds: float = 5.0
    minute_seconds: float = 60.0
    replies_each_minute: int = 30
    frames_count: bool = False
    """Whether each frame of a stream counts as a reply."""
    content_bytes: int = 20_480


class Changes:
    """Wakes those who wait for something to become true."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def announce(self) -> None:
        """Say that something is different now."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], bool], *, seconds: float = 60.0) -> None:
        """Return once ``holds``. Raises ``TimeoutError``."""
        async with asyncio.timeout(seconds):
            while not holds():
                await self._changed.wait()
