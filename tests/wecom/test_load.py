"""Many at once, and all that goes wrong on the way: nothing is lost and nothing is doubled.

How long people wait is measured by ``python -m scripts.load_wecom``, which asks 2,000 messages too.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.fake_wecom.callbacks import Exchange
from tests.wecom.bots import running_bot
from tests.wecom.doors import database_in, fake_api, site
from tests.wecom.doors import settings as door_settings
from tests.wecom.loads import QUESTIONS, USERS, trouble_by_callback, trouble_by_connection

from assistant.interfaces.wecom_service import make_answering
from assistant.pipeline import Assistant
from assistant.store.database import Database
from assistant.wecom.desk import Pace as DeskPace
from assistant.wecom.longconn_pace import Pace

MESSAGES = int(os.environ.get("WECOM_LOAD_MESSAGES", "200"))
"""The bar is 2,000, by way of the script; every run of the tests can afford this share."""


def test_no_callback_is_lost_or_doubled_while_everything_goes_wrong(database: Database) -> None:
    tally = asyncio.run(trouble_by_callback(database, messages=MESSAGES // 2))
    assert tally.in_order, tally
    assert tally.trouble > MESSAGES / 40


def test_no_message_of_the_connection_is_lost_or_doubled_while_everything_goes_wrong(
    tmp_path: Path,
) -> None:
    tally = asyncio.run(trouble_by_connection(tmp_path, messages=MESSAGES))
    assert tally.in_order, tally
    assert tally.trouble > MESSAGES / 20


def test_fifty_people_at_once_are_each_answered_over_the_connection(
    tmp_path: Path, assistant: Assistant
) -> None:
    async def scenario() -> None:
        async with running_bot(
            tmp_path, assistant, pace=Pace(), hold=60.0, placeholder_seconds=0.5, frame_seconds=1.0
        ) as (link, _):
            said = [
                await link.say(f"user{n:02d}", QUESTIONS[n % len(QUESTIONS)]) for n in range(USERS)
            ]
            for each in said:
                await link.reply_to(each, seconds=120)
            replies = [link.desk.replies(each) for each in said]
            assert [len(shown) for shown in replies] == [1] * USERS
            assert all("《" in shown[0].text for shown in replies)
            assert link.violations == []

    asyncio.run(scenario())


def test_fifty_people_at_once_are_each_answered_by_callback(
    tmp_path: Path, assistant: Assistant
) -> None:
    async def opened() -> Assistant:
        return assistant

    async def run() -> list[Exchange]:
        answering = make_answering(opened, database, door_settings())
        async with fake_api() as api, site(database, answering, api, pace=DeskPace()) as here:
            asked = (
                here.bot.say(QUESTIONS[n % len(QUESTIONS)], user=f"user{n}") for n in range(USERS)
            )
            exchanges = list(await asyncio.gather(*asked))
            assert here.bot.violations == []
            assert api.shown == []
            return exchanges

    with database_in(tmp_path) as database:
        exchanges = asyncio.run(run())
    assert [e for e in exchanges if not e.bubble.finished] == []
    assert [e.bubble.text for e in exchanges if "《" not in e.bubble.text] == []
