"""What is said over the long connection: snapshots of streams, messages of their own, cards.

A stream's last snapshot is brought through, whatever happens to the connection: the same text sent
again replaces the bubble and doubles nothing. Snapshots on the way there may be lost.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from enum import StrEnum

from assistant.settings.wecom import WecomSettings
from assistant.wecom import words
from assistant.wecom.format import fit
from assistant.wecom.limits import MINUTE, Windows
from assistant.wecom.longconn import LongConnection
from assistant.wecom.longconn_frames import (
    AckMissing,
    Command,
    ErrorCode,
    FrameRefused,
    Json,
    LinkLost,
)
from assistant.wecom.messages import STREAM_BYTES, ChatType, Incoming

logger = logging.getLogger(__name__)

HOUR = 60 * MINUTE
BREATH_SECONDS = 0.05
"""Until a dropped connection is known to be gone."""
CONFLICT_SECONDS = 0.3
LONGEST_PAUSE = 5.0
MOST_REFUSALS = 2
"""How often a frame is tried that is refused for no reason we know."""
MOST_CONFLICTS = 10
CHAT_TYPES: dict[ChatType, int] = {"single": 1, "group": 2}
_DEAD = frozenset({ErrorCode.UNKNOWN_REQUEST, ErrorCode.STREAM_EXPIRED})


class Outcome(StrEnum):
    """How far words came."""

    SHOWN = "shown"
    DEAD = "dead"
    """Nothing more can be said there: send a message."""
    NOT_YET = "not yet"
    """There was no connection, or no room, for as long as it was tried."""


@dataclass(slots=True)
class Stream:
    """One reply that grows under a message."""

    id: str
    incoming: Incoming
    feedback_id: str = ""
    begun: bool = False
    """A snapshot was acknowledged."""
    dead: bool = False
    started: float | None = None
    """When the first snapshot was sent, by the loop's clock."""
    unsure: bool = False
    """The last snapshot was sent, but whether it arrived is not known."""


