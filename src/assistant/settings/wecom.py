"""The WeCom (企业微信) bot. The group ``[wecom]``; secrets come from the environment only.

A channel is on when its secrets are set. What the platform's documents leave open is a setting.
"""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Seconds = Annotated[float, Field(gt=0)]
_LISTS = ("bot_names", "allowed_users", "allowed_chats")
_TOGETHER = (
    ("bot_secret", "bot_id"),
    ("bot_token", "bot_aes_key"),
    ("app_token", "app_aes_key", "app_secret", "corp_id", "agent_id"),
)


class WecomSettings(BaseModel):
    """The keys of ``[wecom]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # the platform
    api_base: str = "https://qyapi.weixin.qq.com"
    """Of message/send, gettoken and the webhook; a private deployment has its own."""
    reply_hosts: tuple[str, ...] = ("qyapi.weixin.qq.com",)
    """Where a ``response_url`` may lead; it is called for no other host."""
    request_seconds: Seconds = 10.0
    """Longest call of the platform's API."""

    # 智能机器人 by callback URL: /wecom/bot
    bot_id: str = ""
    """aibotid; with it, callbacks for another bot are refused."""
    bot_token: SecretStr | None = None
    bot_aes_key: SecretStr | None = None
    bot_reply_timestamp: Literal["number", "string"] = "number"
    bot_reply_type: Literal["application/json", "text/plain"] = "application/json"
    bot_empty_packet: Literal["empty", "encrypted"] = "empty"
    """How an exchange ends without a visible reply."""
    bot_confirm: bool = True
    """Leave the stream of a whole answer open until the platform has come back to it: a first reply
    that got lost is noticed by that, and sent by ``response_url``."""
    bot_feedback: bool = True
    """Ask for 👍/👎 under replies."""
    first_reply_seconds: Seconds = 0.8
    """How long a callback waits for words before it says that the answer is being looked up."""
    refresh_seconds: Seconds = 0.8
    """How long a refresh waits for something new."""
    stream_seconds: Seconds = 330.0
    """When a stream is closed; the platform asks for six minutes."""
    unread_seconds: Seconds = 30.0
    """When a finished reply that nobody has asked for is sent by ``response_url``."""

    # 自建应用: /wecom/app
    corp_id: str = ""
    agent_id: int | None = None
    app_token: SecretStr | None = None
    app_aes_key: SecretStr | None = None
    app_secret: SecretStr | None = None
    app_markdown: bool = False
    """Markdown does not show in the WeChat plug-in (微信插件)."""
    passive_seconds: Annotated[float, Field(ge=0, le=4.5)] = 3.0
    """How long the callback waits for an answer; a later one is sent as a message. 0 sends every
    answer so: nobody confirms a reply, but the platform confirms a message."""
    retry_seconds: Seconds = 1.0
    """Before a message that did not go through is tried again; then twice as long."""

    # the group webhook (消息推送) and its daily question (每日一题)
    webhook_key: SecretStr | None = None
    webhook_markdown: Literal["markdown", "markdown_v2"] = "markdown"
    """``markdown_v2`` shows lists and tables, but not in clients before 4.1.36."""
    webhook_per_minute: int = Field(default=18, ge=1, le=20)
    question_at: time = time(9, 7)
    solution_at: time | None = time(16, 37)
    """None sends no solution."""
    late_minutes: int = Field(default=120, ge=1, le=720)
    """How long after its time a question is still sent, when nothing ran at its time."""
    time_zone: str = "Asia/Shanghai"
    working_days: Literal["china", "weekdays", "every_day"] = "china"
    """``china`` knows the holidays and the working weekends that the State Council set."""
    days_off: tuple[date, ...] = ()
    """Of the organisation, beside the calendar."""
    days_on: tuple[date, ...] = ()

    # 智能机器人 by the long connection
    bot_secret: SecretStr | None = None
    websocket_url: str = "wss://openws.work.weixin.qq.com"
    websocket_ca: Path | None = None
    """Certificates to trust beside the system's, for a private deployment."""
    ping_seconds: Seconds = 30.0
    acknowledge_seconds: Seconds = 10.0
    """How long a frame may go without acknowledgement; a quarter of a second is usual."""
    frame_seconds: Seconds = 1.0
    """Between two snapshots of one stream."""
    keepalive_seconds: Seconds = 50.0
    """A stream without a snapshot for minutes is dropped without a word."""
    replies_per_minute: int = Field(default=28, ge=1, le=30)
    """Into one conversation."""
    replies_per_hour: int = Field(default=950, ge=1, le=1000)
    frames_count: bool = False
    """Whether each snapshot counts as a reply; the documents do not say."""
    lease_seconds: Seconds = 30.0
    """How long a dead process keeps others from taking the connection over."""
    stop_seconds: Seconds = 4.0
    """How long a process that is told to stop lets replies come to their end."""

    # who may ask, and how much
    bot_names: tuple[str, ...] = ()
    """As groups mention the bot; cut out of what is asked there."""
    allowed_users: tuple[str, ...] = ()
    """userid of those who may ask; empty for everyone whom the platform lets."""
    allowed_chats: tuple[str, ...] = ()
    """chatid of groups in which the bot answers; empty for all."""
    user_per_minute: int = Field(default=10, ge=1, le=30)
    chat_per_minute: int = Field(default=20, ge=1, le=30)
    answers_at_once: int = Field(default=2, ge=1, le=64)
    """Answers from the materials alone are work for a processor; with a language model, which is
    waited for, more at once serve better."""
    answers_waiting: int = Field(default=100, ge=0, le=10_000)
    """A question behind so many is turned away with polite words."""
    answers_per_user: int = Field(default=3, ge=1, le=10)
    history_minutes: int = Field(default=30, ge=1, le=1440)
    """How long a question can be gone on from."""
    history_questions: int = Field(default=5, ge=0, le=20)
    placeholder_seconds: Seconds = 0.5
    """An answer that takes longer is announced."""
    progress_seconds: Seconds = 15.0
    """How often a long search says that it goes on."""
    welcome: str = Field(default="", max_length=500)
    """Words for whoever opens the chat, before the help; empty for ours."""

    # all callbacks
    window_seconds: Seconds = 300.0
    """How far a callback's timestamp may be from this machine's clock."""
    answer_seconds: Seconds = 1500.0
    """When an answer is given up; a ``response_url`` lives for an hour."""
    public_url: str = ""
    """Address of the page, for “open in the browser”."""

    @field_validator("reply_hosts", "days_off", "days_on", *_LISTS, mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        # The environment has no lists.
        if not isinstance(value, str):
            return value
        return [part.strip() for part in value.split(",") if part.strip()]

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("没有这个时区，请写成 Asia/Shanghai 这样的名称") from error
        return name

    @field_validator("websocket_url")
    @classmethod
    def _known_scheme(cls, address: str) -> str:
        if not address.startswith(("wss://", "ws://")):
            raise ValueError("应以 wss:// 开头")
        return address

    @model_validator(mode="after")
    def _complete(self) -> WecomSettings:
        for keys in _TOGETHER:
            missing = [key for key in keys if not getattr(self, key)]
            secrets = [key for key in keys if isinstance(getattr(self, key), SecretStr)]
            if secrets and missing:
                raise ValueError(f"还缺 {'、'.join(missing)}：这一渠道的各项要一起设置")
        return self

    @property
    def bot_callback(self) -> bool:
        """Whether /wecom/bot is on."""
        return self.bot_token is not None

    @property
    def connection(self) -> bool:
        """Whether the long connection is on."""
        return self.bot_secret is not None

    @property
    def app_callback(self) -> bool:
        """Whether /wecom/app is on."""
        return self.app_token is not None

    @property
    def webhook(self) -> bool:
        """Whether the daily question is on."""
        return self.webhook_key is not None
