"""Comparisons: two documents on one matter, or two printings of one document."""

from __future__ import annotations

import re

from assistant.answer.asked import kinds_asked
from assistant.answer.compose import Documents, compose
from assistant.answer.extract import quote_article
from assistant.domain import Answer, DocumentKind, Hit
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Query, Searcher

_COMPARES = re.compile(
    r"区别|不同|不一样|异同|差异|差别|对照|对比|比较|相比|(?:跟|和|与|比)中央.{0,12}(?:比|多|少|加|细)|比中央|"
    r"差在哪|各自|各有|分别|两边|两份|两个文件|多(?:了|做|强调)|细化|又(?:添|加|是谁)|对应到|上下位|哪个更"
)
DEPTH = 6
ALIGNED = 2.0
"""Weight of how alike two articles are, beside how well each fits the question."""
CHARACTERS = 150


def compared(reading: Reading, documents: Documents) -> tuple[str, str] | None:
    """Return the ids of the two documents that a question compares, or None."""
    if not _COMPARES.search(reading.text):
        return None
    ids = dict.fromkeys((*reading.mentions.documents, *reading.mentions.scoped))
    kept = [
        i for i in ids
        if documents[i].document.kind is DocumentKind.NORMATIVE
        and not documents[i].document.edition_of
    ]  # fmt: skip
    return (kept[0], kept[1]) if len(kept) == 2 else None


def answer_comparison(reading: Reading, searcher: Searcher, documents: Documents) -> Answer | None:
    """Return what both documents say on the matter, or None when nothing is compared."""
    pair = compared(reading, documents)
    if pair is None:
        return None
    kinds = kinds_asked(reading.text)
    sides = [_search(reading, searcher, documents, document_id) for document_id in pair]
    if not all(sides):
        return None
    left, right = max(
        ((a, b) for a in sides[0] for b in sides[1]),
        key=lambda ab: ab[0].score + ab[1].score
        + ALIGNED * searcher.likeness(ab[0].article, ab[1].article),
    )  # fmt: skip
    return compose(
        [quote_article(hit, kinds, documents, characters=CHARACTERS) for hit in (left, right)],
        documents,
    )


def _search(
    reading: Reading, searcher: Searcher, documents: Documents, document_id: str
) -> tuple[Hit, ...]:
    within = frozenset(a.id for a in documents[document_id].articles)
    query = Query(reading.standalone, reading.mentions, within=within)
    return searcher.search(query, limit=DEPTH).hits
