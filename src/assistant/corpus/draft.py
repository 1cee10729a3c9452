"""Raw text → Markdown drafts: ``assistant corpus import``.

A compilation is split into its documents, by its table of contents or, without one, at titles
after which the numbering starts anew. Covers, contents and page numbers are left over and named.
Front matter is filled in as far as the text tells; an editor completes it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from assistant.corpus.extract import read_file
from assistant.corpus.furniture import strip_furniture
from assistant.corpus.markers import DIVISIONS, Family, read_marker
from assistant.corpus.parse import parse_document
from assistant.corpus.unwrap import join_wrapped_lines
from assistant.domain import Document, DocumentKind, ParsedDocument
from assistant.errors import CorpusError
from assistant.text import fold

_SPEAKER = re.compile(r"^(?:记者|问|主持人)\s*[：:]")
_SOURCE = re.compile(r"^来源\s*[：:]\s*(?P<source>.+?)\s*$")
_DATE = re.compile(r"(?P<y>\d{4})\s*[年-]\s*(?P<m>\d{1,2})\s*[月-]\s*(?P<d>\d{1,2})\s*日?")
_GENRE = re.compile(
    r"(?:若干措施|实施意见|意见|实施办法|办法|条例|规定|实施细则|细则|准则|规则|通知|决定|纲要|方案|法)$"
)
_CLOSED = tuple("。！？；：…”）!?;:)")
_TIGHT = re.compile(r"(?<=[^\x00-\x7f])[ \t\u3000]+|[ \t\u3000]+(?=[^\x00-\x7f])")
_NOTICE_REACH = 12
"""Paragraphs above a title in which the 通知 that issues it may begin."""
_SHORTEST_TITLE = 8
_FRONT_LINES = 6
"""Paragraphs behind a title in which its source and date may stand."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document cut from a raw text, ready to be edited, and what the parser found in it."""

    parsed: ParsedDocument
    markdown: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """The documents of a raw text in order, and what belongs to none of them."""

    documents: tuple[Draft, ...]
    leftovers: tuple[str, ...]


def read_raw_text(path: Path) -> str:
    """Return the text of a file, whatever it is kept in. Raises ``CorpusError``."""
    return read_file(path).text


def draft_documents(raw: str) -> Drafts:
    """Return the documents in ``raw``. Raises ``CorpusError`` when there is no text in it."""
    stripped = strip_furniture(raw.split("\n"))
    contents = stripped.titles
    cover = _paragraphs("\n".join(stripped.cover))
    paragraphs = _join_titles(_paragraphs("\n".join(stripped.lines)), contents)
    if not paragraphs:
        raise CorpusError("文件中没有文字，无法导入。")
    starts = _find_titles(paragraphs, contents) or _guess_titles(paragraphs)
    bounds = [*starts[1:], len(paragraphs)]
    documents: list[Draft] = []
    for start, end in zip(starts, bounds, strict=True):
        taken = {draft.parsed.document.id for draft in documents}
        documents.append(_draft(paragraphs[start:end], contents, taken))
    return Drafts(tuple(documents), (*cover, *paragraphs[: starts[0]], *stripped.furniture))


def front_matter(document: Document) -> str:
    """Return a document's front matter as it stands in its Markdown file, fences included."""
    fields = {
        "id": document.id,
        "title": document.title,
        "short_title": document.short_title,
        "aliases": list(document.aliases),
        "issuer": document.issuer,
        "kind": document.kind.value,
        "authority": document.authority,
        "published": document.published_on,
        "issued": document.issued_on,
        "source": document.source,
        "edition_of": document.edition_of,
        "implements": document.implements,
        "scope": document.scope,
    }
    kept = {k: v for k, v in fields.items() if v or k == "authority"}
    return f"---\n{yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=1000)}---\n"


def _paragraphs(raw: str) -> list[str]:
    joined = _join_bold(join_wrapped_lines(raw).split("\n"))
    return [line.strip() for line in joined if line.strip()]


