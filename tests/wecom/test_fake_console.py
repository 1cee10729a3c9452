"""The chat in the terminal, by which the bot is tried without WeCom."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.fake_wecom.console import AppTalk, CallbackTalk, ConnectionTalk
from tests.wecom.bots import running_bot
from tests.wecom.doors import QUICK, WEBHOOK_KEY, Echo, database_in, fake_api, site

from assistant.wecom.messages import (
    CardOption,
    CardOutcome,
    FeedbackKind,
    Incoming,
    Snapshot,
    VoteCard,
)
from assistant.wecom.platform import Platform

CARD = VoteCard("quiz_1", "判断题", "……", "answer", (CardOption("T", "对"), CardOption("F", "错")))


def words(incoming: Incoming) -> str:
    return f"答复：{incoming.text}（{incoming.user_id}，{incoming.chat_id or '单聊'}）。"


UNHURRIED = replace(QUICK, unread=60.0)
"""A busy machine may be slow to come for an answer; it then goes out as a message."""


def test_by_callback_all_that_a_member_does_can_be_typed(tmp_path: Path) -> None:
    echo = Echo(words)
    lines: list[str] = []

    async def run() -> None:
        async with fake_api() as api, site(database, echo, api, pace=UNHURRIED) as here:
            talk = CallbackTalk(here.bot, api, lines.append)

            async def type_in(line: str) -> str:
                lines.clear()
                assert await talk.take(line)
                await talk.settled()
                return "\n".join(lines)

            assert await type_in("/验证") == "（地址验证通过）"
            assert "答复：谁来谈话？（zhangsan，单聊）。" in await type_in("谁来谈话？")
            await type_in("/我 lisi")
            assert "@学习助手 第六条？（lisi，GROUP-1）" in await type_in("/群 第六条？")
            assert "您好，请直接提问。" in await type_in("/进入")
            assert await type_in("/赞") == "（已评价）"
            echo.last = Snapshot("", finished=True, card=CARD)
            assert "□ 对" in await type_in("题")
            locked = VoteCard("quiz_1", "回答正确", "", "answer", CARD.options, locked=True)
            echo.outcome = CardOutcome(locked, "**回答正确。**")
            assert "[卡片更新] 回答正确" in await type_in("/选 T")
            await api.changes.until(lambda: bool(api.shown))
            assert "**回答正确。**" in await type_in("/帮助")
            assert not await talk.take("/退出")
            assert talk.violations() == []

    with database_in(tmp_path) as database:
        asyncio.run(run())
    assert [click.chosen for click in echo.clicks] == [("T",)]
    assert [each.kind for each in echo.judged] == [FeedbackKind.ACCURATE]


def test_to_an_app_replies_and_messages_are_shown_and_so_is_what_goes_into_groups(
    tmp_path: Path,
) -> None:
    lines: list[str] = []

    async def run() -> None:
        async with fake_api() as api, site(database, Echo(), api, passive_seconds=4.0) as here:
            talk = AppTalk(here.app, api, lines.append)
            await talk.take("/进入")
            await talk.take("谁来谈话？")
            await talk.settled()
            assert "[zhangsan ← 应用 欢迎语]\n您好，请直接提问。" in "\n".join(lines)
            assert "[zhangsan ← 应用 直接回复]\n答复：谁来谈话？。" in "\n".join(lines)
            platform = Platform(base=api.base, reply_hosts=(), request_seconds=10)
            post = {"msgtype": "markdown", "markdown": {"content": "**每日一题**"}}
            await platform.post("/cgi-bin/webhook/send", {"key": WEBHOOK_KEY}, post)
            await platform.close()
            talk.show_news()
            assert lines[-1] == "\n[群 ← 消息推送]\n**每日一题**"

    with database_in(tmp_path) as database:
        asyncio.run(run())


def test_over_the_long_connection_it_is_the_same_chat(tmp_path: Path) -> None:
    lines: list[str] = []

    async def run() -> None:
        async with fake_api() as api, running_bot(tmp_path) as (link, _):
            talk = ConnectionTalk(link, api, lines.append)
            await talk.take("谁来谈话？")
            await link.changes.until(lambda: bool(link.bubbles) and link.bubbles[-1].finished)
            await talk.take("/进入")
            await link.changes.until(lambda: len(link.bubbles) == 2)
            talk.show_news()
            shown = "\n".join(lines)
            assert "（机器人已连接）" in shown
            assert "[zhangsan ← 机器人 完]" in shown
            assert talk.violations() == []

    asyncio.run(run())
