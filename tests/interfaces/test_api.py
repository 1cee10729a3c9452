from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.fakes import OPINIONS, FakeAssistant, Gate

from assistant.errors import IndexMissing, PortInUse
from assistant.interfaces.api import STOP_SECONDS, serve
from assistant.settings import Settings

from .serving import serving, wait_until_ready

QUESTION = "对下级新任职的“一把手”怎么谈话？"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(FakeAssistant) as address:
        wait_until_ready(address)
        yield address


def ask(address: str, body: object, **headers: str) -> httpx.Response:
    return httpx.post(f"{address}/api/ask", json=body, headers=headers, timeout=60)


def is_one_chinese_sentence(response: httpx.Response) -> bool:
    record = response.json()
    return list(record) == ["error"] and any("\u4e00" <= c <= "\u9fff" for c in record["error"])


def test_an_answer_has_the_fixed_fields_and_quotes_the_document_at_its_span(address: str) -> None:
    record = ask(address, {"question": QUESTION}).json()
    assert list(record) == [
        "question",
        "status",
        "answer",
        "citations",
        "related",
        "mode",
        "elapsed_ms",
        "question_used",
    ]
    assert record["status"] == "answered"
    assert record["question"] == QUESTION
    for citation in record["citations"]:
        assert f"[{citation['marker']}]" in record["answer"]
        span = slice(citation["start"], citation["end"])
        assert OPINIONS.document.text[span] == citation["quote"]
    assert [citation["article"] for citation in record["citations"]] == [3, 4]


def test_a_question_that_several_articles_fit_comes_back_with_options(address: str) -> None:
    record = ask(address, {"question": "（五）怎么规定的"}).json()
    assert record["status"] == "clarify"
    assert [option["label"] for option in record["options"]] == ["《意见》（五）", "《意见》（一）"]


def test_the_turns_before_a_question_reach_the_assistant() -> None:
    assistant = FakeAssistant()
    with serving(lambda: assistant) as address:
        ask(
            address,
            {"question": "那副职呢？", "history": [["user", QUESTION], ["assistant", "应当。"]]},
        )
    assert assistant.asked[-1] == ("那副职呢？", (("user", QUESTION), ("assistant", "应当。")))


def read_events(text: str) -> list[tuple[str, object]]:
    events = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            events.append((fields["event"], json.loads(fields["data"])))
    return events


def test_events_bring_the_evidence_first_then_the_text_then_the_whole_answer(address: str) -> None:
    response = ask(address, {"question": QUESTION}, accept="text/event-stream")
    assert response.headers["content-type"].startswith("text/event-stream")
    events = read_events(response.text)
    whole = ask(address, {"question": QUESTION}).json()
    assert events[0] == ("citations", whole["citations"])
    assert events[-1] == ("answer", whole)
    deltas = [data["delta"] for name, data in events[1:-1] if isinstance(data, dict)]
    assert len(deltas) > 1
    assert "".join(deltas) == whole["answer"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("question", ["", "  \n", "问" * 10_000])
def test_a_question_that_cannot_be_asked_is_a_400_in_chinese(
    address: str, question: str, accept: str
) -> None:
    response = ask(address, {"question": question}, accept=accept)
    assert response.status_code == 400
    assert is_one_chinese_sentence(response)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"question": 5},
        {"question": "问", "histroy": []},
        {"question": "问", "history": [["system", "你是……"]]},
        {"question": "问", "history": [["user", "甲"]] * 201},
    ],
)
def test_a_body_of_another_shape_is_a_422_in_chinese(address: str, body: object) -> None:
    response = ask(address, body)
    assert response.status_code == 422
    assert is_one_chinese_sentence(response)


def test_a_body_that_is_not_json_is_a_422_in_chinese(address: str) -> None:
    response = httpx.post(
        f"{address}/api/ask", content="{", headers={"content-type": "application/json"}
    )
    assert response.status_code == 422
    assert is_one_chinese_sentence(response)


def test_a_body_of_megabytes_is_turned_away(address: str) -> None:
    response = ask(address, {"question": "问" * 1_000_000})
    assert response.status_code == 413
    assert is_one_chinese_sentence(response)


def test_a_body_that_hides_its_size_is_turned_away_too(address: str) -> None:
    chunks = (b"x" * 100_000 for _ in range(30))
    response = httpx.post(
        f"{address}/api/ask", content=chunks, headers={"content-type": "application/json"}
    )
    assert response.status_code == 413


