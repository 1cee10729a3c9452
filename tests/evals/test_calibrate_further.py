"""Fitting which articles are quoted beside the first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.answer.further import Candidates, Further
from assistant.corpus.load import Corpus
from assistant.domain import Hit, ParsedDocument, Turn
from assistant.evals.calibrate_further import calibrate_further
from assistant.evals.cases import EvalCase, load_cases

OPINIONS = "opinions-2021"
BOTH = "谈话和督查分别怎么规定"
ONE = "谈话怎么规定"
CASES = 200


class Finds:
    """Finds the first two articles for every question; the second says something new for some."""

    def __init__(self, documents: Sequence[ParsedDocument], *, settled: str = "") -> None:
        self.documents = documents
        self.asked: list[str] = []
        self._settled = settled

    def candidates(self, question: str, *, history: Sequence[Turn] = ()) -> Candidates | None:
        self.asked.append(question)
        if question == self._settled:
            return None
        parsed = next(d for d in self.documents if d.document.id == OPINIONS)
        hits = tuple(
            Hit(unit, 9.0 - rank, rank, ()) for rank, unit in enumerate(parsed.numbered[2:5], 1)
        )
        form = {"plural": float("分别" in question)}
        return Candidates(hits, tuple(h.score for h in hits), {}, (), form)


def case(number: int, question: str, due: list[str], also: Sequence[str] = ()) -> dict[str, object]:
    return {
        "id": f"c-{number}",
        "split": "dev",
        "kind": "fact",
        "question": f"{question}（{number}）",
        "history": [],
        "expect": "answered",
        "due": due,
        "also": list(also),
        "key_phrases": ["谈话"],
        "note": "",
    }


@pytest.fixture
def finder(corpus: Corpus) -> Finds:
    return Finds(corpus.documents)


def read(folder: Path, *cases: dict[str, object]) -> tuple[EvalCase, ...]:
    path = folder / "reference.jsonl"
    path.write_text("\n".join(json.dumps(c, ensure_ascii=False) for c in cases), encoding="utf-8")
    return load_cases(path)


def of_both_kinds(folder: Path) -> tuple[EvalCase, ...]:
    """Questions of which every second one is due the second article too, and says so."""
    first, second = f"{OPINIONS}#3", f"{OPINIONS}#4"
    return read(
        folder,
        *(
            case(n, BOTH, [first, second]) if n % 2 else case(n, ONE, [first])
            for n in range(CASES)
        ),
    )  # fmt: skip


def test_a_sign_that_tells_decides_on_questions_kept_from_the_fit(
    finder: Finds, tmp_path: Path
) -> None:
    fitted = calibrate_further([(finder, of_both_kinds(tmp_path))])
    assert fitted.cases == CASES
    assert fitted.model.weights["plural"] > 0
    alone, chosen = fitted.first_alone, fitted.quoting
    assert (alone.recall, alone.precision, alone.articles) == (0.75, 1.0, 1.0)
    assert chosen.recall > 0.95
    assert chosen.precision >= 0.95
    assert chosen.whole > alone.whole == 0.5


def test_the_model_chooses_as_it_was_fitted(finder: Finds, tmp_path: Path) -> None:
    model = calibrate_further([(finder, of_both_kinds(tmp_path))]).model
    for question, articles in ((BOTH, 2), (ONE, 1)):
        found = finder.candidates(question)
        assert found is not None
        assert len(model.choose(found)) == articles


def test_what_is_legitimate_and_not_due_says_nothing(finder: Finds, tmp_path: Path) -> None:
    """Were it taken for wrong, the second would never be quoted where it is due."""
    cases = [
        case(n, BOTH, [f"{OPINIONS}#3", f"{OPINIONS}#4"])
        if n % 8 == 0
        else case(n, BOTH, [f"{OPINIONS}#3"], also=[f"{OPINIONS}#4", f"{OPINIONS}#5"])
        if n % 2 == 0
        else case(n, ONE, [f"{OPINIONS}#3"])
        for n in range(CASES)
    ]
    fitted = calibrate_further([(finder, read(tmp_path, *cases))])
    found = finder.candidates(BOTH)
    assert found is not None
    assert [h.article.number for h in fitted.model.choose(found)][:2] == [3, 4]


def test_what_a_form_settles_and_what_is_not_answered_is_left_out(
    corpus: Corpus, tmp_path: Path
) -> None:
    cases = of_both_kinds(tmp_path)
    finder = Finds(corpus.documents, settled=cases[0].question)
    refused = {**case(99, "食堂几点开饭", []), "expect": "refused", "key_phrases": []}
    refused["kind"] = "unanswerable_far"
    fitted = calibrate_further([(finder, (*cases, *read(tmp_path, refused)))])
    assert fitted.cases == len(cases) - 1
    assert not any("食堂" in question for question in finder.asked)


def test_progress_is_told_question_by_question(finder: Finds, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    calibrate_further(
        [(finder, of_both_kinds(tmp_path))], progress=lambda done, of: told.append((done, of))
    )
    assert told == [(n, CASES) for n in range(1, CASES + 1)]


def test_what_is_written_is_what_the_assistant_reads(finder: Finds, tmp_path: Path) -> None:
    fitted = calibrate_further([(finder, of_both_kinds(tmp_path))])
    content = fitted.to_dict()
    assert set(content) == {"bias", "weights", "fitted_on", "quoting", "first_alone"}
    assert json.loads(json.dumps(content)) == content
    weights = content["weights"]
    assert isinstance(weights, dict)
    assert set(Further.load().weights) >= set(weights)
