"""Who gets in, who is told apart, and what another site's page cannot do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope
from tests.fakes import FakeAssistant

from assistant.interfaces.account_routes import local_path
from assistant.interfaces.arrival import comes_from_own_page, read_arrival
from assistant.interfaces.identity import person_of
from assistant.interfaces.recognize import Recognizer
from assistant.settings import Settings
from assistant.settings.web import WebSettings
from assistant.store.database import open_database
from assistant.users.accounts import Accounts

from .people import (
    ADMINISTRATOR,
    COLLEAGUE,
    PASSWORD,
    READER,
    Visitor,
    settings_with_people,
    visiting,
)
from .serving import serving, wait_until_ready

QUESTION = "对下级新任职的“一把手”怎么谈话？"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server where people sign in with passwords."""
    settings = settings_with_people(tmp_path_factory.mktemp("people"))
    with serving(FakeAssistant, settings=settings) as address:
        yield address


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server as it is started on a desk: nobody signs in."""
    with serving(FakeAssistant) as address:
        wait_until_ready(address)
        yield address


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with little patience."""
    folder = tmp_path_factory.mktemp("strict")
    settings = settings_with_people(folder, wrong_passwords=3, questions_per_minute=3)
    with serving(FakeAssistant, settings=settings) as address:
        yield address


@pytest.fixture
def visitor(address: str) -> Iterator[Visitor]:
    with visiting(address) as visitor:
        yield visitor


@pytest.fixture
def reader(visitor: Visitor) -> Visitor:
    assert visitor.sign_in(READER).status_code == 303
    return visitor


# --- signing in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/conversations", "/me", "/admin", "/reader/contents", "/docs", "/quiz"]
)
def test_a_page_sends_whoever_is_not_signed_in_to_the_way_in(visitor: Visitor, path: str) -> None:
    response = visitor.client.get(path, headers=HTML)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/login")


@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions", "/mcp", "/gradio_api/info"])
def test_a_program_that_is_not_signed_in_gets_a_401_in_chinese(visitor: Visitor, path: str) -> None:
    response = visitor.client.post(path, json={"question": QUESTION})
    assert response.status_code == 401
    assert response.json() == {"error": "请先登录。"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/people/people.css"])
def test_probes_and_the_look_of_the_way_in_need_nobody(visitor: Visitor, path: str) -> None:
    assert visitor.client.get(path).status_code in (200, 503)


def test_after_signing_in_one_is_where_one_wanted_to_be(visitor: Visitor) -> None:
    wanted = visitor.client.get("/conversations?search=谈话", headers=HTML).headers["location"]
    assert visitor.client.get(wanted, headers=HTML).status_code == 200
    response = visitor.form(
        "/login",
        {"name": READER, "password": PASSWORD, "next": "/conversations?search=谈话"},
        shown_on=wanted,
    )
    assert response.status_code == 303
    followed = visitor.client.get(response.headers["location"], headers=HTML)
    assert followed.status_code == 200
    assert "张三" in followed.text


@pytest.mark.parametrize(
    "next",
    ["//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:alert(1)", "", "x"],
)
def test_the_way_back_never_leads_to_another_site(next: str) -> None:
    assert local_path(next) == "/"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = visitor.sign_in(READER).headers["set-cookie"]
    assert "assistant_session=" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_out_ends_the_session_not_only_the_cookie(reader: Visitor) -> None:
    kept = dict(reader.client.cookies)
    reader.form("/logout", {}, shown_on="/me")
    reader.client.cookies.update(kept)
    assert reader.client.get("/me", headers=HTML).status_code == 303


def test_a_wrong_password_says_no_more_than_that(visitor: Visitor) -> None:
    unknown = visitor.sign_in("nobody", "猜的口令000001")
    wrong = visitor.sign_in(COLLEAGUE, "猜的口令000001")
    said = [re.search(r'role="alert">([^<]*)<', page.text) for page in (unknown, wrong)]
    assert unknown.status_code == wrong.status_code == 401
    assert [found and found[1] for found in said] == ["账号或口令不对。"] * 2


def test_wrong_passwords_are_throttled_and_then_the_right_one_too(strict: str) -> None:
    with visiting(strict) as visitor:
        for attempt in range(3):
            assert visitor.sign_in(ADMINISTRATOR, f"猜的口令00000{attempt}").status_code == 401
        held = visitor.sign_in(ADMINISTRATOR)
        assert held.status_code == 429
        assert "分钟后再试" in held.text
        assert int(held.headers["retry-after"]) > 60
        assert visitor.client.get("/me", headers=HTML).status_code == 303
        assert visitor.sign_in(COLLEAGUE).status_code == 303


# --- what another site cannot do -------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/api/ask", "/me/erase", "/logout", "/gradio_api/queue/join"])
def test_another_sites_page_cannot_act_for_a_person(
    reader: Visitor, path: str, headers: dict[str, str]
) -> None:
    response = reader.client.post(path, json={"question": QUESTION}, headers=headers)
    assert response.status_code == 403
    assert "别的网站" in response.json()["error"]


def test_a_form_without_its_token_does_nothing(reader: Visitor) -> None:
    for sent in ({}, {"form_token": "0" * 64}):
        response = reader.client.post("/me/erase", data={"sure": "清除", **sent})
        assert response.status_code == 403
    with visiting(str(reader.client.base_url)) as other:
        token = other.form_token("/login")
    assert reader.client.post("/logout", data={"form_token": token}).status_code == 403
    assert reader.client.get("/me", headers=HTML).status_code == 200


def scope(
    *, peer: str = "10.0.0.9", method: str = "POST", version: str = "1.1", **headers: str
) -> Scope:
    return {
        "type": "http",
        "method": method,
        "path": "/",
        "scheme": "http",
        "http_version": version,
        "client": (peer, 1),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }


def test_behind_a_proxy_the_address_is_the_last_one_that_is_not_the_proxys() -> None:
    web = WebSettings(trusted_proxies=("10.0.0.0/24", "192.168.1.1"))
    chain = scope(x_forwarded_for="6.6.6.6, 36.1.1.1, 10.0.0.7", x_forwarded_proto="https")
    arrival = read_arrival(chain, web)
    assert (arrival.address, arrival.secure, arrival.through_proxy) == ("36.1.1.1", True, True)
    stranger = read_arrival(scope(peer="36.1.1.2", x_forwarded_for="10.0.0.7"), web)
    assert (stranger.address, stranger.through_proxy) == ("36.1.1.2", False)


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"origin": "https://wenda.example.cn"}, True),
        ({"origin": "http://desk:7860"}, True),
        ({"origin": "http://evil.example"}, False),
        ({}, True),
        ({"sec_fetch_site": "same-origin", "origin": "http://x"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "cross-site", "origin": "http://desk:7860"}, False),
    ],
)
def test_only_our_own_pages_change_anything(headers: dict[str, str], own: bool) -> None:
    web = WebSettings(public_url="https://wenda.example.cn")
    request = scope(host="desk:7860", **headers)
    assert comes_from_own_page(request, read_arrival(request, web), web) is own
    reading = {**request, "method": "GET"}
    assert comes_from_own_page(reading, read_arrival(reading, web), web)


