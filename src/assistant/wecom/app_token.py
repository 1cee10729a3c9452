"""The access token of a self-built app: one for all processes, fetched by one of them at a time.

Source: https://developer.work.weixin.qq.com/document/path/91039. The database holds it sealed under
a key derived from the app's secret, so a copy of the database lets nobody in.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from base64 import urlsafe_b64encode
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from assistant.wecom.platform import BUSY, OK, TOO_OFTEN, NoResponse, Platform, Unreachable
from assistant.wecom.state import State

logger = logging.getLogger(__name__)

MARGIN_SECONDS = 300
"""So long before its end a token is replaced."""
FETCH_LEASE = timedelta(seconds=15)
PATIENCE_SECONDS = 15.0
LOOK_SECONDS = 0.1


class TokenUnavailable(Exception):
    """There is no token now; there may be one later."""


class TokenRefused(Exception):
    """The platform does not take this corporation and secret. Waiting does not help."""


class AccessToken:
    """Hands out the token of one app; belongs to one event loop. Holds a secret."""

    def __init__(
        self, platform: Platform, state: State, *, corp_id: str, secret: str, worker: str
    ) -> None:
        self._platform = platform
        self._state = state
        self._corp_id = corp_id
        self._secret = secret
        self._worker = worker
        derived = HKDF(SHA256(), length=32, salt=None, info=b"wecom access token").derive(
            secret.encode()
        )
        self._seal = Fernet(urlsafe_b64encode(derived))
        # Two apps of a corporation have tokens of their own.
        self._name = f"token:{corp_id}:{derived[:4].hex()}"
        self._lock = asyncio.Lock()

    async def current(self, *, refused: str = "") -> str:
        """Return a token other than one the platform ``refused``.

        Raises ``TokenUnavailable`` or ``TokenRefused``.
        """
        async with self._lock:
            return await self._shared(refused) or await self._obtain(refused)

    async def _shared(self, refused: str) -> str:
        sealed = await asyncio.to_thread(self._state.find_token, self._name)
        token = ""
        with contextlib.suppress(InvalidToken):
            token = self._seal.decrypt(sealed.encode()).decode() if sealed else ""
        return "" if token == refused else token

    async def _obtain(self, refused: str) -> str:
        """Fetch a token, or wait for the process that does."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await self._may_fetch():
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            raise TokenUnavailable("another process does not come back with it") from error
        try:
            return await self._shared(refused) or await self._fetch()
        finally:
            await asyncio.to_thread(self._state.release_lease, self._name, holder=self._worker)

    async def _may_fetch(self) -> bool:
        return await asyncio.to_thread(
            self._state.acquire_lease, self._name, holder=self._worker, lasting=FETCH_LEASE
        )

    async def _fetch(self) -> str:
        try:
            response = await self._platform.get(
                "/cgi-bin/gettoken", {"corpid": self._corp_id, "corpsecret": self._secret}
            )
        except (Unreachable, NoResponse) as error:
            raise TokenUnavailable(str(error)) from error
        if response.code in (BUSY, TOO_OFTEN) or response.status >= 500:
            raise TokenUnavailable(f"errcode {response.code}")
        token = response.text("access_token")
        if response.code != OK or not token:
            raise TokenRefused(f"errcode {response.code}")
        lives = response.content.get("expires_in")
        seconds = lives if isinstance(lives, int) else MARGIN_SECONDS
        await asyncio.to_thread(
            self._state.keep_token,
            self._name,
            sealed=self._seal.encrypt(token.encode()).decode(),
            lasting=timedelta(seconds=max(seconds - MARGIN_SECONDS, 0)),
        )
        logger.info("wecom access token fetched")
        return token
