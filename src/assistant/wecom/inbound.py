"""JSON callbacks of the 智能机器人 → messages and events, whichever way they came.

Shapes: https://developer.work.weixin.qq.com/document/path/100719 and 101027. Members that are not
known are ignored; kinds that are not known are ``Unknown``; ids that make no sense are an error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.wecom.messages import (
    CardClick,
    Channel,
    ChatType,
    Entered,
    Feedback,
    FeedbackKind,
    Incoming,
    MessageKind,
)

Json = Mapping[str, object]

LONGEST_ID = 128
LONGEST_TEXT = 8_000
"""Characters that are kept; a question of such a length is turned away in any case."""
LONGEST_CHOICE = 20
_WORDLESS = {
    "image": MessageKind.IMAGE,
    "file": MessageKind.FILE,
    "video": MessageKind.VIDEO,
}


class Malformed(Exception):
    """A callback is signed, but is none that the platform sends."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """流式消息刷新: the platform asks how a stream stands."""

    stream_id: str
    user_id: str
    chat_id: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A callback of a kind that came after this was written."""

    kind: str


Inbound = Incoming | Refresh | Entered | CardClick | Feedback | Unknown


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all callbacks have in common."""

    body: Json
    channel: Channel
    bot_id: str
    user_id: str
    chat_type: ChatType
    chat_id: str
    message_id: str
    at: datetime
    request_id: str


def read_json(text: str) -> Json:
    """Return the object of a JSON text. Raises ``Malformed``."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def parse_callback(
    body: Json, *, channel: Channel, received_at: datetime, request_id: str = ""
) -> Inbound:
    """Return what a callback says. Raises ``Malformed``."""
    frame = _read_frame(body, channel, received_at, request_id)
    kind = _text(body, "msgtype")
    if kind == "stream":
        return Refresh(_id(_member(body, "stream"), "id"), frame.user_id, frame.chat_id)
    if kind == "event":
        return _parse_event(frame)
    return _parse_message(frame, kind)


def _read_frame(body: Json, channel: Channel, at: datetime, request_id: str) -> _Frame:
    # Examples of events in the documents lack both: they happen in single chats.
    chat_type: ChatType = "group" if _text(body, "chattype") == "group" else "single"
    return _Frame(
        body=body,
        channel=channel,
        bot_id=_id(body, "aibotid", optional=True),
        user_id=_id(_member(body, "from"), "userid", optional=_is_event(body)),
        chat_type=chat_type,
        chat_id=_id(body, "chatid") if chat_type == "group" else "",
        message_id=_id(body, "msgid", optional=_text(body, "msgtype") == "stream"),
        at=at,
        request_id=request_id,
    )


def _is_event(body: Json) -> bool:
    return _text(body, "msgtype") == "event"


def _parse_message(frame: _Frame, kind: str) -> Inbound:
    body = frame.body
    if kind == "text":
        return _message(frame, MessageKind.TEXT, _text(_member(body, "text"), "content"))
    if kind == "voice":
        return _message(frame, MessageKind.VOICE, _text(_member(body, "voice"), "content"))
    if kind == "mixed":
        return _message(frame, MessageKind.MIXED, "\n".join(_words_of_mixed(body)))
    if kind in _WORDLESS:
        return _message(frame, _WORDLESS[kind], "")
    return Unknown(kind[:40])


def _message(frame: _Frame, kind: MessageKind, text: str) -> Incoming:
    return Incoming(
        message_id=frame.message_id,
        channel=frame.channel,
        bot_id=frame.bot_id,
        chat_type=frame.chat_type,
        chat_id=frame.chat_id,
        user_id=frame.user_id,
        received_at=frame.at,
        kind=kind,
        text=_kept(text),
        quote=_kept(_quote(frame.body)),
        response_url=_text(frame.body, "response_url"),
        request_id=frame.request_id,
    )


def _quote(body: Json) -> str:
    quote = _member(body, "quote")
    for kind in ("text", "voice"):
        if _text(quote, "msgtype") == kind:
            return _text(_member(quote, kind), "content")
    return "\n".join(_words_of_mixed(quote))


def _words_of_mixed(body: Json) -> Iterator[str]:
    items = _member(body, "mixed").get("msg_item")
    for item in items if isinstance(items, list) else []:
        words = _text(_member(item, "text"), "content") if isinstance(item, dict) else ""
        if words:
            yield words


def _parse_event(frame: _Frame) -> Inbound:
    event = _member(frame.body, "event")
    kind = _text(event, "eventtype")
    if kind == "enter_chat" and frame.user_id:
        return Entered(frame.channel, frame.bot_id, frame.user_id, frame.message_id, frame.at)
    if kind == "template_card_event" and frame.user_id:
        return _parse_click(frame, _member(event, "template_card_event"))
    if kind == "feedback_event":
        return _parse_feedback(frame, _member(event, "feedback_event"))
    return Unknown(f"event/{kind[:40]}")


def _parse_click(frame: _Frame, click: Json) -> CardClick:
    return CardClick(
        channel=frame.channel,
        bot_id=frame.bot_id,
        user_id=frame.user_id,
        chat_type=frame.chat_type,
        chat_id=frame.chat_id,
        event_id=frame.message_id,
        task_id=_id(click, "task_id"),
        event_key=_text(click, "event_key")[:1024],
        chosen=tuple(_chosen(click))[:LONGEST_CHOICE],
        at=frame.at,
        response_url=_text(frame.body, "response_url"),
        request_id=frame.request_id,
    )


def _chosen(click: Json) -> Iterator[str]:
    items = _member(click, "selected_items").get("selected_item")
    for item in items if isinstance(items, list) else []:
        options = _member(item, "option_ids").get("option_id") if isinstance(item, dict) else None
        for option in options if isinstance(options, list) else [options]:
            if isinstance(option, str):
                yield option[:LONGEST_ID]


def _parse_feedback(frame: _Frame, event: Json) -> Inbound:
    kind, reasons = event.get("type"), event.get("inaccurate_reason_list")
    if kind not in set(FeedbackKind) or not isinstance(kind, int):
        return Unknown("event/feedback_event")
    return Feedback(
        channel=frame.channel,
        bot_id=frame.bot_id,
        user_id=frame.user_id,
        chat_id=frame.chat_id,
        event_id=frame.message_id,
        feedback_id=_text(event, "id")[:255],
        kind=FeedbackKind(kind),
        content=_kept(_text(event, "content")),
        reasons=tuple(
            reason
            for reason in (reasons if isinstance(reasons, list) else [])
            if isinstance(reason, int) and 0 <= reason < 100
        )[:LONGEST_CHOICE],
        at=frame.at,
    )


def _member(body: Json, name: str) -> Json:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _id(body: Json, name: str, *, optional: bool = False) -> str:
    value = _text(body, name)
    if len(value) > LONGEST_ID or not value.isprintable() or not (value or optional):
        raise Malformed(f"{name} is no id")
    return value


def _kept(text: str) -> str:
    # PostgreSQL stores no NUL; half of a surrogate pair cannot be written at all.
    clean = text.replace("\x00", "").encode(errors="replace").decode()
    return clean[:LONGEST_TEXT]
