"""One process of ours, to be killed: ``python -m tests.wecom.process URL PORT API SECONDS``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import uvicorn
from fastapi import FastAPI
from tests.wecom.doors import QUICK, Echo, settings

from assistant.interfaces.api import PageServer
from assistant.interfaces.wecom_door import WecomDoor
from assistant.interfaces.wecom_routes import wecom_routes
from assistant.store.database import open_database
from assistant.wecom.messages import Incoming, Snapshot


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


def main(url: str, port: str, api: str, seconds: str) -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    base = f"http://{api}"
    door = WecomDoor(
        settings(api_base=base, reply_hosts=(api,), first_reply_seconds=0.3),
        open_database(url),
        Slow(float(seconds)),
        pace=QUICK,
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
