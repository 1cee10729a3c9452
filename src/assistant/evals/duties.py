"""The register of duties against labels by hand: what is found, and how right each slot is.

Every sentence of the labelled articles has a line for each of its duties, or one line that says
it has none; so precision counts as well as recall. Lines name spans of the document, which are
checked to be verbatim. ``dev`` is for tuning, ``test`` for measuring; the split is by article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain import Document
from assistant.duties.bodies import Bodies
from assistant.duties.records import Duty
from assistant.errors import EvaluationError
from assistant.text import fold

FILE_NAME = "duties.jsonl"
SLOTS = (
    *("subject", "modality", "condition", "frequency"),
    *("report_to", "consequence", "action"),
)


class GoldSpan(BaseModel):
    """Words of a document and where they stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    start: int
    end: int
    times: int | None = None
    """Of a frequency: how many times within its interval, where the text says so."""


class GoldSlots(BaseModel):
    """A duty as labelled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: GoldSpan | None
    modality: GoldSpan | None
    verb: GoldSpan
    action: GoldSpan
    condition: GoldSpan | None
    frequency: tuple[GoldSpan, ...]
    report_to: GoldSpan | None
    consequence: GoldSpan | None

    def spans(self) -> Iterator[GoldSpan]:
        """Yield every span of the label."""
        yield from (self.verb, self.action, *self.frequency)
        optional = (self.subject, self.modality, self.condition, self.report_to, self.consequence)
        yield from (span for span in optional if span is not None)


class GoldDuty(BaseModel):
    """One line of the gold file: a duty of a sentence, or that the sentence has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    split: Literal["dev", "test"]
    document: str
    article: int
    sentence: GoldSpan
    duty: GoldSlots | None


@dataclass(frozen=True, slots=True)
class SlotFigure:
    """How right one slot is, over the duties found that are labelled."""

    right: int
    """Duties whose slot is as labelled, both empty included."""
    duties: int
    matched: int
    """Duties whose slot is filled, labelled, and as labelled."""
    filled: int
    labelled: int

    @property
    def accuracy(self) -> float:
        """The share of duties whose slot is as labelled."""
        return self.right / (self.duties or 1)

    @property
    def precision(self) -> float:
        """The share of filled slots that are as labelled."""
        return self.matched / (self.filled or 1)

    @property
    def recall(self) -> float:
        """The share of labelled slots that are as labelled."""
        return self.matched / (self.labelled or 1)


@dataclass(frozen=True, slots=True)
class DutyFigures:
    """What was measured on one split."""

    found: int
    """Duties in the right sentence with the right main verb."""
    extracted: int
    labelled: int
    slots: Mapping[str, SlotFigure]
    misses: tuple[str, ...] = ()
    """What was missed, was too much, or differs, one Chinese line each."""

    @property
    def precision(self) -> float:
        """The share of extracted duties that are labelled."""
        return self.found / (self.extracted or 1)

    @property
    def recall(self) -> float:
        """The share of labelled duties that are extracted."""
        return self.found / (self.labelled or 1)


def load_gold(path: Path) -> tuple[GoldDuty, ...]:
    """Return the labelled duties. Raises ``EvaluationError`` that names the first bad line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvaluationError(f"找不到职责标注文件 {path.name}。") from error
    gold: list[GoldDuty] = []
    for number, line in enumerate(lines, start=1):
        try:
            gold.append(GoldDuty.model_validate_json(line))
        except ValidationError as error:
            raise EvaluationError(f"{path.name} 第 {number} 行有误：{error.title}。") from error
    return tuple(gold)


def check_gold(gold: Iterable[GoldDuty], documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Return what is not verbatim, one Chinese line each."""
    faults: list[str] = []
    for line in gold:
        document = documents.get(line.document)
        if document is None:
            faults.append(f"{line.id}：没有编号为“{line.document}”的材料")
            continue
        spans = [line.sentence, *(line.duty.spans() if line.duty else ())]
        faults += [
            f"{line.id}：“{span.text}”与原文不符"
            for span in spans
            if document.text[span.start : span.end] != span.text
        ]
    return tuple(faults)


