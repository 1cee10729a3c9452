"""What passes: bodies up to a size, and headers that tell browsers what our responses may do."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.interfaces.faults import TOO_LARGE, fault

MAXIMUM_BODY_BYTES = 1_000_000
UPLOADS = "/admin/documents/upload"

_FORM_BYTES = 100_000
"""What a form adds to the file in it."""
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


class Border:
    """ASGI middleware: turns large bodies away, and adds headers where a route set none.

    A body that does not announce its size is counted while it comes in.
    """

    def __init__(self, app: ASGIApp, *, upload_bytes: int) -> None:
        self._uploads = upload_bytes + _FORM_BYTES
        self._for_uploads = RequestBodyLimitMiddleware(app, max_body_size=self._uploads)
        self._for_all = RequestBodyLimitMiddleware(app, max_body_size=MAXIMUM_BODY_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is too large, and add headers to the response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        uploads = scope.get("path") == UPLOADS
        app: ASGIApp = self._for_uploads if uploads else self._for_all
        if scope["type"] == "http":
            announced = Headers(scope=scope).get("content-length", "0")
            most = self._uploads if uploads else MAXIMUM_BODY_BYTES
            if not announced.isdecimal() or int(announced) > most:
                app = fault(413, TOO_LARGE)
        await app(scope, receive, send_with_headers)
