"""自建应用: sealed XML in; the answer in the reply if it is quick, or as a message of its own.

The platform waits for five seconds and then asks again, three times in all; one of its tries gets
the answer, the others nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from assistant.settings.wecom import WecomSettings
from assistant.store.base import now
from assistant.wecom.answers import Delivery, StoredAnswer
from assistant.wecom.app_xml import parse_message, read_xml, write_envelope, write_reply
from assistant.wecom.callback import (
    MALFORMED,
    NOTHING,
    REFUSED,
    CallbackReply,
    CallbackRequest,
    Opener,
)
from assistant.wecom.crypto import Crypto
from assistant.wecom.desk import Desk
from assistant.wecom.format import to_plain_text
from assistant.wecom.inbound import Malformed
from assistant.wecom.messages import APP_BYTES, Answering, Entered, Incoming
from assistant.wecom.state import Clock, State

logger = logging.getLogger(__name__)

WELCOMES_KEPT = timedelta(hours=24)


class AppCallback:
    """Answers the requests to one app's address."""

    def __init__(
        self,
        crypto: Crypto,
        *,
        answering: Answering,
        desk: Desk,
        state: State,
        settings: WecomSettings,
        clock: Clock = now,
    ) -> None:
        self._crypto = crypto
        self._opener = Opener(crypto, window_seconds=settings.window_seconds)
        self._answering = answering
        self._desk = desk
        self._state = state
        self._settings = settings
        self._clock = clock

    def verify(self, request: CallbackRequest) -> CallbackReply:
        """Answer 验证URL有效性."""
        return self._opener.verify_address(request, at=self._clock().timestamp())

    async def handle(self, request: CallbackRequest) -> CallbackReply:
        """Answer a callback."""
        at = self._clock()
        try:
            outer = read_xml(request.body.decode("utf-8", "replace"))
            message = self._opener.open(request.packet(outer.get("Encrypt", "")), at=at.timestamp())
            if message is None:
                return REFUSED
            inbound = parse_message(read_xml(message), received_at=at)
        except Malformed as error:
            logger.warning("wecom callback is malformed: %s", error)
            return MALFORMED
        if inbound is None:
            return NOTHING
        if inbound.bot_id != str(self._settings.agent_id):
            logger.warning("wecom callback is for another app")
            return REFUSED
        if isinstance(inbound, Entered):
            return await self._welcome(inbound, request)
        return await self._answer(inbound, request)

    async def _answer(self, incoming: Incoming, request: CallbackRequest) -> CallbackReply:
        accepted = await self._desk.accept(incoming)
        answer = await self._desk.wait(
            accepted.id, seconds=self._settings.passive_seconds, finished=True
        )
        if answer is None or answer.delivery is not Delivery.PROMISED:
            return NOTHING
        text = self._passive_text(answer)
        if text is None:
            await self._desk.owe(answer.id)
            return NOTHING
        if await request.gone() or not await self._desk.take_to_hand(answer.id):
            return NOTHING
        after = partial(self._desk.settle, answer.id, Delivery.READ)
        return self._reply(text, incoming.user_id, request, after=after)

    def _passive_text(self, answer: StoredAnswer) -> str | None:
        """Return what fits into a passive reply, or None: not there yet, too long, not wanted."""
        if not (answer.snapshot.finished and self._settings.passive_seconds):
            return None
        text = to_plain_text(answer.snapshot.markdown)
        return text if len(text.encode()) <= APP_BYTES else None

    async def _welcome(self, entered: Entered, request: CallbackRequest) -> CallbackReply:
        # The app is entered many times a day; a bot's chat announces the first time only.
        first_today = await asyncio.to_thread(
            self._state.first_time,
            f"welcome:app:{entered.bot_id}",
            f"{entered.user_id}:{entered.at.date()}",
            keep=WELCOMES_KEPT,
        )
        words = await self._answering.welcome(entered) if first_today else ""
        if not words:
            return NOTHING
        return self._reply(to_plain_text(words), entered.user_id, request)

    def _reply(
        self,
        text: str,
        user_id: str,
        request: CallbackRequest,
        *,
        after: Callable[[], Awaitable[None]] | None = None,
    ) -> CallbackReply:
        seconds = int(self._clock().timestamp())
        message = write_reply(
            text, user_id=user_id, corp_id=self._settings.corp_id, seconds=seconds
        )
        packet = self._crypto.seal(message, timestamp=str(seconds), nonce=request.nonce)
        return CallbackReply(body=write_envelope(packet), media_type="application/xml", after=after)
