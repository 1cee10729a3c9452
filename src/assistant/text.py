"""Folding: comparing Chinese text without regard to white space, width and quotation style.

Nothing here alters what is shown. A folded string remembers where each of its characters
came from, so a match in folded text maps back to an exact span of the original.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# Punctuation that printings of one text vary, and that NFKC leaves alone.
_VARIANTS = {'"': "“”„「」", "'": "‘’『』", ".": "。·•", ",": "、", "-": "—–―"} | {
    "[": "〔【",
    "]": "〕】",
    "<": "〈《",
    ">": "〉》",
}
_PUNCTUATION = str.maketrans({v: plain for plain, variants in _VARIANTS.items() for v in variants})


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the offset it came from."""

    text: str
    origins: tuple[int, ...]

    def find(self, needle: str) -> tuple[int, int] | None:
        """Return the original span of the first folded occurrence of ``needle``, or None."""
        folded = fold(needle)
        if not folded:
            return None
        at = self.text.find(folded)
        if at < 0:
            return None
        return self.origins[at], self.origins[at + len(folded) - 1] + 1


def fold_character(character: str) -> str:
    """Return what one character compares as: nothing for white space, NFKC otherwise."""
    if character.isspace() or unicodedata.category(character) == "Cf":
        return ""
    return unicodedata.normalize("NFKC", character).translate(_PUNCTUATION).casefold()


def fold(text: str) -> str:
    """Return ``text`` without white space, full width and quotation style folded."""
    return "".join(map(fold_character, text))


def fold_with_origins(text: str) -> Folded:
    """Return ``text`` folded, with the offset each folded character came from."""
    characters: list[str] = []
    origins: list[int] = []
    for offset, character in enumerate(text):
        for folded in fold_character(character):
            characters.append(folded)
            origins.append(offset)
    return Folded("".join(characters), tuple(origins))
