"""Fitting the refusal: on several suites at once, each with an assistant of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from sklearn.metrics import roc_auc_score

from assistant.answer import refuse
from assistant.answer.refuse import Evidence
from assistant.corpus.load import load_corpus
from assistant.domain import Turn
from assistant.evals.calibrate import calibrate, load_calibration
from assistant.evals.cases import EvalCase, load_cases
from assistant.evals.check import check_cases
from assistant.pipeline import Assistant

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


class Listens:
    """Weighs by how a question asks alone; what it hears of a question is given."""

    def __init__(self, heard: Sequence[str]) -> None:
        self._heard = iter(heard)

    def weigh(self, question: str, *, history: Sequence[Turn] = ()) -> Evidence | None:
        return Evidence({"asking": 0.0}, 0.5, "weak_evidence", asking=next(self._heard))


def outcomes(cases: Sequence[EvalCase]) -> list[bool]:
    return [one.expect == "answered" for one in cases]


def test_words_that_tell_are_learnt_and_weigh(written: Path) -> None:
    cases = load_cases(written)
    heard = ["要公开吗" if answerable else "由谁主持" for answerable in outcomes(cases)]
    fitted = calibrate([(Listens(heard), cases)])
    assert fitted.asking.score("公开吗") > fitted.asking.score("谁主持")
    assert fitted.weights["asking"] > 0
    assert fitted.area_under_curve == 1.0


def test_the_sign_is_fitted_on_what_other_questions_taught(written: Path) -> None:
    cases = load_cases(written)
    # Words drawn by lot: in hindsight they tell every question apart, beforehand nothing.
    draw = Random(0)  # noqa: S311 - no secret
    words = [chr(0x4E00 + n) for n in range(200)]
    heard = ["".join(draw.sample(words, 30)) for _ in cases]
    fitted = calibrate([(Listens(heard), cases)])
    scores = [fitted.asking.score(one) for one in heard]
    known = roc_auc_score(outcomes(cases), scores)
    assert known == 1.0
    assert fitted.area_under_curve < 0.8
    spread = max(scores) - min(scores)
    assert abs(fitted.weights["asking"]) * spread < 4.0


def test_where_no_words_are_left_of_any_question_nothing_is_learnt(written: Path) -> None:
    fitted = calibrate([(Weighs(), load_cases(written))])
    assert fitted.asking.runs == {}
    assert fitted.asking.score("由谁来主持") == 0.0


def test_a_run_that_only_one_question_has_is_not_weighed(written: Path) -> None:
    cases = load_cases(written)
    heard = ["公开吗" if answerable else "谁主持" for answerable in outcomes(cases)]
    fitted = calibrate([(Listens(["几成", *heard[1:]]), cases)])
    assert "几成" not in fitted.asking.runs
    assert {"公开", "主持", "谁"} <= set(fitted.asking.runs)


def test_what_decides_is_read_back_and_written_again_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path(refuse.__file__).with_name(refuse.MODEL).read_text("utf-8")
    monkeypatch.setattr(refuse, "__file__", str(tmp_path / "refuse.py"))
    refuse.write_weights(load_calibration().to_dict())
    assert (tmp_path / refuse.MODEL).read_text("utf-8") == shipped


def test_what_is_fitted_is_written_as_it_is_read(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = load_cases(written)
    heard = ["要公开吗" if answerable else "由谁主持" for answerable in outcomes(cases)]
    fitted = calibrate([(Listens(heard), cases)]).to_dict()
    monkeypatch.setattr(refuse, "__file__", str(tmp_path / "refuse.py"))
    refuse.write_weights(fitted)
    assert json.loads((tmp_path / refuse.MODEL).read_text("utf-8")) == fitted


def test_the_shipped_model_weighs_each_sign_that_the_evidence_has(assistant: Assistant) -> None:
    evidence = assistant.weigh("信访举报多久分析一次？")
    assert evidence is not None
    assert set(load_calibration().weights) == set(evidence.signs)
