"""The bot in the whole app: its addresses, the service behind them, no sign-on before them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from tests.fake_wecom.api import FakeApi
from tests.fake_wecom.callbacks import CallbackRules, Caller, FakeApp, FakeBot
from tests.fake_wecom.http_client import fetch
from tests.fake_wecom.sealing import Seal
from tests.fakes import FakeAssistant
from tests.interfaces.serving import serving
from tests.wecom.doors import (
    AGENT_ID,
    APP_KEY,
    APP_TOKEN,
    BOT_ID,
    BOT_KEY,
    BOT_TOKEN,
    CORP_ID,
    WEBHOOK_KEY,
    Echo,
    fake_api,
)
from tests.wecom.doors import settings as wecom_settings

from assistant.errors import SettingsError
from assistant.interfaces.opening import Opening
from assistant.interfaces.wecom_mount import mount_wecom
from assistant.settings import Settings, load_settings
from assistant.settings.web import WebSettings
from assistant.settings.wecom import WecomSettings
from assistant.wecom.words import HELP

IDENTIFIED = WebSettings(identity="password")
WAITING = 4.0


def app_settings(folder: Path, api: FakeApi) -> Settings:
    """Return settings of an organisation whose people sign on, with the bot's channels."""
    wecom = wecom_settings(
        api_base=api.base,
        reply_hosts=(api.host,),
        bot_names=("学习 助手",),
        passive_seconds=WAITING,
        first_reply_seconds=WAITING,
    )
    return Settings(corpus=Path("missing"), data=folder, web=IDENTIFIED, wecom=wecom)


async def talk(address: str, api: FakeApi) -> None:
    """Say what people say, through both channels."""
    bot_seal = Seal(token=BOT_TOKEN, encoding_aes_key=BOT_KEY, receive_id="")
    app_seal = Seal(token=APP_TOKEN, encoding_aes_key=APP_KEY, receive_id=CORP_ID)
    async with asyncio.timeout(60):
        while (await fetch(f"{address}/readyz", seconds=60)).status != 200:
            await asyncio.sleep(0.05)
    rules = CallbackRules(verify=10.0, answer=30.0)
    to_bot = Caller(f"{address}/wecom/bot", bot_seal, rules=rules)
    to_app = Caller(f"{address}/wecom/app", app_seal, rules=rules)
    bot = FakeBot(to_bot, bot_id=BOT_ID, api=api)
    app = FakeApp(to_app, corp_id=CORP_ID, agent_id=AGENT_ID, api=api)
    assert (await bot.caller.verify("42")).content == b"42"
    assert (await app.caller.verify("43")).content == b"43"
    answer = await bot.say("@学习 助手 谁来谈话？", chat="wr1", quote="上级“一把手”")
    assert "《意见》（三）" in answer.bubble.text
    refused = await bot.say("罚款多少？")
    assert "无法据此回答" in refused.bubble.text
    bare = await bot.say("@学习 助手 ", chat="wr1")
    assert bare.bubble.text == HELP
    picture = await bot.say("", members={"msgtype": "image", "image": {"url": "https://x"}})
    assert picture.bubble.finished
    assert "文字" in picture.bubble.text
    practice = await bot.say("题")
    assert practice.bubble.finished
    (passive,) = (await app.say("谁来谈话？")).answers
    assert "《意见》（三）" in passive
    assert "**" not in passive
    assert bot.violations == []
    assert app.violations == []
    turned_away = await fetch(f"{address}/wecom/bot", body=b"{}")
    assert turned_away.status in (400, 403)
    # The rest of the app wants to know who asks.
    assert (await fetch(f"{address}/api/ask", body=b'{"question": "x"}')).status in (401, 403)


def test_the_channels_answer_beside_the_page_and_without_its_sign_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with fake_api() as api:
            serve = serving(FakeAssistant, settings=app_settings(tmp_path, api))
            address = await asyncio.to_thread(serve.__enter__)
            try:
                await talk(address, api)
            finally:
                await asyncio.to_thread(serve.__exit__, None, None, None)

    asyncio.run(run())


def test_an_app_without_a_channel_has_no_address_for_one(tmp_path: Path) -> None:
    plain = Settings(corpus=Path("missing"), data=tmp_path)
    app = mount_wecom(FastAPI(), Echo(), Opening(FakeAssistant), settings=plain)
    assert [route for route in app.routes if "wecom" in getattr(route, "path", "")] == []


def test_keys_come_from_the_environment_only_and_are_never_shown(tmp_path: Path) -> None:
    environ = {
        "ASSISTANT_WECOM__WEBHOOK_KEY": WEBHOOK_KEY,
        "ASSISTANT_WECOM__BOT_TOKEN": BOT_TOKEN,
        "ASSISTANT_WECOM__BOT_AES_KEY": BOT_KEY,
        "ASSISTANT_WECOM__QUESTION_AT": "08:45",
        "ASSISTANT_WECOM__DAYS_OFF": "2026-12-31, 2027-01-04",
        "ASSISTANT_WECOM__REPLY_HOSTS": "wecom.intern.example",
    }
    wecom = load_settings(tmp_path, environ).wecom
    assert (wecom.bot_callback, wecom.app_callback, wecom.webhook) == (True, False, True)
    assert len(wecom.days_off) == 2
    assert wecom.reply_hosts == ("wecom.intern.example",)
    assert not any(secret in repr(wecom) for secret in (WEBHOOK_KEY, BOT_TOKEN, BOT_KEY))
    (tmp_path / "assistant.toml").write_text('[wecom]\nbot_token = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="ASSISTANT_WECOM__BOT_TOKEN"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"bot_token": "t"}, "bot_aes_key"),
        ({"app_token": "t", "app_aes_key": "k", "corp_id": "ww1"}, "app_secret、agent_id"),
        ({"time_zone": "Mars/Olympus"}, "时区"),
        ({"passive_seconds": 5}, "passive_seconds"),
        ({"webhook_per_minute": 21}, "webhook_per_minute"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_channel_that_is_set_by_half_says_what_is_missing(
    values: dict[str, object], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        WecomSettings.model_validate(values)
