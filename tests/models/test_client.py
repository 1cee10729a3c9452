"""Calls to a model: few at once, in turn, cancelled, left alone when it fails again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.fake_model.minds import saying
from tests.fake_model.server import Manner, Server, then

from assistant.errors import ModelError, ModelRejected, ModelUnavailable, SettingsError
from assistant.models.breaker import Breaker
from assistant.models.chat import LangChainModel, Request
from assistant.models.client import BUSY, LATE, RESTING, Deadline, Limits, ModelClient
from assistant.models.drafts import SCHEMA
from assistant.models.profiles import connect, read_profiles
from assistant.settings.model import ModelSettings

REQUEST = Request("规则", "问题：\n<问题>\n谁来监督？\n</问题>", SCHEMA, "answer", 100)


def open_client(
    server: Server, *, limits: Limits | None = None, failures: int = 50, seconds: float = 60
) -> ModelClient:
    model = LangChainModel(connect(ModelSettings(name="fake-1", base_url=server.address), {}))
    breaker = Breaker(failures=failures, seconds=seconds)
    return ModelClient(model, limits=limits or Limits(retries=0), breaker=breaker, jitter=lambda: 0)


def ask(client: ModelClient, seconds: float = 10) -> str:
    return client.complete(REQUEST, Deadline.after(seconds))


def test_what_the_model_writes_comes_back_whole(server: Server) -> None:
    server.behave(saying("监督的重点是“一把手”。"))
    assert ask(open_client(server)) == "监督的重点是“一把手”。"
    body = server.requests[0]
    assert (body["model"], body["stream"], body["temperature"]) == ("fake-1", True, 0)
    assert body["max_tokens"] == 100
    assert server.headers[0]["authorization"] == "Bearer none"


def test_no_more_calls_at_once_than_are_allowed_and_the_others_wait(server: Server) -> None:
    server.behave(saying("好"), Manner(before_seconds=0.2))
    client = open_client(server, limits=Limits(concurrent=2, waiting=10, retries=0))
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: ask(client), range(6))) == ["好"] * 6
    assert server.most_open == 2


def test_who_comes_when_too_many_wait_is_told_so_at_once(server: Server) -> None:
    server.behave(saying("好"), Manner(before_seconds=2.0))
    client = open_client(server, limits=Limits(concurrent=1, waiting=0, retries=0))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, client)
        until(lambda: server.open_now == 1)
        with pytest.raises(ModelUnavailable, match=BUSY):
            ask(client)
        assert not first.done()
        assert first.result() == "好"


def until(condition: Callable[[], bool]) -> None:
    """Return once something is so."""
    waiting = threading.Event()
    for _ in range(500):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("it never came to be")


def test_past_the_deadline_nobody_waits_any_longer(server: Server) -> None:
    server.behave(saying("好"), Manner(before_seconds=30))
    started = time.perf_counter()
    with pytest.raises(ModelUnavailable, match=LATE):
        ask(open_client(server), seconds=0.5)
    assert time.perf_counter() - started < 15, "not the server's thirty seconds"
    assert server.left.wait(timeout=10)


def test_tries_go_on_while_the_failure_may_pass(server: Server) -> None:
    server.behave(saying("好"), then(Manner(status=503), times=2))
    assert ask(open_client(server, limits=Limits(retries=2))) == "好"
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_request_that_is_turned_down_is_not_made_again_as_it_was(
    status: int, server: Server
) -> None:
    server.behave(saying("好"), Manner(status=status, error="no"))
    with pytest.raises(ModelRejected):
        ask(open_client(server, limits=Limits(retries=3)))
    formats = [str(body.get("response_format")) for body in server.requests]
    assert len(formats) == len(set(formats))


def test_a_server_that_names_a_time_beyond_the_deadline_is_not_waited_for(server: Server) -> None:
    server.behave(saying("好"), Manner(status=429, headers={"Retry-After": "120"}))
    started = time.perf_counter()
    with pytest.raises(ModelUnavailable):
        ask(open_client(server, limits=Limits(retries=2)))
    assert time.perf_counter() - started < 60, "not the two minutes that the server names"
    assert len(server.requests) == 1


def test_after_failures_in_a_row_the_model_is_left_alone(server: Server) -> None:
    server.behave(saying("好"), Manner(status=500))
    client = open_client(server, failures=2)
    for _ in range(2):
        with pytest.raises(ModelUnavailable):
            ask(client)
    with pytest.raises(ModelUnavailable, match=RESTING):
        ask(client)
    assert len(server.requests) == 2


def test_a_wrong_key_is_not_tried_with_every_question(server: Server) -> None:
    server.behave(saying("好"), Manner(status=401))
    client = open_client(server, failures=5)
    with pytest.raises(ModelRejected, match="密钥"):
        ask(client)
    with pytest.raises(ModelUnavailable, match=RESTING):
        ask(client)
    assert len(server.requests) == 1


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_open_breaker_lets_one_try_after_its_time_and_closes_on_success() -> None:
    clock = Clock()
    breaker = Breaker(failures=2, seconds=30, clock=clock)
    assert breaker.admits()
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert not breaker.admits()
    clock.now = 31
    assert breaker.admits()
    assert not breaker.admits()
    breaker.succeeded()
    assert breaker.admits()


def test_a_reader_who_leaves_is_no_failure_of_the_model(server: Server) -> None:
    server.behave(saying("好" * 100), Manner(hang_after=3))
    client = open_client(server, failures=1)
    pieces = client.stream(REQUEST, Deadline.after(10))
    next(pieces)
    pieces.close()
    assert server.left.wait(timeout=2)
    server.behave(saying("好"))
    assert ask(client) == "好"


def test_a_server_that_is_not_there_is_said_so_in_one_line() -> None:
    settings = ModelSettings(name="fake-1", base_url="http://127.0.0.1:9/v1")
    model = LangChainModel(connect(settings, {}))
    client = ModelClient(model, limits=Limits(retries=0), breaker=Breaker(failures=9, seconds=9))
    with pytest.raises(ModelUnavailable, match="连不上模型服务 http://127") as caught:
        ask(client)
    assert "\n" not in str(caught.value)


def test_a_proxy_of_the_environment_is_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = server.address.removesuffix("/v1")
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    server.behave(saying("经过代理"))
    settings = ModelSettings(name="fake-1", base_url="http://model.invalid/v1")
    model = LangChainModel(connect(settings, {}))
    client = ModelClient(model, limits=Limits(retries=0), breaker=Breaker(failures=9, seconds=9))
    assert ask(client) == "经过代理"
    assert server.paths == ["http://model.invalid/v1/chat/completions"]


def test_profiles_are_data_and_settings_overrule_them() -> None:
    assert {"deepseek", "qwen", "vllm", "ollama", "llamacpp"} <= set(read_profiles())
    connection = connect(
        ModelSettings(name="deepseek-chat", profile="deepseek"), {"DEEPSEEK_API_KEY": "k-1"}
    )
    assert connection.base_url == "https://api.deepseek.com/v1"
    assert (connection.api_key, connection.output) == ("k-1", "json_object")
    assert "k-1" not in repr(connection)
    other = ModelSettings(
        name="x", profile="ollama", base_url="http://10.0.0.5:1/v1", output="text"
    )
    assert connect(other, {}).base_url == "http://10.0.0.5:1/v1"
    assert connect(other, {}).output == "text"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (ModelSettings(name="x", profile="nowhere"), "没有名为“nowhere”的模型服务"),
        (ModelSettings(name="x"), "还缺 model.profile 或 model.base_url"),
        (ModelSettings(name="x", profile="deepseek"), "缺少模型服务的密钥"),
    ],
    ids=["unknown profile", "no address", "no key"],
)
def test_settings_that_lead_nowhere_say_what_is_missing(settings: ModelSettings, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        connect(settings, {})


def test_a_provider_without_its_package_is_named() -> None:
    settings = ModelSettings(name="x", provider="anthropic", base_url="http://127.0.0.1:1")
    with pytest.raises((SettingsError, ModelError), match="anthropic"):
        LangChainModel(connect(settings, {}))
