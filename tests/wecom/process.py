"""One process of ours, to be killed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from tests.wecom.doors import QUICK, Echo, settings

from assistant.interfaces.api import PageServer
from assistant.interfaces.wecom_door import WecomDoor
from assistant.interfaces.wecom_routes import wecom_routes
from assistant.settings.wecom import WecomSettings
from assistant.store.database import Database, open_database
from assistant.wecom.messages import Answering, Incoming, Snapshot

REPOSITORY = Path(__file__).parents[2]


class Slow(Echo):
    """Says at once that it has begun, and answers after a while."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def reply(self, incoming: Incoming) -> AsyncIterator[Snapshot]:
        """Yield a beginning, then the answer."""
        yield Snapshot("查到一半。")
        await asyncio.sleep(self._seconds)
        async for snapshot in super().reply(incoming):
            yield snapshot


@dataclass(frozen=True, slots=True)
class Task:
    """What a process is to do."""

    url: str
    port: int
    api: str
    answers_after: float | None
    """Seconds; None for the real assistant over the shipped corpus."""
    log: Path


def answering(seconds: float | None, values: WecomSettings, database: Database) -> Answering:
    """Return what answers after a while, or the real assistant over the shipped corpus."""
    if seconds is not None:
        return Slow(seconds)
    # Slow to import, and seldom wanted.
    from assistant.interfaces.wecom_service import make_answering
    from assistant.pipeline import Assistant
    from assistant.settings import Settings

    shipped = Settings(corpus=REPOSITORY / "corpus", index=REPOSITORY / "index")
    assistant = Assistant.open(shipped)

    async def opened() -> Assistant:
        return assistant

    return make_answering(opened, database, values)


def serve(task: Task) -> None:
    """Serve until told to stop."""
    with task.log.open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    values = settings(
        api_base=f"http://{task.api}", reply_hosts=(task.api,), first_reply_seconds=0.3
    )
    database = open_database(task.url)
    real = task.answers_after is None
    door = WecomDoor(
        values,
        database,
        answering(task.answers_after, values, database),
        # The real assistant keeps the product's own pace.
        pace=None if real else QUICK,
        hold=timedelta(seconds=1),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with door.open():
            yield

    app = FastAPI(lifespan=lifespan)
    app.state.wecom = door
    app.include_router(wecom_routes(door))
    config = uvicorn.Config(
        app, host="127.0.0.1", port=task.port, log_level="warning", timeout_graceful_shutdown=3
    )
    PageServer(config).run()
