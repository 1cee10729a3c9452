"""How people write where something stands: 《若干措施》（二十四）, 《民法典》第十条之一."""

from __future__ import annotations

from assistant.corpus.markers import Family, read_marker
from assistant.corpus.numerals import format_numeral
from assistant.domain import Article, ArticleKind, Document, DocumentKind


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
    if article.kind is ArticleKind.EXCHANGE:
        return f"{name}第{format_numeral(article.ordinal)}问"
    return f"{name}{_place(article)}第{article.ordinal}段"


def _above(article: Article) -> str:
    """Return the heading's marker where articles are numbered anew under each heading."""
    nested = "." in article.id.rpartition("#")[2]
    return article.headings[-1].marker if nested and article.headings else ""


def _place(article: Article) -> str:
    if not article.headings:
        return "引言"
    heading = article.headings[-1]
    marker = read_marker(heading.marker)
    if marker is None:
        return f"“{heading.title}”"
    if marker.family is Family.COMMA:
        return f"第{format_numeral(marker.number)}部分"
    return heading.marker
