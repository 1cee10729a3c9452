"""The audit log: who did what, when, and from where. Rows are added and never changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from assistant.store.base import now
from assistant.store.database import Database
from assistant.users.people import Person
from assistant.users.tables import AuditRow

_log = logging.getLogger(__name__)

DETAIL_CHARACTERS = 500


class Action(StrEnum):
    """What is worth keeping."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_HELD = "sign_in_held"
    SIGNED_OUT = "signed_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name, no password
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    DATA_ERASED = "data_erased"
    DOCUMENT_UPLOADED = "document_uploaded"
    DRAFT_DISCARDED = "draft_discarded"
    DOCUMENT_PUBLISHED = "document_published"
    DOCUMENT_WITHDRAWN = "document_withdrawn"
    DOCUMENT_REPLACED = "document_replaced"
    PUBLISHING_FAILED = "publishing_failed"
    FEEDBACK_EXPORTED = "feedback_exported"

    @property
    def label(self) -> str:
        """The action's Chinese name."""
        return _LABELS[self]


_LABELS = {
    Action.SIGNED_IN: "登录",
    Action.SIGN_IN_FAILED: "口令错误",
    Action.SIGN_IN_HELD: "登录被暂停",
    Action.SIGNED_OUT: "退出",
    Action.PASSWORD_CHANGED: "改口令",
    Action.ACCOUNT_ADDED: "新增账号",
    Action.ACCOUNT_CHANGED: "变更账号",
    Action.KEY_MADE: "生成接口密钥",
    Action.KEY_REVOKED: "作废接口密钥",
    Action.DATA_ERASED: "清除本人数据",
    Action.DOCUMENT_UPLOADED: "上传材料",
    Action.DRAFT_DISCARDED: "放弃草稿",
    Action.DOCUMENT_PUBLISHED: "发布材料",
    Action.DOCUMENT_WITHDRAWN: "撤下材料",
    Action.DOCUMENT_REPLACED: "换用新版",
    Action.PUBLISHING_FAILED: "发布失败",
    Action.FEEDBACK_EXPORTED: "导出反馈",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    done_at: datetime
    name: str
    address: str
    action: str
    detail: str

    @property
    def label(self) -> str:
        """What was done, in Chinese; as it stands when another version wrote it."""
        return Action(self.action).label if self.action in set(Action) else self.action


class Audit:
    """Writes and reads the log. Thread safe."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def record(self, action: Action, person: Person, *, address: str, detail: str = "") -> None:
        """Add a line."""
        self.record_name(action, person.name, person_id=person.id, address=address, detail=detail)

    def record_name(
        self, action: Action, name: str, *, address: str, person_id: str = "", detail: str = ""
    ) -> None:
        """Add a line about somebody who is not known yet: a name that was typed."""
        row = AuditRow(
            done_at=self._clock(),
            person_id=person_id,
            name=name[:120],
            address=address[:64],
            action=action.value,
            detail=detail[:DETAIL_CHARACTERS],
        )
        with self._database.session() as session:
            session.add(row)
        _log.info("%s by %r from %s: %s", action.value, name, address, detail)

    def read(
        self, *, limit: int = 100, offset: int = 0, action: str = "", name: str = ""
    ) -> tuple[Entry, ...]:
        """Return the lines, last first."""
        wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit).offset(offset)
        if action:
            wanted = wanted.where(AuditRow.action == action)
        if name:
            wanted = wanted.where(AuditRow.name.contains(name, autoescape=True))
        with self._database.session() as session:
            return tuple(
                Entry(row.done_at, row.name, row.address, row.action, row.detail)
                for row in session.scalars(wanted)
            )
