"""When a fact is due again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.quiz.schedule import (
    AGAIN,
    EASY,
    GOOD,
    HARD,
    due_load,
    end_of_day,
    longest_interval,
    rate_answer,
    review_fact,
)

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
CONTEST = date(2027, 1, 21)


def intervals(*ratings: int, contest_on: date | None = CONTEST) -> list[int]:
    """Return the days between reviews, each done on the day it falls due."""
    card, at, days = None, START, []
    for rating in ratings:
        review = review_fact(
            card,
            rating=rating,
            at=at,
            person="张三",
            fact_id="措施二十四",
            contest_on=contest_on,
            fuzz=False,
        )
        days.append((review.due - at).days)
        card, at = review.card, review.due
    return days


def test_intervals_grow_and_stop_at_half_the_time_to_the_contest() -> None:
    # The figures of the study (fsrs 6.3.2, retention 0.9), the cap shrinking as the day nears.
    assert longest_interval(START, CONTEST) == 30
    assert intervals(GOOD, GOOD) == [2, 11]
    assert max(intervals(*[GOOD] * 6)) <= 30
    assert intervals(*[GOOD] * 5, contest_on=None)[-1] > 60


def test_a_lapse_brings_a_fact_back_soon() -> None:
    assert intervals(AGAIN, GOOD, GOOD) == [1, 2, 6]
    good, again = intervals(GOOD, GOOD, GOOD)[2], intervals(GOOD, GOOD, AGAIN)[2]
    assert again < good


def test_hard_comes_back_before_good_and_good_before_easy() -> None:
    last = [intervals(GOOD, rating, contest_on=None)[-1] for rating in (HARD, GOOD, EASY)]
    assert last == sorted(set(last))


@pytest.mark.parametrize(
    ("facts", "rating"),
    [
        pytest.param({"right": False}, AGAIN, id="wrong"),
        pytest.param({"right": True}, GOOD, id="right"),
        pytest.param({"right": True, "hinted": True}, HARD, id="with a hint"),
        pytest.param({"right": True, "changed": True}, HARD, id="after a change of mind"),
        pytest.param(
            {"right": True, "seconds": 21.0, "usual_seconds": [10.0] * 5}, HARD, id="slow"
        ),
        pytest.param(
            {"right": True, "seconds": 19.0, "usual_seconds": [10.0] * 5}, GOOD, id="not slow"
        ),
        pytest.param(
            {"right": True, "seconds": 90.0, "usual_seconds": [10.0]}, GOOD, id="too few to tell"
        ),
    ],
)
def test_a_rating_is_read_off_how_the_answer_came(
    facts: dict[str, bool | float | list[float]], rating: int
) -> None:
    assert rate_answer(**facts) == rating  # type: ignore[arg-type]


def test_no_answer_is_rated_easy_by_the_program() -> None:
    assert rate_answer(right=True, seconds=0.5, usual_seconds=[30.0] * 9) == GOOD


def test_a_day_ends_at_midnight_in_china() -> None:
    assert end_of_day(START) == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert end_of_day(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == datetime(
        2026, 11, 23, 16, 0, tzinfo=UTC
    )


def test_what_is_late_counts_as_due_today() -> None:
    dues = [START - timedelta(days=5), START, START + timedelta(days=1), START + timedelta(days=40)]
    assert due_load(dues, at=START, days=3) == (2, 1, 0)


def test_a_contest_that_is_over_no_longer_shortens_intervals() -> None:
    assert longest_interval(START, date(2026, 11, 1)) == longest_interval(START, None)
    assert longest_interval(START, date(2026, 11, 23)) == 1
