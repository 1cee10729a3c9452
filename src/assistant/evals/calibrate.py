"""Fits the weights by which the assistant decides to answer or to refuse.

A logistic regression on the development questions; its weights are what ``answer/refusal.json``
holds, with the figures of a cross-validation beside them. Questions on other regulations are fitted
along with them: in one corpus alone, what its texts happen not to say (no amounts, hardly a
deadline) is taken for what no text says.

One of the signs, how a question asks, is itself learnt from their words. What it says of a
question that it was learnt from is worth little, so the regression is fitted, and measured, on what
it says of questions that were kept from it. On the questions fitted on, the figures of an
evaluation are better than the assistant is: the cross-validated ones, and other questions, tell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

import numpy as np

from assistant.answer.asking import Asking, runs_in
from assistant.answer.refuse import MODEL, Evidence
from assistant.domain import Turn
from assistant.evals.cases import EvalCase

FOLDS = 10
REGULARISATION = 1.0
ASKING = "asking"
"""The sign that is learnt."""
ASKING_FOLDS = 5
ASKING_REGULARISATION = 3.0
ASKED_TWICE = 2
"""Questions that a run of characters must occur in to be weighed."""
TENTHS = 10


class Weigher(Protocol):
    """What is calibrated."""

    def weigh(self, question: str, *, history: Sequence[Turn] = ()) -> Evidence | None:
        """Return the evidence on a question, or None when its form settles it."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a threshold gives, cross-validated."""

    threshold: float
    answerable_refused: float
    unanswerable_refused: float


@dataclass(frozen=True, slots=True)
class Tenth:
    """The questions whose predicted probabilities lie in one tenth."""

    predicted: float
    """Mean of their probabilities."""
    share: float
    """Of those that were answerable."""
    cases: int

    @property
    def place(self) -> int:
        """Which tenth: 0 for probabilities below 0.1, 9 for those from 0.9 on."""
        return min(int(self.predicted * TENTHS), TENTHS - 1)

    @property
    def answerable(self) -> int:
        """How many were answerable."""
        return round(self.share * self.cases)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the signs (in their own units), and what they achieve on questions not seen."""

    bias: float
    weights: dict[str, float]
    asking: Asking
    cases: int
    area_under_curve: float
    points: tuple[OperatingPoint, ...]
    reliability: tuple[Tenth, ...]
    """Tenths in which there are questions."""

    def to_dict(self) -> dict[str, object]:
        """Return what ``refusal.json`` holds."""
        return {
            "bias": round(self.bias, 4),
            "weights": {name: round(weight, 4) for name, weight in self.weights.items()},
            "asking": {
                "bias": round(self.asking.bias, 4),
                "runs": {
                    run: [round(rarity, 3), round(weight, 3)]
                    for run, (rarity, weight) in sorted(self.asking.runs.items())
                },
            },
            "fitted_on": self.cases,
            "area_under_curve": round(self.area_under_curve, 3),
            "points": [
                [round(v, 3) for v in (p.threshold, p.answerable_refused, p.unanswerable_refused)]
                for p in self.points
            ],
            "reliability": [
                [round(t.predicted, 3), round(t.share, 3), t.cases] for t in self.reliability
            ],
        }


def load_calibration() -> Calibration:
    """Return the calibration that the assistant decides by."""
    content = resources.files("assistant.answer").joinpath(MODEL).read_text("utf-8")
    fitted = json.loads(content)
    return Calibration(
        bias=fitted["bias"],
        weights=dict(fitted["weights"]),
        asking=Asking(
            {run: (rarity, weight) for run, (rarity, weight) in fitted["asking"]["runs"].items()},
            fitted["asking"]["bias"],
        ),
        cases=fitted["fitted_on"],
        area_under_curve=fitted["area_under_curve"],
        points=tuple(OperatingPoint(*point) for point in fitted["points"]),
        reliability=tuple(Tenth(*tenth) for tenth in fitted["reliability"]),
    )


def calibrate(
    suites: Sequence[tuple[Weigher, Sequence[EvalCase]]],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Return weights fitted on the cases of all suites whose form does not settle them."""
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    weighed: list[tuple[EvalCase, Evidence]] = []
    asked = [(assistant, case) for assistant, cases in suites for case in cases]
    for done, (assistant, case) in enumerate(asked, start=1):
        evidence = assistant.weigh(case.question, history=case.history)
        if evidence is not None:
            weighed.append((case, evidence))
        if progress is not None:
            progress(done, len(asked))
    material = _Material(
        names=tuple(weighed[0][1].signs),
        signs=np.array([list(evidence.signs.values()) for _, evidence in weighed]),
        words=tuple(evidence.asking for _, evidence in weighed),
        answerable=np.array([case.expect == "answered" for case, _ in weighed]),
    )
    predicted = np.zeros(len(weighed))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for train, kept in folds.split(material.signs, material.answerable):
        bias, weights, asking = _fit(material, train)
        signs = material.signed(asking, kept)
        predicted[kept] = 1 / (1 + np.exp(-(bias + signs @ weights)))
    bias, weights, asking = _fit(material, np.arange(len(weighed)))
    return Calibration(
        bias=bias,
        weights={name: float(weight) for name, weight in zip(material.names, weights, strict=True)},
        asking=asking,
        cases=len(weighed),
        area_under_curve=float(roc_auc_score(material.answerable, predicted)),
        points=tuple(_point(t, predicted, material.answerable) for t in np.arange(0.3, 0.91, 0.05)),
        reliability=tuple(_reliability(predicted, material.answerable)),
    )


