"""A person's conversations: JSON for the chat page, pages of their own, Word files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from assistant.interfaces.account_routes import Text, checked_form
from assistant.interfaces.identity import person_of, services_of
from assistant.interfaces.pages import render
from assistant.interfaces.refused import Refused
from assistant.interfaces.render import answer_to_dict
from assistant.users.conversations import Conversation, Summary, Turn
from assistant.users.feedback import COMMENT_CHARACTERS, Verdict
from assistant.users.sheets import (
    Block,
    answer_sheet,
    conversation_sheet,
    marked_article,
    verification,
)
from assistant.users.word import write_word

LISTED = 50
_NO_CONVERSATION = "没有这个对话，可能已被删除。"
_NO_ANSWER = "没有这条答复，可能已被删除。"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Search = Annotated[str, Query(max_length=100)]
Offset = Annotated[int, Query(ge=0)]


class Renaming(BaseModel):
    """Another title of a conversation."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)


class Opinion(BaseModel):
    """What a person thinks of an answer."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    comment: str = Field(default="", max_length=COMMENT_CHARACTERS)


def conversation_routes() -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    router.include_router(_data_routes())
    router.include_router(_answer_routes())
    router.include_router(_page_routes())
    return router


def _data_routes() -> APIRouter:
    router = APIRouter(prefix="/api/conversations", tags=["对话"])

    @router.get(
        "",
        summary="列出本人的对话",
        description="最近的在前；``search`` 按词在题目、问题和答复中查找。",
    )
    def list_all(request: Request, search: Search = "", offset: Offset = 0) -> JSONResponse:
        found = services_of(request).conversations.list(
            person_of(request).id, search=search, offset=offset, limit=LISTED
        )
        return JSONResponse([_summary_to_dict(summary) for summary in found])

    @router.get("/{id}", summary="读取一个对话", description="含全部问答、出处和本人的评价。")
    def load(request: Request, id: str) -> JSONResponse:
        conversation = find_conversation(request, id)
        turns = conversation.turns
        verdicts = services_of(request).feedback.verdicts(
            person_of(request).id, [turn.id for turn in turns]
        )
        return JSONResponse(
            {
                "id": conversation.id,
                "title": conversation.title,
                "started_at": conversation.started_at.isoformat(),
                "changed_at": conversation.changed_at.isoformat(),
                "turns": [
                    _turn_to_dict(turn, verdicts.get(turn.id)) for turn in conversation.turns
                ],
            }
        )

    @router.patch("/{id}", summary="改对话的题目", description="题目过长时截短。")
    def rename(request: Request, id: str, body: Renaming) -> JSONResponse:
        if not services_of(request).conversations.rename(person_of(request).id, id, body.title):
            raise Refused(404, _NO_CONVERSATION)
        return JSONResponse({"id": id, "title": find_conversation(request, id).title})

    @router.delete("/{id}", summary="删除一个对话", description="不能恢复。", status_code=204)
    def delete(request: Request, id: str) -> Response:
        if not services_of(request).conversations.delete(person_of(request).id, id):
            raise Refused(404, _NO_CONVERSATION)
        return Response(status_code=204)

    @router.get(
        "/{id}/export.docx", summary="导出为 Word", description="含出处。", response_class=Response
    )
    def export(request: Request, id: str) -> Response:
        conversation = find_conversation(request, id)
        return word_response(
            conversation_sheet(conversation),
            title=conversation.title or "对话",
            made_at=conversation.changed_at,
        )

    return router


def _answer_routes() -> APIRouter:
    router = APIRouter(prefix="/api/answers", tags=["对话"])

    @router.get(
        "/{id}/sheet.docx",
        summary="一条答复的答复单",
        description="按当时的记录生成，随时重新生成都一样。",
        response_class=Response,
    )
    def sheet(request: Request, id: str) -> Response:
        turn = find_turn(request, id)
        return word_response(
            answer_sheet(turn),
            title=f"答复单 {turn.exchange.question[:30]}",
            made_at=turn.exchange.asked_at,
        )

    @router.post(
        "/{id}/feedback",
        summary="评价一条答复",
        description="再次评价时，以后一次为准。",
        status_code=204,
    )
    def give_feedback(request: Request, id: str, body: Opinion) -> Response:
        _give(request, id, body.verdict, body.comment)
        return Response(status_code=204)

    return router


def _page_routes() -> APIRouter:
    router = APIRouter(prefix="/conversations", include_in_schema=False)
    form = [Depends(checked_form)]

    @router.get("")
    def list_all(request: Request, search: Search = "", offset: Offset = 0) -> Response:
        found = services_of(request).conversations.list(
            person_of(request).id, search=search, offset=offset, limit=LISTED + 1
        )
        return render(
            request,
            "conversations.html",
            conversations=found[:LISTED],
            search=search,
            offset=offset,
            step=LISTED,
            more=len(found) > LISTED,
        )

    @router.get("/{id}")
    def show(request: Request, id: str) -> Response:
        conversation = find_conversation(request, id)
        verdicts = services_of(request).feedback.verdicts(
            person_of(request).id, [turn.id for turn in conversation.turns]
        )
        return render(
            request,
            "conversation.html",
            conversation=conversation,
            verdicts=verdicts,
            choices=tuple(Verdict),
            verification=verification,
            marked_article=marked_article,
        )

    @router.post("/{id}/rename", dependencies=form)
    def rename(request: Request, id: str, title: Text = "") -> Response:
        services_of(request).conversations.rename(person_of(request).id, id, title)
        return RedirectResponse("/conversations", 303)

    @router.post("/{id}/delete", dependencies=form)
    def delete(request: Request, id: str) -> Response:
        services_of(request).conversations.delete(person_of(request).id, id)
        return RedirectResponse("/conversations", 303)

    @router.post("/{id}/feedback/{answer_id}", dependencies=form)
    def give_feedback(
        request: Request,
        id: str,
        answer_id: str,
        verdict: Annotated[Verdict, Form()],
        comment: Text = "",
    ) -> Response:
        _give(request, answer_id, verdict, comment)
        return RedirectResponse(f"/conversations/{quote(id)}#{quote(answer_id)}", 303)

    return router


def find_conversation(request: Request, id: str) -> Conversation:
    """Return a conversation of the person. Raises ``Refused``, whoever else's it may be."""
    found = services_of(request).conversations.load(person_of(request).id, id)
    if found is None:
        raise Refused(404, _NO_CONVERSATION)
    return found


