from __future__ import annotations

import pytest

from assistant.evals.summary import (
    MEASURES,
    CaseResult,
    bootstrap_interval,
    group_results,
    measure_results,
    median,
    percentile_95,
    summarise,
)

from .samples import answered, make_case, refused

BY_NAME = {measure.name: measure for measure in MEASURES}


def result(*, kind: str = "fact", failure: str = "", **scores: float) -> CaseResult:
    due = [] if kind.startswith("unanswerable") else ["opinions#2"]
    case = make_case(kind=kind, due=due, key_phrases=["予以诫勉"] if due else [])
    answer = None if failure else answered("予以诫勉。") if due else refused()
    return CaseResult(case, answer, scores=scores, failure=failure)


def test_a_figure_is_the_mean_over_eligible_cases_only() -> None:
    results = [result(citation_precision=1.0), result(citation_precision=0.5), result()]
    figure = measure_results(results, BY_NAME["citation_precision"])
    assert (figure.value, figure.cases, figure.failures) == (0.75, 2, 0)


def test_a_failure_is_counted_beside_the_mean_and_not_in_it() -> None:
    results = [result(fully_right=1.0), result(failure="KeyError: 'x'")]
    figure = measure_results(results, BY_NAME["fully_right"])
    assert (figure.value, figure.cases, figure.failures) == (1.0, 1, 1)


def test_a_failure_counts_only_for_the_measures_that_concern_its_case() -> None:
    results = [result(kind="unanswerable_far", failure="KeyError: 'x'")]
    assert measure_results(results, BY_NAME["refusal_recall"]).failures == 1
    assert measure_results(results, BY_NAME["fully_right"]).failures == 0


def test_without_an_eligible_case_there_is_no_figure() -> None:
    figure = measure_results([result(fully_right=1.0)], BY_NAME["clarified"])
    assert (figure.value, figure.low, figure.high, figure.cases) == (None, None, None, 0)


def test_length_leaves_out_what_is_asked_to_be_read_at_length() -> None:
    results = [result(characters=100.0), result(kind="lookup_article", characters=900.0)]
    figures = summarise(results)
    assert figures["characters_median"].value == 500
    assert figures["brief_characters_median"].value == 100


def test_median_and_95th_percentile_of_latency() -> None:
    results = [result(latency_ms=float(n)) for n in range(1, 102)]
    figures = summarise(results)
    assert figures["latency_median"].value == 51
    assert figures["latency_p95"].value == 96


def test_the_interval_surrounds_the_value_and_narrows_with_more_cases() -> None:
    few = bootstrap_interval([1.0] * 7 + [0.0] * 3)
    many = bootstrap_interval([1.0] * 700 + [0.0] * 300)
    assert few[0] < 0.7 < few[1]
    assert many[0] < 0.7 < many[1]
    assert many[1] - many[0] < few[1] - few[0]


def test_the_interval_of_a_share_agrees_with_the_normal_one() -> None:
    low, high = bootstrap_interval([1.0] * 700 + [0.0] * 300)
    assert (low, high) == pytest.approx((0.7 - 0.0284, 0.7 + 0.0284), abs=0.004)


def test_the_interval_is_the_same_on_every_run() -> None:
    values = [0.0, 1.0, 1.0, 0.5]
    assert bootstrap_interval(values) == bootstrap_interval(values)


def test_intervals_are_taken_for_other_statistics_too() -> None:
    values = [float(n) for n in range(101)]
    low, high = bootstrap_interval(values, median)
    assert low < 50 < high
    low, high = bootstrap_interval(values, percentile_95)
    assert 80 < low < high <= 100


def test_results_are_grouped_in_order_of_appearance() -> None:
    results = [result(kind="who"), result(kind="fact"), result(kind="who")]
    groups = group_results(results, lambda case: case.kind)
    assert {kind: len(members) for kind, members in groups.items()} == {"who": 2, "fact": 1}
    assert list(groups) == ["who", "fact"]


def test_a_failed_and_a_wrong_case_are_missed() -> None:
    assert result(failure="KeyError: 'x'").missed
    assert result(right=0.0).missed
    assert not result(right=1.0).missed
