"""Statements → facts: what can be asked, each a slot in a statement whose filling is the key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import ArticleKind, DocumentKind, ParsedDocument
from assistant.quiz.lists import Enumeration, find_enumerations
from assistant.quiz.segments import Segment, split_segments, widen
from assistant.quiz.slots import Slot, SlotKind, find_slots
from assistant.quiz.statements import (
    LONGEST_STATEMENT,
    Source,
    Statement,
    StatementReader,
    collect_actors,
)
from assistant.quiz.words import Words

SHORTEST_DUTY = 14
"""Characters behind a subject that say enough to ask who must do it."""
LEAST_AROUND = 18
"""Characters around a slot below which the words before are added."""


TOLD_BY_COMMENTARY = (SlotKind.NUMBER, SlotKind.QUOTED, SlotKind.TERM)
"""What an essay or an interview is asked for; duties are asked of the text that lays them down."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement with one slot."""

    id: str
    kind: SlotKind
    statement: Statement
    start: int
    """Span of the slot in the statement's text."""
    end: int

    @property
    def key(self) -> str:
        """The words in the slot."""
        return self.statement.text[self.start : self.end]

    @property
    def before(self) -> str:
        """The statement up to the slot."""
        return self.statement.text[: self.start]

    @property
    def after(self) -> str:
        """The statement behind the slot."""
        return self.statement.text[self.end :]

    @property
    def source(self) -> Source:
        """The sentence that it is taken from."""
        return self.statement.source

    def fill(self, words: str) -> str:
        """Return the statement with other words in the slot."""
        return self.before + words + self.after


