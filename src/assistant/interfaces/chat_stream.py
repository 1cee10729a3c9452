"""An iterator that works in a thread, read from the event loop, and ended when nobody reads on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Executor
from typing import TypeVar

Item = TypeVar("Item")


async def iterate_in(
    executor: Executor, begin: Callable[[], Iterator[Item]]
) -> AsyncGenerator[Item, None]:
    """Yield what the iterator of ``begin`` yields; raise what it raises.

    Closing this closes the iterator too, at its next item; one without a thread never begins.
    """
    loop = asyncio.get_running_loop()
    ready: asyncio.Queue[Item | None] = asyncio.Queue()
    abandoned = threading.Event()

    def work() -> None:
        try:
            for item in begin():
                loop.call_soon_threadsafe(ready.put_nowait, item)
                # Leaving the loop drops the generator, which closes it.
                if abandoned.is_set():
                    return
        finally:
            loop.call_soon_threadsafe(ready.put_nowait, None)

    working = loop.run_in_executor(executor, work)
    try:
        while (item := await ready.get()) is not None:
            yield item
        await working
    finally:
        abandoned.set()
        working.cancel()
