"""Comparisons: two documents on one matter, or two printings of one document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.answer.asked import kinds_asked
from assistant.answer.compose import Documents, Statement, compose
from assistant.answer.extract import ONE_OF_SEVERAL, SIDE, quote_article
from assistant.corpus.labels import document_label
from assistant.domain import Answer, Article, DocumentKind, Hit, ParsedDocument, Sentence
from assistant.index.keywords import tokenize
from assistant.retrieve.align import Alignment
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Query, Searcher, states_something
from assistant.text import fold

_COMPARES = re.compile(
    r"区别|不同|不一样|一样|异同|差异|差别|差在|对照|对比|比较|相比|比中央|对一对|口径|一致|变化|变在|细化|落地|"
    r"[比跟和与].{0,14}[比多少加细]|各(?:自|有|是|怎么|写|点|说|要求)?|分别|两边|两份|两个文件|上下|"
    r"多(?:了|做|强调|带|出)|又(?:添|加|是|怎么)|对应到|哪个更|都(?:怎么|是怎么|说|要求)"
)
_SETS_AGAINST = re.compile(
    r"对照|对比|区别|不同|不一样|异同|差异|差别|相比|变化|一致|"
    r"比较(?!好|笼统|原则|抽象|具体|简单|宽泛|严|细|多|少|大|重|轻|突出|模糊|概括|集中)"
)
_BOTH = re.compile(
    r"两份文件|两个文件|央地|两边|上下两级|两级文件|两家文件|(?:上面|上头|中央)[和跟与](?:市里|省里|地方|下面)的"
)
# Of one document only its place is said, of the one that it carries out no more than that.
_ABOVE = re.compile(
    r"(?:上面|上头|上级|上位)(?:的?(?:文件|规定|办法|说法|要求|意见)|那份|给|说|讲|写|定|只)|"
    r"比(?:上面|上头|上级)|(?:原来|原先|本来)(?:的?(?:文件|规定|要求)|说|是)"
)
DEPTH = 6
ALIGNED = 2.5
"""What two articles gain that are on one matter, beside how well each fits the question."""
UNDECIDED = 0.5
"""Deviations by which a side's best article is ahead of the aligned one when both are quoted."""
GIVEN = 6.0
"""… when one of them was given by its number."""
WORDS = 3
"""Weight of a word that differs itself, beside one of its sentence."""
LEAST_SHARED = 4
"""Weight from which a question is about one difference rather than all."""
MOST_DIFFERENCES = 3
"""Places at which a difference between printings is shown; the others are counted."""


def sets_against(reading: Reading) -> bool:
    """Tell whether a question wants two texts set against each other, and no list from both."""
    return bool(_SETS_AGAINST.search(reading.text))


def against_article(reading: Reading, documents: Documents) -> bool:
    """Tell whether an article given by its number is set against another document.

    对照中央第六条，北京多了哪些动作: the other document is looked for what is like it.
    """
    found = reading.addresses
    return (
        len(found) == 1
        and not found[0].part
        and bool(_COMPARES.search(reading.text))
        and found[0].document in (compared(reading, documents) or ())
    )


def compared(reading: Reading, documents: Documents) -> tuple[str, str] | None:
    """Return the ids of the two documents that a question asks both of, or None."""
    ids = dict.fromkeys((*reading.mentions.documents, *reading.mentions.scoped))
    kept = [
        i
        for i in ids
        if documents[i].document.kind is DocumentKind.NORMATIVE
        and not documents[i].document.edition_of
    ]
    below = [i for i in kept if documents[i].document.implements in documents]
    if len(kept) < 2 and (_BOTH.search(reading.text) or (below and _ABOVE.search(reading.text))):
        kept = _implementing_pair(kept, documents)
    return (kept[0], kept[1]) if len(kept) == 2 else None


def _implementing_pair(kept: Sequence[str], documents: Documents) -> list[str]:
    """Return a document and the one that it implements, when there is but one such pair."""
    pairs = [
        [p.document.implements, p.document.id]
        for p in documents.values()
        if p.document.implements in documents
        and set(kept) <= {p.document.id, p.document.implements}
    ]
    return pairs[0] if len(pairs) == 1 else []


