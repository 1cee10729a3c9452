"""How far a person has come: articles covered, accuracy by part, what falls due when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.quiz.items import Item
from assistant.quiz.practice_draw import Past
from assistant.quiz.practice_mistakes import read_mistakes
from assistant.quiz.practice_scope import Outline
from assistant.quiz.schedule import day_of, due_load

DAYS_AHEAD = 14
RECENT_ANSWERS = 3
"""Accuracy looks at the last answers to each fact: what one knows now, not what one once missed."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Articles of one document that a person answered questions about."""

    document: str
    covered: int
    with_items: int
    """Articles about which the bank has questions."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Right answers in one part of a document."""

    document: str
    part: str
    right: int
    answered: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What the page of progress shows."""

    answered: int
    right: int
    days: int
    """Days of practice."""
    facts_seen: int
    facts: int
    mistakes_open: int
    mistakes_mastered: int
    coverage: tuple[Coverage, ...]
    accuracy: tuple[Accuracy, ...]
    due: tuple[int, ...]
    """Facts due on each day from today on."""


def read_progress(
    past: Sequence[Past],
    items: Sequence[Item],
    dues: Sequence[datetime],
    *,
    outline: Outline,
    known: Mapping[str, Item],
    at: datetime,
) -> Progress:
    """Return a person's progress; ``known`` also has questions that are out of use by now."""
    mistakes = read_mistakes(past, items)
    seen = {answer.fact_id for answer in past}
    facts = {item.fact_id or item.id for item in items}
    return Progress(
        answered=len(past),
        right=sum(answer.right for answer in past),
        days=len({day_of(answer.at) for answer in past}),
        facts_seen=len(seen & facts),
        facts=len(facts),
        mistakes_open=sum(not mistake.mastered for mistake in mistakes),
        mistakes_mastered=sum(mistake.mastered for mistake in mistakes),
        coverage=_coverage(past, items, outline=outline, known=known),
        accuracy=_accuracy(past, outline=outline, known=known),
        due=due_load(dues, at=at, days=DAYS_AHEAD),
    )


def _coverage(
    past: Sequence[Past], items: Sequence[Item], *, outline: Outline, known: Mapping[str, Item]
) -> tuple[Coverage, ...]:
    asked = {a for item in items for a in _articles(item)}
    done = {
        a for answer in past if answer.item_id in known for a in _articles(known[answer.item_id])
    }
    names = {part.document_id: part.document for part in outline.parts}
    found = []
    for document_id, name in names.items():
        own = {a for a in asked if a in outline.part_of and _document(a, outline) == document_id}
        if own:
            found.append(Coverage(name, len(own & done), len(own)))
    return tuple(found)


def _articles(item: Item) -> tuple[str, ...]:
    return tuple(b.article_id for b in item.basis[:1])


def _document(article_id: str, outline: Outline) -> str:
    return outline.part_of[article_id].document_id


def _accuracy(
    past: Sequence[Past], *, outline: Outline, known: Mapping[str, Item]
) -> tuple[Accuracy, ...]:
    recent: dict[str, list[Past]] = {}
    for answer in sorted(past, key=lambda answer: answer.at, reverse=True):
        answers = recent.setdefault(answer.fact_id, [])
        if len(answers) < RECENT_ANSWERS:
            answers.append(answer)
    tally: dict[str, list[bool]] = {}
    for answers in recent.values():
        for answer in answers:
            item = known.get(answer.item_id)
            part = outline.part(item) if item else None
            if part is not None:
                tally.setdefault(part.id, []).append(answer.right)
    return tuple(
        Accuracy(part.document, part.title, sum(tally[part.id]), len(tally[part.id]))
        for part in outline.parts
        if part.id in tally
    )
