"""加解密: the platform's packets, opened strictly and in one order, and sealed.

AES-256-CBC under a key of 43 Base64 characters, the vector its first half; inside, 16 random bytes,
a length, the message, and who it is for. The signature is checked before anything is decrypted, so
nothing about a forged packet's inside can be learnt from how it is refused.
Source: https://developer.work.weixin.qq.com/document/path/101033
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import re
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from assistant.errors import SettingsError

WINDOW_SECONDS = 300
LARGEST_PARAMETER = 512
_BLOCK_BYTES = 32
_AES_BLOCK_BYTES = 16
_RANDOM_BYTES = 16
_HEAD_BYTES = _RANDOM_BYTES + 4
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_SIGNATURE = re.compile(r"[0-9a-f]{40}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


class Fault(IntEnum):
    """Why a packet is refused, for the log only; numbers as in the platform's samples."""

    SIGNATURE = -40001
    PARAMETER = -40002
    RECEIVER = -40005
    DECRYPTION = -40007
    CONTENT = -40008
    BASE64 = -40010
    STALE = 1


class PacketRefused(Exception):
    """A packet is not what it claims. The message says no more; ``fault`` is for the log."""

    def __init__(self, fault: Fault) -> None:
        super().__init__("packet refused")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Packet:
    """A sealed message with the three values that it travels with."""

    encrypt: str
    signature: str
    timestamp: str
    nonce: str


class Crypto:
    """Opens and seals packets under one token and key, for one receiver. Holds secrets."""

    def __init__(self, *, token: str, encoding_aes_key: str, receive_id: str) -> None:
        """Take what the console shows; raise ``SettingsError`` for an impossible key."""
        if not _KEY.fullmatch(encoding_aes_key):
            raise SettingsError("EncodingAESKey 应为 43 位字母和数字，请从企业微信后台重新复制。")
        self._token = token.encode()
        # The last character has two spare bits, which need not be zero.
        self._key = b64decode(encoding_aes_key + "=", validate=True)
        self._receive_id = receive_id.encode()

    def open(self, packet: Packet, *, at: float, window_seconds: float = WINDOW_SECONDS) -> str:
        """Return the message of a packet that arrived ``at`` (seconds since the epoch).

        Raises ``PacketRefused``.
        """
        _check_parameters(packet)
        if abs(at - int(packet.timestamp)) > window_seconds:
            raise PacketRefused(Fault.STALE)
        expected = self._sign(packet.timestamp, packet.nonce, packet.encrypt)
        if not hmac.compare_digest(expected, packet.signature.encode("ascii")):
            raise PacketRefused(Fault.SIGNATURE)
        message = self._take_out(_unpad(_decrypt(self._key, _decode(packet.encrypt))))
        try:
            return message.decode("utf-8")
        except UnicodeDecodeError as error:
            raise PacketRefused(Fault.CONTENT) from error

    def seal(self, message: str, *, timestamp: str, nonce: str, prefix: bytes = b"") -> Packet:
        """Return a message as a signed packet; ``prefix`` replaces the random bytes in tests."""
        body = message.encode()
        head = (prefix or os.urandom(_RANDOM_BYTES)) + struct.pack(">I", len(body))
        encrypted = _encrypt(self._key, _pad(head + body + self._receive_id))
        encrypt = b64encode(encrypted).decode("ascii")
        signature = self._sign(timestamp, nonce, encrypt).decode("ascii")
        return Packet(encrypt=encrypt, signature=signature, timestamp=timestamp, nonce=nonce)

    def open_media(self, content: bytes) -> bytes:
        """Return a downloaded file: same cipher and padding, no head. Raises ``PacketRefused``."""
        return _unpad(_decrypt(self._key, content))

    def _sign(self, *values: str) -> bytes:
        # The values are sorted bytewise, so their order varies from packet to packet.
        parts = sorted([self._token, *(value.encode() for value in values)])
        # SHA-1 is the platform's choice.
        return hashlib.sha1(b"".join(parts)).hexdigest().encode()  # noqa: S324

    def _take_out(self, plain: bytes) -> bytes:
        if len(plain) < _HEAD_BYTES:
            raise PacketRefused(Fault.CONTENT)
        (length,) = struct.unpack(">I", plain[_RANDOM_BYTES:_HEAD_BYTES])
        if length > len(plain) - _HEAD_BYTES:
            raise PacketRefused(Fault.CONTENT)
        end = _HEAD_BYTES + length
        # An empty receiver is compared as well: a packet for a corporation is not for a bot.
        if not hmac.compare_digest(plain[end:], self._receive_id):
            raise PacketRefused(Fault.RECEIVER)
        return plain[_HEAD_BYTES:end]


def _check_parameters(packet: Packet) -> None:
    sound = (
        _SIGNATURE.fullmatch(packet.signature)
        and _TIMESTAMP.fullmatch(packet.timestamp)
        and 0 < len(packet.nonce) <= LARGEST_PARAMETER
        and packet.nonce.isascii()
        and packet.encrypt
        and packet.encrypt.isascii()
    )
    if not sound:
        raise PacketRefused(Fault.PARAMETER)


def _decode(encrypt: str) -> bytes:
    try:
        return binascii.a2b_base64(encrypt.encode("ascii"), strict_mode=True)
    except binascii.Error as error:
        raise PacketRefused(Fault.BASE64) from error


def _decrypt(key: bytes, content: bytes) -> bytes:
    if not content or len(content) % _AES_BLOCK_BYTES:
        raise PacketRefused(Fault.DECRYPTION)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:_AES_BLOCK_BYTES])).decryptor()
    return decryptor.update(content) + decryptor.finalize()


def _encrypt(key: bytes, content: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:_AES_BLOCK_BYTES])).encryptor()
    return encryptor.update(content) + encryptor.finalize()


def _pad(content: bytes) -> bytes:
    size = _BLOCK_BYTES - len(content) % _BLOCK_BYTES
    return content + bytes([size]) * size


def _unpad(content: bytes) -> bytes:
    size = content[-1]
    sound = 1 <= size <= min(_BLOCK_BYTES, len(content))
    if not sound or not hmac.compare_digest(content[-size:], bytes([size]) * size):
        raise PacketRefused(Fault.DECRYPTION)
    return content[:-size]
