"""A real server on a free loopback port for the length of a test."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from assistant.interfaces.api import PageServer, create_app, server_config
from assistant.interfaces.opening import Answerer
from assistant.settings import Settings
from assistant.settings.web import WebSettings


@contextlib.contextmanager
def serving(
    opener: Callable[[], Answerer],
    *,
    corpus: Path = Path("missing"),
    web: WebSettings | None = None,
    settings: Settings | None = None,
    port: int = 0,
) -> Iterator[str]:
    """Yield the address of a server that listens from the first moment on.

    With ``settings`` nothing else is chosen; without, its state is in a folder of its own.
    """
    with (
        tempfile.TemporaryDirectory() as data,
        socket.create_server(("127.0.0.1", port)) as listener,
    ):
        own = Settings(corpus=corpus, data=Path(data), web=web or WebSettings())
        app = create_app(opener, settings or own)
        server = PageServer(server_config(app, stop_seconds=1))
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
