"""智能机器人 by callback URL, over real sockets against a platform whose crypto is not ours."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from random import Random

import httpx
import pytest
from tests.fake_wecom.api import REPLY_PATH, Shown
from tests.fake_wecom.callbacks import TRIES, CallbackChaos, CallbackRules, Exchange
from tests.fake_wecom.http_client import Answer, fetch
from tests.fake_wecom.sealing import Seal
from tests.fake_wecom.ws_rules import member, text_of
from tests.wecom.doors import BOT_ID, BOT_KEY, BOT_TOKEN, Echo, Site, database_in, fake_api, site

from assistant.store.database import Database
from assistant.wecom import bot_callback
from assistant.wecom.answers import Delivery
from assistant.wecom.desk import APOLOGY, TOO_LONG, Pace
from assistant.wecom.messages import (
    STREAM_BYTES,
    CardOption,
    CardOutcome,
    Channel,
    FeedbackKind,
    Incoming,
    Snapshot,
    VoteCard,
)

Scenario = Callable[[Site], Awaitable[None]]

UNREAD_SOON = Pace(unread=0.4, sweep=0.05)
CARD = VoteCard(
    task_id="quiz_0001",
    title="单项选择题",
    description="谁应当对下级新任职“一把手”开展任职谈话？",
    question_key="answer",
    options=(CardOption("A", "A. 上级“一把手”"), CardOption("B", "B. 同级纪委书记")),
)


def play(tmp_path: Path, echo: Echo, scenario: Scenario, **options: object) -> None:
    """Run a scenario against one process."""
    with database_in(tmp_path) as database:
        play_on(database, echo, scenario, **options)


def play_on(database: Database, echo: Echo, scenario: Scenario, **options: object) -> None:
    """Run a scenario against one process with this database."""

    async def run() -> None:
        async with fake_api() as api, site(database, echo, api, **options) as here:  # type: ignore[arg-type]
            await scenario(here)
            assert here.bot.violations == []
            assert api.violations == []

    asyncio.run(run())


def seen_by_users(here: Site, exchange: Exchange) -> list[str]:
    """Return everything that says something lasting about a message."""
    shown = [exchange.bubble.text] if exchange.bubble.finished else []
    return shown + [each.text for each in here.api.shown_to(exchange.message_id)]


def test_the_address_is_verified_with_the_exact_bytes(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        answer = await here.bot.caller.verify("1616140317555161061")
        assert answer.content == b"1616140317555161061"

    play(tmp_path, Echo(), scenario)


def test_a_plus_that_was_not_encoded_verifies_and_one_that_was_forged_does_not(
    tmp_path: Path,
) -> None:
    async def scenario(here: Site) -> None:
        seal = Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id="")
        query, encrypt = next(
            found for found in iter(lambda: seal.seal("回声"), None) if "+" in found[1]
        )
        address = f"{here.address}/wecom/bot"
        rest = "&".join(f"{name}={value}" for name, value in query.items())
        raw = await fetch(address, f"{rest}&echostr={encrypt}")
        forged = await fetch(address, {**query, "echostr": encrypt[::-1]})
        bare = await fetch(address)
        assert raw.text == "回声"
        assert (forged.status, forged.content) == (403, b"")
        assert (bare.status, bare.content) == (403, b"")

    play(tmp_path, Echo(), scenario)


@pytest.mark.parametrize("confirm", [True, False], ids=["confirmed", "at once"])
def test_a_quick_answer_comes_whole_in_the_first_reply(tmp_path: Path, confirm: bool) -> None:
    async def scenario(here: Site) -> None:
        exchange = await here.bot.say("出差住宿标准是多少？😀🇨🇳")
        assert set(exchange.bubble.snapshots) == {"答复：出差住宿标准是多少？😀🇨🇳。"}
        assert exchange.bubble.feedback_id.startswith("trace_")
        # The refresh is what tells that the reply arrived.
        assert exchange.refreshes == int(confirm)
        assert await here.settled() == [Delivery.READ]

    play(tmp_path, Echo(), scenario, first_reply_seconds=20.0, bot_confirm=confirm)


def test_an_answer_whose_replies_are_all_lost_comes_as_a_message(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        here.bot.caller.chaos = CallbackChaos(Random(1), lose=1.0)  # noqa: S311
        exchange = await here.bot.say("问题")
        assert here.bot.caller.requests == TRIES
        assert exchange.bubble.snapshots == []
        assert await here.settled() == [Delivery.SENT]
        assert [each.text for each in here.api.shown_to(exchange.message_id)] == ["答复：问题。"]

    play(tmp_path, echo := Echo(), scenario, pace=UNREAD_SOON)
    assert sum(echo.calls.values()) == 1


def test_a_process_that_stops_waits_for_whoever_comes_for_the_end_of_an_answer(
    tmp_path: Path,
) -> None:
    async def scenario(here: Site) -> None:
        here.bot.caller.rules = CallbackRules(answer=20.0, stream=30.0, poll=0.3)
        asking = asyncio.create_task(here.bot.say("问题"))
        await here.bot.first_reply()
        here.server.should_exit = True
        exchange = await asking
        assert exchange.bubble.finished
        assert exchange.bubble.text == "答复：问题。"
        assert await here.settled() == [Delivery.READ]

    play(tmp_path, Echo(), scenario, first_reply_seconds=20.0, pace=Pace())


def test_a_message_reaches_the_service_as_it_was_sent(tmp_path: Path) -> None:
    received: list[Incoming] = []

    def keep(incoming: Incoming) -> str:
        received.append(incoming)
        return "好。"

    async def scenario(here: Site) -> None:
        await here.bot.say(
            "@政策 助手 出差标准？", user="lisi", chat="wrChat1", quote="《意见》第三条"
        )
        await here.bot.say("", members={"msgtype": "voice", "voice": {"content": "语音的话"}})

    play(tmp_path, Echo(keep), scenario)
    group, voice = received
    assert (group.text, group.quote) == ("@政策 助手 出差标准？", "《意见》第三条")
    assert (group.channel, group.chat_type, group.chat_id) == (Channel.BOT, "group", "wrChat1")
    assert (group.user_id, group.bot_id) == ("lisi", BOT_ID)
    assert voice.text == "语音的话"


def test_twenty_copies_of_one_message_cause_one_answer(database: Database) -> None:
    echo = Echo()

    async def scenario(here: Site) -> None:
        exchanges = await here.bot.say_at_once("何时谈话？", copies=20, message_id="SAME")
        assert len({exchange.bubble.stream_id for exchange in exchanges}) == 1
        texts = {exchange.bubble.text for exchange in exchanges}
        assert texts <= {"答复：何时谈话？。", bot_callback.SEARCHING}
        assert exchanges[0].bubble.text == "答复：何时谈话？。"
        later = await here.bot.say("何时谈话？", message_id="SAME")
        assert later.bubble.stream_id == exchanges[0].bubble.stream_id
        assert later.bubble.text == "答复：何时谈话？。"

    play_on(database, echo, scenario)
    assert echo.calls == {"SAME": 1}


def test_a_slow_answer_is_announced_and_shown_when_it_is_there(tmp_path: Path) -> None:
    echo = Echo()
    echo.before = ("先找到一条：",)
    echo.release.clear()

    async def scenario(here: Site) -> None:
        asking = asyncio.create_task(here.bot.say("问题"))
        await here.bot.first_reply()
        echo.release.set()
        exchange = await asking
        assert exchange.bubble.snapshots[0] == "先找到一条："
        assert exchange.bubble.text == "答复：问题。"

    play(tmp_path, echo, scenario, first_reply_seconds=20.0)


def test_what_is_not_finished_in_time_is_closed_and_sent_apart_once(database: Database) -> None:
    echo = Echo()
    echo.before = ("查到一半。",)
    echo.release.clear()

    async def scenario(here: Site) -> None:
        exchange = await here.bot.say("很慢的问题")
        assert exchange.bubble.text == f"查到一半。\n\n{bot_callback.CONTINUED}"
        assert here.api.shown == []
        echo.release.set()
        assert await here.settled() == [Delivery.SENT]
        assert here.api.shown == [Shown(exchange.message_id, "markdown", "答复：很慢的问题。")]
        again = await here.bot.ask_stream(exchange.bubble.stream_id, user="zhangsan")
        assert (again["finish"], again["content"]) == (True, bot_callback.SENT_APART)

    play_on(database, echo, scenario, stream_seconds=0.4)
    assert len(echo.calls) == 1


def test_a_stream_that_is_not_there_or_is_another_persons_is_ended(tmp_path: Path) -> None:
    echo = Echo()
    echo.before = ("只给张三看的话。",)
    echo.release.clear()

    async def scenario(here: Site) -> None:
        asking = asyncio.create_task(here.bot.say("问题"))
        stream_id = (await here.bot.first_reply()).stream_id
        for stream in (
            await here.bot.ask_stream("s_unknown", user="zhangsan"),
            await here.bot.ask_stream(stream_id, user="lisi"),
            await here.bot.ask_stream(stream_id, user="zhangsan", chat="wrOther"),
        ):
            assert (stream["finish"], stream["content"]) == (True, bot_callback.GONE)
        echo.release.set()
        assert (await asking).bubble.text == "答复：问题。"

    play(tmp_path, echo, scenario)


@pytest.mark.parametrize("bytes_more", [-1, 0, 1])
def test_an_answer_at_the_limit_is_whole_and_one_beyond_is_cut_at_a_sentence(
    tmp_path: Path, bytes_more: int
) -> None:
    sentence = "党委应当定期开展监督谈话。"
    size = STREAM_BYTES + bytes_more
    filler = "谈" * ((size - len("😀".encode())) % len(sentence.encode()) // 3)
    text = sentence * (size // len(sentence.encode()) - 1) + sentence + filler
    text = text[: (size - 4) // 3]
    text += "x" * (size - 4 - len(text.encode())) + "😀"
    assert len(text.encode()) == size

    async def scenario(here: Site) -> None:
        shown = (await here.bot.say("长")).bubble.text
        assert len(shown.encode()) <= STREAM_BYTES
        if bytes_more <= 0:
            assert shown == text
        else:
            assert "没有显示" in shown
            assert "https://ask.example.cn" in shown
            assert "�" not in shown

    play(tmp_path, Echo(lambda _: text), scenario)


def test_a_question_of_practice_is_a_card_and_the_click_replaces_it(tmp_path: Path) -> None:
    echo = Echo(lambda _: "题目的文字")
    echo.last = Snapshot("", finished=True, card=CARD)
    locked = VoteCard("quiz_0001", "回答正确", "", "answer", CARD.options, locked=True)
    echo.outcome = CardOutcome(locked, "**回答正确。**《意见》（三）")

    async def scenario(here: Site) -> None:
        exchange = await here.bot.say("题")
        assert exchange.bubble.card is not None
        assert text_of(exchange.bubble.card, "task_id") == "quiz_0001"
        event = {
            "eventtype": "template_card_event",
            "template_card_event": {
                "card_type": "vote_interaction",
                "event_key": "submit",
                "task_id": "quiz_0001",
                "selected_items": {
                    "selected_item": [
                        {"question_key": "answer", "option_ids": {"option_id": ["A"]}}
                    ]
                },
            },
        }
        url = here.api.reply_url("CLICK", single=True)
        reply = await here.bot.event(event, msgid="CLICK1", response_url=url)
        assert reply is not None
        card = member(reply, "template_card")
        assert member(card, "checkbox")["disable"] is True
        assert text_of(card, "task_id") == "quiz_0001"
        await here.api.changes.until(lambda: bool(here.api.shown))
        assert here.api.shown_to("CLICK")[0].text == "**回答正确。**《意见》（三）"
        # The platform's own repetition changes nothing.
        assert await here.bot.event(event, msgid="CLICK1", response_url=url) is None

    play(tmp_path, echo, scenario)
    assert [click.chosen for click in echo.clicks] == [("A",)]


def test_events_are_welcomed_stored_or_passed_over(tmp_path: Path) -> None:
    echo = Echo()

    async def scenario(here: Site) -> None:
        welcome = await here.bot.event({"eventtype": "enter_chat"}, msgid="ENTER")
        assert welcome == {"msgtype": "text", "text": {"content": "您好，请直接提问。"}}
        assert await here.bot.event({"eventtype": "enter_chat"}, msgid="ENTER") is None
        for number in (1, 2, 3, 9):
            judgement: dict[str, object] = {"id": "trace_1", "type": number}
            if number == 2:
                judgement |= {"content": "能再详细一些么", "inaccurate_reason_list": [2, 4]}
            event = {"eventtype": "feedback_event", "feedback_event": judgement}
            assert await here.bot.event(event) is None
        assert await here.bot.event({"eventtype": "of_next_year"}) is None
        exchange = await here.bot.say("", members={"msgtype": "hologram", "hologram": {}})
        assert exchange.bubble.snapshots == []

    play(tmp_path, echo, scenario)
    assert len(echo.entered) == 1
    assert [each.kind for each in echo.judged] == list(FeedbackKind)
    assert (echo.judged[1].content, echo.judged[1].reasons) == ("能再详细一些么", (2, 4))


def test_a_service_that_breaks_or_never_ends_still_ends_the_stream(tmp_path: Path) -> None:
    def broken(_: Incoming) -> str:
        raise RuntimeError("broken on purpose")

    echo = Echo(broken)

    async def breaks(here: Site) -> None:
        assert (await here.bot.say("问题")).bubble.text == APOLOGY

    play(tmp_path, echo, breaks)
    stuck = Echo()
    stuck.before = ("查到一半。",)
    stuck.release.clear()

    async def lasts(here: Site) -> None:
        exchange = await here.bot.say("问题", message_id="M2")
        assert exchange.bubble.text == f"查到一半。\n\n{TOO_LONG}"

    play(tmp_path, stuck, lasts, pace=Pace(answer=0.3, sweep=0.1))


def test_an_answer_that_nobody_comes_for_is_sent_once(tmp_path: Path) -> None:
    echo = Echo()
    echo.release.clear()

    async def scenario(here: Site) -> None:
        # The platform gives up polling before the answer is there.
        here.bot.caller.rules = CallbackRules(stream=0.2)
        exchange = await here.bot.say("问题")
        assert not exchange.bubble.finished
        echo.release.set()
        assert await here.settled() == [Delivery.SENT]
        assert seen_by_users(here, exchange) == ["答复：问题。"]

    play(tmp_path, echo, scenario, pace=UNREAD_SOON)


@pytest.mark.parametrize(
    ("faults", "texts"),
    [
        pytest.param({"codes": [-1, 45009, 0]}, ["答复：问题。"], id="busy twice"),
        pytest.param({"hang_up": ["before"]}, ["答复：问题。"], id="not taken"),
        pytest.param({"hang_up": ["after"]}, ["答复：问题。"], id="taken without an answer"),
        pytest.param({"codes": [40096, 0]}, [], id="address not valid"),
    ],
)
def test_a_late_answer_is_neither_lost_nor_doubled_by_faults(
    tmp_path: Path, faults: dict[str, list[object]], texts: list[str]
) -> None:
    echo = Echo()
    echo.release.clear()

    async def scenario(here: Site) -> None:
        for name, ordered in faults.items():
            getattr(here.api.faults, name)[REPLY_PATH] = deque(ordered)
        exchange = await here.bot.say("问题")
        echo.release.set()
        await here.settled()
        assert [each.text for each in here.api.shown_to(exchange.message_id)] == texts

    play(tmp_path, echo, scenario, stream_seconds=0.2, hold_seconds=0.2)


async def post(here: Site, body: bytes, *, query: dict[str, str] | None = None) -> Answer:
    return await fetch(f"{here.address}/wecom/bot", query or {}, body=body)


def test_what_is_not_the_platforms_is_turned_away_without_a_word(tmp_path: Path) -> None:
    echo = Echo()
    seal = Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id="")
    for_a_corporation = Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id="ww1")

    async def scenario(here: Site) -> None:
        message = here.bot.message("问题", user="zhangsan", message_id="M1")
        text = json.dumps(message)
        query, encrypt = seal.seal(text)
        packet = json.dumps({"encrypt": encrypt, "agentid": "x"}).encode()
        old, old_encrypt = seal.seal(text, timestamp=int(time.time()) - 400)
        other, other_encrypt = for_a_corporation.seal(text)
        foreign, foreign_encrypt = seal.seal(json.dumps({**message, "aibotid": "ANOTHER"}))
        refused = [
            await post(here, packet, query={**query, "msg_signature": "0" * 40}),
            await post(here, packet, query={**query, "nonce": "1"}),
            await post(here, packet),
            await post(here, json.dumps({"encrypt": old_encrypt}).encode(), query=old),
            await post(here, json.dumps({"encrypt": other_encrypt}).encode(), query=other),
            await post(here, json.dumps({"encrypt": foreign_encrypt}).encode(), query=foreign),
        ]
        assert [(each.status, each.content) for each in refused] == [(403, b"")] * 6
        assert (await post(here, packet, query=query)).status == 200

    play(tmp_path, echo, scenario)
    assert echo.calls == {"M1": 1}


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param("not JSON", id="not JSON"),
        pytest.param("[1, 2]", id="a list"),
        pytest.param("[" * 100_000, id="nested without end"),
        pytest.param('{"msgtype": "text"}', id="nobody"),
        pytest.param(
            '{"msgid": "' + "m" * 500 + '", "from": {"userid": "u"}, "msgtype": "text"}',
            id="long id",
        ),
    ],
)
def test_a_signed_message_that_makes_no_sense_is_malformed(tmp_path: Path, inside: str) -> None:
    seal = Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id="")

    async def scenario(here: Site) -> None:
        query, encrypt = seal.seal(inside)
        response = await post(here, json.dumps({"encrypt": encrypt}).encode(), query=query)
        assert (response.status, response.content) == (400, b"")
        for body in (b"", b"{", b"[]", b'{"encrypt": 5}', b'{"encrypt": "\\ud800"}', b"\xff"):
            response = await post(here, body, query=query)
            assert response.status in (400, 403)
            assert response.content == b""

    play(tmp_path, Echo(), scenario)


async def pieces(number: int) -> AsyncIterator[bytes]:
    for _ in range(number):
        yield b"x" * 65_536


def plain_client() -> httpx.AsyncClient:
    """Return a client for addresses on this machine; reading certificates takes long."""
    return httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))


def test_a_body_beyond_a_mebibyte_is_not_read_to_its_end(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        address = f"{here.address}/wecom/bot"
        response = await post(here, b"x" * (1024 * 1024 + 1))
        assert response.status == 413
        response = await fetch(address, {"nonce": "n" * 9000}, body=b"{}")
        assert response.status == 400
        # Without a length that is announced.
        async with plain_client() as client:
            chunked = await client.post(address, content=pieces(17))
        assert chunked.status_code == 413

    play(tmp_path, Echo(), scenario)


def test_a_request_that_is_sent_again_as_it_was_gets_the_same_answer(tmp_path: Path) -> None:
    echo = Echo()

    async def scenario(here: Site) -> None:
        body = here.bot.message("问题", user="zhangsan", message_id="M1")
        query, sealed = here.bot.caller.seal.json_callback(body)
        replies = [await post(here, sealed, query=query) for _ in range(3)]
        opened = [here.bot.caller.seal.open_json(r.content, nonce=query["nonce"]) for r in replies]
        assert len({str(each["stream"]) for each in opened}) == 1

    play(tmp_path, echo, scenario)
    assert echo.calls == {"M1": 1}


def test_an_address_for_late_answers_that_leads_elsewhere_is_never_called(tmp_path: Path) -> None:
    echo = Echo()
    echo.release.clear()

    async def scenario(here: Site) -> None:
        for number, address in enumerate(
            (
                "http://169.254.169.254/cgi-bin/aibot/response?response_code=x",
                f"http://{here.api.host}/cgi-bin/gettoken?corpid=x",
                f"http://user@{here.api.host}/cgi-bin/aibot/response",
                "https://qyapi.weixin.qq.com.evil.example/cgi-bin/aibot/response",
                "file:///etc/passwd",
                "http://[::1",
                "",
            )
        ):
            exchange = await here.bot.say(f"问题{number}", members={"response_url": address})
            assert exchange.bubble.finished
        echo.release.set()
        assert set(await here.settled()) == {Delivery.FAILED}
        assert here.api.shown == []
        assert here.api.token_calls == 0

    play(tmp_path, echo, scenario, stream_seconds=0.1)


def test_settings_hold_for_what_the_documents_leave_open(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        body = here.bot.message("问题", user="zhangsan", message_id="M1")
        query, sealed = here.bot.caller.seal.json_callback(body)
        response = await post(here, sealed, query=query)
        assert response.headers["content-type"].startswith("text/plain")
        assert isinstance(response.json()["timestamp"], str)
        event = {**body, "msgtype": "event", "event": {"eventtype": "of_next_year"}}
        query, sealed = here.bot.caller.seal.json_callback(event)
        empty = (await post(here, sealed, query=query)).json()
        encrypt, signature = str(empty["encrypt"]), str(empty["msgsignature"])
        seal, nonce = here.bot.caller.seal, query["nonce"]
        opened = seal._open(encrypt, signature, str(empty["timestamp"]), nonce)
        assert opened == "{}"

    play(
        tmp_path,
        Echo(),
        scenario,
        bot_reply_type="text/plain",
        bot_reply_timestamp="string",
        bot_empty_packet="encrypted",
    )
