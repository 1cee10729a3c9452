"""A run as one HTML page that a reader without the code understands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from assistant.evals.calibrate import Calibration, load_calibration
from assistant.evals.cases import KINDS
from assistant.evals.markup import Node, node, render_page, table
from assistant.evals.plots import Bar, draw_bars, draw_histogram
from assistant.evals.report_refusal import draw_refusal
from assistant.evals.run import EvalRun
from assistant.evals.summary import (
    MEASURES,
    CaseResult,
    Figure,
    Measure,
    group_results,
    measure_results,
    summarise,
)

TITLE = "评测报告"
SPLITS = {"dev": "调试集", "test": "测试集"}
STATUSES = {"answered": "作答", "refused": "拒答", "clarify": "反问"}
_RIGHT = MEASURES[0]
_SHOWN_HITS = 5
SLOW_MS = 10_000
"""Times from here on are written in seconds."""

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --paper: #fff; --soft: #52606d; --rule: #d9dee4;
  --bar: #4a7ab5; --mark: #b3401f; --panel: #f5f7fa; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --paper: #16191d; --soft: #a3adb8;
  --rule: #3a424c; --bar: #5b8fd0; --mark: #f0906e; --panel: #1f242a; } }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.7 system-ui,
  "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--rule); text-align: right;
  font-variant-numeric: tabular-nums; font-weight: normal; white-space: nowrap; }
th:first-child { text-align: left; white-space: normal; }
thead th { color: var(--soft); font-size: .9rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .3rem; }
figure { margin: 1rem 0; overflow-x: auto; } svg { width: 100%; height: auto; }
svg.wide { min-width: 42rem; } svg.narrow { display: block; max-width: 32rem; }
svg text { fill: var(--ink); font-size: 12px; }
svg.narrow text { paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.bar { fill: var(--bar); } .bar.other { fill: var(--mark); }
.grid { stroke: var(--rule); } .axis { stroke: var(--soft); }
.interval { stroke: var(--ink); stroke-width: 1.5; }
.mark { stroke: var(--mark); stroke-dasharray: 3 3; }
details { border-bottom: 1px solid var(--rule); padding: .5rem 0; } summary { cursor: pointer; }
details p { white-space: pre-wrap; overflow-wrap: anywhere; margin: .4rem 0; }
details .answer { background: var(--panel); padding: .5rem .8rem; border-radius: .3rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
"""


def render_report(run: EvalRun, *, calibration: Calibration | None = None) -> str:
    """Return the report of a run as a self-contained page.

    Without a calibration: with the one that the assistant decides by.
    """
    body = [
        *_opening(run),
        node("h2", None, "主要指标"),
        _figures_table(run),
        node("p", {"class": "soft"}, HOW_TO_READ),
        node("h2", None, "各类问题的正确率"),
        _kinds_plot(run.results),
        node("h2", None, "该答的答，不该答的不答"),
        _status_table(run.results),
        *_refusal(run, calibration or load_calibration()),
        node("h2", None, "用时与篇幅"),
        draw_histogram(_scores(run.results, "latency_ms"), title="每题用时", unit="毫秒"),
        draw_histogram(_scores(run.results, "characters"), title="答复字数", unit="字"),
        *_misses(run.results),
        node("h2", None, "设置与指纹"),
        draw_facts({**run.settings, **run.fingerprints, "fingerprint": run.fingerprint}),
    ]
    return render_page(title=TITLE, style=STYLE, body=body)


HOW_TO_READ = (
    "括号内为 95% 置信区间（按题重抽样 2000 次）；“题数”是该指标适用的题数，不适用的题不计入。"
    "完全正确：关键短语全部出现，应引条文全部引用，且至少一半引用有据。"
    "运行出错的题不计入均值，另行列出。"
)
_HOW_KINDS_ARE_JUDGED = (
    "应作答的题看是否完全正确，应拒答的看是否拒答，指代不明的看是否反问；横线为 95% 置信区间。"
)


def _opening(run: EvalRun) -> Iterator[Node]:
    yield node("h1", None, TITLE)
    failures = f"，其中 {run.failures} 题运行出错" if run.failures else ""
    moment = run.started_at.replace("T", " ").replace("+00:00", "（世界时）")
    yield node(
        "p",
        {"class": "soft"},
        f"{moment}，共 {len(run.results)} 题{failures}，用时 {run.seconds:.0f} 秒。",
    )


def _figures_table(run: EvalRun) -> Node:
    groups = group_results(run.results, lambda case: case.split)
    names = list(groups) if len(groups) > 1 else []
    splits = {name: summarise(groups[name]) for name in names}
    figures = summarise(run.results)
    header = ["指标", "全部", *(SPLITS[name] for name in names), "题数", "出错"]
    rows = [
        [
            measure.label,
            show_figure(figures[measure.name], measure),
            *(show_figure(splits[name][measure.name], measure) for name in names),
            str(figures[measure.name].cases),
            str(figures[measure.name].failures),
        ]
        for measure in MEASURES
        if figures[measure.name].cases or figures[measure.name].failures
    ]
    return table(header, rows)


