"""The room over HTTP: a page for host and members, which asks for the state every second.

Polling, because it outlives phones that sleep, proxies that buffer and servers that restart. Each
view names a version; a browser that has it gets an empty answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.errors import QuizError
from assistant.interfaces.identity import arrival_of, person_of
from assistant.interfaces.quiz_desk import QuizDesk
from assistant.interfaces.quiz_room_view import RoomView
from assistant.interfaces.quiz_rooms import (
    Answered,
    ChoicesView,
    Command,
    Join,
    OpenRoom,
    Rooms,
    may_host,
)
from assistant.interfaces.refused import Refused

_PAGE = Path(__file__).parent / "page"
_FILES = {
    "quiz-room.js": "text/javascript",
    "quiz-room-open.js": "text/javascript",
    "quiz-room.css": "text/css",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def room_routes(desk: QuizDesk, *, public_url: str) -> APIRouter:
    """Return the routes of rooms; ``public_url`` is what phones reach us by, if it is known."""
    router = APIRouter(prefix="/quiz", include_in_schema=False)
    rooms = Rooms(desk)
    _add_files(router)
    _add_host_routes(router, desk, rooms, public_url=public_url)
    _add_member_routes(router, rooms)
    return router


def _add_files(router: APIRouter) -> None:
    @router.get("/room")
    @router.get("/room/{code}")
    async def page(code: str = "") -> HTMLResponse:
        html = (_PAGE / "quiz-room.html").read_text(encoding="utf-8")
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(html, headers=headers)

    @router.get("/files/{name}")
    async def file(name: str) -> FileResponse:
        if name not in _FILES:
            raise Refused(404, "没有这个地址。")
        return FileResponse(
            _PAGE / name, media_type=_FILES[name], headers={"Cache-Control": "no-cache"}
        )


def _add_host_routes(router: APIRouter, desk: QuizDesk, rooms: Rooms, *, public_url: str) -> None:
    @router.get("/api/choices")
    async def choices(request: Request) -> ChoicesView:
        with Told():
            shelf = await desk.shelf()
        return await run_in_threadpool(rooms.choices, shelf, person_of(request))

    @router.post("/api/rooms")
    async def open(body: OpenRoom, request: Request) -> dict[str, str]:
        person = person_of(request)
        if not may_host(person):
            raise Refused(403, "开房间需要“学习组主持人”角色，请联系管理员。")
        with Told():
            return {"code": await run_in_threadpool(rooms.open, await desk.shelf(), person, body)}

    @router.post("/api/rooms/{code}/command")
    def command(code: str, body: Command, request: Request) -> RoomView:
        with Told():
            return rooms.command(code, person_of(request), body)

    @router.get("/api/rooms/{code}/results.xlsx")
    def results(code: str, request: Request) -> Response:
        name = f"attachment; filename=quiz-{code}.xlsx"
        content = rooms.results(code, person_of(request))
        return Response(content, media_type=_WORKBOOK, headers={"Content-Disposition": name})

    @router.get("/api/rooms/{code}/code.svg")
    def code_svg(code: str, request: Request) -> Response:
        import segno

        address = room_address(request, code, public_url=public_url)
        drawing = segno.make(address, error="m").svg_inline(scale=8, border=2, dark="#1f1b18")
        svg = drawing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        return Response(svg, media_type="image/svg+xml")


def _add_member_routes(router: APIRouter, rooms: Rooms) -> None:
    @router.get("/api/rooms/{code}", response_model=None)
    def state(
        code: str, request: Request, seen: Annotated[str, Query(max_length=32)] = ""
    ) -> RoomView | Response:
        view = rooms.view(code, person_of(request))
        return Response(status_code=204) if view["version"] == seen else view

    @router.post("/api/rooms/{code}/join")
    def join(code: str, body: Join, request: Request) -> RoomView:
        with Told():
            return rooms.join(code, person_of(request), body)

    @router.post("/api/rooms/{code}/answer")
    def answer(code: str, body: Answered, request: Request) -> RoomView:
        with Told():
            return rooms.answer(code, person_of(request), body)


def room_address(request: Request, code: str, *, public_url: str) -> str:
    """Return where members find a room."""
    arrival = arrival_of(request)
    origin = public_url or f"{'https' if arrival.secure else 'http'}://{arrival.host}"
    return f"{origin.rstrip('/')}/quiz/room/{code}"


class Told:
    """Turns what practice says no to into a response with its words."""

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """Raise ``Refused`` in place of ``QuizError``."""
        if isinstance(error, QuizError):
            raise Refused(409, str(error)) from error
