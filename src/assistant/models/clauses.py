"""A plain text clause by clause, and which clause of another text one is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from assistant.models.facts import Token, clauses, ends_strongly, plain, read_tokens

WINDOW = 8
"""Letters on each side of a word that tell which clause of the quotation it belongs to."""
STOPS = frozenset("，；。：！？…、\n")
_ALIKE = 0.99


@dataclass(frozen=True)
class Text:
    """A plain text, its clauses and what decides in it."""

    plain: str

    @classmethod
    def of(cls, text: str) -> Text:
        """Read a text as it was printed."""
        return cls(plain(text))

    @cached_property
    def clauses(self) -> list[tuple[int, int]]:
        """The spans between commas and stops."""
        return clauses(self.plain)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """What decides, in order."""
        return read_tokens(self.plain)

    @cached_property
    def letters(self) -> str:
        """The text without stops."""
        return "".join(c for c in self.plain if c not in STOPS)

    @cached_property
    def pairs(self) -> frozenset[str]:
        """All pairs of neighbouring letters, also over an enumeration comma."""
        return pairs_of(self.plain.replace("、", "")) | pairs_of(self.plain)

    @cached_property
    def clause_pairs(self) -> list[frozenset[str]]:
        """The pairs of each clause."""
        return [pairs_of(self.plain[start:end].replace("、", "")) for start, end in self.clauses]

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """The spans between strong stops."""
        spans: list[tuple[int, int]] = []
        for start, end in self.clauses:
            if spans and not ends_strongly(self.plain, spans[-1]):
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((start, end))
        return spans

    @cached_property
    def spread(self) -> Counter[str]:
        """In how many clauses each pair stands."""
        return Counter(pair for pairs in self.clause_pairs for pair in pairs)

    def is_condition(self, number: int) -> bool:
        """Tell whether a clause says when, and the next says what: 存在轻微违纪问题的.

        A member of an enumeration is what the whole enumeration is.
        """
        while self._goes_on(number):
            number += 1
        start, end = self.clauses[number]
        words = self.plain[start:end].rstrip("，")
        supposes = words.startswith(("遇", "如", "若", "一旦", "凡", "倘"))
        return words.endswith(("的", "时")) or (supposes and not self.tokens_in(number, "modality"))

    def member_pairs(self, number: int) -> frozenset[str]:
        """Return the pairs of a clause and of the members of its enumeration before it."""
        pairs = self.clause_pairs[number]
        while number > 0 and self._goes_on(number - 1):
            number -= 1
            pairs |= self.clause_pairs[number]
        return pairs

    def _goes_on(self, number: int) -> bool:
        end = self.clauses[number][1]
        return number + 1 < len(self.clauses) and self.plain[end - 1] == "、"

    def starts(self, number: int, word: str) -> bool:
        """Tell whether a clause begins with a word."""
        return self.plain.startswith(word, self.clauses[number][0])

    def clause_of(self, at: int) -> int:
        """Return the number of the clause that holds an offset."""
        return next((i for i, (a, b) in enumerate(self.clauses) if a <= at < b), 0)

    def tokens_in(self, number: int, sort: str) -> list[Token]:
        """Return the tokens of one sort in a clause."""
        start, end = self.clauses[number]
        return [t for t in self.tokens if t.sort == sort and start <= t.start < end]

    def back_to_stop(self, number: int) -> Iterator[int]:
        """Yield a clause and those before it, up to the last strong stop."""
        yield number
        while number > 0 and not ends_strongly(self.plain, self.clauses[number - 1]):
            number -= 1
            yield number


def pairs_of(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring letters of a plain text; none goes over a stop."""
    return frozenset(
        text[i : i + 2]
        for i in range(len(text) - 1)
        if text[i] not in STOPS and text[i + 1] not in STOPS
    )


def window(claim: Text, token: Token) -> frozenset[str]:
    """Return the pairs around a token in its clause, without its own letters."""
    start, end = claim.clauses[claim.clause_of(token.start)]
    before = claim.plain[max(start, token.start - WINDOW) : token.start]
    behind = claim.plain[token.end : min(end, token.end + WINDOW)]
    return pairs_of(before.replace("、", "")) | pairs_of(behind.replace("、", ""))


def sentences_of(span: tuple[int, int], claim: Text, text: Text) -> list[tuple[int, int]]:
    """Return the sentences of a text that hold most of one sentence of a claim."""
    said = pairs_of(claim.plain[slice(*span)].replace("、", ""))
    held = [pairs_of(text.plain[slice(*other)].replace("、", "")) for other in text.sentences]
    shared = [sum(1 / max(1, text.spread[pair]) for pair in said & pairs) for pairs in held]
    most = max(shared, default=0.0)
    return [s for s, weight in zip(text.sentences, shared, strict=True) if weight > _ALIKE * most]


def align(window: frozenset[str], text: Text, *, grouped: bool = False) -> list[int]:
    """Return the clauses of a text that hold most of a window; none when none holds any.

    ``grouped``: the members of an enumeration count for its last one.
    """
    numbers = range(len(text.clauses))
    held = [text.member_pairs(n) for n in numbers] if grouped else text.clause_pairs
    # A pair that every clause has says nothing of which one is meant.
    shared = [sum(1 / text.spread[pair] for pair in window & pairs) for pairs in held]
    most = max(shared, default=0.0)
    return [n for n in numbers if shared[n] > _ALIKE * most] if most else []
