"""Many at once, and all that goes wrong on the way: nobody waits, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import random
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fake_wecom.api import REPLY_PATH, SEND_PATH
from tests.fake_wecom.callbacks import CallbackChaos, CallbackRules, Exchange
from tests.wecom.doors import Echo, Site, database_in, fake_api, site
from tests.wecom.places import place
from tests.wecom.process import REAL

from assistant.wecom.bot_callback import CONTINUED, SEARCHING, SENT_APART
from assistant.wecom.desk import Pace
from assistant.wecom.messages import Incoming, Snapshot

USERS = 50
MESSAGES = int(os.environ.get("WECOM_LOAD_MESSAGES", "300"))
"""The bar is 2,000; the share that every run of the tests can afford is the default."""
ODDS = 7
"""One answer in so many takes longer than its stream."""
QUESTIONS = (
    "对下级新任职“一把手”应当开展什么谈话？",
    "谁来监督下级“一把手”？",
    "巡视巡察谈话应当将什么作为必谈内容？",
    "发现苗头性问题怎么办？",
    "民主生活会前要做什么？",
    "插手干预重大事项怎么处理？",
)


class Uneven(Echo):
    """Answers most questions at once and some only after their stream is closed."""

    def __init__(self, *, slow_seconds: float) -> None:
        super().__init__(lambda incoming: f"《{incoming.text}》的答复。")
        self._slow_seconds = slow_seconds

    async def reply(self, incoming: Incoming) -> AsyncIterator[Snapshot]:
        """Yield the answer, early or late."""
        if int(incoming.text.rpartition("-")[2]) % ODDS == 0:
            await asyncio.sleep(self._slow_seconds)
        async for snapshot in super().reply(incoming):
            yield snapshot


def shown_for(here: Site, exchange: Exchange) -> list[str]:
    """Return all that stays on the screens of those who look at a message of the bot."""
    return [exchange.bubble.text, *(each.text for each in here.api.shown_to(exchange.message_id))]


def test_two_thousand_messages_with_faults_are_each_answered_once(tmp_path: Path) -> None:
    dice = random.Random(20261122)  # noqa: S311
    chaos = CallbackChaos(dice, hang_up=0.05, lose=0.0, repeat=0.05)
    bot_chaos = CallbackChaos(dice, hang_up=0.05, lose=0.05, repeat=0.05)
    echo = Uneven(slow_seconds=1.5)

    async def ask(here: Site, user: int, texts: list[str]) -> None:
        for number, text in enumerate(texts):
            name = f"user{user}"
            if number % 3 == 2:
                await here.app.say(text, user=name)
            elif number % 3 == 1:
                await here.bot.say(text, user=name, chat=f"group{user % 5}")
            else:
                await here.bot.say(text, user=name)

    async def run() -> None:
        rules = CallbackRules(stream=120.0, poll=0.1)
        async with fake_api() as api:
            options = {"stream_seconds": 1.0, "passive_seconds": 1.0, "retry_seconds": 0.05}
            async with site(
                database,
                echo,
                api,
                rules=rules,
                chaos=chaos,
                pace=Pace(unread=3.0, sweep=0.3, store=0.1, look=0.05),
                **options,
            ) as here:
                here.bot.caller.chaos = bot_chaos
                api.faults.expire_every = 40
                api.faults.codes[SEND_PATH] = deque(dice.choices([0, -1, 45009], [8, 1, 1], k=100))
                api.faults.codes[REPLY_PATH] = deque(dice.choices([0, -1], [8, 1], k=100))
                api.faults.hang_up[REPLY_PATH] = deque(
                    dice.choices(["", "before", "after"], [8, 1, 1], k=100)
                )
                texts = [f"问题-{number}" for number in range(MESSAGES)]
                await asyncio.gather(
                    *(ask(here, user, texts[user::USERS]) for user in range(USERS))
                )
                ways = await here.settled(seconds=60)
                assert len(ways) == MESSAGES
                check_every_answer(here)

    with database_in(tmp_path) as database:
        asyncio.run(run())
    assert sum(echo.calls.values()) == MESSAGES


def check_every_answer(here: Site) -> None:
    """Assert that each message's answer is to be seen once, and that no rule was broken."""
    assert here.bot.violations == []
    assert here.app.violations == []
    assert here.api.violations == []
    for exchange in here.bot.exchanges:
        answer = f"《{exchange.text}》的答复。"
        shown = shown_for(here, exchange)
        assert shown.count(answer) == 1, (exchange, shown)
        # Nothing, when none of the three tries to reply came through.
        assert set(shown) - {answer} <= {CONTINUED, SENT_APART, SEARCHING, ""}
    active = [each.text for each in here.api.shown if each.to.startswith("user")]
    passive = [answer for exchange in here.app.exchanges for answer in exchange.answers]
    wanted = [f"《{exchange.text}》的答复。" for exchange in here.app.exchanges]
    assert sorted(active + passive) == sorted(wanted)


@pytest.mark.usefixtures("indexed_settings")
def test_fifty_people_at_once_see_something_within_two_seconds(tmp_path: Path) -> None:
    async def run() -> list[Exchange]:
        async with place(tmp_path) as here:
            process = await here.start(answers_after=REAL)
            try:
                await here.bot.say("什么是民主集中制？", user="first")
                asked = (
                    here.bot.say(QUESTIONS[n % len(QUESTIONS)], user=f"user{n}")
                    for n in range(USERS)
                )
                return list(await asyncio.gather(*asked))
            finally:
                process.kill()
                process.wait()

    exchanges = asyncio.run(run())
    waits = sorted(exchange.first_seconds or 99.0 for exchange in exchanges)
    assert waits[int(0.95 * USERS)] < 2.0, [round(wait, 2) for wait in waits]
    assert [e for e in exchanges if not e.bubble.finished] == []
    assert [e.bubble.text for e in exchanges if "《" not in e.bubble.text] == []
