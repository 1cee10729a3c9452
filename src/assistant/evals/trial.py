"""Which questions a slow model is tried on, and what became of its drafts.

How they are asked and written down is the same for a few of them and for all: ``run.run_modes``.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain import Drafting
from assistant.evals.cases import EvalCase
from assistant.evals.summary import CaseResult

UNANSWERABLE_SHARE = 3
"""One question in so many has no answer."""
FALLBACKS: Mapping[str, str] = {
    "unavailable": "没有调通",
    "rejected": "调用被拒或答复读不出",
    "broken": "核验出错",
    "nothing_said": "模型没有作答",
    "nothing_held": "没有一句站得住",
    "value_missing": "缺所问的数值",
    "document_left_out": "漏了所问的文件",
    "best_left_out": "漏了最贴切的一句",
    "beside_the_question": "没有答到点上",
}
"""Why the extractive writer answered instead, as people read it."""
_SEED = 20210601


@dataclass(frozen=True, slots=True)
class DraftFigures:
    """What became of a model's drafts."""

    asked: int = 0
    """Answers for which a draft was asked."""
    shown: int = 0
    """… that were worded by the model."""
    kept: int = 0
    quoted: int = 0
    dropped: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    """Reasons, with the number of answers in which each occurred."""
    fallbacks: Mapping[str, int] = field(default_factory=dict)


def choose_cases(
    cases: Sequence[EvalCase], limit: int, *, is_drafted: Callable[[EvalCase], bool]
) -> tuple[EvalCase, ...]:
    """Return cases spread over their kinds, a third of them unanswerable, the same on every run.

    Those for which a model is asked at all come first; of the answerable only those count.
    """
    unanswerable = [case for case in cases if case.expect == "refused"]
    answerable = [case for case in cases if case.expect == "answered"]
    few = limit // UNANSWERABLE_SHARE
    with_answer = iter(_spread(answerable, limit - few, is_drafted))
    passing = [case for case in unanswerable if is_drafted(case)]
    stopped = [case for case in unanswerable if case not in passing]
    chosen_without = _spread(passing, few, lambda _: True)
    chosen_without += _spread(stopped, few - len(chosen_without), lambda _: True)
    without = iter(chosen_without)
    # Mixed, so that a trial that is cut off has seen both.
    turns = (without if n % UNANSWERABLE_SHARE == 2 else with_answer for n in range(limit))
    chosen = [case for turn in turns if (case := next(turn, None))]
    return (*chosen, *with_answer, *without)


def spread(cases: Sequence[EvalCase]) -> tuple[EvalCase, ...]:
    """Return all cases, kinds by turns, so that whatever comes first is of every kind."""
    return tuple(_spread(cases, len(cases), lambda _: True))


def _spread(
    cases: Sequence[EvalCase], limit: int, fits: Callable[[EvalCase], bool]
) -> list[EvalCase]:
    """Return the first of every kind that fits, then the second, and so on."""
    chance = random.Random(_SEED)  # noqa: S311 - no secret
    kinds: dict[str, list[EvalCase]] = {}
    for case in chance.sample(list(cases), len(cases)):
        kinds.setdefault(case.kind, []).append(case)
    chosen: list[EvalCase] = []
    waiting = [kinds[name] for name in sorted(kinds)]
    while waiting and len(chosen) < limit:
        for members in waiting:
            found = next((case for case in members if fits(case)), None)
            members[:] = members[members.index(found) + 1 :] if found else []
            if found and len(chosen) < limit:
                chosen.append(found)
        waiting = [members for members in waiting if members]
    return chosen


def drafts_of(results: Sequence[CaseResult]) -> list[tuple[str, Drafting | None]]:
    """Return each answer's mode and what a model contributed to it."""
    answers = [result.answer for result in results if result.answer is not None]
    return [(answer.mode, answer.drafting) for answer in answers]


def measure_drafts(drafts: Sequence[tuple[str, Drafting | None]]) -> DraftFigures:
    """Return what became of drafts, given each answer's mode and record."""
    records = [(mode, record) for mode, record in drafts if record is not None]
    return DraftFigures(
        asked=len(records),
        shown=sum(mode == "model" for mode, _ in records),
        kept=sum(record.kept for _, record in records),
        quoted=sum(record.quoted for _, record in records),
        dropped=sum(record.dropped for _, record in records),
        faults=_counts(fault for _, record in records for fault in set(record.faults)),
        fallbacks=_counts(record.fallback for _, record in records if record.fallback),
    )


def _counts(reasons: Iterable[str]) -> dict[str, int]:
    # A plain one: ``asdict`` makes nonsense of a Counter.
    return dict(Counter(reasons))
