"""The server: HTTP/1.1 over a socket, chat completions streamed as OpenAI streams them.

What it says is a ``Mind``'s; how it says it is a ``Manner``'s: slow, cut off, broken, refusing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

Body = dict[str, object]
Mind = Callable[[Body], str]
"""What a request is answered with."""

NAME = "fake-1"


@dataclass(frozen=True)
class Manner:
    """How an answer is given."""

    status: int = 200
    error: str = ""
    """Message of the error body when ``status`` is not 200."""
    headers: dict[str, str] = field(default_factory=dict)
    before_seconds: float = 0.0
    """Silence before the response's first byte."""
    first_seconds: float = 0.0
    """Silence between the response's head and the first token."""
    token_seconds: float = 0.0
    token_characters: int = 4
    cut_after: int | None = None
    """Tokens after which the connection is torn down."""
    hang_after: int | None = None
    """Tokens after which nothing comes any more, the connection stays open."""
    comments_seconds: float = 0.0
    """Sends keep-alive comments at this pace instead of tokens, for ever."""
    finish: str | None = "stop"
    raw: bytes | None = None
    """Sent instead of a proper response body, as it is."""
    content_type: str = "text/event-stream"
    done: bool = True
    """Whether ``[DONE]`` ends the stream."""
    refuses: tuple[str, ...] = ()
    """Types of response_format that are turned down with 400."""


@dataclass
class Server:
    """What a test sees of the running server."""

    mind: Mind
    manner: Manner | Callable[[int], Manner]
    """The manner, or one for each request by its number from 0."""
    port: int = 0
    requests: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    first_token_at: list[float] = field(default_factory=list)
    """Moments (perf_counter) at which a first token left."""
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client went away before its answer was whole."""
    open_now: int = 0
    most_open: int = 0

    @property
    def address(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.port}/v1"

    def behave(self, mind: Mind, manner: Manner | Callable[[int], Manner] | None = None) -> None:
        """Answer otherwise from now on, and forget what was asked so far."""
        self.mind, self.manner = mind, manner or Manner()
        self.requests.clear()
        self.headers.clear()
        self.paths.clear()
        self.first_token_at.clear()
        self.left.clear()
        self.most_open = 0

    def manner_of(self, number: int) -> Manner:
        """Return how the request of this number is answered."""
        return self.manner if isinstance(self.manner, Manner) else self.manner(number)


@contextlib.contextmanager
def model_server(
    mind: Mind, manner: Manner | Callable[[int], Manner] | None = None, *, port: int = 0
) -> Iterator[Server]:
    """Yield a server that listens on a port, 0 for a free one; it ends with the block."""
    server = Server(mind, manner or Manner())
    started = threading.Event()
    loop = asyncio.new_event_loop()

    async def main() -> None:
        listener = await asyncio.start_server(
            lambda reader, writer: _serve(server, reader, writer), "127.0.0.1", port
        )
        server.port = listener.sockets[0].getsockname()[1]
        started.set()
        async with listener:
            await listener.serve_forever()

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        for left in asyncio.all_tasks(loop):
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(left)
        loop.close()

    task = loop.create_task(main())
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait(timeout=10)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(timeout=10)


async def _serve(
    server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        await _exchange(server, reader, writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        server.left.set()
    except asyncio.CancelledError:
        pass  # the server ends
    finally:
        writer.close()


async def _exchange(
    server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer one request; the connection ends with it."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines if line)}
    raw = await reader.readexactly(int(headers.get("content-length", "0")))
    if method == "GET" and path.endswith("/models"):
        await _respond(writer, 200, {"object": "list", "data": [{"id": NAME, "object": "model"}]})
        return
    body = cast("Body", json.loads(raw))
    number = len(server.requests)
    server.requests.append(body)
    server.headers.append(headers)
    server.paths.append(path)
    server.open_now += 1
    server.most_open = max(server.most_open, server.open_now)
    answering = asyncio.ensure_future(_answer(server, server.manner_of(number), body, writer))
    # A client that leaves is noticed at once, whatever the answer is doing.
    leaving = asyncio.ensure_future(reader.read(1))
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            server.left.set()
            return
        answering.result()
    finally:
        server.open_now -= 1
        answering.cancel()
        leaving.cancel()


async def _answer(server: Server, manner: Manner, body: Body, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(manner.before_seconds)
    wanted = body.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind in manner.refuses:
        message = f"This response_format type is unavailable now: {kind}"
        await _respond(writer, 400, _error(message, "invalid_request_error"))
    elif manner.status != 200:
        content = _error(manner.error or "failure", "server_error")
        await _respond(writer, manner.status, content, manner.headers)
    elif body.get("stream"):
        await _stream(server, manner, server.mind(body), writer)
    else:
        await _respond(writer, 200, _whole(server.mind(body), manner))


async def _stream(server: Server, manner: Manner, text: str, writer: asyncio.StreamWriter) -> None:
    writer.write(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
        + f"Content-Type: {manner.content_type}\r\n\r\n".encode()
    )
    await writer.drain()
    if manner.raw is not None:
        await _write(writer, manner.raw)
        await _write(writer, b"")
        return
    await asyncio.sleep(manner.first_seconds)
    while manner.comments_seconds:
        await _write(writer, b": keep-alive\n\n")
        await asyncio.sleep(manner.comments_seconds)
    await _send(writer, _chunk({"role": "assistant", "content": ""}))
    step = manner.token_characters
    tokens = [text[i : i + step] for i in range(0, len(text), step)]
    for number, token in enumerate(tokens):
        if number == manner.cut_after:
            writer.transport.abort()
            return
        if number == manner.hang_after:
            await asyncio.sleep(3600)
        if number == 0:
            server.first_token_at.append(time.perf_counter())
        await _send(writer, _chunk({"content": token}))
        if manner.token_seconds:
            await asyncio.sleep(manner.token_seconds)
    if manner.finish is not None:
        await _send(writer, _chunk({}, manner.finish))
    if manner.done:
        await _write(writer, b"data: [DONE]\n\n")
    await _write(writer, b"")


async def _send(writer: asyncio.StreamWriter, content: object) -> None:
    await _write(writer, f"data: {json.dumps(content, ensure_ascii=False)}\n\n".encode())


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Write a chunk of the body; an empty one ends it."""
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await writer.drain()


async def _respond(
    writer: asyncio.StreamWriter,
    status: int,
    content: object,
    headers: dict[str, str] | None = None,
) -> None:
    body = json.dumps(content, ensure_ascii=False).encode()
    extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    # Unsaid, a client may send its next request down a connection that is about to close.
    writer.write(
        f"HTTP/1.1 {status} Status\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\n{extra}"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    await writer.drain()


def _chunk(delta: dict[str, str], finish: str | None = None) -> Body:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": NAME,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _whole(text: str, manner: Manner) -> Body:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": NAME,
        "choices": [{"index": 0, "message": message, "finish_reason": manner.finish}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _error(message: str, kind: str) -> Body:
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def then(first: Manner, *, times: int = 1, after: Manner | None = None) -> Callable[[int], Manner]:
    """Return manners: the first so many requests go badly, the rest as ``after``."""
    later = after or Manner()
    return lambda number: replace(first) if number < times else later
