"""The records that cross a room's border. All are immutable; none knows how it is stored or shown.

Spans are half-open character offsets ``[start, end)`` into ``Document.text``, so for every
record with a span ``document.text[record.start:record.end] == record.text`` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class DocumentKind(StrEnum):
    """What sort of text a document is; the front matter's ``kind``."""

    NORMATIVE = "normative"
    ESSAY = "essay"
    INTERVIEW = "interview"


@dataclass(frozen=True, slots=True)
class Document:
    """One published text. ``text`` is the body of its Markdown file, character for character."""

    id: str
    title: str
    short_title: str
    text: str = field(repr=False)
    kind: DocumentKind = DocumentKind.NORMATIVE
    aliases: tuple[str, ...] = ()
    issuer: str = ""
    authority: int = 0
    """Rank of the text: the higher outranks the lower when both say the same."""
    published_on: str = ""
    """ISO date of publication, empty when unknown."""
    issued_on: str = ""
    """ISO date of issue (印发), empty when unknown."""
    source: str = ""
    """Where it was published, as a reader would cite it."""
    edition_of: str = ""
    """Id of the document of which this is another printing."""
    implements: str = ""
    """Id of the document that this one implements (贯彻落实)."""
    scope: str = ""
    """Where it is in force: 中央, 北京市; what people say instead of its name."""
    file: str = ""
    """Name of its Markdown file in the corpus folder."""
    first_line: int = 1
    """Line of the file on which ``text`` begins (1-based), for messages."""


class ArticleKind(StrEnum):
    """What sort of unit an ``Article`` is."""

    ARTICLE = "article"
    """A numbered article: 第十二条, or （十二） where a document numbers its articles so."""
    PASSAGE = "passage"
    """An unnumbered paragraph under a heading, or before the first one (引言)."""
    EXCHANGE = "exchange"
    """One question of an interview with its answer."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside a document: 编, 章, 节, 一、 or an essay's heading. Spans its own line."""

    id: str
    document_id: str
    level: int
    """0 for the document's own title lines, 1 for the outermost division."""
    marker: str
    """``第二章``, ``一、`` or empty."""
    title: str
    """The words behind the marker."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its closing punctuation. Never broken inside quotation marks or brackets."""

    id: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """项: a numbered member of a paragraph, at any depth: （一）, 1., （1）."""

    id: str
    marker: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """款: a paragraph of an article, its 项 included."""

    id: str
    text: str
    start: int
    end: int
    sentences: tuple[Sentence, ...]
    items: tuple[Item, ...] = ()

    @property
    def stem(self) -> Sentence | None:
        """What the items hang from (有下列情形之一的：); None where nothing stands before them."""
        if not self.items:
            return None
        before = [s for s in self.sentences if s.end <= self.items[0].start]
        return before[-1] if before else None

    def stem_of(self, sentence: Sentence) -> Sentence | None:
        """Return what a sentence of an item hangs from; None for a sentence of no item."""
        itemised = bool(self.items) and self.items[0].start <= sentence.start < self.end
        return self.stem if itemised else None


