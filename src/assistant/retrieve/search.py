"""Question → ranked articles: keywords over articles, vectors over sentences, then tokens.

Scores are standardised over the corpus and added: BM25 over articles with their headings, the best
sentence's cosine. The best articles by these are ranked once more with the likeness of their
tokens beside them. What was tried is in ``docs/experiments.md``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Article, Document, DocumentKind, Hit, Sentence
from assistant.index.build import Index
from assistant.index.embed import Embedder, Embedding, FloatMatrix, FloatVector, from_codes
from assistant.index.keywords import tokenize
from assistant.retrieve.lexicon import Lexicon
from assistant.retrieve.names import Mentions

NEAREST_SENTENCES = 400
"""Sentences whose cosine is asked of the vector store; the others count as the last of them."""

LOCAL = 1.0
"""Weight of what tells an article's sentences apart, beside their scores over the corpus."""
RIVAL = 5
"""Rank of the hit that the first is measured against."""

VECTORS_KEPT = 256
SENTENCES_KEPT = 4096
KEYWORDS = 0.7
"""Weight of the keyword score beside the cosine's."""
CANDIDATES = 40
"""Articles that are ranked once more by their tokens."""
TOKENS = 1.0
"""Weight of the tokens' likeness beside the cosine's, brought to the cosine's spread."""
LONGEST_EMBEDDED = 120
"""Characters of a question that are embedded, from its end: a long one asks there, and what an
embedding costs grows with its length."""
NAMED = 5.0
"""Standard deviations that an article loses when the question names another document."""
ELSEWHERE = 3.75
"""… when it points at another by its place or kind."""
COMMENTARY = 2.25
"""… that an essay or interview loses when the question does not ask for one."""
COVERING = 6.5
"""… that a covering note loses (现将……印发给你们): it names the matter and rules nothing."""
_SENTENCE_ENDS = ("。", "！", "？", "；", "!", "?", ";", "。”", "！”", "？”", "。）")

_COVERING = re.compile(r"(?:印|转|下|颁)发给你们|请.{0,16}(?:贯彻|遵照|参照)(?:落实|执行)")

_UNSEEN = "\x00"

# Words that ask rather than tell; they are in no regulation and say nothing of its matter.
_ASKING = re.compile(
    r"什么样|什么|哪些|哪个|哪种|哪几|哪里|怎么办|怎么|怎样|如何|多少|多久|多长|几个|几次|为什么|是否|能不能|"
    r"要不要|可不可以|可以吗|应该|应当|需要|必须|规定|要求|文件|材料|提到|说法|具体|吗|呢|吧|啊|么|谁|几|"
    r"what|which|how|who|when|does|do|the|of|a|an|in|to|is|are|should|must",
    re.IGNORECASE,
)

_FILLERS = re.compile(
    r"请问|麻烦|帮我|帮忙|查一下|告诉我|我想(?:知道|了解|问)|根据|按照|依据|有没有|是不是|对不对|对吧|没错吧|是吗"
)


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for."""

    text: str
    mentions: Mentions
    within: frozenset[str] = frozenset()
    """Ids of articles; when given, nothing else is found."""
    near: tuple[tuple[str, float], ...] = ()
    """Ids of articles that the conversation is about, with what they gain."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits, best first, and what the whole corpus scored, for telling chance from a find."""

    hits: tuple[Hit, ...]
    keyword_z: float
    """Standardised keyword score of the first hit."""
    dense_z: float
    cosine: float
    """Best cosine of a sentence of the first hit."""
    margin: float
    """How far the first hit's score is ahead of the fifth's."""


