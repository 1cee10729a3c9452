"""The rules of a room, with the clock in the test's hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.postgresql import SharedDatabase
from tests.quiz.serving import SAMPLES

from assistant.errors import QuizError
from assistant.quiz.bank import load_bank
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice import read_past
from assistant.quiz.room import (
    Phase,
    Room,
    end_room,
    extend_question,
    join_room,
    keep_alive,
    lock_question,
    next_question,
    open_room,
    read_room,
    room_item,
)
from assistant.quiz.room_answer import answer_in_room, keep_for_practice
from assistant.quiz.room_board import rank_teams, read_standings, reveal, take_snapshot
from assistant.quiz.scoring import MultipleRule, RoomRule
from assistant.quiz.tables import CardRow
from assistant.store.database import Database, open_database

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ITEMS = load_bank(SAMPLES)
SINGLE = tuple(item for item in ITEMS if item.type is ItemType.SINGLE)
HOST, ZHANG, LI = "host", "zhang", "li"


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One for all: every test has a room of its own."""
    if request.param == "postgresql":
        shared: SharedDatabase = request.getfixturevalue("shared_postgresql")
        url = shared.emptied()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('rooms')}/a.sqlite3"
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


def begin(session: Session, rule: RoomRule, items: tuple[Item, ...] = SINGLE) -> str:
    code = open_room(session, HOST, items, title="支部竞答", rule=rule, at=START)
    join_room(session, code, person=ZHANG, name="张三", team="一支部", at=START)
    join_room(session, code, person=LI, name="李四", team="二支部", at=START)
    next_question(session, code, host=HOST, after=-1, at=START)
    return code


def room_at(session: Session, code: str, seconds: float) -> Room:
    session.expire_all()
    room = read_room(session, code, at=after(seconds))
    assert room is not None
    return room


def answer(session: Session, code: str, person: str, seconds: float, *, right: bool) -> bool:
    room = room_at(session, code, seconds)
    item = room.item
    assert item is not None
    wrong = tuple(o.letter for o in item.options if o.letter not in item.answer)[:1]
    return answer_in_room(
        session,
        room,
        person=person,
        position=room.position,
        given=item.answer if right else wrong,
        at=after(seconds),
    )


def points(session: Session, code: str, seconds: float) -> dict[str, float]:
    room = room_at(session, code, seconds)
    return {s.name: s.points for s in read_standings(session, room, at=after(seconds))}


def test_the_clock_locks_a_question_and_nobody_has_to(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    assert room_at(session, code, 29.9).phase is Phase.ASKING
    assert room_at(session, code, 30).phase is Phase.LOCKED


def test_the_key_is_refused_before_the_lock_and_given_after_it(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    with pytest.raises(QuizError, match="尚未锁定"):
        reveal(session, room_at(session, code, 29))
    with pytest.raises(QuizError, match="尚未锁定"):
        reveal(session, room_at(session, code, 31), position=1)
    assert take_snapshot(session, room_at(session, code, 29), at=after(29)).revealed is None
    assert reveal(session, room_at(session, code, 30)).item == room_item(session, code, 0)


def test_points_appear_on_the_scoreboard_at_the_lock_and_no_sooner(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30, points=10))
    answer(session, code, ZHANG, 5, right=True)
    answer(session, code, LI, 6, right=False)
    assert points(session, code, 20) == {"张三": 0, "李四": 0}
    assert points(session, code, 30) == {"张三": 10, "李四": 0}


@pytest.mark.parametrize(
    ("rule", "seconds", "right", "expected"),
    [
        pytest.param(RoomRule(seconds=30), 29, True, 10, id="speed does not count by default"),
        pytest.param(RoomRule(seconds=30, speed_weight=0.5), 0, True, 10, id="at once"),
        pytest.param(RoomRule(seconds=30, speed_weight=0.5), 15, True, 7.5, id="half the time"),
        pytest.param(RoomRule(seconds=30, wrong_penalty=5), 3, False, -5, id="wrong costs"),
        pytest.param(RoomRule(seconds=30), 3, False, 0, id="wrong costs nothing by default"),
        pytest.param(RoomRule(seconds=30, points=0), 3, True, 2, id="the question's own score"),
    ],
)
def test_points_follow_the_rule_of_the_room(
    session: Session, rule: RoomRule, seconds: float, right: bool, expected: float
) -> None:
    code = begin(session, rule)
    answer(session, code, ZHANG, seconds, right=right)
    assert points(session, code, 31) == {"张三": expected, "李四": 0}


def test_in_a_buzz_the_first_right_answer_wins_alone(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30, buzz=True, wrong_penalty=10))
    assert not answer(session, code, LI, 2, right=False)
    assert answer(session, code, ZHANG, 3, right=True)
    join_room(session, code, person="wang", name="王五", at=START)
    with pytest.raises(QuizError, match="已经锁定"):
        answer(session, code, "wang", 2.9, right=True)
    lock_question(session, code, host=HOST, at=after(3))
    assert points(session, code, 4) == {"张三": 10, "李四": -10, "王五": 0}


