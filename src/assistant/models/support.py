"""Whether a quotation says what a sentence says: clause by clause, word by word.

Every check can only find fault. A sentence without one uses the quotation's own words, with the
same values, bodies, modal words and negations in the same places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.models.clauses import STOPS, Text, align, pairs_of, sentences_of, window
from assistant.models.facts import Token, vocabulary
from assistant.models.flow import find_leaps
from assistant.models.logic import find_turns
from assistant.models.roles import find_misplaced

_AT_COMMA = re.compile("(?<=(..))([后时])(?=，)")
"""接到报告后，… for 接到报告，…"""
_EXCEPTION = re.compile("除[^，。；]{1,24}外(?=，)")
"""除……的外，… for …，但……的除外"""
EXCLUSIVE = (
    "frequency", "date", "times", "duration", "money", "count", "number", "bound",
    "urgency", "rhythm", "order", "form", "publicity", "way", "extent", "gravity", "growth",
    "only", "measure", "phase", "post",
)  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """What a sentence is measured against."""

    text: Text
    """The quoted sentences."""
    names: str = ""
    """Plain names of the document and its issuer, and the article's label."""
    articles: frozenset[int] = frozenset()
    """Numbers of the articles quoted: these may be named."""


def find_faults(sentence: str, evidence: Evidence) -> tuple[str, ...]:
    """Return what a sentence says that its evidence does not, a word of the code each."""
    claim = Text.of(sentence)
    if len(claim.letters) < 2:
        return ("empty",)
    found = [
        *_novel(claim, evidence),
        *_values(claim, evidence),
        *_bodies(claim, evidence),
        *find_misplaced(claim, evidence.text),
        *find_turns(claim, evidence.text),
        *find_leaps(claim, evidence.text, evidence.names),
    ]
    return tuple(dict.fromkeys(found))


def lexical_support(sentence: str, evidence: Evidence) -> float:
    """Return the share of a sentence's letters that its evidence has in the same company."""
    claim = Text.of(sentence)
    known = evidence.text.pairs | pairs_of(evidence.names)
    covered = _covered(claim.plain, known)
    letters = [at for at, character in enumerate(claim.plain) if character not in STOPS]
    return sum(covered[at] for at in letters) / len(letters) if letters else 0.0


def _covered(text: str, known: frozenset[str]) -> list[bool]:
    """Return for each character whether it stands beside one it stands beside in the evidence."""
    covered = [character in STOPS for character in text]
    for i in range(len(text) - 1):
        if text[i : i + 2] in known:
            covered[i] = covered[i + 1] = True
    # 党委、纪委 said as 党委纪委, or the other way round.
    joined = [i for i, character in enumerate(text) if character != "、"]
    for a, b in pairwise(joined):
        if text[a] + text[b] in known:
            covered[a] = covered[b] = True
    return covered


def _novel(claim: Text, evidence: Evidence) -> Iterator[str]:
    """Find letters that neither the evidence nor the plain joints of the language account for."""
    # These are looked at more closely elsewhere.
    elsewhere = [t for t in claim.tokens if t.sort in (*EXCLUSIVE, "modality", "ordinal")]
    elsewhere += [
        Token("joint", "", at, at + 1)
        for match in _EXCEPTION.finditer(claim.plain)
        for at in (match.start(), match.end() - 1)
        if "除外" in evidence.text.plain
    ]
    elsewhere += [
        Token("joint", match[2], *match.span(2))
        for match in _AT_COMMA.finditer(claim.plain)
        if f"{match[1]}，" in evidence.text.plain or f"{match[1]}的，" in evidence.text.plain
    ]
    if novel_letters(claim, evidence.text.pairs | pairs_of(evidence.names), elsewhere):
        yield "novel"


def novel_letters(claim: Text, known: frozenset[str], passed: Sequence[Token] = ()) -> str:
    """Return the letters of a text that stand beside none they are known to stand beside.

    The plain joints of the language and the tokens ``passed`` over do not count.
    """
    words = vocabulary()
    covered = _covered(claim.plain, known)
    spans = [match.span() for match in words.glue.finditer(claim.plain)]
    for start, end in (*spans, *((token.start, token.end) for token in passed)):
        covered[start:end] = [True] * (end - start)
    return "".join(
        character
        for at, character in enumerate(claim.plain)
        if not covered[at] and character not in words.glue_characters
    )


def _values(claim: Text, evidence: Evidence) -> Iterator[str]:
    for token in claim.tokens:
        if token.sort == "ordinal":
            if not _names_article(token, evidence):
                yield "ordinal"
        elif token.sort in EXCLUSIVE and not _stands(token, claim, evidence.text):
            yield token.sort


def _names_article(token: Token, evidence: Evidence) -> bool:
    if token.key in evidence.text.plain or token.key in evidence.names:
        return True
    digits = "".join(c for c in token.key if c.isdigit())
    return token.key.endswith("条") and int(digits) in evidence.articles


def _stands(token: Token, claim: Text, text: Text) -> bool:
    """Tell whether the evidence has the same word or value where it speaks of the same thing."""
    if (
        token.sort == "times"
        and token.key == "1次"
        and not any(t.sort == "times" for t in text.tokens)
    ):
        # 每季度开展一次 for 每季度开展; once is all that it says.
        return any(t.sort == "frequency" for t in text.tokens)
    if not any(t.sort == token.sort and t.key == token.key for t in text.tokens):
        return False
    numbers = align(window(claim, token), text)
    if len(numbers) > 1:
        # Where several clauses are as near, the one in the sentence that the claim is about counts.
        span = next((a, b) for a, b in claim.sentences if a <= token.start < b)
        about = sentences_of(span, claim, text)
        meant = [n for n in numbers if any(a <= text.clauses[n][0] < b for a, b in about)]
        numbers = meant or numbers
    return any(_governs(number, token, text) for number in numbers)


def _governs(number: int, token: Token, text: Text) -> bool:
    for clause in text.back_to_stop(number):
        keys = {t.key for t in text.tokens_in(clause, token.sort)}
        if keys:
            return token.key in keys
    return True  # said only behind: reordered


def _bodies(claim: Text, evidence: Evidence) -> Iterator[str]:
    known = (evidence.text.letters, evidence.names)
    for token in claim.tokens:
        if token.sort == "body" and not any(token.key in letters for letters in known):
            yield "body"
