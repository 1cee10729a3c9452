"""What a reading is searched by, and the hits for it.

A follow-up is searched with the talk before it: what was cited is nearer, and so is what is like
it in a document that is asked of now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from assistant.answer.asked import counted_asked
from assistant.answer.extract import favour_count
from assistant.domain import Article, Hit, ParsedDocument
from assistant.retrieve.align import Alignment
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Query, Ranking, Searcher

HITS = 10
LOOKED_AT = 3
"""Hits whose sentences are scored by a follow-up's own words too."""
DISCUSSED = 3.0
"""Standard deviations that an article gains when the answer before cited it."""
BESIDE = 1.5
"""… when the question stands by itself and only adds to what was said."""
ALIKE = 1.9
"""… when it is the most like one cited before, in the document that is now asked of."""


class Finder:
    """Searches for readings."""

    def __init__(
        self,
        searcher: Searcher,
        alignment: Alignment,
        documents: Mapping[str, ParsedDocument],
    ) -> None:
        self._searcher = searcher
        self._alignment = alignment
        self._documents = documents

    def search(
        self, reading: Reading, *, limit: int = HITS, within: Sequence[Article] = ()
    ) -> Ranking:
        """Return the hits for a reading; with ``within``, among these articles only."""
        return self._searcher.search(self._query(reading, within), limit=limit)

    def find(self, reading: Reading) -> Ranking:
        """Return the hits for a reading, their sentences scored for what is asked now."""
        ranking = self.search(reading)
        if reading.leans and not reading.is_elliptic:
            ranking = replace(ranking, hits=self._by_own_words(reading, ranking.hits))
        count = counted_asked(reading.form)
        return replace(ranking, hits=favour_count(ranking.hits, count)) if count else ranking

    def articles(self, article_ids: Iterable[str]) -> list[Article]:
        """Return the articles with these ids, in the order of the ids."""
        return [
            article
            for article_id in article_ids
            for article in self._documents[article_id.partition("#")[0]].articles
            if article.id == article_id
        ]

    def _query(self, reading: Reading, within: Sequence[Article]) -> Query:
        # 北京 says which document: within it, an article that has the word is none the nearer.
        topic = " ".join(reading.topic.split())
        return Query(
            reading.standalone if reading.leans else topic or reading.standalone,
            reading.mentions,
            within=frozenset(article.id for article in within),
            near=self._near(reading),
        )

    def _near(self, reading: Reading) -> tuple[tuple[str, float], ...]:
        """Return the articles discussed, and their like in the document that is asked of now."""
        wanted = reading.mentions.documents or reading.mentions.hinted
        # 中央那份又是怎么要求的 turns away from the document that was talked about.
        near = {
            article_id: DISCUSSED if reading.leans else BESIDE
            for article_id in reading.discussed
            if not wanted or article_id.partition("#")[0] in wanted
        }
        for article in self.articles(reading.discussed):
            for document_id in wanted:
                if document_id != article.document_id:
                    like = self._like(article, document_id)
                    near.update({like.id: ALIKE} if like else {})
        return tuple(near.items())

    def _like(self, article: Article, document_id: str) -> Article | None:
        """Return the article of a document that is on the same matter, or the nearest to it."""
        aligned = (pair.like for pair in self._alignment.counterparts(article))
        found = next((like for like in aligned if like.document_id == document_id), None)
        return found or self._searcher.most_alike(article, self._documents[document_id].articles)

    def _by_own_words(self, reading: Reading, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Return hits with their sentences scored by what is asked now, too.

        The question before found the article; the sentence it wanted was shown then.
        """
        looked = frozenset(hit.article.id for hit in hits[:LOOKED_AT])
        query = Query(reading.text, reading.mentions, within=looked)
        now = {
            sentence.id: score
            for hit in self._searcher.search(query, limit=LOOKED_AT).hits
            for sentence, score in hit.sentences
        }
        return tuple(
            replace(
                hit,
                sentences=tuple(
                    (sentence, score + now.get(sentence.id, 0.0))
                    for sentence, score in hit.sentences
                ),
            )
            for hit in hits
        )
