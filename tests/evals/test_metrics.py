from __future__ import annotations

import math

import pytest

from assistant.domain import Answer, Citation
from assistant.evals.cases import EvalCase
from assistant.evals.metrics import (
    contains_phrase,
    find_faults,
    gold_articles,
    is_verbatim,
    score_answer,
    score_rankings,
)

from .samples import DOCUMENTS, answered, cite, make_case, offer, refused

ADMONISH = "对存在轻微违纪问题的及时予以诫勉。"
PUBLISH = "“一把手”述责述廉报告在一定范围内公开。"
CASE = make_case(due=["opinions#2|measures#2"], key_phrases=["予以诫勉"])
RIGHT = cite("opinions#2", ADMONISH)
WRONG = cite("opinions#3", PUBLISH)


def scores(case: EvalCase, answer: Answer) -> dict[str, float]:
    return score_answer(case, answer, DOCUMENTS)


# --- fully right


def test_phrase_shown_and_place_cited_is_fully_right() -> None:
    assert scores(CASE, answered("及时予以诫勉[1]。", RIGHT))["fully_right"] == 1


def test_either_alternative_is_enough() -> None:
    answer = answered("予以诫勉[1]。", cite("measures#2", ADMONISH))
    assert scores(CASE, answer)["fully_right"] == 1


def test_a_phrase_shown_in_a_quotation_counts() -> None:
    assert scores(CASE, answered("见下列规定[1]。", RIGHT))["fully_right"] == 1


def test_a_missing_phrase_is_not_fully_right_and_is_named() -> None:
    case = make_case(due=["opinions#3"], key_phrases=["在一定范围内公开", "予以诫勉"])
    answer = answered("在一定范围内公开[1]。", cite("opinions#3", PUBLISH))
    assert scores(case, answer)["fully_right"] == 0
    assert find_faults(case, answer, DOCUMENTS).missing_phrases == ("予以诫勉",)


def test_the_right_words_from_the_wrong_article_are_not_fully_right() -> None:
    case = make_case(due=["opinions#2"], key_phrases=["予以诫勉"])
    answer = answered("予以诫勉[1]。", cite("measures#2", ADMONISH))
    assert scores(case, answer)["fully_right"] == 0
    faults = find_faults(case, answer, DOCUMENTS)
    assert faults.missing_places == ("opinions#2",)
    assert faults.wrong_citations == ("若干措施（2）",)


def test_every_group_must_be_cited() -> None:
    case = make_case(due=["opinions#2", "measures#2"], key_phrases=["予以诫勉"])
    result = scores(case, answered("予以诫勉[1]。", RIGHT))
    assert (result["fully_right"], result["citation_recall"]) == (0, 0.5)


def test_half_of_the_citations_may_be_beside_the_point_but_not_more() -> None:
    assert scores(CASE, answered("予以诫勉。", RIGHT, WRONG))["fully_right"] == 1
    assert scores(CASE, answered("予以诫勉。", RIGHT, WRONG, WRONG))["fully_right"] == 0


def test_a_refusal_that_happens_to_contain_everything_is_not_right() -> None:
    answer = Answer("refused", "材料只说予以诫勉。", citations=(RIGHT,))
    assert scores(CASE, answer)["fully_right"] == 0


def test_an_answer_without_citations_is_not_right_and_has_no_precision() -> None:
    result = scores(CASE, answered("予以诫勉。"))
    assert (result["fully_right"], result["citation_recall"]) == (0, 0)
    assert "citation_precision" not in result
    assert "verbatim" not in result


# --- phrases


def test_phrases_are_compared_without_spaces_width_and_quotation_style() -> None:
    assert contains_phrase("每年 至少列席 １ 次", "每年至少列席1次")
    assert contains_phrase("「一把手」", "“一把手”")


def test_a_number_is_not_found_inside_a_longer_number() -> None:
    assert not contains_phrase("2025年印发", "25")
    assert not contains_phrase("共 11次", "1次")
    assert contains_phrase("共25条", "25")


