"""Asks as many people at once would, the way the page does: ``python -m scripts.load``.

Starts ``assistant serve`` on a free port, or takes the address of one that runs. Every person asks
the next question as soon as the last one is answered; a question is answered when its last word is
there. Memory is the server's resident set, read from outside.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle, islice

import httpx
import psutil
from scripts.bench import (
    QUESTIONS,
    QUIET_LOAD,
    percentile,
    read_questions,
    running_server,
    wait_until_ready,
)

PEOPLE = 30
ROUNDS = 5
WARM_QUESTIONS = 200
SAMPLES = 20
MEGABYTE = 2**20
BAR_SECONDS = 3.0
BAR_GROWTH_MB = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question as whoever asked it saw it; seconds from sending it."""

    first: float
    whole: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured."""

    people: int
    questions: int
    errors: int
    first_median: float
    first_p95: float
    whole_median: float
    whole_p95: float
    whole_most: float
    per_second: float
    processor_ms: float
    """Processor time of the server for one question; a busy machine does not change it."""
    memory_mb: tuple[float, ...]
    load_before: float

    @property
    def growth_mb(self) -> float:
        """Growth of the server between a quarter of the way and the end."""
        return self.memory_mb[-1] - self.memory_mb[len(self.memory_mb) // 4]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; exits with 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description="多人同时提问的用时、差错和内存")
    parser.add_argument("--address", default="", help="已在运行的服务；默认自己启动一个")
    parser.add_argument("--people", type=int, default=PEOPLE, help="同时提问的人数")
    parser.add_argument("--questions", type=int, default=PEOPLE * ROUNDS, help="一共问多少题")
    parser.add_argument("--keep", action="store_true", help="像网页那样保存对话、给出接着问的问题")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    chosen = parser.parse_args(arguments)
    before = os.getloadavg()[0]
    if before > QUIET_LOAD:
        sys.stderr.write(f"机器正忙（平均负载 {before:.1f}），用时会偏大。\n")
    with server(chosen.address) as (address, process):
        report = asyncio.run(
            measure(
                address,
                process,
                people=chosen.people,
                questions=chosen.questions,
                keep=chosen.keep,
                load_before=before,
            )
        )
    sys.stdout.write((as_json if chosen.json else as_text)(report) + "\n")
    within = report.errors == 0 and report.whole_p95 <= BAR_SECONDS
    raise SystemExit(0 if within and report.growth_mb <= BAR_GROWTH_MB else 1)


@contextmanager
def server(address: str) -> Iterator[tuple[str, psutil.Process]]:
    """Yield the address and the process of a server that is ready."""
    if address:
        yield address, _listening(int(address.rstrip("/").rsplit(":", 1)[1]))
        return
    with (
        tempfile.TemporaryDirectory(prefix="assistant-load-") as data,
        running_server({**os.environ, "ASSISTANT_DATA": data}) as (process, found),
    ):
        wait_until_ready(process, found)
        yield found, psutil.Process(process.pid)


def _listening(port: int) -> psutil.Process:
    for connection in psutil.net_connections("tcp"):
        address = connection.laddr
        if connection.status == "LISTEN" and address and address.port == port and connection.pid:
            return psutil.Process(connection.pid)
    raise SystemExit(f"nothing listens on port {port}")


async def measure(
    address: str,
    process: psutil.Process,
    *,
    people: int,
    questions: int,
    keep: bool,
    load_before: float,
) -> Report:
    """Ask and return the figures; the first questions warm the server and count for nothing."""
    texts = [text for text, _ in read_questions(QUESTIONS)]
    limits = httpx.Limits(max_connections=people, max_keepalive_connections=people)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=120) as client:
        await _ask_all(client, list(islice(cycle(texts), WARM_QUESTIONS)), people, keep, [], None)
        memory: list[float] = []
        used = _processor_seconds(process)
        started = time.perf_counter()
        asked = list(islice(cycle(texts), WARM_QUESTIONS, WARM_QUESTIONS + questions))
        outcomes = await _ask_all(client, asked, people, keep, memory, process)
        seconds = time.perf_counter() - started
        used = _processor_seconds(process) - used
    firsts = sorted(outcome.first for outcome in outcomes)
    wholes = sorted(outcome.whole for outcome in outcomes)
    return Report(
        people=people,
        questions=len(outcomes),
        errors=sum(outcome.failed for outcome in outcomes),
        first_median=statistics.median(firsts),
        first_p95=percentile(firsts, 95),
        whole_median=statistics.median(wholes),
        whole_p95=percentile(wholes, 95),
        whole_most=wholes[-1],
        per_second=len(outcomes) / seconds,
        processor_ms=used / len(outcomes) * 1000,
        memory_mb=tuple(memory),
        load_before=load_before,
    )


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _ask_all(
    client: httpx.AsyncClient,
    questions: Sequence[str],
    people: int,
    keep: bool,
    memory: list[float],
    process: psutil.Process | None,
) -> list[Outcome]:
    waiting = iter(questions)
    outcomes: list[Outcome] = []
    step = max(1, len(questions) // SAMPLES)

    async def person() -> None:
        for question in waiting:
            outcomes.append(await _ask(client, question, keep=keep))
            if process is not None and len(outcomes) % step == 0:
                memory.append(round(process.memory_info().rss / MEGABYTE, 1))

    await asyncio.gather(*(person() for _ in range(people)))
    return outcomes


async def _ask(client: httpx.AsyncClient, question: str, *, keep: bool) -> Outcome:
    """Ask one question as the page does, and leave once the answer is whole."""
    body: dict[str, object] = {"question": question}
    if keep:
        body |= {"conversation": "", "suggestions": True}
    started = time.perf_counter()
    first = whole = 0.0
    try:
        async with client.stream(
            "POST", "/api/ask", json=body, headers={"Accept": "text/event-stream"}
        ) as response:
            async for line in response.aiter_lines():
                if line.startswith("event: text") and not first:
                    first = time.perf_counter() - started
                elif line.startswith("event: answer"):
                    whole = time.perf_counter() - started
    except httpx.HTTPError:
        pass
    ended = time.perf_counter() - started
    return Outcome(first or ended, whole or ended, failed=not whole)


def as_json(report: Report) -> str:
    """Return the figures for programs."""
    return json.dumps({**asdict(report), "growth_mb": report.growth_mb}, ensure_ascii=False)


def as_text(report: Report) -> str:
    """Return the figures for people."""
    memory = "、".join(f"{value:.0f}" for value in report.memory_mb)
    return (
        f"{report.people} 人同时提问，共 {report.questions} 题，差错 {report.errors}，"
        f"每秒 {report.per_second:.1f} 题，每题处理器时间 {report.processor_ms:.0f} 毫秒"
        f"（开始前平均负载 {report.load_before:.1f}）\n"
        f"首字：中位数 {report.first_median:.2f} 秒，第 95 百分位 {report.first_p95:.2f} 秒\n"
        f"答完：中位数 {report.whole_median:.2f} 秒，第 95 百分位 {report.whole_p95:.2f} 秒，"
        f"最长 {report.whole_most:.2f} 秒（上限 {BAR_SECONDS:.0f} 秒）\n"
        f"内存（MB）：{memory}；后四分之三增长 {report.growth_mb:+.1f}（上限 {BAR_GROWTH_MB:.0f}）"
    )


if __name__ == "__main__":
    main()
