"""What was talked about bears on what is found next."""

from __future__ import annotations

import pytest

from assistant.answer.find import ALIKE, BESIDE
from assistant.domain import Turn
from assistant.pipeline import Assistant

from .samples import MEASURES, OPINIONS, cited

TALKS: tuple[Turn, ...] = (
    ("user", "中央对新任职的下级“一把手”谈话有要求吗？"),
    ("assistant", "《意见》（三）：对下级新任职“一把手”应当开展任职谈话；[1]"),
)


def gained(assistant: Assistant, question: str) -> dict[str, float]:
    """Return by how much articles score more after the talk than without it."""
    alone = {hit.article.id: hit.score for hit in assistant.search(question, limit=100)}
    behind = assistant.search(question, history=TALKS, limit=100)
    differences = {hit.article.id: hit.score - alone[hit.article.id] for hit in behind}
    return {i: gain for i, gain in differences.items() if abs(gain) > 1e-3}


@pytest.mark.parametrize(
    "question", ["信访举报情况也要定期分析研判吗？", "另外，述责述廉报告要不要公开？"]
)
def test_what_adds_to_the_talk_favours_the_article_that_it_was_about(
    assistant: Assistant, question: str
) -> None:
    assert gained(assistant, question) == pytest.approx({f"{OPINIONS}#3": BESIDE}, rel=1e-3)


def test_what_turns_to_another_document_favours_its_like_there_alone(assistant: Assistant) -> None:
    question = "同样是新任职的“一把手”，北京要求开展任职谈话吗？"
    assert gained(assistant, question) == pytest.approx({f"{MEASURES}#6": ALIKE}, rel=1e-3)


def test_what_goes_on_from_nothing_favours_nothing(assistant: Assistant) -> None:
    assert gained(assistant, "信访举报情况多久分析研判一次？") == {}


def test_a_fresh_matter_is_answered_from_its_own_article_though_it_adds_to_the_talk(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("另外，述责述廉报告要不要公开？", history=TALKS)
    assert answer.status == "answered"
    assert f"{OPINIONS}#3" not in cited(answer)[:1]
    assert {f"{OPINIONS}#7", f"{MEASURES}#11"} & set(cited(answer))


def test_the_document_turned_to_is_the_one_that_is_quoted(assistant: Assistant) -> None:
    question = "同样是新任职的“一把手”，北京要求开展任职谈话吗？"
    answer = assistant.ask(question, history=TALKS)
    assert cited(answer)[:1] == [f"{MEASURES}#6"]


def test_what_goes_on_is_answered_with_the_sentence_that_it_asks_for_now(
    assistant: Assistant,
) -> None:
    history: tuple[Turn, ...] = (
        ("user", "纪委书记发现班子成员有苗头性问题怎么办？"),
        ("assistant", "《意见》（十四）：发现有苗头性、倾向性问题的，及时进行提醒。[1]"),
    )
    answer = assistant.ask("如果事情不小，往哪儿报？", history=history)
    assert [citation.number for citation in answer.citations][:1] == [14]
    assert "向上级纪委和同级党委主要负责人报告" in answer.text


def test_how_a_document_is_carried_out_is_found_in_the_one_that_carries_it_out(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("中央《意见》的落实情况，北京怎么检查？")
    assert any("《意见》实施情况纳入" in c.quote for c in answer.citations)


def test_a_part_that_a_question_limits_itself_to_is_answered_from_all_its_articles(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("中央意见讲班子内部同级监督时，给党委（党组）安排了哪些任务？")
    assert {c.article_id for c in answer.citations} == {f"{OPINIONS}#{n}" for n in range(8, 15)}


def test_a_follow_up_on_another_printing_finds_its_like_in_the_other_text(
    assistant: Assistant,
) -> None:
    """The articles of a second printing are not searched, and have no vector of their own."""
    history: tuple[Turn, ...] = (
        ("user", "新华社版第六条怎么写的"),
        ("assistant", "《意见（新华社版）》第六条：……"),
    )
    answer = assistant.ask("北京呢？", history=history)
    assert answer.status == "answered"
    assert {c.document_id for c in answer.citations} == {MEASURES}


TALK: tuple[Turn, ...] = (
    ("user", "下级单位的民主生活会怎么监督？"),
    ("assistant", "组织部门应当会同纪检机关进行督促检查和指导（《意见》第十八条）。"),
)


@pytest.mark.parametrize("question", ["食堂几点开饭", "护照去哪办", "房贷利率多少", "股票能买吗"])
def test_a_short_question_that_has_nothing_to_do_with_the_talk_is_refused(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question, history=TALK)
    assert answer.status == "refused"
    assert not answer.citations
    assert answer.question_used == question


@pytest.mark.parametrize("question", ["没开好会怎样", "谁来检查", "多久一次"])
def test_a_short_question_that_goes_on_is_answered_from_the_talk(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question, history=TALK)
    assert answer.question_used.startswith("下级单位的民主生活会怎么监督")
