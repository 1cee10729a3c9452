"""What the channels and the answering service say to each other, whichever the channel.

The agreement:

- A channel authenticates, parses, drops repeats (``state``) and then calls ``Answering``; it knows
  nothing of questions. The service knows nothing of transport, keys or frames.
- ``Answering.reply`` yields whole snapshots, never deltas; exactly one is finished, and it is the
  last. It raises no ``AssistantError``: what goes wrong is said in words. It may be called again
  with a message that was begun before a restart, so what it stores is keyed by ``message_id``.
- ``Snapshot.markdown`` is the full answer in the common Markdown subset. A channel fits it to its
  own limits: ``format.fit(markdown, *, limit_bytes, link)`` cuts at the end of a sentence and adds
  the link; ``format.split(markdown, *, limit_bytes)`` returns numbered parts;
  ``format.to_plain_text(markdown)`` is for clients that show no Markdown.
- ``inbound.parse_callback`` reads the JSON of a 智能机器人, by URL or connection; ``cards`` writes
  its cards.
- ``desk.Desk`` answers a message once, over restarts, and hands what can no longer be shown in
  place to the channel's ``Courier``. History, leases, clicks and repeats are kept by ``state``,
  whose calls block, so they run in threads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Literal, Protocol

ChatType = Literal["single", "group"]

# UTF-8 bytes that the platform takes; what is longer is cut there without a word, or refused.
STREAM_BYTES = 20_480
APP_BYTES = 2_048
WEBHOOK_BYTES = 4_096


class Channel(StrEnum):
    """By which way a message came."""

    BOT = "bot"
    """智能机器人 by callback URL."""
    CONNECTION = "connection"
    """智能机器人 by the long connection."""
    APP = "app"
    """自建应用."""


class MessageKind(StrEnum):
    """What a user sent. Only text, voice (transcribed) and mixed carry words."""

    TEXT = "text"
    VOICE = "voice"
    MIXED = "mixed"
    IMAGE = "image"
    FILE = "file"
    VIDEO = "video"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A user's message, authenticated. Everything in it but the ids is untrusted text."""

    message_id: str
    """The platform's msgid: repeated when the platform repeats itself."""
    channel: Channel
    bot_id: str
    """aibotid, or the agent id of a self-built app."""
    chat_type: ChatType
    chat_id: str
    """Of the group; empty in a single chat."""
    user_id: str
    received_at: datetime
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    """As sent, mention of the bot included; the words of a voice or mixed message."""
    quote: str = ""
    """Words of the message that this one quotes (引用)."""
    response_url: str = field(default="", repr=False)
    """One call within an hour; a bearer secret."""
    request_id: str = ""
    """req_id of the long connection's frame."""

    @property
    def conversation(self) -> str:
        """The chat that this belongs to: key of history, limits and rates."""
        name = self.chat_id if self.chat_type == "group" else self.user_id
        return f"{self.channel}:{self.chat_type}:{name}"


@dataclass(frozen=True, slots=True)
class CardOption:
    """One thing to choose on a card."""

    id: str
    text: str
    """About 11 characters show."""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class VoteCard:
    """投票选择型: a question with options and a button. No bot uses a ``task_id`` twice."""

    task_id: str
    title: str
    """About 26 characters show."""
    description: str
    question_key: str
    options: tuple[CardOption, ...]
    multiple: bool = False
    submit_text: str = "提交"
    submit_key: str = "submit"
    locked: bool = False
    """Answered: shown, but no longer to be chosen from."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole reply as it stands; each one replaces the one before."""

    markdown: str
    finished: bool = False
    card: VoteCard | None = None
    """Shown instead of ``markdown`` where the channel can; ``markdown`` says the same in words."""
    feedback_id: str = ""
    """Asks for 👍/👎; starts with ``trace_``, the same in every snapshot of a reply."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A user opened the single chat for the first time on a day."""

    channel: Channel
    bot_id: str
    user_id: str
    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CardClick:
    """A user submitted a card. Keys and ids are claims: look them up, never parse them."""

    channel: Channel
    bot_id: str
    user_id: str
    chat_type: ChatType
    chat_id: str
    event_id: str
    task_id: str
    event_key: str
    chosen: tuple[str, ...]
    """Option ids."""
    at: datetime
    response_url: str = field(default="", repr=False)
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class CardOutcome:
    """What follows a click: the card as it shall look now, and words sent after it."""

    card: VoteCard | None = None
    markdown: str = ""


class FeedbackKind(IntEnum):
    """The platform's numbers."""

    ACCURATE = 1
    INACCURATE = 2
    CANCELLED = 3


@dataclass(frozen=True, slots=True)
class Feedback:
    """A user judged a reply."""

    channel: Channel
    bot_id: str
    user_id: str
    chat_id: str
    event_id: str
    feedback_id: str
    kind: FeedbackKind
    content: str
    reasons: tuple[int, ...]
    """1 与问题无关, 2 内容不完整, 3 内容有错误, 4 数据分析错误."""
    at: datetime


class Answering(Protocol):
    """The service that every channel calls."""

    def reply(self, incoming: Incoming) -> AsyncIterator[Snapshot]:
        """Yield the reply as it grows; the last snapshot, and no other, is finished."""

    async def welcome(self, entered: Entered) -> str:
        """Return the words for a user who opens the chat; empty for none."""

    async def choose(self, click: CardClick) -> CardOutcome:
        """Judge what was chosen on a card, once per user."""

    async def note_feedback(self, feedback: Feedback) -> None:
        """Store what a user thinks of a reply."""


@dataclass(frozen=True, slots=True)
class DailyQuestion:
    """每日一题: what is sent in the morning, and its solution later on the same day."""

    item_id: str
    question: str
    """Markdown."""
    solution: str
    """Markdown, with the source."""


class DailyQuestions(Protocol):
    """Where the daily question comes from."""

    def question_of(self, day: date, *, sent: tuple[str, ...]) -> DailyQuestion | None:
        """Return the question of a day, none of those ``sent`` lately; None without one."""

    def question_by_id(self, item_id: str) -> DailyQuestion | None:
        """Return a question that was sent earlier, for its solution; None when it is gone."""
