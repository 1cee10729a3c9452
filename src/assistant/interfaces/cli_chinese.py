"""Typer in Chinese: help pages and one-line messages for mistakes on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

from assistant.errors import AssistantError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer._click import Command, Context

HELP_WIDTH = 100
_TYPE_NAME = re.compile(r" <(?:str|path|int)>$")
_REMARKS = (
    (re.compile(r"\s*\[required\]$"), "（必填）"),
    (re.compile(r"\s*\[default: (?P<value>.*)\]$"), r"（默认 \g<value>）"),
    (re.compile(r"\s*\[(?P<least>\d+)<=x<=(?P<most>\d+)\]$"), r"（\g<least> 至 \g<most>）"),
)


class UsageFault(AssistantError):
    """The command line was not understood."""


class ChineseCommand(TyperCommand):
    """A command whose help is Chinese."""

    allow_extra_args = True

    def get_help(self, ctx: Context) -> str:
        """Return the help page."""
        return render_help(self, ctx)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse, and name what is left over in Chinese."""
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise UsageFault(
                f"多余的参数：{' '.join(rest)}。含有空格的问题请用引号括起来，"
                f"用法见 {ctx.command_path} --help。"
            )
        return rest


class ChineseGroup(TyperGroup):
    """A group of commands whose help is Chinese."""

    def get_help(self, ctx: Context) -> str:
        """Return the help page."""
        return render_help(self, ctx)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Find the command, or say in Chinese that there is none."""
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            names = "、".join(self.list_commands(ctx))
            raise UsageFault(f"没有名为“{args[0]}”的命令。可用的命令：{names}。")
        return super().resolve_command(ctx, args)


def new_app(*, description: str) -> typer.Typer:
    """Return an empty group of commands; without a command it shows its help."""
    return typer.Typer(
        cls=ChineseGroup,
        help=description,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        options_metavar="[选项]",
        subcommand_metavar="命令 …",
    )


def render_help(command: Command, ctx: Context) -> str:
    """Return the help page of a command or of a group."""
    from rich.console import Console
    from rich.table import Table

    width = min(Console().width, HELP_WIDTH)
    console = Console(width=width, highlight=False, markup=False, color_system=None)
    with console.capture() as capture:
        usage = " ".join(_chinese(piece) for piece in command.collect_usage_pieces(ctx))
        console.print(f"用法：{ctx.command_path} {usage}")
        if command.help:
            console.print(f"\n{command.help}")
        for title, rows in _sections(command, ctx):
            table = Table.grid(padding=(0, 2))
            table.add_column(min_width=14)
            table.add_column()
            for name, explanation in rows:
                table.add_row(f"  {name}", explanation)
            console.print(f"\n{title}：")
            console.print(table)
    lines = capture.get().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _sections(command: Command, ctx: Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    parameters = command.get_params(ctx)
    for kind, title in (("argument", "参数"), ("option", "选项")):
        records = [p.get_help_record(ctx) for p in parameters if p.param_type_name == kind]
        rows = [
            (_TYPE_NAME.sub("", name), _chinese(explanation))
            for name, explanation in filter(None, records)
        ]
        if rows:
            yield title, rows
    if isinstance(command, TyperGroup):
        members = [(name, command.commands[name]) for name in command.list_commands(ctx)]
        rows = [(name, (m.help or "").partition("\n")[0]) for name, m in members if not m.hidden]
        yield "命令", rows


def _chinese(text: str) -> str:
    if text == "Show this message and exit.":
        return "显示本说明"
    if text == "[OPTIONS]":
        return "[选项]"
    for pattern, replacement in _REMARKS:
        text = pattern.sub(replacement, text)
    return text


def is_plain_help(error: typer.TyperException) -> bool:
    """Tell whether this is no mistake but a group called without a command."""
    return type(error).__name__ == "NoArgsIsHelpError"


def explain_usage(error: typer.TyperException) -> str:
    """Return in one Chinese line what was wrong with the command line."""
    option = getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "assistant"
    # By name: Typer keeps these classes in a private module.
    match type(error).__name__:
        case "NoSuchOption":
            near = getattr(error, "possibilities", None)
            reason = f"没有选项 {option}" + (f"，是否想用 {'、'.join(near)}" if near else "")
        case "BadOptionUsage":
            reason = f"选项 {option} 的写法不对：缺少它的值，或不应带值"
        case "MissingParameter" if parameter is not None:
            reason = f"缺少参数“{parameter.metavar or parameter.name}”"
        case "BadParameter" if parameter is not None:
            reason = f"{'/'.join(parameter.opts)} 的值不可用"
        case _:
            reason = error.format_message().rstrip(".")
    return f"{reason}。用法见 {path} --help。"
