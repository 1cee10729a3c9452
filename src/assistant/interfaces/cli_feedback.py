"""``assistant eval add-from-feedback``: verdicts from the database → a file of cases."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import EvaluationError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.users.eval_cases import NewCase

_READ_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of collecting."""

    added: list[str]
    """Ids of the cases that are new in the file."""
    faults: list[str]
    """Why a case was left out, a Chinese line each."""
    waiting: int
    """Complaints of which nobody has said what was expected."""


def collect_cases(settings: Settings, file: Path) -> Collected:
    """Add to ``file`` the cases that feedback makes and the corpus bears out.

    Raises ``EvaluationError`` when the file cannot be written.
    """
    from assistant.store.database import open_database
    from assistant.users.eval_cases import make_cases
    from assistant.users.feedback import FeedbackBox

    with contextlib.closing(open_database(settings.database)) as database:
        box = FeedbackBox(database)
        feedback = box.read(new_only=True, limit=_READ_AT_ONCE)
        cases = make_cases(feedback)
        kept = _read_lines(file)
        sound, faults = _check(settings, cases)
        # A case that was corrected takes the place of what it was.
        fresh = {case.line["id"]: json.dumps(case.line, ensure_ascii=False) for case in sound}
        _write_lines(file, {**kept, **fresh})
        box.mark_exported([case.feedback_id for case in sound])
    return Collected(list(fresh), faults, waiting=len(feedback) - len(cases))


def _check(settings: Settings, cases: tuple[NewCase, ...]) -> tuple[list[NewCase], list[str]]:
    """Return the cases that the corpus bears out, and what is wrong with the others."""
    import tempfile

    from assistant.corpus.load import load_corpus
    from assistant.evals.cases import load_cases
    from assistant.evals.check import check_cases

    documents = load_corpus(settings.corpus).documents
    sound: list[NewCase] = []
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases:
            # Through the same reader as the file later, so that it cannot be spoiled by one line.
            alone = Path(folder) / "case.jsonl"
            alone.write_text(json.dumps(case.line, ensure_ascii=False), encoding="utf-8")
            try:
                found = check_cases(load_cases(alone), documents)
            except EvaluationError as error:
                found = (str(error),)
            if found:
                faults.append(f"没有收进“{case.line['question']}”：{'；'.join(found)}")
            else:
                sound.append(case)
    return sound, faults


def _read_lines(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return {json.loads(line)["id"]: line for line in lines if line.strip()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvaluationError(f"{file.name} 无法读取，请检查它的内容。") from error


def _write_lines(file: Path, lines: dict[str, str]) -> None:
    if not lines:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines.values()), encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{file.name} 无法写入：{error.strerror}。") from error
