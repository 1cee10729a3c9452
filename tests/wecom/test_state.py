"""What processes share: told once, to one; kept for a time; the same in every process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

from assistant.store.base import Base
from assistant.store.database import Database
from assistant.wecom.answers import Answers, Delivery
from assistant.wecom.messages import (
    CardOption,
    Channel,
    Feedback,
    FeedbackKind,
    Incoming,
    Snapshot,
    VoteCard,
)
from assistant.wecom.state import State
from assistant.wecom.tables import AnswerRow, CardAnswerRow, CardRow, FeedbackRow, SeenRow, TurnRow

Result = TypeVar("Result")

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MESSAGE = Incoming(
    message_id="CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI=",
    channel=Channel.BOT,
    bot_id="AIBOT1",
    chat_type="single",
    chat_id="",
    user_id="zhangsan",
    received_at=NOON,
    text="任职谈话由谁来谈？",
    quote="《意见》（三）",
    response_url="https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=CODE",
)
CARD = VoteCard("quiz_1", "判断题", "……", "answer", (CardOption("T", "对"), CardOption("F", "错")))


class FakeClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def move(self, **parts: float) -> None:
        self.at += timedelta(**parts)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def state(database: Database, clock: FakeClock) -> State:
    return State(database, clock=clock)


def answers_of(database: Database, clock: FakeClock, worker: str) -> Answers:
    return Answers(database, worker=worker, lasting=timedelta(seconds=20), clock=clock)


@pytest.fixture
def answers(database: Database, clock: FakeClock) -> Answers:
    return answers_of(database, clock, "one")


@pytest.fixture
def other(database: Database, clock: FakeClock) -> Answers:
    return answers_of(database, clock, "other")


def at_once(work: Callable[[int], Result], *, times: int = 20) -> list[Result]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def test_the_migration_makes_the_tables_that_the_code_describes(database: Database) -> None:
    # Other rooms' tables are declared too once their modules are imported, hence both sides.
    def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return kind != "table" or (name or "").startswith("wecom_")

    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_one_of_twenty_is_told_that_it_is_the_first(state: State, clock: FakeClock) -> None:
    told = at_once(lambda _: state.first_time("event:bot", "M1", keep=DAY))
    assert sorted(map(bool, told)) == [False] * 19 + [True]
    assert state.first_time("event:app", "M1", keep=DAY)
    clock.move(hours=23)
    assert not state.first_time("event:bot", "M1", keep=DAY)
    clock.move(hours=2)
    assert state.first_time("event:bot", "M1", keep=DAY)


def test_one_of_twenty_begins_an_answer_and_all_find_it(answers: Answers, other: Answers) -> None:
    found = at_once(lambda n: (answers if n % 2 else other).begin(MESSAGE))
    ids = {answer.id for answer, _ in found}
    assert len(ids) == 1
    assert sorted(new for _, new in found) == [False] * 19 + [True]
    again, new = answers.begin(replace(MESSAGE, bot_id="AIBOT2"))
    assert new
    assert again.id not in ids


def test_an_answer_comes_back_as_it_was_written(answers: Answers, other: Answers) -> None:
    begun, _ = answers.begin(MESSAGE)
    assert answers.write(begun.id, Snapshot("一半"))
    assert answers.write(begun.id, Snapshot("全文[1]", finished=True, card=CARD))
    read = other.find(begun.id)
    assert read is not None
    assert (read.incoming, read.sequence) == (MESSAGE, 2)
    assert read.snapshot == Snapshot("全文[1]", finished=True, card=CARD)
    assert "response_code" not in repr(read)


def test_an_answer_is_taken_over_once_its_process_is_silent(
    answers: Answers, other: Answers, clock: FakeClock
) -> None:
    begun, _ = answers.begin(MESSAGE)
    assert not other.take_over(begun.id)
    clock.move(seconds=15)
    answers.hold([begun.id])
    clock.move(seconds=15)
    assert other.abandoned([Channel.BOT]) == ()
    clock.move(seconds=6)
    assert [each.id for each in other.abandoned([Channel.BOT])] == [begun.id]
    assert other.abandoned([Channel.APP]) == ()
    taken = at_once(lambda _: other.take_over(begun.id))
    assert sorted(map(bool, taken)) == [False] * 19 + [True]
    # The first process comes back to life and finds that it may not write any more.
    assert not answers.write(begun.id, Snapshot("zu spät", finished=True))
    assert other.write(begun.id, Snapshot("全文", finished=True))


def test_an_answer_is_handed_over_or_sent_and_never_both(
    answers: Answers, other: Answers, clock: FakeClock
) -> None:
    begun, _ = answers.begin(MESSAGE)
    assert not answers.take_to_hand(begun.id)
    answers.write(begun.id, Snapshot("全文", finished=True))
    taken = at_once(lambda n: (answers if n % 2 else other).take_to_hand(begun.id))
    assert sorted(map(bool, taken)) == [False] * 19 + [True]
    assert not other.take_to_send(begun.id)
    # Whoever had it in hand died: it must be sent after all.
    clock.move(seconds=21)
    assert [each.id for each in other.owed([Channel.BOT])] == [begun.id]
    taken = at_once(lambda _: other.take_to_send(begun.id))
    assert sorted(map(bool, taken)) == [False] * 19 + [True]
    other.settle(begun.id, Delivery.SENT)
    answers.settle(begun.id, Delivery.READ)
    settled = other.find(begun.id)
    assert settled is not None
    assert settled.delivery is Delivery.SENT
    assert settled.incoming.response_url == ""


def test_a_finished_answer_that_nobody_asks_for_is_found(
    answers: Answers, clock: FakeClock
) -> None:
    begun, _ = answers.begin(MESSAGE)
    answers.write(begun.id, Snapshot("全文", finished=True))
    clock.move(seconds=30)
    answers.note_asked(begun.id)
    assert answers.unread([Channel.BOT], since=clock.at - timedelta(seconds=10)) == ()
    clock.move(seconds=30)
    found = answers.unread([Channel.BOT], since=clock.at - timedelta(seconds=10))
    assert [each.id for each in found] == [begun.id]


def test_a_lease_has_one_holder_until_it_runs_out(state: State, clock: FakeClock) -> None:
    def acquire(holder: object) -> bool:
        return state.acquire_lease("bot", holder=f"p{holder}", lasting=timedelta(seconds=10))

    taken = at_once(acquire)
    assert taken.count(True) == 1
    holder = state.lease_holder("bot")
    assert holder == f"p{taken.index(True)}"
    clock.move(seconds=9)
    assert state.acquire_lease("bot", holder=holder, lasting=timedelta(seconds=10))
    clock.move(seconds=9)
    assert not acquire("x")
    clock.move(seconds=2)
    assert state.lease_holder("bot") == ""
    assert acquire("x")
    state.release_lease("bot", holder=holder)
    assert state.lease_holder("bot") == "px"
    state.release_lease("bot", holder="px")
    assert acquire("y")


def test_a_chat_goes_on_from_what_this_person_said_in_it_lately(
    state: State, clock: FakeClock
) -> None:
    def say(number: int, **changes: str) -> None:
        incoming = replace(MESSAGE, message_id=f"M{number}", **changes)  # type: ignore[arg-type]
        state.add_turn(incoming, question=f"问{number}", answer=f"答{number}")
        state.add_turn(incoming, question="重复", answer="重复")
        clock.move(minutes=1)

    for number in range(4):
        say(number)
    say(9, user_id="lisi")
    say(8, chat_type="group", chat_id="wr1")
    now = replace(MESSAGE, message_id="M3")
    recent = state.recent_turns(now, within=timedelta(minutes=30), most=2)
    assert recent == (("user", "问1"), ("assistant", "答1"), ("user", "问2"), ("assistant", "答2"))
    assert state.recent_turns(now, within=timedelta(minutes=5), most=9)[0] == ("user", "问2")
    state.forget_turns(now)
    assert state.recent_turns(now, within=DAY, most=9) == ()


def test_the_first_choice_on_a_card_stands_for_each_person(state: State) -> None:
    state.add_card(CARD, MESSAGE, item_id="item-1")
    chosen = at_once(
        lambda n: state.choose("quiz_1", user_id="zhangsan", chosen=("T",) if n % 2 else ("F",))
    )
    firsts = [choice.chosen for choice in chosen if choice and choice.first]
    assert len(firsts) == 1
    assert {choice.chosen for choice in chosen if choice} == set(firsts)
    other = state.choose("quiz_1", user_id="lisi", chosen=("T",))
    assert other is not None
    assert other.first
    assert (other.sent.card, other.sent.item_id, other.sent.user_id) == (
        CARD,
        "item-1",
        "zhangsan",
    )
    assert state.choose("never_sent", user_id="lisi", chosen=("T",)) is None


@pytest.mark.parametrize("kind", FeedbackKind)
def test_a_judgement_is_kept_and_a_later_one_replaces_it(
    state: State, database: Database, kind: FeedbackKind
) -> None:
    first = Feedback(
        Channel.BOT, "AIBOT1", "zhangsan", "", "E1", "trace_1", FeedbackKind.INACCURATE, "不全",
        (2, 4), NOON,
    )  # fmt: skip
    state.keep_feedback(first)
    state.keep_feedback(replace(first, kind=kind, content="", reasons=()))
    state.keep_feedback(replace(first, user_id="lisi"))
    with database.session() as session:
        rows = session.scalars(select(FeedbackRow).order_by(FeedbackRow.user_id)).all()
    assert [(row.user_id, row.kind, row.reasons) for row in rows] == [
        ("lisi", 2, "2,4"),
        ("zhangsan", int(kind), ""),
    ]


def test_of_many_who_write_one_record_at_once_none_fails(state: State) -> None:
    at_once(lambda n: state.keep_token("app", sealed=f"sealed-{n}", lasting=DAY))
    at_once(lambda n: state.link_account(bot_id="AIBOT1", user_id="zhangsan", account=f"p-{n}"))
    assert state.find_token("app").startswith("sealed-")
    assert state.account_of(bot_id="AIBOT1", user_id="zhangsan").startswith("p-")


def test_a_user_of_wecom_is_linked_to_one_account(state: State) -> None:
    assert state.account_of(bot_id="AIBOT1", user_id="zhangsan") == ""
    state.link_account(bot_id="AIBOT1", user_id="zhangsan", account="p-1")
    state.link_account(bot_id="AIBOT1", user_id="zhangsan", account="p-2")
    assert state.account_of(bot_id="AIBOT1", user_id="zhangsan") == "p-2"
    assert state.account_of(bot_id="AIBOT2", user_id="zhangsan") == ""


def test_what_has_expired_is_dropped_and_nothing_else(
    state: State, answers: Answers, database: Database, clock: FakeClock
) -> None:
    def count() -> list[int]:
        tables = (SeenRow, TurnRow, AnswerRow, CardRow, CardAnswerRow)
        with database.session() as session:
            return [session.scalar(select(func.count()).select_from(t)) or 0 for t in tables]

    state.first_time("event:bot", "M1", keep=DAY)
    state.add_turn(MESSAGE, question="问", answer="答")
    answers.begin(MESSAGE)
    state.add_card(CARD, MESSAGE, item_id="item-1")
    state.choose("quiz_1", user_id="zhangsan", chosen=("T",))
    state.purge(turns_kept=timedelta(minutes=30))
    assert count() == [1, 1, 1, 1, 1]
    clock.move(hours=1)
    state.purge(turns_kept=timedelta(minutes=30))
    assert count() == [1, 0, 1, 1, 1]
    clock.move(hours=25)
    state.purge(turns_kept=timedelta(minutes=30))
    assert count() == [0, 0, 0, 1, 1]
    clock.move(days=30)
    state.purge(turns_kept=timedelta(minutes=30))
    assert count() == [0, 0, 0, 0, 0]
