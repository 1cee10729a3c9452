"""One process of ours, to be killed: ``python -m tests.wecom.process URL PORT API SECONDS``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from tests.wecom.doors import QUICK, Echo, settings

from assistant.interfaces.api import PageServer
from assistant.interfaces.wecom_door import WecomDoor
from assistant.interfaces.wecom_routes import wecom_routes
from assistant.interfaces.wecom_service import make_answering
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.settings.wecom import WecomSettings
from assistant.store.database import Database, open_database
from assistant.wecom.messages import Answering, Incoming, Snapshot

REPOSITORY = Path(__file__).parents[2]
REAL = "real"


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


def answering(seconds: str, values: WecomSettings, database: Database) -> Answering:
    """Return what answers after a while, or the real assistant over the shipped corpus."""
    if seconds != REAL:
        return Slow(float(seconds))
    shipped = Settings(corpus=REPOSITORY / "corpus", index=REPOSITORY / "index")
    assistant = Assistant.open(shipped)

    async def opened() -> Assistant:
        return assistant

    return make_answering(opened, database, values)


def main(url: str, port: str, api: str, seconds: str) -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    values = settings(api_base=f"http://{api}", reply_hosts=(api,), first_reply_seconds=0.3)
    database = open_database(url)
    door = WecomDoor(
        values,
        database,
        answering(seconds, values, database),
        # The real assistant keeps the product's own pace.
        pace=None if seconds == REAL else QUICK,
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
        app, host="127.0.0.1", port=int(port), log_level="warning", timeout_graceful_shutdown=3
    )
    PageServer(config).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
