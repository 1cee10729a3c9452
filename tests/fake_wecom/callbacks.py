"""The platform's side of callbacks: it sends, asks again, polls streams, and checks every reply.

What users see is kept in ``bubbles``, every rule that a reply broke in ``violations``.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fake_wecom.api import FakeApi
from tests.fake_wecom.http_client import Answer, fetch
from tests.fake_wecom.sealing import BrokenReply, Seal
from tests.fake_wecom.ws_rules import faults_of_card, member, text_of
from tests.fake_wecom.ws_shown import Bubble, Changes, Json

TRIES = 3
STREAM_BYTES = 20_480
PASSIVE_BYTES = 2_048
FEEDBACK_BYTES = 256


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """The platform's limits in seconds; tests make them short."""

    verify: float = 1.0
    answer: float = 5.0
    stream: float = 360.0
    poll: float = 0.02
    """Between two refreshes; the real interval is not documented."""


@dataclass(slots=True)
class CallbackChaos:
    """Things that go wrong by chance, from one seed."""

    dice: random.Random
    hang_up: float = 0.0
    """The connection ends before an answer is read; the request is made again."""
    lose: float = 0.0
    """An answer of the bot's address is lost on its way; the request is made again."""
    repeat: float = 0.0
    """A message is sent twice at once."""

    def happens(self, share: float) -> bool:
        """Throw the dice."""
        return share > 0 and self.dice.random() < share


class NoAnswer(Exception):
    """The other side cannot be reached, hangs up, or takes too long."""


@dataclass(slots=True)
class Exchange:
    """A message that a user sent, and what became of it."""

    message_id: str
    text: str
    started: float
    bubble: Bubble
    first_seconds: float | None = None
    """Until the first reply that shows anything."""
    refreshes: int = 0
    answers: list[str] = field(default_factory=list)
    """Passive replies of an app that were shown."""


class Caller:
    """Makes the platform's requests to one address of ours."""

    def __init__(
        self,
        address: str,
        seal: Seal,
        *,
        rules: CallbackRules | None = None,
        chaos: CallbackChaos | None = None,
    ) -> None:
        self.address = address
        self.seal = seal
        self.rules = rules or CallbackRules()
        self.chaos = chaos
        self.violations: list[str] = []
        self.requests = 0
        self.troubles = 0
        """Requests whose answer never came here."""

    async def verify(self, text: str = "1616140317555161061") -> Answer:
        """Save the address in the console; return what came within the second it has."""
        query, _ = self.seal.echo(text)
        return await fetch(self.address, query, seconds=self.rules.verify)

    async def post(self, query: Mapping[str, str], body: bytes) -> Answer:
        """Make one request. Raises ``NoAnswer``."""
        self.requests += 1
        chaos = self.chaos
        hang_up = chaos is not None and chaos.happens(chaos.hang_up)
        try:
            answer = await fetch(
                self.address, query, body=body, seconds=self.rules.answer, hang_up=hang_up
            )
        except (OSError, EOFError, TimeoutError) as error:
            self.troubles += 1
            raise NoAnswer(type(error).__name__) from error
        if chaos and chaos.happens(chaos.lose):
            self.troubles += 1
            raise NoAnswer("lost")
        return answer


