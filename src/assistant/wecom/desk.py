"""The desk: answers are written here, waited for, and handed over, whatever becomes of a process.

Each message is answered by one task of one process. Everyone else, in this process or another,
reads how it stands. A sweep picks up what dead processes left, and sends what is owed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol, TypeVar

from assistant.store.base import now
from assistant.wecom.answers import MOST_ATTEMPTS, Answers, Delivery, StoredAnswer
from assistant.wecom.messages import Answering, Channel, Incoming, Snapshot
from assistant.wecom.state import Clock

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

APOLOGY = "很抱歉，这次没能完成答复，请稍后再问一次。"
TOO_LONG = "答复用时过长，已停止，请稍后再问，或把问题分开来问。"
STATE_THREADS = 4
MESSAGES_AT_ONCE = 16
HANDING_SECONDS = 30.0
"""How long a reply may take to go out."""
LAST_SENDING_SECONDS = 3.0
"""How long messages that are being sent may take when the process stops."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the desk lets things take, in seconds."""

    answer: float = 1500.0
    unread: float = 30.0
    sweep: float = 5.0
    store: float = 0.5
    """Between two snapshots written for other processes to read."""
    look: float = 0.2
    """Between two looks at an answer that another process writes."""


class Courier(Protocol):
    """Sends a finished answer as a message of its own."""

    async def deliver(self, answer: StoredAnswer) -> Delivery | None:
        """Return SENT or FAILED; None to try again later."""


class _TakenOver(Exception):
    """Another process writes this answer now."""


class _Running:
    """An answer that this process is writing, and who waits for it."""

    def __init__(self, answer: StoredAnswer) -> None:
        self.answer = answer
        self.told = 0
        """How many snapshots there were when somebody last looked."""
        self._changed = asyncio.Event()

    def show(self, answer: StoredAnswer) -> None:
        self.answer = answer
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        await self._changed.wait()


