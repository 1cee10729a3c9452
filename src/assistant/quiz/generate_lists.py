"""Lists → questions: multiple choice, fill-in of formulas, short answers with points."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.quiz.distract import DistractorFinder
from assistant.quiz.draft import BasisMaker, Draft, Right
from assistant.quiz.facts import ListFact
from assistant.quiz.items import ItemType, RubricPoint
from assistant.quiz.wording import (
    BLANK,
    GAP,
    LISTED_ONLY,
    number_from,
    opening,
    place_name,
)

LEAST_OPTIONS, MOST_OPTIONS = 4, 5
LEAST_POINTS = 4
POINT_SCORE = 2
_HEADS_ASKED = (
    "方式", "领域", "环节", "措施", "事项", "监督", "制度", "情形", "内容", "原则", "职责",
)  # fmt: skip


class ListQuestions:
    """Makes the questions of lists."""

    def __init__(self, finder: DistractorFinder, maker: BasisMaker) -> None:
        self._finder = finder
        self._maker = maker

    def drafts(self, fact: ListFact) -> Iterator[Draft]:
        """Yield what can be asked about a list."""
        yield from self._multiple(fact)
        yield from self._fill(fact)
        yield from self._short(fact)

    def _stem(self, fact: ListFact, blank: str, *, note: str = "") -> str:
        text = fact.statement.text
        around = len(text) - (fact.end - fact.start)
        start = opening(fact.statement, around=around, seed=fact.id)
        return f"{start}{text[: fact.start]}{blank}{text[fact.end :]}。{note}"

    def _reason(self, fact: ListFact) -> str:
        source = fact.source
        listed = "、".join(fact.members)
        return f"{place_name(source.document, source.article)}列举的是：{listed}。"

    def _rights(self, fact: ListFact, members: tuple[str, ...]) -> tuple[Right, ...]:
        return tuple(Right(member, evidence_of_member(fact, member)) for member in members)

    def _multiple(self, fact: ListFact) -> Iterator[Draft]:
        strangers = self._finder.strangers(fact)
        if not strangers:
            return
        count = min(len(fact.members), (3, 2, 4, 3)[number_from(fact.id) % 4])
        wanted = min(len(strangers), MOST_OPTIONS - count)
        if count + wanted < LEAST_OPTIONS:
            return
        offset = number_from(fact.id + "m") % (len(fact.members) - count + 1)
        members = fact.members[offset : offset + count]
        yield Draft(
            fact.id,
            "enumeration",
            ItemType.MULTIPLE,
            self._stem(fact, BLANK, note=LISTED_ONLY),
            self._rights(fact, members),
            (self._maker.of_statement(fact.statement),),
            self._reason(fact),
            wrong=tuple(strangers),
            wanted=wanted,
        )

    def _fill(self, fact: ListFact) -> Iterator[Draft]:
        """Leave out one or two members of a formula, which people know by heart."""
        if not fact.even or not 3 <= len(fact.members[0]) <= 7 or len(fact.members) > 6:
            return
        size = len(fact.members)
        first = 1 + number_from(fact.id + "f") % (size - 1)
        left_out = {first} if size == 3 else {first, (first + 2) % size}
        members = [GAP if at in left_out else m for at, m in enumerate(fact.members)]
        text = self._stem(fact, "、".join(members))
        rights = tuple(m for at, m in enumerate(fact.members) if at in left_out)
        yield Draft(
            fact.id,
            "formula",
            ItemType.FILL,
            text,
            self._rights(fact, rights),
            (self._maker.of_statement(fact.statement),),
            self._reason(fact),
            accept=tuple((member,) for member in rights),
        )

    def _short(self, fact: ListFact) -> Iterator[Draft]:
        if len(fact.members) < LEAST_POINTS or not fact.head.endswith(_HEADS_ASKED):
            return
        text = fact.statement.text
        behind = text[fact.end :].removeprefix("等").removeprefix("各")
        if re.match(r"[一二三四五六七八九十\d]", behind):
            return
        if behind.startswith(fact.head):
            asked = f"哪些{behind}"
        elif fact.members[-1].endswith(fact.head):
            asked = f"哪些{fact.head}{behind}"
        else:
            return
        start = opening(fact.statement, around=len(text), seed=fact.id)
        rubric = tuple(RubricPoint(m, _keywords(m), POINT_SCORE) for m in fact.members)
        total = sum(point.score for point in rubric)
        yield Draft(
            fact.id,
            "list",
            ItemType.SHORT,
            f"{start}{text[: fact.start]}{asked}？请逐项列举。（{total}分）",
            self._rights(fact, fact.members),
            (self._maker.of_statement(fact.statement),),
            f"每点{POINT_SCORE}分。{self._reason(fact)}",
            rubric=rubric,
        )


def evidence_of_member(fact: ListFact, member: str) -> str:
    """Return the member as the sentence has it, verbatim."""
    source = fact.source
    start, end = fact.statement.span
    at = source.text.find(member, start, end)
    return source.sentence.text[at : at + len(member)]


def _keywords(member: str) -> tuple[str, ...]:
    bare = member.strip("“”")
    return (bare,)
