"""Questions over HTTP: one JSON object, or server-sent events with the evidence first."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Annotated, TypeVar

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from assistant.domain import Answer, Early, Turn
from assistant.interfaces.chat_keep import Keeper
from assistant.interfaces.chat_stream import iterate_in
from assistant.interfaces.chat_suggest import Suggester
from assistant.interfaces.identity import admit_question, person_of
from assistant.interfaces.opening import Answerer, Opening
from assistant.interfaces.render import (
    AnswerRecord,
    answer_to_dict,
    citation_to_dict,
    text_pieces,
)
from assistant.users.asked import AskedLog

logger = logging.getLogger(__name__)

MAXIMUM_TURNS = 200
CONCURRENT_ANSWERS = 4
"""How many questions are worked on at once; the others wait in turn. More would only take turns on
the processor, and all would be late together."""
CONCURRENT_CALLS = 32
"""… with a language model, where most of the time is spent waiting for it."""
LEFT = 499
"""Status for the log when whoever asked has left; nobody reads it."""

_DESCRIPTION = (
    "回答一个问题，答复里的 `[1]` 指向 `citations`，引文逐字取自材料。"
    "请求头带 `Accept: text/event-stream` 时逐段推送：先是 `citations`（依据），"
    "再是若干 `text`（正文片段），然后是 `answer`（完整对象）。"
    "用语言模型作答时，之前会有若干 `early`：正在起草的全文，前 `checked` 个字已核对。"
)

Value = TypeVar("Value")


class AskRequest(BaseModel):
    """A question and the turns before it, oldest first."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(description="问题")]
    history: Annotated[
        list[Turn], Field(max_length=MAXIMUM_TURNS, description="上文，早的在前")
    ] = []
    conversation: Annotated[
        str | None, Field(description="存入本人的哪个对话；空字符串表示新开一个，省略表示不存")
    ] = None
    replaces: Annotated[str | None, Field(description="重新回答时，这条答复取代已存的哪一条")] = (
        None
    )
    suggestions: Annotated[
        bool, Field(description="逐段推送时，最后再给出可以接着问的问题（`suggestions`）")
    ] = False


def ask_routes(desk: Desk) -> APIRouter:
    """Return the route of questions."""
    router = APIRouter(tags=["问答"])

    @router.post(
        "/api/ask",
        response_model=AnswerRecord,
        summary="提问",
        description=_DESCRIPTION,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def ask(
        body: AskRequest, request: Request, accept: Annotated[str, Header()] = ""
    ) -> Response:
        """Answer a question."""
        admit_question(request)
        asked = desk.ask(
            body.question,
            body.history,
            person=person_of(request).id,
            channel="api" if body.conversation is None else "web",
        )
        if "text/event-stream" in accept:
            # Pulled before the response begins: a question that is turned away has a status.
            first = await while_connected(request, anext(asked))
            if first is None:
                return Response(status_code=LEFT)
            return EventSourceResponse(_events(first, asked, body, request, desk))
        answer = await while_connected(request, last(asked))
        if answer is None:
            return Response(status_code=LEFT)
        await desk.keep(request, body, answer)
        return JSONResponse(answer_to_dict(answer, question=body.question))

    return router


class Desk:
    """Where questions are taken, one answer each, so many at a time."""

    def __init__(self, opening: Opening, log: AskedLog | None = None) -> None:
        self._opening = opening
        self._log = log
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="asked")
        self._few = ThreadPoolExecutor(CONCURRENT_ANSWERS, thread_name_prefix="ask")
        self._many = ThreadPoolExecutor(CONCURRENT_CALLS, thread_name_prefix="ask-model")
        self._asked = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._keeper = Keeper()
        self._suggester = Suggester(self._quiet)

    async def ask(
        self, question: str, history: Sequence[Turn], *, person: str, channel: str
    ) -> AsyncGenerator[Early | Answer, None]:
        """Yield what may be shown early, then the answer. Raises ``AssistantError``."""
        assistant = await self._opening.assistant()

        def begin() -> Iterator[Early | Answer]:
            return assistant.ask_stream(question, history=history, person=person)

        threads = self._many if assistant.prompts_hash else self._few
        with self._counted():
            async with contextlib.aclosing(iterate_in(threads, begin)) as items:
                async for item in items:
                    if isinstance(item, Answer):
                        self._note(question, item, person=person, channel=channel)
                    yield item

    def _note(self, question: str, answer: Answer, *, person: str, channel: str) -> None:
        """Write down for the statistics how it went; nobody waits for it."""
        log = self._log
        if log is not None:
            written = self._writer.submit(
                lambda: log.record(question, answer, channel=channel, person_id=person)
            )
            written.add_done_callback(_report)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        """Keep the desk from being quiet while a question waits or is worked on."""
        self._asked += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._asked -= 1
            if not self._asked:
                self._quiet.set()

    async def keep(
        self, request: Request, body: AskRequest, answer: Answer
    ) -> dict[str, str] | None:
        """Keep the answer where the request says; return the ids of conversation and answer."""
        if body.conversation is None:
            return None
        assistant = await self._opening.assistant()
        return await self._keeper.keep(
            request,
            assistant.documents,
            question=body.question,
            answer=answer,
            conversation=body.conversation,
            replaces=body.replaces or "",
        )

    async def suggest(self, question: str, answer: Answer) -> list[str]:
        """Return questions to go on with that are answered."""
        assistant: Answerer = await self._opening.assistant()
        return await self._suggester.suggest(assistant, question=question, answer=answer)


def _report(written: Future[None]) -> None:
    error = written.exception()
    if error is not None:
        logger.error("a question is missing from the statistics", exc_info=error)


async def _events(
    first: Early | Answer,
    asked: AsyncGenerator[Early | Answer, None],
    body: AskRequest,
    request: Request,
    desk: Desk,
) -> AsyncIterator[ServerSentEvent]:
    """Yield the evidence, the text piece by piece, the whole object, then what goes beside it."""
    item = first
    async with contextlib.aclosing(asked):
        while isinstance(item, Early):
            yield _event("early", {"text": item.text, "checked": item.checked})
            item = await anext(asked)
    yield _event("citations", [citation_to_dict(citation) for citation in item.citations])
    for piece in text_pieces(item.text):
        yield _event("text", {"delta": piece})
    yield _event("answer", answer_to_dict(item, question=body.question))
    kept = await desk.keep(request, body, item)
    if kept is not None:
        yield _event("kept", kept)
    if body.suggestions:
        yield _event("suggestions", await desk.suggest(body.question, item))


async def last(asked: AsyncGenerator[Early | Answer, None]) -> Answer:
    """Return the answer, which comes last."""
    async with contextlib.aclosing(asked):
        async for item in asked:
            if isinstance(item, Answer):
                return item
    raise RuntimeError("the answer is the last item")


def _event(name: str, content: object) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(content, ensure_ascii=False), event=name)


async def while_connected(request: Request, work: Awaitable[Value]) -> Value | None:
    """Return what ``work`` gives; give it up, and return None, when whoever asked has left."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnection(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await working if working.done() else None
    finally:
        for task in (working, leaving):
            task.cancel()


async def _disconnection(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
