"""Many people at once, and everything going wrong: what became of every single message."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.fake_wecom.api import REPLY_PATH, SEND_PATH
from tests.fake_wecom.callbacks import CallbackChaos, CallbackRules
from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_shown import Chaos, Said
from tests.wecom.bots import QUICK, Slow, running_bot
from tests.wecom.doors import Echo, Site, fake_api, site

from assistant.store.database import Database
from assistant.wecom.bot_callback import CONTINUED, SEARCHING, SENT_APART
from assistant.wecom.desk import Pace
from assistant.wecom.messages import Incoming, Snapshot

USERS = 50
ODDS = 7
"""One answer in so many takes longer than its stream."""
MESSAGES_EACH = 20
"""Of one person over the long connection; a conversation takes no more in a minute."""
CALM = replace(QUICK, ping=5.0, pong=5.0, acknowledge=5.0)
"""Fifty conversations on a busy machine: an answer to a ping may take its time."""
QUESTIONS = (
    "对下级新任职“一把手”应当开展什么谈话？",
    "谁来监督下级“一把手”？",
    "巡视巡察谈话应当将什么作为必谈内容？",
    "《意见》第六条怎么规定？",
    "信访举报多久分析一次？",
    "民主生活会前要做什么？",
    "新能源汽车补贴多少钱？",
)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the messages; nothing is to be in the lists."""

    messages: int
    answers_written: int
    lost: list[str]
    doubled: list[str]
    strange: list[str]
    """Words that nobody should have seen."""
    violations: list[str]
    trouble: int
    """How often something went wrong on the way."""

    @property
    def in_order(self) -> bool:
        """Whether each message was answered once, and every rule of the platform was kept."""
        wrong = (self.lost, self.doubled, self.strange, self.violations)
        return self.answers_written == self.messages and not any(wrong)


class Uneven(Echo):
    """Answers most questions at once and some only after their stream is closed."""

    def __init__(self, *, slow_seconds: float) -> None:
        super().__init__(answer_to)
        self._slow_seconds = slow_seconds

    async def reply(self, incoming: Incoming) -> AsyncIterator[Snapshot]:
        """Yield the answer, early or late."""
        if int(incoming.text.rpartition("-")[2]) % ODDS == 0:
            await asyncio.sleep(self._slow_seconds)
        async for snapshot in super().reply(incoming):
            yield snapshot


def answer_to(incoming: Incoming) -> str:
    """Return an answer that is of this message alone."""
    return f"《{incoming.text}》的答复。"


async def trouble_by_callback(database: Database, *, messages: int, seed: int = 20261122) -> Tally:
    """Ask through both callback channels while connections end, replies get lost and tokens end."""
    dice = random.Random(seed)  # noqa: S311
    echo = Uneven(slow_seconds=1.5)
    rules = CallbackRules(stream=120.0, poll=0.1)
    pace = Pace(unread=3.0, sweep=0.3, store=0.1, look=0.05)
    async with (
        fake_api() as api,
        site(
            database,
            echo,
            api,
            rules=rules,
            pace=pace,
            stream_seconds=1.0,
            retry_seconds=0.05,
            passive_seconds=0,
        ) as here,
    ):
        chaos = CallbackChaos(dice, hang_up=0.05, lose=0.05, repeat=0.05)
        here.bot.caller.chaos = here.app.caller.chaos = chaos
        _order_faults(here, dice)
        texts = [f"问题-{number}" for number in range(messages)]
        await asyncio.gather(
            *(_talk(here, f"user{user}", texts[user::USERS]) for user in range(USERS))
        )
        await here.settled(seconds=60 + messages / 10)
        return _tally(here, echo, texts)


def _order_faults(here: Site, dice: random.Random) -> None:
    faults = here.api.faults
    faults.expire_every = 40
    faults.codes[SEND_PATH] = deque(dice.choices([0, -1, 45009], [8, 1, 1], k=100))
    faults.codes[REPLY_PATH] = deque(dice.choices([0, -1], [8, 1], k=100))
    faults.hang_up[REPLY_PATH] = deque(dice.choices(["", "before", "after"], [8, 1, 1], k=100))


async def _talk(here: Site, name: str, texts: Sequence[str]) -> None:
    group = f"group{int(name[4:]) % 5}"
    for number, text in enumerate(texts):
        if number % 3 == 2:
            await here.app.say(text, user=name)
        else:
            await here.bot.say(text, user=name, chat=group if number % 3 else "")


def _tally(here: Site, echo: Echo, texts: Sequence[str]) -> Tally:
    shown: dict[str, list[str]] = {text: [] for text in texts}
    for exchange in here.bot.exchanges:
        apart = (each.text for each in here.api.shown_to(exchange.message_id))
        shown[exchange.text] += [exchange.bubble.text, *apart]
    active = Counter(each.text for each in here.api.shown if each.to.startswith("user"))
    for exchange in here.app.exchanges:
        sent = f"《{exchange.text}》的答复。"
        shown[exchange.text] += [*exchange.answers, *([sent] * active.pop(sent, 0))]
    counted = {text: each.count(f"《{text}》的答复。") for text, each in shown.items()}
    expected = {CONTINUED, SENT_APART, SEARCHING, ""}
    said = {words for text, each in shown.items() for words in each if text not in words}
    return Tally(
        messages=len(texts),
        answers_written=sum(echo.calls.values()),
        lost=[text for text, count in counted.items() if count == 0],
        doubled=[text for text, count in counted.items() if count > 1],
        strange=[*(said - expected), *active],
        violations=[*here.bot.violations, *here.app.violations, *here.api.violations],
        trouble=here.bot.caller.troubles + here.app.caller.troubles,
    )


async def trouble_by_connection(folder: Path, *, messages: int, seed: int = 2026) -> Tally:
    """Ask over the long connection while it ends, frames are refused and callbacks repeated."""
    answering = Slow()
    chaos = Chaos(
        random.Random(seed),  # noqa: S311
        close_before=0.01,
        close_after=0.01,
        late=0.03,
        late_seconds=(0.1, 0.6),
        repeat=0.05,
        refuse=0.02,
    )
    async with running_bot(
        folder,
        answering,
        answers_at_once=8,
        pace=CALM,
        hold=60.0,
        keepalive_seconds=20.0,
        frame_seconds=0.5,
    ) as (link, bot):
        link.faults.chaos = chaos
        said: list[Said] = []
        names = iter(range(messages // MESSAGES_EACH))
        await asyncio.gather(*(_converse(link, names, said) for _ in range(USERS)))
        link.faults.chaos = None
        # What is still on its way comes now, and would be seen.
        await link.subscribed(count=len(link.subscriptions))
        await bot.stop()
        counted = {each.message_id: link.desk.replies(each) for each in said}
        return Tally(
            messages=len(said),
            answers_written=len(answering.asked),
            lost=[name for name, shown in counted.items() if not shown],
            doubled=[name for name, shown in counted.items() if len(shown) > 1],
            strange=[
                bubble.text
                for bubble in link.bubbles
                if "任职谈话" not in bubble.text or not bubble.finished
            ],
            violations=list(link.violations),
            trouble=chaos.happened,
        )


async def _converse(link: FakeLink, names: Iterator[int], said: list[Said]) -> None:
    """Ask one question after the other, as one person after the other."""
    for name in names:
        for number in range(MESSAGES_EACH):
            each = await link.say(f"person{name:03d}", f"谁来谈话？第{number}问")
            said.append(each)
            await link.reply_to(each, seconds=60)
