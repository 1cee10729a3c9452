"""Limits: how often a password may be wrong, how often a person may ask."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select

from assistant.errors import LimitReached
from assistant.store.base import now
from assistant.store.database import Database
from assistant.users.tables import FailureRow

FROM_EVERYWHERE = 10
"""So many times as many wrong passwords hold a name, or an address, as a whole."""
_PEOPLE_REMEMBERED = 10_000
_DAY_SECONDS = 24 * 3600.0
_MINUTE_SECONDS = 60.0


class PasswordThrottle:
    """Counts wrong passwords in the database, so a restart or a second process forgets none.

    A name is held for one address early, and for all addresses late: nobody can lock out a
    colleague with a handful of wrong passwords.
    """

    def __init__(
        self,
        database: Database,
        *,
        allowed: int,
        minutes: int,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._allowed = allowed
        self._window = timedelta(minutes=minutes)
        self._clock = clock

    def check(self, name: str, *, address: str) -> None:
        """Raise ``LimitReached`` when the next password has to wait."""
        since = self._clock() - self._window
        recent = select(func.count(), func.min(FailureRow.failed_at)).where(
            FailureRow.failed_at > since
        )
        at_name, at_address = FailureRow.name == name, FailureRow.address == address
        for counted, allowed in (
            (recent.where(at_name, at_address), self._allowed),
            (recent.where(at_name), self._allowed * FROM_EVERYWHERE),
            (recent.where(at_address), self._allowed * FROM_EVERYWHERE),
        ):
            self._check(counted, allowed)

    def _check(self, counted: Select[int, datetime], allowed: int) -> None:
        with self._database.session() as session:
            failures, first = session.execute(counted).one()
        if failures >= allowed:
            left = first + self._window - self._clock()
            minutes = max(1, -(-int(left.total_seconds()) // 60))
            raise LimitReached(f"口令输错次数过多，请 {minutes} 分钟后再试。", minutes * 60)

    def failed(self, name: str, *, address: str) -> None:
        """Count a wrong password; what is too old to count is dropped."""
        moment = self._clock()
        with self._database.session() as session:
            session.execute(delete(FailureRow).where(FailureRow.failed_at <= moment - self._window))
            session.add(FailureRow(name=name, address=address, failed_at=moment))

    def succeeded(self, name: str, *, address: str) -> None:
        """Forget the wrong passwords of a name from an address."""
        with self._database.session() as session:
            session.execute(
                delete(FailureRow).where(FailureRow.name == name, FailureRow.address == address)
            )


@dataclass(frozen=True, slots=True)
class _Window:
    seconds: float
    allowed: int
    words: str


class QuestionThrottle:
    """Counts questions of each person, in this process. Thread safe."""

    def __init__(
        self, *, per_minute: int, per_day: int, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._windows = (
            _Window(_MINUTE_SECONDS, per_minute, "每分钟"),
            _Window(_DAY_SECONDS, per_day, "每天"),
        )
        self._seconds = seconds
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, person_id: str) -> None:
        """Count a question. Raises ``LimitReached`` when the person has asked too many."""
        moment = self._seconds()
        with self._lock:
            asked = self._asked.setdefault(person_id, deque())
            self._asked.move_to_end(person_id)
            while asked and asked[0] <= moment - _DAY_SECONDS:
                asked.popleft()
            for window in self._windows:
                _check_window(asked, window, moment)
            asked.append(moment)
            while len(self._asked) > _PEOPLE_REMEMBERED:
                self._asked.popitem(last=False)


def _check_window(asked: deque[float], window: _Window, moment: float) -> None:
    if len(asked) < window.allowed:
        return
    # The question that has to grow old before there is room for another one.
    earliest = asked[-window.allowed]
    left = earliest + window.seconds - moment
    if left > 0:
        wait = f"{int(left) + 1} 秒" if left < _MINUTE_SECONDS else f"{int(left // 60) + 1} 分钟"
        raise LimitReached(
            f"提问过于频繁（{window.words}最多 {window.allowed} 问），请 {wait}后再问。",
            int(left) + 1,
        )