@dataclass(frozen=True, slots=True)
class _Material:
    """What is fitted: a row of signs, words of asking and an outcome for each question."""

    names: tuple[str, ...]
    signs: np.ndarray
    words: tuple[str, ...]
    answerable: np.ndarray

    def signed(self, asking: Asking, rows: np.ndarray) -> np.ndarray:
        """Return the signs of some questions with what a model says of how they ask."""
        signs = self.signs[rows].copy()
        if ASKING in self.names:
            signs[:, self.names.index(ASKING)] = [asking.score(self.words[row]) for row in rows]
        return np.asarray(signs)


def _fit(material: _Material, rows: np.ndarray) -> tuple[float, np.ndarray, Asking]:
    """Return bias and weights of the signs in their own units, and how questions ask."""
    from sklearn.model_selection import StratifiedKFold

    signs = np.zeros((len(rows), len(material.names)))
    folds = StratifiedKFold(ASKING_FOLDS, shuffle=True, random_state=0)
    for train, kept in folds.split(rows, material.answerable[rows]):
        signs[kept] = material.signed(_fit_asking(material, rows[train]), rows[kept])
    bias, weights = fit_signs(signs, material.answerable[rows], REGULARISATION)
    return bias, weights, _fit_asking(material, rows)


def fit_signs(
    signs: np.ndarray,
    outcomes: np.ndarray,
    regularisation: float,
    counts: np.ndarray | None = None,
) -> tuple[float, np.ndarray]:
    """Return bias and weights of a logistic regression in the signs' own units.

    ``signs`` is a row of signs for each outcome; ``counts`` says how much each row counts.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(signs)
    model = LogisticRegression(C=regularisation, max_iter=1000)
    model.fit(scaler.transform(signs), outcomes, sample_weight=counts)
    weights = model.coef_[0] / scaler.scale_
    return float(model.intercept_[0] - weights @ scaler.mean_), weights


def _fit_asking(material: _Material, rows: np.ndarray) -> Asking:
    """Return the weights of runs of characters: a logistic regression on their tf-idf."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = [material.words[row] for row in rows]
    if not any(words):
        return Asking({}, 0.0)
    vectorizer = TfidfVectorizer(
        analyzer=lambda text: list(runs_in(text).elements()),
        min_df=ASKED_TWICE,
        sublinear_tf=True,
    )
    vectors = vectorizer.fit_transform(words)
    model = LogisticRegression(C=ASKING_REGULARISATION, max_iter=2000, class_weight="balanced").fit(
        vectors, material.answerable[rows]
    )
    runs = zip(vectorizer.get_feature_names_out(), vectorizer.idf_, model.coef_[0], strict=True)
    return Asking(
        {str(run): (float(rarity), float(weight)) for run, rarity, weight in runs},
        float(model.intercept_[0]),
    )


def _point(threshold: float, predicted: np.ndarray, answerable: np.ndarray) -> OperatingPoint:
    refused = predicted < threshold
    return OperatingPoint(
        float(threshold), float(refused[answerable].mean()), float(refused[~answerable].mean())
    )


def _reliability(predicted: np.ndarray, answerable: np.ndarray) -> list[Tenth]:
    bins = np.minimum((predicted * TENTHS).astype(int), TENTHS - 1)
    return [
        Tenth(float(predicted[bins == b].mean()), float(answerable[bins == b].mean()), int(n))
        for b in range(TENTHS)
        if (n := (bins == b).sum())
    ]
