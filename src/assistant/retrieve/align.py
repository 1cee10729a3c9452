"""Which articles of two documents are on one matter: by the words that few articles share.

A document that implements another keeps its words for the same matter, so the cosine of their
pairs of characters, weighted by rarity, finds the counterpart; ``evals/alignment.jsonl`` holds
what a reader says, ``assistant corpus align`` shows and measures it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain import Article, ParsedDocument
from assistant.index.keywords import tokenize

ALIKE = 0.2
"""Cosine from which an article has a counterpart; below it two articles share ordinary words."""

_Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Counterpart:
    """An article, the one of the other document that is most like it, and how like (0 to 1)."""

    article: Article
    like: Article
    likeness: float


class Alignment:
    """The counterparts among documents of which one implements the other. Immutable."""

    def __init__(self, documents: Sequence[ParsedDocument]) -> None:
        by_id = {parsed.document.id: parsed for parsed in documents}
        self.pairs: tuple[Counterpart, ...] = tuple(
            pair
            for parsed in documents
            if parsed.document.implements in by_id
            for pair in align(parsed, by_id[parsed.document.implements])
        )
        self._of: dict[str, list[Counterpart]] = defaultdict(list)
        for pair in self.pairs:
            self._of[pair.article.id].append(pair)
            self._of[pair.like.id].append(Counterpart(pair.like, pair.article, pair.likeness))
        for found in self._of.values():
            found.sort(key=lambda pair: -pair.likeness)

    def counterparts(self, article: Article) -> tuple[Counterpart, ...]:
        """Return the articles on the same matter in other documents, the most alike first."""
        return tuple(self._of.get(article.id, ()))

    def likeness(self, one: Article, other: Article) -> float:
        """Return how alike two articles are, 0 when they are no counterparts."""
        found = (p.likeness for p in self._of.get(one.id, ()) if p.like.id == other.id)
        return next(found, 0.0)


def align(implementing: ParsedDocument, implemented: ParsedDocument) -> tuple[Counterpart, ...]:
    """Return for each article, and passage under a heading, the one it carries out, if any."""
    ours, theirs = _stating(implementing), _stating(implemented)
    weighed = _weigh([*ours, *theirs])
    vectors = weighed[len(ours) :]
    holding: dict[str, list[int]] = defaultdict(list)
    for at, vector in enumerate(vectors):
        for token in vector:
            holding[token].append(at)
    found = []
    for article, vector in zip(ours, weighed, strict=False):
        products: dict[int, float] = defaultdict(float)
        for token, weight in vector.items():
            for at in holding.get(token, ()):
                products[at] += weight * vectors[at][token]
        if products:
            at = max(products, key=lambda i: products[i])
            if products[at] >= ALIKE:
                found.append(Counterpart(article, theirs[at], products[at]))
    return tuple(found)


def _stating(parsed: ParsedDocument) -> list[Article]:
    """Return what stands under a heading or a number; a preamble announces what follows."""
    return [a for a in parsed.articles if a.number is not None or a.headings]


def _weigh(articles: Sequence[Article]) -> list[_Vector]:
    """Return a vector of length one for each article, over its pairs of characters."""
    held = [_pairs(article) for article in articles]
    having = Counter(token for tokens in held for token in tokens)
    vectors: list[_Vector] = []
    for tokens in held:
        weights = {token: math.log(len(articles) / having[token]) + 1 for token in tokens}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({token: weight / length for token, weight in weights.items()})
    return vectors


def _pairs(article: Article) -> set[str]:
    return {token for token in tokenize(article.text) if len(token) > 1}
