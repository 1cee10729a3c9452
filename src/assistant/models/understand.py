"""What is asked, put into words of its own by the model; by rule when that fails or strays.

A rewriting may only use what the conversation has said: it is checked like an answer is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from assistant.domain import Turn
from assistant.models.clauses import Text, pairs_of
from assistant.models.facts import plain
from assistant.models.passages import defuse
from assistant.models.support import novel_letters

SCHEMA: Mapping[str, JsonValue] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["question", "parts"],
    "properties": {
        "question": {"type": "string"},
        "parts": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
    },
}
LONGEST = 200
"""Characters of a rewritten question."""
MOST_PARTS = 4
MOST_TURNS = 6
LONGEST_TURN = 300
SHORTEST = 2
NEW_LETTERS = 0.1
"""Share of a rewriting's letters that the conversation need not have."""
OWN_WORDS = 0.4
"""Share of the question's own pairs that its rewriting must keep, words that point aside."""

_POINTING = re.compile(
    r"那么?|这个?|它们?|其|该|上述|前面|刚才|呢|吗|啊|吧|请问|的话|还有|另外|然后|如果"
)
_NEW = ("frequency", "date", "times", "duration", "money", "count", "number", "extent", "ordinal")
_ASKS = re.compile(
    r"谁|什么|多少|几|怎么|怎样|如何|哪|啥|吗|呢|是否|有没有|要不要|能不能|可不可以|多久|为何|为什么"
)
_PARTS = re.compile(r"[？?；;]\s*|[，,]\s*(?=另外|还有|以及|同时|并且|再问|顺便)")
_SHORTEST_PART = 4


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question in words of its own, and its parts when it asks several things."""

    question: str
    parts: tuple[str, ...] = ()
    by_model: bool = False


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    question: str
    parts: list[str] = []


def asks_several(question: str) -> bool:
    """Tell whether a question may ask several things."""
    return len(_ASKS.findall(question)) > 1


def split_by_rule(question: str) -> tuple[str, ...]:
    """Return the questions in a question, where its punctuation divides them; else none."""
    parts = [part.strip(" ，,。") for part in _PARTS.split(question)]
    asking = [part for part in parts if len(part) >= _SHORTEST_PART and _ASKS.search(part)]
    return tuple(f"{part}？" for part in asking[:MOST_PARTS]) if len(asking) > 1 else ()


def show_history(history: Sequence[Turn]) -> str:
    """Return a conversation as it stands in a prompt."""
    names = {"user": "用户", "assistant": "助手"}
    lines = [
        f"{names[role]}：{defuse(' '.join(text.split())[:LONGEST_TURN])}"
        for role, text in history[-MOST_TURNS:]
    ]
    return "\n".join(lines) or "（无）"


def read_understanding(
    text: str, *, question: str, history: Sequence[Turn]
) -> Understanding | None:
    """Return what a model made of a question, or None when it cannot be read or strays."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        value = json.JSONDecoder(strict=False).raw_decode(text, start)[0]
        found = _Answer.model_validate(value)
    except (ValueError, RecursionError, ValidationError):
        return None
    said = "\n".join([*(turn for _, turn in history[-MOST_TURNS:]), question])
    rewritten = " ".join(found.question.split())
    if not is_faithful(rewritten, question=question, said=said):
        return None
    parts = [" ".join(part.split()) for part in found.parts[:MOST_PARTS]]
    faithful = all(_uses_only(part, said) for part in parts) and len(parts) > 1
    return Understanding(rewritten, tuple(parts) if faithful else (), by_model=True)


def is_faithful(rewritten: str, *, question: str, said: str) -> bool:
    """Tell whether a rewriting asks what the question asks, in the conversation's words."""
    if not rewritten or len(rewritten) > max(LONGEST, len(question)):
        return False
    own = pairs_of(plain(_POINTING.sub("，", question)))
    kept = len(own & pairs_of(plain(rewritten))) / len(own) if own else 1.0
    return kept >= OWN_WORDS and _uses_only(rewritten, said)


def _uses_only(text: str, said: str) -> bool:
    words, known = Text.of(_ASKS.sub("，", text)), Text.of(said)
    if len(words.letters) < SHORTEST:
        return False
    new = novel_letters(words, known.pairs)
    values = {t.key for t in known.tokens if t.sort in _NEW}
    return len(new) <= NEW_LETTERS * len(words.letters) and all(
        t.key in values for t in words.tokens if t.sort in _NEW
    )
