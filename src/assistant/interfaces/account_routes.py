"""The way in and out, and a person's own page: password, keys, data."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from assistant.errors import AccountError, LimitReached
from assistant.interfaces.erasure import erase_person, own_data
from assistant.interfaces.identity import (
    SESSION_COOKIE,
    arrival_of,
    check_form,
    make_cookie,
    person_of,
    services_of,
    session_token_of,
)
from assistant.interfaces.pages import render
from assistant.interfaces.refused import Refused
from assistant.settings.web import WebSettings
from assistant.users.accounts import SHORTEST_PASSWORD, Account
from assistant.users.audit import Action

Text = Annotated[str, Form()]

_WRONG = "账号或口令不对。"
_ERASE_WORD = "清除"
_SAID = {
    "password": "口令已改，其他浏览器上的登录已退出。",
    "key": "密钥已作废。",
    "erased": "您的全部数据已清除。",
}


def checked_form(request: Request, form_token: Text = "") -> None:
    """Refuse a form that was not shown by us."""
    check_form(request, form_token)


def account_routes(web: WebSettings) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_sign_on_routes(web))
    router.include_router(_key_routes(web))
    router.include_router(_data_routes(web))
    return router


def _sign_on_routes(web: WebSettings) -> APIRouter:
    router = APIRouter()
    hours = web.session_hours

    @router.get("/login")
    def show(request: Request, next: str = "/") -> Response:
        if web.identity in ("off", "header") or person_of(request).signed_in:
            return RedirectResponse(local_path(next), 303)
        return _login_page(request, web, next=next)

    @router.post("/login", dependencies=[Depends(checked_form)])
    def sign_in(
        request: Request, name: Text = "", password: Text = "", next: Text = "/"
    ) -> Response:
        if web.identity != "password":
            raise Refused(404, "本系统不用口令登录。")
        services, arrival = services_of(request), arrival_of(request)
        try:
            account = services.sign_on.check(name, password, address=arrival.address)
        except LimitReached as error:
            page = _login_page(request, web, next=next, name=name, message=str(error), status=429)
            page.headers["Retry-After"] = str(error.seconds)
            return page
        if account is None:
            return _login_page(request, web, next=next, name=name, message=_WRONG, status=401)
        # A session that this browser may have had before ends here.
        services.accounts.close_session(session_token_of(request))
        response = RedirectResponse(local_path(next), 303)
        set_session(request, response, services.accounts.open_session(account.id), hours=hours)
        return response

    @router.post("/logout", dependencies=[Depends(checked_form)])
    def sign_out(request: Request) -> Response:
        _end_session(request)
        response = RedirectResponse("/login", 303)
        set_session(request, response, "", hours=0)
        return response

    return router


def _key_routes(web: WebSettings) -> APIRouter:
    router = APIRouter()
    hours = web.session_hours

    @router.get("/me")
    def show(request: Request, said: str = "") -> Response:
        return _own_page(request, web, message=_SAID.get(said, ""))

    @router.post("/me/password", dependencies=[Depends(checked_form)])
    def change_password(request: Request, old: Text = "", new: Text = "") -> Response:
        services, address = services_of(request), arrival_of(request).address
        account = _own_account(request)
        try:
            if services.sign_on.check(account.name, old, address=address) is None:
                raise AccountError("现在的口令不对，没有改。")
            services.accounts.set_password(account.id, new)
        except (AccountError, LimitReached) as error:
            return _own_page(request, web, message=str(error), status=400)
        services.audit.record(Action.PASSWORD_CHANGED, account.person, address=address)
        services.recognizer.forget()
        response = _back("password")
        set_session(request, response, services.accounts.open_session(account.id), hours=hours)
        return response

    @router.post("/me/keys", dependencies=[Depends(checked_form)])
    def make_key(request: Request, label: Text = "") -> Response:
        services, account = services_of(request), _own_account(request)
        key = services.accounts.make_key(account.id, label=label)
        _record(request, Action.KEY_MADE, label)
        return _own_page(request, web, new_key=key)

    @router.post("/me/keys/revoke", dependencies=[Depends(checked_form)])
    def revoke_key(request: Request, key: Text = "") -> Response:
        services, account = services_of(request), _own_account(request)
        if key and services.accounts.revoke_key(account.id, key):
            services.recognizer.forget()
            _record(request, Action.KEY_REVOKED, "")
        return _back("key")

    return router


def _data_routes(web: WebSettings) -> APIRouter:
    router = APIRouter()

    @router.get("/me/data.json")
    def take(request: Request) -> Response:
        person, services = person_of(request), services_of(request)
        return JSONResponse(
            own_data(person, services),
            headers={"Content-Disposition": 'attachment; filename="data.json"'},
        )

    @router.post("/me/erase", dependencies=[Depends(checked_form)])
    def erase(request: Request, sure: Text = "", close: Text = "") -> Response:
        if sure.strip() != _ERASE_WORD:
            return _own_page(
                request, web, message=f"没有清除：请输入“{_ERASE_WORD}”以确认。", status=400
            )
        person, services = person_of(request), services_of(request)
        account = services.accounts.get(person.id)
        if close and account is not None:
            services.accounts.remove(account.id)
        erase_person(person.id, services)
        _record(request, Action.DATA_ERASED, "并注销账号" if close else "")
        services.recognizer.forget()
        if close and web.identity == "password":
            response: Response = RedirectResponse("/login", 303)
            set_session(request, response, "", hours=0)
            return response
        return _back("erased")

    return router


def local_path(wanted: str) -> str:
    """Return a path of this site: a link to another one in ``next`` must not be followed."""
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return "/"
    return "/" if any(ord(character) < 32 for character in wanted) else wanted


def set_session(request: Request, response: Response, token: str, *, hours: int) -> None:
    """Give the browser its session's cookie, or take it away with an empty one."""
    secure = arrival_of(request).secure
    cookie = make_cookie(SESSION_COOKIE, token, seconds=hours * 3600, secure=secure)
    response.headers.append("set-cookie", cookie)


def _end_session(request: Request) -> None:
    services, person = services_of(request), person_of(request)
    services.accounts.close_session(session_token_of(request))
    services.recognizer.forget()
    if person.signed_in:
        _record(request, Action.SIGNED_OUT, "")


def _login_page(
    request: Request,
    web: WebSettings,
    *,
    next: str,
    name: str = "",
    message: str = "",
    status: int = 200,
) -> Response:
    return render(
        request,
        "login.html",
        status=status,
        next=local_path(next),
        name=name,
        message=message,
        provider=web.identity == "oidc",
    )


def _own_page(
    request: Request, web: WebSettings, *, message: str = "", new_key: str = "", status: int = 200
) -> Response:
    person, services = person_of(request), services_of(request)
    account = services.accounts.get(person.id) if person.signed_in else None
    return render(
        request,
        "me.html",
        status=status,
        message=message,
        new_key=new_key,
        account=account,
        keys=services.accounts.keys(account.id) if account else (),
        conversations=services.conversations.count(person.id),
        feedback=len(services.feedback.of_person(person.id)),
        shortest=SHORTEST_PASSWORD,
        can_sign_out=web.identity in ("password", "oidc"),
    )


def _own_account(request: Request) -> Account:
    account = services_of(request).accounts.get(person_of(request).id)
    if account is None:
        raise Refused(404, "没有启用登录，没有账号可改。")
    return account


def _record(request: Request, action: Action, detail: str) -> None:
    services_of(request).audit.record(
        action, person_of(request), address=arrival_of(request).address, detail=detail
    )


def _back(said: str) -> RedirectResponse:
    return RedirectResponse(f"/me?said={said}", 303)