class Speaker:
    """Says things over one connection, as fast as the platform allows."""

    def __init__(self, link: LongConnection, settings: WecomSettings) -> None:
        self._link = link
        self._settings = settings
        self._minute = Windows(seconds=MINUTE)
        self._hour = Windows(seconds=HOUR)

    async def show(self, stream: Stream, markdown: str) -> None:
        """Show a snapshot; what keeps it from being shown is noted, and the next one tried."""
        fresh = not stream.begun
        counts = fresh or self._settings.frames_count
        if counts and not fresh and self._room(stream.incoming.conversation, spare=2) > 0:
            return
        try:
            if counts:
                async with asyncio.timeout(self._settings.keepalive_seconds):
                    await self._take_room(stream.incoming.conversation)
            await self._respond(stream, markdown, finished=False)
        except (TimeoutError, LinkLost) as error:
            logger.info("wecom snapshot not shown: %s", type(error).__name__)
        except AckMissing:
            self._link.drop()
        except FrameRefused as error:
            logger.warning("wecom snapshot refused: errcode %d", error.code)
            stream.dead = error.code in _DEAD

    async def finish(self, stream: Stream, markdown: str, *, patience: float) -> Outcome:
        """Show the last snapshot, and go on trying for as long as ``patience`` seconds."""
        attempt = _Attempts()
        try:
            async with asyncio.timeout(patience):
                if not stream.begun or self._settings.frames_count:
                    await self._take_room(stream.incoming.conversation)
                while True:
                    outcome = await self._try_finish(stream, markdown, attempt)
                    if outcome is not None:
                        return outcome
                    if attempt.unwanted:
                        markdown = words.UNWANTED
        except TimeoutError:
            return Outcome.NOT_YET

    async def send(self, incoming: Incoming, body: Json, *, patience: float) -> Outcome:
        """Send a message of its own into the chat of a message."""
        grouped = incoming.chat_type == "group"
        whole = {
            "chatid": incoming.chat_id if grouped else incoming.user_id,
            "chat_type": CHAT_TYPES[incoming.chat_type],
            **body,
        }
        return await self._bring(Command.SEND, whole, incoming.conversation, patience=patience)

    async def reply(self, incoming: Incoming, body: Json, *, patience: float) -> Outcome:
        """Reply with something that is no stream, such as a card."""
        return await self._bring(
            Command.RESPOND,
            body,
            incoming.conversation,
            request_id=incoming.request_id,
            patience=patience,
        )

    async def answer_event(self, command: Command, body: Json, *, request_id: str) -> bool:
        """Answer an event, which has to be done within seconds, once."""
        try:
            await self._link.request(command, body, request_id=request_id)
        except (LinkLost, AckMissing) as error:
            logger.warning("wecom event not answered: %s", type(error).__name__)
        except FrameRefused as error:
            logger.warning("wecom answer to an event refused: errcode %d", error.code)
        else:
            return True
        return False

    def markdown(self, text: str) -> Json:
        """Return the body of a Markdown message."""
        return {"msgtype": "markdown", "markdown": {"content": self._fit(text)}}

    async def _try_finish(
        self, stream: Stream, markdown: str, attempt: _Attempts
    ) -> Outcome | None:
        """Return how the last snapshot fared; None to try once more."""
        try:
            await self._link.ready()
            await self._respond(stream, markdown, finished=True)
        except LinkLost:
            stream.unsure = True
            await asyncio.sleep(BREATH_SECONDS)
            return None
        except AckMissing:
            stream.unsure = True
            self._link.drop()
            await asyncio.sleep(BREATH_SECONDS)
            return None
        except FrameRefused as error:
            return await self._meet(error.code, attempt, stream=stream)
        return Outcome.SHOWN

    async def _bring(
        self,
        command: Command,
        body: Json,
        conversation: str,
        *,
        request_id: str = "",
        patience: float,
    ) -> Outcome:
        attempt = _Attempts()
        try:
            async with asyncio.timeout(patience):
                await self._take_room(conversation)
                while True:
                    outcome = await self._try(command, body, request_id, attempt)
                    if outcome is not None:
                        return outcome
        except TimeoutError:
            return Outcome.NOT_YET

    async def _try(
        self, command: Command, body: Json, request_id: str, attempt: _Attempts
    ) -> Outcome | None:
        try:
            await self._link.ready()
            await self._link.request(command, body, request_id=request_id)
        except LinkLost:
            # Rather twice than never; only a message that follows a lost stream comes here.
            await asyncio.sleep(BREATH_SECONDS)
            return None
        except AckMissing:
            logger.warning("wecom did not acknowledge %s", command.value)
            return Outcome.SHOWN
        except FrameRefused as error:
            return await self._meet(error.code, attempt)
        return Outcome.SHOWN

    async def _respond(self, stream: Stream, markdown: str, *, finished: bool) -> None:
        content: dict[str, object] = {
            "id": stream.id,
            "finish": finished,
            "content": self._fit(markdown),
        }
        # Effective in the first frame only, and wrong in every other one.
        if stream.feedback_id and not stream.begun and self._settings.bot_feedback:
            content["feedback"] = {"id": stream.feedback_id}
        body = {"msgtype": "stream", "stream": content}
        if stream.started is None:
            stream.started = asyncio.get_running_loop().time()
        await self._link.request(Command.RESPOND, body, request_id=stream.incoming.request_id)
        stream.begun = True

    async def _meet(
        self, code: int, attempt: _Attempts, *, stream: Stream | None = None
    ) -> Outcome | None:
        """Return what a refusal means; None when the frame should be tried once more."""
        logger.warning("wecom refused a reply: errcode %d", code)
        match code:
            case ErrorCode.CONFLICT:
                attempt.conflicts += 1
                await asyncio.sleep(CONFLICT_SECONDS)
                return None if attempt.conflicts < MOST_CONFLICTS else Outcome.DEAD
            case ErrorCode.TOO_OFTEN:
                attempt.pause = min(2 * attempt.pause, LONGEST_PAUSE)
                await asyncio.sleep(attempt.pause)
                return None
            case ErrorCode.UNKNOWN_REQUEST:
                return Outcome.DEAD
            case ErrorCode.STREAM_EXPIRED:
                return self._read_expiry(stream)
            case _:
                attempt.refusals += 1
        if attempt.refusals >= MOST_REFUSALS:
            return Outcome.DEAD
        if code == ErrorCode.NOT_SUBSCRIBED:
            self._link.drop()
            await asyncio.sleep(BREATH_SECONDS)
        attempt.unwanted = code == ErrorCode.UNWANTED
        return None

    def _read_expiry(self, stream: Stream | None) -> Outcome:
        """Tell a stream that is over because its last snapshot had arrived from one too old."""
        if stream is None or not stream.unsure or stream.started is None:
            return Outcome.DEAD
        age = asyncio.get_running_loop().time() - stream.started
        return Outcome.SHOWN if age < self._settings.stream_seconds else Outcome.DEAD

    def _room(self, conversation: str, *, spare: int = 0) -> float:
        """Return the seconds until something more may be said in a conversation."""
        return max(
            self._minute.wait(conversation, most=self._settings.replies_per_minute - spare),
            self._hour.wait(conversation, most=self._settings.replies_per_hour - spare),
        )

    async def _take_room(self, conversation: str) -> None:
        while (seconds := self._room(conversation)) > 0:
            await asyncio.sleep(seconds)
        self._minute.add(conversation)
        self._hour.add(conversation)

    def _fit(self, markdown: str) -> str:
        return fit(markdown, limit_bytes=STREAM_BYTES, link=self._settings.public_url)


@dataclass(slots=True)
class _Attempts:
    """What was met on the way to one frame's acknowledgement."""

    conflicts: int = 0
    refusals: int = 0
    pause: float = 0.25
    unwanted: bool = False
