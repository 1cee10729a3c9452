"""Duties as rows that people read: one look for the terminal, the page, Excel and Word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.duties.records import (
    Alignment,
    Duty,
    FrequencyKind,
    ModalityKind,
    Party,
    Period,
    Procedure,
    Slot,
    Step,
)

MODALITIES = {
    ModalityKind.MUST: "应当",
    ModalityKind.MAY: "可以",
    ModalityKind.MUST_NOT: "不得",
    ModalityKind.STATED: "部署",
}
"""How binding a duty is, in a word; 部署 is what the text lays down without a binding word."""
PERIODS = {
    Period.DAY: "每日",
    Period.WEEK: "每周",
    Period.MONTH: "每月",
    Period.QUARTER: "每季度",
    Period.HALF_YEAR: "每半年",
    Period.YEAR: "每年",
}
KINDS = {
    FrequencyKind.PERIOD: "有周期",
    FrequencyKind.REPEATED: "定期、经常",
    FrequencyKind.PROMPT: "及时",
    FrequencyKind.DEADLINE: "有期限",
    FrequencyKind.EXTENT: "有比例、范围",
}
SLOTS: dict[Slot, str] = {
    "subject": "主体",
    "modality": "要求",
    "frequency": "频次",
    "report_to": "报告对象",
    "consequence": "后果",
}
COLUMNS = ("责任主体", "要求", "事项", "情形", "频次、时限", "报告对象", "后果", "依据", "原文")
NOBODY = "（未写明）"
CARRIED = "（承前句）"


@dataclass(frozen=True, slots=True)
class Row:
    """A duty in words."""

    who: str
    how: str
    what: str
    when: str
    often: str
    report_to: str
    consequence: str
    source: str
    sentence: str

    def cells(self) -> tuple[str, ...]:
        """Return the cells in the order of ``COLUMNS``."""
        return (
            *(self.who, self.how, self.what, self.when, self.often),
            *(self.report_to, self.consequence, self.source, self.sentence),
        )


def to_row(duty: Duty) -> Row:
    """Return a duty in words."""
    return Row(
        who=show_subject(duty),
        how=duty.modality.span.text if duty.modality.span else MODALITIES[duty.modality.kind],
        what=duty.action.text,
        when=duty.condition.text if duty.condition else "",
        often=show_frequency(duty),
        report_to=_name(duty.report_to),
        consequence=duty.consequence.text if duty.consequence else "",
        source=duty.label,
        sentence=duty.sentence.text.strip(),
    )


def show_subject(duty: Duty) -> str:
    """Return who has a duty; that the words stand in a sentence before is said."""
    if duty.subject is None:
        return NOBODY
    return duty.subject.span.text + (CARRIED if duty.inherited else "")


def show_frequency(duty: Duty) -> str:
    """Return how often, by when and how much, in the text's own words."""
    shown: list[str] = []
    for frequency in duty.frequencies:
        words = frequency.span.text
        if words.endswith(("至少", "不少于")) or frequency.times > 1:
            # 每年至少列席1次: the number stands behind the verb.
            words += f"{frequency.times}次"
        shown.append(words)
    return "、".join(dict.fromkeys(shown))


def describe(duty: Duty) -> str:
    """Return a duty as one line: who, when it applies, and what is to be done."""
    parts = [show_subject(duty)]
    if duty.condition is not None:
        parts.append(f"{duty.condition.text}，")
    binding = duty.modality.span.text if duty.modality.span else ""
    return f"{parts[0]}：{''.join(parts[1:])}{binding}{duty.action.text}"


def show_step(step: Step) -> str:
    """Return one step of a procedure as a line."""
    binding = step.duty.modality
    forbids = binding.kind in (ModalityKind.MUST_NOT, ModalityKind.MAY) and binding.span
    word = binding.span.text if forbids and binding.span else ""
    stage = f"{step.stage.text}：" if step.stage else ""
    when = f"{step.duty.condition.text}，" if step.duty.condition else ""
    return f"{stage}{when}{word}{step.words.text}"


def show_difference(row: Alignment) -> str:
    """Return in what the two duties of a row differ: 频次：定期 / 每季度."""
    if row.upper is None or row.lower is None:
        return ""
    upper, lower = row.upper, row.lower
    shown: dict[Slot, tuple[str, str]] = {
        "subject": (show_subject(upper), show_subject(lower)),
        "modality": (MODALITIES[upper.modality.kind], MODALITIES[lower.modality.kind]),
        "frequency": (show_frequency(upper), show_frequency(lower)),
        "report_to": (_name(upper.report_to), _name(lower.report_to)),
        "consequence": (_consequence(upper), _consequence(lower)),
    }
    return "；".join(
        f"{SLOTS[slot]}：{shown[slot][0] or '无'} / {shown[slot][1] or '无'}"
        for slot in row.differs
    )


def to_dict(duty: Duty) -> dict[str, object]:
    """Return a duty as programs read it: every slot with its span in the document."""

    def span(text: str, start: int, end: int) -> dict[str, object]:
        return {"text": text, "start": start, "end": end}

    def party(found: Party | None) -> dict[str, object] | None:
        if found is None:
            return None
        return {
            **span(found.span.text, found.span.start, found.span.end),
            "bodies": list(found.bodies),
        }

    optional = {"object": duty.object, "condition": duty.condition}
    return {
        "id": duty.id,
        "doc_id": duty.document_id,
        "article": duty.number,
        "label": duty.label,
        "topic": duty.topic,
        "sentence": span(duty.sentence.text, duty.sentence.start, duty.sentence.end),
        "subject": party(duty.subject),
        "inherited": duty.inherited,
        "modality": duty.modality.kind.value,
        "modality_word": duty.modality.span.text if duty.modality.span else "",
        "verb": span(duty.verb.text, duty.verb.start, duty.verb.end),
        "action": span(duty.action.text, duty.action.start, duty.action.end),
        **{k: span(s.text, s.start, s.end) if s else None for k, s in optional.items()},
        "frequencies": [
            {
                **span(f.span.text, f.span.start, f.span.end),
                "kind": f.kind.value,
                "period": f.period.value if f.period else None,
                "every": f.every,
                "times": f.times,
            }
            for f in duty.frequencies
        ],
        "report_to": party(duty.report_to),
        "consequence": span(duty.consequence.text, duty.consequence.start, duty.consequence.end)
        if duty.consequence
        else None,
        "sanction": duty.sanction,
    }


def procedures_to_dicts(procedures: Iterable[Procedure]) -> list[dict[str, object]]:
    """Return procedures as programs read them."""
    return [
        {
            "id": procedure.id,
            "label": procedure.label,
            "topic": procedure.topic,
            "steps": [
                {
                    "number": step.number,
                    "who": show_subject(step.duty),
                    "what": show_step(step),
                    "duty": step.duty.id,
                }
                for step in procedure.steps
            ],
        }
        for procedure in procedures
    ]


def alignments_to_dicts(rows: Sequence[Alignment]) -> list[dict[str, object]]:
    """Return aligned duties as programs read them."""
    return [
        {
            "upper": row.upper.id if row.upper else None,
            "lower": row.lower.id if row.lower else None,
            "likeness": round(row.likeness, 3),
            "differs": list(row.differs),
            "words": show_difference(row),
        }
        for row in rows
    ]


def _consequence(duty: Duty) -> str:
    return duty.consequence.text if duty.consequence else ""


def _name(party: Party | None) -> str:
    return party.span.text if party else ""
