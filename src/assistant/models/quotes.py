"""A quotation as a model gave it → where it stands in an article, to the character.

Compared are letters and digits only (models turn “ ” into ‘ ’ and ， into ,); found is a span of
the document, which is what is shown. What is not there is not found: no likeness counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain import Article, ArticleKind, Sentence
from assistant.models.commands import is_command
from assistant.text import Folded, fold_with_origins

SHORTEST = 4
"""Letters and digits of a quotation that can be found; fewer stand anywhere."""
_ELLIPSES = ("……", "...", "…", "***")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A place in an article that a model quoted."""

    article: Article
    start: int
    end: int
    """Offsets into the document, of what was quoted to the letter."""
    sentences: tuple[Sentence, ...]
    """The sentences it stands in; these are shown."""


def letters(text: str) -> Folded:
    """Return the letters and digits of a text, folded, with the offset each came from."""
    folded = fold_with_origins(text)
    kept = [(c, o) for c, o in zip(folded.text, folded.origins, strict=True) if c.isalnum()]
    return Folded("".join(c for c, _ in kept), tuple(o for _, o in kept))


class Locator:
    """Finds quotations in a few articles."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = tuple(articles)
        self._letters = {article.id: letters(article.text) for article in articles}

    def find(self, quote: str, first: Sequence[Article] = ()) -> tuple[Quotation, ...]:
        """Return where a quotation stands, looking into ``first`` before the others.

        With an ellipsis its parts are looked for one by one, all in one article; each is found or
        none is.
        """
        parts = [part for part in _split(quote) if len(letters(part).text) >= SHORTEST]
        if not parts:
            return ()
        cited = {article.id for article in first}
        for article in sorted(self._articles, key=lambda a: a.id not in cited):
            found = [self._find_in(article, part) for part in parts]
            whole = tuple(quotation for quotation in found if quotation is not None)
            if len(whole) == len(found):
                return whole
        return ()

    def begins(self, quote: str) -> Quotation | None:
        """Return where a quotation that is still being written stands so far, if anywhere."""
        if len(letters(quote).text) < SHORTEST:
            return None
        found = (self._find_in(article, quote) for article in self._articles)
        return next((quotation for quotation in found if quotation is not None), None)

    def _find_in(self, article: Article, quote: str) -> Quotation | None:
        here = self._letters[article.id]
        wanted = letters(quote).text
        at = here.text.find(wanted)
        if at < 0:
            return None
        start = article.start + here.origins[at]
        end = article.start + here.origins[at + len(wanted) - 1] + 1
        sentences = tuple(s for s in _stated(article) if s.start < end and start < s.end)
        # What an interviewer asks is no evidence, nor is what talks to a model.
        if not sentences or any(is_command(sentence.text) for sentence in sentences):
            return None
        return Quotation(article, start, end, sentences)


def _stated(article: Article) -> tuple[Sentence, ...]:
    if article.kind is ArticleKind.EXCHANGE:
        return article.sentences
    return tuple(s for paragraph in article.paragraphs for s in paragraph.sentences)


def _split(quote: str) -> list[str]:
    parts = [quote]
    for ellipsis in _ELLIPSES:
        parts = [piece for part in parts for piece in part.split(ellipsis)]
    return parts
