"""Fitting the refusal: on several suites at once, each with an assistant of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.answer.refuse import Evidence
from assistant.corpus.load import load_corpus
from assistant.domain import Turn
from assistant.evals.calibrate import calibrate
from assistant.evals.cases import load_cases
from assistant.evals.check import check_cases

EVALS = Path(__file__).parents[2] / "evals"


class Weighs:
    """Weighs by one sign: as many words as the question has."""

    def __init__(self, *, bonus: float = 0.0) -> None:
        self.asked: list[str] = []
        self._bonus = bonus

    def weigh(self, question: str, *, history: Sequence[Turn] = ()) -> Evidence | None:
        self.asked.append(question)
        sign = float("规定" in question) + self._bonus
        return Evidence(signs={"told": sign}, probability=0.5, reason="weak_evidence")


def case(number: int, *, answerable: bool) -> dict[str, object]:
    question = f"第{number}个问题{'材料怎么规定' if answerable else '今天天气怎样'}？"
    return {
        "id": f"c-{number}",
        "split": "dev",
        "kind": "fact" if answerable else "unanswerable_far",
        "question": question,
        "history": [],
        "expect": "answered" if answerable else "refused",
        "due": ["petition-2022#34"] if answerable else [],
        "also": [],
        "key_phrases": ["60日内办结"] if answerable else [],
        "note": "",
    }


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "reference.jsonl"
    lines = [json.dumps(case(n, answerable=n % 2 == 0), ensure_ascii=False) for n in range(40)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_each_suite_is_asked_of_its_own_assistant(written: Path) -> None:
    cases = load_cases(written)
    ours, others = Weighs(), Weighs()
    fitted = calibrate([(ours, cases[:20]), (others, cases[20:])])
    assert fitted.cases == 40
    assert ours.asked == [one.question for one in cases[:20]]
    assert others.asked == [one.question for one in cases[20:]]


def test_a_sign_that_tells_gets_a_weight_that_separates(written: Path) -> None:
    fitted = calibrate([(Weighs(), load_cases(written))])
    assert fitted.weights["told"] > 1
    assert fitted.area_under_curve == 1.0


@pytest.mark.parametrize(
    "suite", [path.parent.name for path in sorted(EVALS.glob("*/reference.jsonl"))]
)
def test_every_suite_with_texts_of_its_own_checks_out(suite: str) -> None:
    folder = EVALS / suite
    cases = load_cases(folder / "reference.jsonl")
    assert check_cases(cases, load_corpus(folder / "corpus").documents) == ()
    assert len({one.id for one in cases}) == len(cases)
