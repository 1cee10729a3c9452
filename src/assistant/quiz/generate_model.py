"""A language model's proposals → items, or the reasons why not; nothing unproved comes through.

The model chooses words and distractors; the program attaches document, article and spans, and
asks of every proposal what it asks of its own items. What comes through waits for a reviewer.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.domain import Article, Document, ParsedDocument, Sentence
from assistant.models.commands import is_command
from assistant.models.quotes import Quotation
from assistant.models.verify import Verifier
from assistant.quiz.check_item import CASE, ItemChecker, statement_of
from assistant.quiz.distract import Distractor
from assistant.quiz.draft import BasisMaker, Draft, Right, finish
from assistant.quiz.items import Item, ItemType, RubricPoint, Status
from assistant.quiz.probe import Probe
from assistant.quiz.proposals import Proposal, ProposedDistractor
from assistant.quiz.wording import BLANK, LISTED_ONLY, place_name, quoted
from assistant.quiz.words import Words
from assistant.text import fold

PATTERN = "model"
POINT_SCORE = 2
SHORTEST_CASE = 40
"""Characters of a case that tell anything."""

_BLANK = re.compile(r"[（(][\s　_]*[)）]|_{2,}|＿{2,}")
_NEGATIVE = re.compile(r"不属于|不包括|不正确|不符合.{0,12}的(?:是|有)|错误的|不是（|除外|哪项不")
_WORDING = frozenset({"novel", "lexical", "likeness"})
"""Faults of a sentence that only says a thing in other words: for the reviewer to weigh."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item for the reviewers, or why there is none."""

    item: Item | None
    reasons: tuple[str, ...] = ()


