"""How a text numbers its articles and its headings, read off the text.

第X条 when it has any; else （一） when it runs straight through or under 一、 headings; else 一、;
else 1.; else there are no numbers and its paragraphs are the units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.corpus.lines import Line
from assistant.corpus.markers import DIVISIONS, Family, reads_as_citation
from assistant.domain import DocumentKind


@dataclass(frozen=True, slots=True)
class Style:
    """The numbering of a document."""

    numbering: Family | None
    """What its articles carry; None where it has none."""
    levels: dict[Family, int]
    """Level of each family that makes headings, from 1."""

    @property
    def deepest(self) -> int:
        """The level of a heading that carries no marker."""
        return max(self.levels.values(), default=0) + 1


def read_style(lines: Sequence[Line], kind: DocumentKind) -> Style:
    """Return how a document is numbered."""
    marked: dict[Family, list[int]] = {family: [] for family in Family}
    for position, line in enumerate(lines):
        if line.marker and not line.asks and not reads_as_citation(line.text, line.marker):
            marked[line.marker.family].append(position)
    numbering = _choose_numbering(lines, marked) if kind is DocumentKind.NORMATIVE else None
    families = [family for family in DIVISIONS if marked[family]]
    candidates = _HEADINGS[numbering]
    families += [
        f for f in candidates if marked[f] and _makes_headings(f, lines, marked, numbering)
    ]
    return Style(numbering, {family: level for level, family in enumerate(families, start=1)})


_HEADINGS: dict[Family | None, tuple[Family, ...]] = {
    Family.ARTICLE: (Family.COMMA, Family.PAREN),
    Family.PAREN: (Family.COMMA,),
    Family.COMMA: (),
    Family.DOT: (Family.COMMA, Family.PAREN),
    None: (Family.COMMA, Family.PAREN),
}
"""The families that may make headings below the divisions, by what the articles carry."""


def _choose_numbering(lines: Sequence[Line], marked: dict[Family, list[int]]) -> Family | None:
    articles = [lines[at].marker for at in marked[Family.ARTICLE]]
    # A single 第三条 at the start of a line is quoted from another text.
    if len(articles) > 1 or any(marker and marker.number == 1 for marker in articles):
        return Family.ARTICLE
    paren, comma = marked[Family.PAREN], marked[Family.COMMA]
    running = sum(not lines[at].is_title_like for at in comma)
    if len(paren) > 1 and (2 * running <= len(comma) or _runs_through(lines, paren, comma)):
        return Family.PAREN
    for family in (Family.COMMA, Family.DOT):
        if len(marked[family]) > 1:
            return family
    return Family.PAREN if len(paren) > 1 else None


def _runs_through(lines: Sequence[Line], inner: Sequence[int], outer: Sequence[int]) -> bool:
    """Tell whether a numbering goes on from one section to the next."""
    ones = sum(
        marker is not None and marker.number == 1 for marker in (lines[at].marker for at in inner)
    )
    sections = {sum(start < at for start in outer) for at in inner}
    return ones < 2 <= len(sections)


def _makes_headings(
    family: Family,
    lines: Sequence[Line],
    marked: dict[Family, list[int]],
    numbering: Family | None,
) -> bool:
    """Tell whether a family makes headings here, and not the items of articles."""
    if numbering is not Family.ARTICLE:
        return any(lines[at].is_title_like for at in marked[family])
    articles = set(marked[Family.ARTICLE])
    below = articles.union(*(marked[division] for division in DIVISIONS))
    if family is Family.COMMA:
        below |= set(marked[Family.PAREN])
    followers = {at + 1 for at in marked[family]}
    return (
        all(lines[at].is_title_like for at in marked[family])
        and followers <= below
        and bool(followers & (articles | set(marked[Family.PAREN])))
    )
