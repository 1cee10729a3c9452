"""The documents themselves: the list of them, and one from beginning to end with its contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from assistant.corpus.labels import document_label
from assistant.domain import Article, Heading, ParsedDocument
from assistant.interfaces.reader import (
    article_link,
    facts,
    origin,
    partners,
    printings,
    reading_link,
    size,
    unit_of,
)
from assistant.interfaces.reader_article import entry_to_html, lines_to_html


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
    described = filter(None, (*facts(document), size(parsed)))
    edition = '<span class="edition">另一版本</span>' if document.edition_of else ""
    whole = escape(f"{reading_link(document.id)}&view=document")
    return (
        f"<details><summary><b>{escape(document.title)}</b>{edition}"
        f'<span class="facts">{escape(" · ".join(described))}</span></summary>'
        f'<p class="onward"><a class="elsewhere" href="{whole}">阅读全文</a></p>'
        f"{_outline_to_html(parsed)}</details>"
    )


def _outline_to_html(parsed: ParsedDocument) -> str:
    parts: list[str] = []
    for headings, article in _with_new_headings(parsed.articles):
        parts += [f"<h3>{escape(heading.marker + heading.title)}</h3>" for heading in headings]
        parts.append(entry_to_html(article))
    return "".join(parts)


def _with_new_headings(articles: Sequence[Article]) -> Iterator[tuple[list[Heading], Article]]:
    """Yield each article with the headings that begin before it."""
    above: tuple[Heading, ...] = ()
    for article in articles:
        yield [heading for heading in article.headings if heading not in above], article
        above = article.headings


def document_to_html(
    parsed: ParsedDocument,
    documents: Sequence[ParsedDocument],
    *,
    unit: str = "",
    start: int = 0,
    end: int = 0,
) -> str:
    """Return a whole document with its contents beside it; ``unit`` is the article to go to."""
    document = parsed.document
    return (
        f'<div class="book" data-document="{escape(document.id)}">'
        f'<nav class="outline" aria-label="目录"><details open><summary>目录</summary>'
        f"{_outline_to_html(parsed)}</details></nav>"
        f'<article class="whole" data-link="{escape(reading_link(document.id, unit))}">'
        f"<h2>{escape(document.title)}</h2>"
        f'<p class="origin">{escape(origin(document))}</p>'
        f"{_ways_to_html(parsed, documents)}"
        f"{_body_to_html(parsed, unit=unit, start=start, end=end)}</article></div>"
    )


def _body_to_html(parsed: ParsedDocument, *, unit: str, start: int, end: int) -> str:
    html: list[str] = []
    for headings, article in _with_new_headings(parsed.articles):
        html += [
            f'<h{min(heading.level + 2, 6)} class="part">'
            f"{escape(heading.marker + heading.title)}</h{min(heading.level + 2, 6)}>"
            for heading in headings
        ]
        own = unit_of(article.id)
        here = ' aria-current="true"' if own == unit else ""
        number = escape(article_link(article))
        html.append(
            f'<section class="unit" id="unit-{escape(own)}" data-unit="{escape(own)}"{here}>'
            f'<a class="anchor" href="{number}" aria-label="打开这一条，地址可以转发">§</a>'
            f"{lines_to_html(article, start=start, end=end)}</section>"
        )
    return "".join(html)


def _ways_to_html(parsed: ParsedDocument, documents: Sequence[ParsedDocument]) -> str:
    """Return links to the comparisons that a document can be read in."""
    document = parsed.document
    base = reading_link(document.id)
    ways = [
        (f"与{document_label(p.document)}对照", f"{base}&view=compare&other={p.document.id}")
        for p in partners(documents, document.id)
    ]
    if printings(documents, document.id):
        ways.append(("版本差异", f"{base}&view=editions"))
    links = "".join(
        f'<a class="elsewhere" href="{escape(link)}">{escape(words)}</a>' for words, link in ways
    )
    return f'<p class="onward">{links}</p>' if links else ""
