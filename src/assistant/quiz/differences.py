"""A document and the one that it implements, sentence by sentence: where they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import Article, ArticleKind, Document
from assistant.quiz.facts import Fact, Facts, ListFact
from assistant.quiz.probe import Unit, likeness, normalise, share_of
from assistant.quiz.segments import Segment, depths, split_segments
from assistant.quiz.slots import SlotKind
from assistant.quiz.statements import Source

SAME_STATEMENT = 0.6
SAME_CONDITION = 0.75
SAME_CLAUSE = 0.86
NOT_SAID = 0.4
"""Share of a clause's pairs of characters in any one sentence below which a document lacks it."""
TERM = 4
"""Characters of a stretch that is no accident: a document that has it may mean the same."""
EVERYDAY = 5
"""Occurrences from which such a stretch says nothing of the matter."""
SHORTEST_CLAUSE, SHORTEST_ADDED, LONGEST_CLAUSE = 9, 12, 30

# Clauses that say nothing without what stands before or behind them.
_LEANING = re.compile(
    r"其(?!他)|的$|时$|后$|相关|方式$|^(?:并|要|其|依规依纪|及时|应当|向|发现|加大)"
)
_RATE = re.compile(r"每(?:个)?(?:半年|两年|季度|月|周|年)(?:至少)?|不定期|定期|经常|常态化")


@dataclass(frozen=True, slots=True)
class Pair:
    """A document and the one that implements it."""

    upper: Document
    lower: Document


@dataclass(frozen=True, slots=True)
class SlotDifference:
    """One statement in both documents, with different words in one slot."""

    upper: Fact
    lower: Fact


@dataclass(frozen=True, slots=True)
class ListDifference:
    """One list in both documents; the lower one names more."""

    upper: ListFact
    lower: ListFact
    added: tuple[str, ...]
    common: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something is done, and the statement without it."""

    source: Source
    segment: Segment
    words: str
    around: str


@dataclass(frozen=True, slots=True)
class RateDifference:
    """One duty in both documents, to be done at different intervals."""

    upper: Rate
    lower: Rate


@dataclass(frozen=True, slots=True)
class Clause:
    """A short part of a sentence that can stand as an option."""

    source: Source
    segment: Segment
    text: str


@dataclass(frozen=True, slots=True)
class AddedClauses:
    """What one article says and the other document nowhere does, and what both say."""

    having: Document
    lacking: Document
    article: Article
    """The article of ``having``."""
    added: tuple[Clause, ...]
    common: tuple[tuple[Clause, Clause], ...]
    """In ``having`` and in ``lacking``."""


class Comparison:
    """Compares the two documents of a pair."""

    def __init__(self, pair: Pair, facts: Facts) -> None:
        self.pair = pair
        self._facts = facts
        self._upper = [s for s in facts.sources if s.document.id == pair.upper.id]
        self._lower = [s for s in facts.sources if s.document.id == pair.lower.id]

    def slots(self) -> Iterator[SlotDifference]:
        """Yield the slots that differ: reported to another, done by another."""
        kinds = (SlotKind.TARGET, SlotKind.SUBJECT, SlotKind.NUMBER)
        uppers = [f for f in self._facts.facts if f.source.document.id == self.pair.upper.id]
        for lower in self._facts.facts:
            if lower.source.document.id != self.pair.lower.id or lower.kind not in kinds:
                continue
            around = normalise(lower.before + lower.after)
            same = [
                (likeness(around, normalise(u.before + u.after)), u)
                for u in uppers
                if u.kind is lower.kind
            ]
            best, upper = max(same, key=lambda found: found[0], default=(0.0, None))
            if upper is None or best < SAME_STATEMENT or not _differ(upper.key, lower.key):
                continue
            # The lower sentence may say both, one after the other.
            if normalise(upper.key) not in normalise(lower.source.text):
                yield SlotDifference(upper, lower)

    def lists(self) -> Iterator[ListDifference]:
        """Yield the lists that the lower document makes longer."""
        for lower in self._facts.lists:
            if lower.source.document.id != self.pair.lower.id:
                continue
            for upper in self._facts.lists:
                if upper.source.document.id != self.pair.upper.id:
                    continue
                if likeness(_around(upper), _around(lower)) < SAME_STATEMENT:
                    continue
                common = tuple(m for m in lower.members if m in upper.members)
                added = tuple(m for m in lower.members if not _named(m, upper.members))
                if added and len(common) >= 2:
                    yield ListDifference(upper, lower, added, common)

    def enumerated(self) -> Iterator[tuple[Unit, Unit, tuple[str, ...], tuple[str, ...]]]:
        """Yield conditions that name more cases below: 对隐瞒不报、虚假报告、当“老好人”的."""
        for low in _listing_segments(self._lower):
            for up in _listing_segments(self._upper):
                ours, theirs = _members(low.text), _members(up.text)
                common = tuple(m for m in ours if m in theirs)
                added = tuple(m for m in ours if not _named(m, theirs))
                more = len(added) == len(ours) - len(theirs) >= 1 and len(common) >= 1
                if more and likeness(low.folded, up.folded) >= SAME_CONDITION:
                    yield up, low, added, common

    def rates(self) -> Iterator[RateDifference]:
        """Yield what the lower document wants at a definite interval, or in another way."""
        uppers = list(_rates(self._upper))
        for lower in _rates(self._lower):
            found = [(likeness(normalise(lower.around), normalise(u.around)), u) for u in uppers]
            best, upper = max(found, key=lambda f: f[0], default=(0.0, None))
            if upper is not None and best >= SAME_STATEMENT and upper.words != lower.words:
                yield RateDifference(upper, lower)

    def clauses(self) -> Iterator[AddedClauses]:
        """Yield, for articles on one matter, what one document adds and what both say."""
        pair = self.pair
        yield from self._clauses(self._lower, self._upper, pair.lower, pair.upper)
        yield from self._clauses(self._upper, self._lower, pair.upper, pair.lower)

    def _clauses(self, ours: Sequence[Source], theirs: Sequence[Source], having: Document,
                 lacking: Document) -> Iterator[AddedClauses]:  # fmt: skip
        their_clauses = list(_clauses(theirs))
        whole = [s.text for s in theirs]
        by_article: dict[str, tuple[list[Clause], list[tuple[Clause, Clause]]]] = {}
        for clause in _clauses([s for s in ours if s.article.kind is ArticleKind.ARTICLE]):
            added, common = by_article.setdefault(clause.source.article.id, ([], []))
            twin = next((c for c in their_clauses if _same(clause.text, c.text)), None)
            if twin is not None:
                common.append((clause, twin))
            elif len(clause.text) >= SHORTEST_ADDED and _lacks(whole, clause):
                added.append(clause)
        order = list(by_article)
        for at, article_id in enumerate(order):
            added, common = by_article[article_id]
            beside = [n for n in order[max(0, at - 1) : at + 2] if n != article_id]
            near = [pair for n in beside for pair in by_article[n][1]]
            # An article on a matter that the other document has as well, not a new one.
            if added and len(common) >= 2 and len(common) + len(near) >= 3:
                article = added[0].source.article
                yield AddedClauses(having, lacking, article, tuple(added), (*common, *near))


def find_pairs(facts: Facts) -> tuple[Pair, ...]:
    """Return the pairs among the documents: one implements the other."""
    documents = {s.document.id: s.document for s in facts.sources}
    return tuple(
        Pair(documents[d.implements], d) for d in documents.values() if d.implements in documents
    )


def _lacks(whole: Sequence[str], clause: Clause) -> bool:
    """Tell whether nothing in a document's sentences may mean what a clause says."""
    if any(share_of(clause.text, text) >= NOT_SAID for text in whole):
        return False
    text, theirs = normalise(clause.text), normalise("".join(whole))
    matter = normalise(clause.source.article.title)
    terms = {text[at : at + TERM] for at in range(len(text) - TERM + 1)}
    telling = [term for term in terms if term.isalnum() and term not in matter]
    return not any(0 < theirs.count(term) < EVERYDAY for term in telling)