def test_equal_points_share_a_rank_and_teams_score_the_mean(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30, teams=True))
    join_room(session, code, person="wang", name="王五", team="二支部", at=START)
    for person, right in ((ZHANG, True), (LI, True), ("wang", False)):
        answer(session, code, person, 5, right=right)
    room = room_at(session, code, 30)
    standings = read_standings(session, room, at=after(30))
    assert [(s.rank, s.name) for s in standings] == [(1, "张三"), (1, "李四"), (3, "王五")]
    teams = rank_teams(standings)
    assert [(t.rank, t.team, t.points) for t in teams] == [(1, "一支部", 10.0), (2, "二支部", 5.0)]


def test_the_time_when_nobody_reached_the_server_is_given_back_once(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    for second in range(1, 11):
        keep_alive(session, code, at=after(second))
    assert room_at(session, code, 10).seconds_left == 20
    keep_alive(session, code, at=after(70))
    keep_alive(session, code, at=after(70))
    assert room_at(session, code, 70).seconds_left == 20
    assert room_at(session, code, 90).phase is Phase.LOCKED


def test_a_locked_question_stays_locked_however_long_the_server_was_away(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    for second in range(1, 32):
        keep_alive(session, code, at=after(second))
    keep_alive(session, code, at=after(1000))
    assert room_at(session, code, 1000).phase is Phase.LOCKED


def test_speed_counts_without_the_time_that_was_given_back(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30, speed_weight=0.5))
    keep_alive(session, code, at=after(3))
    keep_alive(session, code, at=after(63))
    answer(session, code, ZHANG, 75, right=True)
    assert points(session, code, 91)["张三"] == 7.5


def test_more_time_can_be_given_before_the_lock_and_not_after(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    extend_question(session, code, host=HOST, seconds=15, at=after(29))
    assert room_at(session, code, 44).phase is Phase.ASKING
    with pytest.raises(QuizError, match="已经锁定"):
        extend_question(session, code, host=HOST, seconds=15, at=after(45))


def test_only_the_host_commands(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    with pytest.raises(QuizError, match="主持人"):
        lock_question(session, code, host=ZHANG, at=after(1))
    with pytest.raises(QuizError, match="主持人"):
        end_room(session, code, host=ZHANG, at=after(1))


def test_whoever_has_not_joined_cannot_answer(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    with pytest.raises(QuizError, match="还没有加入"):
        answer(session, code, "stranger", 1, right=True)


def test_a_single_choice_takes_one_letter_of_its_own(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    room = room_at(session, code, 1)
    for given in (("A", "B"), ("Z",), ()):
        with pytest.raises(QuizError):
            answer_in_room(session, room, person=ZHANG, position=0, given=given, at=after(1))


def test_a_finished_room_feeds_the_members_own_practice_once(session: Session) -> None:
    code = begin(session, RoomRule(seconds=30))
    answer(session, code, ZHANG, 5, right=False)
    room = room_at(session, code, 31)
    assert end_room(session, code, host=HOST, at=after(31))
    assert not end_room(session, code, host=HOST, at=after(32))
    keep_for_practice(session, room, at=after(31))
    session.flush()
    assert [(p.right, p.item_id) for p in read_past(session, ZHANG)] == [(False, SINGLE[0].id)]
    assert read_past(session, LI) == ()
    cards = session.scalars(select(CardRow)).all()
    assert [(card.person, card.fact_id) for card in cards] == [(ZHANG, SINGLE[0].fact_id)]


def test_a_room_keeps_its_questions_as_they_were_when_it_was_opened(session: Session) -> None:
    code = begin(session, RoomRule())
    assert room_item(session, code, 3) == SINGLE[3]
    assert room_item(session, code, len(SINGLE)) is None


def test_a_room_needs_questions_that_can_be_played(session: Session) -> None:
    short = tuple(item for item in ITEMS if item.type is ItemType.SHORT)
    with pytest.raises(QuizError, match="没有适合竞答的题目"):
        open_room(session, HOST, short, title="", rule=RoomRule(), at=START)


@pytest.mark.parametrize(
    ("stake", "seconds"), [(10, 30), (20, 60), (30, 90)], ids=["10分", "20分", "30分"]
)
def test_a_question_at_risk_wins_or_loses_its_stake_and_costs_nothing_to_leave(
    session: Session, stake: int, seconds: int
) -> None:
    general = RoomRule(seconds=20, points=5, speed_weight=0.5, buzz=True, teams=True)
    code = begin(session, general)
    join_room(session, code, person="wang", name="王五", team="一支部", at=START)
    lock_question(session, code, host=HOST, at=START)
    next_question(session, code, host=HOST, after=0, at=START, stake=stake)
    room = room_at(session, code, seconds - 1)
    assert room.phase is Phase.ASKING
    assert f"答对得{stake}分，没有全对扣{stake}分" in room.rule.words
    assert not answer(session, code, ZHANG, seconds - 2, right=True), "no buzz, no hurry"
    answer(session, code, LI, seconds - 1, right=False)
    assert points(session, code, seconds) == {"张三": stake, "李四": -stake, "王五": 0}
    next_question(session, code, host=HOST, after=1, at=after(seconds))
    assert room_at(session, code, seconds).rule == general, "the next one is as any other"
    answer(session, code, LI, seconds, right=True)
    expected = {"张三": stake, "李四": 5 - stake, "王五": 0}
    assert points(session, code, seconds + 20) == expected
    end_room(session, code, host=HOST, at=after(seconds + 20))
    assert room_at(session, code, seconds + 20).rule == general


def test_a_part_of_a_multiple_choice_loses_the_stake(session: Session) -> None:
    multiple = tuple(item for item in ITEMS if item.type is ItemType.MULTIPLE)
    rule = RoomRule(seconds=20, multiple=MultipleRule.PROPORTIONAL)
    code = open_room(session, HOST, multiple, title="风险题", rule=rule, at=START)
    join_room(session, code, person=ZHANG, name="张三", at=START)
    next_question(session, code, host=HOST, after=-1, at=START, stake=20)
    room = room_at(session, code, 1)
    assert room.item is not None
    given = room.item.answer[:1]
    answer_in_room(session, room, person=ZHANG, position=0, given=given, at=after(1))
    assert points(session, code, 60) == {"张三": -20}


def test_a_stake_is_one_of_three(session: Session) -> None:
    code = begin(session, RoomRule(seconds=20))
    lock_question(session, code, host=HOST, at=START)
    with pytest.raises(QuizError, match="风险题的分值只能是10、20、30分"):
        next_question(session, code, host=HOST, after=0, at=START, stake=50)
