"""Try the bot without WeCom: ``python -m tests.fake_wecom``, and a chat in the terminal.

It stands in for the platform, over the long connection (``connection``), towards the bot's callback
URL (``callback``) or an app's (``app``), shows what is pushed into groups, and says which settings
lead a bot here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping

from tests.fake_wecom.api import FakeApi
from tests.fake_wecom.callbacks import CallbackRules, Caller, FakeApp, FakeBot
from tests.fake_wecom.console import AppTalk, CallbackTalk, ConnectionTalk, Talk
from tests.fake_wecom.sealing import Seal
from tests.fake_wecom.ws import FakeLink

BOT_ID, SECRET = "AIBOT-FAKE", "fake-secret-for-trying-things-out"
CORP_ID, AGENT_ID = "wwfake0123456789ab", 1_000_002
TOKEN = "FakeTokenForTryingOut"  # noqa: S105
KEY = "VCDHQyCi4L3JrqdHTff9YrIiow3K6AZKSs8HFaNdqmc"
WEBHOOK_KEY = "fake-webhook-key"
POLL_SECONDS = 0.3


def write(text: str) -> None:
    """Show a line to the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextlib.asynccontextmanager
async def talking(channel: str, *, to: str, port: int) -> AsyncIterator[Talk]:
    """Yield a chat by one of the channels, once the settings for it are said."""
    rules = CallbackRules(poll=POLL_SECONDS)
    async with FakeApi(
        corp_id=CORP_ID, corp_secret=SECRET, agent_id=AGENT_ID, webhook_key=WEBHOOK_KEY
    ) as api:
        platform = {"API_BASE": api.base, "REPLY_HOSTS": api.host, "WEBHOOK_KEY": WEBHOOK_KEY}
        sealed = {"TOKEN": TOKEN, "AES_KEY": KEY}
        if channel == "callback":
            bot_values = {f"BOT_{name}": value for name, value in sealed.items()}
            _say_settings(platform | bot_values | {"BOT_NAMES": "学习助手"}, "serve")
            seal = Seal(token=TOKEN, encoding_aes_key=KEY, receive_id="")
            bot = FakeBot(Caller(f"{to}/wecom/bot", seal, rules=rules), bot_id=BOT_ID, api=api)
            yield CallbackTalk(bot, api, write)
        elif channel == "app":
            app_values = {f"APP_{name}": value for name, value in sealed.items()}
            own = {"CORP_ID": CORP_ID, "AGENT_ID": str(AGENT_ID), "APP_SECRET": SECRET}
            _say_settings(platform | app_values | own, "serve")
            seal = Seal(token=TOKEN, encoding_aes_key=KEY, receive_id=CORP_ID)
            caller = Caller(f"{to}/wecom/app", seal, rules=rules)
            yield AppTalk(FakeApp(caller, corp_id=CORP_ID, agent_id=AGENT_ID, api=api), api, write)
        else:
            async with FakeLink({BOT_ID: SECRET}, port=port) as link:
                login = {"BOT_ID": BOT_ID, "BOT_SECRET": SECRET, "BOT_NAMES": "学习助手"}
                _say_settings({"WEBSOCKET_URL": link.address, **login}, "wecom run")
                yield ConnectionTalk(link, api, write)


def _say_settings(values: Mapping[str, str], command: str) -> None:
    write("模拟的企业微信已启动。在另一个终端里运行：\n")
    for name, value in values.items():
        write(f"  export ASSISTANT_WECOM__{name}={value}")
    write(f"  .venv/bin/assistant {command}\n")
    if "WEBHOOK_KEY" in values:
        write(
            "每日一题会显示在这里；想马上看到，把 ASSISTANT_WECOM__QUESTION_AT 设成一分钟之后。\n"
        )


async def main(channel: str, *, to: str, port: int) -> None:
    """Listen, and chat until the person leaves."""
    async with talking(channel, to=to.rstrip("/"), port=port) as talk:
        write(f"{talk.help}\n")
        showing = asyncio.create_task(talk.show())
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() and not await talk.take(line.strip()):
                break
        showing.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="模拟的企业微信：在终端里与机器人聊天")
    parser.add_argument(
        "channel",
        nargs="?",
        choices=("connection", "callback", "app"),
        default="connection",
        help="connection 长连接（默认）；callback 智能机器人 URL 回调；app 自建应用",
    )
    parser.add_argument("--to", default="http://127.0.0.1:7860", help="assistant serve 的地址")
    parser.add_argument("--port", type=int, default=8765, help="长连接的端口")
    chosen = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(chosen.channel, to=chosen.to, port=chosen.port))
