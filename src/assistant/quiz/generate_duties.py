"""Who must do what in an article → multiple choice over the duties of one among those of others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import ArticleKind, DocumentKind
from assistant.quiz.distract import Distractor
from assistant.quiz.draft import BasisMaker, Draft, Right
from assistant.quiz.facts import Facts
from assistant.quiz.items import ItemType
from assistant.quiz.probe import Probe, share_of
from assistant.quiz.segments import split_segments
from assistant.quiz.statements import Source, Statement
from assistant.quiz.wording import (
    BLANK,
    number_from,
    opening_with_matter,
    place_name,
)
from assistant.quiz.words import Words

SHORTEST_DUTY, LONGEST_DUTY = 9, 34
LEAST_OPTIONS, MOST_OPTIONS = 4, 5
ALIKE = 0.5
_UNCLEAR = re.compile(r"其|应当|可以|^(?:并|且|也|还|又|对|发现|在|由)|的$|，(?:并|且)")


@dataclass(frozen=True, slots=True)
class Duty:
    """What one subject must do, without the subject."""

    subject: str
    text: str
    statement: Statement
    evidence: str

    @property
    def source(self) -> Source:
        """The sentence that lays it down."""
        return self.statement.source


class DutyQuestions:
    """Makes questions that tell the duties of one from those of others."""

    def __init__(self, facts: Facts, probe: Probe, maker: BasisMaker, words: Words) -> None:
        self._probe = probe
        self._maker = maker
        self._words = words
        self._duties = tuple(_read_duties(facts, words))
        self._by_article: dict[tuple[str, str], list[Duty]] = defaultdict(list)
        for duty in self._duties:
            self._by_article[duty.source.article.id, duty.subject].append(duty)

    def drafts(self) -> Iterator[Draft]:
        """Yield a question for each subject of each article that has two duties or more."""
        for (article_id, subject), duties in self._by_article.items():
            if len(duties) >= 2:
                yield from self._multiple(f"{article_id}:duties@{subject}", subject, duties)

    def _multiple(self, fact_id: str, subject: str, duties: Sequence[Duty]) -> Iterator[Draft]:
        strangers = self._strangers(subject, duties)
        if len(strangers) < 1:
            return
        kept = _unlike(duties)
        count = min(len(kept), (3, 4, 3, 2)[number_from(fact_id) % 4])
        # Two of five are right too often as it is.
        if count == 2 and number_from(fact_id) % 3:
            return
        wanted = min(len(strangers), MOST_OPTIONS - count)
        if count < 2 or count + wanted < LEAST_OPTIONS:
            return
        source = duties[0].source
        start = opening_with_matter(source.document, source.article)
        place = place_name(source.document, source.article)
        yield Draft(
            fact_id,
            "duty-list",
            ItemType.MULTIPLE,
            f"{start}下列属于对{subject}的要求的有{BLANK}。",
            tuple(Right(duty.text, duty.evidence) for duty in kept[:count]),
            tuple(
                {
                    (b.start, b.quote): b
                    for duty in kept[:count]
                    for b in [self._maker.of_statement(duty.statement)]
                }.values()
            ),
            f"{place}对{subject}的要求，见所引原文。",
            wrong=tuple(strangers),
            wanted=wanted,
        )

    def _strangers(self, subject: str, duties: Sequence[Duty]) -> list[Distractor]:
        """Return duties of others in the same document that are nowhere this subject's own."""
        source = duties[0].source
        own = [d for d in self._duties if self._words.may_overlap(d.subject, subject)]
        out: dict[str, Distractor] = {}
        for other in self._duties:
            if other.source.document.id != source.document.id:
                continue
            if self._words.may_overlap(other.subject, subject) or subject in other.text:
                continue
            if any(share_of(other.text, d.statement.text) >= ALIKE for d in own):
                continue
            if self._probe.true_elsewhere(other.text, subject, apart_from=other.source.place):
                continue
            place = place_name(other.source.document, other.source.article)
            refutation = f"{place}：该项要求的主体是{other.subject}"
            near = _distance(source, other.source)
            out.setdefault(other.text, Distractor(other.text, refutation, 3.0 - near))
        return sorted(out.values(), key=lambda d: (-d.weight, d.text))[:10]


def _distance(one: Source, other: Source) -> float:
    here, there = one.article.number, other.article.number
    return abs(here - there) * 0.5 if here is not None and there is not None else 3.0


def _unlike(duties: Sequence[Duty]) -> list[Duty]:
    kept: list[Duty] = []
    for duty in duties:
        if all(share_of(duty.text, k.text) < ALIKE and k.text not in duty.text for k in kept):
            kept.append(duty)
    return kept


def _read_duties(facts: Facts, words: Words) -> Iterator[Duty]:
    for source in facts.sources:
        if source.is_title or source.document.kind is not DocumentKind.NORMATIVE:
            continue
        if source.article.kind is not ArticleKind.ARTICLE:
            continue
        for segment in split_segments(source.text):
            statement = facts.reader.build(source, segment)
            if statement is None or not statement.complete:
                continue
            first = split_segments(statement.text)[0]
            subject = facts.reader.subject_of(first)
            if subject is None or not words.ends_as_actor(subject.text) or "的" in subject.text:
                continue
            text = statement.text[subject.predicate + len(subject.modal) :]
            clear = SHORTEST_DUTY <= len(text) <= LONGEST_DUTY and not _UNCLEAR.search(text)
            clear = clear and not any(word in text for word in words.common_duties)
            if clear and len(subject.text) <= 16:
                evidence = source.sentence.text[segment.start : segment.end]
                yield Duty(subject.text, text, statement, evidence)
