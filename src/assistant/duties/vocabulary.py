"""The words by which sentences are taken apart: ``vocabulary.toml``, general to regulations."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from assistant.duties.records import ModalityKind

_QUOTED = re.compile(
    r"[“「『][^”」』]*[”」』]|[（(][^）)]*[）)]|[《〈][^》〉]*[》〉]|[〔\[][^〕\]]*[〕\]]"
)
MASK = "\ue000"
"""Stands for every character inside quotation marks, title marks or brackets."""


def mask(text: str) -> str:
    """Return ``text``, equally long, with all that stands inside marks hidden."""
    return _QUOTED.sub(lambda match: MASK * len(match[0]), text)


_REACH = 3
"""Characters before a word at which a longer one that covers it may begin."""


class Words:
    """A set of words, asked for the longest one that stands at a place."""

    def __init__(self, words: Iterable[str]) -> None:
        self.all = frozenset(words)
        by_first: dict[str, set[int]] = {}
        for word in self.all:
            by_first.setdefault(word[0], set()).add(len(word))
        self._tuple = tuple(self.all)
        self._lengths = {first: sorted(n, reverse=True) for first, n in by_first.items()}

    def at(self, text: str, place: int = 0) -> str:
        """Return the longest word that stands at ``place``, or an empty text."""
        for length in self._lengths.get(text[place : place + 1], ()):
            if text[place : place + length] in self.all:
                return text[place : place + length]
        return ""

    def ends(self, text: str) -> bool:
        """Tell whether ``text`` ends with one of the words."""
        return text.endswith(self._tuple)

    def covers(self, text: str, start: int, end: int) -> bool:
        """Tell whether a word longer than ``[start, end)`` stands over it."""
        for place in range(max(0, start - _REACH), start + 1):
            word = self.at(text, place)
            if len(word) > end - start and place + len(word) >= end:
                return True
        return False

    def pattern(self) -> re.Pattern[str]:
        """Return what finds any of the words, the longest first."""
        return re.compile("|".join(sorted(map(re.escape, self.all), key=len, reverse=True)))

    def __contains__(self, word: object) -> bool:
        return word in self.all

    def __or__(self, other: Words) -> Words:
        return Words(self.all | other.all)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The classes of words that the rules know."""

    modality: Words
    modality_kinds: dict[str, ModalityKind]
    modality_guards: Words
    preposition_guards: Words
    target: Words
    object: Words
    recipient: Words
    company: Words
    other: Words
    prepositions: Words
    adverbs: Words
    light: Words
    telling: Words
    resultative: Words
    sanction: Words
    purpose: Words
    products: Words
    verbs: Words
    stating: Words
    endings: Words
    naming: Words
    acting: Words


def load_vocabulary() -> Vocabulary:
    """Read the package's vocabulary."""
    file = resources.files("assistant.duties").joinpath("vocabulary.toml")
    groups: dict[str, dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))

    def words(group: str, key: str) -> Words:
        return Words(groups[group][key].split())

    kinds = {
        word: ModalityKind(kind)
        for kind, listed in groups["modality"].items()
        for word in listed.split()
    }
    target, object_ = words("prepositions", "target"), words("prepositions", "object")
    recipient, company = words("prepositions", "recipient"), words("prepositions", "company")
    other = words("prepositions", "other")
    light, telling = words("verbs", "light"), words("verbs", "telling")
    resultative, sanction = words("verbs", "resultative"), words("verbs", "sanction")
    purpose = words("verbs", "purpose")
    return Vocabulary(
        modality=Words(kinds),
        modality_kinds=kinds,
        modality_guards=words("guards", "modality"),
        preposition_guards=words("guards", "preposition"),
        target=target,
        object=object_,
        recipient=recipient,
        company=company,
        other=other,
        prepositions=target | object_ | recipient | company | other,
        adverbs=words("adverbs", "words"),
        light=light,
        telling=telling,
        resultative=resultative,
        sanction=sanction,
        purpose=purpose,
        products=words("verbs", "products"),
        verbs=words("verbs", "words") | light | telling | resultative | sanction | purpose,
        stating=words("verbs", "stating"),
        endings=words("persons", "endings"),
        naming=words("persons", "naming"),
        acting=words("persons", "acting"),
    )
