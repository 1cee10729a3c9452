"""Hits → the sentences that answer, quoted."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer.asked import Kind, gives
from assistant.answer.compose import Documents, Span, Statement, join_spans
from assistant.corpus.sentences import split_clauses
from assistant.domain import Article, ArticleKind, Hit, Sentence

# Tuned on the development questions; docs/experiments.md has the figures.
CLOSE_SENTENCE = 0.5
"""Share of the best sentence's score with which another of its article is quoted too."""
CLOSE_ARTICLE = 1.3
"""Standard deviations behind the first within which a further article is quoted too."""
CLOSE_BEST = 0.85
"""… and the share of the first article's best sentence that its own best must reach."""
MOST_SENTENCES = 3
MOST_ARTICLES = 2
MOST_CHARACTERS = 210
"""Quoted of one article; the best sentence is quoted whatever its length."""
GIVES_ASKED = 3.0
"""What a sentence gains that holds a value of the kind asked for."""
CAPTION = 4.0
"""What an article's leading phrase loses: it names the matter and says little of it."""


def select_statements(
    hits: Sequence[Hit],
    kinds: Sequence[Kind],
    documents: Documents,
    *,
    most_articles: int = MOST_ARTICLES,
) -> list[Statement]:
    """Return what to quote of the hits, best article first."""
    if not hits:
        return []
    first = score_sentences(hits[0], kinds)
    best = max((score for _, score in first), default=0.0)
    statements = [quote_article(hits[0], kinds, documents)]
    for hit in hits[1:]:
        if len(statements) >= most_articles or hit.score < hits[0].score - CLOSE_ARTICLE:
            break
        own = max((score for _, score in score_sentences(hit, kinds)), default=0.0)
        if own >= CLOSE_BEST * best:
            statements.append(quote_article(hit, kinds, documents))
    return statements


def score_sentences(hit: Hit, kinds: Sequence[Kind]) -> list[tuple[Sentence, float]]:
    """Return the sentences of a hit, scored for answering rather than for likeness."""
    scored = []
    for position, (sentence, score) in enumerate(hit.sentences):
        if any(gives(kind, sentence.text) for kind in kinds):
            score += GIVES_ASKED
        if position == 0 and hit.article.title and hit.article.kind is ArticleKind.ARTICLE:
            score -= CAPTION
        scored.append((sentence, score))
    return scored


def quote_article(
    hit: Hit, kinds: Sequence[Kind], documents: Documents, *, characters: int = MOST_CHARACTERS
) -> Statement:
    """Return the best sentences of one article, in reading order."""
    ranked = sorted(score_sentences(hit, kinds), key=lambda pair: -pair[1])
    if not ranked:
        return Statement(hit.article, ((hit.article.start, hit.article.end),))
    best = ranked[0][1]
    chosen, used = [ranked[0][0]], len(ranked[0][0].text)
    for sentence, score in ranked[1:]:
        if len(chosen) >= MOST_SENTENCES or score < CLOSE_SENTENCE * best:
            break
        if used + len(sentence.text) <= characters:
            chosen.append(sentence)
            used += len(sentence.text)
    text = documents[hit.article.document_id].document.text
    return Statement(hit.article, join_spans(((s.start, s.end) for s in chosen), text))


def clauses(article: Article, sentence: Sentence) -> list[Span]:
    """Return the spans, in the document, of a sentence's parts between semicolons."""
    del article
    return [(sentence.start + a, sentence.start + b) for a, b in split_clauses(sentence.text)]
