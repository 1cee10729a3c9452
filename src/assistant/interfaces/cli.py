"""The command ``assistant``: what a terminal, a script or make can ask of the product.

Nothing heavy is imported before a command runs, so help is instant.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import AssistantError
from assistant.interfaces import cli_corpus, cli_doctor
from assistant.interfaces.cli_chinese import (
    ChineseCommand,
    UsageFault,
    explain_usage,
    new_app,
)
from assistant.interfaces.cli_output import complain, progress_bar, report, say, write_json

if TYPE_CHECKING:
    from assistant.index.build import Manifest
    from assistant.settings import Settings

app = new_app(description="从制度文件中找答案：每句话都注明出处，材料没有的不回答。")
app.add_typer(cli_corpus.app, name="corpus")
app.command("doctor", cls=ChineseCommand)(cli_doctor.doctor)

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")]


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))
