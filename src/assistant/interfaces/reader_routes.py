"""The reader over HTTP: fragments of HTML that the page's script puts beside the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from assistant.domain import Article, ParsedDocument
from assistant.interfaces.opening import Answerer, Opening
from assistant.interfaces.reader import (
    find_document,
    find_heading,
    find_place,
    partners,
    printings,
)
from assistant.interfaces.reader_article import heading_to_html, place_to_html
from assistant.interfaces.reader_compare import Pair, comparison_to_html, editions_to_html
from assistant.interfaces.reader_document import contents_to_html, document_to_html
from assistant.interfaces.reader_search import Finder, findings_to_html
from assistant.interfaces.refused import Refused

_NO_ARTICLE = "材料中没有这一条，可能材料已经更新。"
_NO_DOCUMENT = "没有这份材料，可能材料已经更新。"
_NO_PARTNER = "没有与它对应的另一份材料。"
LONGEST_SEARCH = 200


def reader_routes(opening: Opening) -> APIRouter:
    """Return the routes of the reader."""
    router = APIRouter(
        prefix="/reader", include_in_schema=False, default_response_class=HTMLResponse
    )
    library = Library()

    @router.get("/contents")
    async def contents() -> str:
        return contents_to_html((await opening.assistant()).documents)

    @router.get("/article")
    async def article(doc: str, article: str = "", start: int = 0, end: int = 0) -> str:
        documents = (await opening.assistant()).documents
        place = find_place(documents, doc, article, at=start)
        if place is not None:
            return place_to_html(place, documents, start=start, end=end)
        headed = find_heading(documents, doc, at=start) if not article else None
        if headed is None:
            raise Refused(404, _NO_ARTICLE)
        return heading_to_html(*headed)

    @router.get("/document")
    async def document(doc: str, article: str = "", start: int = 0, end: int = 0) -> str:
        documents = (await opening.assistant()).documents
        parsed = _document(documents, doc)
        return document_to_html(parsed, documents, unit=article, start=start, end=end)

    @router.get("/search")
    async def search(words: str, doc: str = "") -> str:
        words = words[:LONGEST_SEARCH]
        finder = await run_in_threadpool(library.finder, await opening.assistant())
        findings = await run_in_threadpool(finder.find, words, document_id=doc)
        return findings_to_html(findings, words=words)

    @router.get("/compare")
    async def compare(doc: str, other: str = "", article: str = "") -> str:
        assistant = await opening.assistant()
        return await run_in_threadpool(_compare, assistant, doc=doc, other=other, unit=article)

    @router.get("/editions")
    async def editions(doc: str) -> str:
        documents = (await opening.assistant()).documents
        found = printings(documents, doc)
        if not found:
            raise Refused(404, "这份材料只有一种文本。")
        return await run_in_threadpool(editions_to_html, found[0], found[1:])

    return router


class Library:
    """What is worked out once for the documents at hand, and again when they change."""

    def __init__(self) -> None:
        self._finder = Finder(())

    def finder(self, assistant: Answerer) -> Finder:
        """Return what looks for words in the documents."""
        if self._finder.documents is not assistant.documents:
            self._finder = Finder(assistant.documents)
        return self._finder


def _compare(assistant: Answerer, *, doc: str, other: str, unit: str) -> str:
    """Return an article, or all, beside the other document. Raises ``Refused``."""
    documents = assistant.documents
    one = _document(documents, doc)
    possible = partners(documents, doc)
    beside = find_document(possible, other) if other else next(iter(possible), None)
    if beside is None:
        raise Refused(404, _NO_PARTNER)
    chosen: Sequence[Article] = one.numbered
    if unit:
        place = find_place(documents, doc, unit)
        if place is None:
            raise Refused(404, _NO_ARTICLE)
        chosen = [place.article]
    pairs = [Pair(article, _others(assistant, article, beside)) for article in chosen]
    return comparison_to_html(one, beside, pairs, single=bool(unit))


def _others(assistant: Answerer, article: Article, other: ParsedDocument) -> tuple[Article, ...]:
    """Return the articles of ``other`` on the same matter as an article of another document."""
    return tuple(
        found for found in assistant.counterparts(article) if found.document_id == other.document.id
    )


def _document(documents: Sequence[ParsedDocument], document_id: str) -> ParsedDocument:
    parsed = find_document(documents, document_id)
    if parsed is None:
        raise Refused(404, _NO_DOCUMENT)
    return parsed
