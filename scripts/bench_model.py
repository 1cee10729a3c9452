"""Measures what the models room costs: ``python -m scripts.bench_model``.

First, without a model: the assistant as it is against the same assistant with the models room cut
out of its path, question by question in turns, so that a busy machine is busy for both. Then, with
the fake model of the tests as the model of a real ``assistant serve``: how long after the model's
first token the first text stands in the stream that the page and the interface read.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

import httpx
from rich.console import Console
from scripts.bench import (
    OF_A_MODEL,
    QUESTIONS,
    QUIET_LOAD,
    Figure,
    percentile,
    read_questions,
    render,
    running_server,
    wait_until_ready,
)
from tests.fake_model.minds import competent
from tests.fake_model.server import NAME, Manner, Server, model_server

from assistant.domain import Answer, Turn
from assistant.pipeline import Assistant
from assistant.settings import load_settings

ROUNDS = 2
STREAMED = 150
FIRST_SECONDS = 0.05
"""Silence of the fake model before its first token …"""
TOKEN_SECONDS = 0.02
"""… and between two of them, of four letters each: a quick model's pace."""
NOTICE = "正在起草"
DECIDING = ("used_median_percent", "own_ms", "model_modules", "first_median_ms", "first_p95_ms")
"""What a busy machine does not decide; the rest is there to be read beside it."""

