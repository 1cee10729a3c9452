"""A small HTTP/1.1 server in a test's own event loop; unlike a real one it can go silent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    path: str
    query: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the body, which must be a JSON object."""
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


Handler = Callable[[Call], Awaitable[Mapping[str, object] | None]]
"""Returns the JSON of the answer; None ends the connection instead."""


class HttpServer:
    """Listens on a free loopback port between ``async with`` and its end."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> HttpServer:
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = int(listener.getsockname()[1])
        self._server = await asyncio.start_server(self._serve, sock=listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._answer_one(reader, writer):
                    pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        address = urlsplit(head[0].split(" ")[1])
        fields = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in fields}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        answer = await self._handle(Call(address.path, dict(parse_qsl(address.query)), body))
        if answer is None:
            return False
        content = json.dumps(answer).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(content), content)
        )
        await writer.drain()
        return True
