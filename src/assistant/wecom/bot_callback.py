"""智能机器人 by callback URL: sealed JSON in, snapshots of a stream out as often as asked for.

The platform asks how a stream stands until it is finished or six minutes are over. Whatever is
not finished by then, or that nobody came to fetch, goes to the message's ``response_url``.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from assistant.settings.wecom import WecomSettings
from assistant.store.base import now
from assistant.wecom.answers import Delivery, StoredAnswer
from assistant.wecom.bot_reply import ReplyCourier
from assistant.wecom.callback import (
    MALFORMED,
    NOTHING,
    REFUSED,
    CallbackReply,
    CallbackRequest,
    Opener,
)
from assistant.wecom.cards import card_to_dict, update_to_dict
from assistant.wecom.crypto import Crypto
from assistant.wecom.desk import Desk
from assistant.wecom.format import fit
from assistant.wecom.inbound import Json, Malformed, Refresh, Unknown, parse_callback, read_json
from assistant.wecom.messages import (
    STREAM_BYTES,
    Answering,
    CardClick,
    CardOutcome,
    Channel,
    Entered,
    Feedback,
    Incoming,
)
from assistant.wecom.service import feedback_id_of
from assistant.wecom.state import Clock, State

logger = logging.getLogger(__name__)

SEARCHING = "正在查找材料，请稍候……"
CONTINUED = "答复需要更多时间，写好后会另发一条消息。"
SENT_APART = "答复已另发一条消息。"
GONE = "这条消息已经过期，请重新提问。"
CARD_HINT = "请在卡片上作答。"

EVENTS_KEPT = timedelta(hours=24)
EVENT_SECONDS = 4.0
"""The platform waits for five."""

_IN_PLACE = frozenset({Delivery.PROMISED, Delivery.HANDING, Delivery.READ, Delivery.FAILED})
"""Ways on which the whole answer may be shown in its stream, without saying it twice."""


class BotCallback:
    """Answers the requests to one bot's address."""

    def __init__(
        self,
        crypto: Crypto,
        *,
        answering: Answering,
        desk: Desk,
        state: State,
        courier: ReplyCourier,
        settings: WecomSettings,
        clock: Clock = now,
    ) -> None:
        self._crypto = crypto
        self._opener = Opener(crypto, window_seconds=settings.window_seconds)
        self._answering = answering
        self._desk = desk
        self._state = state
        self._courier = courier
        self._settings = settings
        self._clock = clock

    def verify(self, request: CallbackRequest) -> CallbackReply:
        """Answer 验证URL有效性."""
        return self._opener.verify_address(request, at=self._clock().timestamp())

    async def handle(self, request: CallbackRequest) -> CallbackReply:
        """Answer a callback."""
        at = self._clock()
        try:
            encrypt = read_json(request.body.decode("utf-8", "replace")).get("encrypt")
            if not isinstance(encrypt, str):
                return MALFORMED
            message = self._opener.open(request.packet(encrypt), at=at.timestamp())
            if message is None:
                return REFUSED
            inbound = parse_callback(read_json(message), channel=Channel.BOT, received_at=at)
        except Malformed as error:
            logger.warning("wecom callback is malformed: %s", error)
            return MALFORMED
        if isinstance(inbound, Refresh):
            return await self._refresh(inbound, request)
        if isinstance(inbound, Unknown):
            logger.info("wecom callback of an unknown kind: %r", inbound.kind)
            return self._nothing(request)
        if self._settings.bot_id and inbound.bot_id != self._settings.bot_id:
            logger.warning("wecom callback is for another bot")
            return REFUSED
        if isinstance(inbound, Incoming):
            return await self._answer(inbound, request)
        return await self._note_event(inbound, request)

    async def _answer(self, incoming: Incoming, request: CallbackRequest) -> CallbackReply:
        accepted = await self._desk.accept(incoming)
        answer = await self._desk.wait(accepted.id, seconds=self._settings.first_reply_seconds)
        return await self._show(answer or accepted, request, first=True)

    async def _refresh(self, refresh: Refresh, request: CallbackRequest) -> CallbackReply:
        answer = await self._desk.wait(refresh.stream_id, seconds=self._settings.refresh_seconds)
        if answer is None or not _belongs(answer, refresh):
            # Otherwise the platform asks on for six minutes.
            return self._seal(self._stream(refresh.stream_id, GONE), request)
        await self._desk.note_asked(answer)
        return await self._show(answer, request, first=False)

    async def _show(
        self, answer: StoredAnswer, request: CallbackRequest, *, first: bool
    ) -> CallbackReply:
        """Reply with an answer as it stands; the whole of it is then handed over."""
        if answer.snapshot.finished and answer.delivery in _IN_PLACE:
            if first and self._settings.bot_confirm and answer.delivery is Delivery.PROMISED:
                # A first reply that is lost leaves no trace; one that arrives is asked about.
                self._desk.note_shown(answer.id)
                return self._seal(self._shown(answer, finish=False, judged=True), request)
            return await self._hand_over(answer, request, first=first)
        said = answer.snapshot.markdown
        if answer.delivery is Delivery.SENT:
            words, finish = SENT_APART, True
        elif answer.delivery is not Delivery.PROMISED or self._is_over(answer):
            await self._desk.owe(answer.id)
            # A whole answer goes out apart, and is not said here as well.
            begun = said if not answer.snapshot.finished else ""
            words, finish = f"{begun}\n\n{CONTINUED}".strip(), True
        else:
            words, finish = said or SEARCHING, False
        if finish:
            self._desk.note_told(answer.id)
        judged = answer.incoming if first else None
        body = self._stream(answer.id, words, finish=finish, judged=judged)
        return self._seal(body, request)

    async def _hand_over(
        self, answer: StoredAnswer, request: CallbackRequest, *, first: bool
    ) -> CallbackReply:
        if await request.gone():
            # It will be asked for again, or be sent.
            return NOTHING
        after = None
        if answer.delivery is Delivery.PROMISED:
            if not await self._desk.take_to_hand(answer.id):
                current = await self._desk.wait(answer.id, seconds=self._settings.refresh_seconds)
                if current is None or current.delivery not in _IN_PLACE:
                    return self._seal(self._stream(answer.id, SENT_APART), request)
            after = partial(self._desk.settle, answer.id, Delivery.READ)
        self._desk.note_told(answer.id)
        reply = self._shown(answer, finish=True, judged=first)
        return self._seal(reply, request, after=after)

    def _shown(self, answer: StoredAnswer, *, finish: bool, judged: bool) -> Json:
        """Return a whole answer; the card, if it has one, comes with the end of its stream."""
        card = answer.snapshot.card
        words = answer.snapshot.markdown if card is None else CARD_HINT
        asked = answer.incoming if judged else None
        body = self._stream(answer.id, words, finish=finish, judged=asked)
        if card is None or not finish:
            return body
        return body | {"msgtype": "stream_with_template_card", "template_card": card_to_dict(card)}

    def _is_over(self, answer: StoredAnswer) -> bool:
        age = self._clock() - answer.incoming.received_at
        return age.total_seconds() >= self._settings.stream_seconds

    async def _note_event(
        self, event: Entered | CardClick | Feedback, request: CallbackRequest
    ) -> CallbackReply:
        key = event.event_id or request.signature
        if not await asyncio.to_thread(self._state.first_time, "event:bot", key, keep=EVENTS_KEPT):
            return self._nothing(request)
        if isinstance(event, Feedback):
            await self._answering.note_feedback(event)
            return self._nothing(request)
        if isinstance(event, Entered):
            words = await self._answering.welcome(event)
            if not words:
                return self._nothing(request)
            return self._seal({"msgtype": "text", "text": {"content": words}}, request)
        return await self._judge(event, request)

    async def _judge(self, click: CardClick, request: CallbackRequest) -> CallbackReply:
        judging = asyncio.ensure_future(self._answering.choose(click))
        await asyncio.wait({judging}, timeout=EVENT_SECONDS)
        after = partial(self._post_verdict, judging, click)
        if not judging.done() or (card := judging.result().card) is None:
            return self._nothing(request, after=after)
        # In a group everyone answers for themselves.
        user_id = click.user_id if click.chat_type == "group" else ""
        return self._seal(update_to_dict(card, user_id=user_id), request, after=after)

    async def _post_verdict(self, judging: asyncio.Future[CardOutcome], click: CardClick) -> None:
        outcome = await judging
        if outcome.markdown:
            await self._courier.post_markdown(
                click.response_url, outcome.markdown, about=f"card {click.task_id}"
            )

    def _stream(
        self,
        id: str,
        markdown: str,
        *,
        finish: bool = True,
        judged: Incoming | None = None,
    ) -> dict[str, object]:
        """Return a snapshot; ``judged`` asks for 👍/👎, which only a first reply may."""
        content = fit(markdown, limit_bytes=STREAM_BYTES, link=self._settings.public_url)
        stream: dict[str, object] = {"id": id, "finish": finish, "content": content}
        if judged and self._settings.bot_feedback:
            stream["feedback"] = {"id": feedback_id_of(judged)}
        return {"msgtype": "stream", "stream": stream}

    def _seal(
        self,
        body: Json,
        request: CallbackRequest,
        *,
        after: Callable[[], Awaitable[None]] | None = None,
    ) -> CallbackReply:
        settings = self._settings
        seconds = int(self._clock().timestamp())
        packet = self._crypto.seal(
            json.dumps(body, ensure_ascii=False), timestamp=str(seconds), nonce=request.nonce
        )
        envelope = {
            "encrypt": packet.encrypt,
            "msgsignature": packet.signature,
            "timestamp": seconds if settings.bot_reply_timestamp == "number" else packet.timestamp,
            "nonce": packet.nonce,
        }
        return CallbackReply(
            body=json.dumps(envelope), media_type=settings.bot_reply_type, after=after
        )

    def _nothing(
        self, request: CallbackRequest, *, after: Callable[[], Awaitable[None]] | None = None
    ) -> CallbackReply:
        """End an exchange without a visible reply; how is not documented for bots."""
        if self._settings.bot_empty_packet == "encrypted":
            return self._seal({}, request, after=after)
        return replace(NOTHING, after=after)


def _belongs(answer: StoredAnswer, refresh: Refresh) -> bool:
    incoming = answer.incoming
    return (incoming.user_id, incoming.chat_id) == (refresh.user_id, refresh.chat_id)
