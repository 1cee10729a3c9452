"""Many people at once, and everything going wrong: nobody waits, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_shown import Chaos, Said
from tests.wecom.bots import QUICK, SECRET, Slow, running_bot

from assistant.pipeline import Assistant
from assistant.wecom.longconn_pace import Pace

USERS = 50
MESSAGES = int(os.environ.get("WECOM_TEST_MESSAGES", "400"))
"""2,000 is the bar, and takes two busy cores a minute or two."""
MESSAGES_EACH = 20
BUSY = replace(QUICK, ping=5.0, pong=5.0, acknowledge=5.0)
"""Fifty conversations on a busy machine: an answer to a ping may take its time."""
QUESTIONS = (
    "谁来找新任的一把手谈话？",
    "巡视巡察谈话应当将什么作为必谈内容？",
    "《意见》第六条怎么规定？",
    "信访举报多久分析一次？",
    "新能源汽车补贴多少钱？",
)


def test_fifty_people_at_once_see_a_reply_within_two_seconds(
    tmp_path: Path, assistant: Assistant
) -> None:
    # The bar is for a machine that does nothing else.
    slowness = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))

    async def scenario() -> None:
        async with running_bot(
            tmp_path, assistant, pace=Pace(), hold=60.0, placeholder_seconds=0.5, frame_seconds=1.0
        ) as (link, _):
            said = [
                await link.say(f"user{n:02d}", QUESTIONS[n % len(QUESTIONS)]) for n in range(USERS)
            ]
            for each in said:
                await link.reply_to(each, seconds=60)
            waits = sorted(link.desk.replies(each)[0].times[0] - each.at for each in said)
            assert statistics.quantiles(waits, n=20)[18] < 2.0 * slowness, waits
            assert all(len(link.desk.replies(each)) == 1 for each in said)
            assert link.violations == []

    asyncio.run(scenario())


def test_no_answer_is_lost_or_doubled_while_everything_goes_wrong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answering = Slow()
    chaos = Chaos(
        random.Random(2026),  # noqa: S311
        close_before=0.01,
        close_after=0.01,
        late=0.03,
        late_seconds=(0.1, 0.6),
        repeat=0.05,
        refuse=0.02,
    )

    async def scenario() -> None:
        async with running_bot(
            tmp_path,
            answering,
            answers_at_once=8,
            pace=BUSY,
            hold=60.0,
            keepalive_seconds=20.0,
            frame_seconds=0.5,
        ) as (link, _):
            link.faults.chaos = chaos
            said: list[Said] = []
            names = iter(range(MESSAGES // MESSAGES_EACH))
            await asyncio.gather(*(_converse(link, names, said) for _ in range(USERS)))
            link.faults.chaos = None
            # Whatever is still on its way comes now.
            await link.subscribed(count=len(link.subscriptions))
            await asyncio.sleep(1.0)

            assert len(said) == MESSAGES
            assert len(link.subscriptions) > MESSAGES / 100
            bubbles = [link.desk.replies(each) for each in said]
            assert [len(shown) for shown in bubbles if len(shown) != 1] == []
            assert all("任职谈话" in shown[0].text for shown in bubbles)
            assert len(link.bubbles) == MESSAGES
            assert len(answering.asked) == MESSAGES
            assert link.violations == []

    with caplog.at_level(logging.INFO):
        asyncio.run(scenario())
    assert SECRET not in caplog.text
    assert "response_code" not in caplog.text


async def _converse(link: FakeLink, names: Iterator[int], said: list[Said]) -> None:
    """Ask one question after the other, as one person after the other."""
    for name in names:
        for number in range(MESSAGES_EACH):
            each = await link.say(f"person{name:03d}", f"谁来谈话？第{number}问")
            said.append(each)
            await link.reply_to(each, seconds=60)
