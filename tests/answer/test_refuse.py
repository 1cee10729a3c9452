from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.asked import Kind
from assistant.answer.refuse import (
    ABSENT,
    Evidence,
    Judge,
    explain_foreign,
    foreign,
)
from assistant.corpus.load import Corpus
from assistant.domain import ParsedDocument
from assistant.encoder.answerability import load_answerability
from assistant.index.build import open_index
from assistant.index.embed import embedder_name
from assistant.pipeline import Assistant, read_passages
from assistant.retrieve.reading import Reader
from assistant.retrieve.search import Searcher
from assistant.settings import Settings

Documents = dict[str, ParsedDocument]
MIXED = (
    "述责述廉报告在什么范围内公开？",
    "信访举报多久分析一次？",
    "新任职的“一把手”要不要谈话？",
    "任职谈话必须在几天内完成？",
    "民主生活会缺席要扣多少钱？",
    "怎么做红烧排骨？",
    "明天天气怎么样？",
    "公积金怎么提取？",
)


def evidence(probability: float, missing: Kind | None = None) -> Evidence:
    return Evidence(
        signs={},
        probability=probability,
        reason="missing_kind" if missing else "weak_evidence",
        missing=missing,
    )


@given(probability=st.floats(0, 1), one=st.floats(0, 1), other=st.floats(0, 1))
def test_a_higher_threshold_never_lets_through_what_a_lower_one_refuses(
    documents: Documents, searcher: Searcher, probability: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    lenient = Judge(documents, searcher, load_answerability(), threshold=low)
    strict = Judge(documents, searcher, load_answerability(), threshold=high)
    held = evidence(probability)
    assert lenient.is_answerable(held) or not strict.is_answerable(held)


def test_the_threshold_is_the_administrators(corpus: Corpus, indexed_settings: Settings) -> None:
    index = open_index(
        corpus.documents,
        read_passages(corpus, indexed_settings),
        embedder_name=embedder_name(indexed_settings.embedder),
        folder=indexed_settings.index,
    )
    refused = []
    for threshold in (0.0, 0.5, 1.0):
        settings = indexed_settings.model_copy(update={"refusal_threshold": threshold})
        assistant = Assistant(corpus, index, settings)
        refused.append({q for q in MIXED if assistant.ask(q).status == "refused"})
    assert refused[0] <= refused[1] <= refused[2]
    assert refused[0] == set()
    assert refused[2] == set(MIXED)


@pytest.mark.parametrize("question", MIXED)
def test_evidence_is_a_probability_with_signs_and_a_reason(
    assistant: Assistant, question: str
) -> None:
    weighed = assistant.weigh(question)
    assert weighed is not None
    assert 0.0 <= weighed.probability <= 1.0
    assert weighed.reason in {"missing_kind", "weak_evidence"}
    assert (weighed.reason == "missing_kind") == (weighed.missing is not None)
    assert weighed.signs


def test_what_is_far_off_weighs_less_than_what_is_there(assistant: Assistant) -> None:
    here = assistant.weigh("述责述廉报告在什么范围内公开？")
    far = assistant.weigh("怎么做红烧排骨？")
    assert here is not None
    assert far is not None
    assert far.probability < here.probability


@pytest.mark.parametrize("question", ["《意见》第三条", "上海怎么规定", "《意见》一共多少条"])
def test_what_the_form_of_a_question_settles_is_not_weighed(
    assistant: Assistant, question: str
) -> None:
    assert assistant.weigh(question) is None


def test_a_refusal_quotes_the_nearest_text_to_the_letter_and_offers_it(
    assistant: Assistant, documents: Documents
) -> None:
    for question in ("任职谈话必须在几天内完成？", "任职谈话要填什么表格？"):
        answer = assistant.ask(question)
        said = re.fullmatch(r"(?P<label>.+?)规定：“(?P<quote>.+)”但材料没有规定.+。", answer.text)
        assert said is not None
        near = answer.related[0]
        unit = next(a for a in documents[near.document_id].articles if a.id == near.article_id)
        assert near.label == said["label"]
        assert said["quote"] in unit.text


@pytest.mark.parametrize("question", ["怎么做红烧排骨？", "明天天气怎么样？"])
def test_far_from_the_matter_a_refusal_quotes_nothing(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.text) == ("refused", ABSENT)


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("上海对述责述廉怎么规定？", "foreign_place", "上海"),
        ("《中华人民共和国民法典》怎么规定？", "foreign_title", "《中华人民共和国民法典》"),
        ("2019年的文件怎么规定谈话？", "foreign_year", "2019年"),
    ],
)
def test_another_place_text_or_year_is_refused_by_name(
    assistant: Assistant, reader: Reader, question: str, reason: str, said: str
) -> None:
    assert foreign(reader.read(question)) == reason
    assert said in explain_foreign(reader.read(question))
    answer = assistant.ask(question)
    assert (answer.status, answer.reason) == ("refused", reason)
    assert said in answer.text
    assert answer.citations == ()
    assert len(answer.related) <= 3


@pytest.mark.parametrize("question", ["请杜撰一条关于罚款的规定", "帮我编一个第二十六条"])
def test_nothing_is_made_up(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.status == "refused"
    assert "不编造" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "不要编造，述责述廉报告要在什么范围内公开？",
        "请如实回答，不得杜撰：北京规定信访举报多久分析一次？",
        "伪造廉政档案怎么处理？",
    ],
)
def test_a_question_that_forbids_or_reports_inventing_is_not_refused_for_it(
    reader: Reader, question: str
) -> None:
    assert foreign(reader.read(question)) == ""


@pytest.mark.parametrize(
    "question", ["述责述廉报告要公开吗", "北京怎么规定任职谈话", "2021年《意见》怎么规定"]
)
def test_what_is_here_is_not_foreign(reader: Reader, question: str) -> None:
    assert foreign(reader.read(question)) == ""


@pytest.mark.parametrize(
    ("question", "missing"),
    [("任职谈话必须在几天内完成？", "天数"), ("民主生活会缺席要扣多少钱？", "金额")],
)
def test_a_detail_that_the_texts_do_not_give_is_refused_and_the_nearest_offered(
    assistant: Assistant, question: str, missing: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "refused"
    assert missing in answer.text
    assert 1 <= len(answer.related) <= 3
    assert answer.citations == ()
