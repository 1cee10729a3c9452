"""What a message asks for: an answer, help, a quiz question, a choice among options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.wecom.messages import Incoming, MessageKind

# Clients put one of these behind a mention.
_BLANK = r"[\s\u2005\u00a0\u2006\u200b]"
_LEADING_MENTION = re.compile(rf"^{_BLANK}*@\S+(?:{_BLANK}+|$)")
_HELP = re.compile(
    r"(?:帮助|使用说明|怎么用|使用帮助|help|菜单|功能|[?？]+)[。！!？?]*", re.IGNORECASE
)
_FRESH = re.compile(
    r"(?:新话题|换个话题|重新开始|清空|清除|清空记录|reset|/new|/clear)[。！!]*", re.IGNORECASE
)
_QUIZ = re.compile(
    r"(?:题|来[一1]?道?题|出[一1]?道?题|下一题|再来[一1]?[道题]题?|练习|做题|刷题|考考我|每日一题|quiz)[。！!]*",
    re.IGNORECASE,
)
_LETTERS = re.compile(
    r"(?:答案|我选|选|答)?[是:： ]*"
    r"(?P<letters>[A-Ha-hＡ-Ｈａ-ｈ](?:[、,，和 ]*[A-Ha-hＡ-Ｈａ-ｈ])*)[。.！!]*"
)
_TRUTH = re.compile(
    r"(?:答案|我选|选|答)?[是:： ]*(?P<truth>对|正确|√|✓|是对的|错|错误|×|✗|不对)[。.！!]*"
)
_NUMBER = re.compile(
    r"(?:第|选|看)?[ ]*(?P<number>[1-9１-９一二三四五六七八九])[ ]*(?:个|项|条|号)?[。.！!]*"
)
_FULL_WIDTH = {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)} | {
    ord("ａ") + n: chr(ord("a") + n) for n in range(26)
}
_DIGITS = {
    digit: n
    for n, pair in enumerate(("1１一", "2２二", "3３三", "4４四", "5５五"), 1)
    for digit in pair
} | {digit: n for n, pair in enumerate(("6６六", "7７七", "8８八", "9９九"), 6) for digit in pair}
_TRUE_WORDS = frozenset({"对", "正确", "√", "✓", "是对的"})


class Wish(StrEnum):
    """What a message is after."""

    ANSWER = "answer"
    HELP = "help"
    FRESH = "fresh"
    """Start over: what was said before shall not count."""
    QUIZ = "quiz"
    CHOICE = "choice"
    """Letters, or right and wrong: the answer to a quiz question, if one is open."""
    NUMBER = "number"
    """One of the options that were offered last, if any were."""
    UNREADABLE = "unreadable"
    """A picture, a file: nothing in words."""


@dataclass(frozen=True, slots=True)
class Request:
    """A message as it was understood."""

    wish: Wish
    text: str = ""
    """The words without the mention; of a quotation when there were none."""
    chosen: tuple[str, ...] = ()
    """Letters, or ``T`` or ``F``."""
    number: int = 0


def read_request(incoming: Incoming, *, bot_names: Sequence[str] = ()) -> Request:
    """Return what a message asks for; ``bot_names`` are how groups mention the bot."""
    if incoming.kind not in (MessageKind.TEXT, MessageKind.VOICE, MessageKind.MIXED):
        return Request(Wish.UNREADABLE)
    text = incoming.text
    if incoming.chat_type == "group":
        text = strip_mention(text, bot_names)
    text = text.strip()
    if not text and incoming.quote.strip():
        return Request(Wish.ANSWER, incoming.quote.strip())
    if not text and incoming.kind is MessageKind.MIXED:
        return Request(Wish.UNREADABLE)
    return _read_words(text)


def strip_mention(text: str, bot_names: Sequence[str]) -> str:
    """Return the text of a group message without the mention of the bot.

    A name may hold blanks and may stand anywhere; without known names the leading one goes.
    """
    for name in sorted(bot_names, key=len, reverse=True):
        mention = re.compile(rf"{_BLANK}*@{re.escape(name)}(?:{_BLANK}+|$|(?=[，。？！,?!：:]))")
        stripped, found = mention.subn(" ", text)
        if found:
            return stripped.strip()
    return text if bot_names else _LEADING_MENTION.sub("", text, count=1)


def _read_words(text: str) -> Request:
    if not text or _HELP.fullmatch(text):
        return Request(Wish.HELP)
    if _FRESH.fullmatch(text):
        return Request(Wish.FRESH, text)
    if _QUIZ.fullmatch(text):
        return Request(Wish.QUIZ, text)
    if number := _NUMBER.fullmatch(text):
        return Request(Wish.NUMBER, text, number=_DIGITS[number["number"]])
    if truth := _TRUTH.fullmatch(text):
        key = "T" if truth["truth"] in _TRUE_WORDS else "F"
        return Request(Wish.CHOICE, text, chosen=(key,))
    if letters := _LETTERS.fullmatch(text):
        found = re.findall(r"[A-H]", letters["letters"].translate(_FULL_WIDTH).upper())
        return Request(Wish.CHOICE, text, chosen=tuple(sorted(set(found))))
    return Request(Wish.ANSWER, text)
