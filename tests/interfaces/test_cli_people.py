"""``assistant account`` and ``assistant eval add-from-feedback``, as a terminal runs them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.fakes import OPINIONS, FakeAssistant

from assistant.corpus.draft import front_matter
from assistant.index.manifest import corpus_fingerprint
from assistant.interfaces.cli import run
from assistant.settings import load_settings
from assistant.store.base import now
from assistant.store.database import open_database
from assistant.users.accounts import Accounts
from assistant.users.feedback import Expected, FeedbackBox, Verdict
from assistant.users.records import make_exchange

PASSWORD = "秋天的第一份材料2026"  # noqa: S105
QUESTION = "对下级新任职的“一把手”怎么谈话？"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one document, in which the command runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").mkdir()
    document = OPINIONS.document
    text = front_matter(document) + document.text
    (tmp_path / "corpus" / "opinions-2021.md").write_text(text, encoding="utf-8")
    return tmp_path


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_first_administrator_is_made_on_the_command_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, f"{PASSWORD}\n")
    made = ["account", "add", "guanli", "--role", "administrator", "--shown-name", "王管理"]
    assert run([*made, "--password-stdin"]) == 0
    assert run(["account", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed == [
        {"name": "guanli", "shown_name": "王管理", "role": "administrator", "active": True}
    ]
    accounts = Accounts(open_database(load_settings().database))
    assert accounts.check_password("guanli", PASSWORD) is not None


def test_a_weak_password_and_a_taken_name_are_one_line_on_stderr(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, "123\n")
    assert run(["account", "add", "guanli", "--password-stdin"]) == 1
    for expected in (0, 1):
        type_in(monkeypatch, f"{PASSWORD}\n")
        assert run(["account", "add", "guanli", "--password-stdin"]) == expected
    lines = [line for line in capsys.readouterr().err.splitlines() if line]
    assert len(lines) == 3
    assert "至少" in lines[0] or "10 至 200" in lines[0]
    assert "已有名为“guanli”的账号" in lines[2]
    assert PASSWORD not in "".join(lines)


def test_the_last_administrator_cannot_be_closed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, f"{PASSWORD}\n")
    run(["account", "add", "guanli", "--role", "administrator", "--password-stdin"])
    assert run(["account", "change", "guanli", "--disable"]) == 1
    assert "唯一的管理员" in capsys.readouterr().err
    assert run(["account", "change", "nobody", "--disable"]) == 1


def give(project: Path, verdict: Verdict, *, expected: Expected | None = None) -> None:
    database = open_database(load_settings().database)
    box = FeedbackBox(database)
    exchange = make_exchange(
        QUESTION,
        FakeAssistant().ask(QUESTION),
        documents=[OPINIONS],
        corpus_fingerprint=corpus_fingerprint([OPINIONS]),
        asked_at=now(),
    )
    box.give("u-1", answer_id=verdict.value, exchange=exchange, verdict=verdict, comment="漏了约谈")
    if expected is not None:
        box.expect(box.read()[0].id, expected)
    database.close()


def collect(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert run(["eval", "add-from-feedback", "--json"]) == 0
    result: dict[str, object] = json.loads(capsys.readouterr().out)
    return result


def test_a_complaint_becomes_a_test_that_is_measured(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "evals").mkdir()
    reference = {
        "id": "dev-001", "split": "dev", "kind": "unanswerable_near", "question": "罚款多少？",
        "expect": "refused", "due": [], "key_phrases": [],
    }  # fmt: skip
    path = project / "evals" / "reference.jsonl"
    path.write_text(json.dumps(reference, ensure_ascii=False), encoding="utf-8")
    give(project, Verdict.WRONG)
    assert collect(capsys) == {"added": [], "faults": [], "waiting": 1}
    wanted = Expected("answered", ("opinions-2021#4",), ("及时约谈",))
    give(project, Verdict.INCOMPLETE, expected=wanted)
    collected = collect(capsys)
    assert (len(collected["added"]), collected["waiting"]) == (1, 1)  # type: ignore[arg-type]
    assert run(["eval", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"cases": 2, "faults": []}
    # Taken once: the next time there is nothing new, and the file is as it was.
    before = (project / "evals" / "feedback.jsonl").read_bytes()
    assert collect(capsys)["added"] == []
    assert (project / "evals" / "feedback.jsonl").read_bytes() == before


def test_an_expectation_the_documents_do_not_bear_out_is_left_out_and_said(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = Expected("answered", ("opinions-2021#4",), ("三十个工作日",))
    give(project, Verdict.WRONG, expected=wanted)
    collected = collect(capsys)
    assert collected["added"] == []
    assert "三十个工作日" in str(collected["faults"])
    assert not (project / "evals" / "feedback.jsonl").exists()
