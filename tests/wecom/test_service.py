"""The answering service: what is said, to whom, how often, and what is remembered."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.fakes import FakeAssistant
from tests.wecom.bots import Slow, settings

from assistant.domain import Answer, Early, Turn
from assistant.errors import IndexMissing
from assistant.pipeline import Assistant
from assistant.store.database import Database, open_database
from assistant.wecom import limits, words
from assistant.wecom.limits import Windows
from assistant.wecom.messages import Channel, Entered, Incoming, MessageKind, Snapshot
from assistant.wecom.service import AnsweringService, Asking, feedback_id_of
from assistant.wecom.state import State

QUESTION = "谁来找新任的一把手谈话？"


class Clock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def state(database: Database, clock: Clock) -> State:
    return State(database, clock=clock)


def service(asking: Asking, state: State, **changes: object) -> AnsweringService:
    async def opened() -> Asking:
        return asking

    return AnsweringService(opened, state, settings(**changes))  # type: ignore[arg-type]


def message(text: str, number: int = 1, **changes: object) -> Incoming:
    incoming = Incoming(
        message_id=f"M{number}",
        channel=Channel.CONNECTION,
        bot_id="B1",
        chat_type="single",
        chat_id="",
        user_id="zhangsan",
        received_at=datetime.now(UTC),
        text=text,
    )
    return replace(incoming, **changes)  # type: ignore[arg-type]


def grouped(text: str, number: int = 1, **changes: object) -> Incoming:
    return message(text, number, **{"chat_type": "group", "chat_id": "CHAT-1", **changes})


async def snapshots(answering: AnsweringService, incoming: Incoming) -> list[Snapshot]:
    return [snapshot async for snapshot in answering.reply(incoming)]


def ask(answering: AnsweringService, *messages: Incoming) -> list[str]:
    """Return the last words said to each message, one after the other."""

    async def scenario() -> list[str]:
        return [(await snapshots(answering, each))[-1].markdown for each in messages]

    return asyncio.run(scenario())


def test_exactly_the_last_snapshot_is_finished(state: State) -> None:
    async def scenario() -> None:
        slow = Slow(seconds=0.5)
        shown = await snapshots(service(slow, state), message(QUESTION))
        assert [snapshot.finished for snapshot in shown] == [False] * (len(shown) - 1) + [True]
        assert len(shown) >= 2
        assert shown[0].markdown == words.SEARCHING
        assert {snapshot.feedback_id for snapshot in shown} == {feedback_id_of(message(QUESTION))}

    asyncio.run(scenario())


def test_a_long_search_says_that_it_goes_on(state: State) -> None:
    async def scenario() -> None:
        slow = Slow(seconds=0.6)
        shown = await snapshots(service(slow, state, progress_seconds=0.15), message(QUESTION))
        assert any("已用" in snapshot.markdown for snapshot in shown)

    asyncio.run(scenario())


def test_of_an_answer_that_is_being_written_only_what_is_checked_is_shown(state: State) -> None:
    class Writing(FakeAssistant):
        def ask_stream(
            self, question: str, *, history: Sequence[Turn] = (), person: str = ""
        ) -> Iterator[Early | Answer]:
            yield Early("还没有核对的话。", 0)
            yield Early("核对过的话。还没有核对的话。", 6)
            shown.wait(timeout=5)
            yield self.ask(question, history=history)

    shown = threading.Event()

    async def scenario() -> None:
        said = []
        async for snapshot in service(Writing(), state, placeholder_seconds=5).reply(
            message(QUESTION)
        ):
            said.append(snapshot.markdown)
            shown.set()
        assert said[0] == f"核对过的话。\n\n{words.DRAFTING}"
        assert all("还没有核对" not in text for text in said)
        assert "任职谈话" in said[-1]

    asyncio.run(scenario())


def test_a_follow_up_is_understood_from_the_chat_and_forgotten_in_time(
    state: State, clock: Clock
) -> None:
    asking = FakeAssistant()
    answering = service(asking, state, history_minutes=30)
    ask(answering, message(QUESTION, 1), message("那班子成员呢？", 2))
    history = asking.asked[1][1]
    assert [role for role, _ in history] == ["user", "assistant"]
    assert history[0][1] == QUESTION
    assert "《意见》（三）" in history[1][1]
    clock.at += timedelta(minutes=31)
    ask(answering, message("那班子成员呢？", 3))
    assert asking.asked[2][1] == ()


def test_what_others_said_in_a_group_is_not_taken_for_ones_own(state: State) -> None:
    asking = FakeAssistant()
    answering = service(asking, state)
    ask(
        answering,
        grouped(f"@助手 {QUESTION}", 1),
        grouped("@助手 那班子成员呢？", 2, user_id="lisi"),
        grouped("@助手 那班子成员呢？", 3),
    )
    assert asking.asked[1][1] == ()
    assert len(asking.asked[2][1]) == 2


def test_starting_over_forgets_the_talk(state: State) -> None:
    asking = FakeAssistant()
    answering = service(asking, state)
    said = ask(answering, message(QUESTION, 1), message("新话题", 2), message("那呢？", 3))
    assert said[1] == words.FRESH
    assert asking.asked[1][1] == ()


def test_what_is_quoted_is_what_is_talked_about(state: State) -> None:
    asking = FakeAssistant()
    ask(
        service(asking, state),
        grouped("@助手 这条是哪里的？", quote="对下级新任职“一把手”应当开展任职谈话"),
    )
    assert asking.asked[0][1][-1] == ("assistant", "对下级新任职“一把手”应当开展任职谈话")


def test_an_ambiguous_address_is_asked_back_and_chosen_by_number(state: State) -> None:
    asking = FakeAssistant()
    said = ask(service(asking, state), message("（五）怎么规定？", 1), message("2", 2))
    assert "> 1　《意见》（五）：贯彻执行民主集中制" in said[0]
    assert "> 2　《意见》（一）：把对“一把手”的监督" in said[0]
    assert asking.asked[-1][0] == "《意见》（一）怎么规定？"


def test_a_number_without_options_is_not_taken_for_a_question(state: State) -> None:
    asking = FakeAssistant()
    answering = service(asking, state)
    assert ask(answering, message("3", 1)) == [words.NO_OPTIONS]
    assert ask(answering, message(QUESTION, 2), message("3", 3))[1] == words.NO_OPTIONS


def test_a_refusal_offers_the_nearest_articles(state: State) -> None:
    (said,) = ask(service(FakeAssistant(), state), message("罚款多少？"))
    assert said.startswith("材料中没有关于罚款的规定")
    assert "**相近条文**（仅供参考，不是对所问问题的回答）" in said
    assert "> 《意见》（四）：严格执行全面从严治党责任制度" in said


def test_citations_lead_to_the_sentence_on_the_page(state: State) -> None:
    answering = service(FakeAssistant(), state, public_url="https://wen.example.cn/")
    (said,) = ask(answering, message(QUESTION))
    assert "](https://wen.example.cn/#read?article=opinions-2021%233&start=" in said


def test_a_quotation_that_the_answer_does_not_say_is_shown(state: State) -> None:
    class Retelling(FakeAssistant):
        def ask(self, question: str, *, history: Sequence[Turn] = (), person: str = "") -> Answer:
            answer = super().ask(question, history=history, person=person)
            return replace(answer, text="新任职的要谈话。[1]", citations=answer.citations[:1])

    (said,) = ask(service(Retelling(), state), message(QUESTION))
    assert "> “上级“一把手”要将监督下级“一把手”情况作为每年述职的重点内容" in said


def test_the_lists_let_in_those_who_are_named_and_nobody_else(state: State) -> None:
    answering = service(
        FakeAssistant(), state, allowed_users=("zhangsan",), allowed_chats=("CHAT-1",)
    )
    said = ask(
        answering,
        message(QUESTION, 1),
        message(QUESTION, 2, user_id="lisi"),
        grouped(f"@助手 {QUESTION}", 3),
        grouped(f"@助手 {QUESTION}", 4, chat_id="CHAT-2"),
    )
    assert [text == words.NOT_ALLOWED for text in said] == [False, True, False, True]


def test_a_person_who_asks_too_often_is_told_so(state: State) -> None:
    answering = service(FakeAssistant(), state, user_per_minute=2)
    said = ask(answering, *(message(QUESTION, n) for n in range(3)))
    assert [text == limits.TOO_OFTEN for text in said] == [False, False, True]
    assert ask(answering, message(QUESTION, 9, user_id="lisi")) != [limits.TOO_OFTEN]


def test_a_chat_that_asks_too_much_is_told_so(state: State) -> None:
    answering = service(FakeAssistant(), state, chat_per_minute=2)
    said = ask(answering, *(grouped(f"@a {QUESTION}", n, user_id=f"u{n}") for n in range(3)))
    assert [text == limits.CHAT_TOO_OFTEN for text in said] == [False, False, True]


def test_a_fourth_question_of_one_person_waits_for_the_others(state: State) -> None:
    async def scenario() -> None:
        slow = Slow(held=True)
        answering = service(slow, state, answers_per_user=3)
        first = [asyncio.create_task(snapshots(answering, message(QUESTION, n))) for n in range(3)]
        await asyncio.sleep(0.05)
        fourth = await snapshots(answering, message(QUESTION, 4))
        assert fourth[-1].markdown == limits.ANSWERS_OPEN.format(number=3)
        slow.release()
        await asyncio.gather(*first)
        assert (await snapshots(answering, message(QUESTION, 5)))[-1].markdown != fourth[
            -1
        ].markdown

    asyncio.run(scenario())


def test_an_abandoned_question_goes_on_taking_its_place(state: State) -> None:
    async def scenario() -> None:
        slow = Slow(held=True)
        answering = service(slow, state, answers_per_user=1)
        async with contextlib.aclosing(answering.reply(message(QUESTION, 1))) as reply:
            assert (await anext(reply)).markdown == words.SEARCHING
        refused = await snapshots(answering, message(QUESTION, 2))
        assert refused[-1].markdown == limits.ANSWERS_OPEN.format(number=1)
        slow.release()
        async with asyncio.timeout(60):
            while (await snapshots(answering, message(QUESTION, 3)))[-1] == refused[-1]:
                await asyncio.sleep(0.02)

    asyncio.run(scenario())


def test_one_persons_questions_are_answered_in_their_order(state: State) -> None:
    async def scenario() -> None:
        slow = Slow(seconds=0.1)
        answering = service(slow, state, answers_at_once=4)
        texts = ["甲要做什么？", "乙要做什么？", "丙要做什么？"]
        await asyncio.gather(
            *(snapshots(answering, message(text, n)) for n, text in enumerate(texts))
        )
        assert slow.asked == texts
        assert slow.most_at_once == 1

    asyncio.run(scenario())


def test_a_question_that_is_too_long_is_turned_away_in_the_assistants_words(state: State) -> None:
    (said,) = ask(service(FakeAssistant(), state), message("长" * 2001))
    assert "超过 2000 字的上限" in said


def test_an_assistant_that_cannot_be_opened_is_explained(state: State) -> None:
    async def opened() -> Asking:
        raise IndexMissing("还没有索引，请先运行 assistant index。")

    answering = AnsweringService(opened, state, settings())
    assert ask(answering, message(QUESTION)) == ["还没有索引，请先运行 assistant index。"]


@pytest.mark.parametrize("kind", [MessageKind.IMAGE, MessageKind.FILE, MessageKind.VIDEO])
def test_what_cannot_be_read_is_refused_politely(state: State, kind: MessageKind) -> None:
    assert ask(service(FakeAssistant(), state), message("", kind=kind)) == [words.UNREADABLE]


def test_an_empty_mention_gets_the_help(state: State) -> None:
    assert ask(service(FakeAssistant(), state), grouped("@助手 ")) == [words.HELP]


def test_a_welcome_is_for_those_who_may_ask(state: State) -> None:
    entered = Entered(Channel.CONNECTION, "B1", "zhangsan", "E1", datetime.now(UTC))

    async def welcome(**changes: object) -> str:
        return await service(FakeAssistant(), state, **changes).welcome(entered)

    assert asyncio.run(welcome()) == f"{words.WELCOME}\n\n{words.HELP}"
    assert asyncio.run(welcome(welcome="您好，欢迎。")).startswith("您好，欢迎。")
    assert asyncio.run(welcome(allowed_users=("lisi",))) == ""


def test_without_a_bank_the_wish_for_a_question_is_answered_in_words(state: State) -> None:
    (said,) = ask(service(FakeAssistant(), state), message("题"))
    assert said.startswith("题库里现在没有可练的题")


def test_the_real_assistant_answers_refuses_and_follows_up(
    state: State, assistant: Assistant
) -> None:
    answering = service(assistant, state)
    said = ask(
        answering,
        message("新能源汽车的购置补贴是多少？", 1),
        message("巡视巡察谈话应当将什么作为必谈内容？", 2),
        message("出处是哪一条？", 3),
        message("新话题", 4),
        message("（五）怎么规定？", 5),
        message("1", 6),
    )
    assert "**出处**" not in said[0]
    assert "工作、生活情况作为必谈内容" in said[1]
    assert "> [1] 《意见》（六）" in said[1]
    assert "《意见》（六）" in said[2]
    assert "回复序号即可" in said[4]
    assert "（五）" in said[5]
    assert "**出处**" in said[5]


def test_windows_slide_and_forget_those_who_are_gone() -> None:
    at = 100.0
    windows = Windows(seconds=60.0, clock=lambda: at)
    for _ in range(3):
        windows.add("zhangsan")
        at += 10
    assert windows.count("zhangsan") == 3
    assert windows.wait("zhangsan", most=3) == 30.0
    assert windows.wait("zhangsan", most=4) == 0.0
    at += 30
    assert windows.count("zhangsan") == 2
    at += 60
    assert windows.count("zhangsan") == 0
    assert windows.wait("zhangsan", most=1) == 0.0
