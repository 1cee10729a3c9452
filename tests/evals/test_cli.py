from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.interfaces.cli import run

from .samples import MEASURES

CASE = {
    "id": "dev-001",
    "split": "dev",
    "kind": "number_frequency",
    "question": "纪检机关一年至少列席几次下级党委会议？",
    "expect": "answered",
    "due": ["measures#1"],
    "key_phrases": ["每年至少列席1次"],
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    corpus, evals = tmp_path / "corpus", tmp_path / "evals"
    corpus.mkdir()
    evals.mkdir()
    document = MEASURES.document
    header = f"---\nid: {document.id}\ntitle: {document.title}\n---\n\n"
    (corpus / "measures.md").write_text(header + document.text, encoding="utf-8")
    write_cases(tmp_path, CASE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_cases(project: Path, *cases: object) -> None:
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    (project / "evals" / "reference.jsonl").write_text("\n".join(lines), encoding="utf-8")


def test_check_says_that_all_is_well(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--check"]) == 0
    assert capsys.readouterr().out == "1 题全部核对无误。\n"


def test_check_lists_each_fault_and_fails(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**CASE, "id": "dev-002", "question": "几次？", "key_phrases": ["每季度"]}
    write_cases(project, CASE, other)
    assert run(["eval", "--check"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "第 2 行（dev-002）：关键短语“每季度”不在应引用的条文中\n"
    assert captured.err.count("\n") == 1


def test_check_speaks_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"cases": 1, "faults": []}


def test_check_needs_no_index(project: Path) -> None:
    assert run(["eval", "--check"]) == 0
    assert not (project / "index").exists()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--kind", "riddle"], "没有“riddle”这一类题目"),
        (["--floors", "--kind", "fact"], "不能与 --kind 同时使用"),
        (["--split", "test"], "没有符合条件的题目"),
        (["--kind", "english"], "没有符合条件的题目"),
    ],
)
def test_a_choice_that_cannot_be_met_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], part: str
) -> None:
    assert run(["eval", *arguments]) != 0
    captured = capsys.readouterr()
    assert part in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_broken_line_is_one_line_on_stderr(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_cases(project, CASE, {"id": "dev-002"})
    assert run(["eval", "--check"]) == 1
    error = capsys.readouterr().err
    assert "第 2 行：split（缺少）" in error
    assert error.count("\n") == 1


def test_misses_of_the_test_split_are_shown_only_when_asked_for(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_cases(project, {**CASE, "split": "test"})
    assert run(["eval", "--misses"]) == 1
    assert "没有符合条件的题目" in capsys.readouterr().err


def test_help_is_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "--help"]) == 0
    out = capsys.readouterr().out
    assert "用参考题目评测" in out
    assert "Usage" not in out
    assert "Show this" not in out
