"""A port, a database and a platform, between which real processes of ours come and go."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
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
    database_in,
    deliveries,
    fake_api,
)

from assistant.store.database import Database
from assistant.wecom.answers import Delivery

REPOSITORY = Path(__file__).parents[2]


@dataclass(slots=True)
class Place:
    """What stays while processes change."""

    port: int
    file: Path
    log: Path
    database: Database
    api: FakeApi
    bot: FakeBot
    app: FakeApp

    async def start(self, *, answers_after: float | str) -> subprocess.Popen[bytes]:
        """Start a process and wait until it listens."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.wecom.process",
                    f"sqlite:///{self.file}",
                    str(self.port),
                    self.api.host,
                    str(answers_after),
                ],
                cwd=REPOSITORY,
                stderr=log,
            )
        try:
            async with asyncio.timeout(120):
                while process.poll() is None and not await self._listens():
                    await asyncio.sleep(0.05)
        except TimeoutError:
            process.kill()
        if process.poll() is not None:
            raise AssertionError(self.log.read_text(encoding="utf-8")[-2000:])
        return process

    async def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False

    async def until(self, *ways: Delivery) -> None:
        """Wait until every message got that far."""
        async with asyncio.timeout(30):
            while not set(await asyncio.to_thread(deliveries, self.database)) <= set(ways):
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    """Yield a place without a process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    bot_seal = Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id="")
    app_seal = Seal(token=APP_TOKEN, encoding_aes_key=APP_KEY, receive_id=CORP_ID)
    address = f"http://127.0.0.1:{port}/wecom"
    callers = [Caller(f"{address}/bot", bot_seal), Caller(f"{address}/app", app_seal)]
    with database_in(folder) as database:
        async with fake_api() as api:
            bot = FakeBot(callers[0], bot_id=BOT_ID, api=api)
            app = FakeApp(callers[1], corp_id=CORP_ID, agent_id=AGENT_ID, api=api)
            log = folder / "process.log"
            try:
                yield Place(port, folder / "wecom.sqlite3", log, database, api, bot, app)
            finally:
                assert bot.violations == []
                assert app.violations == []
                assert api.violations == []
                written = log.read_text(encoding="utf-8")
                assert not [secret for secret in (*SECRETS, *api.secrets) if secret in written]
