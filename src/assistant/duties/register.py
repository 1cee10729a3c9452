"""The register: every duty of the corpus, looked up by body, binding word, frequency and topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.corpus.load import Corpus
from assistant.domain import Document, ParsedDocument
from assistant.duties.align import align
from assistant.duties.bodies import Bodies
from assistant.duties.extract import Extractor
from assistant.duties.likeness import Likeness
from assistant.duties.procedures import read_procedures
from assistant.duties.records import (
    Alignment,
    Duty,
    Frequency,
    FrequencyKind,
    ModalityKind,
    Period,
    Procedure,
)
from assistant.text import fold

Often = FrequencyKind | Period
"""What a frequency is asked for by: 有周期的, or 每季度的."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; an empty part is no condition."""

    body: str = ""
    """Id, name or words of a body; what is narrower counts as well."""
    kind: ModalityKind | None = None
    often: Often | None = None
    document: str = ""
    """Id of a document."""
    article: str = ""
    """Id of an article."""
    topic: str = ""
    """Words, divided by spaces, that all stand in the duty's sentence, topic or heading."""


class Register:
    """All duties of a corpus. Immutable; built in a fraction of a second, without a model."""

    def __init__(self, documents: Sequence[ParsedDocument], bodies: Bodies) -> None:
        self.bodies = bodies
        self.documents: dict[str, Document] = {d.document.id: d.document for d in documents}
        self.duties: tuple[Duty, ...] = Extractor(bodies).extract(documents)
        self._by_id = {duty.id: duty for duty in self.duties}

    @classmethod
    def build(cls, corpus: Corpus, folder: Path) -> Register:
        """Return the register of a corpus with the ontology in its folder. Raises CorpusError."""
        return cls(corpus.searched, Bodies.load(folder))

    @cached_property
    def procedures(self) -> tuple[Procedure, ...]:
        """What is done step by step, in reading order."""
        return read_procedures(self.duties)

    def get(self, duty_id: str) -> Duty | None:
        """Return the duty with this id, or None."""
        return self._by_id.get(duty_id)

    def find(
        self,
        *,
        body: str = "",
        kind: ModalityKind | None = None,
        often: Often | None = None,
        document: str = "",
        article: str = "",
        topic: str = "",
    ) -> tuple[Duty, ...]:
        """Return the duties that fit every condition given, in reading order."""
        wanted = Wanted(body, kind, often, document, article, topic)
        return self.select(wanted)

    def select(self, wanted: Wanted) -> tuple[Duty, ...]:
        """Return the duties that fit, in reading order."""
        bodies = self._bodies_of(wanted.body)
        words = [fold(word) for word in wanted.topic.split()]
        return tuple(
            duty
            for duty in self.duties
            if (not wanted.document or duty.document_id == wanted.document)
            and (not wanted.article or duty.article_id == wanted.article)
            and (wanted.kind is None or duty.modality.kind is wanted.kind)
            and (wanted.often is None or any(_fits(f, wanted.often) for f in duty.frequencies))
            and (not wanted.body or self._owes(duty, bodies, wanted.body))
            and all(word in fold(f"{duty.sentence.text}{duty.topic}") for word in words)
        )

    def nearest(self, words: str, *, limit: int = 10, least: float = 0.3) -> tuple[Duty, ...]:
        """Return the duties that say most of ``words``, best first; for questions in free text.

        ``least`` is the share of the words, by weight, that condition, subject and action cover.
        """
        asked = self._likeness.pairs(words)
        scored = [
            (self._likeness.covered(asked, self._pairs[duty.id]), -n, duty)
            for n, duty in enumerate(self.duties)
        ]
        best = sorted((s for s in scored if s[0] >= least), key=lambda s: s[:2], reverse=True)
        return tuple(duty for _, _, duty in best[:limit])

    def upon(self, words: str, *, least: float = 0.55, behind: float = 0.35) -> tuple[Duty, ...]:
        """Return the duties for which a condition is laid down that says ``words``, in order.

        ``least`` is the share of the words, by weight, that the condition covers; a duty whose
        condition covers much less than the best one (``behind``) is left out.
        """
        asked = self._likeness.pairs(words)
        scored = [(self._likeness.covered(asked, told), duty) for told, duty in self._conditions]
        enough = max(least, max((score for score, _ in scored), default=0.0) - behind)
        return tuple(duty for score, duty in scored if score >= enough)

    def procedures_with(self, duty: Duty) -> tuple[Procedure, ...]:
        """Return the procedures of which a duty is a step."""
        return tuple(p for p in self.procedures if any(step.duty.id == duty.id for step in p.steps))

    def aligned(self, lower: str) -> list[Alignment]:
        """Return the duties of a document beside those of the one that it implements.

        Empty when it implements none.
        """
        return self._alignments.get(lower, [])

    @cached_property
    def verbs(self) -> frozenset[str]:
        """Main verbs that more than one duty has, also without what strengthens them: 坚决防止."""
        counts = Counter(
            part
            for duty in self.duties
            for part in {duty.verb.text, duty.verb.text[-2:]}
            if len(part) > 1
        )
        return frozenset(verb for verb, number in counts.items() if number > 1)

    @cached_property
    def pairs_of_documents(self) -> tuple[tuple[Document, Document], ...]:
        """Each document that another implements, with that other one."""
        return tuple(
            (self.documents[d.implements], d)
            for d in self.documents.values()
            if d.implements in self.documents
        )

    @cached_property
    def owing(self) -> tuple[tuple[str, int], ...]:
        """Bodies that have duties, with their number, those of narrower ones included."""
        counts: Counter[str] = Counter()
        for duty in self.duties:
            if duty.subject is not None:
                counts.update(
                    {b for body in duty.subject.bodies for b in self.bodies.broader(body)}
                )
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def _alignments(self) -> dict[str, list[Alignment]]:
        return {
            lower.id: align(
                self.find(document=upper.id), self.find(document=lower.id), bodies=self.bodies
            )
            for upper, lower in self.pairs_of_documents
        }

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(_said(duty) for duty in self.duties)

    @cached_property
    def _pairs(self) -> dict[str, frozenset[str]]:
        return {duty.id: self._likeness.pairs(_said(duty)) for duty in self.duties}

    @cached_property
    def _conditions(self) -> tuple[tuple[frozenset[str], Duty], ...]:
        return tuple(
            (self._likeness.pairs(duty.condition.text), duty)
            for duty in self.duties
            if duty.condition is not None
        )

    def _bodies_of(self, words: str) -> frozenset[str]:
        body = self.bodies.look_up(words) if words else None
        return self.bodies.narrower(body) if body else frozenset()

    def _owes(self, duty: Duty, bodies: frozenset[str], words: str) -> bool:
        if duty.subject is None:
            return False
        if bodies:
            return bool(bodies & set(duty.subject.bodies))
        return fold(words) in fold(duty.subject.span.text)


def _fits(frequency: Frequency, often: Often) -> bool:
    if isinstance(often, Period):
        return frequency.period is often
    return frequency.kind is often


def _said(duty: Duty) -> str:
    parts = (duty.condition, duty.subject.span if duty.subject else None, duty.action)
    return "，".join(part.text for part in parts if part is not None)
