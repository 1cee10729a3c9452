"""What is found in one clause; places are offsets into the clause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from assistant.duties.predicate import Found

Place = tuple[int, int]


class Kind(Enum):
    """What a clause is for."""

    PREDICATE = auto()
    CONDITION = auto()
    MANNER = auto()
    SUBJECT = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clause says."""

    kind: Kind
    subject: Place | None = None
    modality: Place | None = None
    condition: Place | None = None
    fronted: bool = False
    """Whether the condition only names whom or what it is about: 对重要问题应当…."""
    agent: bool = False
    """Whether the subject stands behind 由."""
    begin: int = 0
    """Where the predicate begins."""
    end: int | None = None
    """Where the predicate ends, when that is not where the clause ends."""
    verb: Found | None = None