def test_a_marker_is_not_a_number_of_the_answer() -> None:
    case = make_case(due=["opinions"], key_phrases=["3"], about_documents=True)
    source = cite("opinions#1", "强化监督检查。")
    assert scores(case, answered("共有若干条[3]。", source))["fully_right"] == 0
    assert scores(case, answered("共有3条[1]。", source))["fully_right"] == 1


# --- facts about documents


def test_about_documents_any_place_of_the_document_may_be_cited() -> None:
    case = make_case(due=["opinions"], key_phrases=["3条"], about_documents=True)
    assert scores(case, answered("共3条[1]。", WRONG))["fully_right"] == 1
    assert scores(case, answered("共3条。", cite("measures#2", ADMONISH)))["fully_right"] == 0


def test_about_documents_the_text_itself_must_say_it() -> None:
    case = make_case(due=["opinions"], key_phrases=["诫勉"], about_documents=True)
    assert scores(case, answered("见引文[1]。", RIGHT))["fully_right"] == 0


def test_a_bare_place_is_not_met_by_a_numbered_article_otherwise() -> None:
    case = make_case(due=["opinions"], key_phrases=["予以诫勉"])
    assert scores(case, answered("予以诫勉[1]。", RIGHT))["citation_recall"] == 0
    preamble = cite("opinions", "任务依然十分紧迫。")
    assert scores(case, answered("予以诫勉[1]。", preamble))["citation_recall"] == 1


# --- citations


def test_precision_counts_what_is_due_and_what_is_also_legitimate() -> None:
    case = make_case(due=["opinions#2"], also=["measures#2"], key_phrases=["予以诫勉"])
    answer = answered("予以诫勉。", RIGHT, cite("measures#2", ADMONISH), WRONG, WRONG)
    assert scores(case, answer)["citation_precision"] == 0.5


def test_a_quotation_is_verbatim_only_at_its_span() -> None:
    assert is_verbatim(RIGHT, DOCUMENTS)
    assert not is_verbatim(cite("opinions#2", ADMONISH, shift=1), DOCUMENTS)


def test_a_quotation_from_outside_the_credited_article_is_not_verbatim() -> None:
    stray = cite("opinions#3", PUBLISH)
    credited = Citation(
        1, "opinions", "opinions#2", 2, "意见（2）", stray.quote, stray.start, stray.end
    )
    assert not is_verbatim(credited, DOCUMENTS)


def test_an_empty_quotation_and_an_unknown_document_are_not_verbatim() -> None:
    empty = Citation(1, "opinions", "opinions#2", 2, "意见（2）", "", 0, 0)
    unknown = Citation(1, "statutes", "statutes#2", 2, "条例（2）", "诫勉", 0, 2)
    assert not is_verbatim(empty, DOCUMENTS)
    assert not is_verbatim(unknown, DOCUMENTS)


def test_a_title_can_be_quoted_though_it_belongs_to_no_article() -> None:
    text = DOCUMENTS[0].document.text
    title = "关于加强对“一把手”和领导班子监督的意见"
    start = text.index(title)
    citation = Citation(1, "opinions", "opinions", None, "意见", title, start, start + len(title))
    assert is_verbatim(citation, DOCUMENTS)


def test_the_verbatim_rate_is_the_share_of_quotations() -> None:
    answer = answered("予以诫勉。", RIGHT, cite("opinions#2", ADMONISH, shift=2))
    assert scores(CASE, answer)["verbatim"] == 0.5
    assert find_faults(CASE, answer, DOCUMENTS).altered_quotes == (ADMONISH,)


# --- refusals and asking back


def test_refusing_what_cannot_be_answered_is_right() -> None:
    result = scores(make_case(kind="unanswerable_far"), refused())
    assert result == {"right": 1, "refusal_recall": 1, "refusal_precision": 1}


def test_answering_or_asking_back_what_cannot_be_answered_is_wrong() -> None:
    case = make_case(kind="unanswerable_near")
    for answer in (answered("罚款两百元[1]。", RIGHT), Answer("clarify", "请问哪一份？")):
        result = scores(case, answer)
        assert (result["right"], result["refusal_recall"]) == (0, 0)
        assert "refusal_precision" not in result


