"""智能机器人 over the long connection: one WebSocket, subscribed, kept alive, and opened again.

Whatever ends the socket, it is opened again with growing pauses; only three things end ``run``:
being told to stop, a login that is refused again and again, and another client that took the
bot over. The last is never answered by connecting again: two clients would throw each other
out for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from assistant.wecom.longconn_frames import (
    LOGIN_CODES,
    AckMissing,
    Command,
    ErrorCode,
    Frame,
    FrameRefused,
    Json,
    LinkLost,
    new_request_id,
    read_frame,
    write_frame,
)
from assistant.wecom.longconn_pace import Ending, Login, Pace, pause_before_retry

if TYPE_CHECKING:
    import ssl

    from websockets.asyncio.client import ClientConnection

logger = logging.getLogger(__name__)

LARGEST_FRAME_BYTES = 4 * 2**20
UNANSWERED_PINGS = 2
CLOSE_SECONDS = 2.0
REPLACED_EVENT = "disconnected_event"


class LinkState(StrEnum):
    """Where the connection stands."""

    IDLE = "idle"
    CONNECTING = "connecting"
    READY = "ready"
    STOPPED = "stopped"
    REPLACED = "replaced"
    """Another client subscribed with the same bot."""
    REJECTED = "rejected"
    """The platform does not take this bot id and secret."""


_FINAL = {
    Ending.REPLACED: LinkState.REPLACED,
    Ending.STOPPED: LinkState.STOPPED,
}


class LongConnection:
    """Keeps one subscribed connection; belongs to one event loop."""

    def __init__(
        self,
        address: str,
        *,
        login: Login,
        receive: Callable[[Frame], None],
        pace: Pace | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._address = address
        self._login = login
        self._receive = receive
        self._pace = pace or Pace()
        self._tls = tls
        self._state = LinkState.IDLE
        self._socket: ClientConnection | None = None
        self._ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self._replaced = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        # A lock lives as long as a frame of its request is on its way, or waits for its turn.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def state(self) -> LinkState:
        """Where the connection stands now."""
        return self._state

    @property
    def over(self) -> bool:
        """Whether ``run`` has ended, or is about to, and nothing can be sent any more."""
        return self._stopping.is_set() or self._state in {
            LinkState.STOPPED,
            LinkState.REPLACED,
            LinkState.REJECTED,
        }

    def stop(self) -> None:
        """Ask ``run`` to close the socket and return."""
        self._stopping.set()

    async def ready(self) -> None:
        """Wait until frames can be sent."""
        await self._ready.wait()

    async def run(self) -> LinkState:
        """Keep the connection until there is no point any more; return why there is none."""
        failures = rejected = 0
        while True:
            self._state = LinkState.CONNECTING
            ending, stood = await self._connect_once()
            if ending in _FINAL:
                self._state = _FINAL[ending]
                break
            rejected = rejected + 1 if ending is Ending.REJECTED else 0
            if rejected >= self._pace.rejected_tries:
                self._state = LinkState.REJECTED
                break
            failures = 1 if stood >= self._pace.settled else failures + 1
            pause = pause_before_retry(self._pace, ending, failures=failures)
            logger.warning("wecom connection %s; next try in %.1f s", ending.value, pause)
            if await self._stopped_within(pause):
                self._state = LinkState.STOPPED
                break
        logger.log(
            logging.INFO if self._state is LinkState.STOPPED else logging.ERROR,
            "wecom connection ended: %s",
            self._state.value,
        )
        return self._state

    async def request(
        self,
        command: Command,
        body: Json | None = None,
        *,
        request_id: str = "",
        patience: float | None = None,
    ) -> Frame:
        """Send a frame and return its acknowledgement; one frame of a request id at a time.

        Raises ``LinkLost``, ``AckMissing`` or ``FrameRefused``. After ``AckMissing`` a further
        frame of the same request could cross the late acknowledgement: ``drop`` first.
        """
        request_id = request_id or new_request_id(command)
        turn = self._turns.setdefault(request_id, asyncio.Lock())
        async with turn:
            return await self._request(command, body, request_id, patience)

    def drop(self) -> None:
        """Abort the socket, to open another: this one is not sound."""
        if self._socket is not None:
            self._socket.transport.abort()

    async def _request(
        self, command: Command, body: Json | None, request_id: str, patience: float | None
    ) -> Frame:
        socket = self._socket
        if socket is None or not (self._ready.is_set() or command is Command.SUBSCRIBE):
            raise LinkLost
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = future
        try:
            async with asyncio.timeout(patience or self._pace.acknowledge):
                await socket.send(write_frame(command, request_id=request_id, body=body))
                frame = await future
        except ConnectionClosed as error:
            raise LinkLost from error
        except TimeoutError as error:
            raise AckMissing from error
        finally:
            future.cancel()
        if frame.code:
            raise FrameRefused(frame.code, frame.message)
        return frame

    async def _connect_once(self) -> tuple[Ending, float]:
        """Open a socket, keep it as long as it lasts; return its end and how long it stood."""
        loop = asyncio.get_running_loop()
        socket = await self._open()
        if socket is None:
            return (Ending.STOPPED if self._stopping.is_set() else Ending.UNREACHABLE), 0.0
        self._socket = socket
        started = loop.time()
        ending = Ending.CLOSED
        try:
            ending = await self._keep(socket)
        finally:
            self._socket = None
            self._state = LinkState.CONNECTING
            self._ready.clear()
            self._fail_waiting()
            await self._close(socket, politely=ending in _FINAL)
        return ending, loop.time() - started

    async def _open(self) -> ClientConnection | None:
        attempt = asyncio.create_task(self._dial())
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({attempt, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return attempt.result() if attempt.done() else None
        except (OSError, TimeoutError, WebSocketException) as error:
            logger.warning("wecom connection cannot be opened: %s", type(error).__name__)
            return None
        finally:
            attempt.cancel()
            stopping.cancel()

    async def _dial(self) -> ClientConnection:
        # Its own logger writes whole frames at DEBUG, the secret included.
        quiet = logging.getLogger(f"{__name__}.socket")
        quiet.setLevel(logging.WARNING)
        return await connect(
            self._address,
            ssl=self._tls,
            ping_interval=None,
            open_timeout=self._pace.connect,
            close_timeout=CLOSE_SECONDS,
            max_size=LARGEST_FRAME_BYTES,
            logger=quiet,
        )

    async def _keep(self, socket: ClientConnection) -> Ending:
        """Subscribe, read and ping until something ends it."""
        reader = asyncio.create_task(self._read(socket))
        keeper = asyncio.create_task(self._subscribe_and_ping())
        stopping = asyncio.create_task(self._stopping.wait())
        replaced = asyncio.create_task(self._replaced.wait())
        tasks = {reader, keeper, stopping, replaced}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            # Read before anything else: a close that follows the kick must not hide it.
            if self._replaced.is_set():
                return Ending.REPLACED
            if stopping.done():
                return Ending.STOPPED
            return keeper.result() if keeper.done() else reader.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, socket: ClientConnection) -> Ending:
        try:
            async for raw in socket:
                frame = read_frame(raw)
                if frame is None:
                    logger.warning(
                        "wecom sent something that is no frame (%d characters)", len(raw)
                    )
                else:
                    self._take(frame)
        except ConnectionClosed as error:
            logger.info("wecom connection closed: %s", error.rcvd.code if error.rcvd else "abort")
        return Ending.CLOSED

    def _take(self, frame: Frame) -> None:
        match frame.command:
            case "":
                self._acknowledge(frame)
            case Command.EVENT if _event_type(frame.body) == REPLACED_EVENT:
                self._replaced.set()
            case Command.MESSAGE | Command.EVENT:
                self._receive(frame)
            case _:
                logger.warning("wecom sent an unknown command")

    def _acknowledge(self, frame: Frame) -> None:
        future = self._waiting.pop(frame.request_id, None)
        if future is None or future.done():
            logger.info("wecom acknowledged what nobody waits for any more")
        else:
            future.set_result(frame)

    def _fail_waiting(self) -> None:
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkLost())
        self._waiting.clear()

    async def _subscribe_and_ping(self) -> Ending:
        ending = await self._subscribe()
        if ending is not None:
            return ending
        self._state = LinkState.READY
        self._ready.set()
        logger.info("wecom connection ready")
        missed = 0
        while missed < UNANSWERED_PINGS:
            if not missed:
                await asyncio.sleep(self._pace.ping)
            try:
                await self.request(Command.PING, patience=self._pace.pong)
                missed = 0
            except AckMissing:
                missed += 1
            except FrameRefused as error:
                logger.warning("wecom refused a ping: errcode %d", error.code)
                return Ending.CLOSED
            except LinkLost:
                return Ending.CLOSED
        return Ending.SILENT

    async def _subscribe(self) -> Ending | None:
        body = {"bot_id": self._login.bot_id, "secret": self._login.secret}
        try:
            await self.request(Command.SUBSCRIBE, body, patience=self._pace.subscribe)
        except FrameRefused as error:
            logger.error("wecom refused the subscription: errcode %d", error.code)
            if error.code in LOGIN_CODES:
                return Ending.REJECTED
            return Ending.CROWDED if error.code == ErrorCode.TOO_OFTEN else Ending.CLOSED
        except AckMissing:
            return Ending.SILENT
        except LinkLost:
            return Ending.CLOSED
        return None

    async def _close(self, socket: ClientConnection, *, politely: bool) -> None:
        if not politely:
            # A closing handshake with a peer that is silent would only cost time.
            socket.transport.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                await socket.close()

    async def _stopped_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()


def _event_type(body: Json) -> str:
    event = body.get("event")
    kind = event.get("eventtype") if isinstance(event, dict) else None
    return kind if isinstance(kind, str) else ""
