"""Distractors: wrong fillings of a slot, each with the place where its words belong."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant.domain import DocumentKind
from assistant.quiz.facts import Fact, Facts, ListFact
from assistant.quiz.probe import Probe, normalise, pairs, share_of
from assistant.quiz.segments import stretches_around
from assistant.quiz.slots import SlotKind
from assistant.quiz.values import nearby_values, value_order
from assistant.quiz.wording import document_name, place_name, quoted
from assistant.quiz.words import Words

MOST_CANDIDATES = 12
LONGEST_REFUTATION = 60
LONGEST_BODY = 22
ACTORS = (SlotKind.SUBJECT, SlotKind.AGENT, SlotKind.TARGET)
_DOERS = (SlotKind.SUBJECT, SlotKind.AGENT)
_POOLED = {SlotKind.SUBJECT: _DOERS, SlotKind.AGENT: _DOERS}
_GENERAL = re.compile(r"^(?:重点|着力点|重中之重)$")


@dataclass(frozen=True, slots=True)
class Distractor:
    """A wrong option: its words, why it is wrong, and how well it tempts (higher is better)."""

    text: str
    refutation: str
    weight: float
    order: float = 0.0
    """Its place on a scale, for values."""


class DistractorFinder:
    """Finds wrong fillings among the right ones of other slots."""

    def __init__(self, facts: Facts, probe: Probe, words: Words) -> None:
        self._facts = facts
        self._probe = probe
        self._words = words
        self._known: dict[str, list[Distractor]] = {}
        self._pool: dict[SlotKind, list[Fact]] = defaultdict(list)
        for fact in facts.facts:
            self._pool[fact.kind].append(fact)

    def candidates(self, fact: Fact) -> list[Distractor]:
        """Return wrong fillings of a slot, the most tempting first."""
        if fact.id not in self._known:
            values = fact.kind in (SlotKind.FREQUENCY, SlotKind.NUMBER)
            found = self._values(fact) if values else self._from_pool(fact)
            ranked = sorted(found, key=lambda d: (-d.weight, d.text))
            self._known[fact.id] = ranked[:MOST_CANDIDATES]
        return self._known[fact.id]

    def _values(self, fact: Fact) -> list[Distractor]:
        document = fact.source.document
        out: list[Distractor] = []
        for weight, text in nearby_values(fact.key, self._words):
            if text in fact.statement.text or not self._is_false(fact, text):
                continue
            if self._probe.document_says(document.id, text):
                refutation = self._use_of_value(fact, text)
            else:
                refutation = f"{document_name(document)}全文未出现{quoted(text)}"
            out.append(Distractor(text, refutation, weight, value_order(text, self._words)))
        return out

    def _use_of_value(self, fact: Fact, text: str) -> str:
        document = fact.source.document
        for unit in self._probe.units_with(text):
            if unit.source.document.id == document.id and unit.source.place != fact.source.place:
                around = _clip(unit.text, text)
                place = place_name(document, unit.source.article)
                return f"{quoted(text)}在{place}用于{quoted(around)}，不用于本事项"
        return f"本句规定的是{quoted(fact.key)}，{quoted(text)}用于同条其他事项"

    def _from_pool(self, fact: Fact) -> list[Distractor]:
        best: dict[str, Distractor] = {}
        for kind in _POOLED.get(fact.kind, (fact.kind,)):
            for other in self._pool[kind]:
                if not self._related(fact, other) or not self._fits(fact, other):
                    continue
                candidate = Distractor(other.key, refute_by_place(other), self._weigh(fact, other))
                known = best.get(other.key)
                if known is None or known.weight < candidate.weight:
                    best[other.key] = candidate
        return [d for d in best.values() if self._is_false(fact, d.text)]

    @staticmethod
    def _related(fact: Fact, other: Fact) -> bool:
        """Tell whether two documents are about one matter; else a body is a stranger."""
        one, two = fact.source.document, other.source.document
        if one.id == two.id or one.id == two.implements or two.id == one.implements:
            return True
        return DocumentKind.NORMATIVE is not one.kind or DocumentKind.NORMATIVE is not two.kind

    def _fits(self, fact: Fact, other: Fact) -> bool:
        """Tell whether another slot's words could stand here at all."""
        one, two = normalise(fact.key), normalise(other.key)
        if one in two or two in one or two in normalise(fact.statement.text):
            return False
        if fact.kind in ACTORS:
            return self._different_organisations(fact, other)
        if abs(len(fact.key) - len(other.key)) > 8 and fact.kind is not SlotKind.OBJECT:
            return False
        if fact.kind is SlotKind.MEASURE:
            mine, theirs = (self._words.severities_of(f.key) for f in (fact, other))
            if not mine or not theirs or not self._words.is_common_measure(other.key):
                return False
            return not mine & theirs and fact.key[:2] != other.key[:2]
        if fact.kind is SlotKind.QUOTED:
            return is_slogan(fact.key) and is_slogan(other.key)
        if _verb_of(fact) != _verb_of(other):
            return False
        return not _GENERAL.match(other.key) and share_of(fact.key, other.key) < 0.5

    def _different_organisations(self, fact: Fact, other: Fact) -> bool:
        if other.kind is SlotKind.SUBJECT and other.start > 0:
            # 受请托人 has a duty in one situation only, and is out of place in any other.
            return False
        if fact.kind is SlotKind.TARGET:
            if len(other.key) <= len("党组织"):
                return False
            # A question about the level: 上级纪委 and 同级党委 are the point of it.
            if self._words.same_addressee(fact.key, other.key):
                return False
            return len(other.key) <= LONGEST_BODY and abs(len(fact.key) - len(other.key)) <= 16
        overlap = self._words.may_overlap(fact.key, other.key)
        return not overlap and len(other.key) <= LONGEST_BODY

    def _weigh(self, fact: Fact, other: Fact) -> float:
        weight = 0.0
        if other.source.document.id == fact.source.document.id:
            weight += 2.0
        if other.source.article.id == fact.source.article.id:
            weight += 2.0
        if fact.key[-2:] == other.key[-2:]:
            weight += 0.5
        if fact.kind in ACTORS:
            # Who is named often tempts; one who is named once is out of place anywhere else.
            weight += min(2.0, math.log2(1 + self._probe.count(other.key)) / 2)
            weight += 1.0 * (self._words.is_person(fact.key) == self._words.is_person(other.key))
        return weight - abs(len(fact.key) - len(other.key)) / 5

    def _is_false(self, fact: Fact, text: str) -> bool:
        """Tell whether no document says, here or elsewhere, what this filling would say."""
        filled = fact.fill(text)
        if any(map(self._probe.says, (filled, *stretches_around(filled, fact.start)))):
            return False
        around = fact.before + "，" + fact.after
        return not self._probe.true_elsewhere(around, text, apart_from=fact.source.place)

    def strangers(self, fact: ListFact) -> list[Distractor]:
        """Return things of the same sort that a list does not name, nor a list of its matter."""
        statement = normalise(fact.statement.text)
        around = fact.statement.text[: fact.start] + fact.statement.text[fact.end :]
        out: dict[str, Distractor] = {}
        for other in self._facts.lists:
            if other.source.place == fact.source.place:
                continue
            if share_of(around, other.statement.text) >= 0.5 or set(other.members) & set(
                fact.members
            ):
                continue
            alike = self._alike(fact, other)
            if alike <= 0:
                continue
            for member in other.members:
                folded = normalise(member)
                nested = any(folded in normalise(m) or normalise(m) in folded for m in fact.members)
                if nested or folded in statement or member in out:
                    continue
                if self._probe.true_elsewhere(around, member, apart_from=fact.source.place):
                    continue
                typical = sum(map(len, fact.members)) / len(fact.members)
                weight = alike - abs(len(member) - typical) / 3
                out[member] = Distractor(member, refute_by_list(member, other), weight)
        return sorted(out.values(), key=lambda d: (-d.weight, d.text))[:MOST_CANDIDATES]

    @staticmethod
    def _alike(fact: ListFact, other: ListFact) -> float:
        """Return how much two lists are of one sort; nothing when their members could not mix."""
        if not fact.head or _sort_of(fact.head) != _sort_of(other.head):
            return 0.0
        near = fact.source.document.id == other.source.document.id
        return 2.0 + 1.0 * near


