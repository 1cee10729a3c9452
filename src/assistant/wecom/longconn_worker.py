"""The worker of the long connection: messages in, streams out, until it is told to stop.

Reading never waits for answering: every callback becomes a task, of which there are only so many,
and one person's messages are taken in their order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from weakref import WeakValueDictionary

from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import SettingsError
from assistant.settings.wecom import WecomSettings
from assistant.store.base import now
from assistant.store.database import Database
from assistant.wecom import words
from assistant.wecom.answers import Answers, Delivery, StoredAnswer
from assistant.wecom.cards import update_to_dict
from assistant.wecom.desk import Desk
from assistant.wecom.desk import Pace as DeskPace
from assistant.wecom.inbound import Inbound, Malformed, parse_callback
from assistant.wecom.longconn import LinkState, LongConnection
from assistant.wecom.longconn_courier import ConnectionCourier, closing_words
from assistant.wecom.longconn_frames import Command, Frame, Json
from assistant.wecom.longconn_pace import Login, Pace
from assistant.wecom.longconn_reply import Speaker, Stream
from assistant.wecom.messages import (
    Answering,
    CardClick,
    Channel,
    Entered,
    Feedback,
    Incoming,
)
from assistant.wecom.state import State

logger = logging.getLogger(__name__)

MOST_TASKS = 1000
HOLD = timedelta(seconds=60)
"""How long an answer stays with a process that says nothing more."""
EVENT_SECONDS = 4.5
"""The platform takes the answer to an event for five."""
EVENTS_KEPT = timedelta(hours=25)
CLOSING_SECONDS = 2.0
STUMBLE_SECONDS = 5.0
PURGE_SECONDS = 3600.0


class ConnectionWorker:
    """Answers one bot's callbacks over one connection. Runs once."""

    def __init__(
        self,
        answering: Answering,
        database: Database,
        state: State,
        settings: WecomSettings,
        *,
        name: str,
        pace: Pace | None = None,
        hold: timedelta = HOLD,
        sweep_seconds: float = 5.0,
    ) -> None:
        """Act as the process ``name``; ``pace`` overrides the intervals that settings give."""
        self._answering = answering
        self._state = state
        self._settings = settings
        self.link = LongConnection(
            settings.websocket_url,
            login=login_of(settings),
            receive=self._receive,
            pace=pace or pace_of(settings),
            tls=tls_of(settings),
        )
        speaker = Speaker(self.link, settings)
        self._speaker = speaker
        self._courier = ConnectionCourier(
            speaker,
            state,
            stream_seconds=settings.stream_seconds,
            patience=hold.total_seconds() * 2 / 3,
        )
        self._desk = Desk(
            answering,
            Answers(database, worker=name, lasting=hold),
            couriers={Channel.CONNECTION: self._courier},
            pace=DeskPace(answer=settings.answer_seconds, sweep=sweep_seconds),
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._shown: set[str] = set()
        self._order: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask ``run`` to bring to an end what it is doing, and return."""
        self._stopping.set()

    async def run(self) -> LinkState:
        """Answer until told to stop, or until there is no point; return how it ended."""
        connected = asyncio.create_task(self.link.run())
        stopping = asyncio.create_task(self._stopping.wait())
        beside = (asyncio.create_task(self._sweep()), asyncio.create_task(self._purge()))
        try:
            await asyncio.wait({connected, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not connected.done():
                await self._wind_down()
        finally:
            for task in (*beside, stopping):
                task.cancel()
            await self._desk.stop()
            await self._end_tasks(CLOSING_SECONDS)
            self.link.stop()
            await asyncio.wait({connected})
            self._desk.close()
        return connected.result()

    async def _wind_down(self) -> None:
        """Let replies come to their end; the streams of those that do not are closed."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=self._settings.stop_seconds)

    async def _end_tasks(self, seconds: float) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)
        for task in self._tasks:
            task.cancel()

    async def _sweep(self) -> None:
        while True:
            try:
                await self._desk.run()
            except SQLAlchemyError:
                logger.exception("wecom sweep failed")
                await asyncio.sleep(STUMBLE_SECONDS)

    async def _purge(self) -> None:
        kept = timedelta(minutes=self._settings.history_minutes)
        while True:
            try:
                await asyncio.to_thread(lambda: self._state.purge(turns_kept=kept))
            except SQLAlchemyError:
                logger.exception("wecom records could not be purged")
            await asyncio.sleep(PURGE_SECONDS)

    def _receive(self, frame: Frame) -> None:
        """Take a callback; never waits."""
        try:
            inbound = parse_callback(
                frame.body,
                channel=Channel.CONNECTION,
                received_at=now(),
                request_id=frame.request_id,
            )
        except Malformed as error:
            logger.warning("wecom callback is malformed: %s", error)
            return
        if len(self._tasks) >= MOST_TASKS:
            logger.error("wecom callback dropped: %d are in work", len(self._tasks))
            return
        self._start(self._handle(inbound, frame.request_id))

    async def _handle(self, inbound: Inbound, request_id: str) -> None:
        match inbound:
            case Incoming():
                await self._answer(inbound)
            case Entered():
                await self._greet(inbound, request_id)
            case CardClick():
                await self._judge(inbound)
            case Feedback():
                await self._answering.note_feedback(inbound)
            case _:
                logger.info("wecom callback of a kind that needs no answer")

    async def _answer(self, incoming: Incoming) -> None:
        if not self._is_ours(incoming.bot_id):
            return
        # The address is a secret, and nothing is ever sent there from here.
        incoming = replace(incoming, response_url="", bot_id=self._settings.bot_id)
        order = self._order.setdefault(
            f"{incoming.conversation}:{incoming.user_id}", asyncio.Lock()
        )
        async with order:
            answer = await self._desk.accept(incoming)
        if answer.id in self._shown or answer.delivery is not Delivery.PROMISED:
            logger.info("wecom message %s came again", incoming.message_id)
            return
        self._shown.add(answer.id)
        try:
            await self._stream(answer)
        finally:
            self._shown.discard(answer.id)

    async def _stream(self, answer: StoredAnswer) -> None:
        """Show an answer as it grows, to its end or to the end of its stream."""
        id, settings, loop = answer.id, self._settings, asyncio.get_running_loop()
        started = loop.time()
        stream = Stream(id, answer.incoming)
        standing: StoredAnswer | None = answer
        while standing is not None:
            left = started + settings.stream_seconds - loop.time()
            wait = max(0.0, min(settings.keepalive_seconds, left))
            standing = await self._desk.wait(id, seconds=wait)
            if standing is None:
                return
            stream.feedback_id = standing.snapshot.feedback_id
            if standing.snapshot.finished:
                await self._hand_over(standing, stream)
                log_latency(standing, loop.time() - started)
                return
            if standing.delivery is not Delivery.PROMISED:
                await self._close(stream, restarting=True)
                return
            if stream.dead or loop.time() >= started + settings.stream_seconds:
                await self._close(stream, restarting=False)
                await self._desk.owe(id)
                return
            await self._speaker.show(stream, standing.snapshot.markdown or words.SEARCHING)
            await self._desk.wait(id, seconds=settings.frame_seconds, finished=True)

    async def _hand_over(self, answer: StoredAnswer, stream: Stream) -> None:
        if not await self._desk.take_to_hand(answer.id):
            return
        delivery = await self._courier.hand_over(answer, stream)
        if delivery is not None:
            await self._desk.settle(answer.id, delivery)

    async def _close(self, stream: Stream, *, restarting: bool) -> None:
        """End a stream whose answer will come as a message."""
        await self._courier.close(stream.id)
        if not stream.dead:
            said = closing_words(restarting=restarting)
            await self._speaker.finish(stream, said, patience=CLOSING_SECONDS)

    async def _greet(self, entered: Entered, request_id: str) -> None:
        if not self._is_ours(entered.bot_id) or not await self._first_time(entered.event_id):
            return
        said = await self._answering.welcome(entered)
        if said:
            body: Json = {"msgtype": "text", "text": {"content": said}}
            await self._answer_event(Command.WELCOME, body, request_id)

    async def _judge(self, click: CardClick) -> None:
        if not self._is_ours(click.bot_id) or not await self._first_time(click.event_id):
            return
        click = replace(click, bot_id=self._settings.bot_id)
        outcome = await self._answering.choose(click)
        if outcome.card is not None:
            body = update_to_dict(outcome.card, user_id=click.user_id)
            await self._answer_event(Command.UPDATE_CARD, body, click.request_id)
        if outcome.markdown:
            chat = Incoming(
                click.event_id,
                Channel.CONNECTION,
                click.bot_id,
                click.chat_type,
                click.chat_id,
                click.user_id,
                click.at,
            )
            words_after = self._speaker.markdown(outcome.markdown)
            await self._speaker.send(chat, words_after, patience=HOLD.total_seconds())

    async def _answer_event(self, command: Command, body: Json, request_id: str) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(EVENT_SECONDS):
                await self._speaker.answer_event(command, body, request_id=request_id)

    async def _first_time(self, event_id: str) -> bool:
        scope = f"{Channel.CONNECTION}:{self._settings.bot_id}:event"
        return await asyncio.to_thread(
            lambda: self._state.first_time(scope, event_id, keep=EVENTS_KEPT)
        )

    def _is_ours(self, bot_id: str) -> bool:
        if bot_id in ("", self._settings.bot_id):
            return True
        logger.warning("wecom callback for another bot")
        return False

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(_report)


