"""发送应用消息: answers that come too late for their callback, in as many messages as they need.

Source: https://developer.work.weixin.qq.com/document/path/90236.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from enum import Enum

from assistant.store.base import now
from assistant.wecom.answers import Answers, Delivery, StoredAnswer
from assistant.wecom.app_token import AccessToken, TokenRefused, TokenUnavailable
from assistant.wecom.format import split, to_plain_text
from assistant.wecom.messages import APP_BYTES
from assistant.wecom.platform import (
    BUSY,
    OK,
    TOO_OFTEN,
    NoResponse,
    Platform,
    Response,
    Unreachable,
)
from assistant.wecom.state import Clock

logger = logging.getLogger(__name__)

SEND_PATH = "/cgi-bin/message/send"
TRIES = 3
TOKEN_CODES = frozenset({40014, 42001})
REPEAT_WINDOW_SECONDS = 120
GIVEN_UP_AFTER = timedelta(hours=1)
ADVICE = {
    40001: "the secret of the app is not right",
    60020: "the address of this machine is not among the trusted ones (可信 IP) of the app",
    81013: "the receiver may not see the app",
}


class Sent(Enum):
    """What became of one message."""

    YES = "yes"
    NO = "no"
    LATER = "later"


class AppSender:
    """Sends messages of one app to its users."""

    def __init__(
        self,
        platform: Platform,
        token: AccessToken,
        *,
        agent_id: int,
        markdown: bool,
        retry_seconds: float = 1.0,
    ) -> None:
        self._platform = platform
        self._token = token
        self._agent_id = agent_id
        self._markdown = markdown
        self._retry_seconds = retry_seconds

    def parts(self, markdown: str) -> tuple[str, ...]:
        """Return an answer as the contents of the messages that it takes."""
        text = markdown if self._markdown else to_plain_text(markdown)
        return split(text, limit_bytes=APP_BYTES)

    async def send(self, content: str, *, user_id: str, repeated: bool = False) -> Sent:
        """Send one message; ``repeated`` when it may have gone out before."""
        pause = self._retry_seconds
        for _ in range(TRIES):
            try:
                response = await self._post(self._body(content, user_id, repeated))
            except TokenRefused as error:
                logger.error("wecom app has no access token: %s", error)
                return Sent.NO
            except (Unreachable, TokenUnavailable) as error:
                logger.warning("wecom message is not through: %s", error)
            except NoResponse as error:
                logger.warning("wecom message may not be through: %s", error)
                repeated = True
            else:
                if response.code == OK:
                    return _check_receiver(response, user_id)
                if response.code in TOKEN_CODES:
                    # A fresh one is refused as well; asking on and on for others is no help.
                    return Sent.LATER
                if response.code not in (BUSY, TOO_OFTEN) and response.status < 500:
                    advice = ADVICE.get(response.code, "")
                    logger.error("wecom message: errcode %d %s", response.code, advice)
                    return Sent.NO
            await asyncio.sleep(pause)
            pause *= 2
        return Sent.LATER

    async def _post(self, body: dict[str, object]) -> Response:
        token = await self._token.current()
        response = await self._platform.post(SEND_PATH, {"access_token": token}, body)
        if response.code in TOKEN_CODES:
            # Ended early. Once: a token that is refused at once is no token.
            token = await self._token.current(refused=token)
            response = await self._platform.post(SEND_PATH, {"access_token": token}, body)
        return response

    def _body(self, content: str, user_id: str, repeated: bool) -> dict[str, object]:
        kind = "markdown" if self._markdown else "text"
        body: dict[str, object] = {
            "touser": user_id,
            "msgtype": kind,
            "agentid": self._agent_id,
            kind: {"content": content},
        }
        if repeated:
            # The platform then drops what it has already taken.
            body |= {
                "enable_duplicate_check": 1,
                "duplicate_check_interval": REPEAT_WINDOW_SECONDS,
            }
        return body


class AppCourier:
    """Sends finished answers to those who asked, part by part, each part once."""

    def __init__(self, sender: AppSender, answers: Answers, *, clock: Clock = now) -> None:
        self._sender = sender
        self._answers = answers
        self._clock = clock

    async def deliver(self, answer: StoredAnswer) -> Delivery | None:
        """Send an answer; None to try again later, from the part that is missing."""
        if self._clock() - answer.incoming.received_at > GIVEN_UP_AFTER:
            logger.error("wecom answer %s is given up", answer.id)
            return Delivery.FAILED
        parts = self._sender.parts(answer.snapshot.markdown)
        for number in range(answer.parts_sent, len(parts)):
            sent = await self._sender.send(
                parts[number],
                user_id=answer.incoming.user_id,
                # Whoever began to send it earlier may have died with this part already out.
                repeated=answer.sends > 1 and number == answer.parts_sent,
            )
            if sent is not Sent.YES:
                return Delivery.FAILED if sent is Sent.NO else None
            await asyncio.to_thread(self._answers.note_part, answer.id, parts_sent=number + 1)
        return Delivery.SENT


def _check_receiver(response: Response, user_id: str) -> Sent:
    """Say whether the message reached its only receiver; names come back in lower case."""
    for name in ("invaliduser", "unlicenseduser"):
        if user_id.lower() in response.text(name).lower().split("|"):
            logger.error("wecom message: its receiver is in %s", name)
            return Sent.NO
    return Sent.YES
