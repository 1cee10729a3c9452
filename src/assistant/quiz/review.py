"""Review: from the bank to use. A question whose source changes leaves use by itself.

draft → checked by the program → reviewed → active → retired
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.domain import Article, ParsedDocument
from assistant.errors import QuizError
from assistant.quiz.items import Item, Status
from assistant.quiz.tables import ItemRow, ReportRow, ReviewRow
from assistant.text import fold

REPORTS_THAT_HIDE = 2
"""Independent readers who report an error before anyone has looked: out of use until then."""


class Action(StrEnum):
    """What a reviewer, or the program, does to a question."""

    SYNC = "sync"
    EDIT = "edit"
    APPROVE = "approve"
    ACTIVATE = "activate"
    REJECT = "reject"
    RETIRE = "retire"
    REOPEN = "reopen"

    @property
    def label(self) -> str:
        """Its name for reviewers."""
        return _ACTION_LABELS[self]


_ACTION_LABELS = {
    Action.SYNC: "题库更新",
    Action.EDIT: "修改",
    Action.APPROVE: "通过",
    Action.ACTIVATE: "启用",
    Action.REJECT: "退回",
    Action.RETIRE: "停用",
    Action.REOPEN: "重新审阅",
}

_STEPS: Mapping[Action, tuple[frozenset[Status], Status]] = {
    Action.APPROVE: (frozenset({Status.CHECKED}), Status.REVIEWED),
    Action.ACTIVATE: (frozenset({Status.REVIEWED}), Status.ACTIVE),
    Action.REJECT: (frozenset({Status.CHECKED, Status.REVIEWED, Status.ACTIVE}), Status.DRAFT),
    Action.RETIRE: (frozenset(Status) - {Status.RETIRED}, Status.RETIRED),
    Action.REOPEN: (frozenset({Status.RETIRED, Status.DRAFT}), Status.CHECKED),
}
_NEEDS_REASON = {Action.REJECT, Action.RETIRE}
_NEEDS_SOURCE = {Action.APPROVE, Action.ACTIVATE, Action.REOPEN}


@dataclass(frozen=True, slots=True)
class Entry:
    """A question in the register."""

    item: Item
    """Its status is the register's."""
    edited: bool
    changed_at: datetime
    reports: int
    """Open ones, of different people."""

    @property
    def hidden(self) -> bool:
        """Whether it is out of use until someone has looked at the reports."""
        return self.reports >= REPORTS_THAT_HIDE


@dataclass(frozen=True, slots=True)
class Synced:
    """What bringing the register up to the bank and the corpus did."""

    added: int = 0
    renewed: int = 0
    retired: int = 0


class Sources:
    """The articles that questions rest on, as they are now."""

    def __init__(self, documents: Sequence[ParsedDocument]) -> None:
        self._articles: dict[str, Article] = {
            article.id: article for parsed in documents for article in parsed.articles
        }

    def article(self, article_id: str) -> Article | None:
        """Return an article, or None when there is none of that id."""
        return self._articles.get(article_id)

    def fingerprint(self, item: Item) -> str:
        """Return a hash of the articles a question rests on; empty when a quotation is gone."""
        texts = []
        for basis in item.basis:
            article = self._articles.get(basis.article_id)
            text = fold(article.text) if article else ""
            if not basis.sentence or fold(basis.sentence) not in text:
                return ""
            texts.append(text)
        return _hash("\n".join(texts)) if texts else ""


def sync_bank(session: Session, items: Iterable[Item], *, sources: Sources, at: datetime) -> Synced:
    """Take the bank into the register; retire what the bank or the corpus no longer holds."""
    rows = {row.item_id: row for row in session.scalars(select(ItemRow))}
    added = renewed = retired = 0
    seen: set[str] = set()
    for item in items:
        seen.add(item.id)
        row = rows.get(item.id)
        digest = _hash(json.dumps(item.to_json(), ensure_ascii=False, sort_keys=True))
        if row is None or row.bank_hash != digest:
            added, renewed = (added + 1, renewed) if row is None else (added, renewed + 1)
            row = _take(session, item, row, digest=digest, sources=sources, at=at)
        retired += _retire_if_stale(session, row, sources=sources, at=at)
    for item_id in rows.keys() - seen:
        if rows[item_id].status != Status.RETIRED:
            _note(session, rows[item_id], Action.SYNC, Status.RETIRED, "题库不再收录此题", at=at)
            retired += 1
    return Synced(added, renewed, retired)


def _take(
    session: Session,
    item: Item,
    row: ItemRow | None,
    *,
    digest: str,
    sources: Sources,
    at: datetime,
) -> ItemRow:
    if row is None:
        row = ItemRow(item_id=item.id)
        session.add(row)
    elif row.edited:
        # The reviewer's wording is kept where it can be found again.
        _note(
            session, row, Action.SYNC, item.status, "题库内容已更新，原修改作废", at=at, keep=True
        )
    row.fact_id = item.fact_id or item.id
    row.status = item.status
    row.record = item.to_json()
    row.bank_hash = digest
    row.source_hash = sources.fingerprint(item)
    row.edited = False
    row.changed_at = at
    return row


def _retire_if_stale(session: Session, row: ItemRow, *, sources: Sources, at: datetime) -> int:
    current = sources.fingerprint(Item.from_json(row.record))
    if row.status == Status.RETIRED or (current and current == row.source_hash):
        return 0
    reason = "依据的条文已修改" if current else "依据的条文已不在材料中"
    _note(session, row, Action.SYNC, Status.RETIRED, reason, at=at)
    return 1


