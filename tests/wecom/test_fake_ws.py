"""The fake platform is strict: what the real one refuses, it refuses, and it writes it down."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_shown import Rules
from tests.wecom.bots import BOT_ID, BOTS, SECRET
from websockets.asyncio.client import ClientConnection, connect

Body = dict[str, object]


class Raw:
    """A client that sends what it is told, right or wrong."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, command: str, body: Body, *, request_id: str) -> None:
        """Send a frame."""
        frame = {"cmd": command, "headers": {"req_id": request_id}, "body": body}
        await self._socket.send(json.dumps(frame))

    async def code(self, request_id: str) -> int:
        """Return the errcode of the acknowledgement of a frame."""
        async with asyncio.timeout(60):
            while True:
                frame = json.loads(await self._socket.recv())
                if "cmd" not in frame and frame["headers"]["req_id"] == request_id:
                    return int(frame["errcode"])

    async def ask(self, command: str, body: Body, *, request_id: str) -> int:
        """Send a frame and return its errcode."""
        await self.send(command, body, request_id=request_id)
        return await self.code(request_id)


@contextlib.asynccontextmanager
async def raw_client(
    rules: Rules | None = None, *, subscribed: bool = True
) -> AsyncIterator[tuple[FakeLink, Raw]]:
    async with FakeLink(BOTS, rules=rules) as link, connect(link.address) as socket:
        client = Raw(socket)
        if subscribed:
            login: Body = {"bot_id": BOT_ID, "secret": SECRET}
            assert await client.ask("aibot_subscribe", login, request_id="s") == 0
        yield link, client


def stream(content: str, *, finish: bool = False, **more: object) -> Body:
    return {
        "msgtype": "stream",
        "stream": {"id": "S", "finish": finish, "content": content, **more},
    }


@pytest.mark.parametrize(
    ("command", "body", "code"),
    [
        ("aibot_respond_msg", stream("监" * 6827), 40058),
        ("aibot_respond_msg", stream("答", msg_item=[]), 40058),
        ("aibot_respond_msg", stream("答", feedback={"id": "no_prefix"}), 40058),
        ("aibot_respond_msg", {"msgtype": "text", "text": {"content": "答"}}, 40058),
        ("aibot_respond_msg", {"msgtype": "template_card", "template_card": {}}, 40058),
        ("aibot_respond_welcome_msg", {"msgtype": "text", "text": {"content": "您好"}}, 846605),
        ("aibot_respond_update_msg", {"template_card": {}}, 846605),
        ("aibot_never_heard_of", {}, 40058),
    ],
)
def test_a_wrong_frame_is_refused_and_written_down(command: str, body: Body, code: int) -> None:
    async def scenario() -> None:
        async with raw_client() as (link, client):
            said = await link.say("zhangsan", "谁来谈话？")
            assert await client.ask(command, body, request_id=said.request_id) == code
            assert link.violations
            assert link.desk.finished(said) is None

    asyncio.run(scenario())


def test_frames_before_the_subscription_and_unknown_requests_are_refused() -> None:
    async def scenario() -> None:
        async with raw_client(subscribed=False) as (_, client):
            assert await client.ask("aibot_respond_msg", stream("答"), request_id="r") == 846609
            wrong: Body = {"bot_id": BOT_ID, "secret": "wrong"}
            assert await client.ask("aibot_subscribe", wrong, request_id="a") == 853000
            login: Body = {"bot_id": BOT_ID, "secret": SECRET}
            assert await client.ask("aibot_subscribe", login, request_id="b") == 0
            assert await client.ask("aibot_subscribe", login, request_id="c") == 45009
            assert await client.ask("aibot_respond_msg", stream("答"), request_id="r") == 846605

    asyncio.run(scenario())


def test_two_frames_of_one_request_at_once_are_a_conflict() -> None:
    async def scenario() -> None:
        async with raw_client() as (link, client):
            link.faults.acknowledge_after = 0.3
            said = await link.say("zhangsan", "谁来谈话？")
            for content in ("正在", "正在查询"):
                await client.send("aibot_respond_msg", stream(content), request_id=said.request_id)
            assert await client.code(said.request_id) == 6000
            assert link.bubbles[0].snapshots == ["正在"]
            assert "two frames at once" in link.violations[0]

    asyncio.run(scenario())


def test_deltas_in_place_of_snapshots_are_noticed() -> None:
    async def scenario() -> None:
        async with raw_client() as (link, client):
            said = await link.say("zhangsan", "谁来谈话？")
            for content in ("上级“一把手”对下级新任职“一把手”", "应当谈话"):
                await client.ask("aibot_respond_msg", stream(content), request_id=said.request_id)
            assert "was sent a delta" in link.violations[0]

    asyncio.run(scenario())


def test_a_stream_and_a_conversation_have_their_limits() -> None:
    async def scenario() -> None:
        rules = Rules(stream_seconds=0.2, replies_each_minute=1)
        async with raw_client(rules) as (link, client):
            said = await link.say("zhangsan", "谁来谈话？")
            first = await client.ask(
                "aibot_respond_msg", stream("正在"), request_id=said.request_id
            )
            await asyncio.sleep(0.3)
            late = await client.ask(
                "aibot_respond_msg", stream("正在查"), request_id=said.request_id
            )
            other = await link.say("zhangsan", "还有呢？")
            more = await client.ask(
                "aibot_respond_msg", stream("正在"), request_id=other.request_id
            )
            assert (first, late, more) == (0, 846608, 45009)

    asyncio.run(scenario())


def test_a_late_welcome_and_a_message_to_a_stranger_are_refused() -> None:
    async def scenario() -> None:
        async with raw_client(Rules(event_seconds=0.1)) as (link, client):
            entered = await link.enter("zhangsan")
            await asyncio.sleep(0.2)
            hello: Body = {"msgtype": "text", "text": {"content": "您好"}}
            assert (
                await client.ask("aibot_respond_welcome_msg", hello, request_id=entered.request_id)
                == 846605
            )
            note: Body = {"chatid": "lisi", "msgtype": "markdown", "markdown": {"content": "题"}}
            assert await client.ask("aibot_send_msg", note, request_id="n1") == 86008
            note["chatid"] = "zhangsan"
            assert await client.ask("aibot_send_msg", note, request_id="n2") == 0
            await client.ask("aibot_send_msg", note, request_id="n2")
            assert "used the request id n2 again" in link.violations[-1]

    asyncio.run(scenario())
