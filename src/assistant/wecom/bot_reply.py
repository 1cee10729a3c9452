"""主动回复: what can no longer be shown in its stream goes to the message's ``response_url``."""

from __future__ import annotations

import logging
from datetime import timedelta

from assistant.store.base import now
from assistant.wecom.answers import Delivery, StoredAnswer
from assistant.wecom.cards import card_to_dict
from assistant.wecom.format import fit
from assistant.wecom.messages import STREAM_BYTES
from assistant.wecom.platform import BUSY, OK, TOO_OFTEN, NoResponse, Platform, Unreachable
from assistant.wecom.state import Clock

logger = logging.getLogger(__name__)

URL_LIVES = timedelta(minutes=58)
"""The platform says an hour; our clock and its may differ."""


class ReplyCourier:
    """Posts finished answers, once each: the address takes one call."""

    def __init__(self, platform: Platform, *, link: str, clock: Clock = now) -> None:
        self._platform = platform
        self._link = link
        self._clock = clock

    async def deliver(self, answer: StoredAnswer) -> Delivery | None:
        """Post an answer; None to try again later."""
        incoming = answer.incoming
        if self._clock() - incoming.received_at > URL_LIVES:
            logger.error("wecom answer %s is too late for its address", answer.id)
            return Delivery.FAILED
        delivery = await self.post(incoming.response_url, self._body(answer), about=answer.id)
        if delivery is Delivery.FAILED and answer.sends > 1:
            # The address is used up: the call before, whose answer was lost, went through.
            return Delivery.SENT
        return delivery

    async def post_markdown(self, response_url: str, markdown: str, *, about: str) -> None:
        """Post words that follow an event; what fails is logged."""
        await self.post(response_url, self._markdown(markdown), about=about)

    async def post(
        self, response_url: str, body: dict[str, object], *, about: str
    ) -> Delivery | None:
        """Post a body to an address, if it is the platform's; None to try again later."""
        if not self._platform.allows(response_url):
            logger.error("wecom reply %s has no address that may be called", about)
            return Delivery.FAILED
        try:
            response = await self._platform.reply(response_url, body)
        except (Unreachable, NoResponse) as error:
            # A second call to an address that did take the first is refused: no answer twice.
            logger.warning("wecom reply %s is not through: %s", about, error)
            return None
        if response.code == OK:
            return Delivery.SENT
        logger.warning("wecom reply %s: errcode %d", about, response.code)
        retried = response.code in (BUSY, TOO_OFTEN) or response.status >= 500
        return None if retried else Delivery.FAILED

    def _body(self, answer: StoredAnswer) -> dict[str, object]:
        card = answer.snapshot.card
        # Only a single chat takes a card here.
        if card is not None and answer.incoming.chat_type == "single":
            return {"msgtype": "template_card", "template_card": card_to_dict(card)}
        return self._markdown(answer.snapshot.markdown)

    def _markdown(self, markdown: str) -> dict[str, object]:
        content = fit(markdown, limit_bytes=STREAM_BYTES, link=self._link)
        return {"msgtype": "markdown", "markdown": {"content": content}}
