"""Modes side by side: the same cases, answered in two ways."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.evals.cases import KINDS, EvalCase
from assistant.evals.report import SPLITS, show_figure, show_value
from assistant.evals.summary import (
    MEASURES,
    CaseResult,
    Figure,
    Measure,
    group_results,
    measure_results,
    summarise,
)

MODES: Mapping[str, str] = {"extractive": "抽取式", "model": "模型"}
Runs = Mapping[str, Sequence[CaseResult]]
Rows = tuple[list[str], list[list[str]]]
"""A table: its header and its rows, the first cell of each naming it."""

_OF_A_KIND = {
    "fully_right": "完全正确",
    "citation_precision": "引用准确",
    "citation_recall": "引用完整",
    "verbatim": "逐字一致",
    "refusal_recall": "应拒已拒",
    "answerable_refused": "误拒",
    "characters_median": "字数中位",
    "latency_median": "用时中位",
    "latency_p95": "用时95%",
    "worded": "采用模型措辞",
}


@dataclass(frozen=True, slots=True)
class Paired:
    """The cases that one mode gets right and the other does not."""

    cases: int
    only_first: int
    only_second: int

    @property
    def chance(self) -> float:
        """Two-sided probability of at least this much difference if the modes were alike."""
        differing = self.only_first + self.only_second
        fewer = min(self.only_first, self.only_second)
        below = sum(math.comb(differing, n) for n in range(fewer + 1))
        return min(1.0, float(2 * below / 2**differing))


def pair(first: Sequence[CaseResult], second: Sequence[CaseResult]) -> Paired:
    """Return on how many cases two modes differ."""
    right = {result.case.id: not result.missed for result in first}
    pairs = [(right[r.case.id], not r.missed) for r in second if r.case.id in right]
    return Paired(len(pairs), pairs.count((True, False)), pairs.count((False, True)))


def totals(runs: Runs) -> Rows:
    """Return every measure by mode over all cases with its interval, then by split."""
    whole = {mode: summarise(results) for mode, results in runs.items()}
    splits = _grouped(runs, lambda case: case.split)
    by_split = {
        split: {mode: summarise(results) for mode, results in of_mode.items()}
        for split, of_mode in splits.items()
    }
    shown = by_split if len(by_split) > 1 else {}
    header = ["指标（括号内为95%区间）", *(MODES[mode] for mode in runs)]
    header += [f"{SPLITS[split]} {_titles(runs)}" for split in shown] + ["题数"]
    rows = []
    for measure in MEASURES:
        figures = [whole[mode][measure.name] for mode in runs]
        if not any(figure.cases for figure in figures):
            continue
        cells = [show_figure(figure, measure) for figure in figures]
        cells += [_both(shown[split], measure) for split in shown]
        rows.append([measure.label, *cells, str(max(figure.cases for figure in figures))])
    return header, rows


def _both(summaries: Mapping[str, Mapping[str, Figure]], measure: Measure) -> str:
    return _slashed([figures[measure.name].value for figures in summaries.values()], measure)


def _slashed(values: Sequence[float | None], measure: Measure) -> str:
    if all(value is None for value in values):
        return "—"
    return " / ".join("—" if value is None else show_value(value, measure) for value in values)


def by_kind(runs: Runs) -> Rows:
    """Return a row a kind of question: the modes' values side by side in every cell."""
    measures = [measure for measure in MEASURES if measure.name in _OF_A_KIND]
    grouped = _grouped(runs, lambda case: case.kind)
    header = [f"类别（{_titles(runs)}）", "题数", *(_OF_A_KIND[m.name] for m in measures)]
    rows = []
    for kind in (kind for kind in KINDS if kind in grouped):
        of_mode = grouped[kind]
        cells = [
            _slashed([measure_results(r, measure).value for r in of_mode.values()], measure)
            for measure in measures
        ]
        rows.append([KINDS[kind], str(max(map(len, of_mode.values()))), *cells])
    return header, rows


def differing(runs: Runs) -> tuple[tuple[CaseResult, CaseResult], ...]:
    """Return the cases of the dev split that one mode gets right only, first mode first."""
    first, second = runs.values()
    other = {result.case.id: result for result in second}
    # Whoever reads cases of the test split tunes on them.
    pairs = [(one, other[one.case.id]) for one in first if one.case.split == "dev"]
    return tuple((one, two) for one, two in pairs if one.missed != two.missed)


def describe_pairs(runs: Runs) -> tuple[str, ...]:
    """Return in a line, for all cases and each split, how often only one mode is right."""
    first, second = (MODES[mode] for mode in runs)
    groups: dict[str, Mapping[str, Sequence[CaseResult]]] = {"全部": runs}
    splits = _grouped(runs, lambda case: case.split)
    if len(splits) > 1:
        groups |= {SPLITS[split]: of_mode for split, of_mode in splits.items()}
    lines = []
    for name, of_mode in groups.items():
        paired = pair(*of_mode.values())
        lines.append(
            f"{name} {paired.cases} 题：只有{first}答对 {paired.only_first} 题，"
            f"只有{second}答对 {paired.only_second} 题（符号检验 p={paired.chance:.2f}）。"
        )
    return tuple(lines)


def describe_promise(runs: Runs) -> str:
    """Return in a line what the model's mode showed: whose words, borne out or not, how late."""
    shown = runs["model"]
    worded = [r for r in shown if r.answer is not None and r.answer.mode == "model"]
    borne = sum(result.scores.get("borne_out") == 1.0 for result in worded)
    longest = max((r.scores["latency_ms"] for r in shown if "latency_ms" in r.scores), default=0.0)
    told = f"模型方式 {len(shown)} 题：模型措辞 {len(worded)} 题，其中逐句有据 {borne} 题"
    if "extractive" in runs:
        plain = {r.case.id: r.answer.text for r in runs["extractive"] if r.answer is not None}
        others = [r for r in shown if r.answer is not None and r.answer.mode == "extractive"]
        same = sum(r.answer is not None and r.answer.text == plain.get(r.case.id) for r in others)
        told += f"；抽取式 {len(others)} 题，其中与抽取式方式逐字相同 {same} 题"
    return f"{told}；最长用时 {longest / 1000:.1f} 秒。"


def _titles(runs: Runs) -> str:
    return " / ".join(MODES[mode] for mode in runs)


def _grouped(
    runs: Runs, key: Callable[[EvalCase], str]
) -> dict[str, dict[str, tuple[CaseResult, ...]]]:
    """Return the results by group, then by mode; every group has every mode."""
    groups: dict[str, dict[str, tuple[CaseResult, ...]]] = {}
    for mode, results in runs.items():
        for name, members in group_results(results, key).items():
            groups.setdefault(name, {one: () for one in runs})[mode] = members
    return groups