class FakeBot:
    """智能机器人 by callback URL, with its users."""

    def __init__(self, caller: Caller, *, bot_id: str, api: FakeApi) -> None:
        self.caller = caller
        self._bot_id = bot_id
        self._api = api
        self._ids = itertools.count(1)
        self.exchanges: list[Exchange] = []
        self.changes = Changes()

    async def first_reply(self, number: int = 0) -> Bubble:
        """Wait until a message shows something; return its bubble."""
        await self.changes.until(
            lambda: len(self.exchanges) > number and bool(self.exchanges[number].bubble.snapshots)
        )
        return self.exchanges[number].bubble

    async def shows(self, text: str, number: int = 0) -> None:
        """Wait until the bubble of a message shows a text."""
        bubble = await self.first_reply(number)
        await self.changes.until(lambda: bubble.text == text)

    @property
    def violations(self) -> list[str]:
        """The rules that replies broke."""
        return self.caller.violations

    async def say(
        self,
        text: str,
        *,
        user: str = "zhangsan",
        chat: str = "",
        quote: str = "",
        message_id: str = "",
        members: Mapping[str, object] | None = None,
    ) -> Exchange:
        """Send a message and stay until its stream is finished, or its time is over."""
        message_id = message_id or f"MSG{next(self._ids):06d}"
        body = self.message(
            text, user=user, chat=chat, quote=quote, message_id=message_id, members=members
        )
        exchange = self._new_exchange(message_id, text, chat or user)
        chaos = self.caller.chaos
        copies = 2 if chaos and chaos.happens(chaos.repeat) else 1
        await asyncio.gather(*(self._send(body, exchange) for _ in range(copies)))
        if exchange.bubble.stream_id and not exchange.bubble.finished:
            await self._poll(exchange, body)
        return exchange

    async def say_at_once(self, text: str, *, copies: int, message_id: str) -> list[Exchange]:
        """Send copies of one message at the same moment; return what each of them was told."""
        body = self.message(text, user="zhangsan", message_id=message_id)
        exchanges = [self._new_exchange(message_id, text, "zhangsan") for _ in range(copies)]
        await asyncio.gather(*(self._send(body, exchange) for exchange in exchanges))
        first = exchanges[0]
        if not first.bubble.finished:
            await self._poll(first, body)
        return exchanges

    async def ask_stream(self, stream_id: str, *, user: str, chat: str = "") -> Json:
        """Ask once how a stream stands; return the stream of the reply."""
        reply = await self._exchange(self._refresh_body(stream_id, user=user, chat=chat))
        return member(reply, "stream")

    async def event(self, event: Mapping[str, object], **further: object) -> Json | None:
        """Send an event, once; return the reply, or None for an empty one."""
        body: dict[str, object] = {
            "msgid": f"EVENT{next(self._ids):06d}",
            "create_time": int(time.time()),
            "aibotid": self._bot_id,
            "from": {"userid": "zhangsan"},
            "msgtype": "event",
            "event": event,
            **further,
        }
        return await self._exchange(body)

    def message(
        self,
        text: str,
        *,
        user: str,
        chat: str = "",
        quote: str = "",
        message_id: str,
        members: Mapping[str, object] | None = None,
    ) -> Json:
        """Return the callback of a message."""
        body: Json = {
            "msgid": message_id,
            "aibotid": self._bot_id,
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "response_url": self._api.reply_url(message_id, single=not chat),
            "msgtype": "text",
            "text": {"content": text},
        }
        if chat:
            body["chatid"] = chat
        if quote:
            body["quote"] = {"msgtype": "text", "text": {"content": quote}}
        return body | dict(members or {})

    def _new_exchange(self, message_id: str, text: str, conversation: str) -> Exchange:
        bubble = Bubble(conversation, message_id, "stream", finished=False)
        exchange = Exchange(message_id, text, time.monotonic(), bubble)
        self.exchanges.append(exchange)
        return exchange

    async def _send(self, body: Json, exchange: Exchange) -> None:
        """Send a message, again while nobody answers; show what is replied."""
        for _ in range(TRIES):
            try:
                reply = await self._exchange(body)
            except NoAnswer:
                continue
            if reply is not None:
                self._show(reply, exchange, first=True)
            return

    async def _poll(self, exchange: Exchange, message: Json) -> None:
        """Ask how a stream stands until it is finished; nobody who is away is asked more often."""
        user = text_of(member(message, "from"), "userid")
        body = self._refresh_body(
            exchange.bubble.stream_id, user=user, chat=text_of(message, "chatid")
        )
        ends = exchange.started + self.caller.rules.stream
        while not exchange.bubble.finished and time.monotonic() < ends:
            await asyncio.sleep(self.caller.rules.poll)
            try:
                reply = await self._exchange(body)
            except NoAnswer:
                continue
            exchange.refreshes += 1
            if reply is None:
                self.violations.append("a refresh was answered with nothing")
                return
            self._show(reply, exchange, first=False)

    def _refresh_body(self, stream_id: str, *, user: str, chat: str) -> Json:
        body: Json = {
            "msgid": f"REFRESH{next(self._ids)}",
            "aibotid": self._bot_id,
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "msgtype": "stream",
            "stream": {"id": stream_id},
        }
        return body | ({"chatid": chat} if chat else {})

    async def _exchange(self, body: Json) -> Json | None:
        """Make a callback and return the reply to it; None for an empty one."""
        query, sealed = self.caller.seal.json_callback(body)
        response = await self.caller.post(query, sealed)
        if response.status != 200:
            self.violations.append(f"a callback was answered with {response.status}")
            return None
        if not response.content:
            return None
        try:
            reply = self.caller.seal.open_json(response.content, nonce=query["nonce"])
        except BrokenReply as error:
            self.violations.append(str(error))
            return None
        self.violations.extend(faults_of_reply(body, reply))
        return reply

    def _show(self, reply: Json, exchange: Exchange, *, first: bool) -> None:
        bubble, stream = exchange.bubble, member(reply, "stream")
        if bubble.stream_id and text_of(stream, "id") != bubble.stream_id:
            self.violations.append("a message has two streams")
        if "feedback" in stream and not first:
            self.violations.append("feedback in a refresh")
        bubble.stream_id = text_of(stream, "id")
        bubble.feedback_id = bubble.feedback_id or text_of(member(stream, "feedback"), "id")
        if text_of(reply, "msgtype") == "stream_with_template_card":
            bubble.card = member(reply, "template_card")
        content = text_of(stream, "content")
        if exchange.first_seconds is None and content:
            exchange.first_seconds = time.monotonic() - exchange.started
        if not bubble.finished:
            bubble.show(content, finished=stream.get("finish") is True)
        self.changes.announce()


