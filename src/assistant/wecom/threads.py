"""Slow calls in threads that nobody waits for when the process ends.

The threads of an executor are joined at the end of the process; a language model that hangs for
minutes would keep it from stopping.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def run_detached(work: Callable[[], Result]) -> Result:
    """Return what ``work`` returns, or raise what it raises; it goes on when the caller is gone."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        # Handed on to whoever awaits it, like an executor does.
        except BaseException as raised:
            error = raised
        # The loop may be closed by now.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="wecom-answer", daemon=True).start()
    return await future
