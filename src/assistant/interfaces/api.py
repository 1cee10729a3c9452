"""The HTTP door: questions over JSON or server-sent events, the reader, probes, the page at /."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from assistant.errors import AssistantError, PortInUse
from assistant.interfaces.account_routes import account_routes
from assistant.interfaces.admin_documents import document_routes
from assistant.interfaces.admin_feedback import feedback_routes
from assistant.interfaces.admin_routes import admin_routes
from assistant.interfaces.api_reference import reference_routes
from assistant.interfaces.border import Border
from assistant.interfaces.chat_ask import Desk, ask_routes
from assistant.interfaces.conversation_routes import conversation_routes
from assistant.interfaces.duties_page import duties_routes
from assistant.interfaces.faults import explain_error, explain_status, explain_validation
from assistant.interfaces.identity import Identify
from assistant.interfaces.oidc_routes import oidc_routes
from assistant.interfaces.openai_routes import openai_routes
from assistant.interfaces.opening import Answerer, Opening
from assistant.interfaces.pages import page_files
from assistant.interfaces.publishing import Progress, Publisher, Rebuild
from assistant.interfaces.reader_routes import reader_routes
from assistant.interfaces.recording import Recorded
from assistant.interfaces.refused import FaultRecord, Refused
from assistant.interfaces.services import open_services
from assistant.interfaces.wecom_service import connected, make_answering
from assistant.settings import Settings
from assistant.users.documents import DocumentDesk

STOP_SECONDS = 5
BACKLOG = 256

_REASONS = {
    errno.EADDRINUSE: "端口已被占用，请先停止占用它的程序，或用 --port 换一个端口",
    errno.EACCES: "没有使用这个端口的权限，请用 --port 换一个大于 1023 的端口",
}


def create_app(opener: Callable[[], Answerer], settings: Settings) -> FastAPI:
    """Return the app; ``opener`` runs in the background once the server listens."""
    # Gradio reads this when it is imported. An administrator may have set it otherwise.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    from assistant.interfaces.chat import mount_chat
    from assistant.interfaces.mcp_routes import make_mcp, mcp_routes
    from assistant.interfaces.quiz_mount import mount_quiz
    from assistant.interfaces.wecom_mount import mount_wecom, wecom_beside

    opening = Opening(opener)
    services = open_services(settings)
    desk = Desk(opening, services.asked)
    mcp = make_mcp(opening, desk)

    async def answering_bot() -> Recorded:
        return Recorded(await opening.assistant(), services.asked, channel="wecom")

    answering = make_answering(answering_bot, services.database, settings.wecom)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        opening.begin()
        wecom = connected(answering, services.database, settings.wecom)
        practising = practice.beside(opening.assistant)
        async with wecom, wecom_beside(app), mcp.session_manager.run(), practising:
            yield
        services.database.close()

    app = FastAPI(
        title="学习材料问答",
        lifespan=lifespan,
        # These pages load their scripts from another host.
        docs_url=None,
        redoc_url=None,
        responses={422: {"model": FaultRecord, "description": "请求格式不对"}},
    )
    app.state.services = services
    # An empty list admits no other origin, and keeps Gradio from admitting any by itself.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Identify, services=services, web=settings.web)
    app.add_middleware(Border, upload_bytes=settings.web.upload_megabytes * 1_000_000)
    app.add_exception_handler(AssistantError, explain_error)
    app.add_exception_handler(RequestValidationError, explain_validation)
    app.add_exception_handler(HTTPException, explain_status)
    app.include_router(page_files())
    app.include_router(account_routes(settings.web))
    app.include_router(oidc_routes(settings.web))
    app.include_router(conversation_routes())
    app.include_router(admin_routes(opening, settings.web))
    app.include_router(feedback_routes())
    publisher = Publisher(opening, _rebuilder(settings))
    app.include_router(document_routes(DocumentDesk(settings.corpus), publisher))
    app.include_router(ask_routes(desk))
    app.include_router(openai_routes(desk))
    app.include_router(reference_routes(app))
    app.router.routes.extend(mcp_routes(mcp))
    app.include_router(reader_routes(opening))
    app.include_router(duties_routes(opening, settings.corpus))
    app.include_router(_probe_routes(opening))
    practice = mount_quiz(app, opening, database=services.database, settings=settings)
    mount_wecom(app, answering, opening, settings=settings)
    return mount_chat(app, opening, folder=settings.corpus)


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve the page and the API until told to stop. Raises ``PortInUse`` before anything heavy."""
    with contextlib.closing(_bind(host, port)) as listener, ThreadPoolExecutor(1) as background:
        # The page's packages take seconds to import; the index and the model are read meanwhile.
        opened = background.submit(_open_assistant, settings)
        with _uncollected():
            app = create_app(opened.result, settings)
        with contextlib.suppress(KeyboardInterrupt):
            PageServer(server_config(app)).run(sockets=[listener])


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking through what the start makes.

    The page's packages make a million objects, none of them garbage: over and over, it would take
    a second of the start. Afterwards they are left out of its rounds for good.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def server_config(app: FastAPI, *, stop_seconds: int = STOP_SECONDS) -> uvicorn.Config:
    """Return how the app is served."""
    return uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=stop_seconds,
        server_header=False,
        # Whose forwarded headers are believed is our setting, not whoever sits on this machine.
        proxy_headers=False,
    )


def _open_assistant(settings: Settings) -> Answerer:
    from assistant.pipeline import Assistant

    return Assistant.open(settings)


def _rebuilder(settings: Settings) -> Rebuild:
    """Return what builds the index of the documents as they are, and opens it."""

    def rebuild(progress: Progress) -> Answerer:
        from assistant.pipeline import build

        build(settings, progress=progress)
        return _open_assistant(settings)

    return rebuild


class PageServer(uvicorn.Server):
    """Ends the open pages' heartbeats when it stops, which it would wait for otherwise."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, leaving no page connected."""
        if isinstance(self.config.app, FastAPI):
            end_heartbeats(self.config.app)
            wecom = getattr(self.config.app.state, "wecom", None)
            if wecom is not None:
                # While the platform can still come and hear of it.
                await wecom.close_streams()
        await super().shutdown(sockets)


def end_heartbeats(app: FastAPI) -> None:
    """Tell the pages mounted in ``app`` that the server stops."""
    for route in app.routes:
        stop_event = getattr(getattr(route, "app", None), "stop_event", None)
        if isinstance(stop_event, asyncio.Event):
            stop_event.set()


def _probe_routes(opening: Opening) -> APIRouter:
    router = APIRouter(tags=["运行"])

    @router.get("/healthz", summary="进程是否在运行", description="不管能否回答。")
    async def health() -> dict[str, str]:
        """Say that the process is alive."""
        return {"status": "ok"}

    @router.get("/readyz", summary="现在能否回答", description="不能时返回 503 和原因。")
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