def test_refusing_what_can_be_answered_costs_refusal_precision() -> None:
    result = scores(CASE, refused())
    assert (result["answerable_refused"], result["refusal_precision"]) == (1, 0)
    assert "characters" not in result


def test_a_nearest_case_asks_for_refusal_and_for_the_nearest_text() -> None:
    case = make_case(kind="unanswerable_nearest", also=["measures#1"])
    offered = scores(case, refused(offer("measures#1")))
    elsewhere = scores(case, refused(offer("opinions#3")))
    assert (offered["nearest_refused"], offered["nearest_offered"]) == (1, 1)
    assert elsewhere["nearest_offered"] == 0
    assert "nearest_offered" not in scores(case, answered("提前三天[1]。", RIGHT))


def test_an_ambiguous_address_must_be_asked_back() -> None:
    case = make_case(kind="clarify", also=["opinions#2", "measures#2"])
    assert scores(case, Answer("clarify", "请选择。"))["clarified"] == 1
    assert scores(case, answered("予以诫勉[1]。", RIGHT))["clarified"] == 0
    assert scores(case, refused())["refusal_precision"] == 0


def test_asking_back_without_need_is_counted() -> None:
    result = scores(CASE, Answer("clarify", "请选择。"))
    assert (result["answerable_asked_back"], result["answerable_refused"]) == (1, 0)
    assert (result["right"], result["citation_recall"]) == (0, 0)


# --- retrieval


def test_gold_is_a_set_of_articles_for_each_group() -> None:
    case = make_case(due=["opinions#2|measures#2", "opinions"], key_phrases=["薄弱环节"])
    first, second = gold_articles(case, DOCUMENTS)
    assert first == {"opinions#2", "measures#2"}
    assert len(second) == 1


@pytest.mark.parametrize(
    "case",
    [
        make_case(kind="unanswerable_far"),
        make_case(due=["opinions"], key_phrases=["3"], about_documents=True),
        make_case(due=["opinions"], key_phrases=["加强对“一把手”的监督"], kind="lookup_part"),
    ],
)
def test_search_has_no_target_where_no_article_is_meant(case: EvalCase) -> None:
    assert gold_articles(case, DOCUMENTS) == ()


def rank(ranking: list[str], *groups: set[str]) -> dict[str, float]:
    return score_rankings({"q": ranking}, {"q": [frozenset(group) for group in groups]})["q"]


def test_the_gold_article_first_scores_one_throughout() -> None:
    assert set(rank(["a", "b"], {"a"}).values()) == {1}


def test_the_gold_article_third_scores_by_its_rank() -> None:
    result = rank(["x", "y", "a", "z"], {"a"})
    assert (result["success_at_1"], result["recall_at_1"], result["recall_at_3"]) == (0, 0, 1)
    assert result["mrr"] == pytest.approx(1 / 3)
    assert result["ndcg_at_10"] == pytest.approx(1 / math.log2(4))


def test_a_group_counts_once_at_its_first_alternative() -> None:
    result = rank(["b", "a", "c"], {"a", "b"}, {"c"})
    assert (result["recall_at_1"], result["recall_at_3"], result["mrr"]) == (0.5, 1, 1)


def test_one_of_several_due_articles_first_is_a_success() -> None:
    assert rank(["c", "x", "a"], {"a"}, {"c"})["success_at_1"] == 1


def test_what_ranks_below_ten_is_not_found() -> None:
    ranking = [f"x{n}" for n in range(10)] + ["a"]
    assert set(rank(ranking, {"a"}).values()) == {0}


def test_a_search_that_finds_nothing_scores_zero_and_not_nothing() -> None:
    assert set(rank([], {"a"}).values()) == {0}
    assert len(rank([], {"a"})) == 8


def test_a_case_without_a_target_has_no_retrieval_score() -> None:
    assert score_rankings({"q": ["a"]}, {}) == {}
