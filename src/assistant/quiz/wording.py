"""How questions are put: names of documents, openings of stems, quotations inside sentences."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from assistant.corpus.labels import article_label
from assistant.domain import Article, ArticleKind, Document, DocumentKind, ParsedDocument
from assistant.quiz.segments import split_segments, widen
from assistant.quiz.statements import Statement

BLANK = "（　　）"
"""Where an option goes."""
GAP = "______"
"""Where words are to be written."""
LISTED_ONLY = "（限条文明确列举）"
SHORT_STATEMENT = 18
"""Characters around a blank below which a stem names the article's matter as well."""
LONGEST_MATTER = 40

_PERMITS = re.compile(r"可以|有权")
"""What permits is laid down, not demanded."""
_NORMATIVE_OPENINGS = ("根据{name}，", "{name}规定，", "{name}要求，", "{name}明确，")
_COMMENTARY_OPENINGS = ("据{name}，", "{name}提出，", "{name}指出，")


def document_name(document: Document) -> str:
    """Return how a stem names a document: 中央《意见》 where it is called so, else 《民法典》."""
    if document.kind is not DocumentKind.NORMATIVE:
        return document.short_title
    marked = f"《{document.short_title}》"
    named = [alias for alias in document.aliases if alias.endswith(marked)]
    return min(named, key=len, default=marked)


def place_name(document: Document, article: Article) -> str:
    """Return where a sentence stands: 北京《若干措施》第（二十四）条."""
    name = document_name(document)
    if article.kind is ArticleKind.ARTICLE:
        marker = widen(article.marker)
        return f"{name}{marker if marker.startswith('第') else f'第{marker}条'}"
    label = article_label(document, article)
    return name + label.removeprefix(f"《{document.short_title}》").removeprefix(
        document.short_title
    )


def quoted(text: str) -> str:
    """Return ``text`` in quotation marks; those inside it become single."""
    inner = text.replace("“", "‘").replace("”", "’").rstrip("，；。")
    return f"“{inner}”"


def opening(statement: Statement, *, around: int, seed: str) -> str:
    """Return what stands before a statement in a stem.

    ``around`` is the number of its characters outside the blank: with few of them, or without a
    subject, the article's matter is named too.
    """
    document, article = statement.source.document, statement.source.article
    name = document_name(document)
    if statement.complete and around >= SHORT_STATEMENT:
        openings = (
            _COMMENTARY_OPENINGS
            if document.kind is not DocumentKind.NORMATIVE
            else _NORMATIVE_OPENINGS
            if not _PERMITS.search(statement.text)
            else _NORMATIVE_OPENINGS[:2]
        )
        return pick(openings, seed).format(name=name)
    return opening_with_matter(document, article)


def opening_with_matter(document: Document, article: Article) -> str:
    """Return an opening that says which article of a document is meant, by its matter."""
    name = document_name(document)
    matter = matter_of(article)
    if document.kind is not DocumentKind.NORMATIVE:
        return f"据{name}{quoted(matter)}部分，" if matter else f"据{name}，"
    if matter and article.kind is ArticleKind.ARTICLE:
        return f"根据{name}关于{quoted(matter)}的规定，"
    if article.kind is ArticleKind.ARTICLE:
        return f"根据{place_name(document, article)}的规定，"
    if matter:
        return f"{name}在{quoted(matter)}部分指出，"
    return f"根据{name}，"


def chapter_names(documents: Sequence[ParsedDocument]) -> dict[str, str]:
    """Return for each article the heading of the part that it is in; its document without one."""
    return {
        article.id: widen(article.headings[0].marker + article.headings[0].title)
        if article.headings
        else parsed.document.short_title
        for parsed in documents
        for article in parsed.articles
    }


def matter_of(article: Article) -> str:
    """Return what an article is about, from its title or the heading above it; may be empty."""
    if article.kind is ArticleKind.ARTICLE:
        title = widen(article.title)
        if len(title) <= LONGEST_MATTER // 2:
            return title
        return split_segments(title)[0].text if title else ""
    if article.kind is ArticleKind.EXCHANGE or not article.headings:
        return ""
    return widen(article.headings[-1].title)


def pick(choices: Sequence[str], seed: str) -> str:
    """Return one of several wordings, always the same for the same seed."""
    return choices[number_from(seed) % len(choices)]


def number_from(seed: str) -> int:
    """Return a number that depends on nothing but ``seed``."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6], "big")
