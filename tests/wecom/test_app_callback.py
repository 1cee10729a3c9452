"""自建应用: XML over real sockets; the answer in the reply, or as a message, never both."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

import pytest
from tests.fake_wecom.api import SEND_PATH, TOKEN_PATH
from tests.fake_wecom.callbacks import CallbackChaos
from tests.fake_wecom.http_client import Answer, fetch
from tests.wecom.doors import (
    AGENT_ID,
    APP_KEY,
    APP_TOKEN,
    CORP_ID,
    Echo,
    Site,
    database_in,
    fake_api,
    site,
)

from assistant.store.database import Database
from assistant.wecom.answers import Delivery
from assistant.wecom.messages import APP_BYTES, Incoming, MessageKind

Scenario = Callable[[Site], Awaitable[None]]
LONG = "党委（党组）应当定期开展监督谈话，对存在苗头性问题的及时提醒。\n" * 60


def play(tmp_path: Path, echo: Echo, scenario: Scenario, **options: object) -> None:
    """Run a scenario against one process."""
    with database_in(tmp_path) as database:
        play_on(database, echo, scenario, **options)


def play_on(database: Database, echo: Echo, scenario: Scenario, **options: object) -> None:
    """Run a scenario against one process with this database."""

    async def run() -> None:
        async with fake_api() as api, site(database, echo, api, **options) as here:  # type: ignore[arg-type]
            await scenario(here)
            assert here.app.violations == []
            assert api.violations == []

    asyncio.run(run())


def held() -> Echo:
    """Return a service that answers only once it is released."""
    echo = Echo()
    echo.release.clear()
    return echo


def test_the_address_is_verified_with_the_corporations_id_inside(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        assert (await here.app.caller.verify("4561255354251345929")).text == "4561255354251345929"

    play(tmp_path, Echo(), scenario)


def test_a_quick_answer_is_the_reply(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        exchange = await here.app.say("出差 <住宿> & ]]> 标准？😀")
        assert exchange.answers == ["答复：出差 <住宿> & ]]> 标准？😀。"]
        assert await here.settled() == [Delivery.READ]
        assert here.api.shown == []

    play(tmp_path, Echo(), scenario, passive_seconds=4.0)


def test_a_slow_answer_is_a_message_of_its_own(tmp_path: Path) -> None:
    echo = held()

    async def scenario(here: Site) -> None:
        exchange = await here.app.say("慢的问题", user="ZhangSan")
        assert exchange.answers == []
        echo.release.set()
        assert await here.settled() == [Delivery.SENT]
        assert [each.text for each in here.api.shown_to("ZhangSan")] == ["答复：慢的问题。"]

    play(tmp_path, echo, scenario)


def test_without_replies_every_answer_is_a_message_that_nothing_loses(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        here.app.caller.chaos = CallbackChaos(Random(1), lose=1.0)  # noqa: S311
        assert (await here.app.say("问题")).answers == []
        assert await here.settled() == [Delivery.SENT]
        assert [each.text for each in here.api.shown] == ["答复：问题。"]

    play(tmp_path, Echo(), scenario, passive_seconds=0)


def test_a_long_answer_comes_in_numbered_parts_that_each_fit(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        assert (await here.app.say("长")).answers == []
        assert await here.settled() == [Delivery.SENT]
        parts = [each.text for each in here.api.shown_to("zhangsan")]
        assert len(parts) > 2
        assert all(len(part.encode()) <= APP_BYTES for part in parts)
        assert [part[:5] for part in parts] == [
            f"（{n + 1}/{len(parts)}）" for n in range(len(parts))
        ]
        assert "".join(part.partition("\n")[2] for part in parts).count("监督谈话") == 60

    play(tmp_path, Echo(lambda _: LONG), scenario)


def test_twenty_copies_of_one_message_are_answered_once(database: Database) -> None:
    echo = Echo()

    async def scenario(here: Site) -> None:
        copies = [here.app.say("何时谈话？", message_id="4561255354251345929") for _ in range(20)]
        exchanges = await asyncio.gather(*copies)
        assert await here.settled() in ([Delivery.READ], [Delivery.SENT])
        answers = [answer for exchange in exchanges for answer in exchange.answers]
        assert [*answers, *(each.text for each in here.api.shown)] == ["答复：何时谈话？。"]

    play_on(database, echo, scenario)
    assert echo.calls == {"4561255354251345929": 1}


@pytest.mark.parametrize(
    ("path", "codes", "silences"),
    [
        pytest.param(SEND_PATH, [-1, 45009], [], id="busy"),
        pytest.param(SEND_PATH, [40014], [], id="token not valid"),
        pytest.param(SEND_PATH, [42001], [], id="token expired"),
        pytest.param(SEND_PATH, [], ["before", "before"], id="not taken twice"),
        pytest.param(SEND_PATH, [], ["after"], id="taken without an answer"),
        pytest.param(TOKEN_PATH, [-1], [], id="no token at first"),
        pytest.param(TOKEN_PATH, [], ["after"], id="token lost on its way"),
    ],
)
def test_a_message_is_neither_lost_nor_doubled_by_faults(
    tmp_path: Path, path: str, codes: list[int], silences: list[str]
) -> None:
    echo = held()

    async def scenario(here: Site) -> None:
        here.api.faults.codes[path] = deque(codes)
        here.api.faults.hang_up[path] = deque(silences)
        await here.app.say("问题")
        echo.release.set()
        assert await here.settled() == [Delivery.SENT]
        assert [each.text for each in here.api.shown] == ["答复：问题。"]

    play(tmp_path, echo, scenario, retry_seconds=0.01)


def test_each_part_of_a_long_answer_arrives_once_whatever_happens_between(tmp_path: Path) -> None:
    echo = Echo(lambda _: LONG)

    async def scenario(here: Site) -> None:
        here.api.faults.codes[SEND_PATH] = deque([0, -1, -1, -1, 0, 42001])
        here.api.faults.hang_up[SEND_PATH] = deque(["", "", "", "", "after"])
        await here.app.say("长")
        assert await here.settled() == [Delivery.SENT]
        numbers = [each.text.partition("/")[0] for each in here.api.shown]
        assert numbers == [f"（{n + 1}" for n in range(len(numbers))]

    play(tmp_path, echo, scenario, retry_seconds=0.01, hold_seconds=0.2)


@pytest.mark.parametrize("code", [40001, 60020, 81013, 40056])
def test_an_error_that_waiting_does_not_mend_is_not_repeated(tmp_path: Path, code: int) -> None:
    echo = held()

    async def scenario(here: Site) -> None:
        here.api.faults.codes[SEND_PATH] = deque([code, 0])
        await here.app.say("问题")
        echo.release.set()
        assert await here.settled() == [Delivery.FAILED]
        assert here.api.shown == []

    play(tmp_path, echo, scenario)


def test_a_receiver_whom_the_platform_does_not_know_is_a_failure(tmp_path: Path) -> None:
    echo = held()

    async def scenario(here: Site) -> None:
        here.api.faults.invalid_users.add("WangWu")
        await here.app.say("问题", user="WangWu")
        echo.release.set()
        assert await here.settled() == [Delivery.FAILED]

    play(tmp_path, echo, scenario)


def test_one_token_serves_everyone_and_is_fetched_once_when_it_ends(database: Database) -> None:
    echo = held()

    async def run() -> None:
        async with (
            fake_api() as api,
            site(database, echo, api) as one,
            site(database, echo, api) as other,
        ):
            asked = [
                each.app.say(f"问题{n}", user=f"user{n}", message_id=f"{n}{each is one:d}")
                for n in range(10)
                for each in (one, other)
            ]
            await asyncio.gather(*asked)
            echo.release.set()
            assert set(await one.settled()) == {Delivery.SENT}
            assert (api.tokens_made, api.token_calls) == (1, 1)
            api.end_token()
            asked = [
                each.app.say(
                    LONG[:700] + str(n), user=f"user{n}", message_id=f"9{n}{each is one:d}"
                )
                for n in range(5)
                for each in (one, other)
            ]
            await asyncio.gather(*asked)
            await one.settled()
            assert api.tokens_made == 2
            assert api.token_calls == 2
            assert len(api.shown) >= 30

    asyncio.run(run())


def test_the_database_holds_no_token_in_clear(tmp_path: Path) -> None:
    echo = held()

    async def scenario(here: Site) -> None:
        await here.app.say("问题")
        echo.release.set()
        await here.settled()
        content = b"".join(file.read_bytes() for file in tmp_path.glob("wecom.sqlite3*"))
        assert "问题".encode() in content
        assert here.api.secrets
        assert not any(secret.encode() in content for secret in here.api.secrets)

    play(tmp_path, echo, scenario)


def test_entering_is_welcomed_once_a_day_and_other_events_are_passed_over(tmp_path: Path) -> None:
    async def scenario(here: Site) -> None:
        assert await here.app.event("enter_agent") == "您好，请直接提问。"
        assert await here.app.event("enter_agent") == ""
        assert await here.app.event("enter_agent", user="lisi") == "您好，请直接提问。"
        assert await here.app.event("view") == ""

    play(tmp_path, Echo(), scenario)


def test_what_is_no_text_reaches_the_service_by_its_kind(tmp_path: Path) -> None:
    received: list[Incoming] = []

    def keep(incoming: Incoming) -> str:
        received.append(incoming)
        return "好。"

    async def scenario(here: Site) -> None:
        for number, (kind, further) in enumerate(
            (
                ("voice", {"MediaId": "m", "Recognition": "何时谈话"}),
                ("image", {"PicUrl": "http://127.0.0.1/x.png"}),
                ("location", {"Label": "北京"}),
                ("of_next_year", {}),
            )
        ):
            members = {"MsgType": kind, "MsgId": str(number), **further}
            await here.app.send(members)

    play(tmp_path, Echo(keep), scenario)
    assert [(each.kind, each.text) for each in received] == [
        (MessageKind.VOICE, "何时谈话"),
        (MessageKind.IMAGE, ""),
        (MessageKind.OTHER, ""),
    ]


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<xml><FromUserName>u</FromUserName><Content>&b;</Content></xml>"
)


async def post(here: Site, query: dict[str, str], body: str | bytes) -> Answer:
    sent = body.encode() if isinstance(body, str) else body
    return await fetch(f"{here.address}/wecom/app", query, body=sent)


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(BOMB, id="entities"),
        pytest.param('<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>', id="document type"),
        pytest.param("<xml><FromUserName>u</FromUserName>", id="not closed"),
        pytest.param("<xml><MsgType>text</MsgType></xml>", id="nobody"),
        pytest.param("<a>" * 5000 + "</a>" * 5000, id="nested deep"),
        pytest.param("{}", id="JSON"),
        pytest.param("", id="empty"),
    ],
)
def test_xml_with_a_document_type_or_without_sense_is_malformed_in_and_outside(
    tmp_path: Path, inside: str
) -> None:
    echo = Echo()

    async def scenario(here: Site) -> None:
        seal = here.app.caller.seal
        query, encrypt = seal.seal(inside)
        outer = f"<xml><AgentID>{AGENT_ID}</AgentID><Encrypt>{encrypt}</Encrypt></xml>"
        response = await post(here, query, outer)
        assert (response.status, response.content) == (400, b"")
        response = await post(here, query, inside)
        assert response.status in (400, 403)
        assert response.content == b""

    play(tmp_path, echo, scenario)
    assert not echo.calls


def test_what_is_not_the_platforms_or_for_another_app_is_turned_away(tmp_path: Path) -> None:
    from tests.fake_wecom.sealing import Seal

    echo = Echo()

    async def scenario(here: Site) -> None:
        members = {
            "FromUserName": "zhangsan",
            "CreateTime": "1",
            "MsgType": "text",
            "Content": "问题",
            "MsgId": "1",
            "AgentID": "9",
        }
        query, body = here.app.caller.seal.xml_callback(members, to=CORP_ID, agent="9")
        for_a_bot = Seal(token=APP_TOKEN, encoding_aes_key=APP_KEY, receive_id="")
        other_query, other = for_a_bot.xml_callback(members, to=CORP_ID, agent="9")
        for response in (
            await post(here, query, body),
            await post(here, {**query, "timestamp": "1"}, body),
            await post(here, {}, body),
            await post(here, other_query, other),
            await post(here, query, b"x" * (1024 * 1024 + 1)),
        ):
            assert response.status in (403, 413)
            assert response.content == b""

    play(tmp_path, echo, scenario)
    assert not echo.calls
