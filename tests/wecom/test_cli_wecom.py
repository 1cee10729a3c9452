"""``assistant wecom``: the command as an administrator runs it, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from tests.fake_wecom.ws import FakeLink
from tests.wecom.bots import BOT_ID, BOTS, SECRET

from assistant.interfaces.cli import run
from assistant.interfaces.wecom_check import examine_channels
from assistant.settings import Settings
from assistant.settings.wecom import WecomSettings

QUESTION = "巡视巡察谈话应当将什么作为必谈内容？"


@pytest.fixture
def configured(
    indexed_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """An environment in which the shipped corpus is asked, in a folder of its own."""
    environment = {
        "ASSISTANT_CORPUS": str(indexed_settings.corpus),
        "ASSISTANT_INDEX": str(indexed_settings.index),
        "ASSISTANT_DATABASE_URL": f"sqlite:///{tmp_path / 'bot.sqlite3'}",
        "ASSISTANT_WECOM__BOT_ID": BOT_ID,
        "ASSISTANT_WECOM__BOT_SECRET": SECRET,
        "PYTHONUNBUFFERED": "1",
    }
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


async def start(link: FakeLink, *arguments: str) -> asyncio.subprocess.Process:
    environment = os.environ | {"ASSISTANT_WECOM__WEBSOCKET_URL": link.address}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "assistant",
        "wecom",
        "run",
        *arguments,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.usefixtures("configured")
def test_the_bot_answers_from_the_real_corpus_and_ends_on_sigterm() -> None:
    async def scenario() -> None:
        async with FakeLink(BOTS) as link:
            process = await start(link)
            await link.subscribed(seconds=60)
            bubble = await link.reply_to(await link.say("zhangsan", QUESTION), seconds=60)
            assert "工作、生活情况作为必谈内容" in bubble.text
            assert "《意见》（六）" in bubble.text
            process.send_signal(signal.SIGTERM)
            _, log = await asyncio.wait_for(process.communicate(), 60)
            assert process.returncode == 0
            assert "已停止。" in log.decode()
            assert "answered in" in log.decode()
            for secret in (SECRET, "response_code", QUESTION):
                assert secret not in log.decode()
            assert link.violations == []

    asyncio.run(scenario())


@pytest.mark.usefixtures("configured")
def test_a_bot_that_is_taken_over_ends_with_words() -> None:
    async def scenario() -> None:
        async with FakeLink(BOTS) as link:
            process = await start(link)
            await link.subscribed(seconds=60)
            served = link.client()
            assert served is not None
            await link.kick(served)
            _, log = await asyncio.wait_for(process.communicate(), 60)
            assert process.returncode == 1
            assert "被另一个程序接管了" in log.decode().splitlines()[-1]

    asyncio.run(scenario())


def test_running_without_a_login_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["wecom", "run"]) == 1
    assert "ASSISTANT_WECOM__BOT_SECRET" in capsys.readouterr().err


@pytest.mark.usefixtures("configured")
def test_a_complete_configuration_passes_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["wecom", "check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"]
    states = {check["name"]: check["state"] for check in found["checks"]}
    assert states["智能机器人（长连接）"] == "ok"
    assert states["自建应用"] == "off"
    assert SECRET not in json.dumps(found)


@pytest.mark.usefixtures("configured")
def test_the_check_says_what_is_missing_and_where_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ASSISTANT_WECOM__BOT_SECRET")
    assert run(["wecom", "check"]) == 1
    shown = capsys.readouterr().out
    assert (
        "✗ 智能机器人（长连接）：还缺 ASSISTANT_WECOM__BOT_SECRET（与 Bot ID 同一处的 Secret）"
        in shown
    )


@pytest.mark.usefixtures("configured")
def test_the_check_tries_the_network_without_disturbing_who_is_connected(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASSISTANT_WECOM__WEBSOCKET_URL", "ws://127.0.0.1:9")
    assert run(["wecom", "check", "--connect"]) == 1
    assert "✗ 网络：连不到 ws://127.0.0.1:9" in capsys.readouterr().out


def test_nothing_configured_is_something_missing() -> None:
    findings = list(examine_channels(WecomSettings()))
    assert [finding.state for finding in findings] == ["off"] * 4 + ["missing"]


def test_two_ways_of_running_one_bot_are_pointed_out() -> None:
    both = WecomSettings.model_validate(
        {
            "bot_id": BOT_ID,
            "bot_secret": SECRET,
            "bot_token": "token",
            "bot_aes_key": "VCDHQyCi4L3JrqdHTff9YrIiow3K6AZKSs8HFaNdqmc",
        }
    )
    notes = [finding for finding in examine_channels(both) if finding.state == "note"]
    assert "只能二选一" in notes[0].detail


@pytest.mark.usefixtures("configured")
def test_a_member_is_linked_to_an_account_of_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from assistant.store.database import open_database
    from assistant.users.accounts import Accounts
    from assistant.users.people import Role
    from assistant.wecom.state import State

    database = open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    account = Accounts(database).add("wang", None, role=Role.READER)
    assert run(["wecom", "link", "zhangsan", "wang"]) == 0
    assert "已把企业微信成员 zhangsan 关联到网页账号 wang" in capsys.readouterr().err
    assert State(database).account_of(bot_id=BOT_ID, user_id="zhangsan") == account.id
    assert run(["wecom", "link", "zhangsan", "nobody"]) == 1
    database.close()
