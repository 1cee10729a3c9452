"""Question as typed → question as the texts would spell it: 繁→简, width, pinyin inside words.

By rule, from the corpus's own vocabulary; there is no list of questions.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cached_property

from assistant.corpus.pinyin import syllables

# Full-width digits and letters; full-width punctuation is proper Chinese.
_WIDE = {
    code: unicodedata.normalize("NFKC", chr(code))
    for first, last in ("０９", "ＡＺ", "ａｚ")
    for code in range(ord(first), ord(last) + 1)
}
_SPACE = re.compile(r"\s+")
_LATIN = re.compile(r"[a-zA-Z]{2,30}")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
LONGEST_WORD = 4
"""Characters of the longest stretch of the corpus that one run of pinyin may stand for."""
LEAST = 2
"""How often a stretch of that length must occur before a misspelling is taken for it."""
PLAIN = frozenset("的了着过到是不一这那么")
"""Characters that join any word in everyday language: 提到 and 一直 are no misspellings, even in
a corpus that never says them."""
LARGEST = 1_000_000
"""Characters of a corpus beyond which its stretches are not kept: it spells nothing then."""


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
        return _HAN_RUN.sub(lambda match: self._respell(match[0]), text)

    def knows(self, words: str) -> bool:
        """Tell whether the corpus has these words in a row."""
        return words in self._joined

    def _to_simplified(self, text: str) -> str:
        return self._converter.convert(text) if _HAN.search(text) else text

    def _spell(self, match: re.Match[str], text: str) -> str:
        """Return the words of the corpus that are pronounced so, or the letters as they are.

        Of several, the one that makes a stretch of the corpus with its neighbours wins
        (苗tou性 is 苗头性, not 苗投性), then the more frequent.
        """
        if match[0].isupper():  # an abbreviation: AI is not 爱
            return match[0]
        candidates = self._by_pinyin.get(match[0].lower())
        if not candidates:
            return match[0]
        before, after = text[: match.start()][-2:], text[match.end() :][:2]

        def fitness(word: str) -> tuple[int, int]:
            contexts = (before[-1:] + word, word + after[:1], before + word, word + after)
            return sum(c in self._joined for c in contexts if c != word), candidates[word]

        return max(candidates, key=fitness)

    def _respell(self, run: str) -> str:
        """Return a run of characters with homophones put right: 请示报高 is 请示报告.

        A stretch that the corpus lacks is taken for one that sounds the same and differs in one
        character, when that character is not plain and makes no pair of the corpus with its
        neighbours as it stands.
        """
        for at in range(len(run) - LONGEST_WORD + 1):
            word = run[at : at + LONGEST_WORD]
            meant = None if self.knows(word) else self._homophone(run, at)
            if meant is not None:
                run = run[:at] + meant + run[at + LONGEST_WORD :]
        return run

    def _homophone(self, run: str, at: int) -> str | None:
        word = run[at : at + LONGEST_WORD]
        sound = "".join(map(self._sound, word))
        alike = [
            (count, other)
            for other, count in self._by_pinyin.get(sound, Counter()).items()
            if len(other) == len(word) and count >= LEAST and self._is_misspelt(run, at, other)
        ]
        return max(alike)[1] if alike else None

    def _is_misspelt(self, run: str, at: int, meant: str) -> bool:
        wrong = [at + i for i, character in enumerate(meant) if run[at + i] != character]
        if len(wrong) != 1 or run[wrong[0]] in PLAIN:
            return False
        pairs = (run[i : i + 2] for i in (wrong[0] - 1, wrong[0]) if 0 <= i < len(run) - 1)
        return not any(map(self.knows, pairs))

    @cached_property
    def _joined(self) -> str:
        return "\n".join(self._texts)

    @cached_property
    def _by_pinyin(self) -> dict[str, Counter[str]]:
        """Stretches of the corpus of up to four characters, by their pinyin without tones."""
        words: Counter[str] = Counter()
        for run in _HAN_RUN.findall(self._joined if len(self._joined) <= LARGEST else ""):
            for length in range(1, LONGEST_WORD + 1):
                for start in range(len(run) - length + 1):
                    words[run[start : start + length]] += 1
        by_pinyin: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for word, count in words.items():
            if len(word) == 1 or count > 1:
                by_pinyin["".join(self._sounds[c] for c in word)][word] = count
        return dict(by_pinyin)

    @cached_property
    def _sounds(self) -> dict[str, str]:
        """The corpus's characters without their tones; others join as questions bring them."""
        characters = sorted(set(_HAN.findall(self._joined)))
        return dict(zip(characters, syllables(characters), strict=True))

    def _sound(self, character: str) -> str:
        if character not in self._sounds:
            self._sounds[character] = syllables(character)[0]
        return self._sounds[character]

    @cached_property
    def _converter(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library has no types
        from opencc import OpenCC

        return OpenCC("t2s")
