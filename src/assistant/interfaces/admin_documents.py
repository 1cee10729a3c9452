"""Documents in the administrator's pages: upload, preview, publish, withdraw, replace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, Depends, File, Request, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.domain import Article, DocumentKind, Heading
from assistant.errors import AssistantError, CorpusError
from assistant.interfaces.account_routes import Text, checked_form
from assistant.interfaces.admin_routes import record
from assistant.interfaces.border import UPLOADS
from assistant.interfaces.identity import (
    arrival_of,
    check_form,
    person_of,
    require,
    services_of,
)
from assistant.interfaces.pages import render
from assistant.interfaces.publishing import Publisher
from assistant.users.audit import Action
from assistant.users.documents import Change, DocumentDesk
from assistant.users.people import Role

KINDS = {
    DocumentKind.NORMATIVE: "规范性文件",
    DocumentKind.ESSAY: "文章",
    DocumentKind.INTERVIEW: "答记者问",
}
LONGEST_EDITED = 300_000
"""Characters of a body that may be edited in the page; a longer one is edited as a file."""
_NAME_CHARACTERS = 120
_FIRST_WORDS = 60


def document_routes(desk: DocumentDesk, publisher: Publisher) -> APIRouter:
    """Return the routes; everybody but administrators is turned away."""
    router = APIRouter(
        include_in_schema=False,
        dependencies=[Depends(require(Role.ADMINISTRATOR))],
    )
    router.include_router(_draft_routes(desk, publisher))
    router.include_router(_corpus_routes(desk, publisher))
    return router


def _draft_routes(desk: DocumentDesk, publisher: Publisher) -> APIRouter:
    router = APIRouter()
    form = [Depends(checked_form)]

    @router.post(UPLOADS)
    def upload(
        request: Request, file: Annotated[UploadFile, File()], form_token: Text = ""
    ) -> Response:
        check_form(request, form_token)
        name = PurePath(file.filename or "未命名").name[:_NAME_CHARACTERS]
        try:
            ids = desk.upload(name, file.file.read(), by=person_of(request).name)
        except CorpusError as error:
            return _overview(request, desk, publisher, message=str(error), status=400)
        record(request, Action.DOCUMENT_UPLOADED, f"{name} → {'、'.join(ids)}")
        if len(ids) == 1:
            return RedirectResponse(f"/admin/documents/drafts/{ids[0]}", 303)
        return RedirectResponse("/admin/documents", 303)

    @router.get("/admin/documents/drafts/{id}")
    def preview(request: Request, id: str) -> Response:
        return _preview(request, desk, id)

    @router.post("/admin/documents/drafts/{id}", dependencies=form)
    async def edit(request: Request, id: str) -> Response:
        sent = await request.form()
        fields = {name: value for name, value in sent.items() if isinstance(value, str)}
        try:
            await run_in_threadpool(desk.edit, id, fields)
        except CorpusError as error:
            return _preview(request, desk, id, message=str(error), status=400)
        return RedirectResponse(f"/admin/documents/drafts/{id}?saved=1", 303)

    @router.post("/admin/documents/drafts/{id}/discard", dependencies=form)
    def discard(request: Request, id: str) -> Response:
        desk.discard(id)
        record(request, Action.DRAFT_DISCARDED, id)
        return RedirectResponse("/admin/documents", 303)

    @router.post("/admin/documents/drafts/{id}/publish", dependencies=form)
    def publish(request: Request, id: str, replaces: Text = "") -> Response:
        draft = desk.draft(id)
        title = draft.parsed.document.title if draft.parsed else id
        action = Action.DOCUMENT_REPLACED if replaces else Action.DOCUMENT_PUBLISHED
        return _begin(
            request,
            publisher,
            what=f"{'换用新版' if replaces else '发布'}《{title}》",
            change=lambda: desk.publish(id, replaces=replaces),
            action=action,
            detail=f"{id}（{title}）{f' 代替 {replaces}' if replaces else ''}",
            otherwise=lambda message: _preview(request, desk, id, message=message, status=400),
        )

    return router


def _corpus_routes(desk: DocumentDesk, publisher: Publisher) -> APIRouter:
    router = APIRouter()

    @router.get("/admin/documents")
    def overview(request: Request) -> Response:
        return _overview(request, desk, publisher)

    @router.get("/admin/documents/progress")
    def progress() -> JSONResponse:
        job = publisher.job
        return JSONResponse(
            {
                "running": publisher.busy,
                "words": job.words if job else "",
                "done": job.done if job else 0,
                "total": job.total if job else 0,
            }
        )

    @router.post("/admin/documents/{id}/withdraw", dependencies=[Depends(checked_form)])
    def withdraw(request: Request, id: str) -> Response:
        found = desk.corpus().find(id)
        title = found.document.title if found else id
        return _begin(
            request,
            publisher,
            what=f"撤下《{title}》",
            change=lambda: desk.withdraw(id),
            action=Action.DOCUMENT_WITHDRAWN,
            detail=f"{id}（{title}）",
            otherwise=lambda message: _overview(
                request, desk, publisher, message=message, status=400
            ),
        )

    return router


def _begin(
    request: Request,
    publisher: Publisher,
    *,
    what: str,
    change: Callable[[], Change],
    action: Action,
    detail: str,
    otherwise: Callable[[str], Response],
) -> Response:
    """Begin a change of the corpus, and say so in the audit log."""
    person, address, audit = (
        person_of(request),
        arrival_of(request).address,
        services_of(request).audit,
    )

    def failed(fault: str) -> None:
        audit.record(Action.PUBLISHING_FAILED, person, address=address, detail=f"{what}：{fault}")

    try:
        publisher.begin(what, change, failed=failed)
    except AssistantError as error:
        return otherwise(str(error))
    audit.record(action, person, address=address, detail=detail)
    return RedirectResponse("/admin/documents", 303)


def _overview(
    request: Request,
    desk: DocumentDesk,
    publisher: Publisher,
    *,
    message: str = "",
    status: int = 200,
) -> Response:
    try:
        corpus = desk.corpus()
        documents, faults = corpus.documents, list(map(str, corpus.faults))
    except CorpusError as error:
        documents, faults = (), [str(error)]
    return render(
        request,
        "admin_documents.html",
        status=status,
        message=message,
        documents=documents,
        faults=faults,
        drafts=desk.drafts(),
        job=publisher.job,
        busy=publisher.busy,
        kinds=KINDS,
        uploads=UPLOADS,
    )


def _preview(
    request: Request, desk: DocumentDesk, id: str, *, message: str = "", status: int = 200
) -> Response:
    draft = desk.draft(id)
    parsed = draft.parsed
    text = parsed.document.text if parsed else ""
    if "saved" in request.query_params and not message:
        message = "已保存。"
    return render(
        request,
        "admin_draft.html",
        status=status,
        message=message,
        draft=draft,
        document=parsed.document if parsed else None,
        outline=_outline(parsed.headings, parsed.articles) if parsed else [],
        published=desk.corpus().documents,
        kinds=KINDS,
        text=text if len(text) <= LONGEST_EDITED else "",
    )


def _outline(
    headings: tuple[Heading, ...], articles: tuple[Article, ...]
) -> list[dict[str, object]]:
    """Return headings and articles in reading order, as the parser understood them."""
    rows: list[tuple[int, dict[str, object]]] = []
    for heading in headings:
        rows.append((heading.start, {"heading": True, "words": f"{heading.marker}{heading.title}"}))
    for article in articles:
        body = " ".join(article.text.split())
        rows.append(
            (
                article.start,
                {
                    "heading": False,
                    "words": body[:_FIRST_WORDS] + ("……" if len(body) > _FIRST_WORDS else ""),
                    "paragraphs": len(article.paragraphs),
                    "numbered": article.number is not None,
                },
            )
        )
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]