@pytest.mark.parametrize(
    ("peer", "version", "headers", "local"),
    [
        ("127.0.0.1", "1.1", {"host": "127.0.0.1:7860"}, True),
        ("::1", "1.1", {"host": "localhost:7860"}, True),
        ("10.0.0.9", "1.1", {"host": "localhost:7860"}, False),
        # A name that somebody's server points at this machine.
        ("127.0.0.1", "1.1", {"host": "evil.example:7860"}, False),
        ("127.0.0.1", "1.1", {"host": "127.0.0.1:7860", "x_forwarded_for": "10.0.0.9"}, False),
        ("127.0.0.1", "1.0", {"host": "127.0.0.1:7860"}, False),
        ("127.0.0.1", "1.1", {"host": "127.0.0.1", "referer": "http://wenda.cn/"}, False),
    ],
)
def test_only_whoever_sits_at_the_machine_is_local(
    peer: str, version: str, headers: dict[str, str], local: bool
) -> None:
    request = scope(peer=peer, version=version, **headers)
    assert read_arrival(request, WebSettings()).local is local


# --- identity off ----------------------------------------------------------------------------


def test_on_a_desk_every_browser_is_a_person_of_its_own(local: str) -> None:
    with visiting(local) as one, visiting(local) as other:
        for visitor in (one, other):
            assert visitor.client.get("/me", headers=HTML).status_code == 200
        assert one.ask(QUESTION).status_code == 200
        assert len(one.client.get("/api/conversations").json()) == 1
        assert other.client.get("/api/conversations").json() == []


def test_on_a_desk_the_cookie_cannot_be_told_from_what_is_kept(local: str) -> None:
    with visiting(local) as visitor:
        visitor.client.get("/me", headers=HTML)
        data = visitor.client.get("/me/data.json").json()
        assert visitor.client.cookies["assistant_visitor"] not in data["person"]["id"]


def test_pictures_and_scripts_set_no_cookie(local: str) -> None:
    response = httpx.get(f"{local}/people/people.css")
    assert "set-cookie" not in response.headers


def test_whoever_comes_through_the_network_is_no_administrator(local: str) -> None:
    port = local.rsplit(":", 1)[1]
    for headers in ({"Host": f"wenda.example.cn:{port}"}, {"X-Forwarded-For": "10.0.0.9"}):
        response = httpx.get(f"{local}/admin", headers=headers)
        assert response.status_code == 403
        assert "管理员" in response.json()["error"]
    assert httpx.get(f"{local}/admin").status_code == 200


def test_a_person_is_never_guessed() -> None:
    with pytest.raises(LookupError):
        person_of(Request(scope()))


