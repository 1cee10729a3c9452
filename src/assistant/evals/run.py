"""Cases → results: asks every question, keeps what came back, and writes it down."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from assistant.domain import Answer, Early, Hit, ParsedDocument, Turn
from assistant.evals.cases import EvalCase
from assistant.evals.metrics import DEPTH, find_faults, gold_articles, score_answer, score_rankings
from assistant.evals.promise import unborne_lines
from assistant.evals.records import CaseRecord, RecordFile
from assistant.evals.summary import CaseResult, Figure, group_results, summarise
from assistant.models.checker import DRAFTING
from assistant.settings import Settings

Progress = Callable[[int, int], None]
_COUNTED = ("calls_per_day", "calls_per_person_per_day")


class Answerer(Protocol):
    """What is measured: the assistant, or a stand-in."""

    @property
    def documents(self) -> Sequence[ParsedDocument]:
        """The corpus."""

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = ()
    ) -> Iterator[Early | Answer]:
        """Yield what may be shown early, then the answer."""

    def search(
        self, question: str, *, history: Sequence[Turn] = (), limit: int = DEPTH
    ) -> Sequence[Hit]:
        """Return ranked articles."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured, and everything that tells it from another."""

    assistant: Answerer
    settings: Mapping[str, object]
    fingerprints: Mapping[str, object]

    @property
    def code(self) -> str:
        """Hash of the source files, empty when it was not given."""
        return str(self.fingerprints.get("code", ""))

    def fingerprint(self, case: EvalCase) -> str:
        """Return what an answer to a case rests on; the code is told apart by itself."""
        bearing = {key: value for key, value in self.fingerprints.items() if key != "code"}
        return _hash([dict(self.settings), bearing, fingerprint_cases([case])])[:16]


@dataclass(frozen=True, slots=True)
class EvalRun:
    """The results of a run and everything needed to tell it from another run."""

    started_at: str
    """ISO moment, UTC."""
    seconds: float
    settings: Mapping[str, object]
    fingerprints: Mapping[str, object]
    results: tuple[CaseResult, ...]
    kept: int = 0
    """How many of the answers were given in an earlier sitting."""

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
    at_once: int = 1,
) -> EvalRun:
    """Ask every case and return what came of it. A case that crashes becomes a failure."""
    subjects = {"": Subject(assistant, settings, fingerprints)}
    return run_modes(subjects, cases, progress=progress, at_once=at_once)[""]


def run_modes(
    subjects: Mapping[str, Subject],
    cases: Sequence[EvalCase],
    *,
    records: RecordFile | None = None,
    order: Sequence[EvalCase] | None = None,
    progress: Progress | None = None,
    seconds: float = math.inf,
    at_once: int = 1,
) -> dict[str, EvalRun]:
    """Ask every case of every mode, one case after the other, and return a run a mode.

    With records, what they hold is not asked again, and an interrupt or the end of ``seconds``
    ends the asking: the runs then hold the cases that every mode has answered. ``order`` is the
    one to ask in; results stand in the order of ``cases``. Several asked ``at_once`` are answered
    the same and sooner, each in more time: for runs without records whose times nobody reads.
    """
    started_at = datetime.now(UTC)
    start = time.perf_counter()
    rows: list[_Row] = []

    def ask(numbered: tuple[int, EvalCase]) -> _Row | None:
        number, case = numbered
        late = time.perf_counter() - start >= seconds
        return None if late else _ask_modes(subjects, case, records, backwards=bool(number % 2))

    pool = ThreadPoolExecutor(at_once) if at_once > 1 else None
    try:
        for row in (pool.map if pool else map)(ask, enumerate(order or cases)):
            if row is None:
                break
            rows.append(row)
            if progress is not None:
                progress(len(rows), len(cases))
    except KeyboardInterrupt:
        if records is None or not rows:
            raise
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)
    place = {case.id: number for number, case in enumerate(cases)}
    rows.sort(key=lambda row: min(place[told.result.case.id] for told in row.values()))
    return {
        mode: _make_run(
            subject,
            [row[mode] for row in rows],
            started_at=started_at,
            seconds=time.perf_counter() - start,
        )
        for mode, subject in subjects.items()
    }


