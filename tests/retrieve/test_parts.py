from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieve.parts import MOST, split_parts

# What questions are made of: asking words, lists, numbers of items, and what separates them.
WORDS = (
    "谁 多少 多久一次 怎么办 有没有 呢 吗 各 分别 分开说 都要 下列 以下 一是 二是 1. 2、 "
    "任职谈话 述责述廉 信访举报 上级“一把手” 纪委书记 领导班子其他成员 北京"
)
PIECES = st.sampled_from((*WORDS.split(), *"、，,：:；;。？?！\n ①②③"))
QUESTIONS = st.lists(PIECES, max_size=24).map("".join) | st.text(max_size=60)
# Neither a word that asks nor one that spreads a question over what is listed has one of these.
TOLD = st.text(
    alphabet="党委组织纪检机关监督报告工作情况要求制度一把手、，：；。？！①② \n", max_size=60
)


def texts(question: str) -> list[str]:
    return [part.text for part in split_parts(question)]


def own(question: str) -> list[str]:
    return [part.own for part in split_parts(question)]


@given(question=QUESTIONS)
def test_a_question_has_between_one_part_and_the_most_that_are_looked_at(question: str) -> None:
    assert 1 <= len(split_parts(question)) <= MOST


@given(question=TOLD)
def test_what_asks_nothing_is_its_only_part(question: str) -> None:
    [part] = split_parts(question)
    assert (part.text, part.own) == (question, question)


@given(question=QUESTIONS)
def test_a_part_says_nothing_that_the_question_does_not(question: str) -> None:
    for part in split_parts(question):
        assert set(part.text) <= {*question, "，"}
        assert set(part.own) <= {*question, "，"}


@given(question=QUESTIONS)
def test_what_is_a_parts_own_stands_in_it(question: str) -> None:
    for part in split_parts(question):
        assert part.own.strip("， ") in part.text


@pytest.mark.parametrize(
    "question",
    [
        "述责述廉报告要公开吗？",
        "述责述廉报告",
        "信访举报几乎不分析怎么办？",
        "各地、各部门怎么落实？",
        "党委（党组）、纪检机关、组织部门怎样加强日常监督？",
        "对下级新任职“一把手”，上级应当怎么做？",
        "",
    ],
)
def test_a_question_that_asks_one_thing_is_its_only_part(question: str) -> None:
    assert texts(question) == [question]


def test_each_sentence_that_asks_is_a_part() -> None:
    assert texts("任职谈话谁来谈？述责述廉多久一次？") == ["任职谈话谁来谈", "述责述廉多久一次"]


def test_each_clause_that_asks_is_a_part_with_what_was_told_before_it() -> None:
    assert texts("纪委书记发现问题，该向谁报告，什么时候报告？") == [
        "纪委书记发现问题，该向谁报告",
        "什么时候报告",
    ]


def test_what_stands_in_brackets_belongs_to_what_it_follows() -> None:
    assert own("硬指标有哪些（几次、百分之多少）") == ["硬指标有哪些（几次、百分之多少）"]
    question = "多久一次（每年，还是每季度）？谁来办？"
    assert texts(question) == ["多久一次（每年 还是每季度）", "谁来办"]


def test_what_is_listed_in_one_clause_takes_nothing_from_the_clause_before() -> None:
    assert own("建议要抄给谁，专题报告要送谁、要通报给哪个部门？") == [
        "建议要抄给谁",
        "专题报告要送谁",
        "要通报给哪个部门",
    ]


def test_what_was_said_before_the_colon_stands_before_every_part() -> None:
    question = "北京抽查个人事项：普通干部抽多少？正职呢？"
    assert texts(question) == ["北京抽查个人事项，普通干部抽多少", "北京抽查个人事项，正职呢"]
    assert own(question) == ["普通干部抽多少", "正职呢"]


def test_a_colon_behind_a_question_shares_nothing() -> None:
    assert texts("谁来谈：上级谈什么？纪委谈什么？")[1:] == ["纪委谈什么"]


@pytest.mark.parametrize(
    "question",
    [
        "①任职谈话谁来谈②述责述廉多久一次③列席会议几次",
        "1.任职谈话谁来谈 2.述责述廉多久一次 3.列席会议几次",
        "一是任职谈话谁来谈，二是述责述廉多久一次，三是列席会议几次",
        "任职谈话谁来谈；述责述廉多久一次；列席会议几次",
        "任职谈话谁来谈\n述责述廉多久一次\n列席会议几次",
        "任职谈话谁来谈、述责述廉多久一次、列席会议几次？",
    ],
)
def test_numbers_lines_and_marks_set_parts_apart(question: str) -> None:
    assert [text.strip("？") for text in texts(question)] == [
        "任职谈话谁来谈",
        "述责述廉多久一次",
        "列席会议几次",
    ]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("请说明下列事项的责任单位：①任职谈话；②述责述廉；③民主生活会", "请说明下列事项的责任单位"),
        ("频次分别是：任职谈话、述责述廉、民主生活会", "频次分别是"),
        ("以下工作由谁负责：\n任职谈话\n述责述廉\n民主生活会", "以下工作由谁负责"),
    ],
)
def test_one_thing_asked_of_all_that_is_listed_is_asked_of_each(question: str, said: str) -> None:
    items = ["任职谈话", "述责述廉", "民主生活会"]
    assert own(question) == items
    assert texts(question) == [f"{said}，{item}" for item in items]


def test_parties_named_in_one_sentence_and_spread_over_the_one_before_are_a_part_each() -> None:
    question = "新任职的“一把手”谁来谈话？上级“一把手”谈的、纪委书记谈的分开说。"
    parts = split_parts(question)
    assert len(parts) == 2
    assert all(part.text.startswith("新任职的“一把手”谁来谈话，") for part in parts)
    assert parts[0].own == "上级“一把手”谈的"


def test_what_is_listed_in_front_of_what_is_asked_of_each_is_a_part_each() -> None:
    question = "北京要求，任职谈话、述责述廉、民主生活会，分别由谁负责？"
    assert own(question) == ["任职谈话", "述责述廉", "民主生活会"]
    assert all(text.endswith("分别由谁负责") for text in texts(question))


@pytest.mark.xfail(
    strict=True, reason="the last that is listed takes what is asked of all for its own"
)
def test_what_is_asked_of_each_right_behind_the_list_is_asked_of_each_too() -> None:
    assert texts("任职谈话、述责述廉、民主生活会各要多久一次？") == [
        "任职谈话各要多久一次",
        "述责述廉各要多久一次",
        "民主生活会各要多久一次",
    ]


def test_what_is_told_before_the_first_question_stands_before_it() -> None:
    assert texts("我是新任纪委书记。任职谈话谁来谈？述责述廉多久一次？")[0] == (
        "我是新任纪委书记，任职谈话谁来谈"
    )


def test_what_is_told_behind_the_last_question_stands_behind_it() -> None:
    assert texts("任职谈话谁来谈？述责述廉多久一次？只看北京的。")[-1] == (
        "述责述廉多久一次，只看北京的"
    )


def test_who_asks_for_more_than_are_looked_at_asks_one_question() -> None:
    asked = [f"第{n}件事谁负责？" for n in range(MOST)]
    assert len(split_parts("".join(asked))) == MOST
    question = "".join((*asked, "还有谁？"))
    assert texts(question) == [question]
