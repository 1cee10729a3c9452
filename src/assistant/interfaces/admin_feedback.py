"""What people think of answers, for an administrator: read, say what was expected, hand on."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from assistant.interfaces.account_routes import Text, checked_form
from assistant.interfaces.identity import require, services_of
from assistant.interfaces.pages import render
from assistant.interfaces.refused import Refused
from assistant.users.feedback import Expected, Verdict
from assistant.users.people import Role

LISTED = 30
Expectation = Literal["answered", "refused", "clarify"]
_EXPECTATIONS = {"answered": "应当作答", "refused": "材料没有，应当说明", "clarify": "应当反问"}
_PLACE = re.compile(
    r"[a-z0-9][a-z0-9-]*(?:#[1-9][0-9]*)?(?:\|[a-z0-9][a-z0-9-]*(?:#[1-9][0-9]*)?)*"
)
_LONGEST_PHRASE = 60


def feedback_routes() -> APIRouter:
    """Return the routes; everybody but administrators is turned away."""
    router = APIRouter(
        prefix="/admin/feedback",
        include_in_schema=False,
        dependencies=[Depends(require(Role.ADMINISTRATOR))],
    )

    @router.get("")
    def show(
        request: Request, verdict: str = "", offset: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        return _page(request, verdict=verdict, offset=offset)

    @router.post("/{id}/expected", dependencies=[Depends(checked_form)])
    def expect(
        request: Request, id: str, expect: Text = "", due: Text = "", phrases: Text = ""
    ) -> Response:
        services = services_of(request)
        if services.feedback.get(id) is None:
            raise Refused(404, "没有这条评价，可能提交者已清除本人数据。")
        expected = read_expected(expect, due, phrases)
        if isinstance(expected, str):
            return _page(request, verdict="", offset=0, message=expected, status=400)
        services.feedback.expect(id, expected)
        return RedirectResponse(f"/admin/feedback#{id}", 303)

    return router


def read_expected(expect: str, due: str, phrases: str) -> Expected | str:
    """Return what was typed as an expectation, or what is wrong with it."""
    if expect not in get_args(Expectation):
        return "请选择这个问题应当怎样处理。"
    places = tuple(re.split(r"[\s,，、；;]+", due.strip())) if due.strip() else ()
    parts = tuple(filter(None, (line.strip() for line in re.split(r"[\n；;]", phrases))))
    if expect != "answered":
        return Expected(expect="refused" if expect == "refused" else "clarify")
    wrong = [place for place in places if not _PLACE.fullmatch(place)]
    if wrong:
        return f"依据“{wrong[0]}”写法不对，应为“材料编号#条号”，例如 opinions-2021#5。"
    if not places or not parts:
        return "应当作答的问题，请写明依据和答复中必须出现的词句。"
    if any(len(part) > _LONGEST_PHRASE for part in parts):
        return f"必须出现的词句每行最多 {_LONGEST_PHRASE} 个字，请摘要点。"
    return Expected("answered", places, parts)


def _page(
    request: Request, *, verdict: str, offset: int, message: str = "", status: int = 200
) -> Response:
    chosen = [Verdict(verdict)] if verdict in set(Verdict) else list(Verdict)
    found = services_of(request).feedback.read(verdicts=chosen, limit=LISTED + 1, offset=offset)
    return render(
        request,
        "admin_feedback.html",
        status=status,
        message=message,
        entries=found[:LISTED],
        more=len(found) > LISTED,
        offset=offset,
        step=LISTED,
        verdict=verdict,
        verdicts=tuple(Verdict),
        expectations=_EXPECTATIONS,
    )
