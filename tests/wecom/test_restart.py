"""Processes come and go, and nobody's answer goes with them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
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
    Echo,
    database_in,
    deliveries,
    fake_api,
    site,
)

from assistant.store.database import Database
from assistant.wecom import bot_callback
from assistant.wecom.answers import MOST_ATTEMPTS, Answers, Delivery
from assistant.wecom.desk import APOLOGY, Pace
from assistant.wecom.messages import Channel, Incoming

REPOSITORY = Path(__file__).parents[2]
NEVER = 1000.0
UNREAD_AT_ONCE = Pace(unread=0.01, sweep=0.05)


@dataclass(slots=True)
class Place:
    """A port, a database and a platform, between which processes come and go."""

    port: int
    file: Path
    log: Path
    database: Database
    api: FakeApi
    bot: FakeBot
    app: FakeApp

    async def start(self, *, answers_after: float) -> subprocess.Popen[bytes]:
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
        async with asyncio.timeout(60):
            while process.poll() is None:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return process
                await asyncio.sleep(0.05)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

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


def test_a_killed_process_s_streams_and_messages_are_finished_by_the_next(tmp_path: Path) -> None:
    async def run() -> None:
        async with place(tmp_path) as here:
            first = await here.start(answers_after=NEVER)
            asking = asyncio.create_task(here.bot.say("问题一", message_id="A"))
            app_exchange = await here.app.say("问题二")
            assert app_exchange.answers == []
            bubble = await here.bot.first_reply()
            assert bubble.text in ("查到一半。", bot_callback.SEARCHING)
            first.kill()
            first.wait()
            second = await here.start(answers_after=0.0)
            exchange = await asking
            assert exchange.bubble.text == "答复：问题一。"
            await here.until(Delivery.READ, Delivery.SENT)
            assert [each.text for each in here.api.shown] == ["答复：问题二。"]
            second.terminate()
            assert await asyncio.to_thread(second.wait, 15) in (0, -signal.SIGTERM)

    asyncio.run(run())


def test_a_process_that_is_told_to_stop_closes_its_streams_and_the_next_one_answers(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        async with place(tmp_path) as here:
            first = await here.start(answers_after=NEVER)
            asking = [
                asyncio.create_task(here.bot.say(f"问题{n}", user=f"u{n}", message_id=f"M{n}"))
                for n in range(5)
            ]
            for number in range(5):
                await here.bot.first_reply(number)
            first.terminate()
            exchanges = await asyncio.gather(*asking)
            assert await asyncio.to_thread(first.wait, 15) in (0, -signal.SIGTERM)
            assert {e.bubble.text for e in exchanges} == {f"查到一半。\n\n{bot_callback.CONTINUED}"}
            assert here.api.shown == []
            second = await here.start(answers_after=0.0)
            await here.until(Delivery.SENT)
            for number in range(5):
                shown = [each.text for each in here.api.shown_to(f"M{number}")]
                assert shown == [f"答复：问题{number}。"]
            second.kill()
            second.wait()

    asyncio.run(run())


def test_any_process_answers_for_a_stream_that_another_one_writes(tmp_path: Path) -> None:
    echo = Echo()
    echo.before = ("查到一半。",)
    echo.release.clear()

    async def run() -> None:
        async with (
            fake_api() as api,
            site(database, echo, api) as one,
            site(database, echo, api) as other,
        ):
            asking = asyncio.create_task(one.bot.say("问题", message_id="A"))
            stream_id = (await one.bot.first_reply()).stream_id
            elsewhere = await other.bot.ask_stream(stream_id, user="zhangsan")
            assert elsewhere["finish"] is False
            # The platform's repetition may land anywhere as well.
            repeated = asyncio.create_task(other.bot.say("问题", message_id="A"))
            assert (await other.bot.first_reply()).stream_id == stream_id
            echo.release.set()
            assert (await asking).bubble.text == "答复：问题。"
            assert (await repeated).bubble.text == "答复：问题。"

    with database_in(tmp_path) as database:
        asyncio.run(run())
    assert echo.calls == {"A": 1}


def test_an_answer_over_which_every_process_dies_is_given_up_with_an_apology(
    tmp_path: Path,
) -> None:
    at = datetime.now(UTC)
    incoming = Incoming("A", Channel.BOT, BOT_ID, "single", "", "zhangsan", at, text="问题")

    async def run() -> None:
        async with fake_api() as api:
            incoming_with_url = replace(incoming, response_url=api.reply_url("A", single=True))
            for number in range(MOST_ATTEMPTS):
                answers = Answers(database, worker=f"dead-{number}", lasting=timedelta())
                answer, new = answers.begin(incoming_with_url)
                assert new or answers.take_over(answer.id)
            async with site(database, echo := Echo(), api, pace=UNREAD_AT_ONCE) as here:
                assert await here.settled() == [Delivery.SENT]
                assert [each.text for each in api.shown] == [APOLOGY]
                assert not echo.calls

    with database_in(tmp_path) as database:
        asyncio.run(run())
