"""Questions over the long connection: streams, and what becomes of an answer when things break."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_shown import Chaos, Ending, Rules
from tests.wecom.bots import BOTS, SECRET, Slow, make_bot, running_bot

from assistant.domain import Answer
from assistant.store.database import open_database
from assistant.wecom import words
from assistant.wecom.longconn import LinkState

QUESTION = "谁来找新任的一把手谈话？"


def test_a_question_is_answered_with_document_and_article(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path, placeholder_seconds=9.0, keepalive_seconds=9.0) as (
            link,
            _,
        ):
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION))
            assert "《意见》（三）规定" in bubble.text
            assert "**出处**" in bubble.text
            assert bubble.snapshots == [bubble.text]
            assert bubble.feedback_id.startswith("trace_")
            assert link.violations == []

    asyncio.run(scenario())


def test_a_group_is_answered_without_the_mention(tmp_path: Path) -> None:
    assistant = Slow()

    async def scenario() -> None:
        async with running_bot(tmp_path, assistant, bot_names=("政策 助手",)) as (link, _):
            said = await link.say("zhangsan", f"@政策 助手\u2005{QUESTION}", chat="CHAT-1")
            assert "《意见》（三）" in (await link.reply_to(said)).text
            assert assistant.asked == [QUESTION]

    asyncio.run(scenario())


def test_a_slow_answer_is_announced_and_replaces_the_announcement(tmp_path: Path) -> None:
    assistant = Slow(held=True)

    async def scenario() -> None:
        async with running_bot(tmp_path, assistant) as (link, _):
            said = await link.say("zhangsan", QUESTION)
            await link.changes.until(lambda: bool(link.bubbles))
            assert link.bubbles[0].text == words.SEARCHING
            assert link.bubbles[0].times[0] - said.at < 1
            assistant.release()
            bubble = await link.reply_to(said)
            assert link.bubbles == [bubble]
            assert "任职谈话" in bubble.text

    asyncio.run(scenario())


def test_a_stream_that_has_nothing_new_to_show_is_kept_alive(tmp_path: Path) -> None:
    assistant = Slow(held=True)

    async def scenario() -> None:
        async with running_bot(
            tmp_path, assistant, progress_seconds=60.0, keepalive_seconds=0.2
        ) as (link, _):
            said = await link.say("zhangsan", QUESTION)
            await link.changes.until(lambda: bool(link.bubbles) and len(link.bubbles[0].times) > 3)
            assistant.release()
            await link.reply_to(said)
            assert link.violations == []

    asyncio.run(scenario())


def test_an_answer_slower_than_a_stream_may_last_comes_as_a_message(tmp_path: Path) -> None:
    assistant = Slow(held=True)

    async def scenario() -> None:
        rules = Rules(stream_seconds=30.0)
        async with running_bot(tmp_path, assistant, rules=rules, stream_seconds=1.0) as (link, _):
            said = await link.say("zhangsan", QUESTION)
            closed = await link.reply_to(said)
            assert closed.text == words.TAKES_LONG
            assistant.release()
            await link.changes.until(lambda: len(link.bubbles) == 2)
            sent = link.bubbles[1]
            assert (sent.conversation, sent.kind) == ("zhangsan", "sent markdown")
            assert "任职谈话" in sent.text
            await asyncio.sleep(0.5)
            assert len(link.bubbles) == 2
            assert link.violations == []

    asyncio.run(scenario())


def test_an_answer_that_never_comes_ends_with_words(tmp_path: Path) -> None:
    assistant = Slow(held=True)

    async def scenario() -> None:
        async with running_bot(tmp_path, assistant, answer_seconds=1.0, stream_seconds=0.5) as (
            link,
            _,
        ):
            said = await link.say("zhangsan", QUESTION)
            assert (await link.reply_to(said)).text == words.TAKES_LONG
            await link.changes.until(lambda: len(link.bubbles) == 2)
            assert "用时过长" in link.bubbles[1].text
            assistant.release()

    asyncio.run(scenario())


def test_twenty_copies_of_one_message_cause_one_answer(tmp_path: Path) -> None:
    assistant = Slow(seconds=0.3)

    async def scenario() -> None:
        async with running_bot(tmp_path, assistant) as (link, _):
            said = await link.say("zhangsan", QUESTION)
            for _ in range(19):
                await link.repeat(said)
            await link.reply_to(said)
            for _ in range(3):
                await link.repeat(said)
            await asyncio.sleep(0.3)
            assert assistant.asked == [QUESTION]
            assert len(link.desk.replies(said)) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("ending", list(Ending))
def test_an_answer_survives_the_end_of_the_connection(tmp_path: Path, ending: Ending) -> None:
    assistant = Slow(held=True)

    async def scenario() -> None:
        async with running_bot(tmp_path, assistant) as (link, _):
            said = await link.say("zhangsan", QUESTION)
            await link.changes.until(lambda: bool(link.bubbles))
            await link.end(ending)
            assistant.release()
            bubble = await link.reply_to(said)
            assert "任职谈话" in bubble.text
            assert link.bubbles == [bubble]
            assert assistant.asked == [QUESTION]

    asyncio.run(scenario())


@pytest.mark.parametrize("finished_again", [0, 846608])
def test_a_last_snapshot_whose_acknowledgement_is_lost_is_shown_once(
    tmp_path: Path, finished_again: int
) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            link.faults.finished_again = finished_again
            link.faults.chaos = Chaos(random.Random(1), close_after=1.0)  # noqa: S311
            said = await link.say("zhangsan", QUESTION)
            await link.reply_to(said)
            link.faults.chaos = None
            await link.subscribed(count=2)
            await asyncio.sleep(0.5)
            assert len(link.bubbles) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize("code", [6000, 45009, 846609])
def test_a_passing_refusal_is_met_by_trying_again(tmp_path: Path, code: int) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            link.faults.codes.append(("aibot_respond_msg", code))
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION))
            assert "任职谈话" in bubble.text
            assert link.bubbles == [bubble]

    asyncio.run(scenario())


@pytest.mark.parametrize("code", [846605, 846608, 86008])
def test_a_lasting_refusal_is_met_by_a_message(tmp_path: Path, code: int) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path, placeholder_seconds=9.0, keepalive_seconds=9.0) as (
            link,
            _,
        ):
            for _ in range(2):
                link.faults.codes.append(("aibot_respond_msg", code))
            await link.say("zhangsan", QUESTION, chat="CHAT-1")
            await link.changes.until(lambda: bool(link.bubbles))
            sent = link.bubbles[0]
            assert (sent.conversation, sent.kind) == ("CHAT-1", "sent markdown")
            assert "任职谈话" in sent.text

    asyncio.run(scenario())


def test_what_the_platforms_filter_rejects_becomes_a_generic_sentence(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path, placeholder_seconds=9.0, keepalive_seconds=9.0) as (
            link,
            _,
        ):
            link.faults.codes.append(("aibot_respond_msg", 40201))
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION))
            assert bubble.text == words.UNWANTED

    asyncio.run(scenario())


def test_a_late_acknowledgement_doubles_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            link.faults.acknowledge_after = 0.8
            said = await link.say("zhangsan", QUESTION)
            await link.reply_to(said)
            await asyncio.sleep(1.2)
            assert len(link.bubbles) == 1
            assert link.violations == []

    asyncio.run(scenario())


def test_sigterm_closes_streams_and_the_next_process_answers(tmp_path: Path) -> None:
    stuck, quick = Slow(held=True), Slow()

    async def scenario() -> None:
        database = open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
        async with FakeLink(BOTS) as link:
            first = make_bot(link, stuck, database, name="first")
            await link.subscribed()
            said = await link.say("zhangsan", QUESTION)
            await link.changes.until(lambda: bool(link.bubbles))
            assert await asyncio.wait_for(first.stop(), 10) is LinkState.STOPPED
            closed = await link.reply_to(said)
            assert closed.text == words.RESTARTING
            assert link.clients == []

            second = make_bot(link, quick, database, name="second")
            await link.changes.until(lambda: len(link.bubbles) == 2)
            assert "任职谈话" in link.bubbles[1].text
            await link.repeat(said)
            await asyncio.sleep(0.3)
            assert len(link.bubbles) == 2
            await second.stop()
            stuck.release()
        database.close()

    asyncio.run(scenario())


def test_sigterm_lets_an_answer_that_is_nearly_there_come_to_its_end(tmp_path: Path) -> None:
    assistant = Slow(seconds=0.4)

    async def scenario() -> None:
        async with running_bot(tmp_path, assistant, stop_seconds=3.0) as (link, bot):
            said = await link.say("zhangsan", QUESTION)
            await link.changes.until(lambda: bool(link.bubbles))
            await bot.stop()
            assert "任职谈话" in (await link.reply_to(said)).text
            assert len(link.bubbles) == 1

    asyncio.run(scenario())


def test_a_power_failure_in_the_middle_of_a_stream_loses_no_answer(tmp_path: Path) -> None:
    stuck, quick = Slow(held=True), Slow()

    async def scenario() -> None:
        database = open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
        async with FakeLink(BOTS) as link:
            first = make_bot(link, stuck, database, name="first", hold=0.6)
            await link.subscribed()
            said = await link.say("zhangsan", QUESTION)
            await link.changes.until(lambda: bool(link.bubbles))
            first.die()
            await link.gone()
            second = make_bot(link, quick, database, name="second", hold=0.6)
            bubble = await link.reply_to(said)
            assert "任职谈话" in bubble.text
            # In the bubble that was promised: nothing says "searching" for ever.
            assert link.bubbles == [bubble]
            assert quick.asked == [QUESTION]
            await second.stop()
            stuck.release()
        database.close()

    asyncio.run(scenario())


def test_a_question_asked_while_the_bot_was_away_is_answered_when_it_is_back(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            await link.end(Ending.ABORT)
            said = await link.say("zhangsan", QUESTION)
            assert "任职谈话" in (await link.reply_to(said)).text

    asyncio.run(scenario())


def test_an_answer_is_cut_to_the_bytes_of_a_stream(tmp_path: Path) -> None:
    class Wordy(Slow):
        def ask_stream(self, question: str, **_: object) -> Iterator[Answer]:
            yield Answer("answered", "监督检查要抓住关键少数。" * 3000 + "😀" * 5000)

    async def scenario() -> None:
        async with running_bot(tmp_path, Wordy(), public_url="https://wen.example.cn") as (link, _):
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION))
            assert len(bubble.text.encode()) <= 20480
            assert bubble.text.endswith("[在浏览器中打开](https://wen.example.cn)看全文。")
            assert link.violations == []

    asyncio.run(scenario())


def test_an_answer_that_breaks_is_apologised_for_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Slow):
        def ask_stream(self, question: str, **_: object) -> Iterator[Answer]:
            raise RuntimeError("the disk is on fire")

    async def scenario() -> None:
        async with running_bot(tmp_path, Broken()) as (link, _):
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION))
            assert bubble.text == words.FAILED

    asyncio.run(scenario())
    assert "the disk is on fire" in caplog.text


def test_whoever_opens_the_chat_is_welcomed_once_and_in_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            entered = await link.enter("zhangsan")
            bubble = await link.reply_to(entered)
            assert bubble.kind == "welcome"
            assert words.WELCOME in bubble.text
            await link.repeat(entered)
            await asyncio.sleep(0.2)
            assert len(link.bubbles) == 1
            assert link.violations == []

    asyncio.run(scenario())


def test_each_kind_of_feedback_is_stored(tmp_path: Path) -> None:
    from sqlalchemy import select

    from assistant.wecom.tables import FeedbackRow

    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, bot):
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION))
            for number, kind in enumerate((1, 2, 3), start=1):
                await link.judge(
                    f"user{number}",
                    bubble.feedback_id,
                    kind,
                    content="能再详细一些么",
                    inaccurate_reason_list=[2, 4],
                )
            rows: list[tuple[str, int, str]] = []
            async with asyncio.timeout(60):
                while len(rows) < 3:
                    await asyncio.sleep(0.02)
                    with bot.database.session() as session:
                        found = session.scalars(
                            select(FeedbackRow).order_by(FeedbackRow.user_id)
                        ).all()
                    rows = [(row.user_id, row.kind, row.reasons) for row in found]
            assert [row[:2] for row in rows] == [("user1", 1), ("user2", 2), ("user3", 3)]
            assert rows[1][2] == "2,4"

    asyncio.run(scenario())


def test_events_and_messages_of_unknown_kinds_are_passed_over(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            await link.send_event("zhangsan", {"eventtype": "moon_landing"})
            await link.say("zhangsan", "", msgtype="hologram")
            await link.say("zhangsan", QUESTION, aibotid="ANOTHER-BOT")
            await link.send_junk()
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION))
            assert link.bubbles == [bubble]

    asyncio.run(scenario())


def test_a_picture_is_refused_politely_and_a_voice_is_read(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            picture = await link.say("zhangsan", "", msgtype="image", image={"url": "https://x"})
            assert (await link.reply_to(picture)).text == words.UNREADABLE
            voice = await link.say("zhangsan", "", msgtype="voice", voice={"content": QUESTION})
            assert "任职谈话" in (await link.reply_to(voice)).text

    asyncio.run(scenario())


def test_a_conversation_never_gets_more_replies_than_the_platform_allows(tmp_path: Path) -> None:
    async def scenario() -> None:
        rules = Rules(replies_each_minute=12, minute_seconds=60.0)
        async with running_bot(
            tmp_path, rules=rules, replies_per_minute=10, answers_per_user=10
        ) as (link, _):
            said = [await link.say("zhangsan", f"{QUESTION}{n}") for n in range(10)]
            for each in said:
                await link.reply_to(each)
            await link.say("zhangsan", QUESTION)
            await asyncio.sleep(0.5)
            # The eleventh waits for its minute.
            assert len(link.bubbles) == 10
            assert link.violations == []

    asyncio.run(scenario())


def test_nothing_secret_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        async with running_bot(tmp_path) as (link, _):
            await link.reply_to(await link.say("zhangsan", QUESTION))
            await link.reply_to(await link.enter("zhangsan"))
            await link.send_junk()
            await link.end(Ending.ABORT)
            await link.subscribed(count=2)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(scenario())
    assert "answered in" in caplog.text
    for secret in (SECRET, "response_code", "SECRET-", QUESTION):
        assert secret not in caplog.text


def test_reading_goes_on_while_many_answers_are_being_written(tmp_path: Path) -> None:
    assistant = Slow(held=True)

    async def scenario() -> None:
        async with running_bot(
            tmp_path,
            assistant,
            answers_at_once=2,
            answers_waiting=3,
            keepalive_seconds=9.0,
            progress_seconds=9.0,
        ) as (link, _):
            said = [await link.say(f"user{n}", f"{QUESTION}{n}") for n in range(8)]
            # Two are being answered, three wait and are told so, three are turned away.
            await link.changes.until(lambda: len(link.bubbles) == 8)
            texts = [bubble.text for bubble in link.bubbles]
            assert texts.count(words.SEARCHING) == 2
            assert sum(text.startswith("正在排队") for text in texts) == 3
            assert sum("暂时排不上" in text for text in texts) == 3
            assistant.release()
            answers = [(await link.reply_to(each)).text for each in said]
            assert sum("任职谈话" in text for text in answers) == 5
            assert assistant.most_at_once == 2

    asyncio.run(scenario())
