"""Accounts: hashed passwords, tokens that the database cannot give away, one administrator kept."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from assistant.errors import AccountError
from assistant.store.database import Database
from assistant.users.accounts import KEY_DAYS, Accounts
from assistant.users.people import Role

from .conftest import CHEAP, FakeClock

PASSWORD = "秋天的第一份材料2026"  # noqa: S105


@pytest.fixture
def accounts(database: Database, clock: FakeClock) -> Accounts:
    return Accounts(database, session_hours=12, hasher=CHEAP, clock=clock)


def everything(database: Database) -> str:
    """Return all that the tables of accounts hold, as text."""
    with database.session() as session:
        rows = [
            row
            for table in ("users_accounts", "users_sessions")
            for row in session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
        ]
    return repr(rows)


def test_the_right_password_is_known_and_no_other(accounts: Accounts) -> None:
    added = accounts.add("zhangsan", PASSWORD, shown_name="张三")
    assert accounts.check_password("zhangsan", PASSWORD) == added
    assert accounts.check_password("zhangsan", PASSWORD[:-1]) is None
    assert accounts.check_password("zhangsan", "") is None
    assert accounts.check_password("lisi", PASSWORD) is None


def test_neither_password_nor_token_stands_in_the_database(
    accounts: Accounts, database: Database
) -> None:
    account = accounts.add("zhangsan", PASSWORD)
    session, key = accounts.open_session(account.id), accounts.make_key(account.id, label="脚本")
    kept = everything(database)
    assert "$argon2id$" in kept
    for secret in (PASSWORD, session, key):
        assert secret not in kept


def test_two_accounts_with_one_password_have_different_hashes(
    accounts: Accounts, database: Database
) -> None:
    accounts.add("zhangsan", PASSWORD)
    accounts.add("lisi", PASSWORD)
    with database.session() as session:
        hashes = session.scalars(text("SELECT password_hash FROM users_accounts")).all()
    assert len(set(hashes)) == 2


@pytest.mark.parametrize("typed", ["ZhangSan", " zhangsan ", "ＺＨＡＮＧＳＡＮ"])
def test_a_name_is_the_same_however_it_is_typed(accounts: Accounts, typed: str) -> None:
    accounts.add("zhangsan", PASSWORD)
    assert accounts.check_password(typed, PASSWORD) is not None
    with pytest.raises(AccountError, match="已有"):
        accounts.add(typed, PASSWORD)


@pytest.mark.parametrize(
    "password",
    ["", "短", "123456789", "1234567890", "aaaaaaaaaaaa", "我的zhangsan2026口令", "长" * 201],
)
def test_a_password_that_is_guessed_at_once_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(AccountError, match="口令"):
        accounts.add("zhangsan", password)


@pytest.mark.parametrize("name", ["", "  ", "张 三", "张\n三", "a\u200bb", "名" * 61])
def test_a_name_that_cannot_be_told_from_another_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match="账号名"):
        accounts.add(name, PASSWORD)


def test_a_session_ends_when_its_hours_are_over(accounts: Accounts, clock: FakeClock) -> None:
    account = accounts.add("zhangsan", PASSWORD, role=Role.HOST)
    token = accounts.open_session(account.id)
    person = accounts.person_of_token(token, kind="browser")
    assert person is not None
    assert (person.id, person.role, person.signed_in) == (account.id, Role.HOST, True)
    clock.pass_(hours=12)
    assert accounts.person_of_token(token, kind="browser") is None


def test_a_session_that_was_closed_is_worth_nothing(accounts: Accounts) -> None:
    token = accounts.open_session(accounts.add("zhangsan", PASSWORD).id)
    accounts.close_session(token)
    assert accounts.person_of_token(token, kind="browser") is None


def test_a_key_is_no_session_and_a_session_no_key(accounts: Accounts) -> None:
    account = accounts.add("zhangsan", PASSWORD)
    key, token = accounts.make_key(account.id, label="脚本"), accounts.open_session(account.id)
    assert accounts.person_of_token(key, kind="browser") is None
    assert accounts.person_of_token(token, kind="key") is None
    assert accounts.person_of_token(key, kind="key") is not None


def test_a_key_lasts_a_year_and_its_owner_alone_can_revoke_it(
    accounts: Accounts, clock: FakeClock
) -> None:
    owner, other = accounts.add("zhangsan", PASSWORD), accounts.add("lisi", PASSWORD)
    key = accounts.make_key(owner.id, label="报表")
    (listed,) = accounts.keys(owner.id)
    assert listed.label == "报表"
    assert not accounts.revoke_key(other.id, listed.id)
    assert accounts.person_of_token(key, kind="key") is not None
    assert accounts.revoke_key(owner.id, listed.id)
    assert accounts.person_of_token(key, kind="key") is None
    second = accounts.make_key(owner.id, label="报表")
    clock.pass_(days=KEY_DAYS)
    assert accounts.person_of_token(second, kind="key") is None


def test_another_password_signs_all_browsers_out(accounts: Accounts) -> None:
    account = accounts.add("zhangsan", PASSWORD)
    token = accounts.open_session(account.id)
    accounts.set_password(account.id, "冬天的第二份材料2027")
    assert accounts.person_of_token(token, kind="browser") is None
    assert accounts.check_password("zhangsan", PASSWORD) is None


def test_a_closed_account_lets_nobody_in(accounts: Accounts) -> None:
    accounts.add("guanli", PASSWORD, role=Role.ADMINISTRATOR)
    account = accounts.add("zhangsan", PASSWORD)
    token = accounts.open_session(account.id)
    accounts.change(account.id, active=False)
    assert accounts.check_password("zhangsan", PASSWORD) is None
    assert accounts.person_of_token(token, kind="browser") is None


def test_the_last_administrator_stays_one(accounts: Accounts) -> None:
    only = accounts.add("guanli", PASSWORD, role=Role.ADMINISTRATOR)
    for change in ({"role": Role.READER}, {"active": False}):
        with pytest.raises(AccountError, match="唯一的管理员"):
            accounts.change(only.id, **change)
    with pytest.raises(AccountError, match="唯一的管理员"):
        accounts.remove(only.id)
    accounts.add("lisi", PASSWORD, role=Role.ADMINISTRATOR)
    assert accounts.change(only.id, role=Role.HOST).role is Role.HOST


def test_whom_a_proxy_names_gets_an_account_without_a_password(accounts: Accounts) -> None:
    first = accounts.vouch("zhangsan@example.cn", shown_name="张三")
    assert (first.shown_name, first.role, first.has_password) == ("张三", Role.READER, False)
    assert accounts.vouch("ZHANGSAN@example.cn") == first
    assert accounts.check_password("zhangsan@example.cn", "") is None
    promoted = accounts.vouch("zhangsan@example.cn", role=Role.ADMINISTRATOR)
    assert (promoted.id, promoted.role) == (first.id, Role.ADMINISTRATOR)
    # What an administrator gave stays.
    assert accounts.vouch("zhangsan@example.cn").role is Role.ADMINISTRATOR


def test_each_role_may_do_what_those_before_it_may() -> None:
    assert Role.ADMINISTRATOR.covers(Role.HOST)
    assert Role.HOST.covers(Role.READER)
    assert not Role.HOST.covers(Role.ADMINISTRATOR)
    assert not Role.READER.covers(Role.HOST)
