from __future__ import annotations

import pytest

from assistant.encoder.answerability import load_answerability

TALKS = (
    "建立健全述责述廉制度。上级党组织应当每年听取下级“一把手”述责述廉，"
    "述责述廉报告在一定范围内公开，由纪委会同组织部门在会后十五日内把评议意见反馈本人。"
)


@pytest.mark.parametrize(
    ("given", "lacking"),
    [
        ("述责述廉多久听一次", "述责述廉报告要写多少字"),
        ("评议意见由谁反馈给本人", "述责述廉大会由谁主持"),
        ("评议意见几天之内反馈", "述责述廉报告提前几天交"),
    ],
)
def test_a_detail_that_the_passage_gives_scores_above_one_that_it_does_not(
    given: str, lacking: str
) -> None:
    answers = load_answerability()
    assert answers(given, TALKS) > answers(lacking, TALKS)


def test_a_question_on_another_matter_is_not_answered() -> None:
    assert load_answerability()("食堂几点开饭", TALKS) < 0


@pytest.mark.parametrize("question", ["", "？", "谁" * 500])
def test_odd_questions_are_read_too(question: str) -> None:
    assert load_answerability()(question, TALKS * 20) < 5
