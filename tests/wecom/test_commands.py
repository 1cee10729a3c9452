"""What a message asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.wecom.commands import Wish, read_request, strip_mention
from assistant.wecom.messages import Channel, Incoming, MessageKind

SINGLE = Incoming(
    message_id="M1",
    channel=Channel.CONNECTION,
    bot_id="B1",
    chat_type="single",
    chat_id="",
    user_id="zhangsan",
    received_at=datetime(2026, 11, 22, tzinfo=UTC),
)
GROUP = replace(SINGLE, chat_type="group", chat_id="C1")


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("@政策助手 出差标准", (), "出差标准"),
        ("@政策助手\u2005出差标准", (), "出差标准"),
        ("@政策助手\u00a0出差标准", ("政策助手",), "出差标准"),
        ("@政策 助手 出差标准", ("政策 助手", "政策"), "出差标准"),
        ("请问 @政策助手 出差标准", ("政策助手",), "请问 出差标准"),
        ("@政策助手，出差标准", ("政策助手",), "，出差标准"),
        ("@张三 出差标准", ("政策助手",), "@张三 出差标准"),
        ("@政策助手", (), ""),
        ("@政策助手", ("政策助手",), ""),
        ("出差标准", (), "出差标准"),
    ],
)
def test_the_mention_of_the_bot_is_stripped(
    text: str, names: tuple[str, ...], expected: str
) -> None:
    assert strip_mention(text, names) == expected


def test_a_mention_in_a_single_chat_is_part_of_the_question() -> None:
    request = read_request(replace(SINGLE, text="@张三 找谁谈话？"))
    assert (request.wish, request.text) == (Wish.ANSWER, "@张三 找谁谈话？")


@pytest.mark.parametrize("text", ["", "  ", "帮助", "help", "HELP", "？", "怎么用？", "使用说明"])
def test_nothing_at_all_and_calls_for_help_get_help(text: str) -> None:
    assert read_request(replace(SINGLE, text=text)).wish is Wish.HELP
    assert read_request(replace(GROUP, text=f"@助手 {text}")).wish is Wish.HELP


@pytest.mark.parametrize(
    "text", ["题", "来一道题", "来道题", "出题", "下一题", "再来一题", "练习", "考考我！"]
)
def test_asking_for_a_question_is_understood(text: str) -> None:
    assert read_request(replace(SINGLE, text=text)).wish is Wish.QUIZ


@pytest.mark.parametrize(
    "text",
    [
        "第六题怎么答？",
        "“三重一大”问题的决策程序是什么？",
        "题目出处在哪？",
        "对一把手怎么监督？",
        "A类岗位有哪些？",
    ],
)
def test_questions_that_only_look_like_commands_are_answered(text: str) -> None:
    request = read_request(replace(SINGLE, text=text))
    assert (request.wish, request.text) == (Wish.ANSWER, text)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("A", ("A",)),
        ("b。", ("B",)),
        ("答案是 ac", ("A", "C")),
        ("A、C、D", ("A", "C", "D")),
        ("ＣＡ", ("A", "C")),
        ("选B", ("B",)),
        ("对", ("T",)),
        ("错误", ("F",)),
        ("×", ("F",)),
    ],
)
def test_letters_and_judgements_are_answers_to_a_question(
    text: str, chosen: tuple[str, ...]
) -> None:
    request = read_request(replace(SINGLE, text=text))
    assert (request.wish, request.chosen) == (Wish.CHOICE, chosen)


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("第2个", 2), ("三", 3), ("９", 9), ("选 1", 1)]
)
def test_a_number_alone_chooses_among_options(text: str, number: int) -> None:
    request = read_request(replace(SINGLE, text=text))
    assert (request.wish, request.number) == (Wish.NUMBER, number)


def test_starting_over_is_understood() -> None:
    assert read_request(replace(SINGLE, text="新话题")).wish is Wish.FRESH


@pytest.mark.parametrize("kind", [MessageKind.IMAGE, MessageKind.FILE, MessageKind.VIDEO])
def test_what_has_no_words_cannot_be_read(kind: MessageKind) -> None:
    assert read_request(replace(SINGLE, kind=kind)).wish is Wish.UNREADABLE


def test_a_picture_without_words_cannot_be_read_either() -> None:
    picture = replace(GROUP, kind=MessageKind.MIXED, text="@助手 ")
    assert read_request(picture).wish is Wish.UNREADABLE
    assert read_request(replace(picture, text="@助手 谁来谈话？")).wish is Wish.ANSWER


def test_a_quotation_without_words_is_the_question() -> None:
    request = read_request(replace(GROUP, text="@助手", quote="谁来找新任一把手谈话？"))
    assert (request.wish, request.text) == (Wish.ANSWER, "谁来找新任一把手谈话？")
