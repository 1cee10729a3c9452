"""The HTTP door: questions over JSON or server-sent events, the reader, probes, the page at /."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import uvicorn
from fastapi import APIRouter, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.domain import Answer, Turn
from assistant.errors import AssistantError, PortInUse, QuestionError
from assistant.interfaces.opening import Answerer, Opening
from assistant.interfaces.reader import contents_to_html, find_place, place_to_html
from assistant.interfaces.render import (
    AnswerRecord,
    answer_to_dict,
    citation_to_dict,
    text_pieces,
)
from assistant.settings import Settings

MAXIMUM_BODY_BYTES = 1_000_000
MAXIMUM_TURNS = 200
STOP_SECONDS = 5
BACKLOG = 256

_REASONS = {
    errno.EADDRINUSE: "端口已被占用，请先停止占用它的程序，或用 --port 换一个端口",
    errno.EACCES: "没有使用这个端口的权限，请用 --port 换一个大于 1023 的端口",
}
_STATUS_MESSAGES = {
    404: "没有这个地址。",
    405: "这个地址不支持该请求方法。",
    413: "请求内容过大。",
    500: "服务内部出错，请管理员查看日志。",
}

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    # Gradio's page carries inline scripts and compiles its templates, hence the two "unsafe";
    # what matters here is that nothing is fetched from, or sent to, another host.
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
}


class Refused(HTTPException):
    """A response other than success, with a sentence of ours for its reader."""


class AskRequest(BaseModel):
    """A question and the turns before it, oldest first."""

    model_config = ConfigDict(extra="forbid")

    question: str
    history: Annotated[list[Turn], Field(max_length=MAXIMUM_TURNS)] = []


def create_app(opener: Callable[[], Answerer], settings: Settings) -> FastAPI:
    """Return the app; ``opener`` runs in the background once the server listens."""
    # Gradio reads this when it is imported. An administrator may have set it otherwise.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    from assistant.interfaces.chat import mount_chat

    opening = Opening(opener)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        opening.begin()
        yield

    app = FastAPI(
        title="学习材料问答",
        lifespan=lifespan,
        # These pages load their scripts from another host.
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAXIMUM_BODY_BYTES)
    # An empty list admits no other origin, and keeps Gradio from admitting any by itself.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Border)
    app.add_exception_handler(AssistantError, _explain_error)
    app.add_exception_handler(RequestValidationError, _explain_validation)
    app.add_exception_handler(HTTPException, _explain_status)
    app.include_router(_ask_routes(opening))
    app.include_router(_reader_routes(opening))
    app.include_router(_probe_routes(opening))
    return mount_chat(app, opening, folder=settings.corpus)


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve the page and the API until told to stop. Raises ``PortInUse`` before anything heavy."""
    with contextlib.closing(_bind(host, port)) as listener, ThreadPoolExecutor(1) as background:
        # The page's packages take seconds to import; the index and the model are read meanwhile.
        opened = background.submit(_open_assistant, settings)
        app = create_app(opened.result, settings)
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=STOP_SECONDS, server_header=False
        )
        with contextlib.suppress(KeyboardInterrupt):
            PageServer(config).run(sockets=[listener])


def _open_assistant(settings: Settings) -> Answerer:
    from assistant.pipeline import Assistant

    return Assistant.open(settings)


class PageServer(uvicorn.Server):
    """Ends the open pages' heartbeats when it stops, which it would wait for otherwise."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, leaving no page connected."""
        if isinstance(self.config.app, FastAPI):
            end_heartbeats(self.config.app)
        await super().shutdown(sockets)


def end_heartbeats(app: FastAPI) -> None:
    """Tell the pages mounted in ``app`` that the server stops."""
    for route in app.routes:
        stop_event = getattr(getattr(route, "app", None), "stop_event", None)
        if isinstance(stop_event, asyncio.Event):
            stop_event.set()