def _join_bold(lines: Sequence[str]) -> list[str]:
    """Join the lines of a title that was set in bold over several lines."""
    out: list[str] = []
    open_ = False
    for line in filter(None, (line.strip() for line in lines)):
        if open_:
            out[-1] += line
        else:
            out.append(line)
        if line.count("**") % 2:
            open_ = not open_
    return [line[2:-2] if line.startswith("**") and line.endswith("**") else line for line in out]


def _join_titles(paragraphs: Sequence[str], contents: Sequence[str]) -> list[str]:
    """Join a title that was printed in several lines, as the table of contents spells it."""
    wanted = [fold(title) for title in contents]
    out: list[str] = []
    for paragraph in paragraphs:
        both = fold(out[-1] + paragraph) if out else ""
        if len(fold(out[-1] if out else "")) >= _SHORTEST_TITLE and any(
            title.startswith(both) for title in wanted
        ):
            out[-1] += paragraph
        else:
            out.append(paragraph)
    return out


# --- where documents begin -------------------------------------------------------------------


def _find_titles(paragraphs: Sequence[str], contents: Sequence[str]) -> list[int]:
    """Return where the titles of the table of contents stand, in order; empty without one."""
    starts: list[int] = []
    after = -1
    for title in contents:
        wanted = fold(title)
        for i in range(after + 1, len(paragraphs)):
            printed = fold(paragraphs[i])
            # A long title may go on in the next line; its first line is enough.
            if len(printed) >= _SHORTEST_TITLE and wanted.startswith(printed):
                starts.append(_with_notice(paragraphs, i, after))
                after = i
                break
    return starts


def _guess_titles(paragraphs: Sequence[str]) -> list[int]:
    """Return where documents begin in a text without contents: a title, then numbering anew."""
    starts = [0]
    numbered = False
    title = None
    for i, paragraph in enumerate(paragraphs):
        marker = read_marker(paragraph)
        if marker is None:
            if _GENRE.search(paragraph) and len(paragraph) <= 60 and i - starts[-1] > 1:
                title = i
        elif marker.number == 1 and numbered and title is not None and i - title <= _NOTICE_REACH:
            starts.append(_with_notice(paragraphs, title, starts[-1]))
            title = None
        numbered = numbered or marker is not None
    return starts


def _with_notice(paragraphs: Sequence[str], title: int, after: int) -> int:
    """Return where the 通知 above a title begins when one issues it, else ``title``."""
    name = fold(paragraphs[title])
    for i in range(title - 1, max(after, title - _NOTICE_REACH, -1), -1):
        folded = fold(paragraphs[i])
        if folded.endswith("的通知") and name in folded:
            return i
    return title


# --- one document ----------------------------------------------------------------------------


def _draft(paragraphs: Sequence[str], contents: Sequence[str], taken: set[str]) -> Draft:
    titles = _title_lines(paragraphs, contents)
    title = _tight(paragraphs[titles[-1]])
    kind = _kind(paragraphs)
    lines = []
    for i, paragraph in enumerate(paragraphs):
        text = _tight(paragraph) if i in titles or paragraph.endswith(_CLOSED) else paragraph
        lines.append("#" * _level(i, text, titles, kind) + (" " if i in titles else "") + text)
    lines = [_space_heading(line) for line in lines]
    body = "\n\n".join(lines) + "\n"
    found = _dates(paragraphs, titles)
    document = Document(
        id=_new_id(title, taken),
        title=title,
        short_title=_short_title(title),
        text=body,
        kind=kind,
        source=found.get("source", ""),
        published_on=found.get("published", ""),
        issued_on=found.get("issued", ""),
    )
    header = front_matter(document)
    document = replace(document, first_line=header.count("\n") + 1, file=f"{document.id}.md")
    return Draft(parse_document(document), header + body)


def _space_heading(line: str) -> str:
    return re.sub(r"^(#+)(?=[^# ])", r"\1 ", line)


