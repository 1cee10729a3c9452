"""Progress → plots: bars and columns with text beside every mark, readable without colour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from assistant.quiz.progress import Progress

_FEW = 5
"""Fewer answers than this say little."""


def progress_to_html(progress: Progress, *, today: date) -> str:
    """Return the page of progress."""
    if not progress.answered:
        return '<p class="soft">还没有作答记录。先练一组，这里就会显示进度。</p>'
    share = progress.right / progress.answered
    figures = (
        (f"{progress.answered}", "累计作答"),
        (f"{share:.0%}", "累计正确率"),
        (f"{progress.days}", "练习天数"),
        (f"{progress.facts_seen} / {progress.facts}", "练过的要点"),
        (f"{progress.mistakes_mastered}", "错题已掌握"),
    )
    cells = "".join(f"<div><b>{number}</b><span>{words}</span></div>" for number, words in figures)
    coverage = [
        (c.document, c.covered / c.with_items, f"{c.covered} / {c.with_items} 条")
        for c in progress.coverage
    ]
    accuracy = [
        (
            f"{a.document} {a.part}",
            a.right / a.answered,
            f"{a.right} / {a.answered} 题" + ("，样本不足" if a.answered < _FEW else ""),
        )
        for a in progress.accuracy
    ]
    return (
        f'<div class="figures">{cells}</div>'
        f"<h3>已练到的条文</h3>{_bars(coverage, name='各文件已练到的条文')}"
        f"<h3>各部分正确率</h3>"
        '<p class="soft">每个要点看最近三次作答。</p>'
        f"{_bars(accuracy, name='各部分正确率')}"
        f"<h3>今后两周每天到期的要点</h3>{_columns(progress.due, today=today)}"
    )


def _bars(rows: Sequence[tuple[str, float, str]], *, name: str) -> str:
    lines = "".join(
        f'<li><span class="label">{escape(label)}</span>'
        f'<span class="track" aria-hidden="true"><i style="width:{share:.1%}"></i></span>'
        f'<span class="note">{escape(note)}</span></li>'
        for label, share, note in rows
    )
    return f'<ul class="bars" aria-label="{escape(name)}">{lines}</ul>'


def _columns(counts: Sequence[int], *, today: date) -> str:
    most = max(1, *counts)
    columns = ""
    for index, count in enumerate(counts):
        day = today + timedelta(days=index)
        words = "今天" if index == 0 else f"{day.month}/{day.day}"
        columns += (
            f'<li><span class="count">{count or ""}</span>'
            f'<i style="height:{count / most:.1%}" aria-hidden="true"></i>'
            f'<span class="day" title="{words}：{count}个要点到期">{words}</span></li>'
        )
    return f'<ul class="columns" aria-label="今后两周每天到期的要点数">{columns}</ul>'
