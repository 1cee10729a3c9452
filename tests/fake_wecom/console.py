"""A chat in the terminal with a bot that knows no better than to talk to WeCom."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import ClassVar

from tests.fake_wecom.api import FakeApi
from tests.fake_wecom.callbacks import FakeApp, FakeBot, NoAnswer
from tests.fake_wecom.ws import FakeLink
from tests.fake_wecom.ws_rules import member, text_of
from tests.fake_wecom.ws_shown import Bubble, Ending, Json

Write = Callable[[str], None]
LOOK_SECONDS = 0.2


class Talk:
    """The chat of the person at the terminal; each way to the bot is a subclass."""

    COMMANDS: ClassVar[dict[str, str]] = {}
    """What can be typed beside a question, and what it does."""

    def __init__(self, api: FakeApi, write: Write) -> None:
        self.user = "zhangsan"
        self.group = "GROUP-1"
        self._api = api
        self._write = write
        self._seen: dict[int, str] = {}
        self._counted = {"violations": 0, "posts": 0}
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def help(self) -> str:
        """What can be typed."""
        commands = {"直接输入文字": "以当前成员的身份单聊提问", "/我 名字": "换一个成员"}
        ends = {"/帮助": "显示这些说明", "/退出": "结束"}
        lines = (commands | self.COMMANDS | ends).items()
        return "\n".join(f"{command}　{meaning}" for command, meaning in lines)

    async def take(self, line: str) -> bool:
        """Do what a line says; False to end."""
        command, _, rest = line.partition(" ")
        if command == "/退出":
            return False
        if command == "/帮助":
            self._write(self.help)
        elif command == "/我":
            self.user = rest.strip() or self.user
            self._write(f"现在是 {self.user}")
        elif not command.startswith("/"):
            await self.ask(line)
        else:
            await self.act(command, rest.strip())
        return True

    async def ask(self, text: str) -> None:
        """Ask a question."""
        raise NotImplementedError

    async def act(self, command: str, rest: str) -> None:
        """Do what a command of this way says."""
        raise NotImplementedError

    def bubbles(self) -> Sequence[Bubble]:
        """Return what the bot said, where a chat shows it."""
        return ()

    def violations(self) -> Sequence[str]:
        """Return the rules that the bot broke."""
        return self._api.violations

    async def show(self) -> None:
        """Write every change of what users see, until cancelled."""
        while True:
            self.show_news()
            await asyncio.sleep(LOOK_SECONDS)

    def show_news(self) -> None:
        """Write what has changed since the last time."""
        for number, bubble in enumerate(self.bubbles()):
            said = f"{bubble.text}{options_of(bubble)}"
            if bubble.snapshots and self._seen.get(number) != said:
                self._seen[number] = said
                mark = "完" if bubble.finished else "…"
                self._write(f"\n[{bubble.conversation} ← 机器人 {mark}]\n{bubble.text}")
                for option in options_of(bubble):
                    self._write(f"  □ {option}")
        for shown in self._api.shown[self._counted["posts"] :]:
            to = "群 ← 消息推送" if shown.to == "webhook" else f"{shown.to} ← 另发"
            self._write(f"\n[{to}]\n{shown.text}")
        for violation in self.violations()[self._counted["violations"] :]:
            self._write(f"！机器人违反了平台规则：{violation}")
        self._counted = {"violations": len(self.violations()), "posts": len(self._api.shown)}

    def latest(self, *, with_card: bool) -> Bubble | None:
        """Return the newest message of the bot."""
        found = [b for b in self.bubbles() if b.snapshots and (b.card is not None or not with_card)]
        if not found:
            self._write("还没有可以回应的消息")
        return found[-1] if found else None

    def begin(self, work: Coroutine[object, object, None]) -> None:
        """Do something while the person goes on typing."""
        task = asyncio.get_running_loop().create_task(self._report(work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """Wait for what was begun, and write what came of it."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        self.show_news()

    async def _report(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except (NoAnswer, OSError, TimeoutError) as error:
            self._write(f"！没有应答（{error}）：机器人的程序启动了吗？地址对吗？")


class ConnectionTalk(Talk):
    """Over the long connection, which the bot opens."""

    COMMANDS: ClassVar[dict[str, str]] = {
        "/群 文字": "在群里 @ 机器人提问",
        "/进入": "打开会话，看欢迎语",
        "/选 A C": "在最近的题目卡片上选择并提交",
        "/赞、/踩": "评价最近一条答复",
        "/断开": "断开长连接，看机器人重连",
        "/踢": "让机器人以为被别处接管（它应当退出，不再争抢）",
    }

    def __init__(self, link: FakeLink, api: FakeApi, write: Write) -> None:
        super().__init__(api, write)
        self._link = link
        self._subscriptions = 0

    def bubbles(self) -> Sequence[Bubble]:
        """Return what the bot said."""
        return self._link.bubbles

    def violations(self) -> Sequence[str]:
        """Return the rules that the bot broke."""
        return [*self._link.violations, *self._api.violations]

    def show_news(self) -> None:
        """Write what has changed, new connections too."""
        if len(self._link.subscriptions) > self._subscriptions:
            self._subscriptions = len(self._link.subscriptions)
            self._write("（机器人已连接）")
        super().show_news()

    async def ask(self, text: str) -> None:
        """Ask a question."""
        await self._link.say(self.user, text)

    async def act(self, command: str, rest: str) -> None:
        """Do what a command says."""
        match command:
            case "/群":
                await self._link.say(self.user, f"@学习助手 {rest}", chat=self.group)
            case "/进入":
                await self._link.enter(self.user)
            case "/断开":
                await self._link.end(Ending.ABORT)
            case "/踢":
                if (client := self._link.client()) is not None:
                    await self._link.kick(client)
            case "/选":
                if (bubble := self.latest(with_card=True)) is not None:
                    await self._link.vote(self.user, bubble, *rest.upper().split())
            case "/赞" | "/踩":
                bubble = self.latest(with_card=False)
                if bubble is not None and bubble.feedback_id:
                    kind = 1 if command == "/赞" else 2
                    await self._link.judge(self.user, bubble.feedback_id, kind)
            case _:
                self._write(self.help)


class CallbackTalk(Talk):
    """To the bot's callback URL."""

    COMMANDS: ClassVar[dict[str, str]] = {
        "/验证": "像在后台点“保存”那样验证地址",
        "/群 文字": "在群里 @ 机器人提问",
        "/进入": "打开会话，看欢迎语",
        "/选 A C": "在最近的题目卡片上选择并提交",
        "/赞、/踩": "评价最近一条答复",
    }

    def __init__(self, bot: FakeBot, api: FakeApi, write: Write) -> None:
        super().__init__(api, write)
        self._bot = bot

    def bubbles(self) -> Sequence[Bubble]:
        """Return what the bot said."""
        return [exchange.bubble for exchange in self._bot.exchanges]

    def violations(self) -> Sequence[str]:
        """Return the rules that the bot broke."""
        return [*self._bot.violations, *self._api.violations]

    async def ask(self, text: str) -> None:
        """Ask a question."""
        self.begin(self._say(text))

    async def act(self, command: str, rest: str) -> None:
        """Do what a command says."""
        match command:
            case "/验证":
                self.begin(verify(self._bot, self._write))
            case "/群":
                self.begin(self._say(f"@学习助手 {rest}", chat=self.group))
            case "/进入":
                self.begin(self._enter())
            case "/选":
                if (bubble := self.latest(with_card=True)) is not None:
                    self.begin(self._vote(bubble, rest.upper().split()))
            case "/赞" | "/踩":
                bubble = self.latest(with_card=False)
                if bubble is not None and bubble.feedback_id:
                    self.begin(self._judge(bubble.feedback_id, 1 if command == "/赞" else 2))
            case _:
                self._write(self.help)

    async def _say(self, text: str, *, chat: str = "") -> None:
        exchange = await self._bot.say(text, user=self.user, chat=chat)
        if not exchange.bubble.snapshots:
            self._write("！没有应答：机器人的程序启动了吗？地址对吗？")

    async def _event(self, event: Json, **further: object) -> Json:
        person = {"userid": self.user}
        return await self._bot.event(event, **{"from": person}, **further) or {}

    async def _enter(self) -> None:
        reply = await self._event({"eventtype": "enter_chat"})
        words = text_of(member(reply, "text"), "content")
        self._write(f"\n[{self.user} ← 机器人 欢迎语]\n{words or '（无）'}")

    async def _vote(self, bubble: Bubble, chosen: list[str]) -> None:
        card = bubble.card or {}
        key = text_of(member(card, "checkbox"), "question_key")
        item = {"question_key": key, "option_ids": {"option_id": chosen}}
        click = {
            "card_type": "vote_interaction",
            "event_key": text_of(member(card, "submit_button"), "key"),
            "task_id": text_of(card, "task_id"),
            "selected_items": {"selected_item": [item]},
        }
        reply = await self._event(
            {"eventtype": "template_card_event", "template_card_event": click},
            response_url=self._api.reply_url(bubble.request_id, single=True),
        )
        title = text_of(member(member(reply, "template_card"), "main_title"), "title")
        self._write(f"\n[卡片更新] {title or '（无）'}")

    async def _judge(self, feedback_id: str, kind: int) -> None:
        judgement = {"id": feedback_id, "type": kind}
        await self._event({"eventtype": "feedback_event", "feedback_event": judgement})
        self._write("（已评价）")


class AppTalk(Talk):
    """To the callback URL of an app."""

    COMMANDS: ClassVar[dict[str, str]] = {
        "/验证": "像在后台点“保存”那样验证地址",
        "/进入": "进入应用，看欢迎语（一天一次）",
    }

    def __init__(self, app: FakeApp, api: FakeApi, write: Write) -> None:
        super().__init__(api, write)
        self._app = app

    def violations(self) -> Sequence[str]:
        """Return the rules that the app broke."""
        return [*self._app.violations, *self._api.violations]

    async def ask(self, text: str) -> None:
        """Ask a question."""
        self.begin(self._say(text))

    async def act(self, command: str, rest: str) -> None:
        """Do what a command says."""
        match command:
            case "/验证":
                self.begin(verify(self._app, self._write))
            case "/进入":
                self.begin(self._enter())
            case _:
                self._write(self.help)

    async def _say(self, text: str) -> None:
        exchange = await self._app.say(text, user=self.user)
        for answer in exchange.answers:
            self._write(f"\n[{self.user} ← 应用 直接回复]\n{answer}")

    async def _enter(self) -> None:
        words = await self._app.event("enter_agent", user=self.user)
        self._write(f"\n[{self.user} ← 应用 欢迎语]\n{words or '（无）'}")


async def verify(channel: FakeBot | FakeApp, write: Write) -> None:
    """Save the address in the console, as it were."""
    with contextlib.suppress(EOFError):
        answer = await channel.caller.verify("1616140317555161061")
        good = answer.content == b"1616140317555161061"
        write("（地址验证通过）" if good else f"！地址验证没有通过（{answer.status}）")


def options_of(bubble: Bubble) -> list[str]:
    """Return the words of the options of a card."""
    checkbox = (bubble.card or {}).get("checkbox")
    options = checkbox.get("option_list") if isinstance(checkbox, dict) else None
    return [str(option["text"]) for option in options] if isinstance(options, list) else []
