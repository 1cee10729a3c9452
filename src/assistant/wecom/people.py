"""Whose things are whose: a WeCom user is the account that was linked to them, or themselves."""

from __future__ import annotations

import hashlib

from assistant.wecom.state import State

LONGEST_PERSON = 64
PREFIX = "wecom:"


def person_of(state: State, *, bot_id: str, user_id: str) -> str:
    """Return the id under which practice and limits of a user are kept. Blocks."""
    account = state.account_of(bot_id=bot_id, user_id=user_id)
    name = account or f"{PREFIX}{user_id}"
    if len(name) <= LONGEST_PERSON:
        return name
    return f"{PREFIX}{hashlib.sha256(user_id.encode()).hexdigest()[:40]}"
