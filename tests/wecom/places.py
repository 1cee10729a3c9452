"""A port, a database and a platform, between which real processes of ours come and go."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.fake_wecom.api import FakeApi
from tests.fake_wecom.callbacks import Caller, FakeApp, FakeBot
from tests.fake_wecom.sealing import Seal
from tests.wecom.doors import (
    AGENT_ID,
    APP_KEY,
    APP_TOKEN,
    BOT_ID,
    BOT_KEY,
    BOT_TOKEN,
    CORP_ID,
    SECRETS,
    deliveries,
    fake_api,
)
from tests.wecom.process import Task, serve

from assistant.store.database import Database
from assistant.wecom.answers import Delivery

START_SECONDS = 120.0
STOP_SECONDS = 30.0
# One process imports everything, and the others are copies of it as it was then.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.wecom.process"])


@dataclass(slots=True)
class Place:
    """What stays while processes change."""

    port: int
    log: Path
    database: Database
    api: FakeApi
    bot: FakeBot
    app: FakeApp

    async def start(self, *, answers_after: float | None) -> BaseProcess:
        """Start a process and wait until it listens; with None it is the real assistant."""
        url = self.database.engine.url.render_as_string(hide_password=False)
        task = Task(url, self.port, self.api.host, answers_after, self.log)
        process = PROCESSES.Process(target=serve, args=(task,), daemon=True)
        await asyncio.to_thread(process.start)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while process.is_alive() and not await self._listens():
                    await asyncio.sleep(0.02)
                if process.is_alive():
                    return process
        process.kill()
        raise AssertionError(self.log.read_text(encoding="utf-8")[-2000:])

    async def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False

    async def until(self, *ways: Delivery) -> None:
        """Wait until every message got that far."""
        async with asyncio.timeout(60):
            while not set(await asyncio.to_thread(deliveries, self.database)) <= set(ways):
                await asyncio.sleep(0.05)


async def ended(process: BaseProcess) -> int | None:
    """Wait for the end of a process; return its exit code."""
    await asyncio.to_thread(process.join, STOP_SECONDS)
    return process.exitcode


@contextlib.asynccontextmanager
async def place(folder: Path, database: Database) -> AsyncIterator[Place]:
    """Yield a place without a process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    bot_seal = Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id="")
    app_seal = Seal(token=APP_TOKEN, encoding_aes_key=APP_KEY, receive_id=CORP_ID)
    address = f"http://127.0.0.1:{port}/wecom"
    callers = [Caller(f"{address}/bot", bot_seal), Caller(f"{address}/app", app_seal)]
    async with fake_api() as api:
        bot = FakeBot(callers[0], bot_id=BOT_ID, api=api)
        app = FakeApp(callers[1], corp_id=CORP_ID, agent_id=AGENT_ID, api=api)
        log = folder / "process.log"
        log.touch()
        try:
            yield Place(port, log, database, api, bot, app)
        finally:
            assert bot.violations == []
            assert app.violations == []
            assert api.violations == []
            written = log.read_text(encoding="utf-8")
            assert not [secret for secret in (*SECRETS, *api.secrets) if secret in written]