Ask = Callable[[str, list[Turn]], Answer]
Pair = tuple[list[float], list[float]]
"""Values with the models room, and without."""
Questions = Sequence[tuple[str, list[Turn]]]


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds from the model's first token until there was something to read."""

    notice: float
    """Until the notice that an answer is being written, which is the first text."""
    words: float | None
    """Until the first words of the answer; None when it came whole."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; exits with 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description="模型部分增加的用时：不配置模型时，和见到首字时")
    parser.add_argument("--questions", type=int, default=0, help="抽取式问多少题；默认全部")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="每题各问几遍")
    parser.add_argument("--streamed", type=int, default=STREAMED, help="用模型问多少题")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    chosen = parser.parse_args(arguments)
    busy = os.getloadavg()[0]
    if busy > QUIET_LOAD:
        sys.stderr.write(f"机器正忙（平均负载 {busy:.1f}），用时会偏大。\n")
    questions = list(read_questions(QUESTIONS))
    figures = measure_extractive(questions[: chosen.questions or None], rounds=chosen.rounds)
    figures += measure_stream(questions, most=chosen.streamed)
    if chosen.json:
        records = [{**asdict(figure), "passed": figure.passed} for figure in figures]
        sys.stdout.write(json.dumps(records, ensure_ascii=False) + "\n")
    else:
        Console().print(render(figures))
    missed = any(figure.name in DECIDING and not figure.passed for figure in figures)
    raise SystemExit(1 if missed else 0)


def measure_extractive(questions: Questions, *, rounds: int) -> list[Figure]:
    """Return what an answer costs with the models room and without it, no model configured."""
    settings = load_settings()
    without = settings.model.model_copy(update={"name": ""})
    assistant = Assistant.open(settings.model_copy(update={"model": without}))
    ways: tuple[Ask, Ask] = (
        lambda question, history: assistant.ask(question, history=history),
        _without_room(assistant),
    )
    for question, history in questions[:20]:
        ways[0](question, history)
    walls: Pair = ([], [])
    used: Pair = ([], [])
    for turn in range(2 * rounds):
        for number, (question, history) in enumerate(questions):
            # What the first of a pair leaves in memory helps the second: they change places.
            for way in (0, 1) if (number + turn) % 2 else (1, 0):
                wall, processor = time.perf_counter(), time.process_time()
                ways[way](question, history)
                used[way].append((time.process_time() - processor) * 1000)
                walls[way].append((time.perf_counter() - wall) * 1000)
    loaded = sum(name.startswith(OF_A_MODEL) for name in sys.modules)
    (median, p95), (bare_median, bare_p95) = map(_median_and_p95, walls)
    told = f"（{len(walls[0])} 次）"
    return [
        Figure("with_median_ms", f"抽取式回答中位数{told}", median, 80, "毫秒"),
        Figure("bare_median_ms", "……去掉模型部分", bare_median, 80, "毫秒"),
        Figure("with_p95_ms", "抽取式回答第 95 百分位", p95, 200, "毫秒"),
        Figure("bare_p95_ms", "……去掉模型部分", bare_p95, 200, "毫秒"),
        Figure("median_percent", "中位数之比", 100 * median / bare_median, 105, "%"),
        Figure("p95_percent", "第 95 百分位之比", 100 * p95 / bare_p95, 105, "%"),
        *_processor_figures(used),
        Figure("model_modules", "为模型加载的模块", loaded, 0, "个"),
    ]


def _processor_figures(used: Pair) -> list[Figure]:
    """Return the same of processor time, which other work on the machine changes little."""
    (median, p95), (bare_median, bare_p95) = map(_median_and_p95, used)
    own = statistics.median(a - b for a, b in zip(*used, strict=True))
    return [
        Figure("used_median_percent", "处理器时间中位数之比", 100 * median / bare_median, 102, "%"),
        Figure("used_p95_percent", "……第 95 百分位之比", 100 * p95 / bare_p95, 102, "%"),
        Figure("own_ms", "……成对之差的中位数", own, 1, "毫秒"),
    ]


def _median_and_p95(values: Sequence[float]) -> tuple[float, float]:
    return statistics.median(values), percentile(sorted(values), 95)


def _without_room(assistant: Assistant) -> Ask:
    """Return the way of a question through the assistant with the models room cut out."""
    reader, writer = assistant._reader, assistant._writer

    def ask(question: str, history: list[Turn]) -> Answer:
        return writer.answer(reader.read(question, history))

    return ask


def measure_stream(questions: Questions, *, most: int) -> list[Figure]:
    """Return how soon text stands in the stream after the model's first token."""
    manner = Manner(first_seconds=FIRST_SECONDS, token_seconds=TOKEN_SECONDS)
    with (
        model_server(competent, manner) as model,
        tempfile.TemporaryDirectory(prefix="assistant-bench-") as data,
        running_server(_environment(model, Path(data))) as (process, address),
    ):
        wait_until_ready(process, address)
        with httpx.Client(base_url=address, timeout=60) as client:
            for question, _ in questions[:3]:
                _ask(client, model, question)
            delays = []
            # Some questions never come to a model; others follow until there are enough.
            for question, _ in islice(cycle(questions), 3 * most):
                delay = _ask(client, model, question)
                delays += [] if delay is None else [delay]
                if len(delays) >= most:
                    break
    notices = sorted(delay.notice * 1000 for delay in delays)
    words = sorted(d.words * 1000 for d in delays if d.words is not None)
    told = f"（{len(notices)} 次）"
    return [
        Figure("first_median_ms", f"模型首字到页面首字{told}", _median(notices), 300, "毫秒"),
        Figure("first_p95_ms", "……第 95 百分位", percentile(notices, 95), 300, "毫秒"),
        Figure("words_median_ms", f"到答复的首字（{len(words)} 次）", _median(words), 600, "毫秒"),
        Figure("words_p95_ms", "……第 95 百分位", percentile(words, 95), 1500, "毫秒"),
    ]


def _environment(model: Server, data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ASSISTANT_DATA": str(data),
        "ASSISTANT_MODEL__NAME": NAME,
        "ASSISTANT_MODEL__BASE_URL": model.address,
        "ASSISTANT_MODEL__CACHED_ANSWERS": "0",
        # One call a question: the moment of its first token is the one to count from.
        "ASSISTANT_MODEL__REWRITE": "false",
    }


def _ask(client: httpx.Client, model: Server, question: str) -> Delay | None:
    """Ask as the page does and return what was seen when; None when no model was asked."""
    model.first_token_at.clear()
    notice: float | None = None
    words: float | None = None
    name = ""
    with client.stream(
        "POST", "/api/ask", json={"question": question}, headers={"Accept": "text/event-stream"}
    ) as response:
        for line in response.iter_lines():
            now = time.perf_counter()
            if line.startswith("event:"):
                name = line.removeprefix("event:").strip()
            elif line.startswith("data:") and name == "early":
                notice = notice or now
                shown = json.loads(line.removeprefix("data:"))["text"]
                words = words or (None if shown.startswith(NOTICE) else now)
    if not model.first_token_at or notice is None:
        return None
    began = model.first_token_at[0]
    return Delay(notice - began, None if words is None else words - began)


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


if __name__ == "__main__":
    main()
