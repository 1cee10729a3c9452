"""Drafts: a question before its options are put in order and lettered."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.corpus.labels import article_label
from assistant.corpus.numerals import format_numeral
from assistant.domain import Article, ArticleKind, ParsedDocument, Sentence
from assistant.quiz.distract import Distractor
from assistant.quiz.items import FALSE, LETTERS, TRUE, Basis, Item, ItemType, Option, RubricPoint
from assistant.quiz.segments import split_segments
from assistant.quiz.statements import Source, Statement
from assistant.text import fold

DEFAULT_SCORES = {
    ItemType.SINGLE: 2,
    ItemType.MULTIPLE: 3,
    ItemType.JUDGE: 1,
    ItemType.FILL: 1,
    ItemType.SHORT: 8,
}


@dataclass(frozen=True, slots=True)
class Right:
    """A right option, a blank's filling, or a point, and the words of the basis that make it so."""

    text: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A question whose key is certain, to be lettered."""

    fact_id: str
    pattern: str
    type: ItemType
    stem: str
    right: tuple[Right, ...]
    basis: tuple[Basis, ...]
    reason: str
    """Why the key is right, as the explanation begins."""
    wrong: tuple[Distractor, ...] = ()
    """Wrong options to choose from, the most tempting first."""
    wanted: int = 3
    """How many wrong options it shall have."""
    difficulty: int = 2
    truth: bool = True
    """Whether a statement is true."""
    correction: str = ""
    order: float | None = None
    """Place of the key on a scale; None when options have no order of their own."""
    accept: tuple[tuple[str, ...], ...] = ()
    rubric: tuple[RubricPoint, ...] = ()

    @property
    def id(self) -> str:
        """The item's id: its fact and its form."""
        return f"{self.fact_id}.{self.type.value}"

    @property
    def article_id(self) -> str:
        """The article that it mainly rests on."""
        return self.basis[0].article_id


class BasisMaker:
    """Makes proofs; knows the printings of each document."""

    def __init__(self, documents: tuple[ParsedDocument, ...]) -> None:
        self._texts = {parsed.document.id: fold(parsed.document.text) for parsed in documents}
        self._titles = {parsed.document.id: parsed.document for parsed in documents}
        self._editions: dict[str, list[str]] = {}
        for parsed in documents:
            own = parsed.document.edition_of or parsed.document.id
            self._editions.setdefault(own, []).append(parsed.document.id)

    def of_statement(self, statement: Statement) -> Basis:
        """Return the proof of a statement: the stretch of the sentence that it is taken from."""
        start, end = statement.span
        return self.make(statement.source.article, statement.source.sentence, start, end)

    def make(self, article: Article, sentence: Sentence, start: int, end: int) -> Basis:
        """Return the proof that a stretch of a sentence gives."""
        document = self._titles[article.document_id]
        quote = sentence.text[start:end]
        folded = fold(quote)
        printings = self._editions.get(document.id, [document.id])
        return Basis(
            document=document.title,
            article=_number(article),
            quote=quote,
            sentence=sentence.text,
            editions=tuple(p for p in printings if folded in self._texts[p]),
            document_id=document.id,
            article_id=article.id,
            label=article_label(document, article),
            start=sentence.start,
            end=sentence.end,
        )

    def in_every_printing(self, basis: Basis) -> bool:
        """Tell whether all printings of a document have the quotation word for word."""
        return len(basis.editions) == len(self._editions.get(basis.document_id, [1]))


def _number(article: Article) -> str | None:
    if article.kind is not ArticleKind.ARTICLE or article.number is None:
        return None
    suffix = f"之{format_numeral(article.suffix)}" if article.suffix else ""
    return format_numeral(article.number) + suffix


def evidence_for(source: Source, start: int, end: int) -> str:
    """Return the segment of a sentence around a slot, verbatim."""
    for segment in split_segments(source.text):
        if segment.start <= start and end <= segment.end:
            return source.sentence.text[segment.start : segment.end]
    return source.sentence.text[start:end]


def finish(draft: Draft, *, chosen: tuple[Distractor, ...], key_positions: tuple[int, ...]) -> Item:
    """Return the item of a draft, given its wrong options and where the right ones go."""
    if not draft.type.has_options:
        return _without_options(draft)
    total = len(chosen) + len(draft.right)
    positions = set(key_positions)
    rights, wrongs = iter(draft.right), iter(chosen)
    options, evidence, refute, answer = [], [], [], []
    for at in range(total):
        letter = LETTERS[at]
        if at in positions:
            right = next(rights)
            options.append(Option(letter, right.text))
            evidence.append((letter, right.evidence))
            answer.append(letter)
        else:
            wrong = next(wrongs)
            options.append(Option(letter, wrong.text))
            refute.append((letter, wrong.refutation))
    explanation = draft.reason + "".join(f"{letter}项：{why}。" for letter, why in refute)
    return _item(draft, tuple(options), tuple(answer), tuple(evidence), tuple(refute), explanation)


def _without_options(draft: Draft) -> Item:
    answer: tuple[str, ...]
    if draft.type is ItemType.JUDGE:
        answer = (TRUE if draft.truth else FALSE,)
        evidence = tuple((answer[0], right.evidence) for right in draft.right[:1])
    else:
        answer = tuple(right.text for right in draft.right)
        evidence = tuple((str(n), right.evidence) for n, right in enumerate(draft.right, start=1))
    return _item(draft, (), answer, evidence, (), draft.reason)


def _item(
    draft: Draft,
    options: tuple[Option, ...],
    answer: tuple[str, ...],
    evidence: tuple[tuple[str, str], ...],
    refute: tuple[tuple[str, str], ...],
    explanation: str,
) -> Item:
    score = DEFAULT_SCORES[draft.type]
    if draft.type is ItemType.FILL:
        score = len(draft.right)
    elif draft.rubric:
        score = sum(point.score for point in draft.rubric)
    return Item(
        id=draft.id,
        type=draft.type,
        stem=draft.stem,
        options=options,
        answer=answer,
        basis=draft.basis,
        explanation=explanation,
        key_evidence=evidence,
        refute=refute,
        difficulty=draft.difficulty,
        pattern=draft.pattern,
        score=score,
        accept=draft.accept,
        rubric=draft.rubric,
        correction=draft.correction,
        fact_id=draft.fact_id,
    )
