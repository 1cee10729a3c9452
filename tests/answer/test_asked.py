from __future__ import annotations

import pytest

from assistant.answer.asked import TAIL, Kind, gives, kinds_asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("违规经商要罚多少钱", Kind.MONEY),
        ("罚款金额是多少", Kind.MONEY),
        ("每年抽查百分之几", Kind.SHARE),
        ("抽查的比例是多少", Kind.SHARE),
        ("应当在几天内报告", Kind.DAYS),
        ("提前几天通知", Kind.DAYS),
        ("要求多少个工作日内答复", Kind.DAYS),
        ("几个月内整改到位", Kind.MONTHS),
        ("信访举报多久分析一次", Kind.FREQUENCY),
        ("监督谈话多长时间开展一次", Kind.FREQUENCY),
        ("每年至少要列席几次", Kind.TIMES),
        ("每年至少要列席几次会议", Kind.TIMES),
        ("一届任期多长", Kind.DURATION),
        ("影响期是几年", Kind.DURATION),
        ("整改期限", Kind.DURATION),
        ("分为几个部分", Kind.COUNT),
        ("细化为多少项任务", Kind.COUNT),
        ("“一岗双责”是什么意思", Kind.DEFINITION),
        ("“四种形态”分别是指什么", Kind.DEFINITION),
    ],
)
def test_a_question_tells_what_kind_of_value_it_wants(question: str, kind: Kind) -> None:
    assert kind in kinds_asked(question)


@pytest.mark.parametrize(
    "question",
    [
        "近几年查处了哪些案件",
        "这几年有什么变化",
        "前几天谈过话怎么办",
        "这几天要报告吗",
        "第几次全会提出的",
        "“一签了之”是怎么回事",
        "谁来监督“一把手”",
        "怎么开好民主生活会",
        "",
    ],
)
def test_words_that_only_look_like_an_amount_ask_for_none(question: str) -> None:
    assert kinds_asked(question) == ()


@pytest.mark.parametrize("question", ["近几个月有什么变化", "前几个月谈过话怎么办"])
def test_the_last_few_months_are_no_number_of_months(question: str) -> None:
    assert Kind.MONTHS not in kinds_asked(question)


@pytest.mark.parametrize("question", ["多长时间开展一次", "几年一次", "隔几个月谈一次"])
def test_how_often_is_not_how_long(question: str) -> None:
    assert Kind.FREQUENCY in kinds_asked(question)
    assert not {Kind.DURATION, Kind.MONTHS, Kind.DAYS, Kind.TIMES} & set(kinds_asked(question))


def test_a_long_question_asks_at_its_end() -> None:
    story = "我们单位前阵子有人问要交多少钱，大家说法不一。" + "处长让我整理材料。" * TAIL
    assert Kind.MONEY not in kinds_asked(f"{story}民主生活会怎么开？")
    assert Kind.FREQUENCY in kinds_asked(f"{story}信访举报多久分析一次？")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.MONEY, "处五万元以下罚款。"),
        (Kind.MONEY, "金额在3000元以上的"),
        (Kind.SHARE, "每年按照10%比例抽查"),
        (Kind.SHARE, "任职谈话全覆盖"),
        (Kind.DAYS, "应当在十日内报告"),
        (Kind.DAYS, "自收到之日起30个工作日内"),
        (Kind.MONTHS, "三个月内完成整改"),
        (Kind.FREQUENCY, "应当每季度对信访举报情况开展分析研判"),
        (Kind.FREQUENCY, "定期开展监督谈话"),
        (Kind.TIMES, "每年至少列席1次"),
        (Kind.DURATION, "影响期为二年"),
        (Kind.COUNT, "细化为46项任务"),
        (Kind.COUNT, "从3个方面作出规定"),
        (Kind.DEFINITION, "“三重一大”是指重大事项决策、重要干部任免"),
        (Kind.DEFINITION, "掌握其思想、工作、作风、生活状况"),
    ],
)
def test_a_sentence_with_such_a_value_gives_it(kind: Kind, text: str) -> None:
    assert gives(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.MONEY, "依规依纪严肃追究责任。"),
        (Kind.MONEY, "严格规范经济责任审计。"),
        (Kind.SHARE, "安排一定比例的下级“一把手”述责述廉"),
        (Kind.DAYS, "应当及时向所在党委报告"),
        (Kind.MONTHS, "2021年7月1日印发"),
        (Kind.FREQUENCY, "对下级新任职“一把手”应当开展任职谈话"),
        (Kind.TIMES, "十九届中央纪委五次全会明确要求"),
        (Kind.DURATION, "及时约谈"),
        (Kind.COUNT, "作出明确规定"),
        (Kind.DEFINITION, "形成专题报告。"),
    ],
)
def test_a_sentence_without_does_not(kind: Kind, text: str) -> None:
    assert not gives(kind, text)


def test_the_year_of_a_date_is_no_duration() -> None:
    assert not gives(Kind.DURATION, "中共中央于2021年印发")


@pytest.mark.parametrize("kind", Kind)
def test_nothing_gives_nothing(kind: Kind) -> None:
    assert not gives(kind, "")
