"""A duty and what it is made of. Every slot is a verbatim span of the document's text.

Spans are half-open character offsets ``[start, end)`` into ``Document.text``. A slot may stand
outside the duty's own sentence: a subject named in the sentence before, a consequence in the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a document and where they stand."""

    text: str
    start: int
    end: int


class ModalityKind(StrEnum):
    """How binding a duty is."""

    MUST = "must"
    """应当, 必须, 须, 要."""
    MAY = "may"
    """可以, 有权."""
    MUST_NOT = "must_not"
    """不得, 严禁, 决不允许."""
    STATED = "stated"
    """Laid down without any such word: 党委定期分析…."""


Slot = Literal["subject", "modality", "frequency", "report_to", "consequence"]


class FrequencyKind(StrEnum):
    """What a word of frequency fixes."""

    PERIOD = "period"
    """A stated interval: 每季度, 每年至少1次. The only kind that can be put into a calendar."""
    REPEATED = "repeated"
    """Again and again, without an interval: 定期, 经常, 不定期."""
    PROMPT = "prompt"
    """How soon: 及时, 立即."""
    DEADLINE = "deadline"
    """By when: 三十日内, 限期."""
    EXTENT = "extent"
    """How much of it: 10%, 全覆盖, 一定比例."""


class Period(StrEnum):
    """A stated interval."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Party:
    """Who is meant: the words of the text, and the ids of the bodies that they name."""

    span: Span
    bodies: tuple[str, ...] = ()
    """Ids of the ontology (``corpus/bodies.toml``); empty for a thing: 述责述廉报告应当…."""


@dataclass(frozen=True, slots=True)
class Modality:
    """The word that makes it a duty; ``span`` is None where there is none."""

    kind: ModalityKind
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often, how soon, or how much."""

    span: Span
    kind: FrequencyKind
    period: Period | None = None
    """The interval; only with ``FrequencyKind.PERIOD``."""
    every: int = 1
    """Number of intervals: 2 for 每两年."""
    times: int = 1
    """How many times within the interval, at least."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody must, may or must not do, by one sentence of one article."""

    id: str
    """``opinions-2021#3.d2``: the article's id and the duty's place in it."""
    document_id: str
    article_id: str
    number: int | None
    """The article's number."""
    label: str
    """As people cite it: 《意见》（三）."""
    topic: str
    """The article's leading phrase or caption; the heading above it where there is none."""
    sentence: Span
    """The sentence that lays it down, whole."""
    subject: Party | None
    """None where the text does not say who."""
    inherited: bool
    """Whether the subject stands in a sentence before this one."""
    modality: Modality
    verb: Span
    """The main verb, inside ``action``."""
    action: Span
    """What is to be done, without subject, modality and condition."""
    object: Span | None
    """What follows the verb inside ``action``, or the phrase of 把, 将 or 对 before it."""
    condition: Span | None
    """发现…的, 对…的, 遇到…: when, or to whom, it applies."""
    frequencies: tuple[Frequency, ...]
    report_to: Party | None
    """Who is to be told."""
    consequence: Span | None
    """What the text threatens when it is not done; may stand in another sentence."""
    sanction: bool = False
    """Whether the duty is itself to hold somebody responsible: 依规依纪追究责任."""

    def spans(self) -> Iterator[Span]:
        """Yield every span of the record."""
        yield self.sentence
        yield self.verb
        yield self.action
        optional = (self.modality.span, self.object, self.condition, self.consequence)
        yield from (span for span in optional if span is not None)
        yield from (party.span for party in (self.subject, self.report_to) if party is not None)
        yield from (frequency.span for frequency in self.frequencies)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a procedure, by one duty."""

    number: int
    """1-based."""
    duty: Duty
    words: Span
    """What is done: the duty's action, or the part of it that belongs to the stage."""
    stage: Span | None = None
    """The stage of an occasion that the text names: 会前, 会中, 会后."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """What is done one after the other once something happens. Each step has its own source."""

    id: str
    """``opinions-2021#14.w1``."""
    document_id: str
    article_id: str
    label: str
    topic: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Duties of two documents on one matter: what is laid down, and how it is carried out."""

    upper: Duty | None
    """In the document that is implemented."""
    lower: Duty | None
    """In the document that implements it."""
    likeness: float = 0.0
    """From 0 to 1: how much of what is to be done the two have in common."""
    differs: tuple[Slot, ...] = ()
    """Slots in which the two differ."""
