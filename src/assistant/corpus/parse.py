"""Document → headings and articles, with exact spans.

Lines are read (``lines``), the text's way of numbering is found (``style``), then its headings
and table of contents (``headings``), then the lines that open articles (``sequence``). What is
left is text, which belongs to the unit above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.corpus.headings import HeadingLine, find_contents, find_headings
from assistant.corpus.lines import HEADING_CHARACTERS, Line, read_lines
from assistant.corpus.markers import DIVISIONS, Family
from assistant.corpus.records import Unit, build_articles
from assistant.corpus.sequence import find_articles
from assistant.corpus.style import read_style
from assistant.domain import (
    ArticleKind,
    Document,
    DocumentKind,
    Heading,
    ParsedDocument,
    Problem,
    ProblemKind,
)

_MARKED = (*DIVISIONS, Family.COMMA, Family.PAREN)
"""What a heading's marker may be; anything else a heading begins with is its words."""
_CLOSED = tuple("。！？；…”）!?;)")
_DATE_LINE = re.compile(
    r"[（(]?[\d〇零一二三四五六七八九○]{4}\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月"
    r"(?:\s*[\d一二三四五六七八九十]{1,3}\s*日)?[）)]?"
)
_LETTER_SPACED = re.compile(r"\S(?:[ \t\u3000]+\S)+")


@dataclass(slots=True)
class _State:
    """What has been read so far."""

    headings: list[Heading] = field(default_factory=list)
    open_headings: list[Heading] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    closed: bool = True
    """A heading came after the last unit."""


def parse_document(document: Document) -> ParsedDocument:
    """Return the structure of a document. Never fails: what is odd is among its ``problems``."""
    lines = list(read_lines(document))
    style = read_style(lines, document.kind)
    contents = find_contents(lines, style)
    headings = find_headings(lines, style, document, contents=contents)
    numbering = find_articles(
        lines, style.numbering, document, headings=headings, contents=contents
    )
    signature = _signature_start(lines) if numbering.opening else len(lines)
    state = _State()
    for at, line in enumerate(lines):
        if at in contents:
            continue
        if at in headings:
            _add_heading(state, line, headings[at], document)
            rest = _behind(line, headings[at])
            if rest is not None:
                _add_text(state, rest, document)
        elif at in numbering.opening:
            _add_unit(state, ArticleKind.ARTICLE, line)
        elif at == signature:
            _add_unit(state, ArticleKind.PASSAGE, line)
        else:
            _add_text(state, line, document)
    articles = build_articles(state.units, document)
    problems = list(numbering.problems)
    for unit, article in zip(state.units, articles, strict=True):
        if not article.paragraphs:
            problems.append(_empty(unit, document))
    problems.sort(key=lambda problem: problem.line)
    return ParsedDocument(document, tuple(state.headings), articles, tuple(problems))


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


def _add_heading(state: _State, line: Line, found: HeadingLine, document: Document) -> None:
    text = line.text[: found.end]
    marker = line.marker if line.marker and line.marker.family in _MARKED else None
    title = (text[marker.end :] if marker else text).strip("*。 \t\u3000")
    if _LETTER_SPACED.fullmatch(title):  # 总　则
        title = "".join(title.split())
    number = len(state.headings) + 1
    heading = Heading(
        id=f"{document.id}#h{number}",
        document_id=document.id,
        level=found.level,
        marker=marker.text if marker else "",
        title=title,
        start=line.start,
        end=line.start + found.end,
    )
    state.headings.append(heading)
    above = [h for h in state.open_headings if h.level < found.level]
    state.open_headings = [*above, heading] if found.level > 0 else []
    state.closed = True


def _behind(line: Line, found: HeadingLine) -> Line | None:
    """Return what stands behind a heading in its line, as a line of its own."""
    rest = line.text[found.end :].lstrip()
    if not rest:
        return None
    return replace(line, text=rest, start=line.end - len(rest), hashes=0, marker=None)


def _add_unit(state: _State, kind: ArticleKind, line: Line) -> None:
    state.units.append(Unit(kind, [line], tuple(state.open_headings)))
    state.closed = False


def _add_text(state: _State, line: Line, document: Document) -> None:
    """Add a line that is neither heading nor article marker to the unit it belongs to."""
    if document.kind is DocumentKind.INTERVIEW and line.asks:
        _add_unit(state, ArticleKind.EXCHANGE, line)
    elif not state.closed and _belongs_to_last(state, line):
        state.units[-1].lines.append(line)
    else:
        _add_unit(state, ArticleKind.PASSAGE, line)


def _belongs_to_last(state: _State, line: Line) -> bool:
    last = state.units[-1]
    if last.kind is not ArticleKind.PASSAGE:
        return True
    if last.lines[-1].text.endswith(("：", ":")):  # an address line, or a lead-in to a list
        return True
    # A signature or a date closes the paragraph before it; a byline opens nothing.
    return not line.text.endswith(_CLOSED) and len(line.text) <= HEADING_CHARACTERS


def _signature_start(lines: Sequence[Line]) -> int:
    """Return where the issuer and date at the end of a document begin, else its length."""
    if not lines or not _DATE_LINE.fullmatch(lines[-1].text):
        return len(lines)
    at = len(lines) - 1
    while at > 0 and _is_signature(lines[at - 1]):
        at -= 1
    return at


def _is_signature(line: Line) -> bool:
    return line.marker is None and line.is_title_like and not line.text.endswith(_CLOSED)


def _empty(unit: Unit, document: Document) -> Problem:
    line = unit.lines[0]
    marker = line.marker.text if line.marker else line.text
    return Problem(
        ProblemKind.EMPTY, document.file or document.id, line.number, f"{marker}没有正文"
    )
