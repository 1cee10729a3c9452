"""What the platform accepts in a frame of the long connection; everything else is a violation."""

from __future__ import annotations

import re

from tests.fake_wecom.ws_shown import Json, Rules

_TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")
FEEDBACK_BYTES = 256
KEY_BYTES = 1024
MOST_OPTIONS = 20


def member(body: object, name: str) -> Json:
    """Return a member that is an object, or an empty one."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, dict) else {}


def text_of(body: object, name: str) -> str:
    """Return a member that is a string, or an empty one."""
    value = body.get(name) if isinstance(body, dict) else None
    return value if isinstance(value, str) else ""


def faults_of_reply(body: Json, rules: Rules) -> list[str]:
    """Return what is wrong with the body of aibot_respond_msg."""
    match body.get("msgtype"):
        case "stream":
            return faults_of_stream(member(body, "stream"), rules)
        case "markdown":
            return _too_long(text_of(member(body, "markdown"), "content"), rules)
        case "template_card":
            return faults_of_card(member(body, "template_card"))
        case other:
            return [f"msgtype {other!r} is no reply of the long connection"]


def faults_of_stream(stream: Json, rules: Rules) -> list[str]:
    """Return what is wrong with one snapshot."""
    faults = _too_long(text_of(stream, "content"), rules)
    if not text_of(stream, "id"):
        faults.append("a stream without id")
    if not isinstance(stream.get("finish", False), bool):
        faults.append("finish is no boolean")
    if "msg_item" in stream:
        faults.append("msg_item is not supported here")
    if "feedback" in stream:
        faults += _faults_of_feedback(member(stream, "feedback"))
    return faults


def _faults_of_feedback(feedback: Json) -> list[str]:
    identity = text_of(feedback, "id")
    faults = []
    if not identity or len(identity.encode()) > FEEDBACK_BYTES:
        faults.append("feedback.id is empty or too long")
    if not identity.startswith("trace_"):
        faults.append("feedback.id without trace_ shows no buttons")
    return faults


def faults_of_send(body: Json, rules: Rules) -> list[str]:
    """Return what is wrong with the body of aibot_send_msg."""
    faults = [] if text_of(body, "chatid") else ["aibot_send_msg without chatid"]
    if body.get("chat_type", 0) not in (0, 1, 2):
        faults.append("chat_type is none of 0, 1, 2")
    match body.get("msgtype"):
        case "markdown":
            faults += _too_long(text_of(member(body, "markdown"), "content"), rules)
        case "template_card":
            faults += faults_of_card(member(body, "template_card"))
            if body.get("chat_type") == 2:
                faults.append("a card can only be sent into a single chat")
        case other:
            faults.append(f"msgtype {other!r} cannot be sent")
    return faults


def faults_of_welcome(body: Json) -> list[str]:
    """Return what is wrong with the body of aibot_respond_welcome_msg."""
    match body.get("msgtype"):
        case "text":
            return [] if text_of(member(body, "text"), "content") else ["an empty welcome"]
        case "template_card":
            return faults_of_card(member(body, "template_card"))
        case other:
            return [f"msgtype {other!r} is no welcome"]


def faults_of_card(card: Json) -> list[str]:
    """Return what is wrong with a template card."""
    match card.get("card_type"):
        case "vote_interaction":
            return _faults_of_vote(card)
        case "button_interaction" | "multiple_interaction":
            return _faults_of_task(card)
        case "text_notice" | "news_notice":
            return [] if member(card, "card_action") else ["a notice without card_action"]
        case other:
            return [f"card_type {other!r} is unknown"]


def _faults_of_task(card: Json) -> list[str]:
    faults = [] if _TASK_ID.fullmatch(text_of(card, "task_id")) else ["task_id is not valid"]
    if not text_of(member(card, "main_title"), "title"):
        faults.append("a card without main_title.title")
    return faults


def _faults_of_vote(card: Json) -> list[str]:
    faults = _faults_of_task(card)
    checkbox = member(card, "checkbox")
    options = checkbox.get("option_list")
    if not isinstance(options, list) or not 1 <= len(options) <= MOST_OPTIONS:
        return [*faults, "a vote needs 1 to 20 options"]
    if checkbox.get("mode") not in (0, 1):
        faults.append("checkbox.mode is neither 0 nor 1")
    if not text_of(checkbox, "question_key"):
        faults.append("a vote without question_key")
    for option in options:
        if not text_of(option, "id") or not text_of(option, "text"):
            faults.append("an option without id or text")
    button = member(card, "submit_button")
    key = text_of(button, "key")
    if not text_of(button, "text") or not key or len(key.encode()) > KEY_BYTES:
        faults.append("a vote without a proper submit_button")
    return faults


def _too_long(content: str, rules: Rules) -> list[str]:
    size = len(content.encode())
    return [f"content has {size} bytes"] if size > rules.content_bytes else []


def is_delta(before: str, after: str) -> bool:
    """Tell whether a snapshot looks like a piece of text and not like the whole."""
    return len(after) * 2 < len(before) and after not in before
