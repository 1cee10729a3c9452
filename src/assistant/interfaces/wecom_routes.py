"""The addresses that the WeCom platform calls: /wecom/bot and /wecom/app."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect

from assistant.interfaces.wecom_door import WecomDoor
from assistant.wecom.callback import (
    LARGEST_BODY,
    LARGEST_QUERY,
    MALFORMED,
    CallbackReply,
    CallbackRequest,
)

TOO_LARGE = CallbackReply(413)


class Callback(Protocol):
    """One address."""

    def verify(self, request: CallbackRequest) -> CallbackReply:
        """Answer the check that saving the address in the console makes."""

    async def handle(self, request: CallbackRequest) -> CallbackReply:
        """Answer a callback."""


def wecom_routes(door: WecomDoor) -> APIRouter:
    """Return the addresses of the channels that are configured."""
    router = APIRouter(prefix="/wecom", include_in_schema=False)
    for path, callback in (("/bot", door.bot), ("/app", door.app)):
        if callback is not None:
            router.add_api_route(path, _verify(callback), methods=["GET"])
            router.add_api_route(path, _handle(callback), methods=["POST"])
    return router


def _verify(callback: Callback) -> Callable[[Request], Awaitable[Response]]:
    async def verify(request: Request) -> Response:
        sealed = _read_query(request)
        return _respond(MALFORMED if sealed is None else callback.verify(sealed))

    return verify


def _handle(callback: Callback) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        body = await _read_body(request)
        if body is None:
            return _respond(TOO_LARGE)
        sealed = _read_query(request, body=body)
        return _respond(MALFORMED if sealed is None else await callback.handle(sealed))

    return handle


def _read_query(request: Request, *, body: bytes = b"") -> CallbackRequest | None:
    """Return the request with its query decoded, once; None when it cannot be one."""
    if len(request.scope["query_string"]) > LARGEST_QUERY:
        return None
    query = request.query_params
    return CallbackRequest(
        signature=query.get("msg_signature", ""),
        timestamp=query.get("timestamp", ""),
        nonce=query.get("nonce", ""),
        echo=query.get("echostr", ""),
        body=body,
        gone=request.is_disconnected,
    )


async def _read_body(request: Request) -> bytes | None:
    """Return the body; None as soon as it is too large, whatever length was announced."""
    parts: list[bytes] = []
    size = 0
    # One who hangs up half way gets, and reads, nothing.
    with contextlib.suppress(ClientDisconnect):
        async for part in request.stream():
            size += len(part)
            if size > LARGEST_BODY:
                return None
            parts.append(part)
    return b"".join(parts)


def _respond(reply: CallbackReply) -> Response:
    return Response(
        reply.body,
        status_code=reply.status,
        media_type=reply.media_type,
        background=BackgroundTask(reply.after) if reply.after else None,
    )
