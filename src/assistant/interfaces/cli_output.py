"""What the command line writes: results on stdout, everything said beside them on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

UNWRAPPED_WIDTH = 100_000

Progress = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""


def make_console() -> Console:
    """Return a console for results; for a file or a pipe it neither colours nor wraps."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = UNWRAPPED_WIDTH
    return console


def write_json(value: object) -> None:
    """Write one JSON object as a line of UTF-8, whatever the terminal's encoding."""
    typer.echo(json.dumps(value, ensure_ascii=False).encode())


def say(message: str) -> None:
    """Tell the person at the terminal what is going on; never part of the result."""
    typer.echo(message, err=True)


def complain(message: str) -> None:
    """Write what went wrong as one line."""
    say("错误：" + " ".join(message.split()))


def survive_narrow_encodings() -> None:
    """Let a terminal that cannot show a character show ``?`` instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a bar on stderr while the block runs; nothing when stderr is no terminal."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    bar = progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(title, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
