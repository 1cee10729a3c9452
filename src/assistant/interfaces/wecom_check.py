"""What the configuration of the bot lacks, channel by channel, in words for the administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from assistant.settings.wecom import WecomSettings

State = Literal["ok", "missing", "off", "note"]
MARKS: dict[State, str] = {"ok": "✓", "missing": "✗", "off": "–", "note": "!"}
CONNECT_SECONDS = 10.0
WHERE = {
    "bot_id": "管理后台→安全与管理→管理工具→智能机器人，选 API 模式、长连接，可得 Bot ID",
    "bot_secret": "与 Bot ID 同一处的 Secret",
    "bot_token": "智能机器人 API 模式“URL 回调”里的 Token",
    "bot_aes_key": "智能机器人 API 模式“URL 回调”里的 EncodingAESKey",
    "corp_id": "管理后台→我的企业→企业信息→企业 ID",
    "agent_id": "应用管理→自建应用→AgentId",
    "app_secret": "应用管理→自建应用→Secret",
    "app_token": "自建应用→接收消息→Token",
    "app_aes_key": "自建应用→接收消息→EncodingAESKey",
    "webhook_key": "群设置→消息推送，地址中 key= 之后的部分",
}
CHANNELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("智能机器人（长连接）", ("bot_id", "bot_secret")),
    ("智能机器人（URL 回调）", ("bot_token", "bot_aes_key")),
    ("自建应用", ("corp_id", "agent_id", "app_secret", "app_token", "app_aes_key")),
    ("群消息推送（每日一题）", ("webhook_key",)),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; what is missing says where to get it."""

    name: str
    state: State
    detail: str

    @property
    def mark(self) -> str:
        """The sign before it."""
        return MARKS[self.state]


def examine(*, connect: bool = False) -> Iterator[Finding]:
    """Yield what each check finds."""
    from assistant.settings import load_settings

    try:
        settings = load_settings()
    except AssistantError as error:
        yield Finding("设置", "missing", str(error))
        return
    wecom = settings.wecom
    yield from examine_channels(wecom)
    yield from _examine_surroundings(wecom)
    if settings.model.name and wecom.answers_at_once < settings.model.concurrent:
        lacks = f"语言模型可同时回答 {settings.model.concurrent} 个问题，机器人只用 "
        lacks += f"{wecom.answers_at_once} 个，可调大 {variable('answers_at_once')}"
        yield Finding("并发", "note", lacks)
    yield _examine_index(settings)
    yield _examine_database(settings)
    if connect and wecom.connection:
        yield asyncio.run(_examine_network(wecom))


def examine_channels(wecom: WecomSettings) -> Iterator[Finding]:
    """Yield for each channel whether it is on, off, or half configured."""
    findings = [_examine_channel(wecom, name, keys) for name, keys in CHANNELS]
    yield from findings
    if all(finding.state == "off" for finding in findings):
        yield Finding("渠道", "missing", "一个渠道也没有配置。最简单的是长连接，见 docs/wecom.md")
    if wecom.connection and wecom.bot_callback:
        yield Finding(
            "渠道",
            "note",
            "同一个机器人的长连接和 URL 回调只能二选一：在管理后台切换到一种，另一种就失效",
        )


def variable(key: str) -> str:
    """Return the environment variable of a key."""
    return f"ASSISTANT_WECOM__{key.upper()}"


def _examine_channel(wecom: WecomSettings, name: str, keys: tuple[str, ...]) -> Finding:
    missing = [key for key in keys if getattr(wecom, key) in (None, "")]
    # bot_id alone belongs to either way of running a bot.
    given = [key for key in keys if key not in missing and key != "bot_id"]
    if not missing:
        return Finding(name, "ok", "已配置")
    if not given and not (keys[0] == "bot_id" and wecom.bot_id and not wecom.bot_callback):
        return Finding(name, "off", "没有启用")
    lacks = "；".join(f"{variable(key)}（{WHERE[key]}）" for key in missing)
    return Finding(name, "missing", f"还缺 {lacks}")


def _examine_surroundings(wecom: WecomSettings) -> Iterator[Finding]:
    called_back = wecom.bot_callback or wecom.app_callback
    if wecom.public_url:
        yield Finding("网页地址", "ok", wecom.public_url)
    elif called_back or wecom.connection:
        lacks = "没有设置 ASSISTANT_WECOM__PUBLIC_URL：答复里不会有打开原文的链接"
        yield Finding("网页地址", "note", lacks)
    if (wecom.connection or wecom.bot_callback) and not wecom.bot_names:
        lacks = "没有设置 ASSISTANT_WECOM__BOT_NAMES：群里提问时只会去掉开头的一个 @"
        yield Finding("机器人名称", "note", lacks)
    if not wecom.allowed_users and (called_back or wecom.connection):
        yield Finding("使用范围", "note", "没有限定成员，能看到机器人的人都能提问")


def _examine_index(settings: Settings) -> Finding:
    from assistant.pipeline import index_state

    try:
        state, reason = index_state(settings)
    except AssistantError as error:
        return Finding("索引", "missing", str(error))
    return (
        Finding("索引", "ok", "与材料一致") if state == "ok" else Finding("索引", "missing", reason)
    )


def _examine_database(settings: Settings) -> Finding:
    from assistant.store.database import open_database
    from assistant.wecom.state import State as Records

    try:
        database = open_database(settings.database)
    except AssistantError as error:
        return Finding("数据库", "missing", str(error))
    try:
        holder = Records(database).lease_holder(f"connection:{settings.wecom.bot_id}")
    finally:
        database.close()
    running = f"；长连接正由 {holder} 保持" if holder else ""
    return Finding("数据库", "ok", f"可用{running}")


async def _examine_network(wecom: WecomSettings) -> Finding:
    """Open the socket and close it again; subscribing would throw out who is running."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    from assistant.wecom.longconn_worker import tls_of

    name = "网络"
    try:
        async with connect(wecom.websocket_url, ssl=tls_of(wecom), open_timeout=CONNECT_SECONDS):
            return Finding(name, "ok", f"可以连到 {wecom.websocket_url}")
    except (OSError, TimeoutError, WebSocketException) as error:
        return Finding(
            name,
            "missing",
            f"连不到 {wecom.websocket_url}（{type(error).__name__}），请检查出网策略、代理和证书",
        )
