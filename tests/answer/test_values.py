"""Values: what a question supposes against what the text has."""

from __future__ import annotations

import pytest

from assistant.answer.asked import Kind
from assistant.answer.values import correct_premise, lead_with, read_values

ATTENDANCE = "纪检监察机关、组织部门应当每年至少列席1次下级党委常委会（党组）会议"


@pytest.mark.parametrize(
    ("question", "quoted", "correction"),
    [
        pytest.param(
            "纪检机关每个季度都要列席一次，对吧？", ATTENDANCE,
            "不是“每个季度”，原文是“每年至少”。", id="another-frequency",
        ),
        pytest.param(
            "由中央宣传部重点监督，没错吧", "中央组织部应当进行重点监督。",
            "不是“中央宣传部”，原文是“中央组织部”。", id="another-body",
        ),
        pytest.param(
            "25条细化成了28项任务，是28项吧？", "将25条规定细化为46项任务",
            "不是“28项”，原文是“46项”。", id="one-of-two-values-is-right",
        ),
        pytest.param(
            "每年抽查两成，是吗", "每年按照10%比例抽查", "不是“两成”，原文是“10%”。",
            id="tenths-are-shares",
        ),
        pytest.param("每年列席一次，对吧？", ATTENDANCE, "", id="the-same-in-other-numerals"),
        pytest.param("每个季度都要列席吗", ATTENDANCE, "", id="nothing-is-supposed"),
        pytest.param("要定期报告，对吧？", ATTENDANCE, "", id="no-value-in-the-question"),
    ],
)  # fmt: skip
def test_a_wrong_premise_is_set_right_with_the_words_of_the_text(
    question: str, quoted: str, correction: str
) -> None:
    assert correct_premise(question, quoted) == correction


def test_an_answer_leads_with_the_value_asked_for() -> None:
    sentence = "纪检监察机关、组织部门应当每季度对信访举报情况开展分析研判"
    assert lead_with((Kind.FREQUENCY,), sentence) == "“每季度”。"


def test_an_answer_leads_with_nothing_when_two_values_could_be_meant() -> None:
    sentence = "每年按照10%比例抽查的基础上，再抽查20%的“一把手”"
    assert lead_with((Kind.SHARE,), sentence) == ""


def test_what_a_lead_says_stands_in_the_sentence() -> None:
    for kind in Kind:
        lead = lead_with((kind,), ATTENDANCE)
        assert lead.strip("“”。") in ATTENDANCE


def test_the_committee_at_the_head_of_a_city_is_no_frequency() -> None:
    assert [v.sort for v in read_values("年度内") if v.sort == "frequency"] == []
