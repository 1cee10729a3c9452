"""The WeCom bot put into the app: its addresses, and what runs beside the server."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import FastAPI

from assistant.errors import AssistantError
from assistant.interfaces.opening import Opening
from assistant.interfaces.quiz_desk import QuizDesk
from assistant.interfaces.wecom_door import WecomDoor
from assistant.interfaces.wecom_routes import wecom_routes
from assistant.settings import Settings
from assistant.store.database import Database
from assistant.wecom.daily_bank import DailyBank
from assistant.wecom.messages import Answering

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WecomBot:
    """The callback channels of one process. ``app.state.wecom`` holds them."""

    door: WecomDoor
    quiz: QuizDesk

    async def close_streams(self) -> None:
        """Tell the platform, before the server stops listening, that no more comes from here."""
        await self.door.close_streams()

    async def read_bank(self) -> None:
        """Bring the register of questions up to date; without a bank there is no quiz."""
        try:
            await self.quiz.shelf()
        except AssistantError as error:
            logger.warning("no quiz in wecom: %s", error)


def mount_wecom(
    app: FastAPI, answering: Answering, opening: Opening, *, settings: Settings
) -> FastAPI:
    """Add the bot's addresses to ``app``, if one of its channels is configured."""
    wecom = settings.wecom
    if not (wecom.bot_callback or wecom.app_callback or wecom.webhook):
        return app
    database: Database = app.state.services.database
    bank = DailyBank(
        database,
        solution_follows=wecom.solution_at is not None,
        practice=wecom.bot_callback or wecom.connection,
    )
    door = WecomDoor(wecom, database, answering, questions=bank)
    quiz = QuizDesk(opening, database=database, bank=settings.quiz.bank)
    app.include_router(wecom_routes(door))
    app.state.wecom = WecomBot(door, quiz)
    return app


@contextlib.asynccontextmanager
async def wecom_beside(app: FastAPI) -> AsyncIterator[None]:
    """Run the callback channels beside the server, if there are any."""
    bot = getattr(app.state, "wecom", None)
    if not isinstance(bot, WecomBot):
        yield
        return
    reading = asyncio.create_task(bot.read_bank())
    try:
        async with bot.door.open():
            yield
    finally:
        reading.cancel()
