"""What the two callback channels share: a request as it came, the reply, and how it is opened."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from assistant.wecom.crypto import Crypto, Fault, Packet, PacketRefused

logger = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
LARGEST_QUERY = 8 * 1024


async def _stays() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class CallbackRequest:
    """A request of the platform, still sealed; the query is percent-decoded, once."""

    signature: str
    timestamp: str
    nonce: str
    echo: str = ""
    """``echostr`` of a URL verification."""
    body: bytes = field(default=b"", repr=False)
    gone: Callable[[], Awaitable[bool]] = _stays
    """Whether the platform has hung up and reads no reply."""

    def packet(self, encrypt: str) -> Packet:
        """Return the sealed message with the values of the query."""
        return Packet(encrypt, self.signature, self.timestamp, self.nonce)


@dataclass(frozen=True, slots=True)
class CallbackReply:
    """What is answered, and what is done once it is on its way."""

    status: int = 200
    body: str = field(default="", repr=False)
    media_type: str = "text/plain"
    after: Callable[[], Awaitable[None]] | None = None


REFUSED = CallbackReply(403)
MALFORMED = CallbackReply(400)
NOTHING = CallbackReply()


class Opener:
    """Opens what the platform sends to one address, and says why not in the log only."""

    def __init__(self, crypto: Crypto, *, window_seconds: float) -> None:
        self._crypto = crypto
        self._window_seconds = window_seconds

    def open(self, packet: Packet, *, at: float) -> str | None:
        """Return the message, or None for a packet that is refused."""
        try:
            return self._crypto.open(packet, at=at, window_seconds=self._window_seconds)
        except PacketRefused as error:
            _log_refusal(error.fault, packet, at)
            return None

    def verify_address(self, request: CallbackRequest, *, at: float) -> CallbackReply:
        """Answer 验证URL有效性 with the decrypted bytes, and nothing around them."""
        # An unencoded + of Base64 arrives as a space; the signature decides whether it was one.
        echo = request.echo.replace(" ", "+")
        message = self.open(request.packet(echo), at=at)
        return REFUSED if message is None else CallbackReply(body=message)


def _log_refusal(fault: Fault, packet: Packet, at: float) -> None:
    if fault is Fault.STALE:
        # The platform's real skew is not documented: this line is how to learn it.
        logger.warning("wecom callback is %.0f s off our clock", at - int(packet.timestamp))
    else:
        logger.warning("wecom callback refused: %s (%d)", fault.name.lower(), fault)