@dataclass(frozen=True, slots=True)
class Article:
    """The smallest unit that people cite: an article, or an unnumbered unit in its place."""

    id: str
    """``opinions-2021#5``, ``…#10-1`` for 第十条之一, ``…#p3`` unnumbered, ``…#q2`` an exchange."""
    document_id: str
    kind: ArticleKind
    number: int | None
    """The article's number; None for an unnumbered unit."""
    suffix: int
    """n of 之n (第十条之一 has number 10 and suffix 1), else 0."""
    marker: str
    """As printed: ``（五）``, ``第十条之一``; empty for an unnumbered unit."""
    ordinal: int
    """Position among the units under the same heading, from 1."""
    title: str
    """The article's leading phrase or caption, the interview's question; may be empty."""
    headings: tuple[Heading, ...]
    """The headings above it, outermost first, without the document's own title."""
    text: str
    start: int
    end: int
    paragraphs: tuple[Paragraph, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the article states, in order; what an interviewer asks is left out."""
        asks = self.kind is ArticleKind.EXCHANGE
        return tuple(
            sentence
            for paragraph in self.paragraphs
            for sentence in paragraph.sentences
            if not (asks and sentence.text.endswith(("？", "?")))
        )

    def paragraph_of(self, sentence: Sentence) -> Paragraph:
        """Return the paragraph that a sentence of this article stands in."""
        return next(p for p in self.paragraphs if p.start <= sentence.start < p.end)

    def stem_of(self, sentence: Sentence) -> Sentence | None:
        """Return what a sentence of an item hangs from; None for a sentence of no item."""
        return self.paragraph_of(sentence).stem_of(sentence)


class ProblemKind(StrEnum):
    """What the parser can find wrong with a document's numbering."""

    GAP = "gap"
    REPEAT = "repeat"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a document that an editor should look at. ``line`` is 1-based in ``file``."""

    kind: ProblemKind
    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document and its structure: headings and articles in reading order."""

    document: Document
    headings: tuple[Heading, ...]
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def numbered(self) -> tuple[Article, ...]:
        """The numbered articles only."""
        return tuple(a for a in self.articles if a.kind is ArticleKind.ARTICLE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A unit of retrieval: an article, or a part of it. ``text`` is verbatim."""

    id: str
    """The article's id, with ``/n`` when the article needs several passages."""
    article: Article
    text: str
    start: int
    end: int
    context: str
    """Title and headings, for searching only; never quoted."""

    @property
    def search_text(self) -> str:
        """What is embedded and indexed: context and text."""
        return f"{self.context}\n{self.text}" if self.context else self.text


Turn = tuple[Literal["user", "assistant"], str]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, with the turns before it, oldest first."""

    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that search found, best sentence first."""

    article: Article
    score: float
    rank: int
    """1-based."""
    sentences: tuple[tuple[Sentence, float], ...] = ()
    """Its sentences with their own scores, in reading order."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Proof: a verbatim quotation and where it stands."""

    marker: int
    """The n of ``[n]`` in the answer."""
    document_id: str
    article_id: str
    number: int | None
    label: str
    """As people write it: 《意见》（五）."""
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Related:
    """An article offered beside the answer; labelled as not being the answer."""

    document_id: str
    article_id: str
    number: int | None
    label: str
    text: str


Status = Literal["answered", "refused", "clarify"]


@dataclass(frozen=True, slots=True)
class Drafting:
    """What a language model contributed to an answer: for logs, audit and evaluation."""

    model: str
    prompts: str
    """Hash of the prompt files."""
    kept: int = 0
    """Sentences of the model that a quotation bears out."""
    quoted: int = 0
    """Sentences replaced by the quotation they came with."""
    dropped: int = 0
    """Sentences without a quotation that exists."""
    faults: tuple[str, ...] = ()
    """What was wrong with sentences that were replaced or dropped, a word of the code each."""
    fallback: str = ""
    """Why the extractive writer answered instead; empty when it did not."""
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Early:
    """What may be shown while an answer is being written, marked as being checked."""

    text: str
    """All that is shown so far; replaces what was shown before."""
    checked: int = 0
    """How many characters, from the start, are verified and stay."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be shown: text with markers, and the citations they point to."""

    status: Status
    text: str
    citations: tuple[Citation, ...] = ()
    related: tuple[Related, ...] = ()
    options: tuple[Related, ...] = ()
    """The candidates when ``status`` is ``clarify``."""
    mode: Literal["extractive", "model"] = "extractive"
    question_used: str = ""
    """The standalone question that was searched, when history changed it."""
    reason: str = ""
    """Why it was refused, in one word of the code, for evaluation and logs."""
    elapsed_ms: float = 0.0
    drafting: Drafting | None = None
    """The record of the language model; None when none was asked."""
