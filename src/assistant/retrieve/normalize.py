"""Question as typed → question as the texts would spell it: 繁→简, width, pinyin inside words.

By rule, from the corpus's own vocabulary; there is no list of questions.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property

_WIDE = {c: unicodedata.normalize("NFKC", chr(c)) for c in range(0xFF10, 0xFF5B)}
_SPACE = re.compile(r"\s+")
_LATIN = re.compile(r"[a-zA-Z]{2,30}")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
LONGEST_WORD = 4
"""Characters of the longest stretch of the corpus that one run of pinyin may stand for."""


class Normalizer:
    """Spells questions as a corpus does. Built once from the corpus's texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(texts)

    def __call__(self, question: str) -> str:
        """Return the question with script, width, white space and pinyin put right."""
        text = self._to_simplified(question.translate(_WIDE))
        text = _SPACE.sub(" ", text).strip()
        if _HAN.search(text) and _LATIN.search(text):
            text = _LATIN.sub(lambda match: self._spell(match, text), text)
        return text

    def _to_simplified(self, text: str) -> str:
        return self._converter.convert(text) if _HAN.search(text) else text

    def _spell(self, match: re.Match[str], text: str) -> str:
        """Return the words of the corpus that are pronounced so, or the letters as they are.

        Of several, the one that makes a stretch of the corpus with its neighbours wins
        (苗tou性 is 苗头性, not 苗投性), then the more frequent.
        """
        candidates = self._by_pinyin.get(match[0].lower())
        if not candidates:
            return match[0]
        before, after = text[: match.start()][-2:], text[match.end() :][:2]

        def fitness(word: str) -> tuple[int, int]:
            contexts = (before[-1:] + word, word + after[:1], before + word, word + after)
            return sum(c in self._joined for c in contexts if c != word), candidates[word]

        return max(candidates, key=fitness)

    @cached_property
    def _joined(self) -> str:
        return "\n".join(self._texts)

    @cached_property
    def _by_pinyin(self) -> dict[str, Counter[str]]:
        """Stretches of the corpus of up to four characters, by their pinyin without tones."""
        from pypinyin import lazy_pinyin

        words: Counter[str] = Counter()
        for run in _HAN_RUN.findall(self._joined):
            for length in range(1, LONGEST_WORD + 1):
                for start in range(len(run) - length + 1):
                    words[run[start : start + length]] += 1
        characters = sorted({c for word in words if len(word) == 1 for c in word})
        sounds = dict(zip(characters, lazy_pinyin(characters), strict=True))
        by_pinyin: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for word, count in words.items():
            if len(word) == 1 or count > 1:
                by_pinyin["".join(sounds[c] for c in word)][word] = count
        return dict(by_pinyin)

    @cached_property
    def _converter(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library has no types
        from opencc import OpenCC

        return OpenCC("t2s")
