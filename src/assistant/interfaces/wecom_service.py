"""The bot put together: one answering service for all channels, one shift for the connection."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from assistant.settings.wecom import WecomSettings
from assistant.store.database import Database

if TYPE_CHECKING:
    from assistant.wecom.longconn_lease import Shift
    from assistant.wecom.messages import Answering
    from assistant.wecom.service import Asking

logger = logging.getLogger(__name__)


def make_answering(
    opened: Callable[[], Awaitable[Asking]], database: Database, settings: WecomSettings
) -> Answering:
    """Return the service that every channel of a process calls."""
    from assistant.wecom.quiz_cards import QuizTable
    from assistant.wecom.quiz_dealer import RegisterDealer
    from assistant.wecom.service import AnsweringService
    from assistant.wecom.state import State

    state = State(database)
    dealer = RegisterDealer(database, public_url=settings.public_url)
    return AnsweringService(opened, state, settings, quiz=QuizTable(dealer, state, database))


def make_shift(answering: Answering, database: Database, settings: WecomSettings) -> Shift:
    """Return what keeps the long connection while the lease is this process's."""
    from assistant.wecom.longconn_lease import Shift, new_name
    from assistant.wecom.longconn_worker import ConnectionWorker
    from assistant.wecom.state import State

    state, name = State(database), new_name()
    return Shift(
        lambda: ConnectionWorker(answering, database, state, settings, name=name),
        state,
        bot_id=settings.bot_id,
        lease_seconds=settings.lease_seconds,
        name=name,
    )


@contextlib.asynccontextmanager
async def connected(
    answering: Answering, database: Database, settings: WecomSettings
) -> AsyncIterator[None]:
    """Keep the long connection beside a server, if it is configured; its end ends nothing else."""
    if not settings.connection:
        yield
        return
    shift = make_shift(answering, database, settings)
    running = asyncio.create_task(shift.run())
    running.add_done_callback(_report)
    try:
        yield
    finally:
        shift.stop()
        await asyncio.wait({running})


def _report(task: asyncio.Task[object]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("the wecom connection failed", exc_info=error)
