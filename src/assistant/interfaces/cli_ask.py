"""``assistant ask``: one question for a person or a program, or a batch of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.interfaces.cli_chinese import UsageFault
from assistant.interfaces.cli_output import make_console, write_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from assistant.domain import Answer


def ask(
    question: Annotated[
        str, typer.Argument(metavar="问题", help="要问的问题，用引号括起来", show_default=False)
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
    history: Annotated[
        Path | None,
        typer.Option(
            metavar="文件",
            help='此前的对话，JSON：[["user", "…"], ["assistant", "…"]]',
            show_default=False,
        ),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="文件", help="成批提问：每行一个 JSON 对象", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="文件", help="成批回答写入的文件", show_default=False),
    ] = None,
) -> None:
    """Answer one question, or the questions of a file."""
    if batch is not None:
        if question or history or out is None:
            raise UsageFault("成批提问请写：assistant ask --batch 问题.jsonl --out 回答.jsonl。")
        from assistant.interfaces.cli_batch import answer_batch

        answer_batch(batch, out=out)
        return
    if out is not None:
        raise UsageFault("--out 只与 --batch 同用。")
    if not question:
        raise UsageFault("请写出问题，例如：assistant ask 谈话应当怎么开展？")
    answer_one(question, history=history, as_json=as_json)


def answer_one(question: str, *, history: Path | None, as_json: bool) -> None:
    """Answer one question on stdout."""
    from assistant.interfaces.cli_batch import read_history
    from assistant.pipeline import Assistant
    from assistant.settings import load_settings

    turns = read_history(history) if history else ()
    assistant = Assistant.open(load_settings())
    answer = assistant.ask(question, history=turns)
    if as_json:
        from assistant.interfaces.render import answer_to_dict

        write_json(answer_to_dict(answer, question=question))
    else:
        console = make_console()
        for part in answer_parts(answer, question=question):
            console.print(part)


def answer_parts(answer: Answer, *, question: str) -> list[RenderableType]:
    """Return an answer as a person reads it in a terminal: text, then the sources in full."""
    from rich.padding import Padding
    from rich.text import Text

    marker = r"\[\d+\]"
    parts: list[RenderableType] = []
    if answer.question_used not in ("", question):
        parts += [Text(f"按此理解：{answer.question_used}", style="dim"), ""]
    text = Text(answer.text)
    text.highlight_regex(marker, style="bold cyan")
    parts.append(text)
    if answer.citations:
        parts += ["", Text("出处和原文", style="bold")]
    for citation in answer.citations:
        parts.append(
            Text.assemble((f"[{citation.marker}] ", "bold cyan"), (citation.label, "bold"))
        )
        parts.append(Padding(Text(citation.quote), (0, 0, 0, 4), expand=False))
    for title, places in (
        ("请选择其一再问", answer.options),
        ("相近条文（不是对所问问题的回答）", answer.related),
    ):
        if places:
            parts += ["", Text(title, style="bold")]
        for place in places:
            parts.append(Text(f"· {place.label}"))
            parts.append(
                Padding(Text(_excerpt(place.text), style="dim"), (0, 0, 0, 2), expand=False)
            )
    return parts


def _excerpt(text: str, *, characters: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= characters else flat[:characters] + "……"
