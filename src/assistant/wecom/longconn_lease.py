"""One worker per bot: the lease in the database, and what a kick means for all processes.

A second client of the same bot throws the first one out. Processes that share a database take
turns by a lease; against strangers there is only one remedy: whoever was thrown out stays out.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from assistant.wecom.longconn import LinkState
from assistant.wecom.state import State

logger = logging.getLogger(__name__)

STAYS_OUT = timedelta(minutes=10)
"""How long no process of ours takes a bot back that another client took over."""
STRANGER = "stranger"


class Worker(Protocol):
    """What holds the connection while the lease is ours."""

    async def run(self) -> LinkState:
        """Work until the end; return how it ended."""

    def stop(self) -> None:
        """Ask it to end."""


class Shift:
    """Waits for the lease, works while it holds, and gives it back."""

    def __init__(
        self,
        make_worker: Callable[[], Worker],
        state: State,
        *,
        bot_id: str,
        lease_seconds: float,
        name: str = "",
    ) -> None:
        self.name = name or new_name()
        self._make_worker = make_worker
        self._state = state
        self._lease = f"connection:{bot_id}"
        self._taken = f"connection-taken:{bot_id}"
        self._lasting = timedelta(seconds=lease_seconds)
        self._stopping = asyncio.Event()
        self.standing = LinkState.IDLE

    def stop(self) -> None:
        """Ask ``run`` to end."""
        self._stopping.set()

    async def run(self, *, take_over: bool = False) -> LinkState:
        """Work whenever the lease is ours, until stopped or there is no point any more.

        With ``take_over`` a bot is taken back from a client that took it.
        """
        if take_over:
            await self._in_thread(lambda: self._state.release_lease(self._taken, holder=STRANGER))
        while not self._stopping.is_set():
            acquired = await self._try_acquire()
            # Asked once the lease is ours: whoever had it before has written it down by then.
            if await self._is_taken():
                if acquired:
                    await self._release()
                self.standing = LinkState.REPLACED
                return self.standing
            if not acquired:
                await self._pause()
                continue
            self.standing = await self._work()
            if self.standing in (LinkState.REPLACED, LinkState.REJECTED):
                return self.standing
        self.standing = LinkState.STOPPED
        return self.standing

    async def _work(self) -> LinkState:
        """Work until the lease is lost, or the worker ends by itself."""
        worker = self._make_worker()
        working = asyncio.create_task(worker.run())
        keeping = asyncio.create_task(self._keep_lease())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({working, keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
            worker.stop()
            ended = await working
        finally:
            keeping.cancel()
            stopping.cancel()
            working.cancel()
        if ended is LinkState.REPLACED:
            await self._in_thread(
                lambda: self._state.acquire_lease(self._taken, holder=STRANGER, lasting=STAYS_OUT)
            )
        await self._release()
        return ended

    async def _keep_lease(self) -> None:
        """Return when the lease is lost, or can no longer be known to be ours."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        while loop.time() - renewed < self._lasting.total_seconds():
            await asyncio.sleep(self._lasting.total_seconds() / 3)
            with contextlib.suppress(SQLAlchemyError):
                if not await self._acquire():
                    break
                renewed = loop.time()
        logger.error("wecom lease lost; the connection is given up")

    async def _try_acquire(self) -> bool:
        try:
            return await self._acquire()
        except SQLAlchemyError as error:
            logger.error("wecom lease cannot be asked for: %s", type(error).__name__)
            return False

    async def _acquire(self) -> bool:
        return await self._in_thread(
            lambda: self._state.acquire_lease(self._lease, holder=self.name, lasting=self._lasting)
        )

    async def _release(self) -> None:
        await self._in_thread(lambda: self._state.release_lease(self._lease, holder=self.name))

    async def _is_taken(self) -> bool:
        with contextlib.suppress(SQLAlchemyError):
            return await self._in_thread(lambda: bool(self._state.lease_holder(self._taken)))
        return False

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._lasting.total_seconds() / 3):
                await self._stopping.wait()

    @staticmethod
    async def _in_thread(work: Callable[[], bool | None]) -> bool:
        return bool(await asyncio.to_thread(work))


def new_name() -> str:
    """Return a name for this process that no other one has."""
    return f"{socket.gethostname()[:40]}-{secrets.token_hex(8)}"
