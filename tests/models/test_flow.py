"""A sentence takes its words from its evidence in an order that leaves their meaning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.models.along import lay_along
from assistant.models.clauses import Text
from assistant.models.flow import find_leaps

SAFE = {
    "a member of a row left out": (
        "未经消防验收的，禁止投入使用。",
        "未经消防验收或者消防验收不合格的，禁止投入使用。",
    ),
    "a time put in front": (
        "自用户查询之日起二十日内，邮政企业应当将查询结果告知汇款人。",
        "邮政企业应当自用户查询之日起二十日内将查询结果告知汇款人。",
    ),
    "an agent put behind": (
        "火灾原因由消防救援机构负责调查。",
        "消防救援机构有权根据需要封闭火灾现场，负责调查火灾原因，统计火灾损失。",
    ),
    "an attribute put in front": (
        "与供应商有利害关系的采购人员及相关人员必须回避。",
        "采购人员及相关人员与供应商有利害关系的，必须回避。",
    ),
    "an aside left out": (
        "供应商可以向采购人提出询问，采购人应当及时答复。",
        "供应商对采购活动事项有疑问的，可以向采购人提出询问，采购人应当及时作出答复。",
    ),
}
UNSAFE = {
    "order": (
        "采购人对政府采购活动有疑问的，可以向供应商提出询问。",
        "供应商对政府采购活动有疑问的，可以向采购人提出询问。",
    ),
    "replaced": (
        "前款规定以外的其他工程，施工单位应当提供图纸。",
        "前款规定以外的其他工程，建设单位应当提供图纸。",
    ),
    "subject": (
        "管理办法由有关部门制定。",
        "管理办法由国家档案主管部门会同有关部门制定。",
    ),
    "joined": (
        "师范院校应当为非精神医学专业的学生开设课程。",
        "师范院校应当为学生开设课程；医学院校应当为非精神医学专业的学生开设课程。",
    ),
    "choice": (
        "应当开设精神科门诊和心理治疗门诊。",
        "应当开设精神科门诊或者心理治疗门诊。",
    ),
    "role": (
        "受理机构应当及时处理，并告知被投诉者。",
        "受理机构应当及时处理，并告知投诉者。",
    ),
    "opening": (
        "旅游者参与违反社会公德的项目的，由旅游主管部门责令改正。",
        "旅行社安排旅游者参与违反社会公德的项目的，由旅游主管部门责令改正。",
    ),
    "date": (
        "收款人应当自汇款之日起六十日内兑领汇款。",
        "收款人应当自收到汇款通知之日起六十日内兑领汇款。",
    ),
    "exception": (
        "因不可抗力造成的保价的邮件损失，不承担赔偿责任。",
        "因下列原因造成的邮件损失，不承担赔偿责任：不可抗力，但因不可抗力造成的保价的邮件损失除外。",
    ),
    "narrowed": ("禁止在林地砍柴、放牧。", "禁止在幼林地砍柴、放牧。"),
    "repeated": (
        "拒不整改的，依规依纪严肃处理，发现问题依规依纪严肃处理。",
        "拒不整改的，依规依纪严肃处理，对典型问题通报曝光。",
    ),
}


@pytest.mark.parametrize(("sentence", "quote"), SAFE.values(), ids=SAFE.keys())
def test_leaving_out_and_putting_in_front_change_nothing(sentence: str, quote: str) -> None:
    assert list(find_leaps(Text.of(sentence), Text.of(quote))) == []


@pytest.mark.parametrize(("fault", "pair"), UNSAFE.items())
def test_a_leap_that_says_something_else_is_found(fault: str, pair: tuple[str, str]) -> None:
    sentence, quote = pair
    assert fault in list(find_leaps(Text.of(sentence), Text.of(quote)))


def test_a_sentence_lies_along_itself_in_one_piece() -> None:
    text = "国务院领导全国的消防工作"
    (run,) = lay_along(text, text)
    assert (run.start, run.end, run.at, run.to) == (0, len(text), 0, len(text))


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="甲乙丙的由，。、应当不得", max_size=24),
    st.text(alphabet="甲乙丙的由，。、应当不得", max_size=24),
)
def test_runs_are_letters_of_both_in_the_order_of_the_sentence(claim: str, text: str) -> None:
    runs = lay_along(claim, text)
    assert [run.start for run in runs] == sorted(run.start for run in runs)
    for run in runs:
        assert run.end - run.start == run.to - run.at
        assert claim[run.start : run.end] == text[run.at : run.to]
    list(find_leaps(Text.of(claim), Text.of(text)))