class Searcher:
    """Searches one index."""

    def __init__(self, index: Index, embedder: Embedder, lexicon: Lexicon) -> None:
        self._index = index
        self._lexicon = lexicon
        self._articles: tuple[Article, ...] = tuple(
            {p.article.id: p.article for p in index.passages}.values()
        )
        position = {article.id: i for i, article in enumerate(self._articles)}
        self._of_passage = np.array([position[p.article.id] for p in index.passages])
        self._of_sentence = np.array([position[s.article.id] for s in index.sentences])
        self._sentence_at = {s.sentence.id: i for i, s in enumerate(index.sentences)}
        self._document: dict[str, Document] = {
            parsed.document.id: parsed.document for parsed in index.documents
        }
        self._position = position
        self._covering = frozenset(
            i for i, article in enumerate(self._articles)
            if article.number is None and _COVERING.search(article.text)
        )  # fmt: skip
        # A comparison searches twice for one question; a reader asks the same thing again.
        self._embed = lru_cache(maxsize=VECTORS_KEPT)(embedder.embed_query)
        self._words = lru_cache(maxsize=SENTENCES_KEPT)(self._read_words)

    def search(self, query: Query, *, limit: int) -> Ranking:
        """Return up to ``limit`` articles for ``query``, best first."""
        text = self._lexicon.translate(query.text)
        tokens = tokenize(_FILLERS.sub(" ", text))
        words = self._index.passage_keywords.scores(tokens)
        sentence_words = self._index.sentence_keywords.scores(tokens)
        embedding = self._embed(text[-LONGEST_EMBEDDED:])
        cosines = self._cosines(embedding.vector)
        keyword = _standardise(self._by_article(words, self._of_passage))
        dense = _standardise(self._by_article(cosines, self._of_sentence))
        total = KEYWORDS * keyword + dense + self._preferences(query)
        allowed = np.arange(len(total))
        if query.within:
            allowed = np.array([i for i in allowed if self._articles[i].id in query.within], int)
        candidates = allowed[np.argsort(-total[allowed], kind="stable")[:CANDIDATES]]
        per_sentence = _standardise(sentence_words) + _standardise(cosines)
        total[candidates] += self._by_tokens(embedding, candidates, dense, per_sentence)
        order = candidates[np.argsort(-total[candidates], kind="stable")[:limit]].tolist()
        for i in order:
            rows = np.flatnonzero(self._of_sentence == i)
            per_sentence[rows] += LOCAL * self._distinctive(tokens, rows)
        hits = tuple(
            Hit(self._articles[i], float(total[i]), rank, self._sentences(i, per_sentence))
            for rank, i in enumerate(order, start=1)
        )
        first = order[0] if order else 0
        behind = order[min(RIVAL, len(order)) - 1] if order else 0
        return Ranking(
            hits,
            keyword_z=float(keyword[first]),
            dense_z=float(dense[first]),
            margin=float(total[first] - total[behind]),
            cosine=float(self._by_article(cosines, self._of_sentence)[first]),
        )

    def most_alike(self, one: Article, others: Sequence[Article]) -> Article | None:
        """Return the article among ``others`` that is most like ``one``, if both are searched."""
        if one.id not in self._position:
            return None  # another edition's
        vector = self._article_vectors[self._position[one.id]]
        searched = [a for a in others if a.id in self._position]
        return max(
            searched,
            key=lambda a: float(self._article_vectors[self._position[a.id]] @ vector),
            default=None,
        )

    def coverage(self, question: str, text: str | None) -> float:
        """Return the share of a question's words that a text holds, weighted by their rarity.

        0 to 1. Without a text: the share that the corpus holds anywhere.
        """
        keywords = self._index.passage_keywords
        asked = _content(self._lexicon.translate(question))
        held = set(tokenize(text)) if text is not None else None
        total = found = 0.0
        for token in asked:
            rarity = keywords.rarity(token)
            total += rarity
            known = token in held if held is not None else rarity < keywords.rarity(_UNSEEN)
            found += rarity if known else 0.0
        return found / total if total else 0.0

    def as_written(self, question: str) -> str:
        """Return a question with everyday words put as regulations put them."""
        return self._lexicon.translate(question)

    def content(self, question: str) -> tuple[str, ...]:
        """Return the pairs of characters of a question that carry its content, each once."""
        return tuple(_content(self._lexicon.translate(question)))

    def rarity(self, pair: str) -> float:
        """Return how seldom articles have a pair of characters, as keywords are weighed."""
        return self._index.passage_keywords.rarity(pair)

    @cached_property
    def _article_vectors(self) -> FloatMatrix:
        """One row an article: the mean of its passages' vectors, of length one."""
        vectors = self._index.vectors.passages.vectors([p.id for p in self._index.passages])
        sums = np.zeros((len(self._articles), vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, self._of_passage, vectors)
        return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)

    def _read_words(self, row: int) -> frozenset[str]:
        return frozenset(tokenize(self._index.sentences[row].sentence.text))

    def _by_tokens(
        self,
        embedding: Embedding,
        candidates: NDArray[np.intp],
        dense: FloatVector,
        per_sentence: FloatVector,
    ) -> FloatVector:
        """Return what candidates gain by their tokens, and add it to ``per_sentence``."""
        rows = np.flatnonzero(np.isin(self._of_sentence, candidates))
        if not len(rows) or not len(embedding.tokens):
            return np.zeros(len(candidates), dtype=np.float32)
        likeness = self._index.tokens.likeness(from_codes(embedding.tokens), rows)
        per_sentence[rows] += _standardise(likeness)
        best = np.zeros(len(self._articles), dtype=np.float32)
        np.maximum.at(best, self._of_sentence[rows], likeness)
        # A corpus of thousands of articles spreads the cosines of a few dozen far more than a
        # small one does; the tokens are compared among these alone and take on that spread.
        spread = float(dense[candidates].std())
        return np.asarray(TOKENS * spread * _standardise(best[candidates]), dtype=np.float32)

    def _cosines(self, vector: FloatVector) -> FloatVector:
        found = self._index.vectors.sentences.search(vector, limit=NEAREST_SENTENCES)
        floor = found[-1][1] if found else 0.0
        cosines = np.full(len(self._index.sentences), floor, dtype=np.float32)
        for sentence_id, cosine in found:
            cosines[self._sentence_at[sentence_id]] = cosine
        return cosines

    def _by_article(self, scores: FloatVector, owners: NDArray[np.intp]) -> FloatVector:
        best = np.full(len(self._articles), scores.min(initial=0.0), dtype=np.float32)
        np.maximum.at(best, owners, scores)
        return best

    def _preferences(self, query: Query) -> FloatVector:
        """Return what each article gains or loses by the document it is in."""
        wanted = self._wanted(query.mentions)
        out = np.zeros(len(self._articles), dtype=np.float32)
        for i, article in enumerate(self._articles):
            document = self._document[article.document_id]
            if wanted and document.id not in wanted:
                out[i] -= NAMED if query.mentions.documents else ELSEWHERE
            elif not wanted and document.kind is not DocumentKind.NORMATIVE:
                out[i] -= COMMENTARY
            if i in self._covering:
                out[i] -= COVERING
        for article_id, gain in query.near:
            if article_id in self._position:
                out[self._position[article_id]] += gain
        return out

    def _wanted(self, mentions: Mentions) -> set[str]:
        named = {self._document[i].edition_of or i for i in mentions.documents}
        # 按邹开红的解读，《意见》… asks for the commentary; the text it comments is its topic.
        commentary = {i for i in named if self._document[i].kind is not DocumentKind.NORMATIVE}
        return commentary or named or set(mentions.hinted)

    def _distinctive(self, tokens: Sequence[str], rows: NDArray[np.intp]) -> FloatVector:
        """Return how much each sentence of an article has of a question that its others lack.

        A word that is all over an article says which article, not which sentence.
        """
        held = [self._words(int(row)) for row in rows]
        scores = np.zeros(len(rows), dtype=np.float32)
        for token in set(tokens):
            having = np.array([token in words for words in held])
            if having.any():
                share = math.log((len(rows) + 1) / having.sum())
                scores += np.float32(share * self._index.passage_keywords.rarity(token)) * having
        return scores / max(1.0, math.sqrt(len(set(tokens))))

    def _sentences(self, article: int, scores: FloatVector) -> tuple[tuple[Sentence, float], ...]:
        return tuple(
            (self._index.sentences[i].sentence, float(scores[i]))
            for i in np.flatnonzero(self._of_sentence == article)
        )


def _content(question: str) -> list[str]:
    """Return the pairs of characters of a question that carry its content, each once."""
    text = _FILLERS.sub(" ", _ASKING.sub(" ", question))
    return list(dict.fromkeys(t for t in tokenize(text) if len(t) > 1))


def _standardise(scores: FloatVector) -> FloatVector:
    spread = float(scores.std())
    centred = scores - scores.mean()
    return np.asarray(centred / spread if spread > 0 else centred, dtype=np.float32)


def states_something(article: Article) -> bool:
    """Tell whether an article has a sentence: a byline, a title or a date has none."""
    return article.number is not None or any(
        sentence.text.endswith(_SENTENCE_ENDS) for sentence in article.sentences
    )
