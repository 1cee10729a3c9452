"""Frames of the long connection: JSON objects with a command, or acknowledgements without one."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

Json = Mapping[str, object]

# Some clients let control characters into messages; inside a JSON string they are errors.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]")


class Command(StrEnum):
    """The ``cmd`` of a frame."""

    SUBSCRIBE = "aibot_subscribe"
    PING = "ping"
    MESSAGE = "aibot_msg_callback"
    EVENT = "aibot_event_callback"
    RESPOND = "aibot_respond_msg"
    WELCOME = "aibot_respond_welcome_msg"
    UPDATE_CARD = "aibot_respond_update_msg"
    SEND = "aibot_send_msg"


class ErrorCode(IntEnum):
    """The codes of acknowledgements that are met with something better than a log line."""

    CONFLICT = 6000
    """Two frames of one stream at once."""
    UNWANTED = 40201
    """The platform's filter does not let the content through."""
    TOO_OFTEN = 45009
    UNKNOWN_BOT = 93019
    UNKNOWN_REQUEST = 846605
    STREAM_EXPIRED = 846608
    NOT_SUBSCRIBED = 846609
    WRONG_LOGIN = 853000


LOGIN_CODES = frozenset({ErrorCode.WRONG_LOGIN, ErrorCode.UNKNOWN_BOT})


class LinkLost(Exception):
    """The connection ended before the frame was acknowledged; it may or may not have arrived."""


class AckMissing(Exception):
    """The connection stands, but the frame was not acknowledged in time."""


class FrameRefused(Exception):
    """The platform acknowledged the frame with an error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"errcode {code}: {message}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Frame:
    """What came in: a callback with a command, or an acknowledgement with an error code."""

    command: str
    request_id: str
    body: Json = field(default_factory=dict, repr=False)
    code: int | None = None
    message: str = ""


def read_frame(raw: str | bytes) -> Frame | None:
    """Return the frame of a message, or None when it is not one."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        value = json.loads(_CONTROL_CHARACTERS.sub("", text))
    # Nesting without end is a RecursionError; all others of json are ValueErrors.
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    headers, body = value.get("headers"), value.get("body")
    request_id = headers.get("req_id") if isinstance(headers, dict) else None
    command, code = value.get("cmd", ""), value.get("errcode")
    if not isinstance(request_id, str) or not isinstance(command, str):
        return None
    if not command and (not isinstance(code, int) or isinstance(code, bool)):
        return None
    return Frame(
        command,
        request_id,
        body if isinstance(body, dict) else {},
        code if isinstance(code, int) else None,
        str(value.get("errmsg", ""))[:200],
    )


def write_frame(command: str, *, request_id: str, body: Json | None = None) -> str:
    """Return the text of a frame."""
    frame: dict[str, object] = {"cmd": str(command), "headers": {"req_id": request_id}}
    if body is not None:
        frame["body"] = body
    return json.dumps(frame, ensure_ascii=False)


def new_request_id(command: str) -> str:
    """Return an id for a frame that answers no callback."""
    return f"{command}_{uuid.uuid4().hex}"
