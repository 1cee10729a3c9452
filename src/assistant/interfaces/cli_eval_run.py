"""Asking all questions of one mode or two, in as many sittings as a slow model takes."""

from __future__ import annotations

import hashlib
import json
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.errors import EvaluationError
from assistant.interfaces.cli_output import make_console, progress_bar, say

if TYPE_CHECKING:
    from assistant.evals.cases import EvalCase
    from assistant.evals.compare import Rows
    from assistant.evals.run import EvalRun, Subject
    from assistant.pipeline import Assistant
    from assistant.settings import Settings

Mode = Literal["extractive", "model"]

RESULTS = "results"
TOLD_EVERY_SECONDS = 60.0
"""Between two lines about the progress where no bar can be shown."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """How long is asked, and where it is written down."""

    into: Path | None = None
    """The record that is gone on with; without one it is kept only until all is asked."""
    minutes: float | None = None
    asks_again: bool = False
    """Whether questions are put again for which the call of the model failed."""
    as_given: bool = False
    """Whether the order of the cases is the one to ask in; else kinds come by turns."""
    at_once: int = 1
    """How many are asked at a time where nothing is written down: answers are the same."""


def settings_of_mode(settings: Settings, mode: Mode) -> Settings:
    """Return the settings with or without their language model. Raises ``EvaluationError``.

    Kept answers are left out: what is measured is what the model says now.
    """
    if mode == "model":
        if not settings.model.name:
            raise EvaluationError("没有配置模型。请先设置 model.name，再用 --mode model 或 both。")
        model = settings.model.model_copy(update={"cached_answers": 0})
    else:
        model = settings.model.model_copy(update={"name": ""})
    return settings.model_copy(update={"model": model})


def open_subjects(settings: Settings, modes: Sequence[Mode]) -> dict[str, Subject]:
    """Return the assistants that are measured, with what tells them apart."""
    from assistant.pipeline import Assistant

    chosen = {mode: settings_of_mode(settings, mode) for mode in modes}
    return {mode: subject_of(Assistant.open(one), one) for mode, one in chosen.items()}


def subject_of(assistant: Assistant, settings: Settings) -> Subject:
    """Return an assistant with what tells it from another."""
    from assistant.evals.run import Subject, describe_settings, fingerprint_code

    manifest = assistant.manifest.to_dict()
    # An index is the same index whenever and in however many steps it was built.
    index = {key: manifest[key] for key in manifest if key not in ("built_at", "embedded")}
    # Prompts bear on the answers of a model only.
    prompts = {"prompts": assistant.prompts_hash} if assistant.prompts_hash else {}
    fingerprints = {"code": fingerprint_code(), **index, **prompts}
    return Subject(assistant, describe_settings(settings), fingerprints)


def run_sitting(
    settings: Settings,
    subjects: Mapping[str, Subject],
    cases: Sequence[EvalCase],
    sitting: Sitting,
) -> dict[str, EvalRun]:
    """Ask what is not written down yet and return a run a mode. Raises ``EvaluationError``."""
    from assistant.evals.records import RecordFile
    from assistant.evals.run import run_modes
    from assistant.evals.trial import spread

    slow = "model" in subjects or sitting.into is not None
    path = sitting.into or settings.evals / RESULTS / _unfinished(subjects, cases)
    with _progress("评测") as progress:
        runs = run_modes(
            subjects,
            cases,
            records=RecordFile.open(path, asks_again=sitting.asks_again) if slow else None,
            # One that is cut off has seen every kind.
            order=spread(cases) if slow and not sitting.as_given else None,
            progress=progress,
            seconds=math.inf if sitting.minutes is None else sitting.minutes * 60,
            at_once=1 if slow else sitting.at_once,
        )
    _conclude(runs, cases, path if slow else None, keep=sitting.into is not None)
    return runs


def _conclude(
    runs: Mapping[str, EvalRun], cases: Sequence[EvalCase], path: Path | None, *, keep: bool
) -> None:
    """Tell how far it came, and clear away a record that nobody named and that is whole."""
    first = next(iter(runs.values()))
    done = len(first.results)
    if not done:
        raise EvaluationError("时间太短，一题也没有答完。请把 --minutes 调大。")
    if path is None:
        return
    kept = min(run.kept for run in runs.values())
    if kept:
        say(f"{kept} 题此前已经答过，记录在 {path.name}")
    if any(isinstance(run.fingerprints.get("code"), list) for run in runs.values()):
        say("注意：记录中有程序改动之前的答复。要全部重新作答，请换一个文件。")
    if done < len(cases):
        say(f"{len(cases)} 题中答了 {done} 题，以下是这些题的结果。再次运行同一命令就接着做。")
    elif not keep:
        path.unlink(missing_ok=True)


def _unfinished(subjects: Mapping[str, Subject], cases: Sequence[EvalCase]) -> str:
    """Return a name that only the same run of the same code takes up again."""
    from assistant.evals.run import fingerprint_cases

    told = [[mode, dict(one.settings), dict(one.fingerprints)] for mode, one in subjects.items()]
    text = json.dumps([*told, fingerprint_cases(cases)], sort_keys=True, default=str)
    return f"unfinished-{hashlib.sha256(text.encode()).hexdigest()[:10]}.jsonl"


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar, or, where there is no terminal, a line every minute."""
    if sys.stderr.isatty():
        with progress_bar(title) as progress:
            yield progress
        return
    started = told = time.monotonic()

    def advance(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= TOLD_EVERY_SECONDS:
            told = now
            say(f"{title} {done}/{total} 题，已用 {(now - started) / 60:.0f} 分钟")

    yield advance


def print_rows(rows: Rows) -> None:
    """Print a table on stdout."""
    from rich.table import Table

    header, lines = rows
    table = Table(*header, box=None)
    for line in lines:
        table.add_row(*line)
    make_console().print(table)