def _title_lines(paragraphs: Sequence[str], contents: Sequence[str]) -> list[int]:
    """Return the positions of the title and, when it was issued by one, of its 通知."""
    for i, paragraph in enumerate(paragraphs[:_NOTICE_REACH]):
        folded = fold(paragraph)
        if any(
            len(folded) >= _SHORTEST_TITLE and fold(title).startswith(folded) for title in contents
        ):
            return [0, i] if i else [0]
    first = fold(paragraphs[0])
    if first.endswith("的通知"):
        for i, paragraph in enumerate(paragraphs[1:_NOTICE_REACH], start=1):
            if fold(paragraph) in first and _GENRE.search(paragraph):
                return [0, i]
    # An issuer's letterhead and the document's number may stand above the title.
    named = (i for i, paragraph in enumerate(paragraphs[:_FRONT_LINES]) if _GENRE.search(paragraph))
    return [next(named, 0)]


def _kind(paragraphs: Sequence[str]) -> DocumentKind:
    if sum(bool(_SPEAKER.match(p)) for p in paragraphs) >= 2:
        return DocumentKind.INTERVIEW
    numbered = (Family.ARTICLE, Family.PAREN, Family.COMMA)
    markers = [m for p in paragraphs if (m := read_marker(p)) and m.family in numbered]
    return DocumentKind.NORMATIVE if len(markers) >= 2 else DocumentKind.ESSAY


def _level(i: int, text: str, titles: Sequence[int], kind: DocumentKind) -> int:
    """Return how many ``#`` a paragraph gets: none unless it is a title or a heading."""
    if i in titles:
        return 1
    if len(text) > 60 or text.endswith(tuple("。；：，、;:,")):
        return 0
    marker = read_marker(text)
    if marker is not None:
        return 2 if marker.family in (*DIVISIONS, Family.COMMA) else 0
    # An essay's headings carry no number; the byline under its title is none.
    unmarked = kind is DocumentKind.ESSAY and i > titles[-1] + 2
    return 2 if unmarked and not text.endswith(_CLOSED) else 0


def _tight(text: str) -> str:
    """Return ``text`` without the white space of its printing; that behind a marker is meant."""
    marker = read_marker(text)
    rest = text[marker.end :] if marker else text
    gap = rest[: len(rest) - len(rest.lstrip())]
    return text[: len(text) - len(rest)] + gap + _TIGHT.sub("", rest.lstrip())


def _short_title(title: str) -> str:
    """Return what people call a document: 《…的若干措施》 is 《若干措施》, a law its own title."""
    genre = _GENRE.search(title)
    about = title.startswith(("中共中央", "国务院")) or "关于" in title
    return genre[0] if genre and about else title


def _dates(paragraphs: Sequence[str], titles: Sequence[int]) -> dict[str, str]:
    """Return source, publication and issue date as far as the first lines tell."""
    found: dict[str, str] = {}
    for paragraph in paragraphs[: titles[-1] + _FRONT_LINES]:
        source = _SOURCE.match(paragraph)
        date = _DATE.search(paragraph)
        if source:
            found["source"] = source["source"]
            if date:
                found["published"] = _iso(date)
        elif date and len(paragraph) <= 20:
            found.setdefault("issued", _iso(date))
    return found


def _iso(date: re.Match[str]) -> str:
    return f"{date['y']}-{int(date['m']):02}-{int(date['d']):02}"


def _new_id(title: str, taken: set[str]) -> str:
    """Return an id from the initials of the title's pinyin, not among ``taken``."""
    from pypinyin import Style, lazy_pinyin

    initials = "".join(lazy_pinyin(title, style=Style.FIRST_LETTER, errors="ignore"))
    stem = re.sub(r"[^a-z]", "", initials.lower())[:24] or "document"
    name, copy = stem, 1
    while name in taken:
        copy += 1
        name = f"{stem}-{copy}"
    return name
