"""Callbacks of the 智能机器人, as the documents show them, and as nobody would send them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.wecom.cards import card_to_dict, update_to_dict
from assistant.wecom.inbound import (
    LONGEST_TEXT,
    Inbound,
    Json,
    Malformed,
    Refresh,
    Unknown,
    parse_callback,
    read_json,
)
from assistant.wecom.messages import (
    CardClick,
    CardOption,
    Channel,
    Entered,
    Feedback,
    FeedbackKind,
    Incoming,
    MessageKind,
    VoteCard,
)
from assistant.wecom.records import (
    card_from_json,
    card_to_json,
    incoming_from_json,
    incoming_to_json,
)

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
COMMON: Json = {
    "msgid": "CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI=",
    "aibotid": "AIBOTID",
    "chattype": "single",
    "from": {"userid": "zhangsan"},
    "response_url": "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=CODE",
}
MIXED = {
    "msg_item": [
        {"msgtype": "text", "text": {"content": "@机器人 看图"}},
        {"msgtype": "image", "image": {"url": "URL"}},
        {"msgtype": "text", "text": {"content": "是哪一条"}},
    ]
}


def parse(**members: object) -> Inbound:
    body = {name: value for name, value in (dict(COMMON) | members).items() if value is not None}
    return parse_callback(body, channel=Channel.BOT, received_at=AT)


def message(**members: object) -> Incoming:
    parsed = parse(**members)
    assert isinstance(parsed, Incoming)
    return parsed


@pytest.mark.parametrize(
    ("members", "kind", "text"),
    [
        pytest.param(
            {"msgtype": "text", "text": {"content": "出差标准"}}, MessageKind.TEXT, "出差标准"
        ),
        pytest.param(
            {"msgtype": "voice", "voice": {"content": "语音转成文本的内容"}},
            MessageKind.VOICE,
            "语音转成文本的内容",
        ),
        pytest.param(
            {"msgtype": "mixed", "mixed": MIXED}, MessageKind.MIXED, "@机器人 看图\n是哪一条"
        ),
        pytest.param({"msgtype": "image", "image": {"url": "URL"}}, MessageKind.IMAGE, ""),
        pytest.param({"msgtype": "file", "file": {"url": "URL"}}, MessageKind.FILE, ""),
        pytest.param({"msgtype": "video", "video": {"url": "URL"}}, MessageKind.VIDEO, ""),
        pytest.param({"msgtype": "text", "text": {"content": 7}}, MessageKind.TEXT, ""),
        pytest.param({"msgtype": "text"}, MessageKind.TEXT, ""),
        pytest.param({"msgtype": "mixed", "mixed": {"msg_item": [1, None]}}, MessageKind.MIXED, ""),
    ],
)
def test_a_message_is_its_kind_and_its_words(
    members: dict[str, object], kind: MessageKind, text: str
) -> None:
    incoming = message(**members)
    assert (incoming.kind, incoming.text) == (kind, text)
    assert (incoming.user_id, incoming.chat_id) == ("zhangsan", "")
    assert incoming.conversation == "bot:single:zhangsan"


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ({"msgtype": "text", "text": {"content": "这是今日的测试情况"}}, "这是今日的测试情况"),
        ({"msgtype": "voice", "voice": {"content": "语音"}}, "语音"),
        ({"msgtype": "mixed", "mixed": MIXED}, "@机器人 看图\n是哪一条"),
        ({"msgtype": "image", "image": {"url": "URL"}}, ""),
        ("odd", ""),
    ],
)
def test_what_is_quoted_comes_with_the_message(quote: object, words: str) -> None:
    incoming = message(
        msgtype="text",
        text={"content": "@RobotA hello robot"},
        chattype="group",
        chatid="CHATID",
        quote=quote,
    )
    assert incoming.quote == words
    assert (incoming.chat_type, incoming.chat_id) == ("group", "CHATID")
    assert incoming.conversation == "bot:group:CHATID"


def test_an_event_without_a_chat_is_one_of_a_single_chat() -> None:
    parsed = parse(chattype=None, msgtype="event", event={"eventtype": "enter_chat"})
    assert parsed == Entered(Channel.BOT, "AIBOTID", "zhangsan", str(COMMON["msgid"]), AT)


def test_a_click_brings_its_choices() -> None:
    click = {
        "card_type": "vote_interaction",
        "event_key": "submit_key",
        "task_id": "TASKID",
        "selected_items": {
            "selected_item": [
                {"question_key": "q1", "option_ids": {"option_id": ["one", "two"]}},
                {"question_key": "q2", "option_ids": {"option_id": "three"}},
                "odd",
            ]
        },
    }
    event = {"eventtype": "template_card_event", "template_card_event": click}
    parsed = parse(msgtype="event", event=event)
    assert isinstance(parsed, CardClick)
    assert (parsed.task_id, parsed.event_key) == ("TASKID", "submit_key")
    assert parsed.chosen == ("one", "two", "three")
    without = {"eventtype": "template_card_event", "template_card_event": {"task_id": "T"}}
    menu = parse(msgtype="event", event=without)
    assert isinstance(menu, CardClick)
    assert menu.chosen == ()


def test_a_judgement_is_read_with_its_reasons() -> None:
    judgement = {
        "id": "trace_1",
        "type": 2,
        "content": "能再详细一些么",
        "inaccurate_reason_list": [2, 4, "x", -1],
    }
    event = {"eventtype": "feedback_event", "feedback_event": judgement}
    parsed = parse(msgtype="event", event=event)
    assert isinstance(parsed, Feedback)
    assert (parsed.kind, parsed.reasons) == (FeedbackKind.INACCURATE, (2, 4))


def test_what_is_not_known_yet_is_said_to_be_so() -> None:
    assert parse(msgtype="hologram") == Unknown("hologram")
    assert parse(msgtype="event", event={"eventtype": "later"}) == Unknown("event/later")
    odd = {"eventtype": "feedback_event", "feedback_event": {"type": 7}}
    assert parse(msgtype="event", event=odd) == Unknown("event/feedback_event")
    assert parse(msgtype="stream", stream={"id": "S1"}, msgid=None) == Refresh("S1", "zhangsan", "")


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"from": {}}, id="nobody"),
        pytest.param({"from": {"userid": "u" * 200}}, id="long name"),
        pytest.param({"from": {"userid": "a\nb"}}, id="line break in a name"),
        pytest.param({"msgid": ""}, id="no id"),
        pytest.param({"msgid": 5}, id="number for an id"),
        pytest.param({"chattype": "group"}, id="group without id"),
        pytest.param({"msgtype": "stream", "stream": {}}, id="stream without id"),
    ],
)
def test_ids_that_make_no_sense_are_malformed(members: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        parse(**({"msgtype": "text", "text": {"content": "问"}} | members))


def test_text_that_no_database_takes_is_mended_and_endless_text_cut() -> None:
    assert message(msgtype="text", text={"content": "a\x00b\ud800c"}).text == "ab?c"
    assert len(message(msgtype="text", text={"content": "问" * 100_000}).text) == LONGEST_TEXT


def test_messages_and_cards_come_back_from_the_database_as_they_were() -> None:
    incoming = message(msgtype="text", text={"content": "问😀"}, quote={"msgtype": "text"})
    assert incoming_from_json(incoming_to_json(incoming)) == incoming
    card = VoteCard("t", "题", "……", "q", (CardOption("A", "甲", checked=True),), multiple=True)
    assert card_from_json(card_to_json(card)) == card
    assert card_to_json(None) == ""


def test_a_card_keeps_to_the_lengths_that_show() -> None:
    card = VoteCard(
        "quiz_1",
        "题" * 40,
        "干" * 400,
        "q",
        tuple(CardOption(str(n), "项" * 90) for n in range(30)),
    )
    shown = card_to_dict(card)
    assert json.loads(json.dumps(shown)) == shown
    options = shown["checkbox"]["option_list"]  # type: ignore[index]
    assert len(options) == 20
    assert len(shown["main_title"]["title"]) == 26  # type: ignore[index]
    assert update_to_dict(card, user_id="zhangsan")["userids"] == ["zhangsan"]
    assert "userids" not in update_to_dict(card)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["msgtype", "event", "text", "from", "userid", "stream", "id", "quote"])
            | st.text(max_size=8),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(value=json_values, kind=st.sampled_from(["text", "event", "mixed", "stream", "x", 3]))
def test_any_json_is_read_or_malformed(value: object, kind: object) -> None:
    body = dict(COMMON) | {"msgtype": kind, "text": value, "event": value, "mixed": value}
    body |= {"stream": value, "quote": value}
    text = json.dumps(body)
    try:
        parsed = parse_callback(read_json(text), channel=Channel.BOT, received_at=AT)
    except Malformed:
        return
    assert parsed is not None
