"""What a model wrote → claims: strict where the server keeps to the schema, tolerant where not.

Nothing a draft says about itself is believed: not that it answers, not its passage numbers, not
its quotations. Here it is only read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue, TypeAdapter

MOST_CLAIMS = 8
LONGEST_SENTENCE = 400
LONGEST_QUOTE = 1200
"""Characters; what is longer was not written as asked."""

SCHEMA: Mapping[str, JsonValue] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["claims"],
    "properties": {
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                # In this order: a sentence written after its quotation keeps to it.
                "required": ["quote", "passages", "sentence"],
                "properties": {
                    "quote": {"type": "string"},
                    "passages": {"type": "array", "items": {"type": "integer"}},
                    "sentence": {"type": "string"},
                },
            },
        }
    },
}

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL | re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f]")
_MARKER = re.compile(r"[\[【［](\d{1,3})[\]】］]")
_NUMBER = re.compile(r"\d{1,3}")
_SENTENCE_NAMES = ("sentence", "text", "claim", "answer", "content", "句子", "回答")
_QUOTE_NAMES = ("quote", "quotation", "evidence", "原文", "引文")
_PASSAGE_NAMES = ("passages", "passage", "citations", "citation", "sources", "编号")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a draft, with the quotation that is to bear it out and where that stands."""

    sentence: str
    quote: str = ""
    passages: tuple[int, ...] = ()
    """1-based numbers of passages, as the model gave them; they may not exist."""
    finished: bool = True
    """Whether the model wrote it to its end."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as far as it came."""

    claims: tuple[Claim, ...]
    complete: bool
    """Whether it could be read to its end."""


def read_draft(text: str) -> Draft:
    """Return the claims of what a model wrote; of rubbish, none."""
    text = _THOUGHT.sub("", text)
    start = text.find("{")
    if start < 0 and not text.lstrip().startswith("["):
        return Draft(_read_prose(text), complete=True)
    try:
        return Draft(_read_claims(_first_value(text)), complete=True)
    except (ValueError, RecursionError):
        return read_partial(text)


def read_partial(text: str) -> Draft:
    """Return the claims of what a model wrote so far; the last may be unfinished."""
    text = _THOUGHT.sub("", text)
    start = text.find("{")
    if start < 0:
        return Draft((), complete=False)
    try:
        # Line breaks inside strings are no JSON, and what models write.
        value = _JSON.validate_json(
            _CONTROL.sub(" ", text[start:]), experimental_allow_partial="trailing-strings"
        )
    except ValueError:
        return Draft((), complete=False)
    claims = _read_claims(value)
    if claims and not text.rstrip().endswith(("]}", "]", "}")):
        last = claims[-1]
        claims = (*claims[:-1], Claim(last.sentence, last.quote, last.passages, finished=False))
    return Draft(claims, complete=False)


def _first_value(text: str) -> JsonValue:
    """Return the first JSON value in a text; whatever stands around it is left out."""
    at = min(i for i in (text.find("{"), text.find("[")) if i >= 0)
    value: JsonValue = json.JSONDecoder(strict=False).raw_decode(text, at)[0]
    return value


def _read_claims(value: JsonValue) -> tuple[Claim, ...]:
    members = _members(value)
    claims = (_read_claim(member) for member in members[:MOST_CLAIMS])
    return tuple(claim for claim in claims if claim is not None)


def _members(value: JsonValue) -> Sequence[JsonValue]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        return []
    for name in ("claims", "answer", "answers", "points"):
        inner = value.get(name)
        if isinstance(inner, list):
            return inner
    return [value] if _text(value, _SENTENCE_NAMES) or _text(value, _QUOTE_NAMES) else []


def _read_claim(value: JsonValue) -> Claim | None:
    if isinstance(value, str):
        value = {"sentence": value}
    if not isinstance(value, dict):
        return None
    sentence, quote = _text(value, _SENTENCE_NAMES), _text(value, _QUOTE_NAMES)
    if len(sentence) > LONGEST_SENTENCE or len(quote) > LONGEST_QUOTE or not (sentence or quote):
        return None
    given = next((value[name] for name in _PASSAGE_NAMES if name in value), None)
    numbers = [*_numbers(given), *_numbers(_MARKER.findall(sentence))]
    return Claim(clean(sentence), quote, tuple(dict.fromkeys(numbers)))


def _text(value: Mapping[str, JsonValue], names: Sequence[str]) -> str:
    found = next((value[name] for name in names if isinstance(value.get(name), str)), "")
    return str(found).strip()


def _numbers(value: object) -> list[int]:
    """Return the passage numbers in 3, [3], "3", "[3]", ["[2]", 3]; anything else is none."""
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [value]
    if isinstance(value, str):
        return [int(number) for number in _NUMBER.findall(value)]
    if isinstance(value, list):
        return [number for member in value for number in _numbers(member)]
    return []


def _read_prose(text: str) -> tuple[Claim, ...]:
    """Return the sentences of an answer that is no JSON at all, with the markers behind each."""
    claims = []
    for line in re.split(r"\n+|(?<=[。！？])(?![\[【［”’」』）])", text):
        sentence = clean(line)
        if len(sentence) > 1 and len(sentence) <= LONGEST_SENTENCE:
            claims.append(Claim(sentence, "", tuple(_numbers(_MARKER.findall(line)))))
    return tuple(claims[:MOST_CLAIMS])


def clean(sentence: str) -> str:
    """Return a sentence on one line, without passage numbers, marks of Markdown and （一）."""
    text = _MARKER.sub("", sentence)
    text = re.sub(
        r"^\s*(?:[-*•#>]+|\d{1,2}[.、)）]|[(（][一二三四五六七八九十百]+[)）])\s*", "", text
    )
    return " ".join(text.replace("**", "").replace("`", "").split())
