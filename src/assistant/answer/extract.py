"""Hits → the sentences that answer, quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer.asked import Kind, gives
from assistant.answer.compose import Documents, Span, Statement, join_spans
from assistant.domain import Article, ArticleKind, Hit, Paragraph, Sentence

# Tuned on the development questions; docs/experiments.md has the figures.
UNDECIDED = 0.8
"""Standard deviations between two articles under which neither is quoted at length."""
GIVES_ASKED = 4.0
"""What a sentence gains that holds a value of the kind asked for."""
GIVES_COUNT = 1.5
"""What an article gains that has a number of the very things that are counted: 五个部分."""
CAPTION = 5.0
"""What an article's leading phrase loses: it names the matter and says little of it."""

_INTERROGATIVES = re.compile(
    r"谁|什么|多少|几|怎么|怎样|如何|哪|啥|吗|呢|是否|有没有|要不要|去不去|能不能|分别|各(?:有|是|管)|以及"
)
_LISTS = re.compile(
    r"哪[些几]|[几多少]+(?:种|类|项|个方面|个步骤)|什么(?:样的?)?(?:情形|情况|材料|条件|内容|程序|步骤|种类|手续)|"
    r"(?:包括|有|分)(?:哪|什么|啥)|种类|步骤|流程|程序是|分别"
)
_ALL = re.compile(
    r"一[条个项样]不[漏落少]|(?:不要|别|勿)(?:遗漏|漏|落)|全部列|列全|都列|所有的?(?:方面|内容|要求|措施|做法)|各个方面|"
    r"一共.{0,8}(?:哪|几)|都有哪些|完整(?:地|的)?列|逐[一项条]"
)
LONGEST_LIST = 700
"""Characters up to which a list is quoted whole; of a longer one, the items that fit best."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of an article is quoted."""

    sentences: int
    characters: int
    """Over all sentences; the best is quoted whatever its length."""
    close: float
    """Share of the best sentence's score with which another is quoted too."""
    listing: bool = False
    """Whether all of a list is wanted, and not the item that fits best."""


NARROW = Extent(sentences=4, characters=280, close=0.4)
PART = Extent(sentences=2, characters=210, close=0.75)
"""For one part of a question."""
USUAL = Extent(sentences=5, characters=360, close=0.15)
WIDE = Extent(sentences=6, characters=400, close=0.2)
ENTIRE = Extent(sentences=20, characters=700, close=float("-inf"), listing=True)
"""Everything that an article says: a list that runs through its sentences is asked for."""
ONE_OF_SEVERAL = Extent(sentences=2, characters=180, close=0.5)
SHORTEST = Extent(sentences=1, characters=180, close=1.0)
OF_A_PART = Extent(sentences=5, characters=240, close=0.1)
"""Of an article of a part that is asked of as a whole …"""
REACH_IN_A_PART = 8.0
"""Standard deviations behind the first within which such articles are quoted …"""
MOST_OF_A_PART = 1200
"""… and characters of all its articles, if these are few."""
SIDE = Extent(sentences=8, characters=300, close=-1.3)
"""One side of a comparison: what differs may be said in any sentence."""


def extent_of(question: str) -> Extent:
    """Return how much a question wants to know: several things asked need more sentences."""
    if _ALL.search(question):
        return ENTIRE
    asked = len(_INTERROGATIVES.findall(question))
    return replace(WIDE if asked > 1 else USUAL, listing=bool(_LISTS.search(question)))


def favour_count(hits: Sequence[Hit], count: re.Pattern[str]) -> tuple[Hit, ...]:
    """Return hits, and their sentences, with those ahead that give the number asked for."""
    favoured = [
        replace(
            hit,
            score=hit.score + GIVES_COUNT,
            sentences=tuple(
                (sentence, score + GIVES_ASKED * bool(count.search(sentence.text)))
                for sentence, score in hit.sentences
            ),
        )
        if count.search(hit.article.text)
        else hit
        for hit in hits
    ]
    favoured.sort(key=lambda hit: -hit.score)
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(favoured, start=1))


