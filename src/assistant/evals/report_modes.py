"""Two modes over the same questions as one HTML page, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assistant.evals import compare
from assistant.evals.cases import KINDS
from assistant.evals.markup import Node, node, render_page, table
from assistant.evals.plots import Bar, draw_bars, draw_histogram
from assistant.evals.report import HOW_TO_READ, STYLE, draw_facts, explain_miss
from assistant.evals.run import EvalRun
from assistant.evals.summary import MEASURES, CaseResult, group_results, measure_results
from assistant.evals.trial import FALLBACKS, drafts_of, measure_drafts

TITLE = "评测报告：抽取式与模型并列"
_RIGHT = MEASURES[0]
_WIDER = "main { max-width: 80rem; } th:first-child { min-width: 8rem; }"


def render_modes(runs: Mapping[str, EvalRun]) -> str:
    """Return the report of an extractive and a model run as a self-contained page."""
    results = {mode: run.results for mode, run in runs.items()}
    body = [
        *_opening(runs),
        node("h2", None, "主要指标"),
        table(*compare.totals(results)),
        node("p", {"class": "soft"}, HOW_TO_READ),
        *(node("p", None, line) for line in compare.describe_pairs(results)),
        node("p", None, compare.describe_promise(results)),
        node("h2", None, "各类问题"),
        table(*compare.by_kind(results)),
        _kinds_plot(results),
        node("h2", None, "模型的草稿"),
        *_drafts(results["model"]),
        node("h2", None, "用时"),
        *(_times(mode, of_mode) for mode, of_mode in results.items()),
        *_differing(results),
        node("h2", None, "设置与指纹"),
        *(part for mode, run in runs.items() for part in _facts(mode, run)),
    ]
    return render_page(title=TITLE, style=STYLE + _WIDER, body=body)


def _opening(runs: Mapping[str, EvalRun]) -> Iterator[Node]:
    yield node("h1", None, TITLE)
    last = runs["model"]
    moment = last.started_at.replace("T", " ").replace("+00:00", "（世界时）")
    failed = "，".join(f"{compare.MODES[m]}出错 {run.failures} 题" for m, run in runs.items())
    kept = f"，其中 {last.kept} 题是此前答的" if last.kept else ""
    told = f"{moment}，{len(last.results)} 题{kept}，{failed}，模型 {last.settings.get('model')}。"
    yield node("p", {"class": "soft"}, told)


def _kinds_plot(runs: compare.Runs) -> Node:
    bars = []
    grouped = {mode: group_results(r, lambda case: case.kind) for mode, r in runs.items()}
    for kind, name in KINDS.items():
        for mode, groups in grouped.items():
            figure = measure_results(groups.get(kind, ()), _RIGHT)
            if figure.value is None or figure.low is None or figure.high is None:
                continue
            note = f"{figure.value:.0%}，{figure.cases} 题"
            label = f"{name}·{compare.MODES[mode]}"
            bars.append(Bar(label, figure.value, figure.low, figure.high, note))
    return node("figure", None, draw_bars(bars, title="各类问题的正确率"))


def _drafts(results: Sequence[CaseResult]) -> Iterator[Node]:
    figures = measure_drafts(drafts_of(results))
    yield table(
        ["请模型起草", "采用", "改用抽取式", "句子保留", "换成原文", "删去"],
        [
            [
                str(figures.asked),
                str(figures.shown),
                str(sum(figures.fallbacks.values())),
                str(figures.kept),
                str(figures.quoted),
                str(figures.dropped),
            ]
        ],
    )
    given_up = {FALLBACKS.get(word, word): n for word, n in figures.fallbacks.items()}
    for title, counts in (("放弃草稿的原因", given_up), ("句子的问题", figures.faults)):
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        yield table([title, "题数"], [[reason, str(count)] for reason, count in ordered])


def _times(mode: str, results: Sequence[CaseResult]) -> Node:
    times = [r.scores["latency_ms"] for r in results if "latency_ms" in r.scores]
    return draw_histogram(times, title=f"每题用时：{compare.MODES[mode]}", unit="毫秒")


def _differing(runs: compare.Runs) -> Iterator[Node]:
    pairs = compare.differing(runs)
    yield node("h2", None, f"只有一种方式答对的题（调试集 {len(pairs)} 题）")
    names = [compare.MODES[mode] for mode in runs]
    for pair in pairs:
        case = pair[0].case
        right = next(name for name, one in zip(names, pair, strict=True) if not one.missed)
        title = f"{case.id}　{KINDS.get(case.kind, case.kind)}　{case.question}　（{right}答对）"
        yield node("details", None, node("summary", None, title), *_answers(names, pair))


def _answers(names: Sequence[str], pair: Sequence[CaseResult]) -> Iterator[Node]:
    for name, result in zip(names, pair, strict=True):
        text = result.answer.text if result.answer else result.failure
        yield node("p", {"class": "answer"}, f"{name}：{text}")
        if result.missed:
            yield from (node("p", None, line) for line in explain_miss(result))


def _facts(mode: str, run: EvalRun) -> Iterator[Node]:
    yield node("h3", None, compare.MODES[mode])
    yield draw_facts({**run.settings, **run.fingerprints, "fingerprint": run.fingerprint})
