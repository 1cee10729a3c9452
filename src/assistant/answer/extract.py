"""Hits → the sentences that answer, quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer.asked import Kind, gives
from assistant.answer.compose import Documents, Statement, join_spans
from assistant.domain import Article, ArticleKind, Hit, Sentence

# Tuned on the development questions; docs/experiments.md has the figures.
CLOSE_ARTICLE = 1.3
"""Standard deviations behind the first within which a further article is quoted too."""
CLOSE_BEST = 0.8
"""… and the share of the first article's best sentence that its own best must reach."""
UNDECIDED = 0.8
"""Standard deviations between two articles under which neither is quoted at length."""
MOST_ARTICLES = 2
GIVES_ASKED = 3.0
"""What a sentence gains that holds a value of the kind asked for."""
CAPTION = 4.0
"""What an article's leading phrase loses: it names the matter and says little of it."""

_INTERROGATIVES = re.compile(
    r"谁|什么|多少|几|怎么|怎样|如何|哪|啥|吗|呢|是否|有没有|要不要|去不去|能不能|分别|各(?:有|是|管)|以及"
)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of an article is quoted."""

    sentences: int
    characters: int
    """Over all sentences; the best is quoted whatever its length."""
    close: float
    """Share of the best sentence's score with which another is quoted too."""


NARROW = Extent(sentences=1, characters=210, close=1.0)
USUAL = Extent(sentences=5, characters=320, close=0.2)
WIDE = Extent(sentences=6, characters=340, close=0.2)
SIDE = Extent(sentences=8, characters=300, close=-1.0)
"""One side of a comparison: what differs may be said in any sentence."""


def extent_of(question: str) -> Extent:
    """Return how much a question wants to know: several things asked need more sentences."""
    asked = len(_INTERROGATIVES.findall(question))
    return WIDE if asked > 1 else USUAL


def select_statements(
    hits: Sequence[Hit],
    kinds: Sequence[Kind],
    documents: Documents,
    *,
    extent: Extent = USUAL,
) -> list[Statement]:
    """Return what to quote of the hits, best article first.

    A second article is quoted when it is close, with its best sentence only; when the two can
    hardly be told apart, so is the first.
    """
    if not hits:
        return []
    best = _best(hits[0], kinds)
    second = next(
        (
            hit
            for hit in hits[1:MOST_ARTICLES]
            if hit.score >= hits[0].score - CLOSE_ARTICLE and _best(hit, kinds) >= CLOSE_BEST * best
        ),
        None,
    )
    if second is None:
        return [quote_article(hits[0], kinds, documents, extent=extent)]
    undecided = second.score > hits[0].score - UNDECIDED and extent is not WIDE
    first = quote_article(hits[0], kinds, documents, extent=NARROW if undecided else extent)
    return [first, quote_article(second, kinds, documents, extent=NARROW)]


def _best(hit: Hit, kinds: Sequence[Kind]) -> float:
    return max((score for _, score in score_sentences(hit, kinds)), default=0.0)


def score_sentences(hit: Hit, kinds: Sequence[Kind]) -> list[tuple[Sentence, float]]:
    """Return the sentences of a hit, scored for answering rather than for likeness."""
    scored = []
    for sentence, score in hit.sentences:
        if any(gives(kind, sentence.text) for kind in kinds):
            score += GIVES_ASKED
        if _is_caption(hit.article, sentence):
            score -= CAPTION
        scored.append((sentence, score))
    return scored


def _is_caption(article: Article, sentence: Sentence) -> bool:
    first = article.sentences[0]
    named = bool(article.title) and article.kind is ArticleKind.ARTICLE
    return named and sentence.id == first.id and len(article.sentences) > 1


def quote_article(
    hit: Hit, kinds: Sequence[Kind], documents: Documents, *, extent: Extent = USUAL
) -> Statement:
    """Return the best sentences of one article, in reading order."""
    ranked = sorted(score_sentences(hit, kinds), key=lambda pair: -pair[1])
    if not ranked:
        return Statement(hit.article, ((hit.article.start, hit.article.end),))
    best = ranked[0][1]
    chosen, used = [ranked[0][0]], len(ranked[0][0].text)
    for sentence, score in ranked[1:]:
        if len(chosen) >= extent.sentences or score < extent.close * best:
            break
        if _is_caption(hit.article, sentence):
            continue
        if used + len(sentence.text) <= extent.characters:
            chosen.append(sentence)
            used += len(sentence.text)
    text = documents[hit.article.document_id].document.text
    quoted = {*chosen, *(stem for s in chosen if (stem := _stem(hit.article, s)))}
    return Statement(hit.article, join_spans(((s.start, s.end) for s in quoted), text))


def _stem(article: Article, sentence: Sentence) -> Sentence | None:
    """Return what an item hangs from: 醉酒驾驶机动车的 says little without 有下列情形之一的：."""
    for paragraph in article.paragraphs:
        if paragraph.items and paragraph.items[0].start <= sentence.start < paragraph.end:
            first = paragraph.sentences[0]
            return first if first.start < paragraph.items[0].start else None
    return None