def find_turn(request: Request, id: str) -> Turn:
    """Return an answer of the person. Raises ``Refused``, whoever else's it may be."""
    found = services_of(request).conversations.find_turn(person_of(request).id, id)
    if found is None:
        raise Refused(404, _NO_ANSWER)
    return found


def word_response(blocks: tuple[Block, ...], *, title: str, made_at: datetime) -> Response:
    """Return a Word file to be saved under its title."""
    name = "".join("_" if character in '\\/:*?"<>|\r\n\t' else character for character in title)
    return Response(
        write_word(blocks, title=title, made_at=made_at),
        media_type=_WORD,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.docx",
            "Cache-Control": "no-store",
        },
    )


def _give(request: Request, answer_id: str, verdict: Verdict, comment: str) -> None:
    turn = find_turn(request, answer_id)
    services_of(request).feedback.give(
        person_of(request).id,
        answer_id=turn.id,
        exchange=turn.exchange,
        verdict=verdict,
        comment=comment,
    )


def _summary_to_dict(summary: Summary) -> dict[str, object]:
    return {
        "id": summary.id,
        "title": summary.title,
        "started_at": summary.started_at.isoformat(),
        "changed_at": summary.changed_at.isoformat(),
        "turns": summary.turns,
    }


def _turn_to_dict(turn: Turn, verdict: Verdict | None) -> dict[str, object]:
    exchange = turn.exchange
    return {
        "id": turn.id,
        "asked_at": exchange.asked_at.isoformat(),
        "question": exchange.question,
        "answer": answer_to_dict(exchange.answer, question=exchange.question),
        "verdict": verdict.value if verdict else None,
    }
