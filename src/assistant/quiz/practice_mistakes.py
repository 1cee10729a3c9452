"""The book of wrong answers: a view of the answers given, not a second memory beside the cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice_draw import Past

MASTERED_AFTER = 3
"""Right answers in a row after which a fact counts as mastered; it stays in the book."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A fact that a person got wrong at least once."""

    fact_id: str
    item_id: str
    """The question that was last answered wrong."""
    wrong: int
    streak: int
    """Right answers since, in a row, in whatever form."""
    mastered: bool
    last_wrong_at: datetime


def read_mistakes(past: Iterable[Past], items: Iterable[Item]) -> tuple[Mistake, ...]:
    """Return the book of wrong answers, the latest mistake first.

    A true/false statement is half luck: where the fact has another form, one of the right
    answers has to be in it.
    """
    forms: dict[str, set[ItemType]] = {}
    for item in items:
        forms.setdefault(item.fact_id or item.id, set()).add(item.type)
    by_fact: dict[str, list[Past]] = {}
    for answer in sorted(past, key=lambda answer: answer.at):
        by_fact.setdefault(answer.fact_id, []).append(answer)
    book = (_mistake(fact, answers, forms) for fact, answers in by_fact.items())
    return tuple(
        sorted((m for m in book if m), key=lambda mistake: mistake.last_wrong_at, reverse=True)
    )


def _mistake(
    fact_id: str, answers: Sequence[Past], forms: Mapping[str, set[ItemType]]
) -> Mistake | None:
    wrong = [answer for answer in answers if not answer.right]
    if not wrong:
        return None
    latest = wrong[-1]
    since = answers[answers.index(latest) + 1 :]
    other_forms = forms.get(fact_id, set()) - {ItemType.JUDGE}
    proved = not other_forms or any(answer.type is not ItemType.JUDGE for answer in since)
    return Mistake(
        fact_id=fact_id,
        item_id=latest.item_id,
        wrong=len(wrong),
        streak=len(since),
        mastered=len(since) >= MASTERED_AFTER and proved,
        last_wrong_at=latest.at,
    )
