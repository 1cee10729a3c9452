"""Calls to a model: on time, few at once, tried again when that may help, given up when not.

A loop of its own in the background holds the connections, so that a caller, whichever thread it is
on, can stop waiting at any moment and the connection is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from dataclasses import dataclass
from typing import Literal

from assistant.errors import ModelError, ModelRejected, ModelUnavailable
from assistant.models.breaker import Breaker
from assistant.models.chat import Barred, ChatModel, Piece, Request, RetryAfter

FIRST_PAUSE_SECONDS = 0.4
LONGEST_PAUSE_SECONDS = 4.0
CANCEL_AGAIN_SECONDS = 0.1

LATE = "模型没有在规定时间内答完。"
BUSY = "模型正忙，等待的问题太多。"
RESTING = "模型近来多次出错，暂停使用片刻。"
EMPTY = "模型什么也没有答。"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls at once, and how often again."""

    concurrent: int = 4
    waiting: int = 32
    retries: int = 2


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline so many seconds from now."""
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Return the seconds until then, negative afterwards."""
        return self.at - time.monotonic()

    def within(self, seconds: float) -> Deadline:
        """Return the earlier of this and so many seconds from now."""
        return Deadline(min(self.at, time.monotonic() + seconds))


Again = Literal["again"]
"""Said instead of a piece when a call starts anew: what it wrote so far does not count."""
_Events = queue.SimpleQueue[Piece | Again | ModelError | None]

_Call = Callable[[], Coroutine[object, object, None]]

_log = logging.getLogger(__name__)


class ModelClient:
    """Calls one model. Thread safe."""

    def __init__(
        self,
        model: ChatModel,
        *,
        limits: Limits,
        breaker: Breaker,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.model = model
        self._limits = limits
        self._breaker = breaker
        self._jitter = jitter
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slots = asyncio.Semaphore(limits.concurrent)
        self._waiting = 0
        self._lock = threading.Lock()

    def stream(self, request: Request, deadline: Deadline) -> Generator[Piece | Again, None, None]:
        """Yield what the model writes. Closing the generator closes the connection.

        Raises ``ModelUnavailable`` or ``ModelRejected``, at the deadline at the latest.
        """
        events: _Events = queue.SimpleQueue()
        cancel = self._submit(lambda: self._call(request, deadline, events))
        try:
            while True:
                remaining = deadline.remaining()
                if remaining <= 0:
                    # The call has the same deadline; what came before it may still wait here.
                    raise ModelUnavailable(LATE)
                try:
                    event = events.get(timeout=remaining)
                except queue.Empty:
                    raise ModelUnavailable(LATE) from None
                if event is None:
                    return
                if isinstance(event, ModelError):
                    raise event
                yield event
        finally:
            cancel()

    def complete(self, request: Request, deadline: Deadline) -> str:
        """Return all that the model writes. Raises as ``stream`` does."""
        text = ""
        with contextlib.closing(self.stream(request, deadline)) as pieces:
            for piece in pieces:
                text = "" if isinstance(piece, str) else text + piece.text
        return text

    def close(self) -> None:
        """End all calls and the loop."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    def _submit(self, call: _Call) -> Callable[[], None]:
        """Start a call in the background and return what cancels it."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="model", daemon=True).start()
            loop = self._loop
        tasks: list[asyncio.Task[None]] = []

        def start() -> None:
            tasks.append(loop.create_task(_logged(call)))

        def cancel() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and the call with it
                # Behind ``start`` in the loop's order, so the task is there by then.
                loop.call_soon_threadsafe(lambda: _cancel(tasks[0], loop))

        loop.call_soon_threadsafe(start)
        return cancel

    async def _call(self, request: Request, deadline: Deadline, events: _Events) -> None:
        try:
            async with asyncio.timeout(max(0.0, deadline.remaining())), self._turn():
                await self._attempts(request, deadline, events)
        except TimeoutError:
            events.put(ModelUnavailable(LATE))
        except ModelError as error:
            events.put(error)
        else:
            events.put(None)

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for a turn, unless too many wait already. The loop's thread only."""
        if self._slots.locked() and self._waiting >= self._limits.waiting:
            raise ModelUnavailable(BUSY)
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    async def _attempts(self, request: Request, deadline: Deadline, events: _Events) -> None:
        for attempt in range(self._limits.retries + 1):
            if not self._breaker.admits():
                raise ModelUnavailable(RESTING)
            try:
                await self._attempt(request, deadline, events)
            except ModelUnavailable as error:
                self._breaker.failed()
                pause = self._pause(attempt, error)
                if attempt == self._limits.retries or pause >= deadline.remaining():
                    raise
                events.put("again")
                await asyncio.sleep(pause)
            except ModelRejected as error:
                self._breaker.failed(for_good=isinstance(error, Barred))
                raise
            except asyncio.CancelledError:
                # The deadline cancels, too; a reader who leaves says nothing about the model.
                if deadline.remaining() <= 0:
                    self._breaker.failed()
                raise
            else:
                self._breaker.succeeded()
                return

    async def _attempt(self, request: Request, deadline: Deadline, events: _Events) -> None:
        pieces = self.model.stream(request, seconds=max(0.1, deadline.remaining()))
        written = False
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                written = written or bool(piece.text.strip())
                events.put(piece)
        if not written:
            raise ModelUnavailable(EMPTY)

    def _pause(self, attempt: int, error: ModelUnavailable) -> float:
        """Return the seconds before the next try: longer each time, never the same for all."""
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**attempt)
        pause *= 0.5 + self._jitter()
        return max(pause, error.seconds if isinstance(error, RetryAfter) else 0.0)


async def _logged(call: _Call) -> None:
    try:
        await call()
    # A fault of ours: whoever waits is told nothing came, and it must not vanish.
    except Exception:
        _log.exception("a call to the model broke")


def _cancel(task: asyncio.Task[None], loop: asyncio.AbstractEventLoop) -> None:
    """Cancel a call until it has ended: libraries have been known to swallow a cancellation."""
    if not task.done():
        task.cancel()
        loop.call_later(CANCEL_AGAIN_SECONDS, _cancel, task, loop)
