"""Two texts side by side with what differs marked: two documents, or two printings of one.

Two documents share phrases only: what they share is toned down, and values that the other lacks
are marked. Two printings share nearly all: every difference is marked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape

from assistant.answer.compare import Difference, differences
from assistant.answer.values import read_values
from assistant.corpus.labels import document_label
from assistant.domain import Article, ParsedDocument
from assistant.interfaces.reader import article_link, place_name, reading_link
from assistant.text import fold_with_origins

SHARED_CHARACTERS = 4
"""Characters in a row from which two documents are taken to say the same; fewer are chance."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text, and whether the other text has it too."""

    text: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """An article and those of the other document on the same matter, nearest first."""

    article: Article
    others: tuple[Article, ...]


def split_shared(
    one: str, other: str, *, least: int = SHARED_CHARACTERS
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts cut where they begin and cease to agree; the pieces join to them exactly.

    White space, width and quotation style make no difference.
    """
    left, right = fold_with_origins(one), fold_with_origins(other)
    matcher = SequenceMatcher(a=left.text, b=right.text, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size >= least]
    ours = [_span(left.origins, block.a, block.size) for block in blocks]
    theirs = [_span(right.origins, block.b, block.size) for block in blocks]
    return _cut(one, ours), _cut(other, theirs)


def _span(origins: Sequence[int], start: int, length: int) -> tuple[int, int]:
    return origins[start], origins[start + length - 1] + 1


def _cut(text: str, shared: Sequence[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    for start, end in shared:
        pieces += [Piece(text[at:start], shared=False), Piece(text[start:end], shared=True)]
        at = end
    pieces.append(Piece(text[at:], shared=False))
    return tuple(piece for piece in pieces if piece.text)


def comparison_to_html(
    one: ParsedDocument, other: ParsedDocument, pairs: Sequence[Pair], *, single: bool = False
) -> str:
    """Return articles beside those of the other document on the same matter.

    ``single`` when but one article was asked for, not the document from beginning to end.
    """
    names = [document_label(parsed.document) for parsed in (one, other)]
    rows = "".join(_pair_to_html(one, other, pair) for pair in pairs)
    whole = escape(f"{reading_link(one.document.id)}&view=compare&other={other.document.id}")
    link = escape(f"{article_link(pairs[0].article)}&view=compare") if single else whole
    more = (
        f'<p class="onward"><a class="elsewhere" href="{whole}">全文对照</a></p>' if single else ""
    )
    return (
        f'<section class="beside" data-link="{link}">'
        f"<h2>{escape(names[0])}与{escape(names[1])}对照</h2>"
        '<p class="facts">按内容相近程度配对，仅供对照阅读。'
        '<span class="shared">淡色</span>是两份共有的写法，'
        '深色是各自的写法，<span class="only">底色</span>是对方没有的数字、频次和机构。</p>'
        f'{more}<div class="columns">{_head(names)}{rows}</div></section>'
    )


def _head(names: Sequence[str]) -> str:
    cells = "".join(f'<div class="cell">{escape(name)}</div>' for name in names)
    return f'<div class="pair head">{cells}</div>'


def _pair_to_html(one: ParsedDocument, other: ParsedDocument, pair: Pair) -> str:
    text, other_text = pair.article.text, "\n".join(article.text for article in pair.others)
    ours, theirs = split_shared(text, other_text)
    left = _cell_to_html(one, [pair.article], _matter_to_html(ours, _own_values(text, other_text)))
    right = (
        _cell_to_html(other, pair.others, _matter_to_html(theirs, _own_values(other_text, text)))
        if pair.others
        else '<div class="cell none">没有内容相近的条文</div>'
    )
    return f'<div class="pair">{left}{right}</div>'


def _own_values(text: str, other: str) -> frozenset[str]:
    """Return the words of the numbers, shares and frequencies that the other text lacks."""
    known = {(value.sort, value.key) for value in read_values(other)}
    return frozenset(v.words for v in read_values(text) if (v.sort, v.key) not in known)


def _cell_to_html(parsed: ParsedDocument, articles: Sequence[Article], html: str) -> str:
    links = "".join(
        f'<a class="entry" href="{escape(article_link(article))}">'
        f"{escape(place_name(parsed.document, article))}</a>"
        for article in articles
    )
    return f'<div class="cell"><p class="which">{links}</p><p>{html}</p></div>'


def _matter_to_html(pieces: Sequence[Piece], values: frozenset[str]) -> str:
    """Return what is shared toned down, and the values marked."""
    return "".join(
        f'<span class="shared">{_text_to_html(piece.text)}</span>'
        if piece.shared
        else _mark(piece.text, values)
        for piece in pieces
    )


def _mark(text: str, words: frozenset[str]) -> str:
    if not words:
        return _text_to_html(text)
    longest_first = sorted(words, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    return "".join(
        f'<span class="only">{_text_to_html(part)}</span>' if part in words else _text_to_html(part)
        for part in parts
    )


def _differences_to_html(pieces: Sequence[Piece]) -> str:
    """Return every difference marked."""
    return "".join(
        _text_to_html(piece.text)
        if piece.shared
        else f'<span class="only">{_text_to_html(piece.text)}</span>'
        for piece in pieces
    )


def _text_to_html(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n")))


def editions_to_html(parsed: ParsedDocument, editions: Sequence[ParsedDocument]) -> str:
    """Return where the printings of a text differ, sentence beside sentence."""
    parts = []
    for edition in editions:
        found = differences(parsed, edition)
        names = [document_label(p.document) for p in (parsed, edition)]
        sources = [p.document.source for p in (parsed, edition)]
        rows = "".join(_difference_to_html(parsed, edition, difference) for difference in found)
        link = escape(f"{reading_link(parsed.document.id)}&view=editions")
        parts.append(
            f'<section class="beside" data-link="{link}">'
            f"<h2>{escape(names[0])}的两种文本：{len(found)} 处不同</h2>"
            f'<p class="facts">左：{escape(sources[0])}（引用以此为准）；'
            f"右：{escape(sources[1])}</p>"
            f'<div class="columns">{_head(names)}{rows}</div></section>'
        )
    return "".join(parts)


def _difference_to_html(
    parsed: ParsedDocument, edition: ParsedDocument, difference: Difference
) -> str:
    one = parsed.document.text[slice(*difference.span)]
    two = edition.document.text[slice(*difference.other_span)]
    ours, theirs = split_shared(one, two, least=1)
    cells = "".join(
        '<div class="cell"><p class="which">'
        f'<a class="entry" href="{escape(article_link(article))}">'
        f"{escape(place_name(owner.document, article))}</a></p>"
        f"<p>{_differences_to_html(pieces)}</p></div>"
        for owner, article, pieces in (
            (parsed, difference.article, ours),
            (edition, difference.other, theirs),
        )
    )
    return f'<div class="pair">{cells}</div>'
