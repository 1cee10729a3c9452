"""Gradio pages that are put together after the server is up: seconds off its start.

All of them are built in one go, before any of them serves: while Gradio builds a page, a component
that a handler of another page makes would end up in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors import AssistantError

BUILDING = threading.Lock()
"""Held while a page is built: Gradio keeps the page under construction in a global of its own, and
two apps in one process would put their parts into each other's."""
WARM_AFTER_SECONDS = 3.0
"""Nobody asking for them, the pages are built so long after the assistant is open: the first
answers come first, and the first visitor of these pages seldom waits."""


class LatePages:
    """Builds what ``mount`` mounts, once, when it is first asked for."""

    def __init__(self, mount: Callable[[FastAPI], None]) -> None:
        self._mount = mount
        self._building: asyncio.Task[Mapping[str, ASGIApp]] | None = None
        self._kept: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    def at(self, path: str) -> LatePage:
        """Return the page that will be at ``path``, to be mounted there."""
        return LatePage(self, path)

    async def page(self, path: str) -> ASGIApp:
        """Return the page at ``path`` once it stands; a failed building is tried again."""
        if self._building is None or _failed(self._building):
            self._building = asyncio.create_task(self._build())
        # One visitor who leaves must not cancel the building for all others.
        return (await asyncio.shield(self._building))[path]

    def standing(self, path: str) -> ASGIApp | None:
        """Return the page at ``path`` if it stands already."""
        building = self._building
        if building is None or not building.done() or _failed(building):
            return None
        return building.result()[path]

    @contextlib.asynccontextmanager
    async def beside(self, opened: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
        """Build the pages a while after ``opened`` has come about; end them with the server."""
        warming = asyncio.create_task(self._warm(opened))
        try:
            yield
        finally:
            warming.cancel()
            self._stop.set()
            if self._kept is not None:
                await self._kept

    async def _warm(self, opened: Callable[[], Awaitable[object]]) -> None:
        try:
            await opened()
        except AssistantError:
            return  # said where it is opened; whoever asks for a page is told again
        await asyncio.sleep(WARM_AFTER_SECONDS)
        self._building = self._building or asyncio.create_task(self._build())

    async def _build(self) -> Mapping[str, ASGIApp]:
        holder = FastAPI()
        # As in the app around it, or Gradio would admit other origins by itself.
        holder.add_middleware(CORSMiddleware, allow_origins=[])
        await asyncio.to_thread(self._mount_alone, holder)
        begun = asyncio.Event()
        self._kept = asyncio.create_task(self._keep(holder, begun))
        beginning = asyncio.create_task(begun.wait())
        await asyncio.wait({beginning, self._kept}, return_when=asyncio.FIRST_COMPLETED)
        if not begun.is_set():
            beginning.cancel()
            self._kept.result()
        return {route.path: route.app for route in holder.routes if isinstance(route, Mount)}

    def _mount_alone(self, holder: FastAPI) -> None:
        with BUILDING:
            self._mount(holder)

    async def _keep(self, holder: FastAPI, begun: asyncio.Event) -> None:
        """Hold the pages' lifespan open; one task, for it must end where it began."""
        async with holder.router.lifespan_context(holder):
            begun.set()
            await self._stop.wait()


class LatePage:
    """One of the late pages, an ASGI app."""

    def __init__(self, pages: LatePages, path: str) -> None:
        self._pages = pages
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on to the page."""
        await (await self._pages.page(self._path))(scope, receive, send)

    @property
    def stop_event(self) -> asyncio.Event | None:
        """What ends the heartbeats of the page's open windows; none before it stands."""
        event = getattr(self._pages.standing(self._path), "stop_event", None)
        return event if isinstance(event, asyncio.Event) else None


def _failed(task: asyncio.Task[Mapping[str, ASGIApp]]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
