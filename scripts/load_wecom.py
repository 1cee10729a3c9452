"""Asks through a fake WeCom as a whole organisation would: ``python -m scripts.load_wecom``.

First fifty people at once ask the real assistant over the shipped corpus, in a process of its own:
by callback, and over the long connection. Then thousands of messages are sent while connections
end, replies get lost, acknowledgements come late, tokens end and callbacks are repeated; each must
be answered once. The platform is the one of the tests, on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.bench import QUIET_LOAD, percentile
from tests.fake_wecom.ws import FakeLink
from tests.wecom.bots import BOT_ID, BOTS, SECRET
from tests.wecom.doors import database_in
from tests.wecom.loads import QUESTIONS, Tally, trouble_by_callback, trouble_by_connection
from tests.wecom.places import ended, place

BAR_SECONDS = 2.0
"""Until the first visible reply, for 95 of a hundred."""
PEOPLE = 50
MESSAGES = 2_000
ANSWER_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Waits:
    """How long people waited, in seconds."""

    channel: str
    people: int
    first_median: float
    first_p95: float
    whole_median: float
    whole_p95: float
    unanswered: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What became of the messages."""

    channel: str
    tally: Tally
    seconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; exits with 1 when a bar is missed."""
    parser = argparse.ArgumentParser(
        description="企业微信机器人：多人同时提问的用时，出错时的丢失和重复"
    )
    parser.add_argument("--people", type=int, default=PEOPLE, help="同时提问的人数")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="出错情形下一共多少条")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    chosen = parser.parse_args(arguments)
    # What goes wrong here goes wrong on purpose.
    logging.getLogger("assistant").setLevel(logging.ERROR)
    before = os.getloadavg()[0]
    if before > QUIET_LOAD:
        sys.stderr.write(f"机器正忙（平均负载 {before:.1f}），用时会偏大。\n")
    waits = [measure(chosen.people) for measure in (wait_for_callbacks, wait_for_connection)]
    troubles = [disturb(chosen.messages) for disturb in (disturb_callbacks, disturb_connection)]
    sys.stdout.write((as_json if chosen.json else as_text)(waits, troubles) + "\n")
    quick = all(each.first_p95 <= BAR_SECONDS and not each.unanswered for each in waits)
    raise SystemExit(0 if quick and all(each.tally.in_order for each in troubles) else 1)


def wait_for_callbacks(people: int) -> Waits:
    """Let people ask one question each at once, by callback."""

    async def run(folder: Path) -> Waits:
        with database_in(folder) as database:
            async with place(folder, database) as here:
                process = await here.start(answers_after=None)
                # The first question finds much that must still be read.
                await here.bot.say(QUESTIONS[0], user="first")
                exchanges = await asyncio.gather(
                    *(here.bot.say(text, user=f"user{n}") for n, text in _asked(people))
                )
                process.terminate()
                await ended(process)
        firsts = [each.first_seconds or ANSWER_SECONDS for each in exchanges]
        wholes = [each.bubble.times[-1] - each.started for each in exchanges if each.bubble.times]
        finished = sum(each.bubble.finished for each in exchanges)
        return _waits("URL 回调", firsts, wholes, people - finished)

    with tempfile.TemporaryDirectory(prefix="assistant-load-") as folder:
        return asyncio.run(run(Path(folder)))


def wait_for_connection(people: int) -> Waits:
    """Let people ask one question each at once, over the long connection."""

    async def run(folder: Path) -> Waits:
        async with FakeLink(BOTS) as link, _connected(link, folder):
            await link.reply_to(await link.say("first", QUESTIONS[0]), seconds=ANSWER_SECONDS)
            said = [await link.say(f"user{n}", text) for n, text in _asked(people)]
            unanswered = 0
            for each in said:
                try:
                    await link.reply_to(each, seconds=ANSWER_SECONDS)
                except TimeoutError:
                    unanswered += 1
            shown = [(each, link.desk.replies(each)) for each in said]
        firsts = [replies[0].times[0] - each.at for each, replies in shown if replies]
        wholes = [replies[-1].times[-1] - each.at for each, replies in shown if replies]
        return _waits("长连接", firsts, wholes, unanswered)

    with tempfile.TemporaryDirectory(prefix="assistant-load-") as folder:
        return asyncio.run(run(Path(folder)))


@contextlib.asynccontextmanager
async def _connected(link: FakeLink, folder: Path) -> AsyncIterator[None]:
    """Run ``assistant wecom run`` against a platform."""
    environment = os.environ | {
        "ASSISTANT_DATA": str(folder),
        "ASSISTANT_WECOM__WEBSOCKET_URL": link.address,
        "ASSISTANT_WECOM__BOT_ID": BOT_ID,
        "ASSISTANT_WECOM__BOT_SECRET": SECRET,
    }
    command = (sys.executable, "-m", "assistant", "wecom", "run")
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await link.subscribed(seconds=ANSWER_SECONDS)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


def disturb_callbacks(messages: int) -> Trouble:
    """Send messages by callback while everything goes wrong."""
    started = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="assistant-load-") as folder,
        database_in(Path(folder)) as database,
    ):
        tally = asyncio.run(trouble_by_callback(database, messages=messages))
    return Trouble("URL 回调和自建应用", tally, time.perf_counter() - started)


def disturb_connection(messages: int) -> Trouble:
    """Send messages over the long connection while everything goes wrong."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="assistant-load-") as folder:
        tally = asyncio.run(trouble_by_connection(Path(folder), messages=messages))
    return Trouble("长连接", tally, time.perf_counter() - started)


def as_json(waits: Sequence[Waits], troubles: Sequence[Trouble]) -> str:
    """Return the figures for programs."""
    found = {"waits": list(map(asdict, waits)), "troubles": list(map(asdict, troubles))}
    return json.dumps(found, ensure_ascii=False)


def as_text(waits: Sequence[Waits], troubles: Sequence[Trouble]) -> str:
    """Return the figures for people."""
    lines = [
        f"{each.channel}：{each.people} 人同时提问，首条可见回复中位数 {each.first_median:.2f} 秒、"
        f"第 95 百分位 {each.first_p95:.2f} 秒（上限 {BAR_SECONDS:.0f} 秒）；"
        f"答完中位数 {each.whole_median:.2f} 秒、第 95 百分位 {each.whole_p95:.2f} 秒；"
        f"没有答完 {each.unanswered} 人"
        for each in waits
    ]
    for trouble in troubles:
        tally = trouble.tally
        lines.append(
            f"{trouble.channel}：{tally.messages} 条，途中出错 {tally.trouble} 次，"
            f"丢失 {len(tally.lost)}，重复 {len(tally.doubled)}，"
            f"违反平台规则 {len(tally.violations)}，用时 {trouble.seconds:.0f} 秒"
        )
    return "\n".join(lines)


def _asked(people: int) -> list[tuple[int, str]]:
    return [(number, QUESTIONS[number % len(QUESTIONS)]) for number in range(people)]


def _waits(
    channel: str, firsts: Sequence[float], wholes: Sequence[float], unanswered: int
) -> Waits:
    return Waits(
        channel=channel,
        people=len(firsts),
        first_median=statistics.median(firsts),
        first_p95=percentile(sorted(firsts), 95),
        whole_median=statistics.median(wholes),
        whole_p95=percentile(sorted(wholes), 95),
        unanswered=unanswered,
    )


if __name__ == "__main__":
    main()
