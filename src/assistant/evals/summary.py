"""Many results → figures: one number a measure, with its interval and what is missing from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Answer, Hit
from assistant.evals.cases import EvalCase
from assistant.evals.metrics import Findings, Scores

RESAMPLES = 2000
_SEED = 20210601

Numbers = NDArray[np.float64]
Statistic = Callable[[Numbers], Numbers]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What the assistant did with one case, and what that is worth."""

    case: EvalCase
    answer: Answer | None
    """None when asking failed."""
    hits: tuple[Hit, ...] = ()
    scores: Scores = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    failure: str = ""
    """Why there is no answer; a failure has no scores."""

    @property
    def missed(self) -> bool:
        """Whether it failed or is not right."""
        return bool(self.failure) or self.scores.get("right") != 1.0


def mean(values: Numbers) -> Numbers:
    """Return the mean over the last axis."""
    return np.asarray(np.mean(values, axis=-1))


def median(values: Numbers) -> Numbers:
    """Return the median over the last axis."""
    return np.asarray(np.median(values, axis=-1))


def percentile_95(values: Numbers) -> Numbers:
    """Return the 95th percentile over the last axis."""
    return np.asarray(np.percentile(values, 95, axis=-1))


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the result: a statistic of one score over the cases that it concerns."""

    name: str
    label: str
    score: str
    concerns: Callable[[EvalCase], bool]
    statistic: Statistic = mean
    unit: Literal["share", "characters", "ms"] = "share"
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value over ``cases`` scores, its 95% interval, and the failures beside it."""

    value: float | None
    low: float | None
    high: float | None
    cases: int
    failures: int


def _any(case: EvalCase) -> bool:
    return True


def _answerable(case: EvalCase) -> bool:
    return case.expect == "answered"


def _unanswerable(case: EvalCase) -> bool:
    return case.expect == "refused"


def _nearest(case: EvalCase) -> bool:
    return case.kind == "unanswerable_nearest"


def _ambiguous(case: EvalCase) -> bool:
    return case.expect == "clarify"


def _located(case: EvalCase) -> bool:
    return _answerable(case) and not case.about_documents


def _brief(case: EvalCase) -> bool:
    # These are asked in order to read at length.
    return _answerable(case) and case.kind not in ("lookup_article", "lookup_part", "overview")


def _share(
    name: str, label: str, concerns: Callable[[EvalCase], bool], *, lower_is_better: bool = False
) -> Measure:
    return Measure(name, label, name, concerns, lower_is_better=lower_is_better)


def _length(
    name: str, label: str, concerns: Callable[[EvalCase], bool], statistic: Statistic
) -> Measure:
    return Measure(name, label, "characters", concerns, statistic, "characters", True)


def _latency(name: str, label: str, statistic: Statistic) -> Measure:
    return Measure(name, label, "latency_ms", _any, statistic, "ms", True)


MEASURES = (
    _share("right", "总体正确率（含应拒答、应反问）", _any),
    _share("fully_right", "完全正确率", _answerable),
    _share("citation_precision", "引用准确率", _answerable),
    _share("citation_recall", "引用完整率", _answerable),
    _share("verbatim", "引文逐字一致率", _any),
    _share("refusal_precision", "拒答准确率", _any),
    _share("refusal_recall", "应拒尽拒率", _unanswerable),
    _share("answerable_refused", "误拒率", _answerable, lower_is_better=True),
    _share("nearest_refused", "同题缺细节的拒答率", _nearest),
    _share("nearest_offered", "拒答时给出最相近条文", _nearest),
    _share("clarified", "指代不明时反问率", _ambiguous),
    _share("answerable_asked_back", "不必要的反问率", _answerable, lower_is_better=True),
    _share("success_at_1", "应引条文排第一", _located),
    _share("success_at_5", "应引条文在前五", _located),
    _share("recall_at_1", "前1条召回率", _located),
    _share("recall_at_3", "前3条召回率", _located),
    _share("recall_at_5", "前5条召回率", _located),
    _share("recall_at_10", "前10条召回率", _located),
    _share("mrr", "首个应引条文倒数排名（MRR@10）", _located),
    _share("ndcg_at_10", "排序质量（nDCG@10）", _located),
    _length("characters_median", "答复字数：中位数", _answerable, median),
    _length("characters_p95", "答复字数：95%分位", _answerable, percentile_95),
    _length("brief_characters_median", "答复字数（查找、概括除外）：中位数", _brief, median),
    _length("brief_characters_p95", "答复字数（查找、概括除外）：95%分位", _brief, percentile_95),
    _latency("latency_median", "用时：中位数", median),
    _latency("latency_p95", "用时：95%分位", percentile_95),
    Measure("first_median", "见到模型文字：中位数", "first_ms", _any, median, "ms", True),
    _share("worded", "起草的题中采用模型措辞", _any),
    _share("borne_out", "模型措辞的答复逐句有据", _any),
)


def bootstrap_interval(
    values: Sequence[float], statistic: Statistic = mean, *, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Return the 95% percentile-bootstrap interval of a statistic, the same on every run."""
    sample = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(_SEED).integers(sample.size, size=(resamples, sample.size))
    low, high = np.percentile(statistic(sample[picks]), [2.5, 97.5])
    return float(low), float(high)


def measure_results(results: Sequence[CaseResult], measure: Measure) -> Figure:
    """Return one figure. Without an eligible case its value is None."""
    concerned = [result for result in results if measure.concerns(result.case)]
    failures = sum(bool(result.failure) for result in concerned)
    values = [r.scores[measure.score] for r in concerned if measure.score in r.scores]
    if not values:
        return Figure(None, None, None, 0, failures)
    low, high = bootstrap_interval(values, measure.statistic)
    value = float(measure.statistic(np.asarray(values, dtype=np.float64)))
    return Figure(value, low, high, len(values), failures)


def summarise(results: Sequence[CaseResult]) -> dict[str, Figure]:
    """Return the figure of every measure, by name."""
    return {measure.name: measure_results(results, measure) for measure in MEASURES}


def group_results(
    results: Sequence[CaseResult], key: Callable[[EvalCase], str]
) -> Mapping[str, tuple[CaseResult, ...]]:
    """Return the results by a property of their case, in order of first appearance."""
    groups: dict[str, list[CaseResult]] = {}
    for result in results:
        groups.setdefault(key(result.case), []).append(result)
    return {name: tuple(members) for name, members in groups.items()}