class ProposalVerifier:
    """Proves proposals against the documents, cheap steps first; stops at the first failure."""

    def __init__(
        self,
        documents: Sequence[ParsedDocument],
        *,
        maker: BasisMaker,
        checker: ItemChecker,
        probe: Probe,
        words: Words,
        origin: str,
    ) -> None:
        self._articles = {a.id: a for parsed in documents for a in parsed.articles}
        self._documents: dict[str, Document] = {p.document.id: p.document for p in documents}
        self._maker = maker
        self._checker = checker
        self._probe = probe
        self._words = words
        self._origin = origin
        by_id = {parsed.document.id: parsed for parsed in documents}
        self._claims = Verifier((), by_id, likeness=lambda sentence, quoted: True)

    def verify(self, proposal: Proposal, *, article_id: str) -> Verdict:
        """Return the item that a proposal yields, or the reasons why it yields none."""
        article = self._articles[article_id]
        sentence = _sentence_with(article, proposal.evidence)
        if sentence is None:
            return Verdict(None, ("依据不是条文中的一整句",))
        proposal = proposal.model_copy(update={"stem": _tidy(proposal)})
        reasons = tuple(self._against(proposal, article, sentence))
        if reasons:
            return Verdict(None, reasons)
        wrong = [self._distractor(d) for d in proposal.distractors]
        if unproved := [d.text for d, w in zip(proposal.distractors, wrong, strict=True) if not w]:
            return Verdict(None, tuple(f"干扰项查无出处：{text}" for text in unproved))
        item = self._item(proposal, article, sentence, tuple(w for w in wrong if w))
        faults = [f"{fault.rule.value}：{fault.message}" for fault in self._checker.faults(item)]
        return Verdict(None if faults else item, tuple(faults))

    def _against(self, proposal: Proposal, article: Article, sentence: Sentence) -> Iterator[str]:
        """Yield what speaks against a proposal whose evidence is there."""
        spans = proposal.answer_spans
        for span in spans:
            if fold(span) not in fold(sentence.text):
                yield f"答案不在依据中：{span}"
        if len(set(map(fold, spans))) < len(spans):
            yield "答案重复"
        if proposal.type == "case":
            yield from self._against_case(proposal)
        else:
            yield from self._against_options(proposal, sentence)
            yield from self._against_claims(proposal, article, sentence)

    @staticmethod
    def _against_case(proposal: Proposal) -> Iterator[str]:
        stem = fold(proposal.stem)
        if proposal.distractors:
            yield "案例题不应有干扰项"
        if len(proposal.stem) < SHORTEST_CASE:
            yield "案例没有写明情节"
        if "某" not in stem:
            yield "案例没有用“某”代替人物和单位"
        for span in proposal.answer_spans:
            if fold(span) in stem:
                yield f"题干泄露答案：{span}"

    def _against_options(self, proposal: Proposal, sentence: Sentence) -> Iterator[str]:
        if (len(proposal.answer_spans) == 1) != (proposal.type == "single"):
            yield "答案个数与题型不符"
        if len(proposal.distractors) < (2 if proposal.type == "single" else 1):
            yield "干扰项太少"
        if proposal.stem.count(BLANK) != 1:
            yield "题干应有一个空"
        if _NEGATIVE.search(proposal.stem):
            yield "题干是否定式"
        around = statement_of(proposal.stem).replace(BLANK, "，")
        for wrong in proposal.distractors:
            if fold(wrong.text) in fold(sentence.text):
                yield f"干扰项见于依据：{wrong.text}"
            elif self._probe.true_elsewhere(around, wrong.text, apart_from=sentence.id):
                yield f"干扰项在别处成立：{wrong.text}"
            elif any(self._same_body(span, wrong.text) for span in proposal.answer_spans):
                yield f"干扰项与答案属于同一类机构：{wrong.text}"

    def _same_body(self, key: str, wrong: str) -> bool:
        actors = self._words.ends_as_actor(key) and self._words.ends_as_actor(wrong)
        return actors and self._words.may_overlap(key, wrong)

    def _against_claims(
        self, proposal: Proposal, article: Article, sentence: Sentence
    ) -> Iterator[str]:
        """Yield what the stem with its key says that its sentence, and what leads to it, do not."""
        before = _led_to(article, sentence)
        for span in proposal.answer_spans:
            claim = statement_of(proposal.stem).replace(BLANK, span)
            found = set(self._claims.faults(claim, (_quotation(article, sentence),))) - _WORDING
            if found and before is not None:
                found &= set(self._claims.faults(claim, (before,)))
            if found:
                yield f"题干填上答案与依据不符（{'、'.join(sorted(found))}）"

    def _distractor(self, proposed: ProposedDistractor) -> Distractor | None:
        """Return a distractor with the place of its source; None when it has none."""
        wanted = fold(proposed.source)
        if fold(proposed.text) not in wanted:
            return None
        for article in self._articles.values():
            if wanted in fold(article.text):
                place = place_name(self._documents[article.document_id], article)
                why = f"见{place}：{quoted(proposed.source)}"
                own = next((s for s in article.sentences if wanted in fold(s.text)), None)
                if own and self._is_borne_out(proposed.why_wrong, article, own):
                    why += f"；{proposed.why_wrong.rstrip('。')}"
                return Distractor(proposed.text, why, 1.0)
        return None

    def _is_borne_out(self, words: str, article: Article, sentence: Sentence) -> bool:
        """Tell whether the model's own words say nothing but what a sentence says."""
        quotation = _quotation(article, sentence)
        return bool(words.strip()) and not self._claims.faults(words, (quotation,))

    def _item(
        self,
        proposal: Proposal,
        article: Article,
        sentence: Sentence,
        wrong: tuple[Distractor, ...],
    ) -> Item:
        case = proposal.type == "case"
        place = place_name(self._documents[article.document_id], article)
        reason = f"见{place}：{quoted(sentence.text)}。"
        if self._is_borne_out(proposal.explanation, article, sentence):
            reason = f"{proposal.explanation.rstrip('。')}。{reason}"
        spans = proposal.answer_spans
        points = tuple(RubricPoint(s, (s.strip("“”"),), POINT_SCORE) for s in spans) if case else ()
        draft = Draft(
            _name(proposal, sentence),
            CASE if case else PATTERN,
            ItemType.SHORT if case else ItemType(proposal.type),
            f"{proposal.stem}（{POINT_SCORE * len(spans)}分）" if case else proposal.stem,
            tuple(Right(span, span) for span in spans),
            (self._maker.make(article, sentence, 0, len(sentence.text)),),
            reason,
            wrong=wrong,
            wanted=len(wrong),
            difficulty=3 if case else 2,
            rubric=points,
        )
        order = random.Random(draft.id)  # noqa: S311 - not for secrets
        positions = order.sample(range(len(spans) + len(wrong)), len(spans))
        item = finish(draft, chosen=wrong, key_positions=tuple(sorted(positions)))
        return replace(item, status=Status.CHECKED, origin=self._origin)


def _tidy(proposal: Proposal) -> str:
    """Return a stem with the one form of a blank; and of the note that a list calls for."""
    stem = proposal.stem.strip()
    if proposal.type == "case":
        return stem
    stem = _BLANK.sub(BLANK, stem)
    if proposal.type == "multi" and LISTED_ONLY not in stem:
        stem += LISTED_ONLY
    return stem


def _name(proposal: Proposal, sentence: Sentence) -> str:
    """Return the id of what is asked: the same proposal has the same, whenever it comes."""
    asked = "\n".join((fold(proposal.stem), *sorted(map(fold, proposal.answer_spans))))
    return f"{sentence.id}:{PATTERN}@{hashlib.sha256(asked.encode()).hexdigest()[:8]}"


def _quotation(article: Article, sentence: Sentence) -> Quotation:
    return Quotation(article, sentence.start, sentence.end, (sentence,))


def _led_to(article: Article, sentence: Sentence) -> Quotation | None:
    """Return a sentence with those of its paragraph before it; None for the first."""
    for paragraph in article.paragraphs:
        sentences = tuple(s for s in paragraph.sentences if s.start <= sentence.start)
        if sentence in sentences and len(sentences) > 1:
            return Quotation(article, sentences[0].start, sentence.end, sentences)
    return None


def _sentence_with(article: Article, evidence: str) -> Sentence | None:
    wanted = fold(evidence)
    found = next((s for s in article.sentences if fold(s.text) == wanted), None)
    return None if found is None or is_command(found.text) else found
