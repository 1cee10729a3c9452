"""The fake platform is faithful: Tencent's own client library converses with it, over TLS.

The library is ``wecom-aibot-python-sdk`` (import name ``aibot``), unmodified; it insists on wss and
on its own bundle of certificates, to which the test adds one authority.
"""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import aibot.ws  # type: ignore[import-untyped]
import pytest
from aibot import WSClient, WSClientOptions
from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_certificates import Trust, make_trust
from tests.wecom.bots import BOT_ID, BOTS, SECRET, Slow, make_bot

from assistant.store.database import open_database

Frame = dict[str, object]


class Silent:
    """A logger that keeps what it is told, for the test to look at."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def debug(self, message: str, *_: object) -> None:
        self.lines.append(message)

    info = warn = error = debug


def official_client(link: FakeLink, *, secret: str = SECRET) -> WSClient:
    return WSClient(
        WSClientOptions(
            bot_id=BOT_ID,
            secret=secret,
            ws_url=link.address,
            heartbeat_interval=100,
            logger=Silent(),
        )
    )


@pytest.fixture
def trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trust:
    """An authority that the official client trusts, too."""
    made = make_trust(tmp_path)
    context = ssl.create_default_context(cafile=str(made.authority))
    monkeypatch.setattr(aibot.ws, "_SSL_CONTEXT", context)
    return made


def test_the_official_client_completes_a_conversation(trust: Trust) -> None:
    async def scenario() -> None:
        async with FakeLink(BOTS, tls=trust.server) as link:
            client = official_client(link)
            answered: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

            async def answer(frame: Frame) -> None:
                await client.reply_stream(
                    frame, "S1", "正在查询……", feedback={"id": "trace_official_1"}
                )
                await client.reply_stream(frame, "S1", "正在查询……应当谈话。")
                last = await client.reply_stream(frame, "S1", "应当开展任职谈话。", finish=True)
                answered.set_result(last)

            client.on("message.text", lambda frame: asyncio.ensure_future(answer(frame)))
            await client.connect()
            await link.subscribed()
            said = await link.say("zhangsan", "谁来谈话？")
            bubble = await link.reply_to(said)
            assert (await answered)["errcode"] == 0
            assert bubble.snapshots == ["正在查询……", "正在查询……应当谈话。", "应当开展任职谈话。"]
            assert bubble.feedback_id == "trace_official_1"

            welcomed = asyncio.get_running_loop().create_future()

            async def welcome(frame: Frame) -> None:
                text = {"msgtype": "text", "text": {"content": "您好"}}
                welcomed.set_result(await client.reply_welcome(frame, text))

            client.on("event.enter_chat", lambda frame: asyncio.ensure_future(welcome(frame)))
            entered = await link.enter("zhangsan")
            assert (await link.reply_to(entered)).text == "您好"
            assert (await welcomed)["errcode"] == 0

            note = {"msgtype": "markdown", "markdown": {"content": "**每日一题**"}}
            assert (await client.send_message("zhangsan", note))["errcode"] == 0
            served = link.client()
            assert served is not None
            while "ping" not in served.commands:
                await asyncio.sleep(0.01)
            assert link.violations == []
            client.disconnect()
            await link.gone()

    asyncio.run(scenario())


def test_the_official_client_is_told_that_its_secret_is_wrong(trust: Trust) -> None:
    async def scenario() -> None:
        async with FakeLink(BOTS, tls=trust.server) as link:
            client = official_client(link, secret="wrong")  # noqa: S106
            failed: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
            client.on("error", failed.set_result)
            await client.connect()
            assert "853000" in str(await asyncio.wait_for(failed, 5))
            assert link.subscriptions == []
            client.disconnect()
            await link.gone()

    asyncio.run(scenario())


def test_our_own_client_checks_certificates(tmp_path: Path) -> None:
    async def scenario() -> None:
        trust = make_trust(tmp_path)
        async with FakeLink(BOTS, tls=trust.server) as link:
            database = open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
            stranger = make_bot(link, Slow(), database, name="stranger")
            await asyncio.sleep(0.3)
            assert link.subscriptions == []
            await stranger.stop()
            trusting = make_bot(
                link, Slow(), database, name="trusting", websocket_ca=trust.authority
            )
            await link.subscribed()
            await trusting.stop()
            database.close()

    asyncio.run(scenario())
