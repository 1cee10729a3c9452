"""Signing on with a password: slowed down after wrong ones, kept in the audit log either way."""

from __future__ import annotations

import threading

from assistant.errors import LimitReached
from assistant.users.accounts import Account, Accounts
from assistant.users.audit import Action, Audit
from assistant.users.throttle import PasswordThrottle


class SignOn:
    """Checks passwords one at a time, so that many at once cannot outrun the throttle."""

    def __init__(self, accounts: Accounts, throttle: PasswordThrottle, audit: Audit) -> None:
        self._accounts = accounts
        self._throttle = throttle
        self._audit = audit
        self._lock = threading.Lock()

    def check(self, name: str, password: str, *, address: str) -> Account | None:
        """Return the account, or None for a wrong name or password. Raises ``LimitReached``."""
        typed = name.strip().casefold()[:120]
        with self._lock:
            try:
                self._throttle.check(typed, address=address)
            except LimitReached:
                self._audit.record_name(Action.SIGN_IN_HELD, typed, address=address)
                raise
            account = self._accounts.check_password(name, password)
            if account is None:
                self._throttle.failed(typed, address=address)
                self._audit.record_name(Action.SIGN_IN_FAILED, typed, address=address)
                return None
            self._throttle.succeeded(typed, address=address)
        self._audit.record(Action.SIGNED_IN, account.person, address=address)
        return account
