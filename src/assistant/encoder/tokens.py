"""Text → numbers of the pieces of a unigram vocabulary: the likeliest way to cut it up."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.encoder.weights import Vocabulary

_SPACE = "\u2581"
_SPACES = re.compile(" {2,}")
_UNKNOWN_PENALTY = 10.0
"""How much less likely than the least likely piece a character without one is."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text, and the characters of the text as normalised that it covers."""

    number: int
    start: int
    end: int


class Tokenizer:
    """Cuts texts as SentencePiece does with the same vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._replacements = vocabulary.replacements
        self._scores = vocabulary.scores
        self._unknown = vocabulary.unknown
        self._unknown_score = min(vocabulary.scores) - _UNKNOWN_PENALTY
        # The first of equal pieces counts, so they go in from the end.
        pieces = vocabulary.pieces
        self._numbers = {pieces[i]: i for i in range(len(pieces) - 1, -1, -1)}
        self._numbers.pop(pieces[vocabulary.unknown], None)
        self._longest: dict[str, int] = {}
        for piece in self._numbers:
            head = piece[:1]
            if len(piece) > self._longest.get(head, 0):
                self._longest[head] = len(piece)

    def __call__(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, without begin and end."""
        written = _SPACES.sub(" ", text.translate(self._replacements)).replace(" ", _SPACE)
        if not written.startswith(_SPACE):
            written = _SPACE + written
        length = len(written)
        scores = [0.0] + [float("-inf")] * length
        cut: list[tuple[int, int]] = [(0, 0)] * (length + 1)
        for start in range(length):
            reached = scores[start]
            for end in range(start + 1, min(length, start + self._reach(written[start])) + 1):
                number = self._numbers.get(written[start:end])
                if number is not None and reached + self._scores[number] > scores[end]:
                    scores[end] = reached + self._scores[number]
                    cut[end] = start, number
            if reached + self._unknown_score > scores[start + 1]:
                scores[start + 1] = reached + self._unknown_score
                cut[start + 1] = start, self._unknown
        numbers = []
        at = length
        while at:
            at, number = cut[at]
            numbers.append(number)
        return numbers[::-1]

    def _reach(self, head: str) -> int:
        return self._longest.get(head, 0)
