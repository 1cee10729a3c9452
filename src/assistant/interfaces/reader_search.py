"""Words → where they stand in the documents, without regard to white space, width or quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from assistant.domain import Article, Document, ParsedDocument
from assistant.interfaces.reader import place_name, reading_link, unit_of
from assistant.text import Folded, fold, fold_with_origins

MOST_FOUND = 60
"""Articles that a list of findings shows; the others are counted."""
AROUND_CHARACTERS = 36
MOST_WORDS = 8

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """An article that holds every word looked for, and where they stand in its text."""

    document: Document
    article: Article
    spans: tuple[Span, ...]
    """Of the article's own text, in order, none overlapping."""


class Finder:
    """Looks for words in documents that were folded once."""

    def __init__(self, documents: Sequence[ParsedDocument]) -> None:
        self.documents = documents
        self._folded = [
            (parsed.document, article, fold(article.text))
            for parsed in documents
            for article in parsed.articles
        ]

    def find(self, words: str, *, document_id: str = "") -> list[Finding]:
        """Return the articles that hold every word, in reading order."""
        wanted = [folded for folded in map(fold, words.split()[:MOST_WORDS]) if folded]
        if not wanted:
            return []
        return [
            Finding(document, article, _spans(article.text, wanted))
            for document, article, text in self._folded
            if document_id in ("", document.id) and all(word in text for word in wanted)
        ]


def _spans(text: str, words: Sequence[str]) -> tuple[Span, ...]:
    folded = fold_with_origins(text)
    found = sorted(span for word in words for span in _occurrences(folded, word))
    kept: list[Span] = []
    for start, end in found:
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)


def _occurrences(folded: Folded, word: str) -> list[Span]:
    spans = []
    at = folded.text.find(word)
    while at >= 0:
        spans.append((folded.origins[at], folded.origins[at + len(word) - 1] + 1))
        at = folded.text.find(word, at + len(word))
    return spans


def findings_to_html(findings: Sequence[Finding], *, words: str) -> str:
    """Return what was found as a list that opens each article at its first word."""
    looked = escape(" ".join(words.split()))
    if not findings:
        return (
            f'<section class="found"><h2>没有找到“{looked}”</h2>'
            "<p>这里查的是原文中的字词。可以换一个词，或者少写几个字；"
            "要按意思找，请直接提问。</p></section>"
        )
    rest = len(findings) - MOST_FOUND
    more = f'<p class="facts">另有 {rest} 处未列出，请把词写得更具体。</p>' if rest > 0 else ""
    members = "".join(map(_finding_to_html, findings[:MOST_FOUND]))
    return (
        f'<section class="found"><h2>“{looked}”：{len(findings)} 条</h2>'
        f"<ol>{members}</ol>{more}</section>"
    )


def _finding_to_html(finding: Finding) -> str:
    article = finding.article
    first_start, first_end = finding.spans[0]
    link = reading_link(
        article.document_id,
        unit_of(article.id),
        start=article.start + first_start,
        end=article.start + first_end,
    )
    name = escape(place_name(finding.document, article))
    return f'<li><a href="{escape(link)}">{name}</a><p>{_excerpt_to_html(finding)}</p></li>'


def _excerpt_to_html(finding: Finding) -> str:
    """Return the text around the first word, every word in it marked."""
    text = finding.article.text
    left = max(0, finding.spans[0][0] - AROUND_CHARACTERS)
    right = min(len(text), finding.spans[0][1] + 2 * AROUND_CHARACTERS)
    html = ["……" if left else ""]
    at = left
    for start, end in finding.spans:
        if end > right:
            break
        html += [escape(text[at:start]), f"<mark>{escape(text[start:end])}</mark>"]
        at = end
    html += [escape(text[at:right]), "……" if right < len(text) else ""]
    return "".join(html)
