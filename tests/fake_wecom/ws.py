"""The WebSocket half of the fake platform: bots connect, users talk to them through methods.

It keeps its own book of what users see (``bubbles``) and of every rule a bot broke
(``violations``), and does wrong what ``faults`` says.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from tests.fake_wecom.ws_desk import Desk
from tests.fake_wecom.ws_rules import member, text_of
from tests.fake_wecom.ws_shown import Bubble, Changes, Ending, Faults, Json, Rules, Said
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    import ssl

QUIET = logging.getLogger("tests.fake_wecom.socket")
JUNK = (
    "[1, 2, 3]",
    "not JSON at all",
    '{"cmd": "aibot_msg_callback"}',
    '{"cmd": "aibot_msg_callback", "headers": [], "body": 5}',
    '{"cmd": "aibot_msg_callback", "headers": {"req_id": "junk"}, "body": {"msgid": 7}}',
    '{"cmd": "aibot_never_heard_of", "headers": {"req_id": "x"}, "body": {}}',
    '{"headers": {"req_id": "nobody"}, "errcode": 0, "errmsg": "ok"}',
    '{"headers": {"req_id": "nobody"}, "errcode": "zero"}',
    '"a string"',
    "null",
    "[" * 100_000,
    "",
)


class Client:
    """One connection of a bot."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.bot_id = ""
        self.frozen = False
        self.kicked = False
        self.ending = False
        self.unacknowledged: set[str] = set()
        self.delivered: list[Said] = []
        self.commands: list[str] = []


