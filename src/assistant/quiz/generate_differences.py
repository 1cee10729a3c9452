"""Differences between two documents → questions that compare them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.quiz.differences import (
    AddedClauses,
    Clause,
    Comparison,
    ListDifference,
    RateDifference,
    SlotDifference,
    find_pairs,
)
from assistant.quiz.distract import Distractor, DistractorFinder
from assistant.quiz.draft import BasisMaker, Draft, Right
from assistant.quiz.facts import Facts, ListFact
from assistant.quiz.generate_lists import evidence_of_member
from assistant.quiz.generate_slots import evidence_of
from assistant.quiz.items import Basis, ItemType
from assistant.quiz.probe import Unit
from assistant.quiz.segments import split_segments
from assistant.quiz.values import nearby_values, value_order
from assistant.quiz.wording import BLANK, document_name, matter_of, number_from, place_name, quoted
from assistant.quiz.words import Words

MOST_ADDED, MOST_OPTIONS = 3, 5
HARD = 3


class DifferenceQuestions:
    """Makes the questions that need two documents."""

    def __init__(
        self, facts: Facts, finder: DistractorFinder, maker: BasisMaker, words: Words
    ) -> None:
        self._comparisons = [Comparison(pair, facts) for pair in find_pairs(facts)]
        self._finder = finder
        self._maker = maker
        self._words = words

    def drafts(self) -> Iterator[Draft]:
        """Yield what can be asked about the differences of every pair of documents."""
        for comparison in self._comparisons:
            for slot in comparison.slots():
                yield self._slot(slot)
            for listed in comparison.lists():
                yield self._list(listed)
            for upper, lower, added, common in comparison.enumerated():
                yield self._cases(upper, lower, added, common)
            for rate in comparison.rates():
                yield from self._rate(rate)
            for clauses in comparison.clauses():
                yield from self._clauses(clauses)

    def _slot(self, found: SlotDifference) -> Draft:
        upper, lower = found.upper, found.lower
        names = document_name(upper.source.document), document_name(lower.source.document)
        trap = Distractor(
            upper.key,
            f"{quoted(upper.key)}是{place_name(upper.source.document, upper.source.article)}的规定",
            9.0,
        )
        others = [d for d in self._finder.candidates(lower) if d.text != upper.key]
        mine = place_name(lower.source.document, lower.source.article)
        return Draft(
            f"{lower.id}+{upper.source.place}",
            "cross-doc",
            ItemType.SINGLE,
            f"对照{names[0]}，{names[1]}作出的具体规定是：{lower.fill(BLANK)}。",
            (Right(lower.key, evidence_of(lower)),),
            (self._maker.of_statement(lower.statement), self._maker.of_statement(upper.statement)),
            f"{mine}原文：{quoted(lower.statement.text)}。{names[0]}的对应规定是{quoted(upper.statement.text)}。",
            wrong=(trap, *others),
            difficulty=HARD,
        )

    def _list(self, found: ListDifference) -> Draft:
        upper, lower = found.upper, found.lower
        names = document_name(upper.source.document), document_name(lower.source.document)
        added = found.added[:MOST_ADDED]
        text = lower.statement.text
        left = _without_subject(text[: lower.start].rpartition("，")[2])
        right = text[lower.end :].partition("，")[0]
        both = f"{names[0]}和{names[1]}均列举"
        wrong = tuple(
            Distractor(member, f"{quoted(member)}{both}", 5.0 - number)
            for number, member in enumerate(found.common)
        )
        return Draft(
            f"{lower.id}+{upper.source.place}",
            "cross-doc",
            ItemType.MULTIPLE if len(added) > 1 else ItemType.SINGLE,
            f"关于{quoted(f'{left}……{right}')}的列举，与{names[0]}相比，{names[1]}新增的有{BLANK}。",
            tuple(Right(m, evidence_of_member(lower, m)) for m in added),
            (self._basis_of_list(lower), self._basis_of_list(upper)),
            f"{names[0]}列举的是：{'、'.join(upper.members)}；{names[1]}列举的是：{'、'.join(lower.members)}。",
            wrong=wrong,
            wanted=min(len(wrong), MOST_OPTIONS - len(added)),
            difficulty=HARD,
        )

    def _cases(
        self, upper: Unit, lower: Unit, added: tuple[str, ...], common: tuple[str, ...]
    ) -> Draft:
        names = document_name(upper.source.document), document_name(lower.source.document)
        shown = lower.text
        for member in (*added, *common):
            shown = shown.replace(member, "", 1)
        shown = _gaps_closed(shown)
        both = f"{names[0]}和{names[1]}均列举"
        wrong = tuple(Distractor(m, f"{quoted(m)}{both}", 1.0) for m in common)
        return Draft(
            f"{lower.source.place}:cases@{lower.source.text.find(lower.text)}+{upper.source.place}",
            "cross-doc",
            ItemType.MULTIPLE if len(added) > 1 else ItemType.SINGLE,
            f"关于{quoted(shown)}的规定，与{names[0]}相比，{names[1]}新增列举的情形是{BLANK}。",
            tuple(Right(m, _verbatim(lower, m)) for m in added),
            (self._basis_of_unit(lower), self._basis_of_unit(upper)),
            f"{names[0]}的表述是{quoted(upper.text)}，{names[1]}的表述是{quoted(lower.text)}。",
            wrong=wrong,
            wanted=min(len(wrong), 3),
            difficulty=HARD,
        )

    def _rate(self, found: RateDifference) -> Iterator[Draft]:
        upper, lower = found.upper, found.lower
        if lower.words not in self._words.frequencies:
            yield from self._vague(found)
            return
        names = document_name(upper.source.document), document_name(lower.source.document)
        reason = f"{names[1]}对该事项明确的频次是{quoted(lower.words)}"
        wrong = tuple(
            Distractor(text, reason, weight, value_order(text, self._words))
            for weight, text in nearby_values(lower.words, self._words)
        )
        start, end = lower.segment.start, lower.segment.end
        above, below = upper.segment.start, upper.segment.end
        yield Draft(
            f"{lower.source.place}:rate@{start}+{upper.source.place}",
            "cross-doc",
            ItemType.SINGLE,
            f"{lower.around}，{names[0]}的要求是{quoted(upper.words)}，{names[1]}将频次明确为{BLANK}。",
            (Right(lower.words, lower.source.sentence.text[start:end]),),
            (
                self._maker.make(lower.source.article, lower.source.sentence, start, end),
                self._maker.make(upper.source.article, upper.source.sentence, above, below),
            ),
            f"{names[0]}的表述是{quoted(upper.segment.text)}，{names[1]}的表述是{quoted(lower.segment.text)}。",
            wrong=wrong,
            difficulty=HARD,
            order=value_order(lower.words, self._words),
        )

    def _vague(self, found: RateDifference) -> Iterator[Draft]:
        """Two vague words are no fair choice; a definite interval in their place is wrong."""
        lower, upper = found.lower, found.upper
        start, end = lower.segment.start, lower.segment.end
        fact_id = f"{lower.source.place}:rate@{start}+{upper.source.place}"
        names = document_name(upper.source.document), document_name(lower.source.document)
        wrong = self._words.frequencies[number_from(fact_id) % 2]
        place = place_name(lower.source.document, lower.source.article)
        reason = (
            f"{place}原文：{quoted(lower.segment.text)}；"
            f"{names[0]}的表述是{quoted(upper.segment.text)}。"
        )
        for truth in (True, False):
            said = lower.segment.text if truth else lower.segment.text.replace(lower.words, wrong)
            correction = "" if truth else f"{quoted(wrong)}应为{quoted(lower.words)}"
            yield Draft(
                fact_id,
                "cross-doc",
                ItemType.JUDGE,
                f"{names[1]}规定，{said}。",
                (Right(lower.words, lower.source.sentence.text[start:end]),),
                (
                    self._maker.make(lower.source.article, lower.source.sentence, start, end),
                    self._maker.make(
                        upper.source.article,
                        upper.source.sentence,
                        upper.segment.start,
                        upper.segment.end,
                    ),
                ),
                ("正确。" if truth else f"错误。{correction}。") + reason,
                difficulty=HARD,
                truth=truth,
                correction=correction,
            )

    def _clauses(self, found: AddedClauses) -> Iterator[Draft]:
        having, lacking = document_name(found.having), document_name(found.lacking)
        matter = matter_of(found.article)
        key = max(found.added, key=lambda clause: (len(clause.text), clause.text))
        wrong = tuple(
            Distractor(
                ours.text,
                f"两份文件均有规定，见{_place(ours)}和{_place(theirs)}",
                2.0 - number * 0.3,
            )
            for number, (ours, theirs) in enumerate(found.common)
        )
        yield Draft(
            f"{found.article.id}:added+{found.lacking.id}",
            "cross-doc",
            ItemType.SINGLE,
            f"在{quoted(matter)}方面，下列要求中，{having}有明确规定、而{lacking}没有的是{BLANK}。",
            (Right(key.text, key.source.sentence.text[key.segment.start : key.segment.end]),),
            (self._basis_of_clause(key),),
            f"{quoted(key.text)}只见于{_place(key)}。",
            wrong=wrong,
            difficulty=HARD,
        )

    def _basis_of_list(self, found: ListFact) -> Basis:
        """Return the list alone: the printings may differ in who is to do it."""
        source = found.source
        start = source.text.find("、".join(found.members[:2]))
        end = next(s.end for s in split_segments(source.text) if s.start <= start < s.end)
        return self._maker.make(source.article, source.sentence, start, end)

    def _basis_of_unit(self, unit: Unit) -> Basis:
        start = unit.source.text.find(unit.text)
        end = start + len(unit.text)
        return self._maker.make(unit.source.article, unit.source.sentence, start, end)

    def _basis_of_clause(self, clause: Clause) -> Basis:
        source, segment = clause.source, clause.segment
        return self._maker.make(source.article, source.sentence, segment.start, segment.end)


def _without_subject(text: str) -> str:
    return re.sub(r"^.*?(?:应当|必须|要(?!求))", "", text) or text


def _place(clause: Clause) -> str:
    return place_name(clause.source.document, clause.source.article)


def _verbatim(unit: Unit, words: str) -> str:
    at = unit.source.text.find(words)
    return unit.source.sentence.text[at : at + len(words)]


def _gaps_closed(text: str) -> str:
    """Put one ellipsis where the members of a list were."""
    at = text.find("、")
    while "、、" in text:
        text = text.replace("、、", "、")
    return text[:at] + "……" + text[at:].lstrip("、") if at >= 0 else text
