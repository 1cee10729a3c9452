"""Pages that are put together after the server is up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import gradio as gr
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.errors import AssistantError, CorpusError
from assistant.interfaces.late_pages import LatePages


def mount_two(holder: FastAPI) -> None:
    for path, title in (("/quiz/review", "审题"), ("/quiz", "练习")):
        with gr.Blocks(title=title, analytics_enabled=False) as page:
            gr.Markdown(title)
        gr.mount_gradio_app(holder, page, path=path, ssr_mode=False, mcp_server=False)


async def opened() -> None:
    """An assistant that is open already."""


def app_with(pages: LatePages) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with pages.beside(opened):
            yield

    app = FastAPI(lifespan=lifespan)
    for path in ("/quiz/review", "/quiz"):
        app.mount(path, pages.at(path))
    return app


def test_each_page_is_found_at_its_own_address() -> None:
    with TestClient(app_with(LatePages(mount_two))) as client:
        assert client.get("/quiz/config").json()["title"] == "练习"
        assert client.get("/quiz/review/config").json()["title"] == "审题"
        assert client.get("/quiz/").status_code == 200


def test_they_are_put_together_once_however_many_ask() -> None:
    mounted: list[FastAPI] = []

    def mount(holder: FastAPI) -> None:
        mounted.append(holder)
        mount_two(holder)

    async def ask(pages: LatePages) -> None:
        async with pages.beside(opened):
            await asyncio.gather(*(pages.page("/quiz") for _ in range(5)))

    asyncio.run(ask(LatePages(mount)))
    assert len(mounted) == 1


def test_a_visitor_who_leaves_does_not_keep_the_next_from_the_page() -> None:
    async def ask(pages: LatePages) -> None:
        async with pages.beside(opened):
            leaving = asyncio.create_task(pages.page("/quiz"))
            await asyncio.sleep(0)
            leaving.cancel()
            assert await pages.page("/quiz") is pages.standing("/quiz")

    asyncio.run(ask(LatePages(mount_two)))


def test_what_could_not_be_built_is_tried_again() -> None:
    failing = [CorpusError("读不了材料")]

    def mount(holder: FastAPI) -> None:
        if failing:
            raise failing.pop()
        mount_two(holder)

    async def ask(pages: LatePages) -> None:
        async with pages.beside(opened):
            with pytest.raises(CorpusError, match="读不了材料"):
                await pages.page("/quiz")
            assert pages.standing("/quiz") is None
            assert await pages.page("/quiz") is pages.standing("/quiz")

    asyncio.run(ask(LatePages(mount)))


def test_they_are_put_together_unasked_once_the_assistant_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.interfaces.late_pages.WARM_AFTER_SECONDS", 0)
    built = threading.Event()

    def mount(holder: FastAPI) -> None:
        mount_two(holder)
        built.set()

    async def wait(pages: LatePages) -> None:
        async with pages.beside(opened):
            assert await asyncio.to_thread(built.wait, 60)

    asyncio.run(wait(LatePages(mount)))


def test_an_assistant_that_cannot_be_opened_leaves_them_to_whoever_asks() -> None:
    async def fail() -> None:
        raise AssistantError("没有索引")

    async def ask(pages: LatePages) -> None:
        async with pages.beside(fail):
            assert pages.standing("/quiz") is None
            assert await pages.page("/quiz") is pages.standing("/quiz")

    asyncio.run(ask(LatePages(mount_two)))