def score_duties(
    duties: Sequence[Duty], gold: Sequence[GoldDuty], *, bodies: Bodies
) -> DutyFigures:
    """Compare extracted duties with the labels of the sentences that are labelled."""
    extracted: dict[tuple[str, int], list[Duty]] = defaultdict(list)
    for duty in duties:
        extracted[duty.document_id, duty.sentence.start].append(duty)
    sentences: dict[tuple[str, int], list[GoldDuty]] = defaultdict(list)
    for line in gold:
        sentences[line.document, line.sentence.start].append(line)
    pairs: list[tuple[GoldDuty, Duty]] = []
    misses: list[str] = []
    total = 0
    for place, lines in sentences.items():
        rest = list(extracted.get(place, ()))
        total += len(rest)
        for line in lines:
            match = _match(line, rest)
            if match is not None:
                rest.remove(match)
                pairs.append((line, match))
            elif line.duty is not None:
                misses.append(f"{line.id} 未找到：{line.duty.action.text}")
        misses += [f"{lines[0].id} 多出：{duty.action.text}" for duty in rest]
    slots = {slot: _score_slot(slot, pairs, bodies, misses) for slot in SLOTS}
    labelled = sum(line.duty is not None for line in gold)
    return DutyFigures(len(pairs), total, labelled, slots, tuple(misses))


def _match(line: GoldDuty, rest: Sequence[Duty]) -> Duty | None:
    """Return the duty whose main verb is the labelled one; of 查找纠正 a part is enough."""
    if line.duty is None:
        return None
    verb = line.duty.verb
    return next((d for d in rest if d.verb.start < verb.end and verb.start < d.verb.end), None)


def _score_slot(
    slot: str, pairs: Sequence[tuple[GoldDuty, Duty]], bodies: Bodies, misses: list[str]
) -> SlotFigure:
    right = matched = filled = labelled = 0
    for line, duty in pairs:
        want, got = _wanted(slot, line), _given(slot, duty)
        same = want == got or (slot == "subject" and _same_bodies(want, got, bodies))
        right += same
        filled += bool(got)
        labelled += bool(want)
        matched += same and bool(got)
        if not same:
            misses.append(f"{line.id} {slot}：应为“{_show(want)}”，得“{_show(got)}”")
    return SlotFigure(right, len(pairs), matched, filled, labelled)


def _wanted(slot: str, line: GoldDuty) -> tuple[str, ...]:
    label = line.duty
    if label is None:
        return ()
    if slot == "frequency":
        return _folded(span.text for span in label.frequency)
    span: GoldSpan | None = getattr(label, slot)
    return _folded([span.text] if span else ())


def _given(slot: str, duty: Duty) -> tuple[str, ...]:
    if slot == "frequency":
        return _folded(frequency.span.text for frequency in duty.frequencies)
    parties = {"subject": duty.subject, "report_to": duty.report_to}
    if slot in parties:
        party = parties[slot]
        return _folded([party.span.text] if party else ())
    spans = {
        "modality": duty.modality.span,
        "condition": duty.condition,
        "consequence": duty.consequence,
        "action": duty.action,
    }
    span = spans[slot]
    return _folded([span.text] if span else ())


def _same_bodies(want: tuple[str, ...], got: tuple[str, ...], bodies: Bodies) -> bool:
    """Tell whether two phrases name the same bodies: 领导班子成员之间 and 领导班子成员."""
    if not want or not got:
        return False
    left, right = set(bodies.identify(want[0])), set(bodies.identify(got[0]))
    return bool(left) and left == right


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({fold(text) for text in texts}))


def _show(values: tuple[str, ...]) -> str:
    return "、".join(values) or "无"
