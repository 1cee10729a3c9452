"""Prompts: Markdown files that anyone may edit; their hash stands in every answer and run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import SettingsError

ANSWER = "answer.md"
UNDERSTAND = "understand.md"
_PLACES = {ANSWER: {"passages", "question"}, UNDERSTAND: {"history", "question"}}
_SEPARATOR = re.compile(r"^---\s*$", re.MULTILINE)
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_HASH_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: what never changes, which a server can keep, then what is asked."""

    rules: str
    request: str

    def fill(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return the rules and the request; a place's value is never read for places itself."""
        return self.rules, _PLACE.sub(lambda match: values[match[1]], self.request)


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts of a folder."""

    answer: Prompt
    understand: Prompt
    hash: str


def load_prompts(folder: Path) -> Prompts:
    """Read the prompts of a folder. Raises ``SettingsError`` that names the file."""
    texts = {name: _read(folder, name) for name in sorted(_PLACES)}
    digest = hashlib.sha256("\0".join(texts.values()).encode()).hexdigest()
    return Prompts(
        answer=_parse(ANSWER, texts[ANSWER], _PLACES[ANSWER]),
        understand=_parse(UNDERSTAND, texts[UNDERSTAND], _PLACES[UNDERSTAND]),
        hash=digest[:_HASH_CHARACTERS],
    )


def load_prompt(folder: Path, name: str, *, places: Set[str]) -> tuple[Prompt, str]:
    """Read one prompt with these places, and its hash. Raises ``SettingsError``."""
    text = _read(folder, name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return _parse(name, text, places), digest[:_HASH_CHARACTERS]


def _read(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"提示词文件 {folder.name}/{name} 无法读取，请从发布包中恢复，或检查设置项 prompts。"
        ) from error


def _parse(name: str, text: str, places: Set[str]) -> Prompt:
    parts = _SEPARATOR.split(text)
    found = set(_PLACE.findall(parts[-1]))
    if len(parts) != 2 or _PLACE.search(parts[0]) or found != places:
        wanted = "、".join(f"{{{{{place}}}}}" for place in sorted(places))
        raise SettingsError(
            f"提示词文件 {name} 格式不对：应有一行 ---，其下恰好包含 {wanted}，其上没有占位符。"
        )
    return Prompt(parts[0].strip(), parts[1].strip())
