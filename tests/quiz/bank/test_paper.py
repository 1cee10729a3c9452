"""Papers: drawn by a plan from a seed, A and B without a fact in common."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.errors import QuizError
from assistant.quiz.check import Checker
from assistant.quiz.items import Item, ItemType
from assistant.quiz.paper import PLANS, Plan, draw_papers, section_heading, sentences_of

SEED = 5
MOCK = PLANS["mock"]


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_each_plan_can_be_drawn_from_the_shipped_bank(
    plan: Plan, shipped: tuple[Item, ...]
) -> None:
    (paper,) = draw_papers(shipped, plan, seed=SEED, copies=1)
    assert {s.type: len(s.items) for s in paper.sections} == dict(plan.wanted)
    assert paper.total == 100


def test_papers_a_and_b_share_no_fact_and_no_two_items_of_one_share_a_sentence(
    shipped: tuple[Item, ...],
) -> None:
    first, second = draw_papers(shipped, MOCK, seed=SEED)
    assert (first.name, second.name) == ("模拟卷（A卷）", "模拟卷（B卷）")
    facts = [{item.fact_id for item in paper.items} for paper in (first, second)]
    assert not facts[0] & facts[1]
    for paper in (first, second):
        spots = [spot for item in paper.items for spot in set(sentences_of(item))]
        assert len(spots) == len(set(spots))


def test_the_footer_is_enough_to_draw_the_same_paper_again(shipped: tuple[Item, ...]) -> None:
    first = draw_papers(shipped, MOCK, seed=SEED)
    again = draw_papers(shipped, MOCK, seed=SEED)
    assert first == again
    assert draw_papers(shipped, MOCK, seed=SEED + 1) != first
    assert f"种子 {SEED}" in first[0].imprint
    assert first[0].bank_version in first[0].imprint
    assert first[1].imprint.endswith("B卷")


def test_a_drawn_paper_meets_the_targets_of_papers(
    checker: Checker, shipped: tuple[Item, ...]
) -> None:
    def accept(items: Sequence[Item]) -> bool:
        return checker.check_paper(items, wanted=MOCK.wanted).passed

    for paper in draw_papers(shipped, MOCK, seed=SEED, accept=accept):
        report = checker.check_paper(paper.items, wanted=MOCK.wanted)
        assert [metric.name for metric in report.metrics if not metric.met] == []


def test_a_bank_that_is_too_small_is_told_with_its_stock(shipped: tuple[Item, ...]) -> None:
    with pytest.raises(QuizError, match=r"题库抽不出2份.*启用的题目有单项选择题20道"):
        draw_papers([i for i in shipped if i.type is ItemType.SINGLE][:20], MOCK, seed=SEED)


def test_headings_say_what_a_section_is_worth(shipped: tuple[Item, ...]) -> None:
    paper, _ = draw_papers(shipped, MOCK, seed=SEED)
    heading = section_heading(2, paper.sections[1], rule="多选、少选、错选均不得分")
    assert heading == "二、多项选择题（共10题，每题3分，共30分。多选、少选、错选均不得分）"
