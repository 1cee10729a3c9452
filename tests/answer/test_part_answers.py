"""Questions of several parts: each is answered, and where it is answered."""

from __future__ import annotations

from itertools import pairwise

import pytest

from assistant.domain import ParsedDocument
from assistant.pipeline import Assistant

from .samples import MEASURES, OPINIONS, cited, quoted


@pytest.mark.parametrize(
    ("question", "due", "phrases"),
    [
        pytest.param(
            "北京对三件事怎么要求：信访举报多久分析一次？现场述责述廉怎么安排？"
            "市管干部个人有关事项抽查多少？",
            {f"{MEASURES}#24", f"{MEASURES}#11", f"{MEASURES}#20"},
            ("每季度", "一定比例", "10%"),
            id="said before all",
        ),
        pytest.param(
            "中央怎么防一把手搞一言堂？巡视巡察的时候又把他放在什么位置上？",
            {f"{OPINIONS}#5", f"{OPINIONS}#6"},
            ("监督重点",),
            id="two sentences",
        ),
        pytest.param(
            "政商交往的清单在北京由谁来建？另外，纪检机关对查办的腐败案件做完分析要报给谁？",
            {f"{MEASURES}#21", f"{MEASURES}#19"},
            ("正负面清单",),
            id="one more thing",
        ),
        pytest.param(
            "列表用：北京规定的列席下级党委常委会、与下级一把手谈心谈话，每年至少各几次？"
            "各区党政正职个人事项查核的覆盖面又是多少？",
            {f"{MEASURES}#8", f"{MEASURES}#10", f"{MEASURES}#20"},
            ("每年至少列席1次", "全覆盖查核"),
            id="listed",
        ),
        pytest.param(
            "上级书记找下级书记的监督谈话多久一次，纪委、组织部领导找他谈心呢",
            {f"{MEASURES}#10"},
            ("开展1次谈心谈话", "定期开展监督谈话"),
            id="another clause",
        ),
    ],
)
def test_each_part_is_answered_from_the_article_that_answers_it(
    assistant: Assistant, question: str, due: set[str], phrases: tuple[str, ...]
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert due <= set(cited(answer))
    assert all(phrase in quoted(answer) for phrase in phrases)


def test_what_is_asked_of_several_things_and_not_in_the_texts_is_said(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("任职谈话是不是全覆盖？纪委每年列席几次党委会？谈话记录保存几年？")
    assert set(cited(answer)) == {f"{MEASURES}#6", f"{MEASURES}#8"}
    assert answer.text.endswith("材料没有规定您问的“谈话记录保存几年”。")


@pytest.mark.parametrize(
    ("question", "only"),
    [
        ("北京对民主集中制：列席几次、跟谁谈话、定期还要做什么", f"{MEASURES}#8"),
        (
            "北京的述责述廉：书面的覆盖到什么程度，现场的放在什么会上做，还有报告要装进什么档案？",
            f"{MEASURES}#11",
        ),
        (
            "省级党委主要领导执行民主集中制由谁重点盯？集体决策制度的落实又要放进哪几类检查？",
            f"{OPINIONS}#5",
        ),
    ],
)
def test_parts_that_one_article_answers_draw_in_nothing_on_another_matter(
    assistant: Assistant, documents: dict[str, ParsedDocument], question: str, only: str
) -> None:
    first, *others = cited(assistant.ask(question))
    assert first == only
    unit = next(a for d in documents.values() for a in d.articles if a.id == only)
    assert set(others) <= {like.id for like in assistant.counterparts(unit)}


def test_a_part_about_somebody_is_answered_by_what_is_laid_on_them(assistant: Assistant) -> None:
    answer = assistant.ask(
        "在北京，一个人刚当上一把手，上级一把手要跟他谈什么话，"
        "纪检机关和组织部门负责人又要跟他谈什么话？"
    )
    assert {f"{MEASURES}#6", f"{MEASURES}#10"} <= set(cited(answer))
    talks = {c.article_id: c.quote for c in answer.citations}
    assert "上级“一把手”" in talks[f"{MEASURES}#6"]
    assert "纪检机关" in talks[f"{MEASURES}#10"]


def test_no_sentence_is_quoted_twice_for_two_parts(assistant: Assistant) -> None:
    answer = assistant.ask(
        "中央政治局委员要了解分管地方的什么情况？发现问题怎么做？"
        "中央纪委、中央组织部又该加强对哪一级一把手的监督？"
    )
    spans = sorted((c.document_id, c.start, c.end) for c in answer.citations)
    assert spans
    for before, behind in pairwise(spans):
        assert before[0] != behind[0] or before[2] <= behind[1]


def test_several_things_that_are_like_no_article_together_are_answered_one_by_one(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("家属经商办企业怎么监督？信访举报多久分析一次？民主生活会走过场怎么办？")
    assert answer.status == "answered"
    numbers = {c.article_id.partition("#")[2] for c in answer.citations}
    assert numbers & {"17", "21"}
    assert numbers & {"20", "24"}
    assert "责令重新召开" in quoted(answer)


@pytest.mark.parametrize(
    "question",
    [
        "民主生活会走过场怎么办？红烧排骨怎么做？公积金怎么提取？",
        "红烧排骨怎么做？公积金怎么提取？明天天气如何？",
        "红烧排骨怎么做？明天天气如何？",
    ],
)
def test_a_question_of_which_hardly_a_part_is_answerable_is_refused(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "refused"
    assert answer.citations == ()


def test_the_value_is_said_ahead_only_where_one_thing_is_asked(assistant: Assistant) -> None:
    one = "北京规定信访举报多久分析研判一次？"
    assert not assistant.ask(one).text.startswith("《")
    assert assistant.ask(f"{one}述责述廉报告要不要公开？").text.startswith("《")