class FakeApp:
    """自建应用, with its users."""

    def __init__(self, caller: Caller, *, corp_id: str, agent_id: int, api: FakeApi) -> None:
        self.caller = caller
        self._corp_id = corp_id
        self._agent_id = agent_id
        self._api = api
        self._ids = itertools.count(10**15)
        self.exchanges: list[Exchange] = []

    @property
    def violations(self) -> list[str]:
        """The rules that replies broke."""
        return self.caller.violations

    async def say(self, text: str, *, user: str = "zhangsan", message_id: str = "") -> Exchange:
        """Send a message, again while nobody answers; one answer alone is shown."""
        members = {
            "MsgType": "text",
            "Content": text,
            "MsgId": message_id or str(next(self._ids)),
        }
        chaos = self.caller.chaos
        copies = 2 if chaos and chaos.happens(chaos.repeat) else 1
        exchange = Exchange(
            members["MsgId"], text, time.monotonic(), Bubble(user, members["MsgId"], "text")
        )
        self.exchanges.append(exchange)
        await asyncio.gather(*(self._send(members, user, exchange) for _ in range(copies)))
        return exchange

    async def event(self, event: str, *, user: str = "zhangsan") -> str:
        """Send an event; return the words of the reply."""
        exchange = await self.send({"MsgType": "event", "Event": event}, user=user)
        return exchange.answers[0] if exchange.answers else ""

    async def send(self, members: Mapping[str, str], *, user: str = "zhangsan") -> Exchange:
        """Send any message, once answered once shown."""
        exchange = Exchange("", "", time.monotonic(), Bubble(user, "", "text"))
        await self._send(members, user, exchange)
        return exchange

    async def _send(self, members: Mapping[str, str], user: str, exchange: Exchange) -> None:
        common = {
            "ToUserName": self._corp_id,
            "FromUserName": user,
            "CreateTime": str(int(time.time())),
            "AgentID": str(self._agent_id),
        }
        for _ in range(TRIES):
            query, sealed = self.caller.seal.xml_callback(
                {**common, **members}, to=self._corp_id, agent=str(self._agent_id)
            )
            try:
                response = await self.caller.post(query, sealed)
            except NoAnswer:
                continue
            if response.status != 200:
                self.violations.append(f"a callback was answered with {response.status}")
            elif response.content not in (b"", b"success"):
                self._show(response.content, query["nonce"], user, exchange)
            return

    def _show(self, content: bytes, nonce: str, user: str, exchange: Exchange) -> None:
        try:
            reply = self.caller.seal.open_xml(content, nonce=nonce)
        except BrokenReply as error:
            self.violations.append(str(error))
            return
        if (reply["ToUserName"], reply["FromUserName"]) != (user, self._corp_id):
            self.violations.append("the names of the reply are not swapped")
        if reply["MsgType"] != "text" or len(reply["Content"].encode()) > PASSIVE_BYTES:
            self.violations.append("a passive reply that is no short text")
        exchange.answers.append(reply["Content"])
        exchange.first_seconds = time.monotonic() - exchange.started


def faults_of_reply(callback: Json, reply: Json) -> list[str]:
    """Return what is wrong with a passive reply to a callback (A.6)."""
    event = text_of(member(callback, "event"), "eventtype")
    if event == "template_card_event":
        known = reply.get("response_type") == "update_template_card"
        return faults_of_card(member(reply, "template_card")) if known else ["no card update"]
    if event == "feedback_event":
        return ["a judgement is answered with words"]
    kind = text_of(reply, "msgtype")
    if event == "enter_chat":
        return [] if kind in ("text", "template_card") else [f"{kind} is no welcome"]
    allowed = {"stream", "stream_with_template_card"}
    if callback.get("msgtype") != "stream":
        allowed.add("template_card")
    if kind not in allowed:
        return [f"{kind!r} is no reply to {callback.get('msgtype')!r}"]
    faults = faults_of_stream(member(reply, "stream")) if "stream" in kind else []
    return faults + (faults_of_card(member(reply, "template_card")) if "card" in kind else [])


def faults_of_stream(stream: Json) -> list[str]:
    """Return what is wrong with a snapshot."""
    faults = []
    if not text_of(stream, "id"):
        faults.append("a stream without id")
    size = len(text_of(stream, "content").encode())
    if size > STREAM_BYTES:
        faults.append(f"a snapshot of {size} bytes")
    if "msg_item" in stream and stream.get("finish") is not True:
        faults.append("pictures before the end")
    if "feedback" in stream:
        identity = text_of(member(stream, "feedback"), "id")
        if not 0 < len(identity.encode()) <= FEEDBACK_BYTES or not identity.startswith("trace_"):
            faults.append("feedback.id shows no buttons")
    return faults
