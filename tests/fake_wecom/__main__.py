"""Try the bot without WeCom: ``python -m tests.fake_wecom``, and a chat in the terminal.

It stands in for the platform's end of the long connection and says which settings lead a bot here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from dataclasses import dataclass

from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_shown import Bubble, Ending

BOT_ID, SECRET = "AIBOT-FAKE", "fake-secret-for-trying-things-out"
HELP = """\
直接输入文字：以当前成员的身份单聊提问
/群 文字      在群里 @ 机器人提问
/我 名字      换一个成员
/进入         打开会话，看欢迎语
/选 A C       在最近的题目卡片上选择并提交
/赞 /踩       评价最近一条答复
/断开         断开长连接，看机器人重连
/踢           让机器人以为被别处接管（它应当退出，不再争抢）
/帮助 /退出"""


def write(text: str) -> None:
    """Show a line to the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(slots=True)
class Talk:
    """The chat of the person at the terminal."""

    link: FakeLink
    user: str = "zhangsan"
    group: str = "GROUP-1"

    def latest(self, *, with_card: bool = False) -> Bubble | None:
        """Return the newest message of the bot."""
        found = [b for b in self.link.bubbles if b.card is not None or not with_card]
        return found[-1] if found else None

    async def take(self, line: str) -> bool:
        """Do what a line says; False to end."""
        command, _, rest = line.partition(" ")
        match command:
            case "/退出":
                return False
            case "/帮助":
                write(HELP)
            case "/我":
                self.user = rest.strip() or self.user
                write(f"现在是 {self.user}")
            case "/群":
                await self.link.say(self.user, f"@学习助手 {rest}", chat=self.group)
            case "/进入":
                await self.link.enter(self.user)
            case "/选" | "/赞" | "/踩":
                await self._answer(command, rest)
            case "/断开" | "/踢":
                await self._disturb(command)
            case _:
                await self.link.say(self.user, line)
        return True

    async def _disturb(self, command: str) -> None:
        client = self.link.client()
        if command == "/断开":
            await self.link.end(Ending.ABORT)
        elif client is not None:
            await self.link.kick(client)

    async def _answer(self, command: str, rest: str) -> None:
        bubble = self.latest(with_card=command == "/选")
        if bubble is None:
            write("还没有可以回应的消息")
        elif command == "/选":
            await self.link.vote(self.user, bubble, *rest.upper().split())
        elif bubble.feedback_id:
            await self.link.judge(self.user, bubble.feedback_id, 1 if command == "/赞" else 2)


async def show(link: FakeLink) -> None:
    """Write every change of what users see, and every rule that the bot breaks."""
    seen: dict[int, tuple[int, bool]] = {}
    violations = subscriptions = 0
    while True:
        for number, bubble in enumerate(link.bubbles):
            state = (len(bubble.snapshots), bubble.finished)
            if seen.get(number) != state:
                seen[number] = state
                mark = "完" if bubble.finished else "…"
                write(f"\n[{bubble.conversation} ← 机器人 {mark}]\n{bubble.text}")
                for option in _options(bubble):
                    write(f"  □ {option}")
        for violation in link.violations[violations:]:
            write(f"！机器人违反了平台规则：{violation}")
        violations = len(link.violations)
        if len(link.subscriptions) > subscriptions:
            subscriptions = len(link.subscriptions)
            write("（机器人已连接）")
        with contextlib.suppress(TimeoutError):
            await link.changes.until(lambda: False, seconds=0.2)


def _options(bubble: Bubble) -> list[str]:
    checkbox = (bubble.card or {}).get("checkbox")
    options = checkbox.get("option_list") if isinstance(checkbox, dict) else None
    return [str(option["text"]) for option in options] if isinstance(options, list) else []


async def main(port: int) -> None:
    """Listen, and chat until the person leaves."""
    async with FakeLink({BOT_ID: SECRET}, port=port) as link:
        write("模拟的企业微信已启动。在另一个终端里运行：\n")
        write(f"  export ASSISTANT_WECOM__WEBSOCKET_URL={link.address}")
        write(f"  export ASSISTANT_WECOM__BOT_ID={BOT_ID}")
        write(f"  export ASSISTANT_WECOM__BOT_SECRET={SECRET}")
        write("  export ASSISTANT_WECOM__BOT_NAMES=学习助手")
        write(f"  .venv/bin/assistant wecom run\n\n{HELP}\n")
        showing = asyncio.create_task(show(link))
        talk = Talk(link)
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() and not await talk.take(line.strip()):
                break
        showing.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="模拟企业微信的长连接一端")
    parser.add_argument("--port", type=int, default=8765)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args().port))
