"""Comparisons: two documents on one matter, or two printings of one document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.answer.asked import kinds_asked
from assistant.answer.compose import Documents, Statement, compose
from assistant.answer.extract import SIDE, quote_article
from assistant.corpus.labels import document_label
from assistant.domain import Answer, Article, DocumentKind, Hit, ParsedDocument, Sentence
from assistant.index.keywords import tokenize
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Query, Searcher, states_something
from assistant.text import fold

_COMPARES = re.compile(
    r"区别|不同|不一样|异同|差异|差别|对照|对比|比较|相比|(?:跟|和|与|比)中央.{0,12}(?:比|多|少|加|细)|比中央|"
    r"差在哪|各自|各有|分别|两边|两份|两个文件|多(?:了|做|强调)|细化|又(?:添|加|是谁)|对应到|上下位|哪个更"
)
DEPTH = 6
ALIGNED = 1.0
"""Weight of how alike two articles are, beside how well each fits the question."""
MOST_DIFFERENCES = 3
"""Places at which a difference between printings is shown; the others are counted."""


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
    commented = any(
        documents[i].document.kind is not DocumentKind.NORMATIVE
        for i in (*reading.mentions.documents, *reading.mentions.hinted)
    )
    if pair is None or commented:
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
        [quote_article(hit, kinds, documents, extent=SIDE) for hit in (left, right)],
        documents,
    )


def _search(
    reading: Reading, searcher: Searcher, documents: Documents, document_id: str
) -> tuple[Hit, ...]:
    within = frozenset(a.id for a in documents[document_id].articles)
    query = Query(reading.standalone, reading.mentions, within=within)
    return searcher.search(query, limit=DEPTH).hits


_PRINTINGS = re.compile(
    r"版本|出入|两版|两个版|印的|印刷|正式(?:文本|文件|版)|原件|官方|新华社|发的稿|登的|通稿"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two printings of a document differ."""

    article: Article
    other: Article
    span: tuple[int, int]
    """Of the sentence in the authoritative text."""
    other_span: tuple[int, int]
    words: str
    other_words: str


def differences(parsed: ParsedDocument, edition: ParsedDocument) -> list[Difference]:
    """Return where two printings differ, in order; layout and bylines aside."""
    found = []
    ours = [s for a in parsed.articles if states_something(a) for s in _owned(a)]
    theirs = [s for a in edition.articles if states_something(a) for s in _owned(a)]
    matcher = SequenceMatcher(
        a=[fold(s.text) for _, s in ours], b=[fold(s.text) for _, s in theirs], autojunk=False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "replace":
            continue
        for (article, one), (other, two) in zip(ours[i1:i2], theirs[j1:j2], strict=False):
            words, other_words = _changed(one.text, two.text)
            found.append(
                Difference(
                    article, other, (one.start, one.end), (two.start, two.end), words, other_words
                )
            )
    return found


def answer_editions(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Return how two printings of a document differ, or None when that is not asked."""
    editions = [d for d in listed if d.document.edition_of in documents]
    named = reading.mentions.documents
    asked = [d for d in editions if d.document.id in named]
    if not asked and not (_COMPARES.search(reading.text) and "版" in reading.text):
        return None
    if not _PRINTINGS.search(reading.text) or not editions:
        return None
    edition = (asked or editions)[0]
    parsed = documents[edition.document.edition_of]
    found = _about(reading, differences(parsed, edition))
    if not found:
        return None
    statements = []
    for difference in found[:MOST_DIFFERENCES]:
        statements.append(Statement(difference.article, (difference.span,)))
        statements.append(Statement(difference.other, (difference.other_span,)))
    return compose(statements, documents, opening=_summary(found, parsed, edition))


def _about(reading: Reading, found: list[Difference]) -> list[Difference]:
    """Return the differences that a question is about, all of them when it names none."""
    numbers = {a.number for a in reading.addresses if not a.part}
    if numbers:
        return [d for d in found if d.article.number in numbers]
    asked = {t for t in tokenize(reading.topic) if len(t) > 1}
    weights = [len(asked & set(tokenize(f"{d.words}{d.other_words}"))) for d in found]
    best = max(weights, default=0)
    return [d for d, w in zip(found, weights, strict=True) if w == best] if best else found


def _summary(found: Sequence[Difference], parsed: ParsedDocument, edition: ParsedDocument) -> str:
    kinds = Counter((d.words, d.other_words) for d in found)
    ours, theirs = document_label(parsed.document), document_label(edition.document)
    lines = [
        f"{ours}作“{words}”，{theirs}作“{other}”，{count}处"
        if words and other
        else f"{ours}{'有' if words else '无'}“{words or other}”，{theirs}"
        f"{'无' if words else '有'}，{count}处"
        for (words, other), count in kinds.most_common()
    ]
    return f"两种文本有{len(found)}处不同：{'；'.join(lines)}。例如："


def _changed(one: str, two: str) -> tuple[str, str]:
    """Return what differs between two sentences, widened to whole words where it can be."""
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    end = 0
    while end < min(len(one), len(two)) - start and one[-1 - end] == two[-1 - end]:
        end += 1
    before = one[max(0, start - 2) : start]
    lead = before if before.isalpha() else ""
    after = one[len(one) - end : len(one) - end + 2] if end else ""
    tail = after if after.isalpha() else ""
    return (
        lead + one[start : len(one) - end] + tail,
        lead + two[start : len(two) - end] + tail,
    )


def _owned(article: Article) -> list[tuple[Article, Sentence]]:
    return [(article, sentence) for sentence in article.sentences]
