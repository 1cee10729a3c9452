"""Facts with one slot → questions: single choice, true or false, fill-in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.quiz.actors import is_everybody
from assistant.quiz.distract import ACTORS, Distractor, DistractorFinder, compatible
from assistant.quiz.draft import BasisMaker, Draft, Right, evidence_for
from assistant.quiz.facts import Fact
from assistant.quiz.items import ItemType
from assistant.quiz.slots import SlotKind
from assistant.quiz.values import value_order
from assistant.quiz.wording import (
    BLANK,
    GAP,
    LISTED_ONLY,
    SHORT_STATEMENT,
    document_name,
    number_from,
    opening,
    pick,
    place_name,
    quoted,
)
from assistant.quiz.words import Words
from assistant.text import fold

WRONG_OPTIONS = 3
LEAST_TOLD = 8
"""Characters around a blank below which a statement without a subject says nothing."""
_FIGURE = re.compile(r"^(?:\d+(?:\.\d+)?|[一二三四五六七八九十百千两]+)")
_FILLED = (SlotKind.FREQUENCY, SlotKind.NUMBER, SlotKind.QUOTED, SlotKind.TERM)
_JUDGED = (*ACTORS, SlotKind.FREQUENCY, SlotKind.NUMBER, SlotKind.MEASURE)
_DIFFICULTY = {SlotKind.FREQUENCY: 1, SlotKind.NUMBER: 1, SlotKind.QUOTED: 1, SlotKind.TARGET: 3}
_STATING = ("{name}规定，", "{name}明确，", "根据{name}，")


class SlotQuestions:
    """Makes the questions of facts."""

    def __init__(self, finder: DistractorFinder, maker: BasisMaker, words: Words) -> None:
        self._finder = finder
        self._maker = maker
        self._words = words

    def drafts(self, fact: Fact) -> Iterator[Draft]:
        """Yield what can be asked about a fact: a choice, a statement, a blank."""
        if fact.kind is SlotKind.ROLE or self._is_everyones(fact):
            return
        candidates = self._finder.candidates(fact) if fact.kind is not SlotKind.TERM else []
        if fact.kind is SlotKind.SUBJECT and len(bodies_of(fact.key)) > 1:
            yield from self._bodies(fact, candidates)
        elif len(candidates) >= WRONG_OPTIONS and _some_fit(candidates, fact.kind, self._words):
            yield self._single(fact, candidates)
        if fact.kind in _JUDGED and candidates:
            told = candidates[number_from(fact.id) % min(len(candidates), 3)]
            yield self._judge(fact, told, truth=True)
            yield self._judge(fact, told, truth=False)
        if fact.kind in _FILLED and fact.start > 0:
            yield self._fill(fact)

    def _is_everyones(self, fact: Fact) -> bool:
        """Tell whether nobody in particular can be the answer."""
        if fact.kind in (SlotKind.SUBJECT, SlotKind.AGENT) and is_everybody(fact.key):
            return True
        if not fact.statement.complete and len(fact.before) + len(fact.after) < LEAST_TOLD:
            return True
        if fact.kind is SlotKind.SUBJECT:
            return any(word in fact.after for word in self._words.common_duties)
        if fact.kind is SlotKind.NUMBER:
            return fact.before.endswith("等")
        return fact.kind is SlotKind.TARGET and len(fact.key) <= 3

    def _stem(self, fact: Fact, blank: str) -> str:
        around = len(fact.before) + len(fact.after)
        start = opening(fact.statement, around=around, seed=fact.id)
        return f"{start}{fact.fill(blank)}。"

    def _right(self, fact: Fact) -> Right:
        return Right(fact.key, evidence_of(fact))

    def _reason(self, fact: Fact) -> str:
        source = fact.source
        place = place_name(source.document, source.article)
        start, end = fact.statement.span
        return f"{place}原文：{quoted(source.text[start:end])}。"

    def _single(self, fact: Fact, candidates: Sequence[Distractor]) -> Draft:
        order = (
            value_order(fact.key, self._words)
            if fact.kind in (SlotKind.FREQUENCY, SlotKind.NUMBER)
            else None
        )
        return Draft(
            fact.id,
            fact.kind.value,
            ItemType.SINGLE,
            self._stem(fact, BLANK),
            (self._right(fact),),
            (self._maker.of_statement(fact.statement),),
            self._reason(fact),
            wrong=tuple(candidates),
            wanted=WRONG_OPTIONS,
            difficulty=_DIFFICULTY.get(fact.kind, 2),
            order=order,
        )

    def _bodies(self, fact: Fact, candidates: Sequence[Distractor]) -> Iterator[Draft]:
        """Ask for the several bodies that have a duty: each of them is a right option."""
        bodies = bodies_of(fact.key)
        single = [
            d
            for d in candidates
            if len(bodies_of(d.text)) == 1 and not any(b in d.text or d.text in b for b in bodies)
        ]
        wanted = max(4 - len(bodies), 1 + number_from(fact.id) % 2)
        if _some_fit(single, fact.kind, self._words, wanted):
            evidence = evidence_of(fact)
            yield Draft(
                fact.id,
                fact.kind.value,
                ItemType.MULTIPLE,
                self._stem(fact, BLANK) + LISTED_ONLY,
                tuple(Right(body, evidence) for body in bodies),
                (self._maker.of_statement(fact.statement),),
                self._reason(fact),
                wrong=tuple(single),
                wanted=wanted,
            )

    def _judge(self, fact: Fact, distractor: Distractor, *, truth: bool) -> Draft:
        said = fact.key if truth else distractor.text
        text = f"{_stating(fact)}{fact.fill(said)}。"
        correction = "" if truth else f"{quoted(said)}应为{quoted(fact.key)}"
        verdict = "正确。" if truth else f"错误。{correction}。"
        refutation = "" if truth else f"{distractor.refutation}。"
        return Draft(
            fact.id,
            fact.kind.value,
            ItemType.JUDGE,
            text,
            (self._right(fact),),
            (self._maker.of_statement(fact.statement),),
            f"{verdict}{self._reason(fact)}{refutation}",
            difficulty=_DIFFICULTY.get(fact.kind, 2),
            truth=truth,
            correction=correction,
        )

    def _fill(self, fact: Fact) -> Draft:
        """Only the figure of a quantity is left out, its unit stays."""
        unit = re.sub(_FIGURE, "", fact.key, count=1) if fact.kind is SlotKind.NUMBER else ""
        words = fact.key.removesuffix(unit)
        return Draft(
            fact.id,
            fact.kind.value,
            ItemType.FILL,
            self._stem(fact, GAP + unit),
            (Right(words, evidence_of(fact)),),
            (self._maker.of_statement(fact.statement),),
            self._reason(fact),
            difficulty=1,
            accept=(accepted(words),),
        )


def _stating(fact: Fact) -> str:
    around = len(fact.statement.text)
    if fact.statement.complete and around >= SHORT_STATEMENT:
        return pick(_STATING, fact.id).format(name=document_name(fact.source.document))
    return opening(fact.statement, around=around, seed=fact.id)


def evidence_of(fact: Fact) -> str:
    """Return the words of the sentence that make a fact's key."""
    position = 0
    for start, end in fact.statement.pieces:
        if position <= fact.start and fact.end <= position + end - start:
            return evidence_for(
                fact.source, start + fact.start - position, start + fact.end - position
            )
        position += end - start
    return fact.source.sentence.text


def accepted(key: str) -> tuple[str, ...]:
    """Return what counts as right in a blank: the key, and the same in other figures."""
    plain = fold(key)
    ways = [key, plain, plain.strip('"')]
    for digit, numeral in zip("123456789", "一二三四五六七八九", strict=True):
        if plain.startswith(digit) and not plain[1:2].isdigit():
            ways.append(numeral + plain[1:])
        elif plain.startswith(numeral) and plain[1:2] not in "十百千":
            ways.append(digit + plain[1:])
    return tuple(dict.fromkeys(ways))


def bodies_of(actor: str) -> tuple[str, ...]:
    """Return the bodies that an actor names: 纪检机关、组织部门 are two."""
    parts = tuple(actor.split("、"))
    return parts if not any(re.search("和|及|或", part) for part in parts) else (actor,)


def _some_fit(
    candidates: Sequence[Distractor], kind: SlotKind, words: Words, wanted: int = WRONG_OPTIONS
) -> bool:
    kept: list[Distractor] = []
    for candidate in candidates:
        if compatible([*kept, candidate], kind, words):
            kept.append(candidate)
    return len(kept) >= wanted