def gather_part(
    hits: Sequence[Hit], kinds: Sequence[Kind], documents: Documents
) -> list[Statement]:
    """Return what to quote of a part, in order; articles far behind the first are left out."""
    near = [hit for hit in hits if hit.score >= hits[0].score - REACH_IN_A_PART]
    near.sort(key=lambda hit: hit.article.start)
    share = max(OF_A_PART.characters, MOST_OF_A_PART // max(len(near), 1))
    extent = replace(OF_A_PART, characters=share)
    return [quote_article(hit, kinds, documents, extent=extent) for hit in near]


def quote_hits(
    hits: Sequence[Hit], kinds: Sequence[Kind], documents: Documents, *, extent: Extent = USUAL
) -> list[Statement]:
    """Return what to quote of the hits, best article first.

    The first is quoted at length, unless it can hardly be told apart from the second; what is
    beside it is quoted briefly, and in no more pieces than the first: most of what is cited shall
    be on what is most likely meant.
    """
    if not hits:
        return []
    first, *others = hits
    undecided = bool(others) and others[0].score > first.score - UNDECIDED and extent is not WIDE
    briefly = undecided or len(others) > 1
    statement = quote_article(first, kinds, documents, extent=NARROW if briefly else extent)
    beside = ONE_OF_SEVERAL if len(others) > 1 else NARROW
    statements = [statement]
    for hit in others:
        further = quote_article(hit, kinds, documents, extent=beside)
        if len(further.spans) > len(statement.spans):
            further = quote_article(hit, kinds, documents, extent=SHORTEST)
        statements.append(further)
    return statements


def best_sentence(hit: Hit, kinds: Sequence[Kind]) -> float:
    """Return the score of the sentence of a hit that answers best, 0 when it has none."""
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
    """Return the best sentences of one article, in reading order.

    An item comes with what it hangs from, and a list whole where all of it is wanted.
    """
    ranked = sorted(score_sentences(hit, kinds), key=lambda pair: -pair[1])
    if not ranked:
        return Statement(hit.article, ((hit.article.start, hit.article.end),))
    text = documents[hit.article.document_id].document.text
    best, best_score = ranked[0]
    whole = _list_around(hit.article, best, wanted=extent.listing)
    first = whole or best
    quoted = {(whole.start, whole.end)} if whole else _with_stem(hit.article, best)
    chosen, used = 1, len(first.text)
    for sentence, score in ranked:
        if first.start <= sentence.start < first.end:
            continue
        if chosen >= extent.sentences or score < extent.close * best_score:
            break
        if _is_caption(hit.article, sentence) or sentence.text.endswith(("：", ":")):
            continue
        if used + len(sentence.text) <= extent.characters:
            quoted |= _with_stem(hit.article, sentence)
            chosen += 1
            used += len(sentence.text)
    return Statement(hit.article, join_spans(quoted, text))


def hang_together(article: Article, span: Span) -> set[Span]:
    """Return a place in an article with the list that it announces, or with what it hangs from.

    有下列情形之一的： alone says nothing, nor does 醉酒驾驶机动车的.
    """
    sentence = next((s for s in article.sentences if s.start <= span[0] < s.end), None)
    if sentence is None:
        return {span}
    whole = _list_around(article, sentence, wanted=False)
    stem = article.stem_of(sentence)
    if whole is not None:
        return {(whole.start, whole.end)}
    return {span, (stem.start, stem.end)} if stem else {span}


def _with_stem(article: Article, sentence: Sentence) -> set[Span]:
    """Return a sentence and what it hangs from: 醉酒驾驶机动车的 needs 有下列情形之一的：."""
    stem = article.stem_of(sentence)
    return {(s.start, s.end) for s in (sentence, stem) if s}


def _list_around(article: Article, sentence: Sentence, *, wanted: bool) -> Paragraph | None:
    """Return the paragraph with the list to quote whole: the stem was found, or a list is wanted.

    The stem announces what follows and alone says nothing.
    """
    paragraph = article.paragraph_of(sentence)
    if not paragraph.items or len(paragraph.text) > LONGEST_LIST:
        return None
    announced = sentence == paragraph.stem
    itemised = sentence.start >= paragraph.items[0].start
    return paragraph if announced or (wanted and itemised) else None
