"""The callback channels put together for a test, served over real sockets in its own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select
from tests.fake_wecom.api import FakeApi
from tests.fake_wecom.callbacks import CallbackChaos, CallbackRules, Caller, FakeApp, FakeBot
from tests.fake_wecom.sealing import Seal
from tests.secrets_in_use import secret

from assistant.interfaces.wecom_door import WecomDoor
from assistant.interfaces.wecom_routes import wecom_routes
from assistant.settings.wecom import WecomSettings
from assistant.store.database import Database, open_database
from assistant.wecom.answers import Delivery
from assistant.wecom.desk import Pace
from assistant.wecom.messages import (
    Answering,
    CardClick,
    CardOutcome,
    Entered,
    Feedback,
    Incoming,
    Snapshot,
)
from assistant.wecom.tables import AnswerRow

BOT_ID = "AIBOT0001"
BOT_TOKEN = secret("BotTokenOfTheTests7Qm")
BOT_KEY = secret("t2GgDfafbpF8mZzDRSGmPsknqD63o4zTGRTioaCiMv4")
CORP_ID = "ww1a2b3c4d5e6f7a8b"
AGENT_ID = 1_000_002
APP_TOKEN = secret("AppTokenOfTheTests3Xz")
APP_KEY = secret("2KO96GU0LIgsox8gwRaiK1M6RIvXXYDvj5XcnIZCvHw")
APP_SECRET = secret("AppSecret-5b1f0e7c2d9a48")
WEBHOOK_KEY = secret("webhook-693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa")
SECRETS = (BOT_TOKEN, BOT_KEY, APP_TOKEN, APP_KEY, APP_SECRET, WEBHOOK_KEY)
"""What no log may hold, beside access tokens and reply addresses."""

QUICK = Pace(answer=30.0, unread=3.0, sweep=0.1, store=0.02, look=0.02)


class Echo:
    """Answers every question with words that name it, at once or when it is told to."""

    def __init__(self, answer: Callable[[Incoming], str] | None = None) -> None:
        self._answer = answer or (lambda incoming: f"答复：{incoming.text}。")
        self.calls: Counter[str] = Counter()
        self.clicks: list[CardClick] = []
        self.judged: list[Feedback] = []
        self.entered: list[Entered] = []
        self.outcome = CardOutcome()
        self.release = asyncio.Event()
        self.release.set()
        self.before: tuple[str, ...] = ()
        """Snapshots that come before the answer, at once."""
        self.last = Snapshot("", finished=True)
        """What the answer's snapshot has beside its words."""

    async def reply(self, incoming: Incoming) -> AsyncIterator[Snapshot]:
        """Yield what was said before, wait to be released, and answer."""
        self.calls[incoming.message_id] += 1
        for words in self.before:
            yield Snapshot(words)
        await self.release.wait()
        yield Snapshot(self._answer(incoming), finished=True, card=self.last.card)

    async def welcome(self, entered: Entered) -> str:
        """Return a welcome."""
        self.entered.append(entered)
        return "您好，请直接提问。"

    async def choose(self, click: CardClick) -> CardOutcome:
        """Return the outcome that was set."""
        self.clicks.append(click)
        return self.outcome

    async def note_feedback(self, feedback: Feedback) -> None:
        """Keep what users think."""
        self.judged.append(feedback)


@dataclass(slots=True)
class Site:
    """One process of ours, and the platform that calls it."""

    address: str
    database: Database = field(repr=False)
    api: FakeApi
    bot: FakeBot
    app: FakeApp
    server: uvicorn.Server = field(repr=False)

    async def settled(self, *, seconds: float = 60.0) -> list[Delivery]:
        """Wait until every message is answered and handed over; return how each was."""
        async with asyncio.timeout(seconds):
            while True:
                ways = await asyncio.to_thread(deliveries, self.database)
                if all(way in (Delivery.READ, Delivery.SENT, Delivery.FAILED) for way in ways):
                    return ways
                await asyncio.sleep(0.02)


