"""What an answer is worth, by the rules that papers print."""

from __future__ import annotations

import pytest
from tests.quiz.serving import SAMPLES

from assistant.quiz.bank import load_bank
from assistant.quiz.items import ItemType
from assistant.quiz.scoring import (
    MultipleRule,
    Rule,
    Verdict,
    judge_answer,
    plain_words,
    rank_scores,
    section_points,
    settle_short,
)

ITEMS = {item.id: item for item in load_bank(SAMPLES)}
STRICT = Rule()
HALF = Rule(multiple=MultipleRule.HALF_EACH)
SHARE = Rule(multiple=MultipleRule.PROPORTIONAL)


@pytest.mark.parametrize(
    ("rule", "given", "points"),
    [
        pytest.param(STRICT, "ACE", 3, id="exactly the key"),
        pytest.param(STRICT, "AC", 0, id="strict: too few"),
        pytest.param(STRICT, "ABCE", 0, id="strict: too many"),
        pytest.param(HALF, "AC", 1, id="half a point for each right one"),
        pytest.param(HALF, "AB", 0, id="half: one wrong spoils all"),
        pytest.param(SHARE, "AC", 2, id="proportional"),
        pytest.param(SHARE, "A", 1, id="proportional: one of three"),
        pytest.param(SHARE, "ABCE", 0, id="proportional: one wrong spoils all"),
    ],
)
def test_a_multiple_choice_is_scored_by_the_rule_of_its_paper(
    rule: Rule, given: str, points: float
) -> None:
    item = ITEMS["M03"]
    assert item.answer == ("A", "C", "E")
    verdict = judge_answer(item, tuple(given), rule=rule)
    assert (verdict.points, verdict.best, verdict.right) == (points, 3, given == "ACE")


def test_a_wrong_judgement_costs_what_the_rule_says_and_a_blank_nothing() -> None:
    rule = Rule(judge_penalty=0.5)
    item = ITEMS["J01"]
    assert judge_answer(item, ("T",), rule=rule).points == -0.5
    assert judge_answer(item, None, rule=rule).points == 0
    assert judge_answer(item, ("F",), rule=rule).points == 1
    assert judge_answer(ITEMS["S01"], ("A",), rule=rule).points == 0


def test_penalties_never_take_a_section_below_zero() -> None:
    assert section_points([Verdict(False, -1, 1), Verdict(True, 1, 1)]) == 0
    assert section_points([Verdict(False, -1, 1), Verdict(False, -1, 1)]) == 0


@pytest.mark.parametrize(
    ("given", "points", "parts"),
    [
        pytest.param(("1", "三重一大"), 2, (True, True), id="as printed"),
        pytest.param(("１", "“三重一大”"), 2, (True, True), id="full width and quotation marks"),
        pytest.param(("一", " 三重 一大 "), 2, (True, True), id="Chinese numeral and spaces"),
        pytest.param(("2", "三重一大"), 1, (False, True), id="one blank wrong"),
        pytest.param(("三重一大", "1"), 0, (False, False), id="the order counts"),
        pytest.param(("1",), 1, (True, False), id="one blank left empty"),
        pytest.param(("", " "), 0, (False, False), id="nothing"),
    ],
)
def test_blanks_are_compared_without_regard_to_width_marks_and_numerals(
    given: tuple[str, ...], points: float, parts: tuple[bool, ...]
) -> None:
    verdict = judge_answer(ITEMS["F04"], given, rule=STRICT)
    assert (verdict.points, verdict.parts) == (points, parts)


def test_words_that_differ_stay_different_after_normalising() -> None:
    assert plain_words("每季度") != plain_words("每半年")
    assert plain_words("十二") == plain_words("12")
    assert plain_words("第（二十四）条") == plain_words("第24条")


def test_a_short_answer_is_proposed_by_keywords_and_settled_by_its_writer() -> None:
    item = ITEMS["A01"]
    assert item.type is ItemType.SHORT
    proposed = judge_answer(item, ("要对党忠诚；落实主体责任。",), rule=STRICT)
    assert proposed.parts == (True, False, False, True, False)
    assert (proposed.points, proposed.best, proposed.right) == (4, 10, False)
    settled = settle_short(item, (True,) * 5)
    assert (settled.points, settled.right) == (10, True)


def test_a_paper_may_give_a_question_other_points_than_its_own() -> None:
    assert judge_answer(ITEMS["S01"], ("B",), rule=STRICT, best=1.5).points == 1.5


def test_equal_scores_share_a_rank_and_the_next_is_skipped() -> None:
    assert rank_scores([7, 10, 10, 3]) == (3, 1, 1, 4)


def test_every_rule_says_in_chinese_what_it_does() -> None:
    assert STRICT.words(ItemType.MULTIPLE) == "多选、少选、错选均不得分"
    assert Rule(judge_penalty=0.5).words(ItemType.JUDGE) == "判断错误扣0.5分，不答不扣分"
