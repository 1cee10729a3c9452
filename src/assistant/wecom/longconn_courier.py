"""Finished answers on their way: into the stream they were promised in, or as a message."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from assistant.store.base import now
from assistant.wecom import words
from assistant.wecom.answers import Delivery, StoredAnswer
from assistant.wecom.cards import DESCRIPTION_CHARACTERS, OPTION_CHARACTERS, card_to_dict
from assistant.wecom.longconn_reply import Outcome, Speaker, Stream
from assistant.wecom.messages import VoteCard
from assistant.wecom.state import Clock, State

logger = logging.getLogger(__name__)

CLOSED_SCOPE = "connection-stream-closed"
CLOSED_KEPT = timedelta(hours=25)
ANSWERABLE = timedelta(hours=24)
"""How long the platform takes a reply to a message; a message of its own needs no such leave."""
PATIENCE_SECONDS = 40.0
"""How long one delivery is tried; shorter than the hold on an answer."""


class ConnectionCourier:
    """Brings answers over the long connection; what it cannot bring now is tried again."""

    def __init__(
        self,
        speaker: Speaker,
        state: State,
        *,
        stream_seconds: float,
        patience: float = PATIENCE_SECONDS,
        clock: Clock = now,
    ) -> None:
        self._speaker = speaker
        self._state = state
        self._stream_seconds = stream_seconds
        self._patience = patience
        self._clock = clock

    async def hand_over(self, answer: StoredAnswer, stream: Stream) -> Delivery | None:
        """Finish the stream with an answer, or send it; None to try again later."""
        card = answer.snapshot.card
        if card is not None and not stream.begun and fits_on_card(card):
            return await self._hand_over_card(answer, card)
        outcome = await self._speaker.finish(
            stream, answer.snapshot.markdown, patience=self._patience
        )
        if outcome is Outcome.SHOWN:
            if card is not None:
                await self._hand_over_card(answer, card)
            return Delivery.READ
        return await self._send(answer) if outcome is Outcome.DEAD else None

    async def deliver(self, answer: StoredAnswer) -> Delivery | None:
        """Bring an answer that another process, or a stream that was closed, left behind."""
        age = (self._clock() - answer.incoming.received_at).total_seconds()
        if age < self._stream_seconds and await self.close(answer.id):
            # Begun, perhaps even finished, by a process that is gone.
            started = asyncio.get_running_loop().time() - age
            stream = Stream(answer.id, answer.incoming, started=started, unsure=True)
            return await self.hand_over(answer, stream)
        return await self._send(answer)

    async def close(self, id: str) -> bool:
        """Note that a stream has been closed; False when it had been before."""
        return await asyncio.to_thread(
            lambda: self._state.first_time(CLOSED_SCOPE, id, keep=CLOSED_KEPT)
        )

    async def _hand_over_card(self, answer: StoredAnswer, card: VoteCard) -> Delivery | None:
        body = {"msgtype": "template_card", "template_card": card_to_dict(card)}
        outcome = await self._speaker.reply(answer.incoming, body, patience=self._patience)
        if outcome is Outcome.DEAD:
            # Also what a card gets that had arrived: no task_id is taken twice.
            logger.warning("wecom card of %s was not taken", answer.id)
        return None if outcome is Outcome.NOT_YET else Delivery.READ

    async def _send(self, answer: StoredAnswer) -> Delivery | None:
        body = self._speaker.markdown(answer.snapshot.markdown)
        outcome = await self._speaker.send(answer.incoming, body, patience=self._patience)
        if outcome is Outcome.DEAD:
            logger.error("wecom answer %s could not be delivered", answer.id)
            return Delivery.FAILED
        return Delivery.SENT if outcome is Outcome.SHOWN else None


def fits_on_card(card: VoteCard) -> bool:
    """Tell whether a card can say all of its question."""
    texts = [option.text for option in card.options]
    return len(card.description) <= DESCRIPTION_CHARACTERS and all(
        len(text) <= OPTION_CHARACTERS for text in texts
    )


def closing_words(*, restarting: bool) -> str:
    """Return what closes a stream whose answer comes later."""
    return words.RESTARTING if restarting else words.TAKES_LONG
