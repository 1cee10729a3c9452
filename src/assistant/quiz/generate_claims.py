"""Statements side by side → which of them a part of a document really makes."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.domain import ArticleKind, DocumentKind
from assistant.quiz.distract import Distractor, DistractorFinder
from assistant.quiz.draft import BasisMaker, Draft, Right
from assistant.quiz.facts import Fact
from assistant.quiz.generate_slots import bodies_of
from assistant.quiz.items import ItemType
from assistant.quiz.probe import SAME_MATTER, share_of
from assistant.quiz.segments import widen
from assistant.quiz.slots import SlotKind
from assistant.quiz.wording import BLANK, document_name, place_name, quoted
from assistant.quiz.words import Words

SHORTEST_CLAIM, LONGEST_CLAIM = 14, 46
CLAIMS = 4
DEALS = 2
RIGHTS = (3, 2, 3, 1)
"""How many of the four are right, in turn."""
HARD = 3
_KINDS = (SlotKind.SUBJECT, SlotKind.TARGET, SlotKind.FREQUENCY, SlotKind.NUMBER, SlotKind.MEASURE,
          SlotKind.AGENT, SlotKind.OBJECT)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact's statement, and what it must not be changed into."""

    fact: Fact
    false: Distractor

    @property
    def text(self) -> str:
        """The statement as the document makes it."""
        return self.fact.statement.text

    @property
    def changed(self) -> str:
        """The statement with wrong words in its slot."""
        return self.fact.fill(self.false.text)


class ClaimQuestions:
    """Makes questions that put true and changed statements side by side."""

    def __init__(self, finder: DistractorFinder, maker: BasisMaker, words: Words) -> None:
        self._finder = finder
        self._maker = maker
        self._words = words

    def drafts(self, facts: Sequence[Fact], *, seed: int) -> Iterator[Draft]:
        """Yield single and multiple choices over the statements of each part of a document."""
        parts: dict[tuple[str, str], list[Claim]] = defaultdict(list)
        for fact in facts:
            claim = self._claim(fact)
            if claim is not None:
                heading = fact.source.article.headings
                parts[fact.source.document.id, heading[-1].id if heading else ""].append(claim)
        for (document_id, part), claims in parts.items():
            order = random.Random(f"{seed}/{document_id}/{part}")  # noqa: S311 - not for secrets
            yield from self._of_part(part or document_id, _one_a_sentence(claims, order), order)

    def _claim(self, fact: Fact) -> Claim | None:
        source = fact.source
        plain = source.document.kind is DocumentKind.NORMATIVE and fact.statement.complete
        if not plain or source.article.kind is not ArticleKind.ARTICLE or fact.kind not in _KINDS:
            return None
        if not SHORTEST_CLAIM <= len(fact.statement.text) <= LONGEST_CLAIM:
            return None
        if any(word in fact.statement.text for word in self._words.common_duties):
            return None
        if fact.kind is SlotKind.TARGET and len(fact.key) <= len("党组织"):
            return None
        if not self._maker.in_every_printing(self._maker.of_statement(fact.statement)):
            return None
        candidates = self._finder.candidates(fact)
        if len(bodies_of(fact.key)) > 1 or not candidates:
            return None
        return Claim(fact, candidates[0])

    def _of_part(self, part: str, claims: Sequence[Claim], order: random.Random) -> Iterator[Draft]:
        """Deal the statements of a part out, four to a question, and once more."""
        number = 0
        for _ in range(DEALS):
            shuffled = list(claims)
            order.shuffle(shuffled)
            for at in range(0, len(shuffled) - CLAIMS + 1, CLAIMS):
                rights = RIGHTS[number % len(RIGHTS)]
                number += 1
                group = shuffled[at : at + CLAIMS]
                if any(_on_one_matter(one, two) for one, two in combinations(group, 2)):
                    continue
                yield self._of_group(f"{part}:claims@{number}", group, rights=rights)

    def _of_group(self, fact_id: str, group: Sequence[Claim], *, rights: int) -> Draft:
        true, false = group[:rights], group[rights:]
        source = group[0].fact.source
        name = document_name(source.document)
        title = widen(source.article.headings[-1].title) if source.article.headings else ""
        within = f"{quoted(title)}部分" if title else ""
        wrong = tuple(
            Distractor(
                claim.changed,
                f"{quoted(claim.false.text)}应为{quoted(claim.fact.key)}，"
                f"见{place_name(claim.fact.source.document, claim.fact.source.article)}",
                1.0,
            )
            for claim in false
        )
        return Draft(
            fact_id,
            "claims",
            ItemType.SINGLE if rights == 1 else ItemType.MULTIPLE,
            f"下列表述中，符合{name}{within}规定的{'是' if rights == 1 else '有'}{BLANK}。",
            tuple(Right(claim.text, _verbatim(claim)) for claim in true),
            tuple(self._maker.of_statement(claim.fact.statement) for claim in group),
            "".join(
                f"{place_name(c.fact.source.document, c.fact.source.article)}规定{quoted(c.text)}。"
                for c in true
            ),
            wrong=wrong,
            wanted=len(wrong),
            difficulty=HARD,
        )


def _on_one_matter(one: Claim, other: Claim) -> bool:
    """Tell whether one statement beside another would give it away."""
    return max(share_of(one.text, other.text), share_of(other.text, one.text)) >= SAME_MATTER


def _one_a_sentence(claims: Sequence[Claim], order: random.Random) -> list[Claim]:
    by_sentence: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_sentence[claim.fact.source.place].append(claim)
    return [order.choice(found) for found in by_sentence.values()]


def _verbatim(claim: Claim) -> str:
    start, end = claim.fact.statement.pieces[-1]
    return claim.fact.source.sentence.text[start:end]
