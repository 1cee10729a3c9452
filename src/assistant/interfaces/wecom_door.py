"""The WeCom bot of one process: its channels put together, started and stopped with the server."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from assistant.settings.wecom import WecomSettings
from assistant.store.database import Database
from assistant.wecom.answers import Answers
from assistant.wecom.app_callback import AppCallback
from assistant.wecom.app_send import AppCourier, AppSender
from assistant.wecom.app_token import AccessToken
from assistant.wecom.bot_callback import BotCallback
from assistant.wecom.bot_reply import ReplyCourier
from assistant.wecom.crypto import Crypto
from assistant.wecom.daily import DailyTask, Schedule
from assistant.wecom.desk import Courier, Desk, Pace
from assistant.wecom.messages import Answering, Channel, DailyQuestions
from assistant.wecom.platform import Platform
from assistant.wecom.runs import Runs
from assistant.wecom.state import State
from assistant.wecom.webhook import Webhook
from assistant.wecom.working_days import WorkingDays

HOLD = timedelta(seconds=20)
"""How long a dead process keeps others from what it was doing."""
PURGE_SECONDS = 3600.0
CLOSING_SECONDS = 2.0
WEBHOOK_NAME = "default"


class WecomDoor:
    """The callback channels that are configured, and the daily question."""

    def __init__(
        self,
        settings: WecomSettings,
        database: Database,
        answering: Answering,
        *,
        questions: DailyQuestions | None = None,
        pace: Pace | None = None,
        hold: timedelta = HOLD,
    ) -> None:
        self._settings = settings
        self._worker = secrets.token_hex(12)
        self._state = State(database)
        self._platform = Platform(
            base=settings.api_base,
            reply_hosts=settings.reply_hosts,
            request_seconds=settings.request_seconds,
        )
        answers = Answers(database, worker=self._worker, lasting=hold)
        reply_courier = ReplyCourier(self._platform, link=settings.public_url)
        couriers: dict[Channel, Courier] = {Channel.BOT: reply_courier}
        if settings.app_callback:
            couriers[Channel.APP] = AppCourier(self._app_sender(), answers)
        self._desk = self._make_desk(answering, answers, couriers, pace)
        self.bot = self._make_bot(answering, reply_courier) if settings.bot_callback else None
        self.app = self._make_app(answering) if settings.app_callback else None
        self.daily = self._make_daily(database, questions)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run what runs beside the requests; on the way out nothing promised is forgotten."""
        works: list[Callable[[], Awaitable[None]]] = [self._desk.run, self._purge]
        if self.daily is not None:
            works.append(self.daily.run)
        tasks = [asyncio.ensure_future(work()) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._desk.stop()
            self._desk.close()
            await self._platform.close()

    async def close_streams(self) -> None:
        """End what is being answered, while the platform can still come and be told."""
        await self._desk.stop()
        await self._desk.everyone_told(seconds=CLOSING_SECONDS)

    async def _purge(self) -> None:
        kept = timedelta(minutes=self._settings.history_minutes)
        while True:
            await asyncio.to_thread(self._state.purge, turns_kept=kept)
            await asyncio.sleep(PURGE_SECONDS)

    def _make_desk(
        self,
        answering: Answering,
        answers: Answers,
        couriers: Mapping[Channel, Courier],
        pace: Pace | None,
    ) -> Desk:
        settings = self._settings
        given = Pace(answer=settings.answer_seconds, unread=settings.unread_seconds)
        return Desk(answering, answers, couriers=couriers, pace=pace or given)

    def _make_bot(self, answering: Answering, courier: ReplyCourier) -> BotCallback:
        settings = self._settings
        crypto = Crypto(
            token=_open(settings.bot_token),
            encoding_aes_key=_open(settings.bot_aes_key),
            receive_id="",
        )
        return BotCallback(
            crypto,
            answering=answering,
            desk=self._desk,
            state=self._state,
            courier=courier,
            settings=settings,
        )

    def _make_app(self, answering: Answering) -> AppCallback:
        settings = self._settings
        crypto = Crypto(
            token=_open(settings.app_token),
            encoding_aes_key=_open(settings.app_aes_key),
            receive_id=settings.corp_id,
        )
        return AppCallback(
            crypto,
            answering=answering,
            desk=self._desk,
            state=self._state,
            settings=settings,
        )

    def _app_sender(self) -> AppSender:
        settings = self._settings
        token = AccessToken(
            self._platform,
            self._state,
            corp_id=settings.corp_id,
            secret=_open(settings.app_secret),
            worker=self._worker,
        )
        return AppSender(
            self._platform,
            token,
            agent_id=settings.agent_id or 0,
            markdown=settings.app_markdown,
            retry_seconds=settings.retry_seconds,
        )

    def _make_daily(self, database: Database, questions: DailyQuestions | None) -> DailyTask | None:
        settings = self._settings
        if not settings.webhook or questions is None:
            return None
        webhook = Webhook(
            self._platform,
            key=_open(settings.webhook_key),
            kind=settings.webhook_markdown,
            per_minute=settings.webhook_per_minute,
            link=settings.public_url,
        )
        runs = Runs(database, webhook=WEBHOOK_NAME, worker=self._worker, lasting=HOLD)
        return DailyTask(webhook, runs, questions, schedule=read_schedule(settings))


def read_schedule(settings: WecomSettings) -> Schedule:
    """Return when the daily question goes out."""
    return Schedule(
        zone=ZoneInfo(settings.time_zone),
        working_days=WorkingDays(
            settings.working_days,
            days_off=frozenset(settings.days_off),
            days_on=frozenset(settings.days_on),
        ),
        question_at=settings.question_at,
        solution_at=settings.solution_at,
        late=timedelta(minutes=settings.late_minutes),
    )


def _open(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
