"""``assistant wecom``: keep the long connection, see what its configuration lacks, link people."""

from __future__ import annotations

import asyncio
import logging
import signal
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import AssistantError
from assistant.interfaces.cli_chinese import ChineseCommand, new_app
from assistant.interfaces.cli_output import say, write_json

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.wecom.longconn import LinkState
    from assistant.wecom.longconn_lease import Shift

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
REPLACED = (
    "机器人的长连接被另一个程序接管了，本程序已退出，不再争抢。"
    "请找到并停掉多余的那个程序；确认要由本程序接管时，运行 assistant wecom run --take-over。"
)
REJECTED = (
    "企业微信不接受这个机器人的 Bot ID 或 Secret。请在管理后台核对后，"
    "改正 ASSISTANT_WECOM__BOT_ID 和 ASSISTANT_WECOM__BOT_SECRET 再启动。"
)
NOT_CONFIGURED = (
    "长连接还没有配置：请设置 ASSISTANT_WECOM__BOT_ID 和 ASSISTANT_WECOM__BOT_SECRET，"
    "步骤见 docs/wecom.md。"
)

app = new_app(description="企业微信机器人：保持长连接、检查配置、关联账号。")


class ConnectionEnded(AssistantError):
    """The long connection came to an end that waiting does not mend."""


@app.command("run", cls=ChineseCommand, help="用长连接运行智能机器人，直到被停止。")
def run(
    take_over: Annotated[
        bool, typer.Option("--take-over", help="机器人刚被别的程序接管时，仍由本程序接管回来")
    ] = False,
) -> None:
    """Keep the long connection until SIGTERM or Ctrl+C."""
    from assistant.settings import load_settings
    from assistant.wecom.longconn import LinkState

    settings = load_settings()
    if not settings.wecom.connection:
        raise ConnectionEnded(NOT_CONFIGURED)
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    logging.getLogger("assistant").setLevel(logging.INFO)
    say("正在载入材料，并连接企业微信（按 Ctrl+C 停止）……")
    ended = asyncio.run(_work(settings, take_over=take_over))
    if ended is LinkState.REPLACED:
        raise ConnectionEnded(REPLACED)
    if ended is LinkState.REJECTED:
        raise ConnectionEnded(REJECTED)
    say("已停止。")


@app.command("check", cls=ChineseCommand, help="检查企业微信的配置还缺什么；有缺失时退出码为 1。")
def check(
    connect: Annotated[
        bool, typer.Option("--connect", help="另外试一试能否连到企业微信（不登录，不影响运行）")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Print what each check finds; exit with 1 when something is missing."""
    from assistant.interfaces.wecom_check import examine

    findings = []
    for finding in examine(connect=connect):
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.mark} {finding.name}：{finding.detail}")
    healthy = all(finding.state != "missing" for finding in findings)
    if as_json:
        write_json({"ok": healthy, "checks": [asdict(finding) for finding in findings]})
    if not healthy:
        raise typer.Exit(1)


@app.command("link", cls=ChineseCommand, help="把企业微信成员关联到网页账号，两边共用练习进度。")
def link(
    user: Annotated[str, typer.Argument(metavar="成员账号", help="企业微信的 userid")],
    account: Annotated[str, typer.Argument(metavar="网页账号", help="网页的登录名")],
) -> None:
    """Link a WeCom user to an account of the page."""
    from assistant.settings import load_settings
    from assistant.store.database import open_database
    from assistant.users.accounts import Accounts
    from assistant.wecom.state import State

    settings = load_settings()
    database = open_database(settings.database)
    try:
        found = Accounts(database).find(account)
        if found is None:
            raise ConnectionEnded(f"没有名为“{account}”的网页账号。")
        # A bot and an app of one company know its members by the same names.
        for bot_id in (settings.wecom.bot_id, str(settings.wecom.agent_id or "")):
            if bot_id:
                State(database).link_account(bot_id=bot_id, user_id=user, account=found.id)
    finally:
        database.close()
    say(f"已把企业微信成员 {user} 关联到网页账号 {found.name}。")


async def _work(settings: Settings, *, take_over: bool) -> LinkState:
    from assistant.interfaces.opening import Opening
    from assistant.interfaces.quiz_desk import QuizDesk
    from assistant.interfaces.wecom_service import make_answering, make_shift
    from assistant.pipeline import Assistant
    from assistant.store.database import open_database

    database = open_database(settings.database)
    opening = Opening(lambda: Assistant.open(settings))
    opening.begin()
    answering = make_answering(opening.assistant, database, settings.wecom)
    shift = make_shift(answering, database, settings.wecom)
    _stop_on_signals(shift)
    desk = QuizDesk(opening, database=database, bank=settings.quiz.bank)
    shelving = asyncio.create_task(desk.shelf())
    working = asyncio.create_task(shift.run(take_over=take_over))
    loading = asyncio.create_task(opening.assistant())
    try:
        await asyncio.wait({loading, working}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done() and loading.exception() is not None:
            shift.stop()
        ended = await working
        if loading.done():
            # Raises what kept the assistant from opening.
            loading.result()
        return ended
    finally:
        loading.cancel()
        await asyncio.gather(shelving, loading, return_exceptions=True)
        database.close()


def _stop_on_signals(shift: Shift) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, shift.stop)
