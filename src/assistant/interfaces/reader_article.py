"""One article beside the conversation: its text with a sentence marked, and where to go on.

Fragments of HTML, fetched by the page's script. Corpus files are untrusted: all text is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.corpus.labels import document_label
from assistant.domain import Article, Heading, ParsedDocument
from assistant.interfaces.reader import (
    Place,
    article_link,
    caption,
    origin,
    partners,
    place_name,
    printings,
    reading_link,
    unit_of,
)

CAPTION_CHARACTERS = 34


def place_to_html(
    place: Place, documents: Sequence[ParsedDocument], *, start: int = 0, end: int = 0
) -> str:
    """Return an article with the document's characters ``[start, end)`` marked in it."""
    article = place.article
    above = " › ".join(f"{heading.marker}{heading.title}" for heading in article.headings)
    return (
        f'<article class="reading" data-link="{escape(article_link(article))}">'
        f"<h2>{escape(place_name(place.document, article))}</h2>"
        f'<p class="above">{escape(above)}</p>'
        f'<div class="body">{lines_to_html(article, start=start, end=end)}</div>'
        f"{_neighbours_to_html(place)}"
        f"{_elsewhere_to_html(place, documents)}"
        f'<p class="origin">{escape(origin(place.document))}</p>'
        "</article>"
    )


def heading_to_html(parsed: ParsedDocument, heading: Heading) -> str:
    """Return a cited heading and what stands under it."""
    entries = "".join(
        entry_to_html(article) for article in parsed.articles if heading in article.headings
    )
    return (
        f'<article class="reading" data-link="{escape(reading_link(parsed.document.id))}">'
        f"<h2>{escape(document_label(parsed.document))}</h2>"
        f'<div class="body"><p><mark>{escape(heading.marker + heading.title)}</mark></p></div>'
        f'<div class="under">{entries}</div>'
        f'<p class="origin">{escape(origin(parsed.document))}</p></article>'
    )


def entry_to_html(article: Article) -> str:
    """Return an article as a line of a table of contents."""
    words = caption(article, characters=CAPTION_CHARACTERS)
    return (
        f'<a class="entry" href="{escape(article_link(article))}"'
        f' data-unit="{escape(unit_of(article.id))}">{escape(words)}</a>'
    )


def lines_to_html(article: Article, *, start: int = 0, end: int = 0) -> str:
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
        name = escape(place_name(place.document, article))
        address = escape(article_link(article))
        return f'<a rel="{relation}" href="{address}" title="{name}">{words}</a>'

    return (
        f'<nav aria-label="前后条文">{link(place.previous, "上一条", "prev")}'
        f"{link(place.following, '下一条', 'next')}</nav>"
    )


def _elsewhere_to_html(place: Place, documents: Sequence[ParsedDocument]) -> str:
    """Return links to the same matter in other documents, and to other printings."""
    document = place.document
    unit = unit_of(place.article.id)
    links = [
        (f"同一事项：{document_label(partner.document)}", "compare", partner.document.id)
        for partner in partners(documents, document.id)
        if place.article in place.parsed.numbered
    ]
    if printings(documents, document.id):
        links.append(("版本差异", "editions", ""))
    html = "".join(
        f'<a class="elsewhere" href="{escape(_view_link(document.id, unit, view, other))}">'
        f"{escape(words)}</a>"
        for words, view, other in links
    )
    whole = escape(f"{article_link(place.article)}&view=document")
    return (
        f'<p class="onward"><a class="elsewhere" href="{whole}">阅读全文</a>{html}'
        '<button type="button" class="tool copy-reading">复制本条</button>'
        '<button type="button" class="tool copy-link">复制链接</button></p>'
    )


def _view_link(document_id: str, unit: str, view: str, other: str) -> str:
    link = f"{reading_link(document_id, unit)}&view={view}"
    return f"{link}&other={other}" if other else link
