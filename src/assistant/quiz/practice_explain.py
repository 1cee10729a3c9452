"""Why an answer is right, and why each other one is not: what may be shown once it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.quiz.items import FALSE, Basis, Item, ItemType
from assistant.quiz.practice_order import ShownOption, letters_shown, own_explanation


@dataclass(frozen=True, slots=True)
class OptionReason:
    """An option with its verdict."""

    letter: str
    text: str
    right: bool
    chosen: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence that a question rests on, the decisive words of it apart."""

    basis: Basis
    pieces: tuple[tuple[str, bool], ...]
    """The sentence in pieces, and whether each is decisive."""


@dataclass(frozen=True, slots=True)
class Explained:
    """All there is to say about a question."""

    key: str
    """The right answer as people read it."""
    options: tuple[OptionReason, ...]
    blanks: tuple[tuple[str, ...], ...]
    """What counts as right in each blank."""
    points: tuple[tuple[str, int], ...]
    """The points of a model answer with their scores."""
    correction: str
    explanation: str
    sources: tuple[Source, ...]


def explain_item(
    item: Item, *, shown: Sequence[ShownOption], given: Sequence[str] = ()
) -> Explained:
    """Return what is said about a question whose options were shown as ``shown``."""
    evidence, refute = dict(item.key_evidence), dict(item.refute)
    return Explained(
        key=_key(item, tuple(shown)),
        options=tuple(
            OptionReason(
                option.letter,
                option.text,
                option.key in item.answer,
                option.key in given,
                _reason(item, option.key, evidence, refute),
            )
            for option in shown
        ),
        blanks=(item.accept or tuple((words,) for words in item.answer))
        if item.type is ItemType.FILL
        else (),
        points=tuple((point.point, point.score) for point in item.rubric),
        correction=item.correction,
        explanation=own_explanation(item) if item.options else item.explanation,
        sources=tuple(
            Source(basis, _pieces(basis.sentence, _decisive(basis, evidence)))
            for basis in item.basis
        ),
    )


def _key(item: Item, shown: tuple[ShownOption, ...]) -> str:
    if item.type is ItemType.JUDGE:
        return "错误" if item.answer == (FALSE,) else "正确"
    if item.options:
        return letters_shown(shown, item.answer)
    return "；".join(item.answer)


def _reason(item: Item, key: str, evidence: Mapping[str, str], refute: Mapping[str, str]) -> str:
    if item.type is ItemType.JUDGE:
        return ""
    if key in item.answer:
        words = evidence.get(key, "")
        return f"原文：{words}" if words else ""
    return refute.get(key, "")


def _decisive(basis: Basis, evidence: Mapping[str, str]) -> tuple[str, ...]:
    found = tuple(words for words in evidence.values() if words and words in basis.sentence)
    if found or basis.quote == basis.sentence:
        return found
    return (basis.quote,) if basis.quote in basis.sentence else ()


def _pieces(sentence: str, decisive: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    marked = [False] * len(sentence)
    for words in decisive:
        at = sentence.find(words)
        marked[at : at + len(words)] = [True] * len(words)
    pieces: list[tuple[str, bool]] = []
    for character, mark in zip(sentence, marked, strict=True):
        if pieces and pieces[-1][1] == mark:
            pieces[-1] = (pieces[-1][0] + character, mark)
        else:
            pieces.append((character, mark))
    return tuple(pieces)
