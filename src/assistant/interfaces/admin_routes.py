"""The administrator's pages: figures, accounts, the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from xml.etree import ElementTree

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.corpus.labels import article_label
from assistant.domain import ParsedDocument
from assistant.errors import AccountError, AssistantError
from assistant.evals.markup import Node
from assistant.evals.plots import draw_histogram
from assistant.interfaces.account_routes import Text, checked_form
from assistant.interfaces.identity import arrival_of, person_of, require, services_of
from assistant.interfaces.opening import Opening
from assistant.interfaces.pages import render
from assistant.settings.web import WebSettings
from assistant.store.base import now
from assistant.users.audit import Action
from assistant.users.people import Role
from assistant.users.plots import draw_counts, draw_coverage, draw_days
from assistant.users.statistics import Figures, summarise_asked

PERIODS = (7, 30, 90)
LOGGED = 100
_MOST_CITED = 12
_CHANNELS = {"web": "网页", "api": "接口", "wecom": "企业微信", "mcp": "MCP", "cli": "命令行"}


def admin_routes(opening: Opening, web: WebSettings) -> APIRouter:
    """Return the routes; everybody else is turned away."""
    router = APIRouter(
        include_in_schema=False,
        dependencies=[Depends(require(Role.ADMINISTRATOR))],
    )
    router.include_router(_figure_routes(opening))
    router.include_router(_account_routes(web))
    return router


def _figure_routes(opening: Opening) -> APIRouter:
    router = APIRouter()

    @router.get("/admin")
    async def figures(request: Request, days: int = PERIODS[1]) -> Response:
        days = days if days in PERIODS else PERIODS[1]
        try:
            documents: Sequence[ParsedDocument] = (await opening.assistant()).documents
        except AssistantError:
            documents = ()
        return await run_in_threadpool(_figures_page, request, documents, days)

    @router.get("/admin/log")
    def log(
        request: Request,
        action: str = "",
        name: Annotated[str, Query(max_length=60)] = "",
        offset: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        found = services_of(request).audit.read(
            limit=LOGGED + 1, offset=offset, action=action, name=name
        )
        return render(
            request,
            "admin_log.html",
            entries=found[:LOGGED],
            more=len(found) > LOGGED,
            offset=offset,
            step=LOGGED,
            action=action,
            name=name,
            actions=tuple(Action),
        )

    return router


def _figures_page(request: Request, documents: Sequence[ParsedDocument], days: int) -> Response:
    services, moment = services_of(request), now()
    since = moment - timedelta(days=days)
    figures = summarise_asked(services.asked.since(since), today=moment, days=days)
    return render(
        request,
        "admin.html",
        days=days,
        periods=PERIODS,
        figures=figures,
        feedback=services.feedback.count(since=since),
        channels={_CHANNELS.get(name, name): count for name, count in figures.channels.items()},
        day_plot=_markup(draw_days(figures.days, title=f"最近 {days} 天每天的提问，红色为未答")),
        latency_plot=_markup(draw_histogram(figures.latencies, title="每次答复用时", unit="毫秒")),
        coverage_plot=_markup(
            draw_coverage(_coverage(figures, documents), title="每格一条，引用越多颜色越深")
        ),
        article_plot=_markup(
            draw_counts(_most_cited(figures, documents), title="引用最多的条文（次）")
        ),
    )


def _account_routes(web: WebSettings) -> APIRouter:
    router = APIRouter(prefix="/admin/accounts")
    form = [Depends(checked_form)]

    @router.get("")
    def show(request: Request) -> Response:
        return _accounts_page(request, web)

    @router.post("", dependencies=form)
    def add(
        request: Request,
        name: Text = "",
        shown_name: Text = "",
        password: Text = "",
        role: Text = "",
    ) -> Response:
        try:
            account = services_of(request).accounts.add(
                name, password, role=_role(role), shown_name=shown_name
            )
        except AccountError as error:
            return _accounts_page(request, web, message=str(error), status=400)
        record(request, Action.ACCOUNT_ADDED, f"{account.name}，{account.role.label}")
        return RedirectResponse("/admin/accounts", 303)

    @router.post("/{id}", dependencies=form)
    def change(
        request: Request, id: str, role: Text = "", state: Text = "", password: Text = ""
    ) -> Response:
        services = services_of(request)
        try:
            account = services.accounts.change(
                id, role=_role(role) if role else None, active=state == "on" if state else None
            )
            if password:
                services.accounts.set_password(id, password)
        except AccountError as error:
            return _accounts_page(request, web, message=str(error), status=400)
        services.recognizer.forget()
        changes = [f"角色为{account.role.label}"] if role else []
        changes += [("启用" if account.active else "停用")] if state else []
        changes += ["重设口令"] if password else []
        record(request, Action.ACCOUNT_CHANGED, f"{account.name}：{'，'.join(changes)}")
        return RedirectResponse("/admin/accounts", 303)

    return router


def record(request: Request, action: Action, detail: str) -> None:
    """Write into the audit log what the person did."""
    services_of(request).audit.record(
        action, person_of(request), address=arrival_of(request).address, detail=detail
    )


def _accounts_page(
    request: Request, web: WebSettings, *, message: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "admin_accounts.html",
        status=status,
        message=message,
        accounts=services_of(request).accounts.list(),
        roles=tuple(Role),
        identity=web.identity,
    )


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError as error:
        raise AccountError("没有这个角色。") from error


def _coverage(
    figures: Figures, documents: Sequence[ParsedDocument]
) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return for each document how often each of its articles was cited."""
    return [
        (
            parsed.document.short_title,
            [
                (article_label(parsed.document, article), figures.articles.get(article.id, 0))
                for article in parsed.articles
            ],
        )
        for parsed in documents
        if not parsed.document.edition_of
    ]


def _most_cited(figures: Figures, documents: Sequence[ParsedDocument]) -> list[tuple[str, int]]:
    labels = {
        article.id: article_label(parsed.document, article)
        for parsed in documents
        for article in parsed.articles
    }
    ranked = sorted(figures.articles.items(), key=lambda item: (-item[1], item[0]))
    return [(labels.get(id, id), count) for id, count in ranked[:_MOST_CITED]]


def _markup(node: Node) -> str:
    """Return a tree as HTML; its text is escaped on the way out."""
    return ElementTree.tostring(node, encoding="unicode", method="html")
