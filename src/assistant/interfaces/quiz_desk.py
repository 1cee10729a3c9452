"""What the pages of practice share: the questions in use, kept in step with bank and documents."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import ParsedDocument
from assistant.interfaces.opening import Opening
from assistant.quiz.bank import load_bank
from assistant.quiz.items import Item
from assistant.quiz.practice_scope import Outline, read_outline
from assistant.quiz.review import (
    Entry,
    Sources,
    read_entries,
    register_stamp,
    sync_bank,
    usable_items,
)
from assistant.store.base import now
from assistant.store.database import Database


@dataclass(frozen=True, slots=True)
class Shelf:
    """The questions as they stand."""

    entries: tuple[Entry, ...]
    items: tuple[Item, ...]
    """Those that may be asked."""
    known: Mapping[str, Item]
    """All, by id: what was asked once can be read for good."""
    outline: Outline
    sources: Sources
    documents: tuple[ParsedDocument, ...]


class QuizDesk:
    """Hands out the shelf, read anew when bank, documents or review moved on. Thread safe."""

    def __init__(self, opening: Opening, *, database: Database, bank: Path) -> None:
        self.database = database
        self._opening = opening
        self._bank = bank
        self._lock = threading.Lock()
        self._documents: Sequence[ParsedDocument] = ()
        self._bank_time = -1
        self._stamp = ""
        self._shelf: Shelf | None = None

    async def shelf(self) -> Shelf:
        """Return the questions. Raises the ``AssistantError`` that keeps them from being read."""
        documents = (await self._opening.assistant()).documents
        return await asyncio.to_thread(self._read, documents)

    def _read(self, documents: tuple[ParsedDocument, ...]) -> Shelf:
        with self._lock:
            bank_time = self._bank.stat().st_mtime_ns if self._bank.exists() else 0
            if documents is not self._documents or bank_time != self._bank_time:
                self._sync(documents)
                self._documents, self._bank_time, self._stamp = documents, bank_time, ""
            with self.database.session() as session:
                stamp = register_stamp(session)
                if self._shelf is None or stamp != self._stamp:
                    self._shelf = _shelf(read_entries(session), documents)
                    self._stamp = stamp
            return self._shelf

    def _sync(self, documents: tuple[ParsedDocument, ...]) -> None:
        items = load_bank(self._bank)
        with self.database.session() as session:
            sync_bank(session, items, sources=Sources(documents), at=now())


def _shelf(entries: tuple[Entry, ...], documents: tuple[ParsedDocument, ...]) -> Shelf:
    return Shelf(
        entries=entries,
        items=usable_items(entries),
        known={entry.item.id: entry.item for entry in entries},
        outline=read_outline(documents),
        sources=Sources(documents),
        documents=documents,
    )