def _around(fact: ListFact) -> str:
    return normalise(fact.statement.text[: fact.start] + fact.statement.text[fact.end :])


def _differ(one: str, other: str) -> bool:
    first, second = normalise(one), normalise(other)
    return first != second and likeness(first, second) < 0.8


def _named(member: str, members: Sequence[str]) -> bool:
    return any(member in m or m in member or likeness(member, m) >= 0.7 for m in members)


def _same(one: str, other: str) -> bool:
    if _RATE.findall(one) != _RATE.findall(other):
        return False
    return likeness(normalise(one), normalise(other)) >= SAME_CLAUSE


def _rates(sources: Sequence[Source]) -> Iterator[Rate]:
    for source in sources:
        if source.is_title:
            continue
        for segment in split_segments(source.text):
            match = _RATE.search(segment.text)
            if match and len(segment.text) - len(match[0]) >= 10:
                around = segment.text[: match.start()] + segment.text[match.end() :]
                yield Rate(source, segment, match[0], around)


def _clauses(sources: Sequence[Source]) -> Iterator[Clause]:
    for source in sources:
        if source.is_title:
            continue
        for segment in split_segments(source.text):
            fits = SHORTEST_CLAUSE <= len(segment.text) <= LONGEST_CLAUSE
            if fits and not _LEANING.search(segment.text):
                yield Clause(source, segment, segment.text)


def _listing_segments(sources: Sequence[Source]) -> Iterator[Unit]:
    for source in sources:
        for segment in split_segments(source.text):
            if segment.text.count("、") in (1, 2, 3) and re.match(r"对[^，]*的", segment.text):
                yield Unit(source, segment.text, normalise(segment.text))


def _members(text: str) -> tuple[str, ...]:
    found = re.match(r"对(?:领导班子成员存在)?(?:违规干预)?(?P<list>[^，]*?)(?:等问题)?的", text)
    inner = found["list"] if found else ""
    levels = depths(inner)
    cuts = [at for at, c in enumerate(inner) if c == "、" and levels[at] == 0]
    return tuple(inner[a + 1 : b] for a, b in zip([-1, *cuts], [*cuts, len(inner)], strict=True))