class FakeLink:
    """Listens on a free loopback port between ``async with`` and its end."""

    def __init__(
        self,
        bots: Mapping[str, str],
        *,
        rules: Rules | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.faults = Faults()
        self.changes = Changes()
        self.desk = Desk(rules or Rules(), self.faults, self.changes)
        self.clients: list[Client] = []
        self.subscriptions: list[float] = []
        self.used_ids: set[str] = set()
        self._bots = dict(bots)
        self._port = port
        self._tls = tls
        self._server: Server | None = None
        self._numbers = itertools.count(1)
        self._undelivered: dict[str, list[Said]] = defaultdict(list)
        self._later: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FakeLink:
        QUIET.setLevel(logging.CRITICAL)
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self._port,
            ssl=self._tls,
            ping_interval=None,
            close_timeout=0.5,
            logger=QUIET,
        )
        self._port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._later:
            task.cancel()
        await self.go_down()

    @property
    def address(self) -> str:
        """Where bots connect."""
        return f"{'wss' if self._tls else 'ws'}://127.0.0.1:{self._port}"

    @property
    def violations(self) -> list[str]:
        """Every rule that a bot broke."""
        return self.desk.violations

    @property
    def bubbles(self) -> list[Bubble]:
        """Every message that bots have shown."""
        return self.desk.bubbles

    def client(self, bot_id: str = "") -> Client | None:
        """Return the subscribed connection of a bot, the newest if an older one is still ending."""
        found = [c for c in reversed(self.clients) if c.bot_id and not c.kicked and not c.ending]
        return next((c for c in found if not bot_id or c.bot_id == bot_id), None)

    # What users do.

    async def say(
        self, user: str, text: str, *, chat: str = "", bot: str = "", **other: object
    ) -> Said:
        """Send a text; ``other`` replaces members of the callback, such as msgtype or quote."""
        number = next(self._numbers)
        body: Json = {
            "msgid": f"MSG{number:08d}",
            "aibotid": bot or next(iter(self._bots)),
            "chattype": "group" if chat else "single",
            "from": {"userid": user},
            "response_url": f"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=SECRET-{number}",
            "msgtype": "text",
            "text": {"content": text},
            **({"chatid": chat} if chat else {}),
            **other,
        }
        return await self._call("aibot_msg_callback", body, chat or user, "message")

    async def send_event(
        self, user: str, event: Json, *, chat: str = "", bot: str = "", kind: str = "event"
    ) -> Said:
        """Send an event: enter_chat, template_card_event, feedback_event."""
        body: Json = {
            "msgid": f"EVENT{next(self._numbers):08d}",
            "create_time": int(time.time()),
            "aibotid": bot or next(iter(self._bots)),
            "from": {"userid": user},
            "msgtype": "event",
            "event": event,
            **({"chatid": chat, "chattype": "group"} if chat else {}),
        }
        return await self._call("aibot_event_callback", body, chat or user, kind)

    async def enter(self, user: str) -> Said:
        """Open the single chat for the first time on a day."""
        return await self.send_event(user, {"eventtype": "enter_chat"}, kind="enter_chat")

    async def judge(self, user: str, feedback_id: str, kind: int, **more: object) -> Said:
        """Click 👍 or 👎."""
        details = {"id": feedback_id, "type": kind, **more}
        return await self.send_event(
            user, {"eventtype": "feedback_event", "feedback_event": details}
        )

    async def vote(self, user: str, bubble: Bubble, *option_ids: str) -> Said:
        """Choose options on a vote card and press its button."""
        card = bubble.card or {}
        details = {
            "card_type": card.get("card_type"),
            "event_key": text_of(member(card, "submit_button"), "key"),
            "task_id": card.get("task_id"),
            "selected_items": {
                "selected_item": [
                    {
                        "question_key": text_of(member(card, "checkbox"), "question_key"),
                        "option_ids": {"option_id": list(option_ids)},
                    }
                ]
            },
        }
        event: Json = {"eventtype": "template_card_event", "template_card_event": details}
        return await self.send_event(user, event, kind="template_card_event")

    async def repeat(self, said: Said) -> None:
        """Send a callback once more, as the platform may."""
        await self._deliver(said)

    async def reply_to(self, said: Said, *, seconds: float = 60.0) -> Bubble:
        """Return the finished reply to a message. Raises ``TimeoutError``."""
        await self.changes.until(lambda: self.desk.finished(said) is not None, seconds=seconds)
        bubble = self.desk.finished(said)
        assert bubble is not None
        return bubble

    # What the platform does to bots.

    async def subscribed(self, *, count: int = 1, seconds: float = 60.0) -> None:
        """Wait until so many subscriptions have been accepted in all."""
        await self.changes.until(lambda: len(self.subscriptions) >= count, seconds=seconds)

    async def gone(self, *, seconds: float = 60.0) -> None:
        """Wait until no bot is connected."""
        await self.changes.until(lambda: not self.clients, seconds=seconds)

    async def end(self, ending: Ending) -> None:
        """End the connection of every bot."""
        for client in list(self.clients):
            await self._end(client, ending)

    async def kick(self, client: Client) -> None:
        """Tell a bot that another took its place, and close its connection later."""
        client.kicked = True
        event = {"eventtype": "disconnected_event"}
        body: Json = {"msgid": f"EVENT{next(self._numbers):08d}", "msgtype": "event"}
        body |= {"aibotid": client.bot_id, "create_time": int(time.time()), "event": event}
        await self._send(client, "aibot_event_callback", f"K{next(self._numbers)}", body)
        self._start(self._close_later(client))

    def freeze(self) -> None:
        """Go silent: the sockets stay open, nothing is read any more and nothing comes."""
        for client in self.clients:
            client.frozen = True

    async def send_junk(self) -> None:
        """Send what is no frame, in every way that bots have been seen to die of."""
        for client in self.clients:
            for junk in JUNK:
                await client.socket.send(junk)
            await client.socket.send(b"\xff\xfe\x00")

    async def go_down(self) -> None:
        """Stop listening and abort every connection."""
        if self._server is not None:
            self._server.close(close_connections=False)
            for client in list(self.clients):
                client.socket.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def come_back(self) -> None:
        """Listen again, at the same address."""
        await self.__aenter__()

    async def _call(self, command: str, body: Json, conversation: str, kind: str) -> Said:
        request_id = f"R{next(self._numbers):08d}"
        frame: Json = {"cmd": command, "headers": {"req_id": request_id}, "body": body}
        said = Said(str(body["msgid"]), request_id, conversation, frame, time.monotonic(), kind)
        self.desk.heard(said)
        await self._deliver(said)
        chaos = self.faults.chaos
        if chaos is not None and chaos.happens(chaos.repeat):
            await self._deliver(said)
        return said

    async def _deliver(self, said: Said) -> None:
        client = self.client(text_of(said.frame.get("body"), "aibotid"))
        if client is None or client.frozen:
            self._undelivered[text_of(said.frame.get("body"), "aibotid")].append(said)
            return
        client.delivered.append(said)
        with contextlib.suppress(ConnectionClosed):
            await client.socket.send(json.dumps(said.frame, ensure_ascii=False))

    async def _serve(self, socket: ServerConnection) -> None:
        client = Client(socket)
        self.clients.append(client)
        try:
            async for raw in socket:
                if not client.frozen:
                    await self._take(client, raw)
        except ConnectionClosed:
            pass
        finally:
            self.clients.remove(client)
            await self._bring_again(client)
            self.changes.announce()

    async def _bring_again(self, client: Client) -> None:
        """Send what this connection may never have read once more, on the next one."""
        if self.faults.old_requests:
            for said in client.delivered:
                if said.kind == "message" and not self.desk.replied(said):
                    await self._deliver(said)

    async def _take(self, client: Client, raw: str | bytes) -> None:
        frame = json.loads(raw)
        command, headers = text_of(frame, "cmd"), member(frame, "headers")
        request_id, body = text_of(headers, "req_id"), member(frame, "body")
        client.commands.append(command)
        if request_id in client.unacknowledged:
            self.violations.append(f"two frames at once for {request_id} ({command})")
            await self._acknowledge(client, request_id, 6000)
            return
        chaos = self.faults.chaos
        shaky = chaos is not None and command.startswith(("aibot_respond", "aibot_send"))
        if chaos is not None and shaky and chaos.happens(chaos.close_before):
            await self._end(client, chaos.ending())
            return
        code = self._judge(client, command, request_id, body)
        if chaos is not None and shaky and not code and chaos.happens(chaos.close_after):
            await self._end(client, chaos.ending())
            return
        if code is not None:
            client.unacknowledged.add(request_id)
            await self._acknowledge_later(client, request_id, code)
        if command == "aibot_subscribe" and code == 0:
            await self._subscribe(client, text_of(body, "bot_id"))

    def _judge(self, client: Client, command: str, request_id: str, body: Json) -> int | None:
        """Return the errcode of the acknowledgement, or None for silence."""
        if command in ("aibot_subscribe", "ping", "aibot_send_msg"):
            if request_id in self.used_ids:
                self.violations.append(f"{command} used the request id {request_id} again")
            self.used_ids.add(request_id)
        if code := self.faults.code_for(command):
            return code
        match command:
            case "aibot_subscribe":
                return self._judge_subscription(client, body)
            case "ping":
                return 0 if self.faults.answer_pings else None
            case _ if not client.bot_id:
                self.violations.append(f"{command} before the subscription")
                return 846609
            case _:
                chaos = self.faults.chaos
                if chaos is not None and chaos.happens(chaos.refuse):
                    return chaos.dice.choice(chaos.refusal_codes)
                return self.desk.take(command, request_id, body)

    def _judge_subscription(self, client: Client, body: Json) -> int:
        if client.bot_id:
            self.violations.append("subscribed twice on one connection")
            return 45009
        if self.faults.subscribe_code:
            return self.faults.subscribe_code
        expected = self._bots.get(text_of(body, "bot_id"))
        return 0 if expected is not None and expected == body.get("secret") else 853000

    async def _subscribe(self, client: Client, bot_id: str) -> None:
        older = self.client(bot_id)
        client.bot_id = bot_id
        if older is not None:
            await self.kick(older)
        self.subscriptions.append(time.monotonic())
        self.changes.announce()
        waiting, self._undelivered[bot_id] = self._undelivered[bot_id], []
        for said in waiting:
            await self._deliver(said)

    async def _acknowledge_later(self, client: Client, request_id: str, code: int) -> None:
        delay = self.faults.acknowledge_after
        chaos = self.faults.chaos
        if chaos is not None and chaos.happens(chaos.late):
            delay = chaos.dice.uniform(*chaos.late_seconds)
        if delay:
            self._start(self._acknowledge(client, request_id, code, after=delay))
        else:
            await self._acknowledge(client, request_id, code)

    async def _acknowledge(
        self, client: Client, request_id: str, code: int, *, after: float = 0.0
    ) -> None:
        await asyncio.sleep(after)
        client.unacknowledged.discard(request_id)
        if not self.faults.acknowledge or client.frozen:
            return
        words = "ok" if code == 0 else "something is wrong"
        frame = {"headers": {"req_id": request_id}, "errcode": code, "errmsg": words}
        with contextlib.suppress(ConnectionClosed):
            await client.socket.send(json.dumps(frame))

    async def _send(self, client: Client, command: str, request_id: str, body: Json) -> None:
        frame = {"cmd": command, "headers": {"req_id": request_id}, "body": body}
        with contextlib.suppress(ConnectionClosed):
            await client.socket.send(json.dumps(frame, ensure_ascii=False))

    async def _end(self, client: Client, ending: Ending) -> None:
        client.ending = True
        if not self.faults.old_requests:
            self.desk.forget_requests()
        if ending is Ending.ABORT:
            client.socket.transport.abort()
        else:
            self._start(client.socket.close(int(ending.value)))

    async def _close_later(self, client: Client) -> None:
        await asyncio.sleep(self.faults.kick_seconds)
        await client.socket.close(1000)

    def _start(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.get_running_loop().create_task(work)
        self._later.add(task)
        task.add_done_callback(self._later.discard)
