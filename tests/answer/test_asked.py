from __future__ import annotations

import pytest

from assistant.answer.asked import (
    TAIL,
    Kind,
    counted_asked,
    gives,
    kinds_asked,
    kinds_sought,
    missing_slot,
)


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
        (Kind.COUNT, "每个普查小区应当至少有一名普查员"),
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


ARRANGED = (
    "每年安排一定比例的下级“一把手”在上级党委常委会扩大会议上现场述责述廉、接受评议，"
    "述责述廉报告应当载入廉政档案，并在一定范围内公开。"
)


@pytest.mark.parametrize(
    ("question", "slot"),
    [
        ("安排一定比例的下级“一把手”，一定比例具体是多少？", "“一定比例”的具体内容"),
        ("报告在一定范围内公开，一定范围到底指哪些人？", "“一定范围”的具体内容"),
        ("述责述廉报告备到哪里", "对象"),
        ("评议结果要往哪个部门送，交给谁？", "对象"),
        ("述责述廉会议由谁主持？", "主体"),
        ("现场的会由哪个部门来录像？", "主体"),
    ],
)
def test_what_a_rule_has_no_place_for_is_named_in_words(question: str, slot: str) -> None:
    assert missing_slot(question, ARRANGED, ARRANGED) == slot


@pytest.mark.parametrize(
    "question",
    [
        "为什么要安排一定比例的下级“一把手”？",
        "一定期限具体是多久？",
        "谁来评议？",
        "述责述廉由谁负责？",
        "由哪个部门牵头？",
        "述责述廉报告要公开吗？",
        "送到哪怕很远的地方也行吗？",
        "",
    ],
)
def test_what_a_rule_does_say_or_is_not_asked_is_not_missed(question: str) -> None:
    assert missing_slot(question, ARRANGED, ARRANGED) == ""


def test_to_whom_something_goes_is_not_missed_where_it_is_said() -> None:
    said = "下级“一把手”应当将评议问题整改情况及时向上级党委（党组）报告。"
    assert missing_slot("整改情况要报给谁？", said, said) == ""
    assert missing_slot("整改情况要报给谁？", "抓好评议问题整改。", "") == "对象"


def test_who_does_it_is_not_missed_where_the_article_speaks_of_it() -> None:
    article = "谈话应当有专人记录。"
    assert missing_slot("谈话由谁来记录？", "", article) == ""
    assert missing_slot("谈话由谁来记录？", article, "") == ""
    assert missing_slot("谈话由谁来记录？", "开展任职谈话。", "开展任职谈话。") == "主体"


@pytest.mark.parametrize(
    "question",
    [
        "民主生活会走过场怎么办",
        "该报告不报告会怎么样",
        "瞒着不报怎么处理",
        "不整改有什么后果",
        "what happens if a report is withheld",
    ],
)
def test_whoever_asks_what_follows_is_quoted_consequences_but_not_refused_for_want_of_them(
    question: str,
) -> None:
    assert kinds_sought(question)[-1] is Kind.CONSEQUENCE
    assert Kind.CONSEQUENCE not in kinds_asked(question)


def test_beside_a_consequence_the_values_asked_for_are_sought_too() -> None:
    question = "瞒着不报怎么处理，几天内报？"
    assert kinds_sought(question) == (*kinds_asked(question), Kind.CONSEQUENCE)
    assert kinds_sought("信访举报多久分析一次") == kinds_asked("信访举报多久分析一次")


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("对走过场的，责令重新召开。", True),
        ("对该报告而不报告的，严肃追究责任。", True),
        ("发现重要问题的，向上级纪委报告。", True),
        ("“一把手”应当带头报告个人有关事项。", False),
        ("述责述廉报告在一定范围内公开。", False),
    ],
)
def test_a_consequence_is_what_follows_for_whoever_does_something(text: str, follows: bool) -> None:
    assert gives(Kind.CONSEQUENCE, text) is follows


@pytest.mark.parametrize(
    ("question", "sentence", "given"),
    [
        ("全文分几个部分", "《措施》分为五个部分。", True),
        ("全文分七个部分，我数对了吗", "《措施》分为五个部分。", True),
        ("组织领导方面有多少项措施", "提出2项措施。", True),
        ("全文分几个部分", "贯穿各个部分。", False),
        ("第几个部分讲组织领导", "《措施》分为五个部分。", False),
        ("每年谈几次", "每年至少开展1次谈心谈话", False),
    ],
)
def test_what_is_counted_is_looked_for_with_a_number_before_it(
    question: str, sentence: str, given: bool
) -> None:
    count = counted_asked(question)
    assert bool(count and count.search(sentence)) is given
