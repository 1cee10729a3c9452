"""A circuit breaker: a model that fails again and again is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Breaker:
    """Open after so many failures in a row; then one call at a time may try again."""

    def __init__(
        self, *, failures: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._seconds = seconds
        self._clock = clock
        self._failures = 0
        self._closed_until_tried = 0.0
        self._lock = threading.Lock()

    def admits(self) -> bool:
        """Tell whether a call may be made now; when open, the one that tries again is told so."""
        with self._lock:
            if self._failures < self._most:
                return True
            if self._clock() < self._closed_until_tried:
                return False
            # This one tries; the others wait until it is known what came of it.
            self._closed_until_tried = self._clock() + self._seconds
            return True

    def succeeded(self) -> None:
        """Take note that a call went well."""
        with self._lock:
            self._failures = 0

    def failed(self, *, for_good: bool = False) -> None:
        """Take note of a failure; one that will not pass by itself opens the breaker at once."""
        with self._lock:
            self._failures = max(self._failures + 1, self._most if for_good else 0)
            if self._failures >= self._most:
                self._closed_until_tried = self._clock() + self._seconds
