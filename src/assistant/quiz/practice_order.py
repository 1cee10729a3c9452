"""The order in which options are shown: shuffled by a seed, unless the order means something."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from assistant.quiz.items import FALSE, LETTERS, TRUE, Item, ItemType

# What speaks of “A、C项” or “同上” is only right in the order it was written for.
_SPEAKS_OF_ORDER = re.compile(r"(?<![A-Za-z])[A-H](?![A-Za-z])|同[左右上下]|前[一两二三]项")
_AMOUNT = re.compile(r"[\d０-９]|[一二三四五六七八九十]+(?:[次年月日天项条个]|分之)|^每")
_JUDGEMENTS = (("√", TRUE, "正确"), ("×", FALSE, "错误"))


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as one person sees it."""

    letter: str
    """As shown; √ and × for a statement."""
    key: str
    """What it is in the question: its letter there, ``T`` or ``F``."""
    text: str


def arrange_options(item: Item, *, seed: str) -> tuple[ShownOption, ...]:
    """Return the options of a question in the order that ``seed`` gives."""
    if item.type is ItemType.JUDGE:
        return tuple(ShownOption(*judgement) for judgement in _JUDGEMENTS)
    options = list(item.options)
    if not order_matters(item):
        options.sort(key=lambda option: _number(f"{seed}\n{item.id}\n{option.letter}"))
    return tuple(
        ShownOption(letter, option.letter, option.text)
        for letter, option in zip(LETTERS, options, strict=False)
    )


def order_matters(item: Item) -> bool:
    """Return whether options must stay as they are: amounts ascend, or the text names letters."""
    texts = (own_explanation(item), *(reason for _, reason in item.refute))
    if any(_SPEAKS_OF_ORDER.search(text) for text in texts):
        return True
    return bool(item.options) and all(_AMOUNT.search(option.text) for option in item.options)


def own_explanation(item: Item) -> str:
    """Return what the explanation says beyond the reasons that stand beside the options."""
    words = item.explanation
    for letter, reason in item.refute:
        for closing in ("。", "；", ""):
            words = words.replace(f"{letter}项：{reason.rstrip('。')}{closing}", "")
    return words.strip()


def letters_shown(shown: tuple[ShownOption, ...], keys: tuple[str, ...]) -> str:
    """Return the letters under which ``keys`` are shown: ``A、C``."""
    return "、".join(option.letter for option in shown if option.key in keys)


def _number(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()
