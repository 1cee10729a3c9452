"""Lines that belong together → articles with paragraphs, items, sentences and stable ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.corpus.lines import Line
from assistant.corpus.markers import Family, Marker, read_marker
from assistant.corpus.sentences import split_sentences
from assistant.domain import (
    Article,
    ArticleKind,
    Document,
    Heading,
    Item,
    Paragraph,
    Sentence,
)

CAPTION_CHARACTERS = 60

_ITEM_FAMILIES = (Family.COMMA, Family.PAREN, Family.DOT, Family.PAREN_DIGIT)
_BRACKETED_CAPTION = re.compile(r"\s*[【〔\[（(](?P<caption>[^】〕\]）)\n]{1,40})[】〕\]）)]\s*")


@dataclass(slots=True)
class Unit:
    """The lines of an article, or of an unnumbered unit in its place."""

    kind: ArticleKind
    lines: list[Line]
    headings: tuple[Heading, ...]

    @property
    def marker(self) -> Marker | None:
        """The marker of a numbered article."""
        return self.lines[0].marker if self.kind is ArticleKind.ARTICLE else None


def build_articles(units: Sequence[Unit], document: Document) -> tuple[Article, ...]:
    """Return the articles of a document, with ids that no two share."""
    nested = _restarts(units)
    articles: list[Article] = []
    taken: set[str] = set()
    ordinals: dict[tuple[str, ...], int] = {}
    unnumbered = {ArticleKind.PASSAGE: 0, ArticleKind.EXCHANGE: 0}
    for unit in units:
        if unit.marker is not None:
            name = _article_name(unit.marker, unit.headings if nested else ())
        else:
            unnumbered[unit.kind] += 1
            letter = "p" if unit.kind is ArticleKind.PASSAGE else "q"
            name = f"{letter}{unnumbered[unit.kind]}"
        unique, copy = name, 1
        while unique in taken:
            copy += 1
            unique = f"{name}~{copy}"
        taken.add(unique)
        under = (unit.kind.value, *(heading.id for heading in unit.headings))
        ordinals[under] = ordinals.get(under, 0) + 1
        article = _build_article(unit, f"{document.id}#{unique}", document)
        articles.append(replace(article, ordinal=ordinals[under]))
    return tuple(articles)


def _restarts(units: Sequence[Unit]) -> bool:
    """Tell whether articles are numbered anew under each heading; 第X条 never are."""
    ones = [u for u in units if u.marker and u.marker.key == (1, 0)]
    return len(ones) > 1 and all(u.marker.family is not Family.ARTICLE for u in ones if u.marker)


def _article_name(marker: Marker, headings: Sequence[Heading]) -> str:
    """Return 5, 10-1 for 第十条之一, 2.1 for （一） under 二、 where each heading starts anew."""
    above = [found.number for h in headings if (found := read_marker(h.marker))]
    name = str(marker.number) + (f"-{marker.suffix}" if marker.suffix else "")
    return ".".join([*map(str, above), name])


def _build_article(unit: Unit, article_id: str, document: Document) -> Article:
    first, marker = unit.lines[0], unit.marker
    start, end = first.start, unit.lines[-1].end
    body = first.start + _skip_marker(first, marker)
    caption, skipped = _caption(first.text[body - first.start :], unit)
    paragraphs = _build_paragraphs(unit, article_id, document, body + skipped)
    if not caption:
        caption = _leading_phrase(unit, paragraphs)
    return Article(
        id=article_id,
        document_id=document.id,
        kind=unit.kind,
        number=marker.number if marker else None,
        suffix=marker.suffix if marker else 0,
        marker=marker.text if marker else "",
        ordinal=0,
        title=caption,
        headings=unit.headings,
        text=document.text[start:end],
        start=start,
        end=end,
        paragraphs=paragraphs,
    )


def _skip_marker(line: Line, marker: Marker | None) -> int:
    if marker is None:
        return 0
    rest = line.text[marker.end :]
    # **第一条** 为了……: the end of bold print is no part of the text.
    return len(line.text) - len(rest.removeprefix("**").lstrip())


def _caption(text: str, unit: Unit) -> tuple[str, int]:
    """Return an article's caption in brackets (第二十条【定义】) and how far it reaches."""
    if unit.marker is None or unit.marker.family is not Family.ARTICLE:
        return "", 0
    match = _BRACKETED_CAPTION.match(text)
    if match is None or (match.end() == len(text) and len(unit.lines) == 1):
        return "", 0
    if read_marker(text):  # 第三条 （一）…… begins with an item
        return "", 0
    return match["caption"], match.end()


def _leading_phrase(unit: Unit, paragraphs: Sequence[Paragraph]) -> str:
    if not paragraphs:
        return ""
    if unit.kind is ArticleKind.EXCHANGE:
        return paragraphs[0].text
    if unit.marker is None or unit.marker.family is Family.ARTICLE:
        return ""
    sentences = [s for paragraph in paragraphs for s in paragraph.sentences]
    first = sentences[0].text if sentences else ""
    if len(sentences) > 1 and len(first) <= CAPTION_CHARACTERS:
        return first.rstrip("。")
    return ""


def _build_paragraphs(
    unit: Unit, article_id: str, document: Document, body: int
) -> tuple[Paragraph, ...]:
    """Group the lines of a unit: an item joins the paragraph that it belongs to."""
    groups: list[list[tuple[int, int, Marker | None]]] = []
    expected: dict[Family, int] = {}
    for position, line in enumerate(unit.lines):
        start = line.start if position else body
        if unit.kind is ArticleKind.EXCHANGE:
            start += line.speaker_end
        if start >= line.end:
            continue
        marker = line.marker if position and _makes_item(line) else None
        if marker and groups and marker.number in (1, expected.get(marker.family)):
            expected[marker.family] = marker.number + 1
            groups[-1].append((start, line.end, marker))
        else:
            expected = {}
            groups.append([(start, line.end, None)])
    return tuple(
        _build_paragraph(group, f"{article_id}.p{number}", document)
        for number, group in enumerate(groups, start=1)
    )


def _makes_item(line: Line) -> bool:
    return line.marker is not None and line.marker.family in _ITEM_FAMILIES


def _build_paragraph(
    group: Sequence[tuple[int, int, Marker | None]], paragraph_id: str, document: Document
) -> Paragraph:
    sentences: list[Sentence] = []
    items: list[Item] = []
    for start, end, marker in group:
        if marker is not None:
            item_id = f"{paragraph_id}.i{len(items) + 1}"
            items.append(Item(item_id, marker.text, document.text[start:end], start, end))
        for from_, to in split_sentences(document.text[start:end]):
            text = document.text[start + from_ : start + to].rstrip()
            sentence_id = f"{paragraph_id}.s{len(sentences) + 1}"
            sentences.append(Sentence(sentence_id, text, start + from_, start + from_ + len(text)))
    start, end = group[0][0], group[-1][1]
    return Paragraph(
        paragraph_id, document.text[start:end], start, end, tuple(sentences), tuple(items)
    )
