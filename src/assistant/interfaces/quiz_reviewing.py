"""What a reviewer does: each call one transaction, the program's own checks at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.domain import ParsedDocument
from assistant.errors import QuizError
from assistant.interfaces.quiz_desk import Shelf
from assistant.quiz.check_item import Fault, ItemChecker, Rule
from assistant.quiz.facts import read_sources
from assistant.quiz.items import Item, ItemType, Status
from assistant.quiz.probe import Probe
from assistant.quiz.review import Action, Entry, edit_item, read_entry, read_history, take_step
from assistant.quiz.review_edit import EditableItem, apply_edit
from assistant.quiz.review_reports import ReportKind, open_reports, settle_reports
from assistant.quiz.words import load_words
from assistant.store.base import now
from assistant.store.database import Database
from assistant.text import fold

_ORDER = (Status.CHECKED, Status.REVIEWED, Status.DRAFT, Status.ACTIVE, Status.RETIRED)
MATTERS_OF_STYLE = (Rule.NAMED, Rule.SELF_CONTAINED, Rule.LEAK)
"""A reviewer may let these pass with a reason; a source or a key that does not hold, never."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Which questions a reviewer looks at; what is empty does not restrict."""

    status: Status | None = None
    document: str = ""
    type: ItemType | None = None
    words: str = ""
    reported: bool = False

    def choose(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Return the questions, those with reports first, then by how far they have come."""
        chosen = [entry for entry in entries if self._holds(entry)]
        return tuple(
            sorted(chosen, key=lambda e: (-e.reports, _ORDER.index(e.item.status), e.item.id))
        )

    def _holds(self, entry: Entry) -> bool:
        item = entry.item
        return (
            (self.status is None or item.status is self.status)
            and (self.type is None or item.type is self.type)
            and (not self.document or self.document in item.document_ids)
            and (not self.reported or entry.reports > 0)
            and fold(self.words) in fold(item.stem + item.id)
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader reported."""

    kind: ReportKind
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a question's review."""

    action: Action
    status: Status
    reviewer: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A question before its reviewer."""

    entry: Entry
    faults: tuple[Fault, ...]
    """What the program's checks have against it."""
    reports: tuple[Report, ...]
    history: tuple[Step, ...]


class Reviewing:
    """Review over a database. The checks are set up once for the documents at hand."""

    def __init__(
        self, database: Database, *, corpus: Path, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self._corpus = corpus
        self._clock = clock
        self._lock = threading.Lock()
        self._documents: Sequence[ParsedDocument] = ()
        self._checker: ItemChecker | None = None

    def card(self, shelf: Shelf, item_id: str) -> ReviewCard:
        """Return a question with everything that is known about it."""
        with self._database.session() as session:
            entry = read_entry(session, item_id)
            if entry is None:
                raise QuizError("题库中没有这道题，可能刚刚更新过，请刷新后再看。")
            reports = tuple(
                Report(ReportKind(row.kind), row.text, row.at)
                for row in open_reports(session, item_id)
            )
            history = tuple(
                Step(Action(row.action), Status(row.status), row.reviewer, row.reason, row.at)
                for row in read_history(session, item_id)
            )
        return ReviewCard(entry, self.faults(shelf, entry.item), reports, history)

    def step(
        self, shelf: Shelf, item_id: str, action: Action, *, reviewer: str, reason: str
    ) -> Status:
        """Move a question on."""
        faults = self._weighty(shelf, self.card(shelf, item_id).entry.item, reason)
        with self._database.session() as session:
            return take_step(
                session,
                item_id,
                action,
                reviewer=reviewer,
                sources=shelf.sources,
                at=self._clock(),
                reason=reason,
                problems=faults,
            )

    def approve(self, shelf: Shelf, item_id: str, *, reviewer: str, reason: str) -> Status:
        """Approve a question and put it into use, from wherever it stands."""
        status = self.card(shelf, item_id).entry.item.status
        steps = {
            Status.DRAFT: (Action.REOPEN, Action.APPROVE, Action.ACTIVATE),
            Status.RETIRED: (Action.REOPEN, Action.APPROVE, Action.ACTIVATE),
            Status.CHECKED: (Action.APPROVE, Action.ACTIVATE),
            Status.REVIEWED: (Action.ACTIVATE,),
            Status.ACTIVE: (),
        }[status]
        for action in steps:
            status = self.step(shelf, item_id, action, reviewer=reviewer, reason=reason)
        return status

    def edit(
        self, shelf: Shelf, item_id: str, edit: EditableItem, *, reviewer: str, reason: str
    ) -> None:
        """Replace a question's wording; it has to be approved anew."""
        item = apply_edit(self.card(shelf, item_id).entry.item, edit)
        faults = self._weighty(shelf, item, reason)
        with self._database.session() as session:
            edit_item(
                session,
                item,
                reviewer=reviewer,
                sources=shelf.sources,
                at=self._clock(),
                reason=reason,
                problems=faults,
            )

    def settle(self, item_id: str, *, outcome: str) -> int:
        """Close the reports of a question with what came of them."""
        with self._database.session() as session:
            return settle_reports(session, item_id, outcome=outcome, at=self._clock())

    def faults(self, shelf: Shelf, item: Item) -> tuple[Fault, ...]:
        """Return what the program's checks have against a question."""
        with self._lock:
            if self._checker is None or shelf.documents is not self._documents:
                known = {parsed.document.id for parsed in shelf.documents}
                searched = [p for p in shelf.documents if p.document.edition_of not in known]
                probe = Probe(shelf.documents, read_sources(searched))
                self._checker = ItemChecker(shelf.documents, probe, load_words(self._corpus))
                self._documents = shelf.documents
            checker = self._checker
        return tuple(checker.faults(item))

    def _weighty(self, shelf: Shelf, item: Item, reason: str) -> tuple[str, ...]:
        """Return the faults that stand in the way; those of style give way to a reason."""
        return tuple(
            fault.message
            for fault in self.faults(shelf, item)
            if not (fault.rule in MATTERS_OF_STYLE and reason.strip())
        )
