from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evals.cases import Place, find_articles, load_cases
from assistant.evals.check import check_cases

from .samples import DOCUMENTS, make_case

LINE: dict[str, object] = {
    "id": "dev-001",
    "split": "dev",
    "kind": "fact",
    "question": "轻微违纪怎么处理？",
    "history": [],
    "expect": "answered",
    "due": ["opinions#2|measures#2"],
    "also": ["measures"],
    "key_phrases": ["予以诫勉|诫勉"],
    "note": "",
}


def write(folder: Path, *lines: str | dict[str, object]) -> Path:
    path = folder / "reference.jsonl"
    texts = [
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    ]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def fault_of(path: Path) -> str:
    with pytest.raises(EvaluationError) as caught:
        load_cases(path)
    return str(caught.value)


def test_a_line_is_read_with_its_alternatives(tmp_path: Path) -> None:
    (case,) = load_cases(write(tmp_path, LINE))
    assert case.due == ((Place("opinions", 2), Place("measures", 2)),)
    assert case.also == (Place("measures", None),)
    assert case.key_phrases == (("予以诫勉", "诫勉"),)
    assert (case.split, case.line, case.about_documents) == ("dev", 1, False)


def test_history_is_read_as_turns(tmp_path: Path) -> None:
    history = [["user", "述责述廉报告公开吗？"], ["assistant", "在一定范围内公开。"]]
    (case,) = load_cases(write(tmp_path, {**LINE, "history": history}))
    assert case.history == (
        ("user", "述责述廉报告公开吗？"),
        ("assistant", "在一定范围内公开。"),
    )


def test_a_case_is_about_documents_by_kind_or_when_it_says_so(tmp_path: Path) -> None:
    by_kind = {**LINE, "id": "a", "kind": "about_documents"}
    by_word = {**LINE, "id": "b", "kind": "false_premise", "about_documents": True}
    assert [c.about_documents for c in load_cases(write(tmp_path, by_kind, by_word))] == [True] * 2


def test_every_fault_is_reported_with_its_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        LINE,
        "{不是 JSON",
        {**LINE, "id": "dev-003", "expect": "maybe", "colour": "red"},
        {**LINE, "id": "dev-004", "kind": "riddle"},
        {**LINE, "id": "dev-005", "due": ["意见第2条"]},
        {key: value for key, value in LINE.items() if key != "question"},
        {**LINE, "id": "dev-007", "history": [["system", "你好"]]},
        LINE,
    )
    fault = fault_of(path)
    for part in (
        "第 2 行：不是正确的 JSON",
        "第 3 行：expect（取值不在允许范围内）",
        "第 3 行：colour（没有这个字段）",
        "第 4 行（dev-004）：kind“riddle”不在已知类别中",
        "第 5 行（dev-005）：位置“意见第2条”写法不对",
        "第 6 行：question（缺少）",
        "第 7 行：history.0.0",
        "第 1、8 行：id“dev-001”重复",
    ):
        assert part in fault
    assert "\n" not in fault


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"due": []}, "必须有 due"),
        ({"key_phrases": []}, "必须有 due"),
        ({"expect": "refused"}, "必须为空"),
        ({"kind": "unanswerable_near"}, "应为 refused"),
        ({"kind": "clarify", "expect": "refused", "due": [], "key_phrases": []}, "同时出现"),
        ({"key_phrases": ["诫勉|"]}, "空的短语"),
        ({"question": ""}, "不能为空"),
    ],
)
def test_a_case_that_contradicts_itself_is_reported(
    tmp_path: Path, change: dict[str, object], part: str
) -> None:
    assert part in fault_of(write(tmp_path, {**LINE, **change}))


def test_a_missing_and_an_empty_file_are_said_plainly(tmp_path: Path) -> None:
    assert "无法读取" in fault_of(tmp_path / "reference.jsonl")
    assert "没有题目" in fault_of(write(tmp_path, ""))


def test_a_numbered_place_means_that_article() -> None:
    found = find_articles(Place("opinions", 2), make_case(), DOCUMENTS)
    assert [article.id for article in found] == ["opinions#2"]


def test_a_bare_place_means_the_unnumbered_units_with_a_key_phrase() -> None:
    case = make_case(due=["opinions"], key_phrases=["薄弱环节"])
    found = find_articles(Place("opinions", None), case, DOCUMENTS)
    assert [article.number for article in found] == [None]
    assert "薄弱环节" in found[0].text
    assert find_articles(Place("measures", None), case, DOCUMENTS) == ()


def test_sound_cases_pass_the_check() -> None:
    cases = [
        make_case(due=["opinions#2|measures#2"], key_phrases=["予以诫勉"]),
        make_case(
            due=["opinions"], key_phrases=["薄弱环节"], case_id="b", question="监督有何不足？"
        ),
        make_case(case_id="c", question="罚款多少？", also=["measures#1"]),
    ]
    assert check_cases(cases, DOCUMENTS) == ()


def test_a_key_phrase_may_differ_in_width_and_quotation_marks() -> None:
    case = make_case(due=["measures#1"], key_phrases=["每年至少列席１次下级党委(党组)会议"])
    assert check_cases([case], DOCUMENTS) == ()


def test_the_title_of_a_part_can_be_asked_for() -> None:
    case = make_case(due=["opinions"], key_phrases=["加强对“一把手”的监督"], kind="lookup_part")
    assert check_cases([case], DOCUMENTS) == ()


def test_a_key_phrase_from_another_article_is_reported() -> None:
    (fault,) = check_cases([make_case(due=["opinions#1"], key_phrases=["予以诫勉"])], DOCUMENTS)
    assert fault == "第 1 行（case-1）：关键短语“予以诫勉”不在应引用的条文中"


def test_facts_about_a_document_need_not_stand_in_it() -> None:
    case = make_case(due=["measures"], key_phrases=["2021年7月1日"], about_documents=True)
    assert check_cases([case], DOCUMENTS) == ()


@pytest.mark.parametrize("address", ["opinions#9", "statutes", "statutes#1"])
def test_a_place_that_does_not_exist_is_reported(address: str) -> None:
    for case in (
        make_case(due=[address], key_phrases=["诫勉"]),
        make_case(due=["opinions#2"], key_phrases=["诫勉"], also=[address]),
    ):
        assert check_cases([case], DOCUMENTS) == (f"第 1 行（case-1）：引用位置“{address}”不存在",)


def test_a_bare_place_without_any_key_phrase_is_reported() -> None:
    case = make_case(due=["opinions#2", "measures"], key_phrases=["予以诫勉"])
    assert "“measures”没有条号的部分不含任何关键短语" in check_cases([case], DOCUMENTS)[0]


def test_one_edition_may_lack_what_the_other_has() -> None:
    case = make_case(due=["opinions|measures"], key_phrases=["薄弱环节"], kind="edition")
    assert check_cases([case], DOCUMENTS) == ()


def test_an_article_due_twice_is_reported() -> None:
    case = make_case(due=["opinions#2|measures#2", "opinions#2"], key_phrases=["予以诫勉"])
    assert "“opinions#2”在 due 中出现不止一次" in check_cases([case], DOCUMENTS)[0]


def test_a_question_asked_twice_is_reported_unless_its_history_differs() -> None:
    first = make_case(case_id="a", question="地方上呢？")
    same = make_case(case_id="b", question="地方上呢?")
    other = make_case(
        case_id="c", question="地方上呢？", history=(("user", "述责述廉报告公开吗？"),)
    )
    assert check_cases([first, same, other], DOCUMENTS) == (
        "题目重复：a（dev）、b（dev）“地方上呢？”",
    )