def login_of(settings: WecomSettings) -> Login:
    """Return the login that settings hold; empty where there is none."""
    secret = settings.bot_secret
    return Login(settings.bot_id, secret.get_secret_value() if secret else "")


def pace_of(settings: WecomSettings) -> Pace:
    """Return the intervals that settings give."""
    return Pace(ping=settings.ping_seconds, acknowledge=settings.acknowledge_seconds)


def tls_of(settings: WecomSettings) -> ssl.SSLContext | None:
    """Return what checks the platform's certificate; None for an address without TLS.

    Raises ``SettingsError`` when the file of certificates cannot be used.
    """
    if not settings.websocket_url.startswith("wss://"):
        return None
    context = ssl.create_default_context()
    if settings.websocket_ca is not None:
        try:
            context.load_verify_locations(settings.websocket_ca)
        except OSError as error:
            raise SettingsError(
                f"证书文件 {settings.websocket_ca.name} 无法使用，请检查 wecom.websocket_ca。"
            ) from error
    return context


def log_latency(answer: StoredAnswer, seconds: float) -> None:
    """Write what an operator wants to know of an answer, and nothing that was said."""
    logger.info(
        "wecom message %s answered in %.2f s (stream %s)",
        answer.incoming.message_id,
        seconds,
        answer.id,
    )


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("a wecom callback could not be handled", exc_info=error)
