"""What people choose of the register – by body, frequency, binding word, document, topic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from assistant.duties.records import FrequencyKind, ModalityKind
from assistant.duties.table import MODALITIES, PERIODS
from assistant.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.duties.records import Alignment, Duty, Procedure
    from assistant.duties.register import Often, Register

OFTEN: dict[str, Often] = {
    **{words: period for period, words in PERIODS.items()},
    "周期": FrequencyKind.PERIOD,
    "定期": FrequencyKind.REPEATED,
    "及时": FrequencyKind.PROMPT,
    "限期": FrequencyKind.DEADLINE,
    "比例": FrequencyKind.EXTENT,
}
"""Words for a frequency; those after the intervals stand for all of their sort."""
MODALITY: dict[str, ModalityKind] = {words: kind for kind, words in MODALITIES.items()}
TITLE = "职责清单"
WITH_ROWS = ".xlsx"
"""What is exported with the documents side by side."""
MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".ics": "text/calendar; charset=utf-8",
}
"""What is exported, by the end of the file's name."""


@dataclass(frozen=True, slots=True)
class DutyFilter:
    """A choice, in the words it was made with; an empty part is no condition."""

    body: str = ""
    often: str = ""
    modality: str = ""
    document: str = ""
    """Id of a document."""
    topic: str = ""

    def words(self) -> dict[str, str]:
        """Return the parts that are conditions."""
        parts = {
            "body": self.body,
            "often": self.often,
            "modality": self.modality,
            "document": self.document,
            "topic": self.topic,
        }
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Collection:
    """What a choice finds."""

    title: str
    duties: tuple[Duty, ...]
    procedures: tuple[Procedure, ...]
    aligned: tuple[Alignment, ...]
    names: tuple[str, str]
    """Of the two documents of ``aligned``."""


def read_filter(
    register: Register,
    *,
    body: str = "",
    often: str = "",
    modality: str = "",
    document: str = "",
    topic: str = "",
) -> DutyFilter:
    """Return a choice. Raises ``QuestionError`` that names what can be chosen instead."""
    if often and often not in OFTEN:
        raise QuestionError(f"没有“{often}”这种频次。可用：{'、'.join(OFTEN)}。")
    if modality and modality not in MODALITY:
        raise QuestionError(f"没有“{modality}”这种要求。可用：{'、'.join(MODALITY)}。")
    return DutyFilter(body, often, modality, _document_id(register, document), topic)


def collect(register: Register, chosen: DutyFilter, *, aligned: bool) -> Collection:
    """Return what a choice finds: duties, the procedures and, if ``aligned``, the rows they are in.

    Documents are laid side by side on the first call that wants it, which takes a moment.
    """
    duties = register.find(
        body=chosen.body,
        kind=MODALITY.get(chosen.modality),
        often=OFTEN.get(chosen.often),
        document=chosen.document,
        topic=chosen.topic,
    )
    ids = {duty.id for duty in duties}
    procedures = tuple(
        p for p in register.procedures if any(step.duty.id in ids for step in p.steps)
    )
    rows: list[Alignment] = []
    names = ("", "")
    for upper, lower in register.pairs_of_documents:
        names = (upper.scope or upper.short_title, lower.scope or lower.short_title)
        rows += [row for row in (register.aligned(lower.id) if aligned else ()) if _holds(row, ids)]
    return Collection(_title(chosen), duties, procedures, tuple(rows), names)


def export(collection: Collection, suffix: str, *, now: datetime) -> bytes | None:
    """Return what is found as a file of the sort that ``suffix`` names; None for another sort."""
    from assistant.duties.agenda import write_calendar
    from assistant.duties.sheets import Sheets, write_document, write_workbook

    if suffix == ".ics":
        return write_calendar(collection.duties, now=now)
    sheets = Sheets(
        collection.title,
        collection.duties,
        collection.procedures,
        collection.aligned,
        collection.names,
    )
    if suffix == ".xlsx":
        return write_workbook(sheets)
    return write_document(sheets) if suffix == ".docx" else None


def _holds(row: Alignment, ids: set[str]) -> bool:
    return any(duty is not None and duty.id in ids for duty in (row.upper, row.lower))


def _title(chosen: DutyFilter) -> str:
    parts: Sequence[str] = (chosen.body, chosen.topic, chosen.often, chosen.modality)
    named = " ".join(part for part in parts if part)
    return f"{named} {TITLE}" if named else TITLE


def _document_id(register: Register, words: str) -> str:
    if not words or words in register.documents:
        return words
    for document in register.documents.values():
        if words.strip("《》") in (document.title, document.short_title, document.scope):
            return document.id
    raise QuestionError(f"没有名为“{words}”的材料。可用：{'、'.join(register.documents)}。")
