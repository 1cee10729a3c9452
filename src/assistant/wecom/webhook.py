"""消息推送: one-way messages into a group. The key in the address is a bearer secret.

Source: https://developer.work.weixin.qq.com/document/path/91770.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Literal

from assistant.wecom.format import fit
from assistant.wecom.messages import WEBHOOK_BYTES
from assistant.wecom.platform import BUSY, OK, TOO_OFTEN, NoResponse, Platform, Unreachable

logger = logging.getLogger(__name__)

SEND_PATH = "/cgi-bin/webhook/send"
WINDOW_SECONDS = 60.0
REMOVED = 93000


class Pushed(Enum):
    """What became of a message."""

    SENT = "sent"
    NOT_SENT = "not sent"
    """It certainly did not arrive, and may be sent again."""
    UNKNOWN = "unknown"
    """It may have arrived."""
    REFUSED = "refused"


class Webhook:
    """Sends into one group, no faster than the platform takes it. One event loop."""

    def __init__(
        self,
        platform: Platform,
        *,
        key: str,
        kind: Literal["markdown", "markdown_v2"],
        per_minute: int,
        link: str = "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._platform = platform
        self._key = key
        self._kind = kind
        self._sent: deque[float] = deque(maxlen=per_minute)
        self._link = link
        self._sleep = sleep
        self._clock = clock
        self._turn = asyncio.Lock()

    async def send(self, markdown: str) -> Pushed:
        """Send a message, after the pause that the limit asks for."""
        content = fit(markdown, limit_bytes=WEBHOOK_BYTES, link=self._link)
        async with self._turn:
            await self._wait_for_room()
            try:
                response = await self._platform.post(
                    SEND_PATH,
                    {"key": self._key},
                    {"msgtype": self._kind, self._kind: {"content": content}},
                )
            except Unreachable as error:
                logger.warning("wecom webhook is not reached: %s", error)
                return Pushed.NOT_SENT
            except NoResponse as error:
                logger.warning("wecom webhook did not answer: %s", error)
                return Pushed.UNKNOWN
        return _outcome(response.code, response.status)

    async def _wait_for_room(self) -> None:
        time = self._clock or asyncio.get_running_loop().time
        if len(self._sent) == self._sent.maxlen:
            await self._sleep(max(self._sent[0] + WINDOW_SECONDS - time(), 0.0))
        self._sent.append(time())


def _outcome(code: int, status: int) -> Pushed:
    if code == OK:
        return Pushed.SENT
    meaning = " (it was removed from its group)" if code == REMOVED else ""
    logger.error("wecom webhook: errcode %d%s", code, meaning)
    if code in (BUSY, TOO_OFTEN):
        return Pushed.NOT_SENT
    return Pushed.UNKNOWN if status >= 500 else Pushed.REFUSED
