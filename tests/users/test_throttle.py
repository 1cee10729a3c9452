"""Limits: wrong passwords are slowed down, questions counted, and nobody locks out a colleague."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.errors import LimitReached
from assistant.store.database import Database
from assistant.users.accounts import Accounts
from assistant.users.audit import Audit
from assistant.users.sign_on import SignOn
from assistant.users.throttle import FROM_EVERYWHERE, PasswordThrottle, QuestionThrottle

from .conftest import CHEAP, FakeClock

PASSWORD = "秋天的第一份材料2026"  # noqa: S105
HOME, ELSEWHERE = "10.0.0.7", "10.0.0.8"


@pytest.fixture
def sign_on(database: Database, clock: FakeClock) -> SignOn:
    accounts = Accounts(database, hasher=CHEAP, clock=clock)
    accounts.add("zhangsan", PASSWORD)
    accounts.add("lisi", PASSWORD)
    throttle = PasswordThrottle(database, allowed=5, minutes=15, clock=clock)
    return SignOn(accounts, throttle, Audit(database, clock=clock))


def fail(sign_on: SignOn, times: int, *, name: str = "zhangsan", address: str = HOME) -> None:
    for attempt in range(times):
        assert sign_on.check(name, f"猜的口令{attempt:06}", address=address) is None


def test_after_five_wrong_passwords_even_the_right_one_waits(sign_on: SignOn) -> None:
    fail(sign_on, 5)
    with pytest.raises(LimitReached, match="15 分钟后再试") as caught:
        sign_on.check("zhangsan", PASSWORD, address=HOME)
    assert caught.value.seconds == 15 * 60


def test_the_wait_ends(sign_on: SignOn, clock: FakeClock) -> None:
    fail(sign_on, 5)
    clock.pass_(minutes=15)
    assert sign_on.check("zhangsan", PASSWORD, address=HOME) is not None


def test_the_right_password_in_time_wipes_the_slate(sign_on: SignOn) -> None:
    fail(sign_on, 4)
    assert sign_on.check("zhangsan", PASSWORD, address=HOME) is not None
    fail(sign_on, 4)
    assert sign_on.check("zhangsan", PASSWORD, address=HOME) is not None


def test_a_stranger_elsewhere_does_not_lock_out_the_owner(sign_on: SignOn) -> None:
    fail(sign_on, 5, address=ELSEWHERE)
    assert sign_on.check("zhangsan", PASSWORD, address=HOME) is not None


def test_a_name_is_held_for_all_when_it_is_attacked_from_everywhere(sign_on: SignOn) -> None:
    for network in range(FROM_EVERYWHERE):
        fail(sign_on, 5, address=f"10.1.{network}.1")
    with pytest.raises(LimitReached):
        sign_on.check("zhangsan", PASSWORD, address=HOME)


def test_an_address_that_tries_many_names_is_held(sign_on: SignOn) -> None:
    for number in range(FROM_EVERYWHERE):
        fail(sign_on, 5, name=f"nobody{number}", address=ELSEWHERE)
    with pytest.raises(LimitReached):
        sign_on.check("lisi", PASSWORD, address=ELSEWHERE)
    assert sign_on.check("lisi", PASSWORD, address=HOME) is not None


def test_many_at_once_get_no_more_tries(sign_on: SignOn) -> None:
    def guess(attempt: int) -> bool:
        try:
            sign_on.check("zhangsan", f"猜的口令{attempt:06}", address=HOME)
        except LimitReached:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        tried = list(pool.map(guess, range(12)))
    assert sum(tried) == 5


def test_unknown_names_are_counted_as_known_ones_are(sign_on: SignOn) -> None:
    fail(sign_on, 5, name="nobody")
    with pytest.raises(LimitReached):
        sign_on.check("nobody", PASSWORD, address=HOME)


def test_the_log_keeps_each_try_and_no_password(sign_on: SignOn, database: Database) -> None:
    fail(sign_on, 5)
    with pytest.raises(LimitReached):
        sign_on.check("zhangsan", PASSWORD, address=HOME)
    entries = Audit(database).read()
    assert [entry.label for entry in entries] == ["登录被暂停", *["口令错误"] * 5]
    assert {entry.address for entry in entries} == {HOME}
    assert "猜的口令" not in repr(entries)
    assert PASSWORD not in repr(entries)


class Seconds:
    """A clock of seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_person_asks_so_often_in_a_minute_and_others_are_not_concerned() -> None:
    seconds = Seconds()
    throttle = QuestionThrottle(per_minute=3, per_day=100, seconds=seconds)
    for _ in range(3):
        throttle.admit("张三")
    with pytest.raises(LimitReached, match="每分钟最多 3 问"):
        throttle.admit("张三")
    throttle.admit("李四")
    seconds.now = 60.0
    throttle.admit("张三")


def test_a_day_has_its_limit_too() -> None:
    seconds = Seconds()
    throttle = QuestionThrottle(per_minute=100, per_day=4, seconds=seconds)
    for hour in range(4):
        seconds.now = hour * 3600.0
        throttle.admit("张三")
    with pytest.raises(LimitReached, match="每天最多 4 问"):
        throttle.admit("张三")
    seconds.now = 24 * 3600.0
    throttle.admit("张三")
