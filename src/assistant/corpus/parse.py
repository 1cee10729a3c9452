"""Document → headings and articles, with exact spans.

How a text numbers its articles is read off the text: 第X条 when it has any; else （一） when it
runs straight through or under 一、 headings; else 一、; else it has none and its paragraphs are
the units. A marker counts at the start of a line and in sequence only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.corpus.markers import (
    DIVISIONS,
    Family,
    Marker,
    read_marker,
    reads_as_citation,
)
from assistant.corpus.sentences import split_sentences
from assistant.domain import (
    Article,
    ArticleKind,
    Document,
    DocumentKind,
    Heading,
    Item,
    Paragraph,
    ParsedDocument,
    Problem,
    ProblemKind,
    Sentence,
)
from assistant.text import fold

HEADING_CHARACTERS = 60
"""A longer line is running text, whatever it begins with."""
CAPTION_CHARACTERS = 60
WIDEST_GAP = 20
"""A number further ahead than this is not the next article but something else."""

_ITEM_FAMILIES = (Family.COMMA, Family.PAREN, Family.DOT, Family.PAREN_DIGIT)
_QUESTION = re.compile(r"(?:记者|问|主持人)\s*[：:]\s*")
_REPLY = re.compile(r"(?:答|.{0,8}负责人)\s*[：:]\s*")
_CLOSED = tuple("。！？；…”）!?;)")
_BRACKETED_CAPTION = re.compile(r"\s*[【〔\[（(](?P<caption>[^】〕\]）)\n]{1,40})[】〕\]）)]\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: its text behind Markdown marks and indent, and its span."""

    number: int
    text: str
    start: int
    end: int
    hashes: int
    marker: Marker | None


@dataclass(slots=True)
class _Unit:
    kind: ArticleKind
    marker: Marker | None
    lines: list[Line]
    headings: tuple[Heading, ...]


