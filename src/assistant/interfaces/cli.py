"""The command ``assistant``: what a terminal, a script or make can ask of the product.

Nothing heavy is imported before a command runs, so help is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from assistant.errors import AssistantError
from assistant.interfaces import (
    cli_account,
    cli_ask,
    cli_corpus,
    cli_doctor,
    cli_duties,
    cli_eval,
    cli_quiz,
    cli_start,
    cli_wecom,
)
from assistant.interfaces.cli_chinese import (
    ChineseCommand,
    UsageFault,
    explain_usage,
    is_plain_help,
    new_app,
)
from assistant.interfaces.cli_output import complain, say, survive_narrow_encodings

USAGE_EXIT_CODE = 2
INTERRUPTED_EXIT_CODE = 130

app = new_app(description="从学习材料中找答案：每句话都注明出处，材料里没有的不回答。")
app.command("ask", cls=ChineseCommand, help="回答一个问题，或成批回答一个文件里的问题。")(
    cli_ask.ask
)
app.command("serve", cls=ChineseCommand, help="启动网页和接口；索引缺失或过期时先建立。")(
    cli_start.serve
)
app.command("index", cls=ChineseCommand, help="建立或更新检索索引；只处理改动过的内容。")(
    cli_start.index
)
app.add_typer(cli_corpus.app, name="corpus")
app.add_typer(cli_eval.app, name="eval")
app.add_typer(cli_quiz.app, name="quiz")
app.add_typer(cli_account.app, name="account")
app.add_typer(cli_wecom.app, name="wecom")
app.command("duties", cls=ChineseCommand, help="列出职责：谁、何时、做什么、依据哪一条；可导出。")(
    cli_duties.duties
)
app.command("doctor", cls=ChineseCommand, help="检查环境、材料、索引和模型；有问题时退出码为 1。")(
    cli_doctor.doctor
)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; a known failure is one line on stderr."""
    survive_narrow_encodings()
    try:
        result = app(list(arguments), prog_name="assistant", standalone_mode=False)
    except AssistantError as error:
        complain(str(error))
        return USAGE_EXIT_CODE if isinstance(error, UsageFault) else 1
    except typer.TyperException as error:
        if is_plain_help(error):
            say(error.message)
        else:
            complain(explain_usage(error))
        return USAGE_EXIT_CODE
    except typer.Abort:
        return INTERRUPTED_EXIT_CODE
    return result if isinstance(result, int) else 0
