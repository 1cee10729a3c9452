"""Fits the weights by which articles are quoted beside the first: ``answer/further.json``.

A logistic regression on the development questions that search answers, here and on other
regulations. Each hit behind the first is a row: whether a due article is quoted with it that was
not yet, given that those due before it are quoted. What is legitimate and not due says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.answer.further import DEPTH, Candidates, Further
from assistant.domain import ParsedDocument, Turn
from assistant.evals.calibrate import FOLDS, fit_signs
from assistant.evals.cases import EvalCase, find_articles
from assistant.evals.metrics import gold_articles

REGULARISATION = 0.3


class Finder(Protocol):
    """What is calibrated."""

    @property
    def documents(self) -> Sequence[ParsedDocument]:
        """All documents."""

    def candidates(self, question: str, *, history: Sequence[Turn] = ()) -> Candidates | None:
        """Return what may be quoted for a question, or None when its form settles it."""


@dataclass(frozen=True, slots=True)
class Quoting:
    """What the choice of articles gives on questions not fitted on: by articles, not by words."""

    recall: float
    """Share of the due articles quoted."""
    precision: float
    """Share of the articles quoted that are due or legitimate."""
    whole: float
    """Share of the questions with all due articles quoted, and at least half of them right."""
    articles: float
    """Articles quoted a question."""


@dataclass(frozen=True, slots=True)
class FurtherCalibration:
    """The fitted model, and what it achieves cross-validated; by the first alone for comparison."""

    model: Further
    cases: int
    quoting: Quoting
    first_alone: Quoting

    def to_dict(self) -> dict[str, object]:
        """Return what ``further.json`` holds."""
        return {
            "bias": round(self.model.bias, 4),
            "weights": {name: round(w, 4) for name, w in self.model.weights.items()},
            "fitted_on": self.cases,
            "quoting": {k: round(getattr(self.quoting, k), 4) for k in Quoting.__slots__},
            "first_alone": {k: round(getattr(self.first_alone, k), 4) for k in Quoting.__slots__},
        }


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with what may be quoted for it and what is due."""

    candidates: Candidates
    due: tuple[frozenset[str], ...]
    """Ids of articles, a set of alternatives a group."""
    legitimate: frozenset[str]

    def rows(self) -> list[tuple[dict[str, float], bool, float]]:
        """Return signs, outcome and weight of each hit behind the first."""
        quoted, out = [0], []
        ids = [hit.article.id for hit in self.candidates.hits]
        for at in range(1, min(DEPTH, len(ids))):
            have = {ids[i] for i in quoted}
            new = any(ids[at] in group and not group & have for group in self.due)
            if new or ids[at] not in self.legitimate:
                # A question with many due articles counts as much as one with one.
                weight = 1 / (len(self.due) if new else len(quoted))
                out.append((self.candidates.signs(quoted, at), new, weight))
            if new:
                quoted.append(at)
        return out

    def score(self, cited: Sequence[str]) -> tuple[float, float, float, float]:
        """Return recall, precision, whether whole, and the number of articles ``cited``."""
        found = sum(bool(group & set(cited)) for group in self.due)
        right = sum(article in self.legitimate for article in cited)
        whole = found == len(self.due) and 2 * right >= len(cited)
        return found / len(self.due), right / len(cited), float(whole), float(len(cited))


def calibrate_further(
    suites: Sequence[tuple[Finder, Sequence[EvalCase]]],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> FurtherCalibration:
    """Return weights fitted on the answerable cases of all suites that search answers."""
    from sklearn.model_selection import KFold

    cases = [
        (assistant, case)
        for assistant, all_ in suites
        for case in all_
        if case.expect == "answered"
    ]
    asked: list[_Asked] = []
    for done, (assistant, case) in enumerate(cases, start=1):
        asked += _look_at(assistant, case)
        if progress is not None:
            progress(done, len(cases))
    scores: list[tuple[float, float, float, float]] = []
    for train, kept in KFold(FOLDS, shuffle=True, random_state=0).split(asked):
        model = _fit([asked[i] for i in train])
        for one in (asked[i] for i in kept):
            scores.append(one.score([hit.article.id for hit in model.choose(one.candidates)]))
    alone = [one.score([one.candidates.hits[0].article.id]) for one in asked]
    return FurtherCalibration(
        model=_fit(asked),
        cases=len(asked),
        quoting=Quoting(*map(float, np.mean(scores, axis=0))),
        first_alone=Quoting(*map(float, np.mean(alone, axis=0))),
    )


def _look_at(assistant: Finder, case: EvalCase) -> list[_Asked]:
    """Return the case if search answers it and it has due articles."""
    due = gold_articles(case, assistant.documents)
    candidates = assistant.candidates(case.question, history=case.history) if due else None
    if candidates is None or not candidates.hits:
        return []
    also = {a.id for place in case.also for a in find_articles(place, case, assistant.documents)}
    return [_Asked(candidates, due, frozenset(also.union(*due)))]


def _fit(asked: Sequence[_Asked]) -> Further:
    rows = [row for one in asked for row in one.rows()]
    bias, weights = fit_signs(
        np.array([list(signs.values()) for signs, _, _ in rows]),
        np.array([new for _, new, _ in rows]),
        REGULARISATION,
        np.array([weight for _, _, weight in rows]),
    )
    return Further(bias, dict(zip(rows[0][0], map(float, weights), strict=True)))
