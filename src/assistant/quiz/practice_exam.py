"""Mock exams: a paper drawn from the bank, a clock, one score at the end, a review afterwards."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice import (
    LONGEST_TEXT,
    Kind,
    add_sitting,
    read_answers,
    record_verdict,
)
from assistant.quiz.practice_draw import Past, draw_items
from assistant.quiz.scoring import Given, MultipleRule, Rule, Verdict, judge_answer, section_points
from assistant.quiz.tables import AnswerRow, SittingRow

GRACE_SECONDS = 5.0
"""What a slow line may cost an answer that was given in time."""


@dataclass(frozen=True, slots=True)
class Section:
    """Questions of one type, and what each is worth."""

    type: ItemType
    number: int
    points: float


@dataclass(frozen=True, slots=True)
class ExamPlan:
    """A kind of paper, as units announce it."""

    name: str
    minutes: int
    sections: tuple[Section, ...]
    pass_share: float
    """Share of all points that passes."""

    @property
    def total(self) -> float:
        """All points of the paper."""
        return sum(section.number * section.points for section in self.sections)

    @property
    def pass_mark(self) -> float:
        """The points that pass."""
        return round(self.total * self.pass_share, 1)


# As units announce them: a short check, a full paper, and the computer test of a province.
PLANS = (
    ExamPlan(
        "随堂测验",
        10,
        (
            Section(ItemType.SINGLE, 6, 1),
            Section(ItemType.MULTIPLE, 2, 2),
            Section(ItemType.JUDGE, 2, 1),
        ),
        0.8,
    ),
    ExamPlan(
        "模拟卷",
        60,
        (
            Section(ItemType.SINGLE, 20, 2),
            Section(ItemType.MULTIPLE, 10, 3),
            Section(ItemType.JUDGE, 10, 1),
            Section(ItemType.FILL, 10, 2),
        ),
        0.8,
    ),
    ExamPlan(
        "上机考试",
        50,
        (
            Section(ItemType.SINGLE, 30, 1),
            Section(ItemType.JUDGE, 30, 1),
            Section(ItemType.MULTIPLE, 20, 2),
        ),
        0.8,
    ),
)


@dataclass(frozen=True, slots=True)
class SectionResult:
    """What came of one section."""

    type: ItemType
    number: int
    right: int
    points: float
    best: float


@dataclass(frozen=True, slots=True)
class ExamResult:
    """What came of an exam."""

    title: str
    points: float
    best: float
    pass_mark: float
    sections: tuple[SectionResult, ...]
    seconds: float
    """From the beginning to the end, pauses left out."""

    @property
    def passed(self) -> bool:
        """Whether the pass mark was reached."""
        return self.points >= self.pass_mark


def fit_plan(plan: ExamPlan, items: Sequence[Item]) -> ExamPlan:
    """Return the plan with no more questions of a type than there are facts for it."""
    facts = {type: len({i.fact_id or i.id for i in items if i.type is type}) for type in ItemType}
    sections = tuple(Section(s.type, min(s.number, facts[s.type]), s.points) for s in plan.sections)
    return ExamPlan(
        plan.name, plan.minutes, tuple(s for s in sections if s.number), plan.pass_share
    )


def start_exam(
    session: Session,
    person: str,
    items: Sequence[Item],
    past: Sequence[Past],
    *,
    plan: ExamPlan,
    rule: Rule,
    seed: int,
    at: datetime,
) -> str:
    """Draw a paper and start its clock; return the sitting's id. One exam at a time."""
    if open_exam(session, person) is not None:
        raise QuizError("还有一场没有交卷的考试，请先继续或者交卷。")
    chosen = draw_paper(items, past, plan=plan, seed=seed, at=at)
    if not chosen:
        raise QuizError("题库中没有可用于考试的题目。")
    paper = [item for item, _ in chosen]
    row = add_sitting(session, person, paper, kind=Kind.EXAM, title=plan.name, seed=seed, at=at)
    row.deadline = at + timedelta(minutes=plan.minutes)
    best = sum(points for _, points in chosen)
    row.rule = {
        **rule.to_json(),
        "minutes": plan.minutes,
        "pass_mark": round(best * plan.pass_share, 1),
    }
    for answer, (_, points) in zip(read_answers(session, row.id), chosen, strict=True):
        answer.best = points
    return row.id


def draw_paper(
    items: Sequence[Item], past: Sequence[Past], *, plan: ExamPlan, seed: int, at: datetime
) -> list[tuple[Item, float]]:
    """Return the questions of a paper with their points; no two ask about the same fact."""
    chosen: list[tuple[Item, float]] = []
    used: set[str] = set()
    # Types with few facts to spare choose first, and the paper keeps the plan's order.
    by_type: dict[ItemType, list[tuple[Item, float]]] = {}
    for section in sorted(plan.sections, key=lambda s: _spare(s, items)):
        pool = [i for i in items if i.type is section.type and (i.fact_id or i.id) not in used]
        drawn = draw_items(pool, past, number=section.number, seed=seed, at=at)
        used |= {item.fact_id or item.id for item in drawn}
        by_type[section.type] = [(item, section.points) for item in drawn]
    for section in plan.sections:
        chosen += by_type[section.type]
    return chosen


