"""The assistant as a model for clients of OpenAI's chat completions: citations come in a field."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from assistant.corpus.chunk import token_counter
from assistant.domain import Answer, Turn
from assistant.errors import AssistantError, LimitReached, QuestionError
from assistant.interfaces.chat_ask import LEFT, MAXIMUM_TURNS, Desk, last, while_connected
from assistant.interfaces.identity import admit_question, person_of
from assistant.interfaces.render import CitationRecord, citation_to_dict, text_pieces

MODEL = "assistant"
OWNER = "assistant"
_DESCRIPTION = (
    "与 OpenAI 的 chat completions 相同，官方 `openai` 客户端把 `base_url` 指到 `…/v1` 即可使用。"
    "最后一条 `user` 消息是问题，之前的消息是上文；`system` 消息和采样参数不起作用。"
    "依据在 `choices[0].message.citations`（流式在最后一段的 `delta.citations`）。"
)


class TextPart(BaseModel):
    """A part of a message."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """A message as clients send it; fields that mean nothing here are passed over."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]

    @property
    def text(self) -> str:
        """What the message says."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    """What a stream ends with."""

    include_usage: bool = False


class CompletionRequest(BaseModel):
    """A request for a completion; sampling parameters are accepted and have no effect."""

    model_config = ConfigDict(extra="ignore")

    model: str = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=MAXIMUM_TURNS)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] = 1


class ModelRecord(BaseModel):
    """What ``/v1/models`` says of a model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = OWNER


class ModelList(BaseModel):
    """The models there are: one."""

    object: Literal["list"] = "list"
    data: list[ModelRecord]


class Usage(BaseModel):
    """Tokens (cl100k_base) of question and answer."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionMessage(BaseModel):
    """An answer, or what a piece of a stream adds to it."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    citations: list[CitationRecord] | None = None
    status: Literal["answered", "refused", "clarify"] | None = None


class Choice(BaseModel):
    """The one answer."""

    index: int = 0
    message: CompletionMessage
    finish_reason: Literal["stop"] = "stop"


class Completion(BaseModel):
    """A completion with its citations."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: Usage


def openai_routes(desk: Desk) -> APIRouter:
    """Return the routes of ``/v1``."""
    router = APIRouter(prefix="/v1", tags=["与 OpenAI 兼容"])

    @router.get("/models", summary="列出模型")
    async def models() -> ModelList:
        return ModelList(data=[ModelRecord(id=MODEL)])

    @router.get("/models/{model}", summary="查看模型")
    async def model(model: str) -> Response:
        if model != MODEL:
            return _fault(404, f"没有名为“{model}”的模型，只有“{MODEL}”。", code="model_not_found")
        return JSONResponse(ModelRecord(id=MODEL).model_dump())

    @router.post(
        "/chat/completions",
        summary="提问",
        description=_DESCRIPTION,
        response_model=Completion,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def complete(body: CompletionRequest, request: Request) -> Response:
        question, history = _read(body.messages)
        try:
            admit_question(request)
            asked = desk.ask(question, history, person=person_of(request).id, channel="api")
            answer = await while_connected(request, last(asked))
        except LimitReached as error:
            return _fault(429, str(error), code="rate_limit_exceeded")
        except QuestionError as error:
            return _fault(400, str(error), code="invalid_question")
        except AssistantError as error:
            return _fault(503, str(error), code="unavailable")
        if answer is None:
            return Response(status_code=LEFT)
        if body.stream:
            usage = bool(body.stream_options and body.stream_options.include_usage)
            return EventSourceResponse(
                _chunks(answer, _count(body.messages, answer), usage_wanted=usage)
            )
        return _completion(answer, _count(body.messages, answer))

    return router


def _read(messages: Sequence[Message]) -> tuple[str, list[Turn]]:
    """Return the question and the turns before it; the last message is asked, whoever wrote it."""
    turns: list[Turn] = [
        ("assistant" if message.role == "assistant" else "user", message.text)
        for message in messages[:-1]
        if message.role in ("user", "assistant")
    ]
    return messages[-1].text, turns


def _count(messages: Sequence[Message], answer: Answer) -> Usage:
    count = token_counter()
    prompt, completion = sum(count(m.text) for m in messages), count(answer.text)
    return Usage(
        prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion
    )


def _completion(answer: Answer, usage: Usage) -> JSONResponse:
    message = CompletionMessage(
        role="assistant",
        content=answer.text,
        citations=[citation_to_dict(citation) for citation in answer.citations],
        status=answer.status,
    )
    completion = Completion(
        id=_new_id(), created=int(time.time()), choices=[Choice(message=message)], usage=usage
    )
    return JSONResponse(completion.model_dump())


async def _chunks(
    answer: Answer, usage: Usage, *, usage_wanted: bool
) -> AsyncIterator[ServerSentEvent]:
    """Yield the answer piece by piece; the citations come with the end of it."""
    shared = {"id": _new_id(), "object": "chat.completion.chunk", "created": int(time.time())}

    def chunk(delta: CompletionMessage, *, finish: str | None = None) -> ServerSentEvent:
        choice = {
            "index": 0,
            "delta": delta.model_dump(exclude_none=True),
            "finish_reason": finish,
        }
        return _event({**shared, "model": MODEL, "choices": [choice]})

    yield chunk(CompletionMessage(role="assistant", content=""))
    for piece in text_pieces(answer.text):
        yield chunk(CompletionMessage(content=piece))
    cited = [citation_to_dict(citation) for citation in answer.citations]
    yield chunk(CompletionMessage(citations=cited, status=answer.status), finish="stop")
    if usage is not None:
        yield _event({**shared, "model": MODEL, "choices": [], "usage": usage.model_dump()})
    yield ServerSentEvent("[DONE]")


def _event(content: object) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(content, ensure_ascii=False))


def _fault(status: int, message: str, *, code: str) -> JSONResponse:
    kind = "invalid_request_error" if status in (400, 404) else "server_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status)


def _new_id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"