@dataclass(frozen=True, slots=True)
class _Told:
    """What came of one case in one mode."""

    result: CaseResult
    code: str
    kept: bool
    """Whether it was written down already."""


_Row = dict[str, _Told]


def _ask_modes(
    subjects: Mapping[str, Subject],
    case: EvalCase,
    records: RecordFile | None,
    *,
    backwards: bool,
) -> _Row:
    """Ask a case of every mode; neither is always the one that finds things in memory."""
    modes = list(subjects)[:: -1 if backwards else 1]
    return {mode: _ask_or_recall(mode, subjects[mode], case, records) for mode in modes}


def _make_run(
    subject: Subject, told: Sequence[_Told], *, started_at: datetime, seconds: float
) -> EvalRun:
    results = [one.result for one in told]
    codes = sorted({one.code for one in told} - {""})
    return EvalRun(
        started_at=started_at.isoformat(timespec="seconds"),
        seconds=seconds,
        settings=subject.settings,
        fingerprints={
            **subject.fingerprints,
            # Records may be of several states of the code; the run says so.
            **({"code": codes[0] if len(codes) == 1 else codes} if codes else {}),
            "cases": fingerprint_cases([result.case for result in results]),
        },
        results=_with_retrieval(results, subject.assistant.documents),
        kept=sum(one.kept for one in told),
    )


def _ask_or_recall(
    mode: str, subject: Subject, case: EvalCase, records: RecordFile | None
) -> _Told:
    of = subject.fingerprint(case)
    known = records.find(mode, of, case.id) if records else None
    record = known or _ask(mode, of, subject, case)
    if records and known is None:
        records.add(record)
    result = _judge(case, record, subject.assistant.documents)
    return _Told(result, record.code, kept=known is not None)


def _ask(mode: str, of: str, subject: Subject, case: EvalCase) -> CaseRecord:
    assistant, times = subject.assistant, dict[str, float]()
    answer: Answer | None = None
    try:
        start = time.perf_counter()
        for event in assistant.ask_stream(case.question, history=case.history):
            if isinstance(event, Answer):
                answer = event
            elif event.text != DRAFTING:
                times.setdefault("first_ms", (time.perf_counter() - start) * 1000)
        times["latency_ms"] = (time.perf_counter() - start) * 1000
        hits = assistant.search(case.question, history=case.history, limit=DEPTH)
    # A crash, of whatever sort, is a result here: it is counted and shown, and the rest goes on.
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
        return CaseRecord(
            id=case.id, mode=mode, of=of, code=subject.code, answer=None, failure=failure
        )
    return CaseRecord(
        id=case.id,
        mode=mode,
        of=of,
        code=subject.code,
        answer=answer,
        hits=[(hit.article.id, hit.score) for hit in hits],
        times=times,
        failure="" if answer else "no answer came",
    )


def _judge(case: EvalCase, record: CaseRecord, documents: Sequence[ParsedDocument]) -> CaseResult:
    """Return what a recorded answer is worth."""
    if record.answer is None:
        return CaseResult(case, None, failure=record.failure)
    answer = record.answer
    articles = {article.id: article for parsed in documents for article in parsed.articles}
    ranked = [(articles[i], score) for i, score in record.hits if i in articles]
    hits = tuple(Hit(article, score, rank) for rank, (article, score) in enumerate(ranked, start=1))
    scores = score_answer(case, answer, documents)
    if answer.drafting is not None:
        scores["worded"] = float(answer.mode == "model")
    if answer.mode == "model":
        unborne = unborne_lines(answer, {parsed.document.id: parsed for parsed in documents})
        scores["borne_out"] = float(not unborne)
    return CaseResult(
        case=case,
        answer=answer,
        hits=hits,
        scores={**scores, **record.times},
        findings=find_faults(case, answer, documents),
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
    told = settings.model_dump(mode="json", include=bearing)
    if not settings.model.name:
        return {**told, "model": ""}
    # Where it stands, who pays and what was kept bear on nothing that it says.
    beside = {"name", "api_key", "base_url", "cached_answers", *_COUNTED}
    within = settings.model.model_dump(mode="json", exclude=beside)
    return {**told, "model": settings.model.name, "model_settings": within}


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
        "kept": run.kept,
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
