"""Example questions, made from the headings and articles of whatever is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import Article, ArticleKind, DocumentKind, ParsedDocument

LONGEST_TITLE = 26
EXAMPLES = 6


@dataclass(frozen=True, slots=True)
class Example:
    """A question that the materials answer, and what it is about."""

    topic: str
    text: str


def example_questions(
    documents: Sequence[ParsedDocument], *, limit: int = EXAMPLES
) -> list[Example]:
    """Return questions that the documents answer, taking one from each part in turn."""
    queues = [
        list(_part_questions(parsed)) for parsed in documents if not parsed.document.edition_of
    ]
    chosen: list[Example] = []
    while any(queues) and len(chosen) < limit:
        for queue in queues:
            if queue and len(chosen) < limit:
                chosen.append(queue.pop(0))
    return chosen


def _part_questions(parsed: ParsedDocument) -> Iterator[Example]:
    """Yield a question about each part of a document, shortest title of the part first chosen."""
    parts: dict[str, list[Article]] = {}
    for article in parsed.articles:
        parts.setdefault(_part(article), []).append(article)
    name = parsed.document.short_title or parsed.document.title
    for topic, articles in parts.items():
        titles = [title for title in map(_title, articles) if title]
        if titles and parsed.document.kind is DocumentKind.INTERVIEW:
            yield Example(topic, min(titles, key=len))
        elif titles:
            yield Example(topic, f"{min(titles, key=len)}，《{name}》有什么要求？")


def _part(article: Article) -> str:
    return article.headings[0].title if article.headings else ""


def _title(article: Article) -> str:
    """Return an article's title when it is short enough to be asked about, else nothing."""
    if article.kind is ArticleKind.PASSAGE:
        return ""
    title = re.sub(r"\s+", "", article.title).rstrip("。；，：")
    return title if len(title) <= LONGEST_TITLE else ""
