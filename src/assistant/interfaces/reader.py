"""Documents → the reader beside the conversation: contents, one article with a sentence marked.

Fragments of HTML, fetched by the page's script. Corpus files are untrusted: all text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.domain import Article, ArticleKind, Document, ParsedDocument
from assistant.interfaces.render import reading_link

_UNITS = {ArticleKind.ARTICLE: "条", ArticleKind.EXCHANGE: "问", ArticleKind.PASSAGE: "段"}
_CONTENTS_CHARACTERS = 34


@dataclass(frozen=True, slots=True)
class Place:
    """An article, its document, and its neighbours in reading order."""

    document: Document
    article: Article
    previous: Article | None
    following: Article | None


def find_place(documents: Sequence[ParsedDocument], article_id: str) -> Place | None:
    """Return the place of an article, or None where the documents have no such article."""
    for parsed in documents:
        for index, article in enumerate(parsed.articles):
            if article.id == article_id:
                previous = parsed.articles[index - 1] if index else None
                following = next(iter(parsed.articles[index + 1 :]), None)
                return Place(parsed.document, article, previous, following)
    return None


def place_to_html(place: Place, *, start: int = 0, end: int = 0) -> str:
    """Return an article with the document's characters ``[start, end)`` marked in it."""
    article = place.article
    above = [f"{heading.marker}{heading.title}" for heading in article.headings]
    return (
        '<article class="reading">'
        f"<h2>{escape(_name(place.document, article))}</h2>"
        f'<p class="above">{escape(" › ".join(above))}</p>'
        f'<div class="body">{_lines_to_html(article, start=start, end=end)}</div>'
        f"{_neighbours_to_html(place)}"
        f'<p class="origin">{escape(_origin(place.document))}</p>'
        "</article>"
    )


def contents_to_html(documents: Sequence[ParsedDocument]) -> str:
    """Return what is loaded: every document with issuer, date, size, and its articles."""
    members = "".join(_document_to_html(parsed) for parsed in documents)
    return (
        '<section class="contents"><h2>已载入的材料</h2>'
        f"<p>答复只依据以下 {len(documents)} 份材料，材料没有写的不作回答。"
        f"点开标题可以逐条阅读。</p>{members}</section>"
    )


def _document_to_html(parsed: ParsedDocument) -> str:
    document = parsed.document
    facts = filter(None, (*_facts(document), _size(parsed)))
    edition = '<span class="edition">另一版本</span>' if document.edition_of else ""
    return (
        f"<details><summary><b>{escape(document.title)}</b>{edition}"
        f'<span class="facts">{escape(" · ".join(facts))}</span></summary>'
        f"{_articles_to_html(parsed.articles)}</details>"
    )


def _articles_to_html(articles: Sequence[Article]) -> str:
    parts: list[str] = []
    heading_id = ""
    for article in articles:
        heading = article.headings[0] if article.headings else None
        if heading is not None and heading.id != heading_id:
            heading_id = heading.id
            parts.append(f"<h3>{escape(heading.marker + heading.title)}</h3>")
        title = article.title or " ".join(article.text.split())
        if len(title) > _CONTENTS_CHARACTERS:
            title = f"{title[:_CONTENTS_CHARACTERS]}…"
        link = escape(reading_link(article.id))
        parts.append(f'<a class="entry" href="{link}">{escape(article.marker + title)}</a>')
    return "".join(parts)


def _lines_to_html(article: Article, *, start: int, end: int) -> str:
    """Return the article's lines as paragraphs: its text whole, whatever the parser made of it."""
    html: list[str] = []
    at = article.start
    for line in article.text.splitlines(keepends=True):
        text = line.rstrip()
        left = min(max(start - at, 0), len(text))
        right = min(max(end - at, left), len(text))
        at += len(line)
        if not text.strip():
            continue
        marked = f"<mark>{escape(text[left:right])}</mark>" if left < right else ""
        html.append(f"<p>{escape(text[:left])}{marked}{escape(text[right:])}</p>")
    return "".join(html)


def _neighbours_to_html(place: Place) -> str:
    def link(article: Article | None, words: str, relation: str) -> str:
        if article is None:
            return f'<span class="none">{words}</span>'
        name = escape(_name(place.document, article))
        address = escape(reading_link(article.id))
        return f'<a rel="{relation}" href="{address}" title="{name}">{words}</a>'

    return (
        f'<nav aria-label="前后条文">{link(place.previous, "上一条", "prev")}'
        f"{link(place.following, '下一条', 'next')}</nav>"
    )


def _name(document: Document, article: Article) -> str:
    name = article.marker or article.title or "引言"
    return f"《{document.short_title or document.title}》{name}"


def _facts(document: Document) -> list[str]:
    """Return issuer and date; where a text has no date, the place of its publication."""
    date = document.issued_on or document.published_on
    verb = "印发" if document.issued_on else "发布"
    return [document.issuer, f"{_date(date)}{verb}" if date else document.source]


def _origin(document: Document) -> str:
    return " · ".join(
        dict.fromkeys(filter(None, (document.title, *_facts(document), document.source)))
    )


def _date(iso: str) -> str:
    year, *rest = iso.split("-")
    return f"{year}年" + "".join(
        f"{int(number)}{unit}" for number, unit in zip(rest, "月日", strict=False)
    )


def _size(parsed: ParsedDocument) -> str:
    """Return how many articles there are, or exchanges, or paragraphs where neither exists."""
    for kind, unit in _UNITS.items():
        number = sum(article.kind is kind for article in parsed.articles)
        if number:
            return f"{number} {unit}"
    return ""
