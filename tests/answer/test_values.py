from __future__ import annotations

import pytest

from assistant.answer.asked import Kind
from assistant.answer.values import correct_premise, lead_with, read_values
from assistant.domain import ParsedDocument
from assistant.pipeline import Assistant

from .samples import quoted

Documents = dict[str, ParsedDocument]

ATTEND = "纪检监察机关、组织部门应当每年至少列席1次下级党委常委会（党组）会议。"
ANALYSE = "纪检监察机关、组织部门应当每季度对信访举报情况开展分析研判。"
INSPECT = "市委组织部在每年按照10%比例抽查市管干部个人有关事项报告的基础上，再抽查10%的“一把手”。"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("列席1次会议", "列席一次会议", id="digits-and-characters"),
        pytest.param("10%的一把手", "百分之十的一把手", id="per-cent-in-words"),
        pytest.param("30%的一把手", "三成的一把手", id="tenths"),
        pytest.param("每季度分析", "每个季度分析", id="measure-word"),
    ],
)
def test_one_value_written_in_two_ways_is_the_same(one: str, other: str) -> None:
    [first], [second] = read_values(one), read_values(other)
    assert (first.sort, first.key) == (second.sort, second.key)


@pytest.mark.parametrize(
    "text", ["十九届五中全会", "一把手", "及时约谈", "有一定比例", "一条主线", ""]
)
def test_words_with_a_numeral_in_them_are_no_values(text: str) -> None:
    assert read_values(text) == ()


@pytest.mark.parametrize(
    ("question", "quoted", "wrong", "right"),
    [
        ("每个季度都要列席一次，对吧？", ATTEND, "每个季度", "每年"),
        ("每年至少列席2次，是吗", ATTEND, "2次", "1次"),
        ("信访举报每年分析一次对吗", ANALYSE, "每年", "每季度"),
        ("抽查三成的市管干部，没错吧", INSPECT, "三成", "10%"),
        ("中央宣传部重点监督，是不是", "中央组织部应当重点监督。", "中央宣传部", "中央组织部"),
    ],
)
def test_a_wrong_value_in_the_question_is_set_right(
    question: str, quoted: str, wrong: str, right: str
) -> None:
    said = correct_premise(question, quoted)
    assert said.startswith(f"不是“{wrong}”，原文是“{right}")


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        pytest.param("每年至少列席一次，对吧？", ATTEND, id="it-is-right"),
        pytest.param("抽查百分之十，对吗？", INSPECT, id="it-is-right-in-other-words"),
        pytest.param("每季度列席几次？", ATTEND, id="nothing-is-to-be-confirmed"),
        pytest.param("三天内谈话，对吗？", ATTEND, id="the-text-has-no-such-value"),
        pytest.param("要列席会议，对吗？", ATTEND, id="the-question-has-none"),
    ],
)
def test_otherwise_nothing_is_set_right(question: str, quoted: str) -> None:
    assert correct_premise(question, quoted) == ""


def test_what_is_set_right_is_said_in_the_words_of_the_text(documents: Documents) -> None:
    supposed = ("每月", "每半年", "5%", "三成", "7次", "99项", "十日", "中央宣传部")
    seen = 0
    for unit in [a for parsed in documents.values() for a in parsed.articles]:
        for value in supposed:
            said = correct_premise(f"规定是{value}，对吧？", unit.text)
            if said:
                seen += 1
                assert said.startswith(f"不是“{value}”，原文是“")
                words = said.partition("原文是“")[2].removesuffix("”。").split("”、“")
                assert all(word in unit.text for word in words)
                assert value not in unit.text
    assert seen > 10


@pytest.mark.parametrize(
    ("kinds", "sentence", "value"),
    [
        ((Kind.FREQUENCY,), ANALYSE, "每季度"),
        ((Kind.SHARE,), INSPECT, "10%"),
        ((Kind.TIMES,), ATTEND, "1次"),
    ],
)
def test_an_answer_leads_with_the_value_asked_for(
    kinds: tuple[Kind, ...], sentence: str, value: str
) -> None:
    assert f"“{value}”" in lead_with(kinds, sentence)


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        pytest.param((), ANALYSE, id="no-value-is-asked-for"),
        pytest.param((Kind.MONEY,), ANALYSE, id="the-sentence-has-none"),
        pytest.param((Kind.SHARE,), "抽查10%的干部和20%的“一把手”。", id="two-to-choose-from"),
    ],
)
def test_otherwise_it_leads_with_none(kinds: tuple[Kind, ...], sentence: str) -> None:
    assert lead_with(kinds, sentence) == ""


@pytest.mark.parametrize(
    ("question", "wrong", "right"),
    [
        ("北京规定纪检机关每个季度都要去下级党委常委会列席一次，对吧？", "每个季度", "每年"),
        ("答记者问说中央25条细化成了28项任务，是28项吧？", "28项", "46项"),
        ("北京规定信访举报每年分析研判一次，对吗？", "每年", "每季度"),
    ],
)
def test_a_false_premise_is_contradicted_with_the_quotation(
    assistant: Assistant, question: str, wrong: str, right: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    assert answer.text.startswith(f"不是“{wrong}”")
    assert right in quoted(answer)


@pytest.mark.parametrize(
    ("sentence", "lead"),
    [
        ("负责人应当每年至少与下级“一把手”开展1次谈心谈话。", "“每年至少……1次”。"),
        ("每年至少1次向同级党委常委会报告。", "“每年至少1次”。"),
        ("党委（党组）每季度分析研判，谈话2次另行规定。", "“每季度”。"),
    ],
)
def test_a_frequency_comes_with_the_number_of_times_in_its_clause(sentence: str, lead: str) -> None:
    assert lead_with((Kind.FREQUENCY,), sentence) == lead
