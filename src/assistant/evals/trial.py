"""A language model tried on a few questions, beside the extractive writer on the same ones.

For models that take a minute a question: every result is written down as it comes, and a trial
that was cut off goes on where it stopped.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain import Answer, Drafting, Early, ParsedDocument, Turn
from assistant.errors import EvaluationError
from assistant.evals.cases import EvalCase
from assistant.evals.metrics import score_answer
from assistant.evals.summary import CaseResult
from assistant.models.writer import DRAFTING

UNANSWERABLE_SHARE = 3
"""One question in so many has no answer."""
_SEED = 20210601


class Streamer(Protocol):
    """What is tried: an assistant that says early what it may."""

    @property
    def documents(self) -> Sequence[ParsedDocument]:
        """The corpus."""

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = ()
    ) -> Iterator[Early | Answer]:
        """Yield what may be shown early, then the answer."""


class TrialRecord(BaseModel):
    """One question, asked of both writers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    of: str
    """Fingerprint of model settings, prompts and corpus: only equal ones are counted together."""
    question: str
    expect: str
    mode: str
    status: str
    text: str
    quotes: list[str] = []
    extractive_text: str
    drafting: Drafting | None = None
    first_seconds: float | None = None
    """Until the first words of the answer; None when none came early."""
    seconds: float
    scores: dict[str, float]
    extractive_scores: dict[str, float]


@dataclass(frozen=True, slots=True)
class Trial:
    """Records of one model, with the cases they belong to."""

    records: tuple[tuple[EvalCase, TrialRecord], ...]

    def results(self, *, extractive: bool) -> tuple[CaseResult, ...]:
        """Return one writer's results."""
        return tuple(
            CaseResult(case, None, scores=one.extractive_scores if extractive else one.scores)
            for case, one in self.records
        )


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

    Of the answerable only those count for which a model is asked at all.
    """
    unanswerable = [case for case in cases if case.expect == "refused"]
    answerable = [case for case in cases if case.expect == "answered"]
    few = limit // UNANSWERABLE_SHARE
    with_answer = iter(_spread(answerable, limit - few, is_drafted))
    without = iter(_spread(unanswerable, few, lambda _: True))
    # Mixed, so that a trial that is cut off has seen both.
    turns = (without if n % UNANSWERABLE_SHARE == 2 else with_answer for n in range(limit))
    chosen = [case for turn in turns if (case := next(turn, None))]
    return (*chosen, *with_answer, *without)


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


def run_trial(
    model: Streamer,
    extractive: Streamer,
    cases: Sequence[EvalCase],
    *,
    fingerprint: str,
    path: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Trial:
    """Ask what the file has no record of, write each down as it comes, and return all."""
    known = load_records(path, fingerprint)
    path.parent.mkdir(parents=True, exist_ok=True)
    done = []
    for number, case in enumerate(cases, start=1):
        record = known.get(case.id)
        if record is None:
            record = _ask(model, extractive, case, fingerprint)
            with path.open("a", encoding="utf-8") as file:
                file.write(record.model_dump_json() + "\n")
        done.append((case, record))
        if progress is not None:
            progress(number, len(cases))
    return Trial(tuple(done))


def load_records(path: Path, fingerprint: str) -> dict[str, TrialRecord]:
    """Return the file's records of a fingerprint by id. Raises ``EvaluationError``."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        records = [TrialRecord.model_validate_json(line) for line in lines]
    except (OSError, ValidationError) as error:
        raise EvaluationError(f"试用记录 {path.name} 无法读取，请换一个文件。") from error
    return {record.id: record for record in records if record.of == fingerprint}


def _ask(model: Streamer, extractive: Streamer, case: EvalCase, fingerprint: str) -> TrialRecord:
    start = time.perf_counter()
    first: float | None = None
    answer: Answer | None = None
    for event in model.ask_stream(case.question, history=case.history):
        if isinstance(event, Answer):
            answer = event
        elif first is None and event.text != DRAFTING:
            first = round(time.perf_counter() - start, 2)
    seconds = round(time.perf_counter() - start, 2)
    plain = next(
        event
        for event in extractive.ask_stream(case.question, history=case.history)
        if isinstance(event, Answer)
    )
    if answer is None:
        raise EvaluationError(f"题目 {case.id} 没有得到答复。")
    return TrialRecord(
        id=case.id,
        of=fingerprint,
        question=case.question,
        expect=case.expect,
        mode=answer.mode,
        status=answer.status,
        text=answer.text,
        quotes=[citation.quote for citation in answer.citations],
        extractive_text=plain.text,
        drafting=answer.drafting,
        first_seconds=first,
        seconds=seconds,
        scores=score_answer(case, answer, model.documents),
        extractive_scores=score_answer(case, plain, model.documents),
    )


def measure_drafts(drafts: Sequence[tuple[str, Drafting | None]]) -> DraftFigures:
    """Return what became of drafts, given each answer's mode and record."""
    records = [(mode, record) for mode, record in drafts if record is not None]
    return DraftFigures(
        asked=len(records),
        shown=sum(mode == "model" for mode, _ in records),
        kept=sum(record.kept for _, record in records),
        quoted=sum(record.quoted for _, record in records),
        dropped=sum(record.dropped for _, record in records),
        faults=Counter(fault for _, record in records for fault in set(record.faults)),
        fallbacks=Counter(record.fallback for _, record in records if record.fallback),
    )


def median_seconds(trial: Trial) -> tuple[float | None, float | None]:
    """Return the medians to the first words and to the end, over what was drafted."""
    drafted = [record for _, record in trial.records if record.drafting is not None]
    first = [record.first_seconds for record in drafted if record.first_seconds is not None]
    whole = [record.seconds for record in drafted]
    return (
        statistics.median(first) if first else None,
        statistics.median(whole) if whole else None,
    )
