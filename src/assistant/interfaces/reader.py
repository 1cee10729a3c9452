"""Where to look: an address such as ``/?doc=…&article=…`` → a place in the documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from assistant.corpus.labels import article_label
from assistant.domain import Article, ArticleKind, Document, Heading, ParsedDocument
from assistant.text import fold


@dataclass(frozen=True, slots=True)
class Place:
    """An article, its document, and its neighbours in reading order."""

    parsed: ParsedDocument
    article: Article
    previous: Article | None
    following: Article | None

    @property
    def document(self) -> Document:
        """The document that the article is in."""
        return self.parsed.document


def unit_of(article_id: str) -> str:
    """Return what names a unit within its document: ``5``, ``10-1``, ``p3``."""
    return article_id.partition("#")[2]


def reading_link(
    document_id: str, unit: str = "", *, start: int | None = None, end: int | None = None
) -> str:
    """Return the address that opens a document, an article, a span of characters marked in it."""
    address: dict[str, str | int] = {"doc": document_id}
    if unit:
        address["article"] = unit
    if start is not None and end is not None:
        address |= {"start": start, "end": end}
    return f"?{urlencode(address)}"


def article_link(article: Article) -> str:
    """Return the address that opens an article."""
    return reading_link(article.document_id, unit_of(article.id))


def find_document(documents: Iterable[ParsedDocument], document_id: str) -> ParsedDocument | None:
    """Return the document with an id, or None."""
    return next((p for p in documents if p.document.id == document_id), None)


def find_place(
    documents: Sequence[ParsedDocument], document_id: str, unit: str, *, at: int | None = None
) -> Place | None:
    """Return the place that ``unit`` names, or else the one that holds the character ``at``.

    A unit is what ``unit_of`` gives, or an article's number as printed: ``（五）``, ``第十条``.
    """
    parsed = find_document(documents, document_id)
    if parsed is None:
        return None
    for index, article in enumerate(parsed.articles):
        if _is_named(article, unit) if unit else _holds(article, at):
            previous = parsed.articles[index - 1] if index else None
            following = next(iter(parsed.articles[index + 1 :]), None)
            return Place(parsed, article, previous, following)
    return None


def find_heading(
    documents: Sequence[ParsedDocument], document_id: str, *, at: int
) -> tuple[ParsedDocument, Heading] | None:
    """Return the heading whose line holds the character ``at``, with its document."""
    parsed = find_document(documents, document_id)
    for heading in parsed.headings if parsed else ():
        if parsed is not None and heading.start <= at < heading.end:
            return parsed, heading
    return None


def _is_named(article: Article, unit: str) -> bool:
    return unit_of(article.id) == unit or (
        bool(article.marker) and fold(article.marker) == fold(unit)
    )


def _holds(article: Article, at: int | None) -> bool:
    return at is not None and article.start <= at < article.end


def partners(documents: Sequence[ParsedDocument], document_id: str) -> list[ParsedDocument]:
    """Return the documents on the same matter: the one it implements, those that implement it."""
    own = find_document(documents, document_id)
    if own is None:
        return []
    original = own.document.edition_of or own.document.id
    return [
        parsed
        for parsed in documents
        if parsed.document.id != original
        and not parsed.document.edition_of
        and (
            parsed.document.id == own.document.implements or parsed.document.implements == original
        )
    ]


def printings(documents: Sequence[ParsedDocument], document_id: str) -> list[ParsedDocument]:
    """Return a text in all its printings, the authoritative one first; empty for only one."""
    own = find_document(documents, document_id)
    if own is None:
        return []
    original = own.document.edition_of or own.document.id
    editions = [p for p in documents if p.document.edition_of == original]
    first = find_document(documents, original)
    return [first, *editions] if first and editions else []


def place_name(document: Document, article: Article) -> str:
    """Return an article's name as its heading in the reader."""
    return article_label(document, article)


def caption(article: Article, *, characters: int) -> str:
    """Return an article's number and the beginning of what it says."""
    title = article.title or " ".join(article.text.split())
    if article.marker and title.startswith(article.marker):
        title = title[len(article.marker) :]
    if len(title) > characters:
        title = f"{title[:characters]}…"
    return f"{article.marker}{title}"


UNITS = {ArticleKind.ARTICLE: "条", ArticleKind.EXCHANGE: "问", ArticleKind.PASSAGE: "段"}


def size(parsed: ParsedDocument) -> str:
    """Return how many articles there are, or exchanges, or paragraphs where neither exists."""
    for kind, unit in UNITS.items():
        number = sum(article.kind is kind for article in parsed.articles)
        if number:
            return f"{number} {unit}"
    return ""


def facts(document: Document) -> list[str]:
    """Return issuer and date; where a text has no date, the place of its publication."""
    day = document.issued_on or document.published_on
    verb = "印发" if document.issued_on else "发布"
    return [
        fact
        for fact in (document.issuer, f"{_date(day)}{verb}" if day else document.source)
        if fact
    ]


def origin(document: Document) -> str:
    """Return title, issuer, date and source on one line."""
    return " · ".join(
        dict.fromkeys(filter(None, (document.title, *facts(document), document.source)))
    )


def _date(iso: str) -> str:
    year, *rest = iso.split("-")
    return f"{year}年" + "".join(
        f"{int(number)}{unit}" for number, unit in zip(rest, "月日", strict=False)
    )
