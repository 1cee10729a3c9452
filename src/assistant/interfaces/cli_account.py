"""``assistant account``: the accounts that sign in with a password; the first administrator."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from assistant.errors import AccountError
from assistant.interfaces.cli_chinese import ChineseCommand, new_app
from assistant.interfaces.cli_output import make_console, say, write_json

if TYPE_CHECKING:
    from assistant.users.accounts import Account, Accounts

app = new_app(description="管理登录账号；启用登录见设置项 web.identity。")

RoleName = Literal["reader", "host", "administrator"]
Name = Annotated[str, typer.Argument(metavar="账号", help="登录时输入的名字")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="从标准输入读口令，供脚本使用")]


@app.command("list", cls=ChineseCommand, help="列出全部账号。")
def list_accounts(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
) -> None:
    """Print a table of the accounts."""
    found = _accounts().list()
    if as_json:
        write_json(
            [
                {
                    "name": account.name,
                    "shown_name": account.shown_name,
                    "role": account.role.value,
                    "active": account.active,
                }
                for account in found
            ]
        )
        return
    from rich.table import Table

    table = Table("账号", "姓名", "角色", "状态", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for account in found:
        state = "启用" if account.active else "停用"
        table.add_row(account.name, account.shown_name, account.role.label, state)
    make_console().print(table)


@app.command("add", cls=ChineseCommand, help="新增账号，口令在提示后输入。")
def add(
    name: Name,
    role: Annotated[
        RoleName, typer.Option(help="reader 读者，host 学习组主持人，administrator 管理员")
    ] = "reader",
    shown_name: Annotated[str, typer.Option(metavar="姓名", help="显示的姓名")] = "",
    password_stdin: FromStdin = False,
) -> None:
    """Add an account."""
    from assistant.users.people import Role

    accounts = _accounts()
    account = accounts.add(
        name, _read_password(from_stdin=password_stdin), role=Role(role), shown_name=shown_name
    )
    say(f"已新增账号“{account.name}”（{account.role.label}）。")


@app.command("password", cls=ChineseCommand, help="重设口令，已有的登录全部退出。")
def set_password(name: Name, password_stdin: FromStdin = False) -> None:
    """Set another password."""
    accounts = _accounts()
    account = _find(accounts, name)
    accounts.set_password(account.id, _read_password(from_stdin=password_stdin))
    say(f"账号“{account.name}”的口令已重设。")


@app.command("change", cls=ChineseCommand, help="变更角色，或停用、启用账号。")
def change(
    name: Name,
    role: Annotated[
        RoleName | None,
        typer.Option(
            help="reader 读者，host 学习组主持人，administrator 管理员", show_default=False
        ),
    ] = None,
    active: Annotated[
        bool | None, typer.Option("--enable/--disable", help="启用或停用", show_default=False)
    ] = None,
) -> None:
    """Change role or state."""
    from assistant.users.people import Role

    accounts = _accounts()
    account = accounts.change(
        _find(accounts, name).id, role=Role(role) if role else None, active=active
    )
    state = "启用" if account.active else "停用"
    say(f"账号“{account.name}”现为{account.role.label}，{state}。")


def _accounts() -> Accounts:
    from assistant.settings import load_settings
    from assistant.store.database import open_database
    from assistant.users.accounts import Accounts

    return Accounts(open_database(load_settings().database))


def _find(accounts: Accounts, name: str) -> Account:
    account = accounts.find(name)
    if account is None:
        raise AccountError(f"没有名为“{name}”的账号，见 assistant account list。")
    return account


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("口令", hide_input=True, confirmation_prompt="再输一遍", err=True))
