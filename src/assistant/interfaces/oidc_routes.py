"""To the OpenID Connect provider and back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from assistant.errors import AccountError
from assistant.interfaces.account_routes import local_path, set_session
from assistant.interfaces.identity import arrival_of, form_token, services_of
from assistant.interfaces.oidc import CALLBACK, OpenIdConnect
from assistant.settings.web import WebSettings
from assistant.users.audit import Action


def oidc_routes(web: WebSettings) -> APIRouter:
    """Return the routes; none unless people sign on so."""
    router = APIRouter(include_in_schema=False)
    if web.identity != "oidc":
        return router
    provider = OpenIdConnect(web)

    @router.get("/oidc/start")
    def start(request: Request, next: str = "/") -> Response:
        # Tied to the browser's own cookie: nobody can finish a sign-on that somebody else began.
        return RedirectResponse(
            provider.begin(browser=form_token(request), next=local_path(next)), 303
        )

    @router.get(CALLBACK)
    def finish(request: Request, state: str = "", code: str = "") -> Response:
        services, address = services_of(request), arrival_of(request).address
        try:
            identity = provider.finish(browser=form_token(request), state=state, code=code)
            account = services.accounts.vouch(
                identity.name,
                shown_name=identity.shown_name,
                role=services.recognizer.role_of(identity.name),
            )
            if not account.active:
                raise AccountError("这个账号已停用，请联系管理员。")
        except AccountError as error:
            services.audit.record_name(
                Action.SIGN_IN_FAILED, "", address=address, detail=str(error)
            )
            raise
        services.audit.record(Action.SIGNED_IN, account.person, address=address)
        response = RedirectResponse(identity.next, 303)
        token = services.accounts.open_session(account.id)
        set_session(request, response, token, hours=web.session_hours)
        return response

    return router