def read_entries(session: Session) -> tuple[Entry, ...]:
    """Return all questions with their standing, in the order of their ids."""
    reports = _open_reports(session)
    rows = session.scalars(select(ItemRow).order_by(ItemRow.item_id))
    return tuple(_entry(row, reports.get(row.item_id, 0)) for row in rows)


def read_entry(session: Session, item_id: str) -> Entry | None:
    """Return one question, or None when the register does not know it."""
    row = session.get(ItemRow, item_id)
    return _entry(row, _open_reports(session).get(item_id, 0)) if row else None


def usable_items(entries: Iterable[Entry]) -> tuple[Item, ...]:
    """Return the questions that may be asked."""
    return tuple(e.item for e in entries if e.item.status is Status.ACTIVE and not e.hidden)


def register_stamp(session: Session) -> str:
    """Return a mark that changes whenever the register or its open reports do."""
    items = session.execute(select(func.count(), func.max(ItemRow.changed_at))).one()
    reports = session.execute(select(func.max(ReportRow.id), func.max(ReportRow.settled_at))).one()
    return f"{tuple(items)}{tuple(reports)}"


def take_step(
    session: Session,
    item_id: str,
    action: Action,
    *,
    reviewer: str,
    sources: Sources,
    at: datetime,
    reason: str = "",
    problems: Sequence[str] = (),
) -> Status:
    """Move a question on. Raises ``QuizError`` when that step is not open to it.

    ``problems`` is what the program's own checks say of it; with any, it never gets nearer to use.
    """
    row = _row(session, item_id)
    allowed, status = _STEPS[action]
    if Status(row.status) not in allowed:
        raise QuizError(f"此题现为“{Status(row.status).label}”，不能{action.label}，请刷新后再看。")
    if action in _NEEDS_REASON and not reason.strip():
        raise QuizError(f"{action.label}需要写明理由。")
    if action in _NEEDS_SOURCE:
        _refuse_unproved(row, sources, problems)
        row.source_hash = sources.fingerprint(Item.from_json(row.record))
    _note(session, row, action, status, reason.strip(), at=at, reviewer=reviewer)
    return status


def edit_item(
    session: Session,
    item: Item,
    *,
    reviewer: str,
    sources: Sources,
    at: datetime,
    reason: str = "",
    problems: Sequence[str] = (),
) -> None:
    """Replace a question by a reviewer's edit; it counts as checked, and is to be approved anew.

    Raises ``QuizError`` when the program's checks have something against it.
    """
    row = _row(session, item.id)
    edited = replace(item, status=Status.CHECKED)
    if edited.to_json() == Item.from_json(row.record).with_status(Status.CHECKED).to_json():
        raise QuizError("内容没有改动，无需保存。")
    if problems:
        raise QuizError("修改后未通过机检：" + "；".join(problems) + "。请改正后再保存。")
    source = sources.fingerprint(edited)
    if not source:
        raise QuizError("修改后的依据与材料原文不一致，请改正后再保存。")
    _note(session, row, Action.EDIT, Status.CHECKED, reason, at=at, reviewer=reviewer, keep=True)
    row.record = edited.to_json()
    row.source_hash = source
    row.edited = True


def read_history(session: Session, item_id: str) -> tuple[ReviewRow, ...]:
    """Return the steps of a question's review, newest first."""
    chosen = select(ReviewRow).where(ReviewRow.item_id == item_id).order_by(ReviewRow.id.desc())
    return tuple(session.scalars(chosen))


def _refuse_unproved(row: ItemRow, sources: Sources, problems: Sequence[str]) -> None:
    if problems:
        raise QuizError("此题未通过机检：" + "；".join(problems) + "。请先修改。")
    if not sources.fingerprint(Item.from_json(row.record)):
        raise QuizError("此题的依据与现在的材料原文不一致，请先修改依据。")


def _note(
    session: Session,
    row: ItemRow,
    action: Action,
    status: Status,
    reason: str,
    *,
    at: datetime,
    reviewer: str = "",
    keep: bool = False,
) -> None:
    """Set a question's status and write down who did it, why, and what it said before."""
    session.add(
        ReviewRow(
            item_id=row.item_id,
            at=at,
            reviewer=reviewer,
            action=action,
            status=status,
            reason=reason,
            before=row.record if keep else None,
        )
    )
    row.status = status
    row.changed_at = at


def _entry(row: ItemRow, reports: int) -> Entry:
    item = Item.from_json(row.record).with_status(Status(row.status))
    if not item.fact_id:
        item = replace(item, fact_id=row.fact_id)
    return Entry(item, row.edited, row.changed_at, reports)


def _open_reports(session: Session) -> dict[str, int]:
    counted = (
        select(ReportRow.item_id, func.count(ReportRow.person.distinct()))
        .where(ReportRow.settled_at.is_(None))
        .group_by(ReportRow.item_id)
    )
    return {item_id: count for item_id, count in session.execute(counted)}


def _row(session: Session, item_id: str) -> ItemRow:
    row = session.get(ItemRow, item_id, with_for_update=True)
    if row is None:
        raise QuizError("题库中没有这道题，可能刚刚更新过，请刷新后再看。")
    return row


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
