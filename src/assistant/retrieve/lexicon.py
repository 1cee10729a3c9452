"""Everyday words and the official ones for them: ``corpus/lexicon.toml``, open to anyone."""

from __future__ import annotations

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
        # Thousands of alternatives in one pattern are tried one after another at every place of
        # a question; by the two characters that they begin with there are a few.
        self._lengths: dict[str, list[int]] = {}
        for word in sorted(words, key=len, reverse=True):
            lengths = self._lengths.setdefault(word[:2], [])
            if len(word) not in lengths:
                lengths.append(len(word))

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
        folded = question.casefold()
        if len(folded) != len(question):  # ß: no word here has such a letter
            folded = question
        out, at = [], 0
        while at < len(question):
            word = self._longest_at(folded, at)
            out.append(self._words[word] if word else question[at])
            at += len(word) or 1
        return "".join(out)

    def _longest_at(self, text: str, at: int) -> str:
        """Return the longest word that begins at a place of a text, or nothing."""
        lengths = (*self._lengths.get(text[at : at + 2], ()), *self._lengths.get(text[at], ()))
        words = (text[at : at + length] for length in lengths)
        return next((word for word in words if word in self._words), "")
