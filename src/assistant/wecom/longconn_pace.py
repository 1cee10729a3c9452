"""When the long connection pings, gives up, and comes back: its intervals and pauses."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Login:
    """Which bot, and the proof that it is ours."""

    bot_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pace:
    """Intervals of the connection, in seconds."""

    connect: float = 10.0
    subscribe: float = 10.0
    acknowledge: float = 10.0
    """A quarter to half a second is usual."""
    ping: float = 30.0
    pong: float = 10.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    rejected_pause: float = 30.0
    crowded_pause: float = 60.0
    settled: float = 30.0
    """A connection that stood so long was sound: the pauses start from the first again."""
    rejected_tries: int = 5


class Ending(StrEnum):
    """Why one socket came to its end."""

    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    SILENT = "silent"
    CROWDED = "crowded"
    """Subscribed too often."""
    REJECTED = "rejected"
    REPLACED = "replaced"
    STOPPED = "stopped"


def pause_before_retry(pace: Pace, ending: Ending, *, failures: int) -> float:
    """Return how long to wait before the next socket, spread so that crowds do not return at once.

    ``failures`` counts the ends in a row, this one included.
    """
    if ending is Ending.REJECTED:
        return pace.rejected_pause
    doublings = min(failures - 1, 16)
    pause: float = min(pace.first_pause * (1 << doublings), pace.longest_pause)
    if ending is Ending.CROWDED:
        pause = max(pause, pace.crowded_pause)
    return pause * random.uniform(0.8, 1.2)  # noqa: S311
