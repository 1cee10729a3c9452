"""Measures what an administrator waits for, against the bars: ``make bench``.

Every figure is taken from outside, on fresh processes and an index built from nothing: the command
``assistant index``, a Python process that opens the assistant and asks every reference question,
and ``assistant serve`` with its page.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from assistant.domain import Turn

QUESTIONS = Path("evals") / "reference.jsonl"
QUESTIONS_ASKED_OVER_HTTP = 30
START_LIMIT_SECONDS = 120.0
POLL_SECONDS = 0.05
MEGABYTE = 2**20
OF_A_MODEL = ("assistant.models", "langchain_openai", "openai")
QUIET_LOAD = 0.7
"""Processes that want a processor, on average, before the bench adds its own."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and the bar it should stay under."""

    name: str
    label: str
    value: float
    bar: float
    unit: str

    @property
    def passed(self) -> bool:
        """Whether the value is within the bar."""
        return self.value <= self.bar


@dataclass(frozen=True, slots=True)
class Session:
    """What a process that opened the assistant and asked everything reports about itself."""

    first_ms: float
    all_ms: tuple[float, ...]
    failures: int
    resident_bytes: int
    model_modules: int
    """Modules loaded that only a language model needs; none is configured here."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="测量建立索引、启动、回答的用时和内存")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="问题文件，每行一个 JSON")
    parser.add_argument("--session", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.session:
        run_session(chosen.questions)
        return
    busy = os.getloadavg()[0]
    if busy > QUIET_LOAD:
        sys.stderr.write(f"机器正忙（平均负载 {busy:.1f}），用时会偏大。\n")
    figures = measure(chosen.questions)
    if chosen.json:
        records = [{**asdict(figure), "passed": figure.passed} for figure in figures]
        sys.stdout.write(json.dumps(records, ensure_ascii=False) + "\n")
    else:
        Console().print(render(figures))


def measure(questions: Path) -> list[Figure]:
    """Return all figures; takes a minute or two."""
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder:
        environment = {**os.environ, "ASSISTANT_INDEX": folder}
        index_seconds = time_index(environment)
        # The second start is a warm one: files are in the page cache, byte code is written.
        for _ in range(2):
            ready_seconds, session = time_session(questions, environment)
            serve_seconds, serve_bytes = time_server(questions, environment)
    ordered = sorted(session.all_ms)
    return [
        Figure("index_seconds", "从零建立索引", index_seconds, 60, "秒"),
        Figure("ready_seconds", "新进程启动到可以回答", ready_seconds, 10, "秒"),
        Figure("serve_ready_seconds", "网页服务启动到可以回答", serve_seconds, 10, "秒"),
        Figure("first_answer_ms", "第一次回答", session.first_ms, 2000, "毫秒"),
        Figure(
            "median_ms", f"回答中位数（{len(ordered)} 题）", statistics.median(ordered), 80, "毫秒"
        ),
        Figure("p95_ms", "回答第 95 百分位", percentile(ordered, 95), 200, "毫秒"),
        Figure("failures", "未能回答的题", session.failures, 0, "题"),
        Figure("model_modules", "未配置模型时为模型加载的模块", session.model_modules, 0, "个"),
        Figure("resident_mb", "回答进程常驻内存", session.resident_bytes / MEGABYTE, 700, "MB"),
        Figure("serve_resident_mb", "网页服务常驻内存", serve_bytes / MEGABYTE, 700, "MB"),
    ]


def time_index(environment: dict[str, str]) -> float:
    """Return how many seconds ``assistant index`` takes into an empty folder."""
    started = time.perf_counter()
    subprocess.run([command(), "index"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def time_session(questions: Path, environment: dict[str, str]) -> tuple[float, Session]:
    """Return the seconds until a fresh process can answer, and what it then measured."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, __file__, "--session", "--questions", str(questions)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise SystemExit("the session did not start; see above")
        ready_seconds = time.perf_counter() - started
        report = json.loads(process.stdout.read())
    return ready_seconds, Session(**{**report, "all_ms": tuple(report["all_ms"])})


def run_session(questions: Path) -> None:
    """Open the assistant, ask every question, report on stdout; runs in a process of its own."""
    from assistant.errors import AssistantError
    from assistant.pipeline import Assistant
    from assistant.settings import load_settings

    assistant = Assistant.open(load_settings())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    times: list[float] = []
    failures = 0
    for question, history in read_questions(questions):
        started = time.perf_counter()
        try:
            assistant.ask(question, history=history)
        except AssistantError:
            failures += 1
        times.append((time.perf_counter() - started) * 1000)
    resident = psutil.Process().memory_info().rss
    loaded = sum(name.startswith(OF_A_MODEL) for name in sys.modules)
    report = Session(times[0], tuple(times), failures, resident, loaded)
    sys.stdout.write(json.dumps(asdict(report)) + "\n")


def time_server(questions: Path, environment: dict[str, str]) -> tuple[float, int]:
    """Return the seconds until ``assistant serve`` is ready, and its memory after some use."""
    with running_server(environment) as (process, address):
        started = time.perf_counter()
        wait_until_ready(process, address)
        seconds = time.perf_counter() - started
        httpx.get(address).raise_for_status()
        for question, _ in list(read_questions(questions))[:QUESTIONS_ASKED_OVER_HTTP]:
            httpx.post(f"{address}/api/ask", json={"question": question}, timeout=30)
        return seconds, psutil.Process(process.pid).memory_info().rss


@contextmanager
def running_server(
    environment: dict[str, str],
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run ``assistant serve`` on a free port while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [command(), "serve", "--host", "127.0.0.1", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    """Return when the server says that it can answer."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass  # It does not listen yet.
        time.sleep(POLL_SECONDS)
    raise SystemExit("the server did not become ready")


def read_questions(path: Path) -> Iterator[tuple[str, list[Turn]]]:
    """Yield the questions of a JSON lines file with the turns before them."""
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        history: list[Turn] = [(role, text) for role, text in case.get("history") or ()]
        yield case["question"], history


def percentile(ordered: Sequence[float], share: int) -> float:
    """Return the value that ``share`` percent of the ordered values do not exceed."""
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def command() -> str:
    """Return the path of ``assistant`` in the environment that runs this script."""
    return str(Path(sys.executable).with_name("assistant"))


def render(figures: Sequence[Figure]) -> Table:
    """Return the table of figures and bars."""
    table = Table("项目", box=None, padding=(0, 2, 0, 0))
    table.add_column("实测", justify="right")
    table.add_column("上限", justify="right")
    table.add_column("")
    for figure in figures:
        digits = 1 if figure.unit == "秒" else 0
        table.add_row(
            figure.label,
            f"{figure.value:.{digits}f} {figure.unit}",
            f"{figure.bar:.0f} {figure.unit}",
            "✓" if figure.passed else "✗",
        )
    return table


if __name__ == "__main__":
    main()
