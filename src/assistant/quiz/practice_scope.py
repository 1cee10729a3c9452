"""What to practise: documents, their parts, types of question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import ParsedDocument
from assistant.quiz.items import Item, ItemType

WHOLE = "全文"
OPENING = "引言"


@dataclass(frozen=True, slots=True)
class Part:
    """An outermost division of a document, or the whole of one that has none."""

    id: str
    document_id: str
    document: str
    """Short title."""
    title: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of the documents in reading order, and where each article belongs."""

    parts: tuple[Part, ...]
    part_of: Mapping[str, Part]
    """By the id of the article."""

    def part(self, item: Item) -> Part | None:
        """Return the part on which a question rests first."""
        return self.part_of.get(item.basis[0].article_id) if item.basis else None


@dataclass(frozen=True, slots=True)
class Scope:
    """A choice of questions; what is empty does not restrict."""

    documents: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    types: frozenset[ItemType] = frozenset()

    def choose(self, items: Iterable[Item], *, outline: Outline) -> tuple[Item, ...]:
        """Return the questions inside the scope."""
        return tuple(item for item in items if self._holds(item, outline.part(item)))

    def _holds(self, item: Item, part: Part | None) -> bool:
        if self.types and item.type not in self.types:
            return False
        if self.documents and not self.documents & set(item.document_ids[:1]):
            return False
        return not self.parts or (part is not None and part.id in self.parts)


def read_outline(documents: Sequence[ParsedDocument]) -> Outline:
    """Return the parts of the documents that questions are made from; other printings are not."""
    parts: dict[str, Part] = {}
    part_of: dict[str, Part] = {}
    for parsed in documents:
        document = parsed.document
        for article in parsed.articles:
            heading = article.headings[0] if article.headings else None
            id = heading.id if heading else f"{document.id}#"
            title = f"{heading.marker}{heading.title}" if heading else _opening(parsed)
            part = Part(id, document.id, document.short_title, title)
            part_of[article.id] = part
            if not document.edition_of:
                parts.setdefault(id, part)
    return Outline(tuple(parts.values()), part_of)


def _opening(parsed: ParsedDocument) -> str:
    return OPENING if any(article.headings for article in parsed.articles) else WHOLE
