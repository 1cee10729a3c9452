"""The command as a person runs it: a process of its own, a small corpus, a real index."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

MEASURES = """\
---
id: archive-measures
title: 某市机关档案管理办法
short_title: 档案办法
issuer: 某市人民政府办公厅
kind: normative
issued: 2020-05-01
---
# 某市机关档案管理办法

第一条 为了加强机关档案工作，制定本办法。

第二条 机关应当在次年六月底前将上一年度的文书材料整理归档。

第三条 查阅未开放档案，应当经档案保管部门负责人书面批准。

第四条 档案库房应当每季度检查一次温度和湿度，并作记录。
"""
START_LIMIT_SECONDS = 90.0


class Place:
    """A folder with a corpus, and the command run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "corpus").mkdir(parents=True)
        (folder / "corpus" / "archive-measures.md").write_text(MEASURES, encoding="utf-8")

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant", *arguments],
            cwd=self.folder,
            env=clean_environment(),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=check,
        )

    def ask(self, question: str) -> dict[str, object]:
        answer = json.loads(self.run("ask", question, "--json").stdout)
        assert isinstance(answer, dict)
        return answer


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("indexed"))
    assert "索引已就绪" in place.run("index").stdout
    return place


def test_an_answer_cites_the_article_verbatim(indexed: Place) -> None:
    answer = indexed.ask("档案库房多长时间检查一次温度和湿度？")
    assert answer["status"] == "answered"
    citations = answer["citations"]
    assert isinstance(citations, list)
    assert [(c["doc_id"], c["article"]) for c in citations] == [("archive-measures", 4)]
    assert citations[0]["quote"] in MEASURES
    assert "每季度" in str(answer["answer"])


def test_what_the_materials_do_not_contain_is_refused(indexed: Place) -> None:
    assert indexed.ask("红烧肉怎么做才好吃？")["status"] == "refused"


def test_piped_output_carries_no_colour_and_is_not_wrapped(indexed: Place) -> None:
    shown = indexed.run("ask", "查阅未开放档案要经谁批准？").stdout
    assert "\x1b" not in shown
    assert "查阅未开放档案，应当经档案保管部门负责人书面批准。" in shown
    assert "出处和原文" in shown


def test_a_batch_keeps_the_order_and_survives_a_broken_line(indexed: Place) -> None:
    lines = ['{"id": 1, "question": "文书材料何时归档？"}', "{", '{"id": 3, "question": ""}']
    questions = indexed.folder / "questions.jsonl"
    questions.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = indexed.run("ask", "--batch", "questions.jsonl", "--out", "answers.jsonl")
    answers = (indexed.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(answer) for answer in answers]
    assert [record["id"] for record in records] == [1, None, 3]
    assert records[0]["status"] == "answered"
    assert [set(record) for record in records[1:]] == [{"id", "error"}] * 2
    assert done.stdout == ""
    assert "共 3 行，2 行未能回答" in done.stderr


def test_the_history_file_is_read(indexed: Place) -> None:
    turns = [["user", "查阅未开放档案要经谁批准？"], ["assistant", "《档案办法》第三条……"]]
    history = indexed.folder / "history.json"
    history.write_text(json.dumps(turns, ensure_ascii=False), encoding="utf-8")
    done = indexed.run("ask", "第四条怎么规定？", "--history", "history.json", "--json")
    assert json.loads(done.stdout)["question"] == "第四条怎么规定？"


def test_an_index_of_the_same_corpus_embeds_nothing_again(indexed: Place) -> None:
    manifest = json.loads(indexed.run("index", "--json").stdout)
    assert manifest["documents"] == 1
    assert manifest["embedded"] == 0


def test_the_doctor_finds_nothing_wrong(indexed: Place) -> None:
    with free_port() as port:
        (indexed.folder / "assistant.toml").write_text(f"port = {port}\n", encoding="utf-8")
    done = indexed.run("doctor", check=False)
    assert (done.returncode, "✗" in done.stdout) == (0, False), done.stdout


def test_a_question_to_a_changed_corpus_is_answered_with_what_to_run(tmp_path: Path) -> None:
    place = Place(tmp_path / "changed")
    place.run("index")
    material = place.folder / "corpus" / "archive-measures.md"
    material.write_text(MEASURES.replace("每季度", "每月"), encoding="utf-8")
    done = place.run("ask", "多久检查一次库房？", check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "assistant index" in done.stderr


def test_serve_builds_a_missing_index_says_so_and_answers(tmp_path: Path) -> None:
    place = Place(tmp_path / "served")
    with free_port() as port:
        pass
    server = subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--port", str(port)],
        cwd=place.folder,
        env=clean_environment(),
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        wait_until_ready(server, port)
        reply = httpx.post(
            f"http://127.0.0.1:{port}/api/ask", json={"question": "文书材料何时归档？"}, timeout=30
        )
        assert reply.json()["status"] == "answered"
        # The doctor takes our own server for what it is.
        (place.folder / "assistant.toml").write_text(f"port = {port}\n", encoding="utf-8")
        assert f"✓ 端口：{port} 上本服务正在运行" in place.run("doctor").stdout
    finally:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)
    assert "还没有索引，正在建立" in said
    assert "Traceback" not in said


@contextmanager
def free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def wait_until_ready(server: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not become ready")
