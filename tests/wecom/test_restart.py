"""Processes come and go, and nobody's answer goes with them."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.wecom.doors import BOT_ID, Echo, fake_api, site
from tests.wecom.places import ended, place

from assistant.store.database import Database
from assistant.wecom import bot_callback
from assistant.wecom.answers import MOST_ATTEMPTS, Answers, Delivery
from assistant.wecom.desk import APOLOGY, Pace
from assistant.wecom.messages import Channel, Incoming

NEVER = 1000.0
UNREAD_AT_ONCE = Pace(unread=0.01, sweep=0.05)


def test_a_killed_process_s_streams_and_messages_are_finished_by_the_next(
    tmp_path: Path, database: Database
) -> None:
    async def run() -> None:
        async with place(tmp_path, database) as here:
            first = await here.start(answers_after=NEVER)
            asking = asyncio.create_task(here.bot.say("问题一", message_id="A"))
            app_exchange = await here.app.say("问题二")
            assert app_exchange.answers == []
            bubble = await here.bot.first_reply()
            assert bubble.text in ("查到一半。", bot_callback.SEARCHING)
            first.kill()
            assert await ended(first) == -signal.SIGKILL
            second = await here.start(answers_after=0.0)
            exchange = await asking
            assert exchange.bubble.text == "答复：问题一。"
            await here.until(Delivery.READ, Delivery.SENT)
            assert [each.text for each in here.api.shown] == ["答复：问题二。"]
            second.terminate()
            assert await ended(second) in (0, -signal.SIGTERM)

    asyncio.run(run())


def test_a_process_that_is_told_to_stop_closes_its_streams_and_the_next_one_answers(
    tmp_path: Path, database: Database
) -> None:
    async def run() -> None:
        async with place(tmp_path, database) as here:
            first = await here.start(answers_after=NEVER)
            asking = [
                asyncio.create_task(here.bot.say(f"问题{n}", user=f"u{n}", message_id=f"M{n}"))
                for n in range(5)
            ]
            for number in range(5):
                await here.bot.shows("查到一半。", number)
            first.terminate()
            exchanges = await asyncio.gather(*asking)
            assert await ended(first) in (0, -signal.SIGTERM)
            assert {e.bubble.text for e in exchanges} == {f"查到一半。\n\n{bot_callback.CONTINUED}"}
            assert here.api.shown == []
            second = await here.start(answers_after=0.0)
            await here.until(Delivery.SENT)
            for number in range(5):
                shown = [each.text for each in here.api.shown_to(f"M{number}")]
                assert shown == [f"答复：问题{number}。"]
            second.kill()
            await ended(second)

    asyncio.run(run())


def test_any_process_answers_for_a_stream_that_another_one_writes(database: Database) -> None:
    echo = Echo()
    echo.before = ("查到一半。",)
    echo.release.clear()

    async def run() -> None:
        async with (
            fake_api() as api,
            site(database, echo, api) as one,
            site(database, echo, api) as other,
        ):
            asking = asyncio.create_task(one.bot.say("问题", message_id="A"))
            stream_id = (await one.bot.first_reply()).stream_id
            elsewhere = await other.bot.ask_stream(stream_id, user="zhangsan")
            assert elsewhere["finish"] is False
            # The platform's repetition may land anywhere as well.
            repeated = asyncio.create_task(other.bot.say("问题", message_id="A"))
            assert (await other.bot.first_reply()).stream_id == stream_id
            echo.release.set()
            assert (await asking).bubble.text == "答复：问题。"
            assert (await repeated).bubble.text == "答复：问题。"

    asyncio.run(run())
    assert echo.calls == {"A": 1}


def test_an_answer_over_which_every_process_dies_is_given_up_with_an_apology(
    database: Database,
) -> None:
    at = datetime.now(UTC)
    incoming = Incoming("A", Channel.BOT, BOT_ID, "single", "", "zhangsan", at, text="问题")

    async def run() -> None:
        async with fake_api() as api:
            incoming_with_url = replace(incoming, response_url=api.reply_url("A", single=True))
            for number in range(MOST_ATTEMPTS):
                answers = Answers(database, worker=f"dead-{number}", lasting=timedelta())
                answer, new = answers.begin(incoming_with_url)
                assert new or answers.take_over(answer.id)
            async with site(database, echo := Echo(), api, pace=UNREAD_AT_ONCE) as here:
                assert await here.settled() == [Delivery.SENT]
                assert [each.text for each in api.shown] == [APOLOGY]
                assert not echo.calls

    asyncio.run(run())
