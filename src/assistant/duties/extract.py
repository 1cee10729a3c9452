"""Parsed documents → duties, by rule: the same text always gives the same records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.corpus.labels import article_label
from assistant.corpus.markers import Family, read_marker
from assistant.domain import (
    Article,
    ArticleKind,
    DocumentKind,
    Paragraph,
    ParsedDocument,
    Sentence,
)
from assistant.duties.bodies import Bodies
from assistant.duties.clause_reader import ClauseReader
from assistant.duties.consequences import Breaches
from assistant.duties.drafts import Binding, Draft, SentenceReader, State
from assistant.duties.reading import Place
from assistant.duties.records import Duty, Frequency, Modality, ModalityKind, Party, Span
from assistant.duties.slots import read_frequencies, read_recipient
from assistant.duties.vocabulary import Vocabulary, load_vocabulary

_LIST = re.compile(r"[：:]\s*$")
_LIST_OF_DUTIES = re.compile(
    r"(?:下列|以下)[^，。；]{0,12}(?:职责|义务|责任|任务|工作|措施|规定|纪律)"
)
_LIST_OF_CASES = re.compile(r"之一|情形|行为|条件|材料|内容|符合|具备|满足")
_DEFINITION = re.compile(
    r"是指|所称[^，]{1,20}，(?:是|指|包括)|以下(?:简称|统称)[^，]{0,16}）?，?是"
)
_BOUND = re.compile(
    r"(?:^|[，。；：\s])(?P<who>[\u4e00-\u9fff、]{2,12}?)(?:应当|必须|不得|可以|有权)"
)
_NO_NAME = re.compile(
    r"^(?:并|也|还|其|但|因|对|在|经|由|按|依|从|为|如|均|都|不|未|确|同时|必要|情节|构成|需要|方)|的|时$|后$|前$|中$"
)
_OFTEN = 2
"""Times that a subject must be named to be known as one."""
_PURPOSE = re.compile(r"^为了?[^。]*，(?:特?制定|根据[^。]*制定)本")
_REPORTED = re.compile(r"^[^，。的]{2,12}(?:指出|强调|认为)，")


@dataclass(frozen=True, slots=True)
class _Lead:
    """A sentence that opens a list, and what its members share."""

    duties: bool
    subject: Place | None
    binding: Binding | None


class Extractor:
    """Reads duties from documents with one vocabulary and one ontology."""

    def __init__(self, bodies: Bodies, vocabulary: Vocabulary | None = None) -> None:
        self._bodies = bodies
        self._words = vocabulary or load_vocabulary()
        self._breaches = Breaches(self._words)

    def extract(self, documents: Iterable[ParsedDocument]) -> tuple[Duty, ...]:
        """Return the duties of all normative documents, in reading order."""
        return tuple(
            duty
            for parsed in documents
            if parsed.document.kind is DocumentKind.NORMATIVE
            for duty in self.read_document(parsed)
        )

    def read_document(self, parsed: ParsedDocument) -> tuple[Duty, ...]:
        """Return the duties of one document, with what the text threatens for their breach."""
        reader = _DocumentReader(parsed, self._bodies, self._words)
        by_article = {article.id: reader.read(article) for article in parsed.articles}
        return self._breaches.attach(parsed, by_article)


class _DocumentReader:
    """Reads the articles of one document, in the light of whom it names most."""

    def __init__(self, parsed: ParsedDocument, bodies: Bodies, words: Vocabulary) -> None:
        self._document = parsed.document
        self._bodies = bodies
        self._words = words
        self._clauses = ClauseReader(words, bodies, named=_named_subjects(parsed))
        self._sentences = SentenceReader(self._clauses, words)

    def read(self, article: Article) -> tuple[Duty, ...]:
        """Return the duties of an article, in reading order."""
        drafts: list[Draft] = []
        for paragraph in article.paragraphs:
            drafts += self._read_paragraph(paragraph, article)
        return tuple(
            self._to_duty(draft, number, article) for number, draft in enumerate(drafts, start=1)
        )

    def _read_paragraph(self, paragraph: Paragraph, article: Article) -> list[Draft]:
        found: list[list[Draft]] = []
        lead: _Lead | None = None
        for sentence in paragraph.sentences:
            if lead is not None and _is_item(sentence, paragraph):
                found.append(self._read_item(sentence, lead))
                continue
            drafts = self._read_sentence(sentence, article, found)
            lead = _open_list(sentence, drafts)
            found.append(drafts)
        return [draft for drafts in found for draft in drafts]

    def _read_item(self, sentence: Sentence, lead: _Lead) -> list[Draft]:
        if not lead.duties or not self._clauses.begins_with_act(sentence.text):
            return []
        state = State(subject=lead.subject, inherited=True, binding=lead.binding)
        return self._sentences.read(sentence.text, sentence.start, state=state)

    def _read_sentence(
        self, sentence: Sentence, article: Article, before: list[list[Draft]]
    ) -> list[Draft]:
        drafts = self._sentences.read(sentence.text, sentence.start)
        text = sentence.text
        if _REPORTED.match(text) or _PURPOSE.match(text) or _DEFINITION.search(text):
            return []
        caption = sentence.text.rstrip("。") == article.title and _has_leading_phrase(article)
        if caption:
            # A caption lays down only what it says of a subject in binding words.
            return [d for d in drafts if d.subject and d.binding]
        if article.kind is not ArticleKind.ARTICLE:
            # And so does a preamble, if the subject can have a duty.
            return [d for d in drafts if d.binding and self._is_somebody(d)]
        return self._inherit(drafts, before, caption_only=_captions(article, before))

    def _is_somebody(self, draft: Draft) -> bool:
        return draft.subject is not None and self._clauses.subjects.is_person(
            self._document.text[slice(*draft.subject)]
        )

    def _inherit(
        self,
        drafts: list[Draft],
        before: list[list[Draft]],
        *,
        caption_only: bool,
    ) -> list[Draft]:
        """Give duties without a subject the one of the sentence before, where that is certain."""
        if not drafts or drafts[0].subject is not None or self._names_another(drafts):
            return drafts
        subject = self._subject_before(drafts[0], before, caption_only=caption_only)
        if subject is None:
            return drafts
        bare = next((n for n, d in enumerate(drafts) if d.subject is not None), len(drafts))
        given = [replace(draft, subject=subject, inherited=True) for draft in drafts[:bare]]
        return given + drafts[bare:]

    def _names_another(self, drafts: list[Draft]) -> bool:
        """Tell whether a sentence goes on with somebody of its own: who began it stays open."""
        return any(draft.named and self._is_somebody(draft) for draft in drafts)

    def _subject_before(
        self, first: Draft, before: list[list[Draft]], *, caption_only: bool
    ) -> Place | None:
        if caption_only or not before or first.sanction:
            return None
        named = [d for drafts in before for d in drafts if d.subject and not d.acting]
        last = next((d for d in reversed(before[-1]) if not d.acting), None)
        if last is None or last.subject is None or not named:
            return None
        words = self._document.text[slice(*last.subject)]
        if not self._clauses.subjects.is_person(words):
            return None
        follows = first.condition is not None and not first.fronted
        several = {self._document.text[slice(*d.subject)] for d in named if d.subject}
        return last.subject if follows or len(several) == 1 else None

    def _to_duty(self, draft: Draft, number: int, article: Article) -> Duty:
        document, text = self._document, self._document.text

        def span(place: Place | None) -> Span | None:
            return None if place is None else Span(text[slice(*place)], *place)

        def party(found: Span | None) -> Party | None:
            return None if found is None else Party(found, self._bodies.identify(found.text))

        action = Span(text[slice(*draft.action)], *draft.action)
        frequencies: list[Frequency] = []
        for place in draft.context:
            frequencies += read_frequencies(text[slice(*place)], place[0])
        binding = draft.binding
        return Duty(
            id=f"{article.id}.d{number}",
            document_id=document.id,
            article_id=article.id,
            number=article.number,
            label=article_label(document, article),
            topic=_topic(article),
            sentence=Span(text[slice(*draft.sentence)], *draft.sentence),
            subject=party(span(draft.subject)),
            inherited=draft.inherited,
            modality=Modality(binding.kind, span(binding.place))
            if binding
            else Modality(ModalityKind.STATED),
            verb=Span(text[slice(*draft.verb)], *draft.verb),
            action=action,
            object=span(draft.object),
            condition=span(draft.condition),
            frequencies=tuple(frequencies),
            report_to=party(read_recipient(action.text, action.start, self._words)),
            consequence=None,
            sanction=draft.sanction,
        )


def _named_subjects(parsed: ParsedDocument) -> frozenset[str]:
    """Return what stands before a binding word at the head of a clause more than once.

    A law on customs says 海关应当 on every page; no list of bodies has all that laws name.
    """
    counts = Counter(match["who"] for match in _BOUND.finditer(parsed.document.text))
    return frozenset(
        who for who, number in counts.items() if number >= _OFTEN and not _NO_NAME.search(who)
    )


def _has_leading_phrase(article: Article) -> bool:
    marker = read_marker(article.marker)
    return marker is not None and marker.family is not Family.ARTICLE


def _captions(article: Article, before: Sequence[list[Draft]]) -> bool:
    """Tell whether only the caption stands before."""
    return _has_leading_phrase(article) and bool(article.title) and len(before) < 2


def _topic(article: Article) -> str:
    if article.title:
        return article.title
    return article.headings[-1].title if article.headings else ""


def _is_item(sentence: Sentence, paragraph: Paragraph) -> bool:
    return any(item.start <= sentence.start < item.end for item in paragraph.items)


def _open_list(sentence: Sentence, drafts: Sequence[Draft]) -> _Lead | None:
    """Return what the members of a list share, when the sentence opens one."""
    if not _LIST.search(sentence.text):
        return None
    last = drafts[-1] if drafts else None
    cases = _LIST_OF_CASES.search(sentence.text)
    duties = bool(_LIST_OF_DUTIES.search(sentence.text)) and not cases
    return _Lead(duties, last.subject if last else None, last.binding if last else None)