def deliveries(database: Database) -> list[Delivery]:
    """Return how far each answer is on its way, in the order of their messages."""
    with database.session() as session:
        rows = session.scalars(select(AnswerRow.delivery).order_by(AnswerRow.received_at))
        return [Delivery(row) for row in rows]


def settings(**changes: object) -> WecomSettings:
    """Return settings with every callback channel, and waits a tenth as long as the real ones."""
    values: dict[str, object] = {
        "bot_id": BOT_ID,
        "bot_token": SecretStr(BOT_TOKEN),
        "bot_aes_key": SecretStr(BOT_KEY),
        "corp_id": CORP_ID,
        "agent_id": AGENT_ID,
        "app_token": SecretStr(APP_TOKEN),
        "app_aes_key": SecretStr(APP_KEY),
        "app_secret": SecretStr(APP_SECRET),
        "webhook_key": SecretStr(WEBHOOK_KEY),
        "first_reply_seconds": 0.1,
        "refresh_seconds": 0.1,
        "passive_seconds": 0.3,
        "request_seconds": 5.0,
        "public_url": "https://ask.example.cn",
    }
    return WecomSettings.model_validate(values | changes)


def fake_api() -> FakeApi:
    """Return the platform's API with this company's app and webhook."""
    return FakeApi(
        corp_id=CORP_ID, corp_secret=APP_SECRET, agent_id=AGENT_ID, webhook_key=WEBHOOK_KEY
    )


@cache
def _migrated() -> bytes:
    """Return an empty database with all tables; migrating anew takes a second."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "empty.sqlite3"
        database = open_database(f"sqlite:///{file}")
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        database.close()
        return file.read_bytes()


@contextlib.contextmanager
def database_in(folder: Path) -> Iterator[Database]:
    """Open a test's database, or the one that is in the folder already."""
    file = folder / "wecom.sqlite3"
    if not file.exists():
        file.write_bytes(_migrated())
    database = open_database(f"sqlite:///{file}")
    try:
        yield database
    finally:
        database.close()


@contextlib.asynccontextmanager
async def site(
    database: Database,
    answering: Answering,
    api: FakeApi,
    *,
    rules: CallbackRules | None = None,
    chaos: CallbackChaos | None = None,
    pace: Pace = QUICK,
    hold_seconds: float = 1.0,
    **changes: object,
) -> AsyncIterator[Site]:
    """Serve the channels, and hand out a platform that calls them."""
    door = WecomDoor(
        settings(api_base=api.base, reply_hosts=(api.host,), **changes),
        database,
        answering,
        pace=pace,
        hold=timedelta(seconds=hold_seconds),
    )
    # A machine that runs many tests at once is slower than the platform is patient.
    rules = rules or CallbackRules(verify=20.0, answer=20.0)
    async with served(door) as (address, server):
        bot_caller = Caller(
            f"{address}/wecom/bot",
            Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id=""),
            rules=rules,
            chaos=chaos,
        )
        app_caller = Caller(
            f"{address}/wecom/app",
            Seal(token=APP_TOKEN, encoding_aes_key=APP_KEY, receive_id=CORP_ID),
            rules=rules,
            chaos=chaos,
        )
        bot = FakeBot(bot_caller, bot_id=BOT_ID, api=api)
        app = FakeApp(app_caller, corp_id=CORP_ID, agent_id=AGENT_ID, api=api)
        yield Site(address, database, api, bot, app, server)


class LoopServer(uvicorn.Server):
    """A server beside a test in one loop: signals stay the test's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as the product's server does: the channels hear of it first."""
        await self.config.app.state.door.close_streams()  # type: ignore[union-attr]
        await super().shutdown(sockets)


@contextlib.asynccontextmanager
async def served(door: WecomDoor) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """Serve the addresses of a door on a free port."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with door.open():
            yield

    app = FastAPI(lifespan=lifespan)
    app.state.door = door
    app.include_router(wecom_routes(door))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3)
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        server = LoopServer(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", server
        finally:
            server.should_exit = True
            await serving
