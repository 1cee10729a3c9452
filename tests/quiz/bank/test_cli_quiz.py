"""``assistant quiz`` in a folder of its own, with a regulation that it has never seen."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.quiz.bank.conftest import write_corpus

from assistant.interfaces.cli import run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one regulation and nothing else."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    write_corpus(tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_bank_is_generated_listed_and_handed_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["quiz", "generate", "--activate", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["file"] == "corpus/quiz.jsonl"
    assert made["items"] == len((folder / "corpus/quiz.jsonl").read_text().splitlines())

    assert run(["quiz", "list", "--type", "single", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["type"] for line in lines} == {"single"}
    assert {line["status"] for line in lines} == {"active"}

    for form, name in (
        ("gift", "b.gift"),
        ("csv", "b.csv"),
        ("xlsx", "b.xlsx"),
        ("anki", "b.apkg"),
    ):
        assert run(["quiz", "export", form, f"out/{name}"]) == 0
        assert (folder / "out" / name).stat().st_size > 0


def test_what_was_not_reviewed_is_not_handed_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["quiz", "generate"]) == 0
    assert "尚待审阅" in capsys.readouterr().err
    assert run(["quiz", "list", "--json"]) == 0
    assert capsys.readouterr().out == ""
    assert run(["quiz", "check", "--no-retrieval"]) == 1
    assert "没有启用的题目" in capsys.readouterr().err


def test_the_check_names_what_is_not_met_and_fails(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["quiz", "generate", "--activate"]) == 0
    path = folder / "corpus/quiz.jsonl"
    first, *others = path.read_text(encoding="utf-8").splitlines()
    broken = json.loads(first) | {"refute": {}, "key_evidence": {}}
    path.write_text("\n".join([json.dumps(broken), *others]), encoding="utf-8")
    capsys.readouterr()
    assert run(["quiz", "check", "--no-retrieval", "--json"]) == 1
    written = capsys.readouterr()
    report = json.loads(written.out)["题库"]
    unmet = {metric["name"] for metric in report["metrics"] if not metric["met"]}
    assert "答案在依据中" in unmet
    assert broken["id"] in {fault["item"] for fault in report["faults"]}
    assert "指标未达标" in written.err


def test_a_paper_that_the_bank_cannot_fill_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["quiz", "generate", "--activate"]) == 0
    capsys.readouterr()
    assert run(["quiz", "export", "docx", "papers"]) == 1
    assert "题库抽不出2份" in capsys.readouterr().err
    assert not (folder / "papers").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["quiz", "list", "--document", "nothing"], "没有编号为“nothing”的材料。现有：parks。"),
        (["quiz", "check"], "没有题库 quiz.jsonl"),
    ],
)
def test_a_mistake_is_one_line_of_chinese(
    arguments: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.is_dir()
    assert run(arguments) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert message in lines[0]


@pytest.mark.parametrize("command", ["generate", "check", "list", "export"])
def test_help_is_chinese(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quiz", command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"用法：assistant quiz {command}")
