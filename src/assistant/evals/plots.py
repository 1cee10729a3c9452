"""Plots as inline SVG: shares with their intervals, spreads, and what a probability is worth."""

from __future__ import annotations

import math
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

# These two are drawn as wide as a phone, so that their letters can be read there.
NARROW = 360
_LEFT, _RIGHT, _TOP = 40, 12, 30
_SQUARE = NARROW - _LEFT - _RIGHT
_LOWER = 200
"""Height of the pairs of columns."""
_BELOW = 44
_LARGEST = 13.0
"""Radius of the dot that stands for most."""
_TENTHS = 10
_FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """A share between 0 and 1 with its interval."""

    label: str
    value: float
    low: float
    high: float
    note: str


@dataclass(frozen=True, slots=True)
class Dot:
    """What was predicted and what came true, both between 0 and 1, with its interval."""

    predicted: float
    share: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Pair:
    """How many of two kinds lie in one tenth, 0 to 9."""

    tenth: int
    one: int
    other: int


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


def draw_reliability(
    dots: Sequence[Dot], *, title: str, across: str, up: str, mark: tuple[float, str]
) -> Node:
    """Return what came true over what was predicted; on the diagonal both are the same.

    A dot's area grows with its count, which stands beside it. ``mark`` is a place on the lower
    axis with its name.
    """
    floor = _TOP + _SQUARE
    parts = [node("title", None, title)]
    for share in _FIFTHS:
        y = floor - share * _SQUARE
        parts.append(_line(_LEFT, y, NARROW - _RIGHT, y, "grid"))
        parts.append(_text(_LEFT - 6, y + 4, f"{share:.0%}", anchor="end"))
    parts += _across(floor, across)
    parts.append(_text(4, 14, up, anchor="start"))
    parts.append(_line(_LEFT, floor, NARROW - _RIGHT, _TOP, "axis"))
    parts += _mark(mark, floor)
    most = max((dot.count for dot in dots), default=1)
    for dot in dots:
        x, y = _LEFT + dot.predicted * _SQUARE, floor - dot.share * _SQUARE
        low, high = (floor - bound * _SQUARE for bound in (dot.low, dot.high))
        radius = max(_LARGEST * math.sqrt(dot.count / most), 3.0)
        circle = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": f"{radius:.1f}", "class": "bar"}
        anchor, beside = ("end", -4) if dot.predicted > 0.5 else ("start", 4)
        parts += [
            _line(x, low, x, high, "interval"),
            node("circle", circle),
            _text(x + beside, y - radius - 2, str(dot.count), anchor=anchor),
        ]
    return _picture(floor + _BELOW, parts, width=NARROW)


def draw_pairs(
    pairs: Sequence[Pair],
    *,
    title: str,
    across: str,
    names: tuple[str, str],
    mark: tuple[float, str],
) -> Node:
    """Return two columns a tenth, side by side, with their numbers on top."""
    top = _TOP + 28
    floor = top + _LOWER
    width = _SQUARE / _TENTHS / 2 - 1
    tallest = max((max(pair.one, pair.other) for pair in pairs), default=1) or 1
    parts = [node("title", None, title), *_legend(names)]
    for pair in pairs:
        start = _LEFT + pair.tenth * _SQUARE / _TENTHS + 1
        for x, count, style in ((start, pair.one, "bar"), (start + width, pair.other, "bar other")):
            size = count / tallest * _LOWER
            box = {"x": f"{x:.1f}", "y": f"{floor - size:.1f}", "width": f"{width:.1f}"}
            parts.append(node("rect", {**box, "height": f"{size:.1f}", "class": style}))
            if count:
                parts.append(_text(x + width / 2, floor - size - 3, str(count), anchor="middle"))
    parts += _across(floor, across)
    parts += _mark(mark, floor)
    return _picture(floor + _BELOW, parts, width=NARROW)


def _across(floor: float, name: str) -> list[Node]:
    parts = [_line(_LEFT, floor, NARROW - _RIGHT, floor, "axis")]
    for share in _FIFTHS:
        x = _LEFT + share * _SQUARE
        anchor = "end" if share == 1 else "middle"
        parts.append(
            _text(x + (_RIGHT if share == 1 else 0), floor + 16, f"{share:.0%}", anchor=anchor)
        )
    return [*parts, _text(_LEFT + _SQUARE / 2, floor + 36, name, anchor="middle")]


def _mark(mark: tuple[float, str], floor: float) -> list[Node]:
    place, name = mark
    x = _LEFT + place * _SQUARE
    anchor = "end" if place > 0.5 else "start"
    return [_line(x, _TOP - 8, x, floor, "mark"), _text(x, _TOP - 14, name, anchor=anchor)]


def _legend(names: tuple[str, str]) -> list[Node]:
    parts = []
    for row, (name, style) in enumerate(zip(names, ("bar", "bar other"), strict=True)):
        y = _TOP + 2 + row * 18
        parts.append(node("rect", {"x": _LEFT, "y": y, "width": 11, "height": 11, "class": style}))
        parts.append(_text(_LEFT + 16, y + 10, name, anchor="start"))
    return parts


def _picture(height: float, parts: Sequence[Node], *, width: int = WIDTH) -> Node:
    shape = "narrow" if width == NARROW else "wide"
    box = {"viewBox": f"0 0 {width} {height:.0f}", "role": "img", "class": shape}
    return node("svg", box, *parts)


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Node:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return node("line", {**{k: f"{v:.1f}" for k, v in ends.items()}, "class": style})


def _text(x: float, y: float, words: str, *, anchor: str) -> Node:
    return node("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, words)
