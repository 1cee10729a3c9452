"""Example questions: the corpus folder's own, else made from the articles that are loaded."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain import Article, ArticleKind, DocumentKind, ParsedDocument
from assistant.errors import CorpusError

FILE_NAME = "examples.toml"
EXAMPLES = 12
_CLAUSE_CHARACTERS = range(5, 19)


@dataclass(frozen=True, slots=True)
class Example:
    """A question that the materials answer, and what it is about."""

    topic: str
    question: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    topics: dict[str, list[str]]


def example_questions(
    folder: Path, documents: Sequence[ParsedDocument], *, limit: int = EXAMPLES
) -> list[Example]:
    """Return the folder's examples, else examples made from the documents, one a part.

    Raises ``CorpusError`` when the folder's file is broken.
    """
    path = folder / FILE_NAME
    chosen = _read(path) if path.is_file() else _make(documents)
    return list(islice(chosen, limit))


def _read(path: Path) -> Iterator[Example]:
    try:
        topics = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).topics
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise CorpusError(f"示例问题文件 {path.name} 的格式不对，请改正或删去。") from error
    return _in_turn([[Example(topic, text) for text in texts] for topic, texts in topics.items()])


def _make(documents: Sequence[ParsedDocument]) -> Iterator[Example]:
    return _in_turn([list(_ask(d)) for d in documents if not d.document.edition_of])


def _in_turn(queues: Sequence[Sequence[Example]]) -> Iterator[Example]:
    """Yield the first of each queue, then the second of each, and so on."""
    for turn in zip_longest(*queues):
        yield from filter(None, turn)


def _ask(parsed: ParsedDocument) -> Iterator[Example]:
    """Yield one question about each part of a document."""
    name = parsed.document.short_title or parsed.document.title
    parts: dict[str, list[str]] = {}
    for article in parsed.articles:
        part = article.headings[0].id if article.headings else ""
        parts.setdefault(part, []).append(subject_of(article))
    for subjects in parts.values():
        subject = next(filter(None, subjects), "")
        if subject and parsed.document.kind is DocumentKind.INTERVIEW:
            yield Example(name, subject)
        elif subject:
            yield Example(name, f"关于{subject}，《{name}》有哪些规定？")


def subject_of(article: Article) -> str:
    """Return what an article is about, when its title says so in one short clause."""
    title = re.sub(r"\s+", "", article.title)
    if article.kind is ArticleKind.EXCHANGE:
        return title
    clause = re.split(r"[，。；：、]", title)[0]
    is_fit = article.kind is ArticleKind.ARTICLE and len(clause) in _CLAUSE_CHARACTERS
    return clause if is_fit else ""