def open_exam(session: Session, person: str) -> SittingRow | None:
    """Return the exam that a person has not handed in, or None."""
    chosen = select(SittingRow).where(
        SittingRow.person == person, SittingRow.kind == Kind.EXAM, SittingRow.ended_at.is_(None)
    )
    return session.scalars(chosen.order_by(SittingRow.started_at.desc())).first()


def left_seconds(sitting: SittingRow, *, at: datetime) -> float:
    """Return what is left of the time; while paused, what was left then."""
    if sitting.deadline is None:
        return sitting.left_seconds or 0.0
    return max(0.0, (sitting.deadline - at).total_seconds())


def is_over(sitting: SittingRow, *, at: datetime) -> bool:
    """Return whether the time is up, a slow line allowed for."""
    return sitting.deadline is not None and (at - sitting.deadline).total_seconds() > GRACE_SECONDS


def save_answer(
    session: Session, sitting: SittingRow, *, position: int, given: Given, at: datetime
) -> None:
    """Keep what is chosen so far. Raises ``QuizError`` once the exam is over or paused."""
    if sitting.ended_at is not None or is_over(sitting, at=at):
        raise QuizError("考试时间已到，不能再作答。")
    if sitting.deadline is None:
        raise QuizError("考试已暂停，请先点“继续考试”。")
    if any(len(words) > LONGEST_TEXT for words in given):
        raise QuizError(f"作答请控制在{LONGEST_TEXT}字以内。")
    row = session.get(AnswerRow, (sitting.id, position))
    if row is None:
        raise QuizError("没有这道题，请刷新页面后再试。")
    words = list(given) if any(word.strip() for word in given) else None
    if row.given is not None and words != row.given:
        row.changes += 1
    row.given = words


def pause_exam(sitting: SittingRow, *, at: datetime) -> None:
    """Stop the clock."""
    if sitting.ended_at is None and sitting.deadline is not None:
        sitting.left_seconds = left_seconds(sitting, at=at)
        sitting.deadline = None


def resume_exam(sitting: SittingRow, *, at: datetime) -> None:
    """Let the clock run on."""
    if sitting.ended_at is None and sitting.deadline is None:
        sitting.deadline = at + timedelta(seconds=sitting.left_seconds or 0.0)
        sitting.left_seconds = None


def hand_in(
    session: Session, sitting: SittingRow, items: Mapping[str, Item], *, at: datetime
) -> None:
    """Judge all answers and end the exam; an exam that ran out ended at its deadline."""
    if sitting.ended_at is not None:
        return
    pause_exam(sitting, at=at)
    sitting.ended_at = at
    rule = read_rule(sitting)
    for row in read_answers(session, sitting.id):
        item = items.get(row.item_id)
        row.judged_at = at
        if item is None:
            # Gone from the bank since the paper was drawn: nobody loses points for it.
            row.points, row.right = row.best, True
            continue
        given = None if row.given is None else tuple(row.given)
        verdict = judge_answer(item, given, rule=rule, best=row.best)
        if row.given is None:
            # An empty answer counts as wrong, but says little about memory.
            row.points, row.right = verdict.points, False
        else:
            record_verdict(session, row, verdict, at=at)


def read_rule(sitting: SittingRow) -> Rule:
    """Return the scoring rule of an exam."""
    penalty = sitting.rule.get("judge_penalty", 0.0)
    return Rule(
        multiple=MultipleRule(str(sitting.rule.get("multiple", MultipleRule.STRICT))),
        judge_penalty=float(penalty) if isinstance(penalty, int | float) else 0.0,
    )


def read_result(session: Session, sitting: SittingRow) -> ExamResult:
    """Return what came of an exam that was handed in."""
    rows = read_answers(session, sitting.id)
    sections = []
    for type in dict.fromkeys(ItemType(row.type) for row in rows):
        own = [row for row in rows if row.type == type]
        verdicts = [Verdict(bool(r.right), r.points or 0.0, r.best or 0.0) for r in own]
        sections.append(
            SectionResult(
                type,
                len(own),
                sum(v.right for v in verdicts),
                section_points(verdicts),
                sum(v.best for v in verdicts),
            )
        )
    minutes, mark = sitting.rule.get("minutes"), sitting.rule.get("pass_mark")
    whole = float(minutes) * 60 if isinstance(minutes, int | float) else 0.0
    return ExamResult(
        title=sitting.title,
        points=round(sum(s.points for s in sections), 2),
        best=sum(s.best for s in sections),
        pass_mark=float(mark) if isinstance(mark, int | float) else 0.0,
        sections=tuple(sections),
        seconds=max(0.0, whole - (sitting.left_seconds or 0.0)),
    )


def past_exams(session: Session, person: str, *, limit: int = 20) -> tuple[SittingRow, ...]:
    """Return the exams that a person handed in, newest first."""
    chosen = (
        select(SittingRow)
        .where(
            SittingRow.person == person,
            SittingRow.kind == Kind.EXAM,
            SittingRow.ended_at.is_not(None),
        )
        .order_by(SittingRow.ended_at.desc())
        .limit(limit)
    )
    return tuple(session.scalars(chosen))


def new_seed() -> int:
    """Return a seed for a paper or a practice run."""
    return random.SystemRandom().randrange(2**31)


def _spare(section: Section, items: Sequence[Item]) -> int:
    facts = {i.fact_id or i.id for i in items if i.type is section.type}
    return len(facts) - section.number
