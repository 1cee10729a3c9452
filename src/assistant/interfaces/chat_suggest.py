"""Questions to go on with: made from the cited articles, each asked before it is offered."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.corpus.labels import article_label, document_label
from assistant.domain import Answer, Article, Document, ParsedDocument
from assistant.errors import AssistantError
from assistant.interfaces.examples import subject_of
from assistant.interfaces.opening import Answerer
from assistant.interfaces.reader import Place, find_place, partners, unit_of

OFFERED = 3
TRIED = 8
"""Candidates that are asked at most, for one answer."""
PATIENCE_SECONDS = 8.0
"""How long a page waits for them; what is found by then is offered."""
FOUND_WITHIN = 3
REMEMBERED = 2_000
"""Candidates whose outcome is remembered: they are made from articles, so they come again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and the article that it was made from."""

    question: str
    article_id: str


class Suggester:
    """Checks candidates one at a time, and only while ``quiet`` is set: nobody's question waits."""

    def __init__(self, quiet: asyncio.Event) -> None:
        self._quiet = quiet
        self._outcomes: OrderedDict[str, bool] = OrderedDict()
        self._documents: Sequence[ParsedDocument] = ()
        self._turn = asyncio.Lock()

    async def suggest(self, assistant: Answerer, *, question: str, answer: Answer) -> list[str]:
        """Return up to three questions that the assistant answers."""
        if assistant.documents is not self._documents:
            self._documents = assistant.documents
            self._outcomes.clear()
        offered: list[str] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                for candidate in _fresh(answer, assistant.documents, question):
                    if await self._is_answered(assistant, candidate):
                        offered.append(candidate.question)
                    if len(offered) == OFFERED:
                        break
        return offered

    async def _is_answered(self, assistant: Answerer, candidate: Candidate) -> bool:
        async with self._turn:
            await self._quiet.wait()
            if candidate.question not in self._outcomes:
                self._outcomes[candidate.question] = await asyncio.to_thread(
                    _is_answered, assistant, candidate
                )
                if len(self._outcomes) > REMEMBERED:
                    self._outcomes.popitem(last=False)
            self._outcomes.move_to_end(candidate.question)
            return self._outcomes[candidate.question]


def _is_answered(assistant: Answerer, candidate: Candidate) -> bool:
    try:
        if assistant.prompts_hash:
            # To ask would cost a call of the language model; to find the article costs none.
            hits = assistant.search(candidate.question, limit=FOUND_WITHIN)
            return any(hit.article.id == candidate.article_id for hit in hits)
        return assistant.ask(candidate.question).status == "answered"
    except AssistantError:
        return False


def _fresh(
    answer: Answer, documents: Sequence[ParsedDocument], question: str
) -> Iterator[Candidate]:
    """Yield the candidates that are tried, each once."""
    seen = {"", question}
    for candidate in islice(candidates(answer, documents), TRIED):
        if candidate.question not in seen:
            seen.add(candidate.question)
            yield candidate


def candidates(answer: Answer, documents: Sequence[ParsedDocument]) -> Iterator[Candidate]:
    """Yield questions about what an answer cites, or offers where it refuses, most useful first.

    A question is empty where an article's title names no subject.
    """
    places = list(_places(answer, documents))
    if answer.status == "refused":
        for place in places:
            yield _about(place.document, place.article)
            yield Candidate(_by_number(place), place.article.id)
        return
    cited = {place.document.id for place in places}
    for place in places[:2]:
        yield from _elsewhere(place, documents, cited)
    for place in places[:2]:
        yield from _further(place)


def _places(answer: Answer, documents: Sequence[ParsedDocument]) -> Iterator[Place]:
    """Yield the articles of an answer, each once."""
    ids = [citation.article_id for citation in answer.citations]
    ids += [related.article_id for related in answer.related] if answer.status == "refused" else []
    for article_id in dict.fromkeys(ids):
        place = find_place(documents, article_id.partition("#")[0], unit_of(article_id))
        if place is not None:
            yield place


def _elsewhere(
    place: Place, documents: Sequence[ParsedDocument], cited: set[str]
) -> Iterator[Candidate]:
    """Yield questions on the same matter in the document above or below, where it is not cited."""
    subject = subject_of(place.article)
    for partner in partners(documents, place.document.id):
        if subject and partner.document.id not in cited:
            name, other = document_label(place.document), document_label(partner.document)
            question = f"{name}和{other}对{subject}的规定有什么不同？"
            yield Candidate(question, place.article.id)


def _further(place: Place) -> Iterator[Candidate]:
    """Yield questions about the articles that follow and precede under the same heading."""
    for neighbour in (place.following, place.previous):
        if neighbour is not None and neighbour.headings == place.article.headings:
            yield _about(place.document, neighbour)


def _about(document: Document, article: Article) -> Candidate:
    subject = subject_of(article)
    question = f"关于{subject}，{document_label(document)}有哪些规定？" if subject else ""
    return Candidate(question, article.id)


def _by_number(place: Place) -> str:
    return f"{article_label(place.document, place.article)}怎么规定？"
