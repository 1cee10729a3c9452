"""What goes wrong → a response: one Chinese sentence, as JSON, or as a page for who reads one."""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.errors import AccountError, LimitReached, QuestionError
from assistant.interfaces.refused import Refused

TOO_LARGE = "请求内容过大。"

_STATUS_MESSAGES = {
    404: "没有这个地址。",
    405: "这个地址不支持该请求方法。",
    413: TOO_LARGE,
    500: "服务内部出错，请管理员查看日志。",
}


def fault(status: int, message: str) -> JSONResponse:
    """Return a response other than success."""
    return JSONResponse({"error": message}, status_code=status)


async def explain_error(request: Request, error: Exception) -> Response:
    """Answer for an ``AssistantError`` that a route did not catch."""
    if isinstance(error, LimitReached):
        response = _answer(request, 429, str(error))
        response.headers["Retry-After"] = str(error.seconds)
        return response
    theirs = isinstance(error, (QuestionError, AccountError))
    return _answer(request, 400 if theirs else 503, str(error))


async def explain_validation(request: Request, error: Exception) -> Response:
    """Answer for a request that is not of the shape its route takes."""
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    places = {".".join(str(part) for part in found["loc"][1:]) for found in faults}
    named = "、".join(sorted(place for place in places if place)) or "正文"
    if request.url.path != "/api/ask":
        return _answer(request, 422, f"请求格式不对（{named}）。")
    return fault(
        422,
        f"请求格式不对（{named}）。应为 JSON 对象："
        '{"question": "问题", "history": [["user", "…"], ["assistant", "…"]]}，history 可省略。',
    )


async def explain_status(request: Request, error: Exception) -> Response:
    """Answer for a route that raised a status."""
    if not isinstance(error, HTTPException):
        return _answer(request, 500, _STATUS_MESSAGES[500])
    status = error.status_code
    if isinstance(error, Refused):
        return _answer(request, status, error.detail)
    return _answer(request, status, _STATUS_MESSAGES.get(status, f"请求未能完成（{status}）。"))


def _answer(request: Request, status: int, message: str) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return fault(status, message)
    from assistant.interfaces.pages import render_fault

    return render_fault(request, status=status, message=message)