@dataclass(frozen=True, slots=True)
class ListFact:
    """A statement that lists at least three things."""

    id: str
    statement: Statement
    start: int
    """Span of the whole list in the statement's text."""
    end: int
    members: tuple[str, ...]
    head: str
    """What the members are, when the text says so: 方式, 监督; else empty."""
    is_open: bool
    """Whether the list ends with 等."""
    even: bool
    """Whether all members have one length: a formula to know by heart."""

    @property
    def source(self) -> Source:
        """The sentence that it is taken from."""
        return self.statement.source


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the documents offer."""

    sources: tuple[Source, ...]
    facts: tuple[Fact, ...]
    lists: tuple[ListFact, ...]
    reader: StatementReader


def read_sources(documents: Sequence[ParsedDocument]) -> tuple[Source, ...]:
    """Return the sentences of documents, in order."""
    return tuple(
        Source(parsed.document, article, sentence, text, is_title=number == 0 and text == title)
        for parsed in documents
        for article in parsed.articles
        for title in [widen(article.title)]
        for number, sentence in enumerate(article.sentences)
        for text in [widen(sentence.text).rstrip("。；，：")]
        if text
    )


def extract_facts(documents: Sequence[ParsedDocument], words: Words) -> Facts:
    """Return the facts of documents, in order of the text."""
    sources = read_sources(documents)
    reader = StatementReader(words, collect_actors(sources, words))
    asked = [s for s in sources if not s.is_title and _is_running_text(s)]
    facts = [fact for source in asked for fact in _facts_of(source, reader, words)]
    lists = [found for source in asked for found in _lists_of(source, reader, words)]
    return Facts(sources, tuple(facts), tuple(lists), reader)


def _is_running_text(source: Source) -> bool:
    """Leave out bylines and dates; and items of a list, which say nothing by themselves."""
    if source.article.kind is ArticleKind.PASSAGE and not source.sentence.text.endswith("。"):
        return False
    if (
        source.document.kind is DocumentKind.INTERVIEW
        and source.article.kind is not ArticleKind.EXCHANGE
    ):
        return False
    return not any(
        item.start <= source.sentence.start < item.end
        for paragraph in source.article.paragraphs
        for item in paragraph.items
    )


def _facts_of(source: Source, reader: StatementReader, words: Words) -> Iterator[Fact]:
    segments = split_segments(source.text)
    normative = source.document.kind is DocumentKind.NORMATIVE
    for slot in find_slots(source.text, segments, reader, words):
        if not (normative or slot.kind in TOLD_BY_COMMENTARY):
            continue
        home = next(s for s in segments if s.start <= slot.start and slot.end <= s.end)
        last = home
        if home.is_lead:
            last = next(s for s in segments[segments.index(home) :] if not s.is_lead)
        if slot.kind is SlotKind.SUBJECT:
            statement = _duty(source, segments.index(home), reader)
        elif slot.kind is SlotKind.TERM:
            statement = reader.build(source, segments[-1], since=home)
        elif home.is_lead:
            statement = reader.build(source, last, since=home)
        else:
            statement = _telling(source, last, slot, reader)
        fact = _place(source, statement, slot)
        if fact is not None:
            yield fact


def _duty(source: Source, first: int, reader: StatementReader) -> Statement | None:
    """Return a statement that begins with a subject and says enough of its duty."""
    segments = split_segments(source.text)
    for upto in segments[first:]:
        if upto is not segments[first] and reader.subject_of(upto) is not None:
            return None
        statement = reader.build(source, upto, since=segments[first])
        if statement is not None:
            told = len(statement.text) - (segments[first].end - segments[first].start)
            own = reader.subject_of(segments[first])
            duty = len(segments[first].text) - len(own.text) if own else 0
            if duty + max(0, told) >= SHORTEST_DUTY:
                return statement
        if upto.mark == "；":
            return None
    return None


def _telling(
    source: Source, last: Segment, slot: Slot, reader: StatementReader
) -> Statement | None:
    """Return a statement that says enough around its slot, reaching back when it must."""
    segments = split_segments(source.text)
    if source.document.kind is not DocumentKind.NORMATIVE:
        # Commentary argues: a part of its sentence says little.
        whole = reader.build(source, last, since=segments[0])
        return whole if whole is not None and whole.span[0] == 0 else None
    at = segments.index(last)
    before = segments[at - 1] if at and segments[at - 1].mark == "，" else None
    # Who is punished is named before, and is not the subject that punishes.
    if slot.passive and before is not None and last.text.startswith("对"):
        return reader.build(source, last, since=before)
    statement = reader.build(source, last)
    if statement is None or before is None:
        return statement
    if len(statement.text) - (slot.end - slot.start) >= LEAST_AROUND:
        return statement
    return reader.build(source, last, since=before) or statement


def _place(source: Source, statement: Statement | None, slot: Slot) -> Fact | None:
    if statement is None:
        return None
    start, end = statement.offset_of(slot.start), statement.offset_of(slot.end)
    if start is None or end is None or end - start != slot.end - slot.start:
        return None
    name = f"{source.place}:{slot.kind.value}@{slot.start}"
    return Fact(name, slot.kind, statement, start, end)


def _lists_of(source: Source, reader: StatementReader, words: Words) -> Iterator[ListFact]:
    for segment in split_segments(source.text):
        for found in find_enumerations(segment.text, words):
            statement = _around(
                source, segment.start + found.start, segment.start + found.end, reader
            )
            fact = _place_list(source, statement, found, segment.start)
            if fact is not None:
                yield fact


def _around(source: Source, start: int, end: int, reader: StatementReader) -> Statement | None:
    """Return the statement of the segment with a list, with what it needs behind it."""
    segments = split_segments(source.text)
    at = next(i for i, s in enumerate(segments) if s.start < end <= s.end)
    longest = LONGEST_STATEMENT + end - start
    if source.document.kind is not DocumentKind.NORMATIVE:
        whole = reader.build(source, segments[at], since=segments[0], longest=longest)
        return whole if whole is not None and whole.span[0] == 0 else None
    for upto in segments[at : at + 2]:
        statement = reader.build(source, upto, since=segments[at], longest=longest)
        hangs = end == upto.end and source.text[:start].endswith(tuple("对在经将把以向"))
        if statement is not None and not hangs:
            before = segments[at - 1] if at and segments[at - 1].mark == "，" else None
            if len(statement.text) - (end - start) < LEAST_AROUND and before is not None:
                return reader.build(source, upto, since=before, longest=longest) or statement
            return statement
        if upto.mark == "；":
            break
    return None


def _place_list(
    source: Source, statement: Statement | None, found: Enumeration, offset: int
) -> ListFact | None:
    if statement is None:
        return None
    start = statement.offset_of(offset + found.start)
    end = statement.offset_of(offset + found.end)
    if start is None or end is None or end - start != found.end - found.start:
        return None
    name = f"{source.place}:list@{offset + found.start}"
    even = len({len(member) for member in found.members}) == 1
    return ListFact(name, statement, start, end, found.members, found.head, found.is_open, even)
