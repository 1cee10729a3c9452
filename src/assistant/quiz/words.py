"""Words of official language by which regulations are read and items judged (``words.toml``)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from pathlib import Path

from assistant.errors import QuizError
from assistant.quiz.actors import is_everybody, may_be_same

CORPUS_FILE = "quiz.toml"
"""Beside the documents: what is true of one corpus only."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Words that no item may rest on or ask about, and why."""

    words: str
    document_id: str
    """Empty: in any document."""
    reason: str


@dataclass(frozen=True, slots=True)
class Words:
    """The lists, ready for matching: alternatives are ordered longest first."""

    actor_endings: tuple[str, ...]
    prepositions: tuple[str, ...]
    verbs: tuple[str, ...]
    adverbs: tuple[str, ...]
    unresolved: tuple[str, ...]
    elliptic: tuple[str, ...]
    families: tuple[tuple[str, tuple[str, ...]], ...]
    kin: tuple[frozenset[str], ...]
    persons: frozenset[str]
    common_measures: tuple[str, ...]
    common_duties: tuple[str, ...]
    severities: tuple[tuple[str, tuple[str, ...]], ...]
    frequencies: tuple[str, ...]
    edits: tuple[tuple[str, str], ...]
    refusals: tuple[Refusal, ...] = ()
    rejected: frozenset[str] = frozenset()
    """Ids of items that a reviewer turned down."""
    _known: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def ends_as_actor(self, text: str) -> bool:
        """Tell whether a phrase ends like someone who can have a duty."""
        return text.endswith(self.actor_endings)

    def opens_predicate(self, text: str) -> bool:
        """Tell whether a segment begins with a verb, or a preposition, but no subject."""
        return text.startswith(self.verbs) or text.startswith(self.prepositions)

    def families_of(self, actor: str) -> frozenset[str]:
        """Return the families of the organisations that a phrase names."""
        if actor not in self._known:
            parts = re.split("、|和|以及|及|或者|或", actor)
            names = (_first(part, self.families) for part in parts)
            self._known[actor] = frozenset(filter(None, names))
        return self._known[actor]

    def may_overlap(self, one: str, other: str) -> bool:
        """Tell whether two actors may be, or be among, the same persons or bodies."""
        if is_everybody(one) or is_everybody(other) or may_be_same(one, other):
            return True
        first, second = self.families_of(one), self.families_of(other)
        if first & second:
            return True
        return any(first & kin and second & kin for kin in self.kin)

    def is_person(self, actor: str) -> bool:
        """Tell whether an actor is a person rather than a body."""
        return bool(self.families_of(actor) & self.persons)

    def same_addressee(self, one: str, other: str) -> bool:
        """Tell whether two addressees may be one: of a family, and not apart by their level."""
        if is_everybody(one) or is_everybody(other) or may_be_same(one, other):
            return _level(one) == _level(other) or not _level(one) or not _level(other)
        if not self.families_of(one) & self.families_of(other):
            return False
        first, second = _level(one), _level(other)
        return first == second or not first or not second

    def is_common_measure(self, measure: str) -> bool:
        """Tell whether a measure can follow from other conditions as well as its own."""
        for word in self.common_measures:
            measure = measure.replace(word, "")
        return not measure

    def severities_of(self, measure: str) -> frozenset[str]:
        """Return the severities of a measure, such as 追责, 处理, 谈话."""
        return frozenset(
            name for name, words in self.severities if any(word in measure for word in words)
        )


def _level(actor: str) -> str:
    found = re.search("上级|同级|下级|所在|中央|本级|原", actor)
    return found[0] if found else ""


def _first(text: str, table: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return next((name for name, words in table if any(w in text for w in words)), "")


@lru_cache(maxsize=4)
def load_words(corpus: Path | None = None) -> Words:
    """Return the lists, with the refusals of a corpus folder. Raises ``QuizError``."""
    text = resources.files("assistant.quiz").joinpath("words.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    reading = values["reading"]
    refusals, rejected = _read_corpus_file(corpus / CORPUS_FILE) if corpus else ((), frozenset())
    return Words(
        actor_endings=_longest_first(reading["actor_endings"]),
        prepositions=_longest_first(reading["prepositions"]),
        verbs=_longest_first(reading["verbs"]),
        adverbs=_longest_first(reading["adverbs"]),
        unresolved=_longest_first(reading["unresolved"]),
        elliptic=_longest_first(reading["elliptic"]),
        families=_table(values["families"]),
        kin=tuple(frozenset(row["families"]) for row in values["kin"]),
        common_measures=_longest_first(values["common_measures"]["words"]),
        persons=frozenset(values["persons"]["families"]),
        common_duties=tuple(values["common_duties"]["words"]),
        severities=_table(values["severities"]),
        frequencies=tuple(values["scales"]["frequency"]),
        edits=tuple((edit["from"], edit["to"]) for edit in values["edits"]),
        refusals=refusals,
        rejected=rejected,
    )


def _longest_first(words: list[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=len, reverse=True))


def _table(rows: list[dict[str, object]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (str(row["name"]), tuple(map(str, words)))
        for row in rows
        if isinstance(words := row["words"], list)
    )


def _read_corpus_file(path: Path) -> tuple[tuple[Refusal, ...], frozenset[str]]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        refusals = tuple(
            Refusal(row["words"], row.get("document", ""), row["reason"])
            for row in values.get("refuse", [])
        )
        rejected = frozenset(row["item"] for row in values.get("reject", []) if row["reason"])
    except FileNotFoundError:
        return (), frozenset()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise QuizError(
            f"{path.name} 无法读取：{error}。每个 [[refuse]] 要有 words 和 reason，"
            "每个 [[reject]] 要有 item 和 reason。"
        ) from error
    return refusals, rejected
