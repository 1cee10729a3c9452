"""The checker: each rule turns away the fault that it is for; figures are what they say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from assistant.quiz.check import Checker, Target, is_found, twins
from assistant.quiz.check_item import Rule, pieces, statement_of
from assistant.quiz.items import Item, ItemType, Option


@pytest.fixture
def single(shipped: tuple[Item, ...]) -> Item:
    """每季度对信访举报情况开展分析研判, as a single choice."""
    return next(
        item
        for item in shipped
        if item.pattern == "frequency"
        and item.type is ItemType.SINGLE
        and item.right_texts == ("每季度",)
        and "信访举报情况" in item.stem
    )


def rules(checker: Checker, item: Item) -> set[Rule]:
    return {fault.rule for fault in checker.faults(item)}


def wrong_letter(item: Item) -> str:
    return next(o.letter for o in item.options if o.letter not in item.answer)


def with_option(item: Item, letter: str, text: str) -> Item:
    options = tuple(Option(letter, text) if o.letter == letter else o for o in item.options)
    return replace(item, options=options)


def test_a_sound_item_has_no_fault(checker: Checker, single: Item) -> None:
    assert checker.faults(single) == []


def test_a_changed_sentence_is_found(checker: Checker, single: Item) -> None:
    basis = replace(single.basis[0], sentence=single.basis[0].sentence.replace("季度", "月"))
    assert Rule.SOURCE in rules(checker, replace(single, basis=(basis,)))


def test_a_sentence_of_another_article_is_found(checker: Checker, single: Item) -> None:
    basis = replace(single.basis[0], article_id="beijing-measures-2021#23")
    assert Rule.SOURCE in rules(checker, replace(single, basis=(basis,)))


def test_words_on_which_printings_differ_are_found(
    checker: Checker, shipped: tuple[Item, ...]
) -> None:
    item = next(i for i in shipped if i.basis[0].article_id == "opinions-2021#20")
    sentence = "纪检机关、组织部门应当对信访举报情况定期开展分析研判"
    basis = replace(item.basis[0], quote=sentence, sentence=item.basis[0].sentence)
    assert Rule.EDITIONS in rules(checker, replace(item, basis=(basis,)))


def test_a_key_that_the_source_does_not_have_is_found(checker: Checker, single: Item) -> None:
    evidence = ((single.answer[0], "应当每周对信访举报情况开展分析研判"),)
    assert Rule.KEY in rules(checker, replace(single, key_evidence=evidence))


def test_a_wrong_option_without_a_refutation_is_found(checker: Checker, single: Item) -> None:
    assert Rule.REFUTED in rules(checker, replace(single, refute=()))


def test_a_refutation_that_is_not_so_is_found(checker: Checker, single: Item) -> None:
    letter = wrong_letter(single)
    refute = dict(single.refute) | {letter: "北京《若干措施》全文未出现“每年”"}
    assert Rule.REFUTED in rules(checker, replace(single, refute=tuple(refute.items())))


def test_a_wrong_option_that_is_right_is_found(checker: Checker, shipped: tuple[Item, ...]) -> None:
    item = next(i for i in shipped if i.type is ItemType.SINGLE and i.right_texts == ("上级纪委",))
    swapped = with_option(item, wrong_letter(item), "上级纪委")
    assert Rule.TRUE_ELSEWHERE in rules(checker, swapped)
    assert Rule.OPTIONS in rules(checker, swapped)


def test_two_names_of_one_body_are_found(checker: Checker, shipped: tuple[Item, ...]) -> None:
    item = next(i for i in shipped if i.pattern == "subject" and i.right_texts == ("纪检监察机关",))
    assert Rule.OPTIONS in rules(checker, with_option(item, wrong_letter(item), "纪委"))


@pytest.mark.parametrize(
    ("stem", "rule"),
    [
        pytest.param("应当（　　）对信访举报情况开展分析研判。", Rule.NAMED, id="no document"),
        pytest.param(
            "根据北京《若干措施》，该机关应当（　　）开展分析研判。", Rule.SELF_CONTAINED, id="该"
        ),
        pytest.param(
            "根据北京《若干措施》，应当对信访举报情况开展分析研判。",
            Rule.SELF_CONTAINED,
            id="no blank",
        ),
        pytest.param(
            "根据北京《若干措施》，每季度应当（　　）开展分析研判。", Rule.LEAK, id="the key"
        ),
        pytest.param(
            "根据北京《若干措施》，月度工作点评会应当（　　）召开。", Rule.BLACKLIST, id="refused"
        ),
    ],
)
def test_a_stem_that_cannot_be_asked_is_found(
    stem: str, rule: Rule, checker: Checker, single: Item
) -> None:
    assert rule in rules(checker, replace(single, stem=stem))


def test_the_same_question_of_another_fact_is_a_twin(single: Item) -> None:
    other = replace(single, id="other", fact_id="other")
    assert twins([single, other]) == [(single.id, "other")]


def test_a_bank_whose_keys_are_all_a_is_guessable(
    checker: Checker, shipped: tuple[Item, ...]
) -> None:
    singles = [i for i in shipped if i.type is ItemType.SINGLE and i.answer == ("A",)]
    failed = {m.name for m in checker.check_bank(singles).metrics if not m.met}
    assert "单选答案同一字母最大占比" in failed
    assert "条文覆盖率" in failed


def test_a_paper_with_one_fact_twice_is_turned_away(checker: Checker, single: Item) -> None:
    paper = [single, replace(single, id="again")]
    report = checker.check_paper(paper, wanted=Counter({ItemType.SINGLE: 3}))
    failed = {metric.name for metric in report.metrics if not metric.met}
    assert {"同一知识点重复", "重复题", "与方案不符的题数"} <= failed


def test_shares_of_too_few_questions_are_not_judged(checker: Checker, single: Item) -> None:
    figures = {metric.name: metric for metric in checker.check_bank([single]).metrics}
    assert figures["判断题正确占比"].value is None
    assert figures["判断题正确占比"].shown == "—"
    assert figures["判断题正确占比"].met


def test_search_has_to_find_the_article_from_the_stem_alone(single: Item) -> None:
    article = single.basis[0].article_id
    asked: list[str] = []

    def search(question: str) -> list[str]:
        asked.append(question)
        return ["opinions-2021#1", article]

    assert is_found(single, search)
    assert not is_found(single, lambda _: ["opinions-2021#1"])
    assert "（　　）" not in asked[0]
    assert "每季度" not in asked[0]


@pytest.mark.parametrize(
    ("stem", "statement"),
    [
        ("根据中央《意见》，党委要重视信访举报工作。", "党委要重视信访举报工作"),
        ("北京《若干措施》规定，党委（党组）要带头。", "党委（党组）要带头"),
        (
            "根据中央《意见》关于“发现问题，及时报告”的规定，不按要求报告的，（　　）。",
            "不按要求报告的，（　　）",
        ),
        ("根据《监察法》第四十八条的规定，留置时间不得超过（　　）。", "留置时间不得超过（　　）"),
    ],
)
def test_what_a_stem_states(stem: str, statement: str) -> None:
    assert statement_of(stem) == statement


def test_how_many_verbatim_stretches_a_text_has() -> None:
    source = "上级“一把手”要将监督情况作为重点内容；对下级新任职“一把手”应当开展任职谈话。"
    assert pieces("上级“一把手”对下级新任职“一把手”应当开展任职谈话", source) == 2
    assert pieces("上级“一把手”应当罢免下级", source) == 99


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(least=0.95), 0.95, True),
        (Target(least=0.95), 0.94, False),
        (Target(most=0), 0, True),
        (Target(most=0), 1, False),
        (Target(0.45, 0.55), 0.6, False),
    ],
)
def test_when_a_target_is_met(target: Target, value: float, met: bool) -> None:
    assert target.met(value) is met
