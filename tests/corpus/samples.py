"""Documents written for one test each, and what holds for every parsed document."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from assistant.corpus.parse import parse_document, pieces
from assistant.domain import Article, Document, DocumentKind, ParsedDocument

REPOSITORY = Path(__file__).parents[2]
CORPUS = REPOSITORY / "corpus"
SOURCES = CORPUS / "sources"


def parse(
    text: str,
    *,
    kind: DocumentKind = DocumentKind.NORMATIVE,
    title: str = "办公用房管理办法",
    first_line: int = 1,
) -> ParsedDocument:
    """Return a text parsed as the document ``office-rules``."""
    return parse_document(
        Document(
            id="office-rules",
            title=title,
            short_title=title,
            text=text,
            kind=kind,
            file="office-rules.md",
            first_line=first_line,
        )
    )


def ids(parsed: ParsedDocument) -> list[str]:
    """Return the ids of the articles without the document's."""
    return [article.id.partition("#")[2] for article in parsed.articles]


def numbers(parsed: ParsedDocument) -> list[int | None]:
    """Return the numbers of the numbered articles."""
    return [article.number for article in parsed.numbered]


def titles(parsed: ParsedDocument) -> list[str]:
    """Return the headings as printed, markers included."""
    return [f"{heading.marker}{heading.title}" for heading in parsed.headings]


def article(parsed: ParsedDocument, name: str) -> Article:
    """Return the article whose id ends in ``name``."""
    return next(a for a in parsed.articles if a.id == f"office-rules#{name}")


def problems(parsed: ParsedDocument) -> list[tuple[str, int, str]]:
    """Return kind, line and message of what is odd."""
    return [(problem.kind.value, problem.line, problem.message) for problem in parsed.problems]


def assert_sound(parsed: ParsedDocument) -> None:
    """Check what holds for every document: spans, order, unique ids, nothing lost."""
    text = parsed.document.text
    joined = pieces(parsed)
    assert "".join(text[start:end] for _, start, end in joined) == text
    assert all(a[2] == b[1] for a, b in pairwise(joined))
    names: list[str] = [heading.id for heading in parsed.headings]
    for found in parsed.articles:
        names.append(found.id)
        assert text[found.start : found.end] == found.text
        assert found.text.strip() == found.text != ""
        at = found.start
        for paragraph in found.paragraphs:
            names.append(paragraph.id)
            assert text[paragraph.start : paragraph.end] == paragraph.text
            assert at <= paragraph.start < paragraph.end <= found.end
            at = paragraph.end
            inner = paragraph.start
            for sentence in paragraph.sentences:
                names.append(sentence.id)
                assert text[sentence.start : sentence.end] == sentence.text
                assert inner <= sentence.start < sentence.end <= paragraph.end
                # Between them is white space, or an empty Markdown heading or rule.
                assert re.sub(r"[\s#*_\ufeff-]", "", text[inner : sentence.start]) == ""
                inner = sentence.end
            for item in paragraph.items:
                names.append(item.id)
                assert text[item.start : item.end] == item.text
                assert paragraph.start <= item.start < item.end <= paragraph.end
    assert len(set(names)) == len(names)
