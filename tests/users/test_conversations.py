"""Conversations: one's own and nobody else's, found again, renamed, deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.store.database import Database
from assistant.users.conversations import Conversations

from .conftest import QUESTION, FakeClock, exchange

OWNER, OTHER = "u-zhangsan", "u-lisi"


@pytest.fixture
def conversations(database: Database, clock: FakeClock) -> Conversations:
    return Conversations(database, clock=clock)


def begin(conversations: Conversations, *questions: str, person: str = OWNER) -> str:
    id = conversations.start(person)
    for question in questions or (QUESTION,):
        assert conversations.append(person, id, exchange(question)) is not None
    return id


def test_a_conversation_comes_back_as_it_was(conversations: Conversations) -> None:
    id = begin(conversations, QUESTION, "违反规定的罚款是多少元？", "（五）怎么规定？")
    loaded = conversations.load(OWNER, id)
    assert loaded is not None
    assert [turn.exchange for turn in loaded.turns] == [
        exchange(QUESTION),
        exchange("违反规定的罚款是多少元？"),
        exchange("（五）怎么规定？"),
    ]
    assert loaded.title == QUESTION


READS: dict[str, Callable[[Conversations, str, str], object]] = {
    "load": lambda c, id, turn: c.load(OTHER, id),
    "find_turn": lambda c, id, turn: c.find_turn(OTHER, turn),
    "append": lambda c, id, turn: c.append(OTHER, id, exchange()),
    "rename": lambda c, id, turn: c.rename(OTHER, id, "别人的"),
    "delete": lambda c, id, turn: c.delete(OTHER, id),
    "delete_turn": lambda c, id, turn: c.delete_turn(OTHER, turn),
    "list": lambda c, id, turn: c.list(OTHER),
    "search": lambda c, id, turn: c.list(OTHER, search="谈话"),
    "count": lambda c, id, turn: c.count(OTHER),
    "delete_all": lambda c, id, turn: c.delete_all(OTHER),
}


@pytest.mark.parametrize("name", READS)
def test_to_anybody_else_it_is_not_there(conversations: Conversations, name: str) -> None:
    id = begin(conversations)
    before = conversations.load(OWNER, id)
    assert before is not None
    assert not READS[name](conversations, id, before.turns[0].id)
    assert conversations.load(OWNER, id) == before


def test_the_last_changed_comes_first(conversations: Conversations, clock: FakeClock) -> None:
    first = begin(conversations)
    clock.pass_(minutes=1)
    second = begin(conversations)
    clock.pass_(minutes=1)
    conversations.append(OWNER, first, exchange())
    assert [(found.id, found.turns) for found in conversations.list(OWNER)] == [
        (first, 2),
        (second, 1),
    ]
    assert [found.id for found in conversations.list(OWNER, limit=1, offset=1)] == [second]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("任职谈话", True),  # said in the answer only
        ("新任职 怎么", True),
        ("“一把手”", True),
        ("新任职 罚款", False),
        ("100%", False),
        ("%", False),
        ("_", False),
        ("差旅费", False),
    ],
)
def test_search_looks_into_title_questions_and_answers(
    conversations: Conversations, search: str, found: bool
) -> None:
    id = begin(conversations)
    assert [summary.id for summary in conversations.list(OWNER, search=search)] == [id] * found


def test_a_title_that_was_given_stays_and_can_be_searched(conversations: Conversations) -> None:
    id = begin(conversations)
    assert conversations.rename(OWNER, id, "  第三次\n学习  ")
    conversations.append(OWNER, id, exchange("违反规定的罚款是多少元？"))
    (found,) = conversations.list(OWNER, search="第三次")
    assert found.title == "第三次 学习"
    assert conversations.rename(OWNER, id, "长" * 500)
    assert len(conversations.list(OWNER)[0].title) == 40


def test_what_is_deleted_is_gone_with_its_answers(conversations: Conversations) -> None:
    id, kept = begin(conversations), begin(conversations)
    loaded = conversations.load(OWNER, id)
    assert loaded is not None
    assert conversations.delete(OWNER, id)
    assert conversations.load(OWNER, id) is None
    assert conversations.find_turn(OWNER, loaded.turns[0].id) is None
    assert [summary.id for summary in conversations.list(OWNER)] == [kept]
    assert not conversations.delete(OWNER, id)


def test_all_of_one_person_goes_and_nothing_of_another(conversations: Conversations) -> None:
    begin(conversations)
    begin(conversations)
    others = begin(conversations, person=OTHER)
    assert conversations.delete_all(OWNER) == 2
    assert conversations.list(OWNER) == ()
    assert [summary.id for summary in conversations.list(OTHER)] == [others]


def test_an_answer_given_again_takes_the_place_of_the_last(conversations: Conversations) -> None:
    id = begin(conversations, QUESTION, "违反规定的罚款是多少元？")
    loaded = conversations.load(OWNER, id)
    assert loaded is not None
    assert conversations.delete_turn(OWNER, loaded.turns[1].id)
    conversations.append(OWNER, id, exchange("（五）怎么规定？"))
    again = conversations.load(OWNER, id)
    assert again is not None
    assert [turn.exchange.question for turn in again.turns] == [QUESTION, "（五）怎么规定？"]