class Desk:
    """Writes and hands over the answers of the channels it has couriers for. One event loop."""

    def __init__(
        self,
        answering: Answering,
        answers: Answers,
        *,
        couriers: Mapping[Channel, Courier],
        pace: Pace | None = None,
        clock: Clock = now,
    ) -> None:
        self._answering = answering
        self._answers = answers
        self._couriers = dict(couriers)
        self._pace = pace or Pace()
        self._clock = clock
        self._running: dict[str, _Running] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._senders: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(STATE_THREADS, thread_name_prefix="wecom-state")
        self._stopping = False
        self._untold: set[str] = set()
        self._unconfirmed: dict[str, float] = {}
        """Whole answers that were shown, perhaps to nobody, and how long that is of interest."""
        self._sending: dict[str, bool] = {}
        """Answers on their way as messages, and whether to look at them once more."""
        self._roads = asyncio.Semaphore(MESSAGES_AT_ONCE)
        self._handing: dict[str, float] = {}
        """Answers in replies that are on their way out, and when to doubt that they are."""

    async def accept(self, incoming: Incoming) -> StoredAnswer:
        """Return how the answer of a message stands, and begin it if the message is new."""
        answer, new = await self._call(lambda: self._answers.begin(incoming))
        if new and not self._stopping:
            self._start(answer)
        elif new:
            await self._leave(answer)
        return answer

    async def wait(self, id: str, *, seconds: float, finished: bool = False) -> StoredAnswer | None:
        """Return an answer once there is more of it than when it was last looked at.

        With ``finished`` once it is whole; at the latest after so many seconds, or when its stream
        is closed. None when there is no such answer.
        """
        answer = await self._look(id)
        told = self._told(id, answer)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while answer is not None and not _has_moved(answer, told, finished):
                    await self._next(answer)
                    answer = await self._look(id)
        if answer is not None and answer.id in self._running:
            self._running[answer.id].told = answer.sequence
        return answer

    async def note_asked(self, answer: StoredAnswer) -> None:
        """Note that the platform asked for an answer; one whose process is gone is begun again."""
        at = self._clock()
        running = self._running.get(answer.id)
        # As rarely as serves: refreshes come several times a second.
        if (at - answer.asked_at).total_seconds() > self._pace.unread / 3:
            await self._call(lambda: self._answers.note_asked(answer.id))
            if running is not None:
                running.answer = replace(running.answer, asked_at=at)
        if running is None and not answer.snapshot.finished and answer.worker_until <= at:
            await self._resume(answer)

    async def take_to_hand(self, id: str) -> bool:
        """Become the one who hands a finished answer over in place; one caller is told so."""
        taken = await self._call(lambda: self._answers.take_to_hand(id))
        if taken:
            self._handing[id] = asyncio.get_running_loop().time() + HANDING_SECONDS
        return taken

    async def settle(self, id: str, delivery: Delivery) -> None:
        """Note how the delivery of an answer ended."""
        await self._call(lambda: self._answers.settle(id, delivery))
        self._handing.pop(id, None)

    async def owe(self, id: str) -> None:
        """Send the answer as a message of its own once it is there: nobody will ask for it."""
        self._unconfirmed.pop(id, None)
        await self._call(
            lambda: self._answers.move(id, before=(Delivery.PROMISED,), after=Delivery.OWED)
        )
        running = self._running.get(id)
        if running is not None:
            running.show(replace(running.answer, delivery=Delivery.OWED))
        else:
            self._send(id)

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            await self.sweep()
            await asyncio.sleep(self._pace.sweep)

    async def sweep(self) -> None:
        """Pick up what other processes left, and send what is owed."""
        channels = tuple(self._couriers)
        at = asyncio.get_running_loop().time()
        self._handing = {id: until for id, until in self._handing.items() if until > at}
        # Another process may have been asked for the end.
        self._unconfirmed = {id: ends for id, ends in self._unconfirmed.items() if ends > at}
        ids = (*self._running, *self._sending, *self._handing)
        await self._call(lambda: self._answers.hold(ids))
        for answer in await self._call(lambda: self._answers.abandoned(channels)):
            if answer.id not in self._running:
                await self._resume(answer)
        since = self._clock() - timedelta(seconds=self._pace.unread)
        for answer in await self._call(lambda: self._answers.unread(channels, since=since)):
            await self.owe(answer.id)
        for answer in await self._call(lambda: self._answers.owed(channels)):
            self._send(answer.id)

    async def stop(self) -> None:
        """Stop writing: what is unfinished is owed, and left to the process that comes next."""
        self._stopping = True
        running = list(self._running.values())
        for task in self._writers:
            task.cancel()
        if self._writers:
            await asyncio.wait(self._writers)
        for each in running:
            await self._leave(each.answer)
            each.show(replace(each.answer, delivery=Delivery.OWED))
            self._untold.add(each.answer.id)
        self._running.clear()
        self._untold.update(self._unconfirmed)
        if self._senders:
            # One that is cut off might be sent again.
            await asyncio.wait(self._senders, timeout=LAST_SENDING_SECONDS)
        for task in self._senders:
            task.cancel()

    def note_shown(self, id: str) -> None:
        """Note that a whole answer was shown, and that the platform should come for its end."""
        self._unconfirmed[id] = asyncio.get_running_loop().time() + self._pace.unread

    def note_told(self, id: str) -> None:
        """Note that the platform has been told how the stream of an answer ends."""
        self._untold.discard(id)
        self._unconfirmed.pop(id, None)

    async def everyone_told(self, *, seconds: float) -> None:
        """Wait, after ``stop``, until the platform has come for every stream; not for long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._untold:
                    await asyncio.sleep(self._pace.look)

    def close(self) -> None:
        """Give the threads back, after ``stop``."""
        self._threads.shutdown()

    def _start(self, answer: StoredAnswer) -> None:
        self._running[answer.id] = _Running(answer)
        self._spawn(self._write(self._running[answer.id]), self._writers)

    def _send(self, id: str) -> None:
        if id in self._sending:
            # Whoever is at it looked before this was asked for, perhaps.
            self._sending[id] = True
        elif not self._stopping:
            self._sending[id] = False
            self._spawn(self._push(id), self._senders)

    async def _resume(self, answer: StoredAnswer) -> None:
        if self._stopping or not await self._call(lambda: self._answers.take_over(answer.id)):
            return
        if answer.id in self._running:
            # It was ours, and only late in saying so.
            return
        logger.warning("wecom answer %s begun again", answer.id)
        if answer.attempts >= MOST_ATTEMPTS:
            await self._call(lambda: self._answers.write(answer.id, Snapshot(APOLOGY, True)))
            self._send(answer.id)
        else:
            self._start(answer)

    async def _write(self, running: _Running) -> None:
        """Answer a message; whatever happens but the end of this process, the answer ends."""
        id = running.answer.id
        following = asyncio.ensure_future(self._follow(running))
        try:
            await asyncio.wait({following}, timeout=self._pace.answer)
            words = self._closing_words(following, running)
            if words:
                await self._finish(running, words)
        finally:
            following.cancel()
            if not self._stopping:
                del self._running[id]
        self._send(id)

    def _closing_words(self, following: asyncio.Future[None], running: _Running) -> str:
        """Return what must still be said, because the service did not finish by itself."""
        if not following.done():
            return TOO_LONG
        error = following.exception()
        if isinstance(error, _TakenOver):
            return ""
        if error is not None:
            logger.error("wecom answer failed", exc_info=error)
        return "" if running.answer.snapshot.finished else APOLOGY

    async def _follow(self, running: _Running) -> None:
        loop = asyncio.get_running_loop()
        # The first one at once, whatever the clock shows: uvloop rounds its time to milliseconds.
        due = -math.inf
        async with _closing(self._answering.reply(running.answer.incoming)) as snapshots:
            async for snapshot in snapshots:
                if snapshot.finished or loop.time() >= due:
                    # Stored before it is shown: what was shown is never forgotten.
                    await self._store(running, snapshot)
                    due = loop.time() + self._pace.store
                running.show(_with(running.answer, snapshot))
                if snapshot.finished:
                    return

    async def _finish(self, running: _Running, words: str) -> None:
        said = running.answer.snapshot.markdown
        snapshot = Snapshot(f"{said}\n\n{words}" if said else words, finished=True)
        with contextlib.suppress(_TakenOver):
            await self._store(running, snapshot)
            running.show(_with(running.answer, snapshot))

    async def _store(self, running: _Running, snapshot: Snapshot) -> None:
        if not await self._call(lambda: self._answers.write(running.answer.id, snapshot)):
            raise _TakenOver

    async def _push(self, id: str) -> None:
        """Send an answer if it is owed and nobody else sends it."""
        try:
            async with self._roads:
                await self._deliver(id)
        finally:
            # From here on the hold runs out, and the sweep tries again.
            if self._sending.pop(id):
                self._send(id)

    async def _deliver(self, id: str) -> None:
        if id in self._handing or not await self._call(lambda: self._answers.take_to_send(id)):
            return
        answer = await self._call(lambda: self._answers.find(id))
        if answer is not None:
            delivery = await self._couriers[answer.incoming.channel].deliver(answer)
            if delivery is not None:
                await self.settle(id, delivery)

    async def _leave(self, answer: StoredAnswer) -> None:
        if not answer.snapshot.finished:
            await self._call(lambda: self._answers.let_go(answer.id, delivery=Delivery.OWED))

    async def _look(self, id: str) -> StoredAnswer | None:
        running = self._running.get(id)
        if running is not None:
            return running.answer
        return await self._call(lambda: self._answers.find(id))

    async def _next(self, answer: StoredAnswer) -> None:
        """Wait until the answer may have changed."""
        running = self._running.get(answer.id)
        if running is None:
            await asyncio.sleep(self._pace.look)
        elif running.answer is answer:
            await running.changed()

    def _told(self, id: str, answer: StoredAnswer | None) -> int:
        running = self._running.get(id)
        if running is not None:
            return running.told
        return answer.sequence if answer else 0

    def _spawn(self, work: Coroutine[object, object, None], among: set[asyncio.Task[None]]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        among.add(task)
        task.add_done_callback(among.discard)
        task.add_done_callback(_report)

    async def _call(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _has_moved(answer: StoredAnswer, told: int, finished: bool) -> bool:
    if answer.snapshot.finished or answer.delivery is not Delivery.PROMISED:
        return True
    return not finished and answer.sequence > told


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("wecom task failed", exc_info=error)


def _with(answer: StoredAnswer, snapshot: Snapshot) -> StoredAnswer:
    return replace(answer, snapshot=snapshot, sequence=answer.sequence + 1)


@contextlib.asynccontextmanager
async def _closing(snapshots: AsyncIterator[Snapshot]) -> AsyncIterator[AsyncIterator[Snapshot]]:
    """Close a generator whose consumer may leave early."""
    try:
        yield snapshots
    finally:
        close = getattr(snapshots, "aclose", None)
        if close is not None:
            await close()
