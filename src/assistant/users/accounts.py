"""Accounts and sign-on: argon2id for passwords, random tokens for browsers and programs.

A token is kept as its digest only, so the database cannot sign anybody on.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from assistant.errors import AccountError
from assistant.store.base import now
from assistant.store.database import Database
from assistant.users.people import Person, Role
from assistant.users.tables import AccountRow, SessionRow

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 60
KEY_DAYS = 365
KEY_PREFIX = "ak-"
_TOKEN_BYTES = 32

Kind = Literal["browser", "key"]


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in."""

    id: str
    name: str
    shown_name: str
    role: Role
    active: bool
    has_password: bool
    created_at: datetime

    @property
    def person(self) -> Person:
        """The person behind the account."""
        return Person(self.id, self.shown_name, self.role, signed_in=True)


@dataclass(frozen=True, slots=True)
class Key:
    """What a program sends instead of a password; the token itself was shown once."""

    id: str
    label: str
    created_at: datetime
    expires_at: datetime


class Accounts:
    """Keeps accounts and their sessions. Thread safe."""

    def __init__(
        self,
        database: Database,
        *,
        session_hours: int = 12,
        hasher: PasswordHasher | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._session = timedelta(hours=session_hours)
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        # Checked when there is no such account, so that the answer takes as long.
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    # --- accounts ---

    def add(
        self, name: str, password: str | None, *, role: Role = Role.READER, shown_name: str = ""
    ) -> Account:
        """Add an account; without a password somebody else vouches for it.

        Raises ``AccountError`` when the name is taken or not usable, or the password is weak.
        """
        typed = name.strip()
        name = normal_name(name)
        if password is not None:
            _check_password(password, name)
        row = AccountRow(
            id="u-" + secrets.token_hex(12),
            name=name,
            shown_name=shown_name.strip()[:LONGEST_NAME] or typed,
            password_hash=None if password is None else self._hasher.hash(password),
            role=role.value,
            active=True,
            created_at=self._clock(),
        )
        try:
            with self._database.session() as session:
                session.add(row)
        except IntegrityError as error:
            raise AccountError(f"已有名为“{name}”的账号。") from error
        return _account(row)

    def find(self, name: str) -> Account | None:
        """Return the account of this name."""
        with self._database.session() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.name == _fold(name)))
            return None if row is None else _account(row)

    def get(self, account_id: str) -> Account | None:
        """Return the account of this id."""
        with self._database.session() as session:
            row = session.get(AccountRow, account_id)
            return None if row is None else _account(row)

    def list(self) -> tuple[Account, ...]:
        """Return all accounts by name."""
        with self._database.session() as session:
            return tuple(map(_account, session.scalars(select(AccountRow).order_by("name"))))

    def vouch(self, name: str, *, shown_name: str = "", role: Role = Role.READER) -> Account:
        """Return the account of somebody whom a proxy or a provider signed on; add it if new.

        ``role`` is the least the account has from now on.
        """
        found = self.find(name)
        if found is None:
            try:
                return self.add(name, None, role=role, shown_name=shown_name)
            except AccountError:
                # Two first requests at once: the other one has added it.
                found = self.find(name)
                if found is None:
                    raise
        if not found.role.covers(role):
            found = self.change(found.id, role=role)
        return found

    def change(
        self, account_id: str, *, role: Role | None = None, active: bool | None = None
    ) -> Account:
        """Change role or state. Raises ``AccountError`` if no administrator would be left."""
        with self._database.session() as session:
            row = session.get(AccountRow, account_id, with_for_update=True)
            if row is None:
                raise AccountError("没有这个账号，可能已被删除。")
            loses = row.role == Role.ADMINISTRATOR and (
                role not in (None, Role.ADMINISTRATOR) or active is False
            )
            if loses and row.active:
                others = select(func.count()).where(
                    AccountRow.role == Role.ADMINISTRATOR.value,
                    AccountRow.active,
                    AccountRow.id != row.id,
                )
                if not session.scalar(others):
                    raise AccountError("这是唯一的管理员，请先另设一名管理员。")
            row.role = role.value if role is not None else row.role
            row.active = row.active if active is None else active
            if not row.active:
                session.execute(delete(SessionRow).where(SessionRow.account_id == row.id))
            return _account(row)

    def set_password(self, account_id: str, password: str) -> None:
        """Set another password and sign all browsers out. Raises ``AccountError``."""
        with self._database.session() as session:
            row = session.get(AccountRow, account_id)
            if row is None:
                raise AccountError("没有这个账号，可能已被删除。")
            _check_password(password, row.name)
            row.password_hash = self._hasher.hash(password)
            session.execute(
                delete(SessionRow).where(
                    SessionRow.account_id == row.id, SessionRow.kind == "browser"
                )
            )

    def remove(self, account_id: str) -> None:
        """Delete an account and its sessions. Raises ``AccountError`` for the last in charge."""
        self.change(account_id, active=False)
        with self._database.session() as session:
            session.execute(delete(AccountRow).where(AccountRow.id == account_id))

    # --- signing on ---

    def check_password(self, name: str, password: str) -> Account | None:
        """Return the account whose name and password these are; as slow when there is none."""
        with self._database.session() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.name == _fold(name)))
        known = row.password_hash if row is not None and row.active else None
        try:
            self._hasher.verify(known or self._nobody, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return None
        return None if row is None or known is None else _account(row)

    def open_session(self, account_id: str) -> str:
        """Sign a browser on and return its token, which is kept nowhere else."""
        return self._new_token(account_id, "browser", label="", lasts=self._session)

    def make_key(self, account_id: str, *, label: str) -> str:
        """Return a new key for a program, which is kept nowhere else."""
        return self._new_token(
            account_id, "key", label=label.strip()[:LONGEST_NAME], lasts=timedelta(days=KEY_DAYS)
        )

    def person_of_token(self, token: str, *, kind: Kind) -> Person | None:
        """Return whose token this is, as long as it is valid and the account active."""
        wanted = (
            select(AccountRow)
            .join(SessionRow, SessionRow.account_id == AccountRow.id)
            .where(
                SessionRow.token_hash == digest(token),
                SessionRow.kind == kind,
                SessionRow.expires_at > self._clock(),
                AccountRow.active,
            )
        )
        with self._database.session() as session:
            row = session.scalar(wanted)
            return None if row is None else _account(row).person

    def close_session(self, token: str) -> None:
        """Sign a browser out; sessions that have ended are dropped with it."""
        with self._database.session() as session:
            session.execute(
                delete(SessionRow).where(
                    (SessionRow.token_hash == digest(token))
                    | (SessionRow.expires_at <= self._clock())
                )
            )

    def keys(self, account_id: str) -> tuple[Key, ...]:
        """Return the keys of an account, oldest first."""
        wanted = (
            select(SessionRow)
            .where(SessionRow.account_id == account_id, SessionRow.kind == "key")
            .order_by(SessionRow.created_at)
        )
        with self._database.session() as session:
            return tuple(
                Key(row.token_hash[:16], row.label, row.created_at, row.expires_at)
                for row in session.scalars(wanted)
            )

    def revoke_key(self, account_id: str, key_id: str) -> bool:
        """Make a key invalid; False when the account has no such one."""
        with self._database.session() as session:
            gone = session.execute(
                delete(SessionRow)
                .where(
                    SessionRow.account_id == account_id,
                    SessionRow.kind == "key",
                    SessionRow.token_hash.startswith(key_id, autoescape=True),
                )
                .returning(SessionRow.token_hash)
            )
            return bool(gone.all())

    def _new_token(self, account_id: str, kind: Kind, *, label: str, lasts: timedelta) -> str:
        token = (KEY_PREFIX if kind == "key" else "") + secrets.token_urlsafe(_TOKEN_BYTES)
        moment = self._clock()
        row = SessionRow(
            token_hash=digest(token),
            account_id=account_id,
            kind=kind,
            label=label,
            created_at=moment,
            expires_at=moment + lasts,
        )
        with self._database.session() as session:
            session.add(row)
        return token


def normal_name(name: str) -> str:
    """Return a name as it is compared. Raises ``AccountError`` when it cannot be one."""
    folded = _fold(name)
    if not folded or len(folded) > LONGEST_NAME:
        raise AccountError(f"账号名应为 1 至 {LONGEST_NAME} 个字。")
    if any(unicodedata.category(character)[0] in "CZ" for character in folded):
        raise AccountError("账号名里不能有空格或不可见的字符。")
    return folded


def digest(token: str) -> str:
    """Return what is kept of a token. It is random and long: no salt is needed."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _check_password(password: str, name: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"口令应为 {SHORTEST_PASSWORD} 至 {LONGEST_PASSWORD} 个字符。")
    plain = password.casefold()
    if len(set(plain)) < 5 or name in plain or plain in "01234567890123456789":
        raise AccountError("口令太容易猜到，请换一个：不要含账号名，不要只用几个字符重复。")


def _account(row: AccountRow) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        shown_name=row.shown_name,
        role=Role(row.role),
        active=row.active,
        has_password=row.password_hash is not None,
        created_at=row.created_at,
    )
