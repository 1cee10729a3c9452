"""One worker for each bot, whatever the number of processes; and nobody fights."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from tests.wecom.bots import BOT_ID

from assistant.store.database import Database
from assistant.wecom.longconn import LinkState
from assistant.wecom.longconn_lease import Shift
from assistant.wecom.state import State

LEASE_SECONDS = 1.0


class FakeWorker:
    """Works until it is stopped, or ends as the test says."""

    def __init__(self) -> None:
        self.working = False
        self._stopped = asyncio.Event()
        self._ending = LinkState.STOPPED

    async def run(self) -> LinkState:
        """Work."""
        self.working = True
        await self._stopped.wait()
        self.working = False
        return self._ending

    def stop(self) -> None:
        """End."""
        self._stopped.set()

    def end(self, ending: LinkState) -> None:
        """End in a certain way."""
        self._ending = ending
        self._stopped.set()


class Process:
    """One process with its shift."""

    def __init__(self, database: Database, name: str) -> None:
        self.workers: list[FakeWorker] = []
        self.state = State(database)
        self.shift = Shift(
            self._make, self.state, bot_id=BOT_ID, lease_seconds=LEASE_SECONDS, name=name
        )
        self.running: asyncio.Task[LinkState] | None = None

    @property
    def working(self) -> bool:
        """Whether its worker has the connection."""
        return any(worker.working for worker in self.workers)

    def start(self, *, take_over: bool = False) -> None:
        """Begin to wait for the lease."""
        self.running = asyncio.create_task(self.shift.run(take_over=take_over))

    async def stop(self) -> LinkState:
        """Stop in good order."""
        self.shift.stop()
        return await self.ended()

    async def ended(self) -> LinkState:
        """Wait until the shift is over."""
        assert self.running is not None
        return await asyncio.wait_for(self.running, 60)

    def _make(self) -> FakeWorker:
        self.workers.append(FakeWorker())
        return self.workers[-1]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


def test_of_several_processes_one_works_and_the_next_takes_over(database: Database) -> None:
    async def scenario() -> None:
        processes = [Process(database, f"process-{n}") for n in range(3)]
        for process in processes:
            process.start()
        await until(lambda: any(process.working for process in processes))
        # Longer than a lease lasts: the one who works goes on holding it.
        await asyncio.sleep(1.5 * LEASE_SECONDS)
        at_work = [process for process in processes if process.working]
        assert len(at_work) == 1
        assert await at_work[0].stop() is LinkState.STOPPED
        others = [process for process in processes if process is not at_work[0]]
        await until(lambda: sum(process.working for process in others) == 1)
        for process in others:
            await process.stop()

    asyncio.run(scenario())


def test_a_process_that_dies_is_followed_once_its_lease_has_run_out(database: Database) -> None:
    async def scenario() -> None:
        first, second = Process(database, "first"), Process(database, "second")
        first.start()
        await until(lambda: first.working)
        second.start()
        assert first.running is not None
        first.running.cancel()
        await until(lambda: second.working)
        await second.stop()

    asyncio.run(scenario())


def test_a_process_that_loses_its_lease_gives_the_connection_up(database: Database) -> None:
    async def scenario() -> None:
        process = Process(database, "sleepy")
        process.start()
        await until(lambda: process.working)
        name = f"connection:{BOT_ID}"
        process.state.release_lease(name, holder="sleepy")
        process.state.acquire_lease(name, holder="other", lasting=timedelta(seconds=60))
        await until(lambda: not process.working)
        assert await process.stop() is LinkState.STOPPED

    asyncio.run(scenario())


def test_after_a_kick_no_process_of_ours_takes_the_bot_back(database: Database) -> None:
    async def scenario() -> None:
        first, second = Process(database, "first"), Process(database, "second")
        first.start()
        await until(lambda: first.working)
        second.start()
        first.workers[0].end(LinkState.REPLACED)
        assert await first.ended() is LinkState.REPLACED
        assert await second.ended() is LinkState.REPLACED
        assert second.workers == []
        restarted = Process(database, "restarted")
        restarted.start()
        assert await restarted.ended() is LinkState.REPLACED
        assert restarted.workers == []

    asyncio.run(scenario())


def test_an_administrator_can_take_the_bot_back(database: Database) -> None:
    async def scenario() -> None:
        first = Process(database, "first")
        first.start()
        await until(lambda: first.working)
        first.workers[0].end(LinkState.REPLACED)
        await first.ended()
        second = Process(database, "second")
        second.start(take_over=True)
        await until(lambda: second.working)
        await second.stop()

    asyncio.run(scenario())


def test_a_refused_login_ends_the_shift(database: Database) -> None:
    async def scenario() -> None:
        process = Process(database, "first")
        process.start()
        await until(lambda: process.working)
        process.workers[0].end(LinkState.REJECTED)
        assert await process.ended() is LinkState.REJECTED

    asyncio.run(scenario())
