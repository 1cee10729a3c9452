"""Signing on with an OpenID Connect provider, and every way a forged sign-on fails."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.fake_oidc import CLIENT, SECRET, FakeProvider, providing
from tests.fakes import FakeAssistant

from assistant.settings import Settings
from assistant.settings.web import WebSettings

from .people import Visitor, visiting
from .serving import serving

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    with providing() as provider:
        yield provider


@pytest.fixture(scope="module")
def address(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("oidc")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    web = WebSettings.model_validate(
        {
            "identity": "oidc",
            "public_url": f"http://127.0.0.1:{port}",
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "administrators": ["guanli"],
        }
    )
    settings = Settings(corpus=folder, data=folder / "data", web=web)
    with serving(FakeAssistant, settings=settings, port=port) as address:
        yield address


@pytest.fixture
def visitor(address: str, provider: FakeProvider) -> Iterator[Visitor]:
    before = (dict(provider.claims), provider.algorithm, provider.signing_key)
    with visiting(address, headers=HTML, follow_redirects=True) as visitor:
        yield visitor
    provider.claims, provider.algorithm, provider.signing_key = before


def test_a_person_comes_back_signed_on_where_they_wanted_to_go(visitor: Visitor) -> None:
    page = visitor.client.get("/conversations")
    assert "用单位账号登录" in page.text
    page = visitor.client.get("/oidc/start?next=/conversations")
    assert page.url.path == "/conversations"
    assert "张三" in page.text
    assert visitor.client.get("/admin").status_code == 403
    out = visitor.form("/logout", {}, shown_on="/me")
    assert out.url.path == "/login"
    assert visitor.client.get("/me").url.path == "/login"


def test_who_is_named_an_administrator_is_one(visitor: Visitor, provider: FakeProvider) -> None:
    provider.claims = {"preferred_username": "guanli"}
    assert visitor.client.get("/oidc/start?next=/admin").status_code == 200


def forge(provider: FakeProvider, **claims: object) -> None:
    provider.claims = {**provider.claims, **claims}


def sign_with_another_key(provider: FakeProvider) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sign_with_a_shared_secret(provider: FakeProvider) -> None:
    provider.algorithm, provider.signing_key = "HS256", SECRET * 10


def sign_with_nothing(provider: FakeProvider) -> None:
    provider.algorithm, provider.signing_key = "none", ""


FORGERIES: dict[str, Callable[[FakeProvider], None]] = {
    "another key": sign_with_another_key,
    "a shared secret": sign_with_a_shared_secret,
    "no signature": sign_with_nothing,
    "another audience": lambda p: forge(p, aud="elsewhere"),
    "another party": lambda p: forge(p, azp="elsewhere"),
    "another issuer": lambda p: forge(p, iss="https://evil.example"),
    "another nonce": lambda p: forge(p, nonce="replayed"),
    "long over": lambda p: forge(p, exp=int(time.time()) - 3600),
    "no name": lambda p: forge(p, preferred_username=""),
    "a name that is a list": lambda p: forge(p, preferred_username=["guanli"]),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_token_that_is_not_in_order_signs_nobody_on(
    visitor: Visitor, provider: FakeProvider, name: str
) -> None:
    FORGERIES[name](provider)
    page = visitor.client.get("/oidc/start?next=/me")
    assert page.status_code == 400
    assert "assistant_session" not in visitor.client.cookies
    assert visitor.client.get("/me").url.path == "/login"


def callback(visitor: Visitor) -> str:
    """Go to the provider and return, without following it, where it sends the browser back to."""
    visitor.client.get("/login")
    started = visitor.client.get("/oidc/start", follow_redirects=False)
    sent = httpx.get(started.headers["location"], follow_redirects=False)
    return sent.headers["location"]


def test_nobody_finishes_what_somebody_else_began(visitor: Visitor, address: str) -> None:
    back = callback(visitor)
    with visiting(address, headers=HTML, follow_redirects=True) as victim:
        assert victim.client.get(back).status_code == 400
        assert "assistant_session" not in victim.client.cookies


def test_a_way_back_is_good_for_one_time(visitor: Visitor) -> None:
    back = callback(visitor)
    assert visitor.client.get(back).status_code == 200
    visitor.client.cookies.delete("assistant_session")
    assert visitor.client.get(back).status_code == 400


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied"])
def test_a_made_up_way_back_is_refused(visitor: Visitor, query: str) -> None:
    assert visitor.client.get(f"/oidc/callback{query}").status_code == 400


def test_a_password_does_not_help(visitor: Visitor) -> None:
    response = visitor.client.post(
        "/login", data={"name": "zhangsan", "password": "x" * 12, "form_token": "0" * 64}
    )
    assert response.status_code == 403
