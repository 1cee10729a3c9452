"""Each part of a question that asks several things → the sentence that answers it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from assistant.answer.asked import counted_asked, kinds_sought
from assistant.answer.compose import Documents, Statement, join_spans
from assistant.answer.extract import PART, favour_count, quote_article
from assistant.domain import Hit
from assistant.duties.records import Duty
from assistant.duties.register import Register
from assistant.retrieve.parts import Part
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Query, Searcher

HITS = 10
CONTEXT = 0.3
"""Share of an article's score for the whole question that counts for a part of it."""
AGENT = 1.0
"""What an article gains, or a sentence, by laying a duty on whoever the part is about."""
FIRST_WORDS = 4
"""Characters at whose beginning somebody is the subject."""
AHEAD = 0.5
"""Standard deviations by which an article must answer a part better than those quoted."""
OWN_WORDS = 4
"""Pairs of characters with content that a part must have to find an article of its own …"""
COVERED = 0.05
"""… and the share of them, weighted by rarity, that this article must have …"""
COVERED_ELSEWHERE = 0.3
"""… if it is of a document that has nothing to do with those quoted."""

_COMMAS = re.compile(r"[，,：:]")


class PartAnswers:
    """Finds what is quoted for the parts of a question."""

    def __init__(
        self, searcher: Searcher, register: Callable[[], Register], documents: Documents
    ) -> None:
        self._searcher = searcher
        self._register = register
        self._documents = documents

    def cover(
        self,
        parts: Sequence[Part],
        reading: Reading,
        hits: Sequence[Hit],
        statements: Sequence[Statement],
    ) -> list[Statement]:
        """Return the statements and, for each part of a question, the sentence that answers it.

        The whole question says what the part leaves out: articles that it finds are ahead. A part
        with hardly a word of its own (跟谁一起) finds no further article.
        """
        least = min((hit.score for hit in hits), default=0.0)
        near = tuple((hit.article.id, CONTEXT * (hit.score - least)) for hit in hits)
        quoted = {statement.article.id: statement for statement in statements}
        for part in parts:
            duties = self._duties_of(part)
            theirs = {duty.article_id: AGENT for duty in duties}
            query = Query(part.own, reading.mentions, near=(*near, *theirs.items()))
            found = self._searcher.search(query, limit=HITS).hits
            count = counted_asked(part.text)
            if count is not None:
                found = favour_count(found, count)
            hit = self._choose(part, found, quoted, theirs, reading.mentions.documents)
            if hit is None:
                continue
            kinds = kinds_sought(part.text)
            best = quote_article(_prefer(hit, duties), kinds, self._documents, extent=PART)
            self.add(best, quoted)
        return list(quoted.values())

    def _choose(
        self,
        part: Part,
        found: Sequence[Hit],
        quoted: dict[str, Statement],
        theirs: dict[str, float],
        named: Collection[str],
    ) -> Hit | None:
        """Return the article for a part: the best one, or else the best of those quoted.

        A document that the question names has to do with it, whatever was quoted so far.
        """
        said = next((hit for hit in found if hit.article.id in quoted), None)
        first = found[0]
        if first is said:
            return first
        ahead = said.score if said else -math.inf
        akin = first.article.document_id in named or self._is_akin(first, quoted)
        least = COVERED if akin else COVERED_ELSEWHERE
        due = first.article.id in theirs or self._speaks_of(part.own, first, least)
        return first if due and first.score >= ahead + AHEAD else said

    def add(self, statement: Statement, quoted: dict[str, Statement]) -> None:
        """Put a statement to those quoted, by article; what is quoted of one article is one."""
        article = statement.article
        before = quoted.get(article.id)
        spans = (*before.spans, *statement.spans) if before else statement.spans
        text = self._documents[article.document_id].document.text
        quoted[article.id] = replace(before or statement, spans=join_spans(spans, text))

    def _duties_of(self, part: Part) -> tuple[Duty, ...]:
        """Return the duties of whoever a part of a question is about: 上级“一把手”找下级谈."""
        clause = _COMMAS.split(self._searcher.as_written(part.own))[-1]
        bodies = self._register().bodies
        begin = next((i for i in range(FIRST_WORDS) if bodies.at(clause, i) > i), None)
        if begin is None:
            return ()
        who = set(bodies.identify(clause[begin : bodies.at(clause, begin)]))
        return tuple(
            d for d in self._register().duties if d.subject and who & set(d.subject.bodies)
        )

    def _is_akin(self, hit: Hit, quoted: dict[str, Statement]) -> bool:
        """Tell whether a hit's document is quoted already, or implements one that is, or so on."""

        def family(document_id: str) -> str:
            return self._documents[document_id].document.implements or document_id

        families = {family(said.article.document_id) for said in quoted.values()}
        return family(hit.article.document_id) in families

    def _speaks_of(self, part: str, hit: Hit, least: float) -> bool:
        """Tell whether a part of a question has words of its own that an article speaks of."""
        own = self._searcher.content(part)
        return len(own) >= OWN_WORDS and self._searcher.coverage(part, hit.article.text) >= least


def _prefer(hit: Hit, duties: Sequence[Duty]) -> Hit:
    """Return a hit whose sentences that lay down one of the duties count for more."""
    laid_down = {d.sentence.start for d in duties if d.article_id == hit.article.id}
    sentences = tuple(
        (sentence, score + AGENT * (sentence.start in laid_down))
        for sentence, score in hit.sentences
    )
    return replace(hit, sentences=sentences)
