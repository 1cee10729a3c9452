"""The long connection: opened, kept alive, opened again, and given up when that is right."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.fake_wecom.ws import JUNK, FakeLink
from tests.fake_wecom.ws_shown import Ending
from tests.wecom.bots import BOT_ID, BOTS, QUICK, SECRET

from assistant.wecom.longconn import LinkState, LongConnection
from assistant.wecom.longconn_frames import (
    AckMissing,
    Command,
    Frame,
    FrameRefused,
    LinkLost,
    read_frame,
    write_frame,
)
from assistant.wecom.longconn_pace import Ending as Lost
from assistant.wecom.longconn_pace import Login, Pace, pause_before_retry

LOGIN = Login(BOT_ID, SECRET)


class Client:
    """A connection under test, with what it received."""

    def __init__(self, address: str, *, pace: Pace, login: Login) -> None:
        self.received: list[Frame] = []
        self.link = LongConnection(address, login=login, receive=self.received.append, pace=pace)
        self.running = asyncio.get_running_loop().create_task(self.link.run())

    async def reply(self, request_id: str, content: str, *, finish: bool = True) -> None:
        """Show a snapshot."""
        stream = {"id": "S1", "finish": finish, "content": content}
        body = {"msgtype": "stream", "stream": stream}
        await self.link.request(Command.RESPOND, body, request_id=request_id)


@contextlib.asynccontextmanager
async def connected(
    *, pace: Pace = QUICK, login: Login = LOGIN, ready: bool = True
) -> AsyncIterator[tuple[FakeLink, Client]]:
    async with FakeLink(BOTS) as link:
        client = Client(link.address, pace=pace, login=login)
        if ready:
            await link.subscribed()
            await client.link.ready()
        try:
            yield link, client
        finally:
            client.link.stop()
            await asyncio.wait({client.running})


def test_subscribing_comes_first_and_happens_once_on_each_connection() -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            await link.say("zhangsan", "谁来找新任的一把手谈话？")
            await link.changes.until(lambda: client.link.state is LinkState.READY)
            served = link.client()
            assert served is not None
            while "ping" not in served.commands:
                await asyncio.sleep(0.01)
            assert served.commands[0] == "aibot_subscribe"
            assert served.commands.count("aibot_subscribe") == 1
            assert [frame.command for frame in client.received] == ["aibot_msg_callback"]
            assert link.violations == []

    asyncio.run(scenario())


@pytest.mark.parametrize("ending", list(Ending))
def test_every_kind_of_close_is_followed_by_a_new_subscription(ending: Ending) -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            await link.end(ending)
            await link.subscribed(count=2)
            await client.link.ready()
            said = await link.say("zhangsan", "还在吗？")
            await asyncio.wait_for(_received(client, 1), 5)
            await client.reply(said.request_id, "在。")
            assert (await link.reply_to(said)).text == "在。"

    asyncio.run(scenario())


def test_a_platform_that_goes_silent_is_left_and_found_again() -> None:
    async def scenario() -> None:
        async with connected() as (link, _):
            link.freeze()
            await link.subscribed(count=2)

    asyncio.run(scenario())


def test_pings_without_answer_end_the_connection_after_two() -> None:
    async def scenario() -> None:
        async with connected() as (link, _):
            link.faults.answer_pings = False
            served = link.client()
            await link.subscribed(count=2)
            assert served is not None
            assert served.commands.count("ping") == 2

    asyncio.run(scenario())


def test_a_platform_that_is_down_is_tried_until_it_is_back() -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            await link.go_down()
            await asyncio.sleep(0.3)
            assert client.link.state is LinkState.CONNECTING
            await link.come_back()
            await link.subscribed(count=2)

    asyncio.run(scenario())


def test_nothing_that_is_no_frame_ends_the_connection() -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            await link.send_junk()
            said = await link.say("zhangsan", "谁来找新任的一把手谈话？")
            await asyncio.wait_for(_received_from(client, said.request_id), 10)
            # The last piece of junk is not UTF-8, for which the protocol itself ends a socket.
            assert len(link.subscriptions) <= 2
            assert not client.running.done()

    asyncio.run(scenario())


def test_a_client_that_is_thrown_out_stops_and_never_fights() -> None:
    async def scenario() -> None:
        async with FakeLink(BOTS) as link:
            first = Client(link.address, pace=QUICK, login=LOGIN)
            await link.subscribed()
            second = Client(link.address, pace=QUICK, login=LOGIN)
            await link.subscribed(count=2)
            assert await asyncio.wait_for(first.running, 5) is LinkState.REPLACED
            await asyncio.sleep(0.5)
            assert len(link.subscriptions) == 2
            assert second.link.state is LinkState.READY
            second.link.stop()
            assert await second.running is LinkState.STOPPED

    asyncio.run(scenario())


def test_a_kick_is_heeded_even_when_the_socket_is_closed_with_it() -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            link.faults.kick_seconds = 0.0
            served = link.client()
            assert served is not None
            await link.kick(served)
            assert await asyncio.wait_for(client.running, 5) is LinkState.REPLACED
            assert len(link.subscriptions) == 1

    asyncio.run(scenario())


def test_a_wrong_secret_is_given_up_after_a_few_tries(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        login = Login(BOT_ID, "wrong-secret-5a4b")
        async with connected(login=login, ready=False) as (link, client):
            assert await asyncio.wait_for(client.running, 10) is LinkState.REJECTED
            assert link.subscriptions == []

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert caplog.text.count("errcode 853000") == QUICK.rejected_tries
    assert "wrong-secret-5a4b" not in caplog.text


def test_subscribing_too_often_is_followed_by_a_longer_pause() -> None:
    async def scenario() -> None:
        async with connected(ready=False) as (link, _):
            link.faults.codes.append(("aibot_subscribe", 45009))
            await link.subscribed()

    asyncio.run(scenario())


def test_pauses_grow_to_a_limit_and_are_spread() -> None:
    pace = Pace()
    pauses = [pause_before_retry(pace, Lost.CLOSED, failures=n) for n in (1, 2, 3, 10, 500)]
    for pause, expected in zip(pauses, (1, 2, 4, 30, 30), strict=True):
        assert 0.8 * expected <= pause <= 1.2 * expected
    assert pause_before_retry(pace, Lost.CROWDED, failures=1) >= 0.8 * 60
    assert pause_before_retry(pace, Lost.REJECTED, failures=1) == 30
    assert len({pause_before_retry(pace, Lost.CLOSED, failures=1) for _ in range(20)}) > 1


def test_a_connection_that_ends_at_once_is_not_opened_without_end() -> None:
    async def scenario() -> None:
        pace = replace(QUICK, first_pause=0.05, longest_pause=10.0)
        async with connected(pace=pace) as (link, _):
            started = link.subscriptions[0]
            for count in range(2, 6):
                await link.end(Ending.CLOSE_NORMAL)
                await link.subscribed(count=count)
            # 0.05 + 0.1 + 0.2 + 0.4 s, less what spreading takes away.
            assert link.subscriptions[4] - started >= 0.8 * 0.75

    asyncio.run(scenario())


def test_frames_of_one_request_go_one_after_the_other() -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            link.faults.acknowledge_after = 0.05
            said = await link.say("zhangsan", "谁来找新任的一把手谈话？")
            texts = ["正", "正在", "正在查", "正在查询"]
            await asyncio.gather(
                *(client.reply(said.request_id, text, finish=False) for text in texts)
            )
            assert link.bubbles[0].snapshots == texts
            assert link.violations == []

    asyncio.run(scenario())


def test_frames_of_different_requests_do_not_wait_for_each_other() -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            link.faults.acknowledge_after = 0.3
            said = [await link.say(f"user{n}", "在吗？") for n in range(10)]
            async with asyncio.timeout(1.5):
                await asyncio.gather(*(client.reply(s.request_id, "在。") for s in said))

    asyncio.run(scenario())


def test_refusals_losses_and_missing_acknowledgements_are_told_apart() -> None:
    async def scenario() -> None:
        async with connected(pace=replace(QUICK, acknowledge=0.1)) as (link, client):
            with pytest.raises(FrameRefused, match="846605"):
                await client.reply("never-heard-of", "在。")
            said = await link.say("zhangsan", "在吗？")
            link.faults.acknowledge_after = 0.5
            with pytest.raises(AckMissing):
                await client.reply(said.request_id, "在。")
            link.faults.acknowledge_after = 10.0
            lost = asyncio.create_task(client.link.request(Command.SEND, _note(), patience=5))
            await asyncio.sleep(0.05)
            await link.end(Ending.ABORT)
            with pytest.raises(LinkLost):
                await lost
            with pytest.raises(LinkLost):
                await client.reply(said.request_id, "在。")

    asyncio.run(scenario())


def test_a_late_acknowledgement_is_not_taken_for_another_frames() -> None:
    async def scenario() -> None:
        async with connected(pace=replace(QUICK, acknowledge=0.1)) as (link, client):
            said = await link.say("zhangsan", "在吗？")
            link.faults.acknowledge_after = 0.2
            with pytest.raises(AckMissing):
                await client.reply(said.request_id, "正在查询", finish=False)
            client.link.drop()
            link.faults.acknowledge_after = 0.0
            await link.subscribed(count=2)
            await client.link.ready()
            await client.reply(said.request_id, "在。")
            assert (await link.reply_to(said)).text == "在。"
            assert link.violations == []

    asyncio.run(scenario())


def test_stopping_ends_the_connection_in_the_middle_of_anything() -> None:
    async def scenario() -> None:
        async with FakeLink(BOTS) as link:
            client = Client(link.address, pace=QUICK, login=LOGIN)
            client.link.stop()
            assert await asyncio.wait_for(client.running, 5) is LinkState.STOPPED
        nowhere = Client("ws://127.0.0.1:9", pace=replace(QUICK, first_pause=60), login=LOGIN)
        await asyncio.sleep(0.1)
        nowhere.link.stop()
        assert await asyncio.wait_for(nowhere.running, 5) is LinkState.STOPPED

    asyncio.run(scenario())


def test_frames_are_read_strictly_and_written_readably() -> None:
    assert all(read_frame(junk) is None for junk in (*JUNK[:3], *JUNK[7:], b"\xff\xfe"))
    frame = read_frame('{"cmd":"ping","headers":{"req_id":"p\x00ing_1"}}')
    assert frame == Frame("ping", "ping_1")
    acknowledged = read_frame('{"headers":{"req_id":"r"},"errcode":846605,"errmsg":"invalid"}')
    assert acknowledged == Frame("", "r", {}, 846605, "invalid")
    assert "谁来谈话" in write_frame("ping", request_id="r", body={"text": "谁来谈话"})


def test_the_secret_is_in_no_log_and_in_no_representation(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def scenario() -> None:
        async with connected() as (link, client):
            said = await link.say("zhangsan", "谁来找新任的一把手谈话？")
            await asyncio.wait_for(_received(client, 1), 5)
            await client.reply(said.request_id, "在。")

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert SECRET not in caplog.text
    assert SECRET not in repr(LOGIN)


async def _received(client: Client, count: int) -> None:
    while len(client.received) < count:
        await asyncio.sleep(0.005)


async def _received_from(client: Client, request_id: str) -> None:
    while request_id not in {frame.request_id for frame in client.received}:
        await asyncio.sleep(0.005)


def _note() -> dict[str, object]:
    return {"chatid": "zhangsan", "msgtype": "markdown", "markdown": {"content": "通知"}}
