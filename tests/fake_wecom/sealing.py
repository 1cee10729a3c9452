"""The platform's side of 加解密: wechatpy's, so that two independent hands must agree."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from defusedxml.ElementTree import fromstring
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner


class BrokenReply(Exception):
    """A reply that the platform could not have read."""


class Seal:
    """Seals callbacks and opens replies under one token and key."""

    def __init__(self, *, token: str, encoding_aes_key: str, receive_id: str) -> None:
        self._token = token
        self._receive_id = receive_id
        self._crypto = WeChatCrypto(token, encoding_aes_key, receive_id)
        self._nonces = (str(random.getrandbits(32)) for _ in itertools.count())

    def seal(self, message: str, *, timestamp: int | None = None) -> tuple[dict[str, str], str]:
        """Return the query of a callback and its sealed message."""
        encrypt = PrpCrypto(self._crypto.key).encrypt(message, self._receive_id).decode()
        stamp = str(int(time.time()) if timestamp is None else timestamp)
        nonce = next(self._nonces)
        query = {
            "msg_signature": self._sign(stamp, nonce, encrypt),
            "timestamp": stamp,
            "nonce": nonce,
        }
        return query, encrypt

    def json_callback(self, body: Mapping[str, object]) -> tuple[dict[str, str], bytes]:
        """Return query and body of a callback of the 智能机器人."""
        query, encrypt = self.seal(json.dumps(body, ensure_ascii=False))
        return query, json.dumps({"encrypt": encrypt}).encode()

    def xml_callback(
        self, members: Mapping[str, str], *, to: str, agent: str
    ) -> tuple[dict[str, str], bytes]:
        """Return query and body of a callback of a self-built app."""
        inner = "".join(f"<{name}>{_cdata(text)}</{name}>" for name, text in members.items())
        query, encrypt = self.seal(f"<xml>{inner}</xml>")
        outer = (
            f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><AgentID><![CDATA[{agent}]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
        )
        return query, outer.encode()

    def echo(self, text: str) -> tuple[str, str]:
        """Return the query string of a URL verification, percent-encoded, and what must come."""
        query, encrypt = self.seal(text)
        return urlencode({**query, "echostr": encrypt}), text

    def open_json(self, content: bytes, *, nonce: str) -> dict[str, object]:
        """Return the body of a passive reply. Raises ``BrokenReply``."""
        try:
            envelope = json.loads(content)
        except ValueError as error:
            raise BrokenReply("the reply is not JSON") from error
        if not isinstance(envelope, dict) or set(envelope) != {
            "encrypt",
            "msgsignature",
            "timestamp",
            "nonce",
        }:
            raise BrokenReply("the envelope has other members than the platform's")
        if type(envelope["timestamp"]) is not int:
            raise BrokenReply("timestamp is no number of seconds")
        if envelope["nonce"] != nonce:
            raise BrokenReply("the nonce is not the callback's")
        text = self._open(
            envelope["encrypt"], envelope["msgsignature"], envelope["timestamp"], nonce
        )
        body = json.loads(text)
        if not isinstance(body, dict):
            raise BrokenReply("the reply is no object")
        return body

    def open_xml(self, content: bytes, *, nonce: str) -> dict[str, str]:
        """Return the members of a passive reply of an app. Raises ``BrokenReply``."""
        envelope = _members(content.decode())
        if envelope["Nonce"] != nonce:
            raise BrokenReply("the nonce is not the callback's")
        text = self._open(
            envelope["Encrypt"], envelope["MsgSignature"], envelope["TimeStamp"], nonce
        )
        return _members(text)

    def _open(self, encrypt: str, signature: str, timestamp: int | str, nonce: str) -> str:
        if self._sign(str(timestamp), nonce, encrypt) != signature:
            raise BrokenReply("the signature is not right")
        opened: str = PrpCrypto(self._crypto.key).decrypt(encrypt, self._receive_id)
        return opened

    def _sign(self, timestamp: str, nonce: str, encrypt: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self._token, timestamp, nonce, encrypt)
        signature: str = signer.signature
        return signature


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _members(text: str) -> dict[str, str]:
    return {child.tag: child.text or "" for child in fromstring(text)}
