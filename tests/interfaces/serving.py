"""A real server on a free loopback port for the length of a test."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import uvicorn

from assistant.interfaces.api import PageServer, create_app
from assistant.interfaces.opening import Answerer
from assistant.settings import Settings


@contextlib.contextmanager
def serving(opener: Callable[[], Answerer], *, corpus: Path = Path("missing")) -> Iterator[str]:
    """Yield the address of a server that listens from the first moment on."""
    app = create_app(opener, Settings(corpus=corpus))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = PageServer(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def wait_until_ready(address: str) -> None:
    """Return once the assistant is open: the reader answers no sooner."""
    httpx.get(f"{address}/reader/contents", timeout=60).raise_for_status()
