"""The record of an answer: all that is needed to show it again as it was, whatever changes later.

It holds the cited articles in full, so an answer sheet can be made from the record alone, long
after the documents were replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from assistant.domain import Answer, Article, Citation, Document, ParsedDocument
from assistant.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class CitedArticle:
    """An article that an answer cites, as it read when it was cited."""

    article_id: str
    label: str
    """As people write it: 《意见》（五）."""
    document_title: str
    origin: str
    """Issuer, day and source of the document, as far as they are known."""
    headings: tuple[str, ...]
    text: str
    start: int
    """Where the text begins in its document."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, its answer, and what the answer stands on."""

    question: str
    answer: Answer
    asked_at: datetime
    corpus_fingerprint: str
    cited: tuple[CitedArticle, ...] = ()

    def article_of(self, citation: Citation) -> CitedArticle | None:
        """Return the article behind a citation."""
        return next((c for c in self.cited if c.article_id == citation.article_id), None)

    def is_verbatim(self, citation: Citation) -> bool:
        """Return whether the quotation stands in the kept article, character for character."""
        article = self.article_of(citation)
        if article is None:
            return False
        start = citation.start - article.start
        end = citation.end - article.start
        return start >= 0 and article.text[start:end] == citation.quote


_EXCHANGE = TypeAdapter(Exchange)


def make_exchange(
    question: str,
    answer: Answer,
    *,
    documents: Sequence[ParsedDocument],
    corpus_fingerprint: str,
    asked_at: datetime,
) -> Exchange:
    """Return the record of an answer given from ``documents``."""
    by_id = {parsed.document.id: parsed for parsed in documents}
    first: dict[str, Citation] = {}
    for citation in answer.citations:
        first.setdefault(citation.article_id, citation)
    cited = []
    for article_id, citation in first.items():
        parsed = by_id.get(citation.document_id)
        article = _find(parsed, article_id)
        if parsed is not None and article is not None:
            cited.append(_cite(parsed.document, article, label=citation.label))
    return Exchange(question, answer, asked_at, corpus_fingerprint, tuple(cited))


def exchange_to_record(exchange: Exchange) -> dict[str, object]:
    """Return an exchange as JSON keeps it."""
    record: dict[str, object] = _EXCHANGE.dump_python(exchange, mode="json")
    return record


def exchange_from_record(record: Mapping[str, object]) -> Exchange:
    """Return the exchange that ``exchange_to_record`` gave. Raises ``DatabaseError``."""
    try:
        return _EXCHANGE.validate_python(record)
    except ValidationError as error:
        raise DatabaseError("这条答复的记录由别的版本写成，无法读取。") from error


def _find(parsed: ParsedDocument | None, article_id: str) -> Article | None:
    articles = parsed.articles if parsed is not None else ()
    return next((article for article in articles if article.id == article_id), None)


def _cite(document: Document, article: Article, *, label: str) -> CitedArticle:
    day = document.issued_on or document.published_on
    facts = dict.fromkeys(filter(None, (document.issuer, day, document.source)))
    return CitedArticle(
        article_id=article.id,
        label=label,
        document_title=document.title,
        origin=" · ".join(facts),
        headings=tuple(f"{heading.marker}{heading.title}" for heading in article.headings),
        text=article.text,
        start=article.start,
    )
