"""A language model's proposals → items, or the reasons why not; nothing unproved comes through.

The model chooses words and distractors; the program attaches document, article and spans, and
asks of every proposal what it asks of its own items. What comes through is a draft for reviewers.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.domain import Article, ParsedDocument, Sentence
from assistant.quiz.check_item import ItemChecker
from assistant.quiz.distract import Distractor
from assistant.quiz.draft import BasisMaker, Draft, Right, finish
from assistant.quiz.items import Item, ItemType, Status
from assistant.quiz.wording import place_name, quoted
from assistant.text import fold


class ProposedDistractor(BaseModel):
    """A wrong option that a model chose from the spans it was given."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=60)
    source: str = Field(min_length=1, max_length=400)
    why_wrong: str = Field(min_length=2, max_length=200)


class Proposal(BaseModel):
    """What a model is asked to write."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["single", "multi"]
    stem: str = Field(min_length=10, max_length=120)
    answer_spans: list[str] = Field(min_length=1, max_length=4)
    distractors: list[ProposedDistractor] = Field(min_length=1, max_length=4)
    evidence: str = Field(min_length=6)
    explanation: str = Field(min_length=2, max_length=400)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A draft item, or why there is none."""

    item: Item | None
    reasons: tuple[str, ...] = ()


class ProposalVerifier:
    """Proves proposals against the documents, cheap steps first; stops at the first failure."""

    def __init__(
        self, documents: Sequence[ParsedDocument], maker: BasisMaker, checker: ItemChecker
    ) -> None:
        self._articles = {a.id: a for parsed in documents for a in parsed.articles}
        self._documents = {parsed.document.id: parsed for parsed in documents}
        self._maker = maker
        self._checker = checker

    def verify(self, text: str, *, article_id: str, number: int) -> Verdict:
        """Return the item that a text yields; ``number`` tells those of an article apart."""
        try:
            proposal = Proposal.model_validate_json(text)
        except ValidationError as error:
            return Verdict(None, tuple(f"格式：{fault['msg']}" for fault in error.errors()))
        article = self._articles[article_id]
        sentence = _sentence_with(article, proposal.evidence)
        if sentence is None:
            return Verdict(None, ("依据不是条文中的一整句",))
        missing = [s for s in proposal.answer_spans if fold(s) not in fold(sentence.text)]
        if missing:
            return Verdict(None, tuple(f"答案不在依据中：{span}" for span in missing))
        wrong = [self._distractor(d, sentence) for d in proposal.distractors]
        if unproved := [d.text for d, w in zip(proposal.distractors, wrong, strict=True) if not w]:
            return Verdict(None, tuple(f"干扰项查无出处：{text}" for text in unproved))
        draft = self._draft(proposal, article, sentence, [w for w in wrong if w], number)
        faults = [f"{fault.rule.value}：{fault.message}" for fault in self._checker.faults(draft)]
        return Verdict(None if faults else draft, tuple(faults))

    def _distractor(self, proposed: ProposedDistractor, own: Sentence) -> Distractor | None:
        """Return a distractor with the place of its source; None when it has none elsewhere."""
        wanted = fold(proposed.source)
        if fold(proposed.text) not in wanted or wanted in fold(own.text):
            return None
        for article in self._articles.values():
            if wanted in fold(article.text):
                place = place_name(self._documents[article.document_id].document, article)
                source = quoted(proposed.source)
                return Distractor(proposed.text, f"见{place}：{source}；{proposed.why_wrong}", 1.0)
        return None

    def _draft(
        self,
        proposal: Proposal,
        article: Article,
        sentence: Sentence,
        wrong: Sequence[Distractor],
        number: int,
    ) -> Item:
        draft = Draft(
            f"{sentence.id}:model@{number}",
            "model",
            ItemType(proposal.type),
            proposal.stem,
            tuple(Right(span, span) for span in proposal.answer_spans),
            (self._maker.make(article, sentence, 0, len(sentence.text)),),
            proposal.explanation,
            wrong=tuple(wrong),
            wanted=len(wrong),
        )
        total = len(draft.right) + len(wrong)
        order = random.Random(draft.id)  # noqa: S311 - not for secrets
        positions = tuple(sorted(order.sample(range(total), len(draft.right))))
        return finish(draft, chosen=tuple(wrong), key_positions=positions).with_status(Status.DRAFT)


def _sentence_with(article: Article, evidence: str) -> Sentence | None:
    wanted = fold(evidence)
    return next((s for s in article.sentences if fold(s.text) == wanted), None)
