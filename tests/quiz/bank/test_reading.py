"""Sentences → statements, slots and lists: what is cut where, on real sentences."""

from __future__ import annotations

import pytest

from assistant.quiz.actors import bodies, is_everybody, may_be_same
from assistant.quiz.facts import Facts
from assistant.quiz.lists import find_enumerations
from assistant.quiz.segments import read_subject, split_segments, widen
from assistant.quiz.values import nearby_values, value_order
from assistant.quiz.words import load_words

WORDS = load_words()


def statement_with(facts: Facts, words: str) -> str:
    """Return the statement of the first fact whose key is ``words``."""
    return next(fact.statement.text for fact in facts.facts if fact.key == words)


def test_half_width_punctuation_is_read_as_full_width_in_the_same_place() -> None:
    raw = "执行党委（党组)工作规则,结合1,000人的意见;"
    assert widen(raw) == "执行党委（党组）工作规则，结合1,000人的意见；"
    assert len(widen(raw)) == len(raw)


def test_a_sentence_is_not_cut_inside_quotation_marks() -> None:
    text = (
        "党委（党组）要坚持“发现问题、形成震慑，推动改革、促进发展”的巡视工作方针，坚守政治巡视定位"
    )
    assert [s.text for s in split_segments(text)] == [
        "党委（党组）要坚持“发现问题、形成震慑，推动改革、促进发展”的巡视工作方针",
        "坚守政治巡视定位",
    ]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("党委（党组）要重视信访举报工作", "党委（党组）"),
        ("纪检监察机关、组织部门负责人每年应当随机参加", "纪检监察机关、组织部门负责人"),
        (
            "领导班子和领导干部对来自其他领导干部家属亲友的违规干预行为应当抵制",
            "领导班子和领导干部",
        ),
        ("县级以上人民政府水行政主管部门应当会同有关部门", "县级以上人民政府水行政主管部门"),
        ("“一把手”被赋予重要权力", None),
        ("每年可以选定部分“一把手”进行重点考核", None),
        ("对下级新任职“一把手”应当开展任职谈话", None),
    ],
)
def test_who_a_segment_is_about(text: str, subject: str | None) -> None:
    found = read_subject(text, WORDS)
    assert (found.text if found else None) == subject


def test_a_condition_stays_with_what_follows_from_it() -> None:
    first, second, *_ = split_segments("发现领导班子成员有苗头性、倾向性问题的，及时进行提醒")
    assert first.is_lead
    assert not second.is_lead


def test_a_later_part_of_a_sentence_takes_its_subject_along(facts: Facts) -> None:
    found = [f.statement for f in facts.facts if "开展任职谈话" in f.statement.text]
    for statement in found:
        assert statement.text.startswith("上级“一把手”")


def test_who_is_punished_does_not_become_the_one_who_punishes(facts: Facts) -> None:
    statement = statement_with(facts, "连带追究责任")
    assert "发现领导班子其他成员有违纪违法问题的" in statement


def test_a_short_condition_is_told_of_what(facts: Facts) -> None:
    statement = statement_with(facts, "上级纪委、派出机关")
    assert statement.startswith("纪委书记、派驻纪检监察组组长发现“一把手”违反决策程序的问题")


def test_every_statement_is_verbatim(facts: Facts) -> None:
    for fact in facts.facts:
        source = fact.source
        pieces = [source.text[a:b] for a, b in fact.statement.pieces]
        assert "".join(pieces) == fact.statement.text
        assert len(source.text) <= len(source.sentence.text)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        (
            "推动人大监督、民主监督、行政监督、舆论监督贯通协调、形成合力",
            ("人大监督", "民主监督", "行政监督", "舆论监督"),
        ),
        (
            "综合运用检查抽查、指导民主生活会、受理信访举报、督促问题整改等方式",
            ("检查抽查", "指导民主生活会", "受理信访举报", "督促问题整改"),
        ),
        ("不断增强党的自我净化、自我完善、自我革新能力", ("自我净化", "自我完善", "自我革新")),
        (
            "建立健全“正职总揽、副职分管、程序规范、民主决策”工作机制",
            ("正职总揽", "副职分管", "程序规范", "民主决策"),
        ),
    ],
)
def test_where_a_list_begins_and_ends(text: str, members: tuple[str, ...]) -> None:
    assert members in [found.members for found in find_enumerations(text, WORDS)]


@pytest.mark.parametrize(
    "text",
    [
        "将分管工作、分管领域变成不受集体领导和监督的“私人领地”",
        "对下级“一把手”落实责任不到位、问题比较突出的及时约谈",
        "在履行管党治党责任、严格自律上当标杆、作表率",
    ],
)
def test_what_only_looks_like_a_list_is_left_alone(text: str) -> None:
    assert list(find_enumerations(text, WORDS)) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("纪检机关", "纪检监察机关", True),
        ("党委（党组）", "各级党委", True),
        ("“一把手”", "领导班子成员", True),
        ("县级以上人民政府交通运输主管部门", "县级人民政府交通运输主管部门", True),
        ("任何单位和个人", "客运经营者", True),
        ("国务院水行政主管部门", "县级人民政府水行政主管部门", False),
        ("县级以上人民政府水行政主管部门", "县级以上人民政府环境保护主管部门", False),
        ("客运经营者", "货运经营者", False),
        ("组织部门", "巡视巡察组", False),
    ],
)
def test_which_bodies_may_be_the_same(one: str, other: str, same: bool) -> None:
    assert WORDS.may_overlap(one, other) is same
    assert WORDS.may_overlap(other, one) is same


def test_a_body_is_told_from_its_level() -> None:
    assert [b.core for b in bodies("县级以上地方人民政府公安、交通运输主管部门")] == [
        "公安",
        "交通运输主管部门",
    ]
    assert not may_be_same("省级以上监察机关", "上一级人民检察院")
    assert is_everybody("任何单位和个人")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("上级党组织", "上级党委（党组）", True),
        ("同级党委主要负责人", "同级党委“一把手”", True),
        ("上级纪委", "同级党委“一把手”", False),
        ("上级党组织", "所在部门和单位党组织", False),
    ],
)
def test_addressees_are_told_apart_by_their_level(one: str, other: str, same: bool) -> None:
    assert WORDS.same_addressee(one, other) is same


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("三十日", {"二十日", "四十五日"}),
        ("10%", {"5%", "15%"}),
        ("1000元以上5000元以下", {"2000元以上10000元以下", "500元以上2500元以下"}),
        ("五千元以上二万元以下", set()),
        ("三分之二", {"三分之一", "四分之三"}),
        ("每季度", {"每月", "每半年"}),
    ],
)
def test_values_near_a_value_are_written_the_same_way(value: str, near: set[str]) -> None:
    found = [text for _, text in nearby_values(value, WORDS)]
    assert near <= set(found)
    assert value not in found


def test_values_have_an_order() -> None:
    ordered = ["每月", "每季度", "每半年", "每年"]
    assert sorted(ordered, key=lambda v: value_order(v, WORDS)) == ordered
    assert value_order("二万元", WORDS) > value_order("五千元", WORDS)
