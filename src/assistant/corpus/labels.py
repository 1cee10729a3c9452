"""How people write where something stands: 《若干措施》（二十四）, 《民法典》第十条之一."""

from __future__ import annotations

from assistant.corpus.markers import Family, read_marker
from assistant.corpus.numerals import format_numeral
from assistant.domain import Article, ArticleKind, Document, DocumentKind, Heading


def document_label(document: Document) -> str:
    """Return the short name of a document; only normative texts stand in title marks."""
    if document.kind is DocumentKind.NORMATIVE:
        return f"《{document.short_title}》"
    return document.short_title


def article_label(document: Document, article: Article) -> str:
    """Return the label under which an article is cited."""
    name = document_label(document)
    if article.kind is ArticleKind.ARTICLE:
        return f"{name}{_above(article)}{article.marker}"
    place = "".join(map(_place, article.headings))
    if article.kind is ArticleKind.EXCHANGE:
        return f"{name}{place}第{format_numeral(article.ordinal)}问"
    return f"{name}{place or '引言'}第{article.ordinal}段"


def _above(article: Article) -> str:
    """Return the headings' markers where articles are numbered anew under each heading."""
    nested = "." in article.id.rpartition("#")[2]
    return "".join(h.marker for h in article.headings) if nested else ""


def _place(heading: Heading) -> str:
    marker = read_marker(heading.marker)
    if marker is None:
        return f"“{heading.title}”"
    if marker.family is Family.COMMA:
        return f"第{format_numeral(marker.number)}部分"
    return heading.marker
