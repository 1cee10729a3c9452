"""A small HTTP/1.1 client: a connection for each request, cheap when there are thousands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode()

    def json(self) -> dict[str, object]:
        """The content, which must be a JSON object."""
        value = json.loads(self.content)
        assert isinstance(value, dict)
        return value


async def fetch(
    address: str,
    query: Mapping[str, str] | str = "",
    *,
    body: bytes | None = None,
    seconds: float = 10.0,
    hang_up: bool = False,
) -> Answer:
    """Make a GET, or a POST with a body. Raises ``OSError``, ``TimeoutError`` or ``EOFError``.

    With ``hang_up`` the connection ends as soon as the request is out.
    """
    target = urlsplit(address)
    encoded = query if isinstance(query, str) else urlencode(query)
    head = (
        f"{'GET' if body is None else 'POST'} {target.path}?{encoded} HTTP/1.1\r\n"
        f"Host: {target.netloc}\r\nConnection: close\r\nContent-Length: {len(body or b'')}\r\n\r\n"
    )
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(target.hostname, target.port)
        try:
            writer.write(head.encode() + (body or b""))
            await writer.drain()
            if hang_up:
                raise EOFError
            return await _read(reader)
        finally:
            writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = (line.partition(":") for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, _, value in fields}
    content = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(head[0].split(" ")[1]), headers, content)
