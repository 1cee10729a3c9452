"""A bot over the long connection, put together for a test: its parts are the product's own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr
from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_shown import Rules
from tests.fakes import FakeAssistant
from tests.secrets_in_use import secret

from assistant.domain import Answer, Early, Turn
from assistant.settings.wecom import WecomSettings
from assistant.store.database import Database, open_database
from assistant.wecom.longconn import LinkState
from assistant.wecom.longconn_pace import Pace
from assistant.wecom.longconn_worker import ConnectionWorker
from assistant.wecom.quiz_cards import QuizDealer, QuizTable
from assistant.wecom.service import AnsweringService, Asking
from assistant.wecom.state import State

BOT_ID = "AIBOT-0001"
SECRET = secret("Sup3rSecret-of-the-bot-9f8e7d")
BOTS = {BOT_ID: SECRET}

QUICK = Pace(
    connect=2.0,
    subscribe=2.0,
    acknowledge=1.0,
    ping=0.2,
    pong=0.2,
    first_pause=0.02,
    longest_pause=0.2,
    rejected_pause=0.02,
    crowded_pause=0.1,
    settled=5.0,
)
"""Intervals in the proportions of the real ones, a hundred times as fast."""


def settings(link: FakeLink | None = None, **changes: object) -> WecomSettings:
    """Return the settings of a test's bot."""
    values: dict[str, object] = {
        "bot_id": BOT_ID,
        "bot_secret": SecretStr(SECRET),
        "websocket_url": link.address if link else "ws://127.0.0.1:9",
        "placeholder_seconds": 0.1,
        "progress_seconds": 0.3,
        "frame_seconds": 0.05,
        "keepalive_seconds": 0.5,
        "stop_seconds": 0.5,
        "lease_seconds": 0.6,
        "user_per_minute": 30,
        "chat_per_minute": 30,
    }
    return WecomSettings.model_validate(values | changes)


class Slow:
    """An assistant that waits for the test, or for a time, before it answers."""

    def __init__(self, *, seconds: float = 0.0, held: bool = False) -> None:
        self.inner = FakeAssistant()
        self.seconds = seconds
        self.begun = threading.Semaphore(0)
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._released = threading.Event()
        if not held:
            self._released.set()

    @property
    def asked(self) -> list[str]:
        """The questions, in the order in which they were begun."""
        return [question for question, _ in self.inner.asked]

    def release(self) -> None:
        """Let every question be answered from now on."""
        self._released.set()

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = (), person: str = ""
    ) -> Iterator[Early | Answer]:
        """Answer, after a while."""
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self.begun.release()
        try:
            self._released.wait(timeout=60)
            time.sleep(self.seconds)
            yield self.inner.ask(question, history=history)
        finally:
            with self._lock:
                self._at_once -= 1


@dataclass(slots=True)
class Bot:
    """A running worker and what it is made of."""

    worker: ConnectionWorker
    service: AnsweringService
    state: State
    database: Database
    running: asyncio.Task[LinkState]

    async def stop(self) -> LinkState:
        """Tell it to stop, like SIGTERM does, and wait."""
        self.worker.stop()
        return await self.running

    def die(self) -> None:
        """End it like a power failure: nothing is said, nothing is put in order."""
        self.running.cancel()
        self.worker.link.drop()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task() and _is_workers(task):
                task.cancel()


def _is_workers(task: asyncio.Task[object]) -> bool:
    coroutine = task.get_coro()
    name = getattr(coroutine, "__qualname__", "")
    return name.startswith(("ConnectionWorker.", "Desk.", "LongConnection."))


def make_bot(
    link: FakeLink,
    assistant: Asking,
    database: Database,
    *,
    name: str = "worker-1",
    dealer: QuizDealer | None = None,
    pace: Pace = QUICK,
    hold: float = 3.0,
    **changes: object,
) -> Bot:
    """Return a bot that has begun to connect."""
    chosen = settings(link, **changes)
    state = State(database)

    async def opened() -> Asking:
        return assistant

    quiz = QuizTable(dealer, state, database) if dealer else None
    service = AnsweringService(opened, state, chosen, quiz=quiz)
    worker = ConnectionWorker(
        service,
        database,
        state,
        chosen,
        name=name,
        pace=pace,
        hold=timedelta(seconds=hold),
        sweep_seconds=0.1,
    )
    running = asyncio.get_running_loop().create_task(worker.run())
    return Bot(worker, service, state, database, running)


@contextlib.asynccontextmanager
async def running_bot(
    folder: Path,
    assistant: Asking | None = None,
    *,
    rules: Rules | None = None,
    ready: bool = True,
    prepare: Callable[[FakeLink], None] = lambda _: None,
    **changes: object,
) -> AsyncIterator[tuple[FakeLink, Bot]]:
    """Yield a platform and a bot that is subscribed to it; both end with the block."""
    database = open_database(f"sqlite:///{folder / 'bot.sqlite3'}")
    try:
        async with FakeLink(BOTS, rules=rules) as link:
            prepare(link)
            bot = make_bot(link, assistant or FakeAssistant(), database, **changes)  # type: ignore[arg-type]
            if ready:
                await link.subscribed()
            try:
                yield link, bot
            finally:
                bot.worker.stop()
                await asyncio.wait({bot.running})
    finally:
        database.close()
