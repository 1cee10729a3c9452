"""Plots of the administrator's page as inline SVG: questions by day, counts by name."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.evals.markup import Node, node
from assistant.users.statistics import Day

# All lengths are in SVG units; the page scales the picture to its width.
WIDTH = 760
_HEIGHT = 200
_LEFT = 40
_FLOOR = 170
_TOP = 16
_ROW = 28
_LABELS = 240
_NUMBERS = 60
_DAY_LABELS = 10
_CELL = 18
_CELLS = 28
"""Articles in one line of the coverage."""


def draw_days(days: Sequence[Day], *, title: str) -> Node:
    """Return a bar for each day, what was refused set apart at its foot."""
    tallest = max([day.asked for day in days] + [1])
    step = (WIDTH - _LEFT) / max(len(days), 1)
    scale = (_FLOOR - _TOP) / tallest
    parts = [node("title", None, title)]
    for share in (0.0, 0.5, 1.0):
        y = _FLOOR - share * (_FLOOR - _TOP)
        parts.append(_line(_LEFT, y, WIDTH, y, "grid"))
        if share * tallest == int(share * tallest):
            parts.append(_text(_LEFT - 6, y + 4, str(int(share * tallest)), anchor="end"))
    every = max(1, -(-len(days) // _DAY_LABELS))
    for position, day in enumerate(days):
        x = _LEFT + position * step
        words = f"{day.day:%m-%d}：提问 {day.asked}，未答 {day.refused}"
        parts.append(
            node(
                "g",
                None,
                node("title", None, words),
                _bar(x, day.asked * scale, step, "bar"),
                _bar(x, day.refused * scale, step, "bar second"),
            )
        )
        if position % every == 0:
            parts.append(_text(x + step / 2, _FLOOR + 18, f"{day.day:%m-%d}", anchor="middle"))
    parts.append(_line(_LEFT, _FLOOR, WIDTH, _FLOOR, "axis"))
    return _figure(_HEIGHT, parts, title)


def draw_counts(counts: Sequence[tuple[str, int]], *, title: str) -> Node:
    """Return a horizontal bar for each name, as long as its count."""
    if not counts:
        return node("p", None, f"{title}：还没有数据。")
    most = max(max(count for _, count in counts), 1)
    parts = [node("title", None, title)]
    for row, (name, count) in enumerate(counts):
        middle = row * _ROW + _ROW / 2
        length = count / most * (WIDTH - _LABELS - _NUMBERS)
        box = {"x": _LABELS, "y": f"{middle - 8:.1f}", "width": f"{length:.1f}", "height": 16}
        parts += [
            _text(_LABELS - 8, middle + 5, name, anchor="end"),
            node("rect", {**box, "class": "bar"}),
            _text(_LABELS + length + 8, middle + 5, str(count), anchor="start"),
        ]
    return _figure(_ROW * len(counts), parts, title)


def draw_coverage(
    documents: Sequence[tuple[str, Sequence[tuple[str, int]]]], *, title: str
) -> Node:
    """Return a cell for each article of each document, the darker the more it was cited.

    A document is its name and, for each article, its label and its count.
    """
    most = max([count for _, articles in documents for _, count in articles] + [1])
    parts = [node("title", None, title)]
    top = 0
    for name, articles in documents:
        cited = sum(count > 0 for _, count in articles)
        parts.append(_text(_LABELS - 8, top + 14, f"{name} {cited}/{len(articles)}", anchor="end"))
        for position, (label, count) in enumerate(articles):
            line, column = divmod(position, _CELLS)
            shade = 0 if not count else 1 + round(3 * count / most)
            box = {
                "x": _LABELS + column * _CELL,
                "y": top + line * _CELL,
                "width": _CELL - 3,
                "height": _CELL - 3,
                "class": f"cell shade{shade}",
            }
            parts.append(node("rect", box, node("title", None, f"{label}：{count} 次")))
        top += _CELL * (1 + max(len(articles) - 1, 0) // _CELLS) + 10
    return _figure(max(top, 1), parts, title)


def _bar(x: float, size: float, step: float, style: str) -> Node:
    box = {"x": x + step * 0.15, "y": _FLOOR - size, "width": step * 0.7, "height": size}
    return node("rect", {**{k: f"{v:.1f}" for k, v in box.items()}, "class": style})


def _figure(height: float, parts: Sequence[Node], title: str) -> Node:
    size = {"viewBox": f"0 0 {WIDTH} {height:.0f}", "role": "img", "aria-label": title}
    return node("figure", None, node("svg", size, *parts), node("figcaption", None, title))


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Node:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return node("line", {**{k: f"{v:.1f}" for k, v in ends.items()}, "class": style})


def _text(x: float, y: float, words: str, *, anchor: str) -> Node:
    return node("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, words)