_SLOGAN = re.compile(r"(?=.{2,6}$).*[二三四五六七八九十两双]")
_SORTS = (("方式", "措施", "机制", "工作", "检查"), ("领域", "问题", "情形", "事项"))


def is_slogan(term: str) -> bool:
    """Tell whether a term is a slogan with a number, which stand beside each other well."""
    return _SLOGAN.match(term) is not None


def _sort_of(head: str) -> str:
    return next((sort[0] for sort in _SORTS if head[-2:] in sort), head[-2:])


def _verb_of(fact: Fact) -> str:
    """Return what ties an object to its role: 作为, 纳入."""
    text = fact.after if fact.kind is SlotKind.OBJECT else fact.before[-2:]
    return text[:2]


def refute_by_place(other: Fact) -> str:
    """Return where the words of another slot belong."""
    place = place_name(other.source.document, other.source.article)
    return f"{quoted(other.key)}见{place}：{quoted(_clip(other.statement.text, other.key))}"


def refute_by_list(member: str, other: ListFact) -> str:
    """Return which list a stranger belongs to."""
    place = place_name(other.source.document, other.source.article)
    return f"{quoted(member)}见{place}：{quoted(_clip(other.statement.text, member))}，本条未列举"


def _clip(text: str, words: str) -> str:
    """Return the part of a statement around some words, whole segments where they are short."""
    if len(text) <= LONGEST_REFUTATION:
        return text
    at = text.find(words)
    start = max(text.rfind("，", 0, at), text.rfind("；", 0, at)) + 1
    ends = [
        e for e in (text.find("，", at + len(words)), text.find("；", at + len(words))) if e > 0
    ]
    part = text[start : min(ends, default=len(text))]
    if len(part) <= LONGEST_REFUTATION or len(words) >= LONGEST_REFUTATION:
        return part
    at = part.find(words)
    left = max(0, at - (LONGEST_REFUTATION - len(words)) // 2)
    right = min(len(part), left + LONGEST_REFUTATION)
    return ("……" if left else "") + part[left:right] + ("……" if right < len(part) else "")


def compatible(chosen: Sequence[Distractor], kind: SlotKind | None, words: Words) -> bool:
    """Tell whether wrong options can stand side by side: none inside or akin to another."""
    texts = [normalise(d.text) for d in chosen]
    for at, one in enumerate(texts):
        for two in texts[at + 1 :]:
            if one in two or two in one or _too_alike(one, two, kind):
                return False
    if kind in (SlotKind.SUBJECT, SlotKind.AGENT):
        return _none_of_pairs(chosen, words.may_overlap)
    if kind is SlotKind.TARGET:
        return _none_of_pairs(chosen, words.same_addressee)
    if kind is SlotKind.MEASURE:
        return _disjoint([words.severities_of(d.text) for d in chosen])
    return True


def _too_alike(one: str, two: str, kind: SlotKind | None) -> bool:
    if kind in ACTORS or kind in (SlotKind.FREQUENCY, SlotKind.NUMBER, SlotKind.QUOTED):
        return False
    common = pairs(one) & pairs(two)
    return bool(common) and len(common) / min(len(pairs(one)), len(pairs(two))) >= 0.6


def _none_of_pairs(chosen: Sequence[Distractor], related: Callable[[str, str], bool]) -> bool:
    return not any(related(one.text, two.text) for one, two in combinations(chosen, 2))


def _disjoint(groups: Iterable[frozenset[str]]) -> bool:
    seen: set[str] = set()
    for group in groups:
        if group & seen:
            return False
        seen |= group
    return True
