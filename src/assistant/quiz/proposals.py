"""What a language model wrote → proposals of questions. Here it is only read, nothing is believed.

A server that keeps to the schema gives clean JSON; others put it in fences, thoughts and prose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

MOST_PROPOSALS = 8
"""Of one answer that are read."""

_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL | re.IGNORECASE)
_BEGINNING = re.compile(r"[\[{]")
_REASONS = {
    "missing": "缺少内容",
    "extra_forbidden": "多出内容",
    "literal_error": "题型不在约定之内",
    "string_too_long": "过长",
    "string_too_short": "过短",
    "too_long": "个数过多",
    "too_short": "个数过少",
}


class ProposedDistractor(BaseModel):
    """A wrong option that a model chose from the spans it was given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1, max_length=60)
    source: str = Field(min_length=1, max_length=400)
    why_wrong: str = Field(default="", max_length=200)


class Proposal(BaseModel):
    """A question as a model proposes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["single", "multi", "case"]
    stem: str = Field(min_length=10, max_length=260)
    answer_spans: tuple[str, ...] = Field(min_length=1, max_length=5)
    distractors: tuple[ProposedDistractor, ...] = Field(default=(), max_length=4)
    evidence: str = Field(min_length=6)
    explanation: str = Field(default="", max_length=400)


def _object_of(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


_TEXT: dict[str, JsonValue] = {"type": "string"}
SCHEMA: Mapping[str, JsonValue] = _object_of(
    {
        "questions": {
            "type": "array",
            # The words of the text come before what is made of them: what is copied first is kept.
            "items": _object_of(
                {
                    "type": {"type": "string", "enum": ["single", "multi", "case"]},
                    "evidence": _TEXT,
                    "answer_spans": {"type": "array", "items": _TEXT},
                    "stem": _TEXT,
                    "distractors": {
                        "type": "array",
                        "items": _object_of({"text": _TEXT, "source": _TEXT, "why_wrong": _TEXT}),
                    },
                    "explanation": _TEXT,
                }
            ),
        }
    }
)


def read_proposals(text: str) -> tuple[list[Proposal], list[str]]:
    """Return the proposals in what a model wrote, and why others cannot be read."""
    try:
        members = _members(_first_value(_THOUGHT.sub("", text)))
    except (ValueError, RecursionError):
        return [], ["格式：没有写成约定的 JSON"]
    proposals, reasons = [], []
    for member in members[:MOST_PROPOSALS]:
        try:
            proposals.append(Proposal.model_validate(member))
        except ValidationError as error:
            reasons += [_reason(fault["type"], fault["loc"]) for fault in error.errors()[:1]]
    return proposals, reasons


def _first_value(text: str) -> JsonValue:
    """Return the first JSON value in a text; whatever stands around it is left out."""
    found = _BEGINNING.search(text)
    if found is None:
        raise ValueError(text[:40])
    value: JsonValue = json.JSONDecoder(strict=False).raw_decode(text, found.start())[0]
    return value


def _members(value: JsonValue) -> list[JsonValue]:
    if isinstance(value, dict):
        inner = value.get("questions")
        return inner if isinstance(inner, list) else [value]
    if isinstance(value, list) and value:
        return value
    raise ValueError("empty")


def _reason(kind: str, place: tuple[int | str, ...]) -> str:
    return f"格式：{_REASONS.get(kind, '类型不对')}（{place[0] if place else '整体'}）"