def answer_comparison(
    reading: Reading, searcher: Searcher, alignment: Alignment, documents: Documents
) -> Answer | None:
    """Return what both documents say on the matter, or None when nothing is compared."""
    pair = compared(reading, documents)
    if pair is None or _commented(reading, searcher, documents):
        return None
    kinds = kinds_asked(reading.text)
    given = reading.addresses[0] if against_article(reading, documents) else None
    sides = [_search(reading, searcher, documents, document_id) for document_id in pair]
    if not all(sides):
        return None

    def fit(left: Hit, right: Hit) -> float:
        aligned = alignment.likeness(left.article, right.article) > 0
        # 北京第十三条和中央比多了什么 says no more of its matter than the number.
        return left.score + right.score + (GIVEN if given else ALIGNED) * aligned

    left, right = max(((a, b) for a in sides[0] for b in sides[1]), key=lambda ab: fit(*ab))
    statements = []
    for hit, side in zip((left, right), sides, strict=True):
        statements.append(quote_article(hit, kinds, documents, extent=SIDE))
        # What fits the question best and what is like the other side's article disagree.
        if not given and _tells_more(side[0], hit, reading, searcher):
            statements.append(quote_article(side[0], kinds, documents, extent=ONE_OF_SEVERAL))
    return compose(statements, documents)


def _tells_more(best: Hit, aligned: Hit, reading: Reading, searcher: Searcher) -> bool:
    """Tell whether a side's best article has more of a question than the aligned one."""
    covered, by_aligned = (
        searcher.coverage(reading.topic, hit.article.text) for hit in (best, aligned)
    )
    return best.score >= aligned.score + UNDECIDED and covered > by_aligned


def _commented(reading: Reading, searcher: Searcher, documents: Documents) -> bool:
    """Tell whether a commentary is asked, or answers what names two documents by the way.

    北京把中央的二十五条拆成多少项任务 asks for neither's text; 中央怎么定、北京怎么定 for both.
    """

    def comments(document_id: str) -> bool:
        return documents[document_id].document.kind is not DocumentKind.NORMATIVE

    if any(map(comments, (*reading.mentions.documents, *reading.mentions.hinted))):
        return True
    if _COMPARES.search(reading.text):
        return False
    hits = searcher.search(Query(reading.standalone, reading.mentions), limit=1).hits
    return any(comments(hit.article.document_id) for hit in hits)


def _search(
    reading: Reading, searcher: Searcher, documents: Documents, document_id: str
) -> tuple[Hit, ...]:
    addressed = {(a.number, a.suffix) for a in reading.addresses if a.document == document_id}
    within = frozenset(
        a.id
        for a in documents[document_id].articles
        if not addressed or (a.number, a.suffix) in addressed
    )
    query = Query(" ".join(reading.topic.split()), reading.mentions, within=within)
    # What is set against a given article may be like it and say nothing of the question's words.
    return searcher.search(query, limit=len(within) if reading.addresses else DEPTH).hits


_PRINTINGS = re.compile(
    r"版本|出入|(?:两|哪)(?:个|种|份)?(?:版|印本|文本)|印本|印的|正式(?:文本|文件|版|件)|原件|官方版|发的稿|登的|"
    r"通稿|公开(?:报道)?版|报道版|新华社(?:版|稿|发|登|公布|的)"
)
_DIFFER = re.compile(
    r"不同|区别|差异|差别|不一样|一样|出入|是不是也|也这么|各是|怎么写|写的是|一致|异同|哪个|最后一次|有没有改|差在"
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
    if not editions or not (_PRINTINGS.search(reading.text) and _DIFFER.search(reading.text)):
        return None
    named = reading.mentions.documents
    asked = [d for d in editions if {d.document.id, d.document.edition_of} & set(named)]
    if named and not asked:
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
    weights = [
        WORDS * len(asked & set(tokenize(f"{d.words}{d.other_words}")))
        + len(asked & set(tokenize(_sentence(d))))
        for d in found
    ]
    best = max(weights, default=0)
    if best < LEAST_SHARED:
        return found
    return [d for d, weight in zip(found, weights, strict=True) if weight == best]


def _sentence(difference: Difference) -> str:
    start, end = difference.span
    offset = difference.article.start
    return difference.article.text[start - offset : end - offset]


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
