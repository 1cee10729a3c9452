"""Cases → results: asks every question, keeps what came back, and writes it down."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from assistant.domain import Answer, Hit, ParsedDocument, Turn
from assistant.evals.cases import EvalCase
from assistant.evals.metrics import DEPTH, find_faults, gold_articles, score_answer, score_rankings
from assistant.evals.summary import CaseResult, Figure, group_results, summarise
from assistant.settings import Settings

Progress = Callable[[int, int], None]


class Answerer(Protocol):
    """What is measured: the assistant, or a stand-in."""

    @property
    def documents(self) -> Sequence[ParsedDocument]:
        """The corpus."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question."""

    def search(
        self, question: str, *, history: Sequence[Turn] = (), limit: int = DEPTH
    ) -> Sequence[Hit]:
        """Return ranked articles."""


@dataclass(frozen=True, slots=True)
class EvalRun:
    """The results of a run and everything needed to tell it from another run."""

    started_at: str
    """ISO moment, UTC."""
    seconds: float
    settings: Mapping[str, object]
    fingerprints: Mapping[str, object]
    results: tuple[CaseResult, ...]

    @property
    def fingerprint(self) -> str:
        """Short hash of settings, corpus, index, cases and code: equal runs share it."""
        return _hash([dict(self.settings), dict(self.fingerprints)])[:10]

    @property
    def failures(self) -> int:
        """How many cases ended in an error."""
        return sum(bool(result.failure) for result in self.results)


def run_evals(
    assistant: Answerer,
    cases: Sequence[EvalCase],
    *,
    settings: Mapping[str, object],
    fingerprints: Mapping[str, object],
    progress: Progress | None = None,
) -> EvalRun:
    """Ask every case and return what came of it. A case that crashes becomes a failure."""
    started_at = datetime.now(UTC)
    start = time.perf_counter()
    results = []
    for done, case in enumerate(cases, start=1):
        results.append(_run_case(assistant, case))
        if progress is not None:
            progress(done, len(cases))
    return EvalRun(
        started_at=started_at.isoformat(timespec="seconds"),
        seconds=time.perf_counter() - start,
        settings=settings,
        fingerprints={**fingerprints, "cases": fingerprint_cases(cases)},
        results=_with_retrieval(results, assistant.documents),
    )


def _run_case(assistant: Answerer, case: EvalCase) -> CaseResult:
    try:
        start = time.perf_counter()
        answer = assistant.ask(case.question, history=case.history)
        latency_ms = (time.perf_counter() - start) * 1000
        hits = tuple(assistant.search(case.question, history=case.history, limit=DEPTH))
    # A crash, of whatever sort, is a result here: it is counted and shown, and the rest goes on.
    except Exception as error:
        return CaseResult(case, None, failure=f"{type(error).__name__}: {error}")
    scores = score_answer(case, answer, assistant.documents)
    return CaseResult(
        case=case,
        answer=answer,
        hits=hits,
        scores={**scores, "latency_ms": latency_ms},
        findings=find_faults(case, answer, assistant.documents),
    )


def _with_retrieval(
    results: Sequence[CaseResult], documents: Sequence[ParsedDocument]
) -> tuple[CaseResult, ...]:
    gold = {
        result.case.id: groups
        for result in results
        if not result.failure and (groups := gold_articles(result.case, documents))
    }
    rankings = {r.case.id: [hit.article.id for hit in r.hits] for r in results}
    scores = score_rankings(rankings, gold)
    return tuple(_add_scores(result, scores.get(result.case.id, {})) for result in results)


def _add_scores(result: CaseResult, scores: Mapping[str, float]) -> CaseResult:
    return replace(result, scores={**result.scores, **scores})


def describe_settings(settings: Settings) -> dict[str, object]:
    """Return the settings that bear on answers: no folders, no addresses."""
    bearing = {"embedder", "query_prompt", "passage_prompt", "passage_tokens", "refusal_threshold"}
    return {**settings.model_dump(mode="json", include=bearing), "model": settings.model.name}


def fingerprint_cases(cases: Sequence[EvalCase]) -> str:
    """Return a hash of the cases, wherever they stand in their file."""
    return _hash([{**asdict(case), "line": 0} for case in cases])


def fingerprint_code() -> str:
    """Return a hash of the package's own source files."""
    package = Path(__file__).parents[1]
    sources = sorted(package.rglob("*.py"))
    return _hash([[str(p.relative_to(package)), p.read_text("utf-8")] for p in sources])


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def save_run(run: EvalRun, folder: Path) -> Path:
    """Write the run as JSON into ``folder`` and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.fromisoformat(run.started_at).strftime("%Y%m%dT%H%M%SZ")
    path = folder / f"{moment}-{run.fingerprint}.json"
    text = json.dumps(run_to_dict(run), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def run_to_dict(run: EvalRun) -> dict[str, object]:
    """Return the run as JSON values: figures by group, then one record a case."""
    by_split = group_results(run.results, lambda case: case.split)
    by_kind = group_results(run.results, lambda case: case.kind)
    return {
        "started_at": run.started_at,
        "seconds": round(run.seconds, 2),
        "fingerprint": run.fingerprint,
        "settings": dict(run.settings),
        "fingerprints": dict(run.fingerprints),
        "cases": len(run.results),
        "failures": run.failures,
        "figures": {
            "all": _figures(run.results),
            "split": {name: _figures(results) for name, results in by_split.items()},
            "kind": {name: _figures(results) for name, results in by_kind.items()},
        },
        "records": [_record(result) for result in run.results],
    }


def _figures(results: Sequence[CaseResult]) -> dict[str, dict[str, object]]:
    return {name: _round(figure) for name, figure in summarise(results).items()}


def _round(figure: Figure) -> dict[str, object]:
    return {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(figure).items()}


def _record(result: CaseResult) -> dict[str, object]:
    case, answer = result.case, result.answer
    return {
        "id": case.id,
        "split": case.split,
        "kind": case.kind,
        "question": case.question,
        "history": [list(turn) for turn in case.history],
        "expect": case.expect,
        "due": ["|".join(map(str, group)) for group in case.due],
        "also": [str(place) for place in case.also],
        "key_phrases": ["|".join(group) for group in case.key_phrases],
        "missed": result.missed,
        "failure": result.failure,
        "answer": None if answer is None else asdict(answer),
        "hits": [{"id": hit.article.id, "score": round(hit.score, 4)} for hit in result.hits],
        "scores": {name: round(score, 4) for name, score in result.scores.items()},
        **asdict(result.findings),
    }