# --- header ----------------------------------------------------------------------------------


def header_settings(folder: Path, **web: object) -> Settings:
    values = {"identity": "header", "administrators": ["王管理"], **web}
    return Settings(
        corpus=folder / "corpus", data=folder / "data", web=WebSettings.model_validate(values)
    )


def test_a_trusted_proxy_names_the_person(tmp_path: Path) -> None:
    settings = header_settings(tmp_path, trusted_proxies=["127.0.0.1"])
    with serving(FakeAssistant, settings=settings) as address, visiting(address) as visitor:
        named = [
            (b"Accept", b"text/html"),
            (b"X-Forwarded-User", b"zhangsan"),
            (b"X-Forwarded-Preferred-Username", "张三".encode()),
        ]
        page = visitor.client.get("/me", headers=named)
        assert "张三" in page.text
        assert visitor.client.get("/admin", headers=named).status_code == 403
        encoded = {"X-Forwarded-User": "%E7%8E%8B%E7%AE%A1%E7%90%86"}
        assert visitor.client.get("/admin", headers=encoded).status_code == 200
        assert visitor.client.get("/me").status_code == 401


@pytest.mark.parametrize(("peer", "believed"), [("10.9.9.9", True), ("10.9.9.8", False)])
def test_nobody_but_a_trusted_proxy_is_believed(tmp_path: Path, peer: str, believed: bool) -> None:
    web = header_settings(tmp_path, trusted_proxies=["10.9.9.9"]).web
    database = open_database(f"sqlite:///{tmp_path}/a.sqlite3")
    recognizer = Recognizer(Accounts(database), web)
    request = scope(peer=peer, x_forwarded_user="guanli")
    person = recognizer.recognize(Headers(scope=request), read_arrival(request, web), "")
    assert (person is not None) is believed
    database.close()


@pytest.mark.parametrize(
    "values",
    [
        {"identity": "header"},
        {"identity": "oidc", "oidc_issuer": "https://id.example.cn"},
        {"trusted_proxies": ["wenda"]},
        {"public_url": "wenda.example.cn"},
        {"public_url": "https://wenda.example.cn/path"},
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WebSettings.model_validate(values)


# --- keys, limits ----------------------------------------------------------------------------


def test_a_program_acts_for_a_person_with_a_key_until_it_is_revoked(reader: Visitor) -> None:
    page = reader.form("/me/keys", {"label": "报表"}, shown_on="/me")
    found = re.search(r"ak-[\w-]{40,}", page.text)
    assert found is not None
    headers = {"Authorization": f"Bearer {found[0]}"}
    with visiting(str(reader.client.base_url)) as program:
        answered = program.client.post("/api/ask", json={"question": QUESTION}, headers=headers)
        assert answered.status_code == 200
        assert (
            program.client.get("/me/data.json", headers=headers).json()["person"]["name"] == "张三"
        )
        listed = re.search(r'name="key" value="([0-9a-f]+)"', page.text)
        assert listed is not None
        reader.form("/me/keys/revoke", {"key": listed[1]}, shown_on="/me")
        assert program.client.get("/me/data.json", headers=headers).status_code == 401
        forged = {"Authorization": "Bearer ak-" + "A" * 43}
        assert program.client.get("/me/data.json", headers=forged).status_code == 401


def test_too_many_questions_are_a_429_for_the_one_who_asks(strict: str) -> None:
    with visiting(strict) as one, visiting(strict) as other:
        one.sign_in(READER)
        other.sign_in(COLLEAGUE)
        assert [one.ask(QUESTION).status_code for _ in range(4)] == [200, 200, 200, 429]
        held = one.ask(QUESTION)
        assert "每分钟最多 3 问" in held.json()["error"]
        assert int(held.headers["retry-after"]) <= 60
        assert other.ask(QUESTION).status_code == 200


def test_a_role_that_is_taken_away_is_gone_at_once(address: str) -> None:
    with visiting(address) as boss, visiting(address) as colleague:
        boss.sign_in(ADMINISTRATOR)
        colleague.sign_in(COLLEAGUE)
        page = boss.client.get("/admin/accounts", headers=HTML).text
        id = re.findall(r"/admin/accounts/(u-\w+)", page.partition(COLLEAGUE)[2])[0]
        assert colleague.client.get("/admin").status_code == 403
        boss.form(f"/admin/accounts/{id}", {"role": "administrator"}, shown_on="/admin/accounts")
        assert colleague.client.get("/admin").status_code == 200
        boss.form(f"/admin/accounts/{id}", {"role": "reader"}, shown_on="/admin/accounts")
        assert colleague.client.get("/admin").status_code == 403
        boss.form(f"/admin/accounts/{id}", {"state": "off"}, shown_on="/admin/accounts")
        assert colleague.client.get("/me").status_code == 401
        boss.form(f"/admin/accounts/{id}", {"state": "on"}, shown_on="/admin/accounts")
