"""Whether a quotation bears on the question: models copy what stands near as gladly as the answer.

What the extractive writer chose does, with the articles that it stands in; of others only what
search finds nearly as near as the nearest. Nothing here looks at what a model says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.domain import Citation, Hit, Sentence
from assistant.models.quotes import Quotation

NEARLY = 0.9
"""Share of the best sentence's score that one of another article must have."""


NEEDED = 0.5
"""… and one that the extractive answer quotes to be due in the model's answer, too."""


class Bearing:
    """Tells which quotations bear on a question or on one of its parts."""

    def __init__(self, rankings: Sequence[Sequence[Hit]], quoted: Sequence[Citation]) -> None:
        """``rankings`` are of the whole question and of each part."""
        self._quoted = {citation.article_id for citation in quoted}
        self._near: set[tuple[str, int]] = set()
        for hits in rankings:
            best = max((score for hit in hits for _, score in hit.sentences), default=0.0)
            self._near |= {
                (hit.article.id, sentence.start)
                for hit in hits
                for sentence, score in hit.sentences
                if score >= NEARLY * best > 0
            }

    def bears(self, quotations: Sequence[Quotation]) -> bool:
        """Tell whether any of the sentences that were quoted bears on the question."""
        return any(
            quotation.article.id in self._quoted
            or any((quotation.article.id, s.start) in self._near for s in quotation.sentences)
            for quotation in quotations
        )


def best_quoted(hits: Sequence[Hit], quoted: Sequence[Citation]) -> tuple[str, Sentence] | None:
    """Return the best sentence of those that are quoted of some articles; None without any."""
    scored = [
        (score, hit.article.document_id, sentence)
        for hit in hits
        for sentence, score in hit.sentences
        if any(holds(c, hit.article.document_id, sentence) for c in quoted)
    ]
    best = max(scored, key=lambda one: one[0], default=None)
    return None if best is None else best[1:]


def needed(hits: Sequence[Hit], quoted: Sequence[Citation]) -> Iterator[Quotation]:
    """Yield the sentences that are quoted and half as near to the question as the nearest."""
    best = max((score for hit in hits for _, score in hit.sentences), default=0.0)
    for hit in hits:
        for sentence, score in hit.sentences:
            if score >= NEEDED * best > 0 and any(
                holds(c, hit.article.document_id, sentence) for c in quoted
            ):
                yield Quotation(hit.article, sentence.start, sentence.end, (sentence,))


def holds(citation: Citation, document_id: str, sentence: Sentence) -> bool:
    """Tell whether a citation quotes a sentence or a part of it."""
    same = citation.document_id == document_id
    return same and citation.start < sentence.end and sentence.start < citation.end