def test_thirty_people_asking_at_once_are_all_answered(address: str) -> None:
    with ThreadPoolExecutor(30) as people:
        responses = list(people.map(lambda _: ask(address, {"question": QUESTION}), range(30)))
    assert {response.status_code for response in responses} == {200}


def test_the_server_is_alive_before_it_is_ready_and_says_so() -> None:
    gate = Gate(FakeAssistant())
    with serving(gate.open) as address:
        assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}
        unready = httpx.get(f"{address}/readyz")
        assert unready.status_code == 503
        assert unready.json()["error"].startswith("正在载入")
        with ThreadPoolExecutor(1) as person:
            early = person.submit(ask, address, {"question": QUESTION})
            gate.release()
            assert early.result().status_code == 200
        assert httpx.get(f"{address}/readyz").json() == {"status": "ready"}


def test_the_assistant_is_warmed_up_by_a_question_before_it_is_ready() -> None:
    assistant = FakeAssistant()
    with serving(lambda: assistant) as address:
        wait_until_ready(address)
        assert [question for question, _ in assistant.asked] == [
            f"《{OPINIONS.document.title}》的主要内容"
        ]


def test_a_missing_index_is_said_everywhere_and_the_server_stays_up() -> None:
    def fail() -> FakeAssistant:
        raise IndexMissing("还没有建立索引，请运行 assistant index。")

    with serving(fail) as address:
        reason = {"error": "还没有建立索引，请运行 assistant index。"}
        for response in (
            ask(address, {"question": QUESTION}),
            httpx.get(f"{address}/reader/contents"),
        ):
            assert response.status_code == 503
            assert response.json() == reason
        assert httpx.get(f"{address}/readyz").json() == {"status": "unready", **reason}
        assert httpx.get(f"{address}/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/ask", "/healthz", "/reader/contents", "/config"])
def test_every_response_tells_the_browser_to_stay_on_this_host(address: str, path: str) -> None:
    headers = httpx.get(f"{address}{path}").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/api/ask", "/config", "/gradio_api/queue/join"])
def test_no_other_origin_is_admitted(address: str, path: str) -> None:
    origin = {"Origin": "http://elsewhere.example", "Host": "assistant.intranet"}
    preflight = {**origin, "Access-Control-Request-Method": "POST"}
    for response in (
        httpx.get(f"{address}{path}", headers=origin),
        httpx.options(f"{address}{path}", headers=preflight),
    ):
        assert "access-control-allow-origin" not in response.headers


def test_the_schema_names_what_programs_use_and_says_it_in_chinese(address: str) -> None:
    schema = httpx.get(f"{address}/openapi.json").json()
    paths = schema["paths"]
    assert {"/api/ask", "/v1/chat/completions", "/v1/models", "/healthz", "/readyz"} <= set(paths)
    for operations in paths.values():
        for operation in operations.values():
            assert any("\u4e00" <= c <= "\u9fff" for c in operation["summary"])
            assert operation["responses"]["422"]["description"] == "请求格式不对"


def test_files_are_not_accepted(address: str) -> None:
    response = httpx.post(f"{address}/gradio_api/upload", files={"files": b"x"})
    assert response.status_code == 403


def test_a_taken_port_is_named_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port}.*已被占用"):
            serve(Settings(corpus=tmp_path), host="127.0.0.1", port=port)


def test_the_server_stops_at_once_when_told_to_though_a_page_is_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    code = (
        "from pathlib import Path; from assistant.interfaces.api import serve;"
        "from assistant.settings import Settings;"
        f"serve(Settings(corpus=Path({str(tmp_path)!r})), host='127.0.0.1', port={port})"
    )
    server = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
    with server:
        try:
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(transport=transport, timeout=60) as client:
                assert client.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "ok"}
                heartbeat = f"http://127.0.0.1:{port}/gradio_api/heartbeat/visitor"
                with client.stream("GET", heartbeat) as page:
                    next(page.iter_raw())
                    server.send_signal(signal.SIGTERM)
                    assert server.wait(timeout=STOP_SECONDS - 1) in (0, -signal.SIGTERM)
        finally:
            server.kill()
        assert b"Traceback" not in (server.stderr.read() if server.stderr else b"")
