"""XML of a self-built app: the sealed envelope, the message inside, and the passive reply.

A document type or an entity is refused, outside and inside.
Source: https://developer.work.weixin.qq.com/document/path/90238 and 90239.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from assistant.wecom.crypto import Packet
from assistant.wecom.inbound import LONGEST_ID, LONGEST_TEXT, Malformed
from assistant.wecom.messages import Channel, Entered, Incoming, MessageKind

_KINDS = {
    "text": MessageKind.TEXT,
    "voice": MessageKind.VOICE,
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "location": MessageKind.OTHER,
    "link": MessageKind.OTHER,
}
_ENTERING = ("enter_agent", "subscribe")

Members = Mapping[str, str]


def read_xml(text: str) -> Members:
    """Return the members of an XML document, one level deep. Raises ``Malformed``."""
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Malformed("not XML, or with a document type") from error
    return {child.tag: child.text or "" for child in root}


def parse_message(members: Members, *, received_at: datetime) -> Incoming | Entered | None:
    """Return the message or event; None for a kind that nothing follows from.

    Raises ``Malformed``.
    """
    kind = members.get("MsgType", "")
    user_id, agent_id = _id(members, "FromUserName"), _id(members, "AgentID")
    if kind == "event":
        if members.get("Event") not in _ENTERING:
            return None
        event_id = f"{user_id}:{_id(members, 'CreateTime')}:{members['Event']}"
        return Entered(Channel.APP, agent_id, user_id, event_id, received_at)
    if kind not in _KINDS:
        return None
    return Incoming(
        message_id=_id(members, "MsgId"),
        channel=Channel.APP,
        bot_id=agent_id,
        chat_type="single",
        chat_id="",
        user_id=user_id,
        received_at=received_at,
        kind=_KINDS[kind],
        # Recognition is there for a voice message where the app has it switched on.
        text=members.get("Content" if kind == "text" else "Recognition", "")[:LONGEST_TEXT],
    )


def write_reply(text: str, *, user_id: str, corp_id: str, seconds: int) -> str:
    """Return a passive text reply, not yet sealed."""
    return (
        f"<xml><ToUserName>{_cdata(user_id)}</ToUserName>"
        f"<FromUserName>{_cdata(corp_id)}</FromUserName><CreateTime>{seconds}</CreateTime>"
        f"<MsgType>{_cdata('text')}</MsgType><Content>{_cdata(text)}</Content></xml>"
    )


def write_envelope(packet: Packet) -> str:
    """Return a sealed reply."""
    return (
        f"<xml><Encrypt>{_cdata(packet.encrypt)}</Encrypt>"
        f"<MsgSignature>{_cdata(packet.signature)}</MsgSignature>"
        f"<TimeStamp>{packet.timestamp}</TimeStamp><Nonce>{_cdata(packet.nonce)}</Nonce></xml>"
    )


def _id(members: Members, name: str) -> str:
    value = members.get(name, "")
    if not value or len(value) > LONGEST_ID or not value.isprintable():
        raise Malformed(f"{name} is no id")
    return value


def _cdata(text: str) -> str:
    # Characters that XML cannot hold at all would make the whole reply unreadable.
    clean = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    return f"<![CDATA[{clean.replace(']]>', ']]]]><![CDATA[>')}]]>"
