"""An item and its JSON line; the bank's file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import QuizError
from assistant.quiz.bank import active_items, bank_version, dump_bank, load_bank, save_bank
from assistant.quiz.items import Item, ItemType, Status

LINE = {
    "id": "S01",
    "type": "single",
    "stem": "根据北京《若干措施》，纪检监察机关、组织部门应当（　　）对信访举报情况开展分析研判。",
    "options": [{"k": "A", "t": "每月"}, {"k": "B", "t": "每季度"}],
    "answer": ["B"],
    "basis": [
        {
            "doc": "北京市关于加强对“一把手”和领导班子监督的若干措施",
            "article": "二十四",
            "quote": "应当每季度对信访举报情况开展分析研判",
            "sentence": "纪检监察机关、组织部门应当每季度对信访举报情况开展分析研判。",
            "editions": ["000"],
        }
    ],
    "explanation": "《若干措施》第（二十四）条明确为“每季度”。",
    "key_evidence": {"B": "应当每季度对信访举报情况开展分析研判"},
    "refute": {"A": "全文未出现“每月”"},
    "difficulty": 1,
    "pattern": "frequency",
    "score": 2,
}


def test_a_line_in_the_form_of_printed_banks_is_read_and_written_back() -> None:
    item = Item.from_json(LINE)
    assert item.type is ItemType.SINGLE
    assert item.right_texts == ("每季度",)
    written = item.to_json()
    assert {key: written[key] for key in LINE if key != "basis"} == {
        key: value for key, value in LINE.items() if key != "basis"
    }
    assert Item.from_json(written) == item


@pytest.mark.parametrize("answer", [True, False])
def test_a_statement_to_be_judged_has_a_truth_value_in_json(answer: bool) -> None:
    item = Item.from_json({**LINE, "type": "judge", "options": [], "answer": answer})
    assert item.answer == (("T",) if answer else ("F",))
    assert item.to_json()["answer"] is answer


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"type": "essay"}, id="a type that there is not"),
        pytest.param({"answer": "B"}, id="an answer that is no list"),
        pytest.param({"options": [{"k": "A"}]}, id="an option without words"),
        pytest.param({"score": "2"}, id="a score that is no number"),
        pytest.param({"status": "deleted"}, id="a status that there is not"),
    ],
)
def test_a_broken_item_is_named(change: dict[str, object]) -> None:
    with pytest.raises(QuizError, match="题目 S01 的格式有误"):
        Item.from_json({**LINE, **change})


def test_a_bank_that_is_not_there_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(QuizError, match=r"没有题库 quiz\.jsonl.*assistant quiz generate"):
        load_bank(tmp_path / "quiz.jsonl")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        pytest.param("{", "第 2 行：不是一行 JSON", id="no JSON"),
        pytest.param("[]", "第 2 行：应为一个 JSON 对象", id="no object"),
        pytest.param('{"id": "S02"}', "第 2 行：题目 S02 的格式有误", id="no item"),
        pytest.param(json.dumps(LINE), "第 2 行：题目编号 S01 重复", id="an id twice"),
    ],
)
def test_a_broken_line_is_named(second: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "quiz.jsonl"
    path.write_text(json.dumps(LINE) + "\n" + second + "\n", encoding="utf-8")
    with pytest.raises(QuizError, match=message):
        load_bank(path)


def test_what_was_saved_is_loaded_and_only_active_items_are_asked(tmp_path: Path) -> None:
    draft = Item.from_json(LINE)
    active = Item.from_json({**LINE, "id": "S02"}).with_status(Status.ACTIVE)
    save_bank([draft, active], tmp_path / "new" / "quiz.jsonl")
    loaded = load_bank(tmp_path / "new" / "quiz.jsonl")
    assert loaded == (draft, active)
    assert active_items(loaded) == (active,)


def test_the_version_of_a_bank_changes_with_a_word() -> None:
    item = Item.from_json(LINE)
    other = Item.from_json({**LINE, "explanation": "另一种解析。"})
    assert bank_version([item]) == bank_version([Item.from_json(json.loads(dump_bank([item])))])
    assert bank_version([item]) != bank_version([other])
