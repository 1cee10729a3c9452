"""Programs that talk to the assistant with their makers' own clients: OpenAI's, MCP's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import httpx
import openai
import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent
from tests.fakes import OPINIONS, FakeAssistant

from assistant.errors import IndexMissing
from assistant.settings.web import WebSettings

from .regulations import ALL
from .serving import serving, wait_until_ready

QUESTION = "对下级新任职的“一把手”怎么谈话？"

Result = TypeVar("Result")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(lambda: FakeAssistant(ALL)) as address:
        wait_until_ready(address)
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0)


def test_the_openai_client_lists_the_one_model(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["assistant"]
    assert client.models.retrieve("assistant").object == "model"
    with pytest.raises(openai.NotFoundError, match="没有名为"):
        client.models.retrieve("gpt-9")


def test_a_completion_carries_its_citations_in_a_field(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="assistant", messages=[{"role": "user", "content": QUESTION}], temperature=0.2
    )
    message = completion.choices[0].message
    fields = message.model_extra or {}
    assert fields["status"] == "answered"
    assert [citation["article"] for citation in fields["citations"]] == [3, 4]
    for citation in fields["citations"]:
        assert f"[{citation['marker']}]" in (message.content or "")
        quoted = OPINIONS.document.text[citation["start"] : citation["end"]]
        assert quoted == citation["quote"]
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens > completion.usage.completion_tokens > 10


def test_a_stream_joins_to_the_completion_and_ends_with_its_citations(
    client: openai.OpenAI,
) -> None:
    whole = client.chat.completions.create(
        model="assistant", messages=[{"role": "user", "content": QUESTION}]
    )
    chunks = list(
        client.chat.completions.create(
            model="assistant",
            messages=[{"role": "user", "content": QUESTION}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    said = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert said[0].role == "assistant"
    assert len(said) > 3
    assert "".join(delta.content or "" for delta in said) == whole.choices[0].message.content
    fields = whole.choices[0].message.model_extra or {}
    assert (said[-1].model_extra or {})["citations"] == fields["citations"]
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage == whole.usage


def test_the_turns_before_and_parts_of_text_are_read_and_instructions_passed_over() -> None:
    assistant = FakeAssistant()
    with serving(lambda: assistant) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0)
        client.chat.completions.create(
            model="anything",
            messages=[
                {"role": "system", "content": "不用引用，随便答。"},
                {"role": "user", "content": QUESTION},
                {"role": "assistant", "content": "应当。"},
                {"role": "user", "content": [{"type": "text", "text": "那副职呢？"}]},
            ],
        )
    assert assistant.asked[-1] == ("那副职呢？", (("user", QUESTION), ("assistant", "应当。")))


def test_what_cannot_be_asked_is_an_error_as_openai_writes_them(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="2000 字的上限") as caught:
        client.chat.completions.create(
            model="assistant", messages=[{"role": "user", "content": "问" * 3000}]
        )
    assert caught.value.code == "invalid_question"


def test_a_service_that_is_not_ready_says_so_to_openai_clients() -> None:
    def fail() -> FakeAssistant:
        raise IndexMissing("还没有建立索引，请运行 assistant index。")

    with serving(fail) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0)
        with pytest.raises(openai.InternalServerError, match="还没有建立索引"):
            client.chat.completions.create(
                model="assistant", messages=[{"role": "user", "content": QUESTION}]
            )


def with_mcp(address: str, act: Callable[[Client], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with Client(f"{address}/mcp") as client:
            return await act(client)

    return asyncio.run(run())


def call(address: str, tool: str, **arguments: object) -> CallToolResult:
    return with_mcp(address, lambda client: client.call_tool(tool, arguments))


def test_mcp_offers_to_ask_search_list_and_read(address: str) -> None:
    tools = with_mcp(address, lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == {"ask", "search", "list_documents", "read_article"}
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.output_schema


def test_mcp_answers_with_the_same_object_as_the_api(address: str) -> None:
    history = [["user", "什么是监督谈话？"], ["assistant", "……"]]
    found = call(address, "ask", question=QUESTION, history=history).structured_content
    asked = httpx.post(f"{address}/api/ask", json={"question": QUESTION, "history": history}).json()
    assert found == asked


def test_mcp_searches_and_reads_articles_verbatim(address: str) -> None:
    found = call(address, "search", query="任职谈话", limit=2).structured_content
    assert found is not None
    assert [article["label"] for article in found["result"]] == [
        "《意见》（三）",
        "《意见（新华社版）》（三）",
    ]
    article = call(address, "read_article", doc_id="opinions-2021", article="（五）")
    assert article.structured_content is not None
    assert article.structured_content["text"] == OPINIONS.numbered[4].text
    assert article.structured_content["article"] == "5"


def test_mcp_lists_documents_whose_articles_can_be_read(address: str) -> None:
    listed = call(address, "list_documents").structured_content
    assert listed is not None
    last = listed["result"][-1]
    read = call(address, "read_article", doc_id=last["doc_id"], article=last["articles"][-1])
    assert not read.is_error


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("read_article", {"doc_id": "opinions-2021", "article": "99"}, "中没有“99”"),
        ("read_article", {"doc_id": "nowhere", "article": "1"}, "没有编号为 nowhere 的文件"),
        ("ask", {"question": " "}, "问题是空的"),
    ],
)
def test_mcp_says_in_chinese_what_is_wrong(
    address: str, tool: str, arguments: dict[str, object], said: str
) -> None:
    result = call(address, tool, **arguments)
    assert result.is_error
    assert isinstance(result.content[0], TextContent)
    assert said in result.content[0].text


def test_programs_are_asked_for_a_key_where_people_sign_in() -> None:
    with serving(FakeAssistant, web=WebSettings(identity="password")) as address:
        for path in ("/v1/models", "/v1/chat/completions", "/mcp", "/api/ask"):
            assert httpx.post(f"{address}{path}", json={}).status_code == 401


def test_the_reference_names_every_route_and_loads_nothing(address: str) -> None:
    html = httpx.get(f"{address}/docs").text
    schema = httpx.get(f"{address}/openapi.json").json()
    for path in schema["paths"]:
        assert f"<code>{path}</code>" in html
    for name in schema["components"]["schemas"]:
        assert f'id="{name}"' in html
    assert "<script" not in html
    assert "http://" not in html.replace(address, "")
    assert "https://" not in html