@dataclass(slots=True)
class _State:
    """What has been read so far."""

    headings: list[Heading] = field(default_factory=list)
    open_headings: list[Heading] = field(default_factory=list)
    units: list[_Unit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    last: Marker | None = None
    """The last accepted article marker; None again where numbering may restart."""
    closed: bool = True
    """A heading came after the last unit."""


def parse_document(document: Document) -> ParsedDocument:
    """Return the structure of a document. Never fails: what is odd is among its ``problems``."""
    lines = list(_read_lines(document))
    numbering = _choose_numbering(lines, document.kind)
    levels = _heading_levels(lines, numbering)
    contents = _contents_lines(lines, levels)
    state = _State()
    for line in lines:
        if line.number in contents:
            continue
        level = _heading_level(line, levels, document)
        if level is not None:
            _add_heading(state, line, level, document)
        elif _opens_article(state, line, numbering, document):
            state.units.append(
                _Unit(ArticleKind.ARTICLE, line.marker, [line], tuple(state.open_headings))
            )
        else:
            _add_text(state, line, document)
            continue
        state.closed = level is not None
    nested = numbering is not None and _restarts(lines, numbering)
    articles = _name_articles(state, document, nested=nested)
    for unit, article in zip(state.units, articles, strict=True):
        if not any(paragraph.text for paragraph in article.paragraphs):
            state.problems.append(
                _problem(document, unit.lines[0], ProblemKind.EMPTY, f"{article.marker}没有正文")
            )
    return ParsedDocument(document, tuple(state.headings), articles, tuple(state.problems))


def pieces(parsed: ParsedDocument) -> list[tuple[str, int, int]]:
    """Return (kind, start, end) of everything in the document; the spans join to its text.

    Kinds: ``heading``, ``article``, and ``between`` for white space, Markdown marks and a table
    of contents.
    """
    marked = [("heading", h.start, h.end) for h in parsed.headings]
    marked += [("article", a.start, a.end) for a in parsed.articles]
    out, at = [], 0
    for kind, start, end in sorted(marked, key=lambda piece: piece[1]):
        if at < start:
            out.append(("between", at, start))
        out.append((kind, start, end))
        at = end
    if at < len(parsed.document.text):
        out.append(("between", at, len(parsed.document.text)))
    return out


# --- lines -----------------------------------------------------------------------------------


def _read_lines(document: Document) -> Iterator[Line]:
    at = 0
    for number, raw in enumerate(document.text.split("\n"), start=document.first_line):
        body = raw.rstrip()
        marks = re.match(r"[ \t\u3000\ufeff]*(#{0,6})[ \t]*(?:\*\*)?", body)
        skip = marks.end() if marks else 0
        text = body[skip:].removesuffix("**").rstrip()
        if text:
            start = at + skip
            hashes = len(marks[1]) if marks else 0
            yield Line(number, text, start, start + len(text), hashes, read_marker(text))
        at += len(raw) + 1


def _choose_numbering(lines: Sequence[Line], kind: DocumentKind) -> Family | None:
    if kind is not DocumentKind.NORMATIVE:
        return None
    counts = {family: 0 for family in Family}
    for line in lines:
        if line.marker and not reads_as_citation(line.text, line.marker):
            counts[line.marker.family] += 1
    for family in (Family.ARTICLE, Family.PAREN, Family.COMMA, Family.DOT):
        if counts[family] >= (1 if family is Family.ARTICLE else 2):
            return family
    return None


def _heading_levels(lines: Sequence[Line], numbering: Family | None) -> dict[Family, int]:
    """Return the heading level of each family that makes headings in this document."""
    present = {line.marker.family for line in lines if line.marker}
    families = [f for f in DIVISIONS if f in present]
    if numbering is not Family.ARTICLE and numbering is not Family.COMMA:
        families += [Family.COMMA] if Family.COMMA in present else []
    return {family: level for level, family in enumerate(families, start=1)}


def _is_title_like(text: str) -> bool:
    return len(text) <= HEADING_CHARACTERS and not text.endswith(tuple("。；：，、;:,"))


def _heading_level(line: Line, levels: dict[Family, int], document: Document) -> int | None:
    marked = levels.get(line.marker.family) if line.marker else None
    if marked is not None and _is_title_like(line.text):
        return marked
    if line.hashes:
        return line.hashes - 1
    if line.number <= document.first_line + 12 and fold(line.text) == fold(document.title):
        return 0
    return None


def _contents_lines(lines: Sequence[Line], levels: dict[Family, int]) -> set[int]:
    """Return the numbers of the lines of a table of contents: headings that come once more."""
    seen: dict[str, int] = {}
    contents: set[int] = set()
    for line in lines:
        if line.marker is None or line.marker.family not in levels:
            continue
        key = fold(line.text)
        if key in seen:
            contents.add(seen[key])
        seen[key] = line.number
    if contents:
        contents |= {
            line.number
            for line in lines
            if fold(line.text) == "目录" and line.number < max(contents)
        }
    return contents


# --- structure -------------------------------------------------------------------------------


def _add_heading(state: _State, line: Line, level: int, document: Document) -> None:
    marker = line.marker.text if line.marker and line.marker.family is not Family.DOT else ""
    title = line.text[line.marker.end :].strip() if line.marker and marker else line.text
    number = len(state.headings) + 1
    heading = Heading(
        f"{document.id}#h{number}", document.id, level, marker, title, line.start, line.end
    )
    state.headings.append(heading)
    if level > 0:
        state.open_headings = [h for h in state.open_headings if h.level < level] + [heading]
    else:
        state.open_headings = []


def _opens_article(state: _State, line: Line, numbering: Family | None, document: Document) -> bool:
    marker = line.marker
    if marker is None or marker.family is not numbering or reads_as_citation(line.text, marker):
        return False
    last = state.last
    problem = _sequence_problem(last, marker, document, line, restart=state.closed)
    if problem is None:
        state.last = marker
        return True
    if marker.family is Family.ARTICLE and not marker.spaced:
        return False
    ahead = last is not None and marker.number >= last.number
    near = last is None or marker.number - last.number <= WIDEST_GAP
    state.problems.append(problem)
    if (ahead and near) or last is None:
        state.last = marker
        return True
    return False


def _sequence_problem(
    last: Marker | None, marker: Marker, document: Document, line: Line, *, restart: bool
) -> Problem | None:
    """Return what is wrong with ``marker`` coming after ``last``, or None when it is in order."""
    here = (marker.number, marker.suffix)
    if last is None:
        if here == (1, 0):
            return None
        return _problem(
            document, line, ProblemKind.GAP, f"第一个条号是{marker.text}，此前的条文缺失"
        )
    if here in ((last.number + 1, 0), (last.number, last.suffix + 1)):
        return None
    if here == (1, 0) and restart:
        return None
    if here == (last.number, last.suffix):
        return _problem(document, line, ProblemKind.REPEAT, f"{marker.text}重复出现")
    if here > (last.number, last.suffix):
        return _problem(
            document, line, ProblemKind.GAP, f"{last.text}之后是{marker.text}，中间的条文缺失"
        )
    return _problem(
        document, line, ProblemKind.REPEAT,
        f"{marker.text}出现在{last.text}之后，不合顺序，按正文处理",
    )  # fmt: skip


def _problem(document: Document, line: Line, kind: ProblemKind, message: str) -> Problem:
    return Problem(kind, document.file or document.id, line.number, message)


def _add_text(state: _State, line: Line, document: Document) -> None:
    """Add a line that is neither heading nor article marker to the unit it belongs to."""
    headings = tuple(state.open_headings)
    interview = document.kind is DocumentKind.INTERVIEW
    if interview and _QUESTION.match(line.text):
        state.units.append(_Unit(ArticleKind.EXCHANGE, None, [line], headings))
    elif not state.closed and _belongs_to_last(state, line):
        state.units[-1].lines.append(line)
    else:
        state.units.append(_Unit(ArticleKind.PASSAGE, None, [line], headings))
    state.closed = False


def _belongs_to_last(state: _State, line: Line) -> bool:
    last = state.units[-1]
    if last.kind is not ArticleKind.PASSAGE:
        return True
    if last.lines[-1].text.endswith(("：", ":")):  # an address line, or a lead-in to a list
        return True
    # A signature or a date closes the paragraph before it; a byline opens nothing.
    return not line.text.endswith(_CLOSED) and len(line.text) <= HEADING_CHARACTERS


def _restarts(lines: Sequence[Line], numbering: Family) -> bool:
    ones = [
        line for line in lines if line.marker and line.marker.family is numbering
        and line.marker.number == 1 and line.marker.suffix == 0
    ]  # fmt: skip
    return numbering is not Family.ARTICLE and len(ones) > 1


# --- records ---------------------------------------------------------------------------------


def _name_articles(state: _State, document: Document, *, nested: bool) -> tuple[Article, ...]:
    articles: list[Article] = []
    taken: set[str] = set()
    ordinals: dict[tuple[ArticleKind | str, ...], int] = {}
    unnumbered = {ArticleKind.PASSAGE: 0, ArticleKind.EXCHANGE: 0}
    for unit in state.units:
        if unit.marker is not None:
            name = _article_name(unit, nested=nested)
        else:
            unnumbered[unit.kind] += 1
            letter = "p" if unit.kind is ArticleKind.PASSAGE else "q"
            name = f"{letter}{unnumbered[unit.kind]}"
        unique, copy = name, 1
        while unique in taken:
            copy += 1
            unique = f"{name}~{copy}"
        taken.add(unique)
        under = (unit.kind, *(h.id for h in unit.headings))
        ordinals[under] = ordinals.get(under, 0) + 1
        article = _build_article(unit, f"{document.id}#{unique}", document)
        articles.append(replace(article, ordinal=ordinals[under]))
    return tuple(articles)


def _article_name(unit: _Unit, *, nested: bool) -> str:
    marker = unit.marker
    assert marker is not None  # noqa: S101 - only numbered units come here
    name = str(marker.number) + (f"-{marker.suffix}" if marker.suffix else "")
    if nested and unit.headings:
        above = read_marker(unit.headings[-1].marker)
        if above is not None:
            name = f"{above.number}.{name}"
    return name


def _build_article(unit: _Unit, article_id: str, document: Document) -> Article:
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
    return marker.end + len(rest) - len(rest.lstrip())


def _skip_speaker(line: Line, unit: _Unit) -> int:
    """Return how far 记者： or 答： reaches: who speaks is no part of what is said."""
    if unit.kind is not ArticleKind.EXCHANGE:
        return 0
    match = _QUESTION.match(line.text) or _REPLY.match(line.text)
    return match.end() if match else 0


def _caption(text: str, unit: _Unit) -> tuple[str, int]:
    """Return an article's caption in brackets (第二十条【定义】) and how far it reaches."""
    if unit.marker is None or unit.marker.family is not Family.ARTICLE:
        return "", 0
    match = _BRACKETED_CAPTION.match(text)
    if match is None or (match.end() == len(text) and len(unit.lines) == 1):
        return "", 0
    return match["caption"], match.end()


def _leading_phrase(unit: _Unit, paragraphs: Sequence[Paragraph]) -> str:
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
    unit: _Unit, article_id: str, document: Document, body: int
) -> tuple[Paragraph, ...]:
    """Group the lines of a unit: an item joins the paragraph that it belongs to."""
    groups: list[list[tuple[int, int, Marker | None]]] = []
    expected: dict[Family, int] = {}
    for position, line in enumerate(unit.lines):
        start = (line.start if position else body) + _skip_speaker(line, unit)
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
