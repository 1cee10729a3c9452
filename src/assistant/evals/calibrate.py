"""Fits the weights by which the assistant decides to answer or to refuse.

A logistic regression on the development questions; its weights are what ``answer/refusal.json``
holds, with the figures of a cross-validation beside them. Questions on other regulations are fitted
along with them: in one corpus alone, what its texts happen not to say (no amounts, hardly a
deadline) is taken for what no text says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Protocol

import numpy as np

from assistant.answer.refuse import MODEL, Evidence
from assistant.domain import Turn
from assistant.evals.cases import EvalCase

FOLDS = 10
REGULARISATION = 1.0
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
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    weighed: list[tuple[EvalCase, Evidence]] = []
    asked = [(assistant, case) for assistant, cases in suites for case in cases]
    for done, (assistant, case) in enumerate(asked, start=1):
        evidence = assistant.weigh(case.question, history=case.history)
        if evidence is not None:
            weighed.append((case, evidence))
        if progress is not None:
            progress(done, len(asked))
    names = list(weighed[0][1].signs)
    signs = np.array([[evidence.signs[name] for name in names] for _, evidence in weighed])
    answerable = np.array([case.expect == "answered" for case, _ in weighed])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=REGULARISATION, max_iter=1000))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    predicted = cross_val_predict(model, signs, answerable, cv=folds, method="predict_proba")[:, 1]
    model.fit(signs, answerable)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    return Calibration(
        bias=float(regression.intercept_[0] - weights @ scaler.mean_),
        weights={name: float(weight) for name, weight in zip(names, weights, strict=True)},
        cases=len(weighed),
        area_under_curve=float(roc_auc_score(answerable, predicted)),
        points=tuple(_point(t, predicted, answerable) for t in np.arange(0.3, 0.91, 0.05)),
        reliability=tuple(_reliability(predicted, answerable)),
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
