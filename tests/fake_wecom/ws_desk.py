"""The book of the fake platform's WebSocket half: who said what, and what bots may reply to it."""

from __future__ import annotations

import time
from collections import defaultdict, deque

from tests.fake_wecom.ws_rules import (
    faults_of_card,
    faults_of_reply,
    faults_of_send,
    faults_of_welcome,
    is_delta,
    member,
    text_of,
)
from tests.fake_wecom.ws_shown import Bubble, Changes, Faults, Json, Rules, Said

UNKNOWN_REQUEST = 846605
STREAM_EXPIRED = 846608
TOO_OFTEN = 45009
NOT_ALLOWED = 86008
BAD_BODY = 40058


class Desk:
    """Takes the frames of subscribed bots and turns them into what users see."""

    def __init__(self, rules: Rules, faults: Faults, changes: Changes) -> None:
        self.rules = rules
        self.bubbles: list[Bubble] = []
        self.violations: list[str] = []
        self.updated_cards: list[Json] = []
        self._faults = faults
        self._changes = changes
        self._said: dict[str, Said] = {}
        self._known: set[str] = set()
        self._streams: dict[tuple[str, str], Bubble] = {}
        self._by_request: dict[str, list[Bubble]] = defaultdict(list)
        self._tasks: set[str] = set()
        self._sent: dict[str, deque[float]] = defaultdict(deque)

    def heard(self, said: Said) -> None:
        """Write down what a user sent; bots may answer it from now on."""
        self._said[said.request_id] = said
        self._known.add(said.conversation)

    def forget_requests(self) -> None:
        """Make every request id so far invalid."""
        self._said.clear()

    def replied(self, said: Said) -> bool:
        """Tell whether anything was shown for a message."""
        return bool(self._by_request[said.request_id])

    def replies(self, said: Said) -> list[Bubble]:
        """Return what was shown under a message."""
        return list(self._by_request[said.request_id])

    def finished(self, said: Said) -> Bubble | None:
        """Return the finished reply to a message, if there is one."""
        return next((b for b in self._by_request[said.request_id] if b.finished), None)

    def take(self, command: str, request_id: str, body: Json) -> int:
        """Take a frame of a subscribed bot; return the errcode."""
        match command:
            case "aibot_respond_msg":
                code = self._respond(request_id, body)
            case "aibot_respond_welcome_msg":
                code = self._welcome(request_id, body)
            case "aibot_respond_update_msg":
                code = self._update(request_id, body)
            case "aibot_send_msg":
                code = self._send(body)
            case _:
                self.violations.append(f"unknown command {command}")
                code = BAD_BODY
        self._changes.announce()
        return code

    def _respond(self, request_id: str, body: Json) -> int:
        said = self._said.get(request_id)
        if said is None or said.kind == "enter_chat":
            return UNKNOWN_REQUEST
        if self._broken(faults_of_reply(body, self.rules)):
            return BAD_BODY
        if body["msgtype"] == "stream":
            return self._stream(said, member(body, "stream"))
        if not self._within_budget(said.conversation):
            return TOO_OFTEN
        bubble = self._new(said.conversation, request_id, str(body["msgtype"]))
        if body["msgtype"] == "template_card":
            return self._show_card(bubble, member(body, "template_card"))
        bubble.show(text_of(member(body, "markdown"), "content"), finished=True)
        return 0

    def _stream(self, said: Said, stream: Json) -> int:
        key = (said.request_id, text_of(stream, "id"))
        content, finished = text_of(stream, "content"), stream.get("finish") is True
        bubble = self._streams.get(key)
        if bubble is None:
            if not self._within_budget(said.conversation):
                return TOO_OFTEN
            bubble = self._new(said.conversation, said.request_id, "stream")
            bubble.stream_id = key[1]
            bubble.feedback_id = text_of(member(stream, "feedback"), "id")
            self._streams[key] = bubble
        elif bubble.finished:
            if content != bubble.text:
                self.violations.append(f"stream {key[1]} changed after its end")
            return self._faults.finished_again
        elif time.monotonic() - bubble.times[0] > self.rules.stream_seconds:
            return STREAM_EXPIRED
        elif self.rules.frames_count and not self._within_budget(said.conversation):
            return TOO_OFTEN
        if is_delta(bubble.text, content):
            self.violations.append(f"stream {key[1]} was sent a delta")
        bubble.show(content, finished=finished)
        return 0

    def _welcome(self, request_id: str, body: Json) -> int:
        said = self._said.get(request_id)
        if said is None or said.kind != "enter_chat":
            self.violations.append("a welcome that answers no enter_chat")
            return UNKNOWN_REQUEST
        if self._broken(faults_of_welcome(body)) or self._too_late(said):
            return UNKNOWN_REQUEST
        bubble = self._new(said.conversation, request_id, "welcome")
        bubble.show(text_of(member(body, "text"), "content"), finished=True)
        return 0

    def _update(self, request_id: str, body: Json) -> int:
        said = self._said.get(request_id)
        if said is None or said.kind != "template_card_event":
            self.violations.append("an update that answers no card event")
            return UNKNOWN_REQUEST
        card = member(body, "template_card")
        faults = faults_of_card(card)
        event = member(member(said.frame, "body"), "event")
        if card.get("task_id") != member(event, "template_card_event").get("task_id"):
            faults.append("the updated card has another task_id")
        if self._broken(faults) or self._too_late(said):
            return UNKNOWN_REQUEST
        self.updated_cards.append(card)
        self._by_request[request_id].append(
            Bubble(said.conversation, request_id, "update", card=card)
        )
        return 0

    def _send(self, body: Json) -> int:
        conversation = text_of(body, "chatid")
        if self._broken(faults_of_send(body, self.rules)):
            return BAD_BODY
        if conversation not in self._known:
            self.violations.append(f"sent to {conversation}, who never wrote")
            return NOT_ALLOWED
        if not self._within_budget(conversation):
            return TOO_OFTEN
        bubble = self._new(conversation, "", f"sent {body['msgtype']}")
        if body["msgtype"] == "template_card":
            return self._show_card(bubble, member(body, "template_card"))
        bubble.show(text_of(member(body, "markdown"), "content"), finished=True)
        return 0

    def _show_card(self, bubble: Bubble, card: Json) -> int:
        task_id = text_of(card, "task_id")
        if task_id in self._tasks:
            self.violations.append(f"task_id {task_id} was used again")
            return BAD_BODY
        self._tasks.add(task_id)
        bubble.card = card
        bubble.feedback_id = text_of(member(card, "feedback"), "id")
        bubble.show(text_of(member(card, "main_title"), "title"), finished=True)
        return 0

    def _new(self, conversation: str, request_id: str, kind: str) -> Bubble:
        bubble = Bubble(conversation, request_id, kind, finished=False)
        self.bubbles.append(bubble)
        if request_id:
            self._by_request[request_id].append(bubble)
        return bubble

    def _broken(self, faults: list[str]) -> bool:
        self.violations += faults
        return bool(faults)

    def _too_late(self, said: Said) -> bool:
        return time.monotonic() - said.at > self.rules.event_seconds

    def _within_budget(self, conversation: str) -> bool:
        sent, now = self._sent[conversation], time.monotonic()
        while sent and now - sent[0] > self.rules.minute_seconds:
            sent.popleft()
        if len(sent) >= self.rules.replies_each_minute:
            return False
        sent.append(now)
        return True