def show_figure(figure: Figure, measure: Measure) -> str:
    """Return a figure with its interval as people write it."""
    if figure.value is None or figure.low is None or figure.high is None:
        return "—"
    value, low, high = (show_value(v, measure) for v in (figure.value, figure.low, figure.high))
    return f"{value}（{low}–{high}）"


def show_value(value: float, measure: Measure) -> str:
    """Return a value in its unit."""
    if measure.unit == "share":
        return f"{value:.1%}"
    if measure.unit == "ms" and value >= SLOW_MS:
        return f"{value / 1000:.1f}秒"
    return f"{value:.0f}{'毫秒' if measure.unit == 'ms' else '字'}"


def _kinds_plot(results: Sequence[CaseResult]) -> Node:
    groups = group_results(results, lambda case: case.kind)
    bars = []
    for kind in KINDS:
        figure = measure_results(groups.get(kind, ()), _RIGHT)
        if figure.value is None or figure.low is None or figure.high is None:
            continue
        failed = f"，出错 {figure.failures}" if figure.failures else ""
        note = f"{figure.value:.0%}，{figure.cases} 题{failed}"
        bars.append(Bar(KINDS[kind], figure.value, figure.low, figure.high, note))
    caption = (
        "应作答的题看是否完全正确，应拒答的看是否拒答，指代不明的看是否反问；横线为 95% 区间。"
    )
    return node(
        "figure", None, draw_bars(bars, title="各类问题的正确率"), node("figcaption", None, caption)
    )


def _status_table(results: Sequence[CaseResult]) -> Node:
    counts: Counter[tuple[str, str]] = Counter(
        (result.case.expect, result.answer.status if result.answer else "failed")
        for result in results
    )
    outcomes = [*STATUSES, "failed"]
    rows = [
        [f"应{label}", *(str(counts[expect, outcome]) for outcome in outcomes)]
        for expect, label in STATUSES.items()
    ]
    return table(["题数", *(f"实际{label}" for label in STATUSES.values()), "出错"], rows)


def _refusal(run: EvalRun, calibration: Calibration) -> Iterator[Node]:
    threshold = run.settings.get("refusal_threshold")
    if isinstance(threshold, int | float):
        yield from draw_refusal(calibration, threshold=float(threshold))


def _scores(results: Sequence[CaseResult], name: str) -> list[float]:
    return [result.scores[name] for result in results if name in result.scores]


def _misses(results: Sequence[CaseResult]) -> Iterator[Node]:
    missed = [result for result in results if result.missed]
    yield node("h2", None, f"未答对的题（{len(missed)} 题）")
    yield node("p", {"class": "soft"}, "点开可看答复、缺什么、检索到了什么。")
    for result in missed:
        yield _miss(result)


def _miss(result: CaseResult) -> Node:
    case = result.case
    title = f"{case.id}　{KINDS.get(case.kind, case.kind)}　{case.question}"
    lines = [node("p", None, line) for line in explain_miss(result)]
    if result.answer is not None:
        lines.insert(0, node("p", {"class": "answer"}, result.answer.text))
    return node("details", None, node("summary", None, title), *lines)


def explain_miss(result: CaseResult) -> tuple[str, ...]:
    """Return, line by line, what was expected, what is wrong and what search found."""
    if result.answer is None:
        return (f"运行出错：{result.failure}",)
    case, findings = result.case, result.findings
    facts = {
        "上文": " / ".join(text for _, text in case.history),
        "应": STATUSES[case.expect],
        "实际": STATUSES[result.answer.status]
        + (f"（{result.answer.reason}）" if result.answer.reason else ""),
        "应引": "，".join("|".join(map(str, group)) for group in case.due),
        "缺关键短语": "；".join(findings.missing_phrases),
        "缺引用": "，".join(findings.missing_places),
        "无据引用": "，".join(findings.wrong_citations),
        "与原文不符的引文": "；".join(findings.altered_quotes),
        "检索到": "，".join(f"{h.article.id} {h.score:.2f}" for h in result.hits[:_SHOWN_HITS]),
        "备注": case.note,
    }
    return tuple(f"{name}：{fact}" for name, fact in facts.items() if fact)


def draw_facts(facts: Mapping[str, object]) -> Node:
    """Return names and values as a list."""
    parts = []
    for name, fact in facts.items():
        parts += [node("dt", None, name), node("dd", None, str(fact))]
    return node("dl", None, *parts)