class Border:
    """ASGI middleware: turns large bodies away, and tells browsers what our responses may do.

    A body that does not announce its size is counted by ``RequestBodyLimitMiddleware``.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is too large, and add headers to the response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        app = self._app
        if scope["type"] == "http":
            announced = Headers(scope=scope).get("content-length", "0")
            if not announced.isdecimal() or int(announced) > MAXIMUM_BODY_BYTES:
                app = _error(413, _STATUS_MESSAGES[413])
        await app(scope, receive, send_with_headers)


def _ask_routes(opening: Opening) -> APIRouter:
    router = APIRouter()

    @router.post("/api/ask", response_model=AnswerRecord)
    async def ask(
        body: AskRequest, accept: Annotated[str, Header()] = ""
    ) -> JSONResponse | EventSourceResponse:
        """Answer a question; with ``Accept: text/event-stream`` as server-sent events."""
        assistant = await opening.assistant()
        answer = await run_in_threadpool(assistant.ask, body.question, history=body.history)
        if "text/event-stream" in accept:
            return EventSourceResponse(_events(answer, body.question))
        return JSONResponse(answer_to_dict(answer, question=body.question))

    return router


def _events(answer: Answer, question: str) -> Iterator[ServerSentEvent]:
    """Yield the evidence, then the text piece by piece, then the whole object."""
    citations = [citation_to_dict(citation) for citation in answer.citations]
    yield _event("citations", citations)
    for piece in text_pieces(answer.text):
        yield _event("text", {"delta": piece})
    yield _event("answer", answer_to_dict(answer, question=question))


def _event(name: str, content: object) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(content, ensure_ascii=False), event=name)


def _reader_routes(opening: Opening) -> APIRouter:
    router = APIRouter(
        prefix="/reader", include_in_schema=False, default_response_class=HTMLResponse
    )

    @router.get("/contents")
    async def contents() -> str:
        return contents_to_html((await opening.assistant()).documents)

    @router.get("/article")
    async def article(article: str, start: int = 0, end: int = 0) -> str:
        place = find_place((await opening.assistant()).documents, article)
        if place is None:
            raise Refused(404, "材料中没有这一条，可能材料已经更新。")
        return place_to_html(place, start=start, end=end)

    return router


def _probe_routes(opening: Opening) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def health() -> dict[str, str]:
        """Say that the process is alive."""
        return {"status": "ok"}

    @router.get("/readyz")
    async def ready() -> JSONResponse:
        """Say whether a question can be answered now, and if not, why."""
        if opening.obstacle:
            return JSONResponse({"status": "unready", "error": opening.obstacle}, 503)
        return JSONResponse({"status": "ready"})

    @router.post("/gradio_api/upload", include_in_schema=False)
    async def upload() -> None:
        # The page takes no files; Gradio would store whatever anyone sends.
        raise Refused(403, "本服务不接收文件。")

    return router


def _bind(host: str, port: int) -> socket.socket:
    """Return a listening socket, so that the port is ours from here on."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = _REASONS.get(error.errno or 0, "地址不可用，请检查 --host 和 --port")
        raise PortInUse(f"无法在 {host}:{port} 提供服务：{reason}。") from error
    return listener


async def _explain_error(_: Request, error: Exception) -> JSONResponse:
    return _error(400 if isinstance(error, QuestionError) else 503, str(error))


async def _explain_validation(_: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    places = {".".join(str(part) for part in fault["loc"][1:]) for fault in faults}
    named = "、".join(sorted(place for place in places if place)) or "正文"
    return _error(
        422,
        f"请求格式不对（{named}）。应为 JSON 对象："
        '{"question": "问题", "history": [["user", "…"], ["assistant", "…"]]}，history 可省略。',
    )


async def _explain_status(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return _error(500, _STATUS_MESSAGES[500])
    if isinstance(error, Refused):
        return _error(error.status_code, error.detail)
    status = error.status_code
    return _error(status, _STATUS_MESSAGES.get(status, f"请求未能完成（{status}）。"))


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": message}, status_code=status)
