"""Everyday words and the official ones for them: ``corpus/lexicon.toml``, open to anyone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import CorpusError
from assistant.text import fold

FILE_NAME = "lexicon.toml"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    official: list[str] = Field(min_length=1)
    everyday: list[str] = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    entry: list[_Entry] = []


RARE = 0.3
"""An official word that the corpus uses less than this often, beside another for the same thing,
is translated like an everyday one: 主要领导 in a corpus that says “一把手”."""


class Lexicon:
    """Translates questions into the words that a corpus uses for the same things."""

    def __init__(
        self, entries: Sequence[tuple[Sequence[str], Sequence[str]]], texts: Iterable[str]
    ) -> None:
        corpus = fold("\n".join(texts))
        words: dict[str, str] = {}
        for official, everyday in entries:
            counts = {word: corpus.count(fold(word)) for word in official}
            preferred = max(official, key=lambda word: counts[word])  # the first of equals
            rare = [w for w in official if counts[w] < RARE * counts[preferred]]
            for word in (*everyday, *rare):
                words.setdefault(word.casefold(), preferred)
            # A word of the corpus stands for itself: 纪委书记 is not 纪委 and 书记.
            for word in official:
                words.setdefault(word.casefold(), word)
        self._words = words
        # Where two overlap, the longer one counts.
        longest_first = sorted(words, key=lambda word: -len(word))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or "(?!)", re.IGNORECASE)

    @classmethod
    def load(cls, corpus: Path, texts: Iterable[str]) -> Lexicon:
        """Read the lexicon of a corpus folder; without one it is empty. Raises ``CorpusError``."""
        try:
            values = tomllib.loads((corpus / FILE_NAME).read_text(encoding="utf-8"))
            file = _File.model_validate(values)
        except FileNotFoundError:
            file = _File()
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise CorpusError(f"词表 {FILE_NAME} 不是正确的 TOML，请改正：{error}。") from error
        except ValidationError as error:
            place = error.errors()[0]["loc"]
            at = place[1] if len(place) > 1 else None
            number = f"第 {at + 1} 个 entry " if isinstance(at, int) else ""
            raise CorpusError(
                f"词表 {FILE_NAME} {number}有误："
                "每个 entry 应有 official 和 everyday 两个词语列表。"
            ) from error
        return cls([(entry.official, entry.everyday) for entry in file.entry], texts)

    def everyday(self, official: Container[str]) -> tuple[str, ...]:
        """Return the words that stand for one of the given official ones."""
        return tuple(word for word, preferred in self._words.items() if preferred in official)

    def translate(self, question: str) -> str:
        """Return the question with everyday words replaced by the corpus's own."""
        return self._pattern.sub(lambda match: self._words[match[0].casefold()], question)
