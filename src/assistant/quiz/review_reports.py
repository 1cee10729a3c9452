"""What readers report about questions, and what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.quiz.tables import ReportRow

LONGEST_REPORT = 500


class ReportKind(StrEnum):
    """What a reader finds wrong with a question."""

    KEY = "key"
    STEM = "stem"
    SOURCE = "source"
    OPTION = "option"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Its name for readers."""
        return _LABELS[self]


_LABELS = {
    ReportKind.KEY: "答案有误",
    ReportKind.STEM: "题干不清",
    ReportKind.SOURCE: "依据有误",
    ReportKind.OPTION: "选项有争议",
    ReportKind.OTHER: "其他",
}


def report_error(
    session: Session, item_id: str, *, person: str, kind: ReportKind, text: str, at: datetime
) -> None:
    """Take down a report; a person's second one on the same question replaces the first."""
    text = text.strip()
    if kind is ReportKind.OTHER and not text:
        raise QuizError("请写明题目有什么问题。")
    if len(text) > LONGEST_REPORT:
        raise QuizError(f"说明请控制在{LONGEST_REPORT}字以内。")
    chosen = select(ReportRow).where(
        ReportRow.item_id == item_id,
        ReportRow.person == person,
        ReportRow.settled_at.is_(None),
    )
    row = session.scalars(chosen).first()
    if row is None:
        row = ReportRow(item_id=item_id, person=person)
        session.add(row)
    row.kind, row.text, row.at = kind, text, at


def open_reports(session: Session, item_id: str = "") -> tuple[ReportRow, ...]:
    """Return the reports that nobody settled, oldest first; of one question, or of all."""
    chosen = select(ReportRow).where(ReportRow.settled_at.is_(None)).order_by(ReportRow.id)
    if item_id:
        chosen = chosen.where(ReportRow.item_id == item_id)
    return tuple(session.scalars(chosen))


def settle_reports(session: Session, item_id: str, *, outcome: str, at: datetime) -> int:
    """Close all open reports of a question with what came of them; return how many."""
    if not outcome.strip():
        raise QuizError("请写明对报错的处理结果。")
    rows = open_reports(session, item_id)
    for row in rows:
        row.settled_at = at
        row.outcome = outcome.strip()
    return len(rows)
