"""The assistant for programs that speak MCP (Model Context Protocol): ask, search, read."""

from __future__ import annotations

from typing import Annotated

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import BaseRoute
from typing_extensions import TypedDict

from assistant.corpus.labels import article_label
from assistant.domain import Article, Document, Turn
from assistant.errors import AssistantError
from assistant.interfaces.chat_ask import MAXIMUM_TURNS, Desk, last
from assistant.interfaces.identity import admit_question, person_of
from assistant.interfaces.opening import Answerer, Opening
from assistant.interfaces.reader import find_document, find_place, unit_of
from assistant.interfaces.render import AnswerRecord, answer_to_dict

PATH = "/mcp"
_MOST_FOUND = 20
_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_INSTRUCTIONS = (
    "这里是一组中文规章制度和学习材料。"
    "用 ask 提问，答复只引用原文，逐字核对，材料没有写的会说没有；"
    "用 search 找相近的条文；用 list_documents 和 read_article 读原文。"
)

Caller = Context[object, Request]
DocumentId = Annotated[str, Field(description="文件编号，见 list_documents")]


class DocumentRecord(TypedDict):
    """A document as programs read it."""

    doc_id: str
    title: str
    issuer: str
    issued_on: str
    published_on: str
    edition_of: str
    articles: list[str]


class ArticleRecord(TypedDict):
    """An article as programs read it."""

    doc_id: str
    article: str
    label: str
    headings: list[str]
    text: str


def make_mcp(opening: Opening, desk: Desk) -> MCPServer[object]:
    """Return the server; its ``session_manager`` has to run as long as the app does."""
    server: MCPServer[object] = MCPServer(
        "assistant", title="学习材料问答", instructions=_INSTRUCTIONS, log_level="WARNING"
    )

    @server.tool(
        title="提问",
        description="就已载入的材料提问，返回答复和逐字引文；材料没有规定的返回 status=refused",
        annotations=_READS,
    )
    async def ask(
        question: Annotated[str, Field(description="问题，中文")],
        caller: Caller,
        history: Annotated[
            list[Turn],
            Field(max_length=MAXIMUM_TURNS, description='上文，如 [["user", "…"], …]'),
        ] = [],  # noqa: B006 - read only, and the schema shows the default
    ) -> AnswerRecord:
        person = _admit(caller)
        try:
            answer = await last(desk.ask(question, history, person=person, channel="mcp"))
        except AssistantError as error:
            raise ToolError(str(error)) from error
        return answer_to_dict(answer, question=question)

    @server.tool(
        title="找条文",
        description="按意思和字词找最相近的条文，最近的在前；找到不等于材料作了规定",
        annotations=_READS,
    )
    async def search(
        query: Annotated[str, Field(description="要找的内容")],
        caller: Caller,
        limit: Annotated[int, Field(ge=1, le=_MOST_FOUND)] = 5,
    ) -> list[ArticleRecord]:
        _admit(caller)
        try:
            assistant = await opening.assistant()
            hits = await run_in_threadpool(assistant.search, query, limit=limit)
        except AssistantError as error:
            raise ToolError(str(error)) from error
        documents = {p.document.id: p.document for p in assistant.documents}
        return [_article(documents[h.article.document_id], h.article) for h in hits]

    @server.tool(title="列出文件", description="已载入的文件和各条的编号", annotations=_READS)
    async def list_documents() -> list[DocumentRecord]:
        return [
            {
                "doc_id": parsed.document.id,
                "title": parsed.document.title,
                "issuer": parsed.document.issuer,
                "issued_on": parsed.document.issued_on,
                "published_on": parsed.document.published_on,
                "edition_of": parsed.document.edition_of,
                "articles": [unit_of(article.id) for article in parsed.articles],
            }
            for parsed in (await _open(opening)).documents
        ]

    @server.tool(title="读一条", description="一条的全文，逐字", annotations=_READS)
    async def read_article(
        doc_id: DocumentId,
        article: Annotated[str, Field(description="条的编号，如 5、10-1、p3，或（五）、第十条")],
    ) -> ArticleRecord:
        documents = (await _open(opening)).documents
        place = find_place(documents, doc_id, article)
        if place is None:
            known = find_document(documents, doc_id) is not None
            raise ToolError(
                f"文件 {doc_id} 中没有“{article}”。" if known else f"没有编号为 {doc_id} 的文件。"
            )
        return _article(place.document, place.article)

    return server


def mcp_routes(server: MCPServer[object]) -> list[BaseRoute]:
    """Return the route of ``/mcp``; a request is complete in itself, no session is kept."""
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        # Pages of other sites are turned away for all routes, by ``Identify``.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return list(app.routes)


async def _open(opening: Opening) -> Answerer:
    try:
        return await opening.assistant()
    except AssistantError as error:
        raise ToolError(str(error)) from error


def _admit(caller: Caller) -> str:
    """Count a question, and return the id of whoever asks."""
    request = caller.request_context.request
    if request is None:
        raise ToolError("请通过 HTTP 使用本服务。")
    try:
        admit_question(request)
    except AssistantError as error:
        raise ToolError(str(error)) from error
    return person_of(request).id


def _article(document: Document, article: Article) -> ArticleRecord:
    return {
        "doc_id": document.id,
        "article": unit_of(article.id),
        "label": article_label(document, article),
        "headings": [f"{heading.marker}{heading.title}" for heading in article.headings],
        "text": article.text,
    }
