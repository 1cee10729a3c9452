"""Pages beside the chat: templates filled in, everything escaped, no script but our own file."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse

from assistant.interfaces.identity import form_token, person_of
from assistant.interfaces.refused import Refused
from assistant.users.people import Role

TITLE = "学习材料问答"
CHINA = timezone(timedelta(hours=8))

_TEMPLATES = Path(__file__).parent / "templates"
_FILES = {"people.css": "text/css", "people.js": "text/javascript", "theme.js": "text/javascript"}
# Stricter than the chat's: whatever a document or a model wrote, it cannot run here.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page. What it shows of a person is not kept by browsers or proxies."""
    person = person_of(request)
    html = (
        _environment()
        .get_template(template)
        .render(
            values,
            site=TITLE,
            path=request.url.path,
            person=person,
            is_administrator=person.may(Role.ADMINISTRATOR),
            form_token=form_token(request),
        )
    )
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers=headers)


def render_fault(request: Request, *, status: int, message: str) -> HTMLResponse:
    """Return a page that says what went wrong."""
    return render(request, "fault.html", status=status, message=message)


def page_files() -> APIRouter:
    """Return the routes of the pages' style and script."""
    router = APIRouter(prefix="/people", include_in_schema=False)

    @router.get("/{name}")
    async def file(name: str) -> FileResponse:
        if name not in _FILES:
            raise Refused(404, "没有这个地址。")
        return FileResponse(
            _TEMPLATES / name,
            media_type=_FILES[name],
            headers={"Cache-Control": "public, max-age=300"},
        )

    return router


def day_and_time(moment: datetime) -> str:
    """Return a moment as it is written in China: 2026-11-22 14:05."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = day_and_time
    return environment
