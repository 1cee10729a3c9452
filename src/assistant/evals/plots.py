"""Two plots as inline SVG: shares with their intervals, and how values are spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.evals.markup import Node, node

# All lengths are in SVG units; the page scales the picture to its width.
WIDTH = 760
_LABELS = 190
_NOTES = 150
_ROW = 26
_PLOT = WIDTH - _LABELS - _NOTES
_HEIGHT = 220
_MARGIN = 36
_BINS = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """A share between 0 and 1 with its interval."""

    label: str
    value: float
    low: float
    high: float
    note: str


def draw_bars(bars: Sequence[Bar], *, title: str) -> Node:
    """Return horizontal bars, one a row, each with its interval and a note behind it."""
    height = _ROW * len(bars) + 30
    parts = [node("title", None, title)]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _LABELS + share * _PLOT
        parts.append(_line(x, 0, x, height - 24, "grid"))
        parts.append(_text(x, height - 8, f"{share:.0%}", anchor="middle"))
    for row, bar in enumerate(bars):
        parts += _draw_bar(bar, top=row * _ROW)
    return _picture(height, parts)


def _draw_bar(bar: Bar, *, top: float) -> list[Node]:
    middle = top + _ROW / 2
    low, high = (_LABELS + bound * _PLOT for bound in (bar.low, bar.high))
    box = {"x": _LABELS, "y": top + 5, "width": f"{bar.value * _PLOT:.1f}", "height": _ROW - 10}
    return [
        _text(_LABELS - 8, middle + 4, bar.label, anchor="end"),
        node("rect", {**box, "class": "bar"}),
        _line(low, middle, high, middle, "interval"),
        _line(low, middle - 4, low, middle + 4, "interval"),
        _line(high, middle - 4, high, middle + 4, "interval"),
        _text(_LABELS + _PLOT + 12, middle + 4, bar.note, anchor="start"),
    ]


def draw_histogram(values: Sequence[float], *, title: str, unit: str) -> Node:
    """Return the spread of ``values`` up to their 99th percentile, median and 95% marked."""
    if not values:
        return node("p", None, f"{title}：无数据。")
    sample = np.asarray(values, dtype=np.float64)
    end = max(float(np.percentile(sample, 99)), 1.0)
    counts, _ = np.histogram(sample, bins=_BINS, range=(0.0, end))
    beyond = int((sample > end).sum())
    floor, width = _HEIGHT - _MARGIN, WIDTH - 2 * _MARGIN
    step, tallest = width / _BINS, max(int(counts.max()), 1)
    parts = [node("title", None, title)]
    for index, count in enumerate(map(int, counts)):
        size = count / tallest * (floor - 30)
        box = {
            "x": f"{_MARGIN + index * step + 1:.1f}",
            "y": f"{floor - size:.1f}",
            "width": f"{step - 2:.1f}",
            "height": f"{size:.1f}",
        }
        parts.append(node("rect", {**box, "class": "bar"}))
    parts.append(_line(_MARGIN, floor, WIDTH - _MARGIN, floor, "axis"))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _MARGIN + share * width
        parts.append(_text(x, floor + 18, f"{share * end:.0f}", anchor="middle"))
    for name, percent, y in (("中位数", 50, 12), ("95%分位", 95, 26)):
        value = float(np.percentile(sample, percent))
        x = _MARGIN + min(value / end, 1.0) * width
        parts.append(_line(x, y + 4, x, floor, "mark"))
        anchor = "end" if x > WIDTH / 2 else "start"
        parts.append(_text(x, y, f"{name} {value:.0f} {unit}", anchor=anchor))
    rest = f"，另有 {beyond} 题超出图外" if beyond else ""
    caption = node("figcaption", None, f"{title}（{unit}，共 {sample.size} 题{rest}）")
    return node("figure", None, _picture(_HEIGHT, parts), caption)


def _picture(height: float, parts: Sequence[Node]) -> Node:
    return node("svg", {"viewBox": f"0 0 {WIDTH} {height:.0f}", "role": "img"}, *parts)


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Node:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return node("line", {**{k: f"{v:.1f}" for k, v in ends.items()}, "class": style})


def _text(x: float, y: float, words: str, *, anchor: str) -> Node:
    return node("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, words)
