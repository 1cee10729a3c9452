"""People for the tests of doors: accounts on a served app, and how they sign in without a page."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from argon2 import PasswordHasher

from assistant.settings import Settings
from assistant.settings.web import WebSettings
from assistant.store.database import open_database
from assistant.users.accounts import Accounts
from assistant.users.people import Role

PASSWORD = "秋天的第一份材料2026"  # noqa: S105
READER, COLLEAGUE, ADMINISTRATOR = "zhangsan", "lisi", "guanli"
_PEOPLE = {
    READER: ("张三", Role.READER),
    COLLEAGUE: ("李四", Role.READER),
    ADMINISTRATOR: ("王管理", Role.ADMINISTRATOR),
}
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


def add_people(settings: Settings) -> None:
    """Add the accounts that the tests use."""
    with contextlib.closing(open_database(settings.database)) as database:
        # Hashes in no time; the server reads the cost from the hash.
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        accounts = Accounts(database, hasher=hasher)
        for name, (shown_name, role) in _PEOPLE.items():
            accounts.add(name, PASSWORD, role=role, shown_name=shown_name)


def settings_with_people(folder: Path, **web: object) -> Settings:
    """Return settings under which the people sign in with passwords."""
    chosen = WebSettings.model_validate({"identity": "password", **web})
    settings = Settings(corpus=folder / "corpus", data=folder / "data", web=chosen)
    add_people(settings)
    return settings


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser without a page."""

    client: httpx.Client

    def form(self, path: str, sent: dict[str, str], *, shown_on: str) -> httpx.Response:
        """Send a form as the page ``shown_on`` shows it."""
        return self.client.post(path, data={**sent, "form_token": self.form_token(shown_on)})

    def form_token(self, path: str) -> str:
        """Return the token in the forms of a page."""
        page = self.client.get(path, headers={"Accept": "text/html"})
        found = _TOKEN.search(page.text)
        assert found is not None, f"{path} shows no form: {page.status_code}"
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in with a password."""
        return self.form("/login", {"name": name, "password": password}, shown_on="/login")

    def ask(self, question: str, *, conversation: str = "") -> httpx.Response:
        """Ask a question that is kept in a conversation."""
        return self.client.post(
            "/api/ask", json={"question": question, "conversation": conversation}
        )


@contextlib.contextmanager
def visiting(address: str, **options: object) -> Iterator[Visitor]:
    """Yield a new browser."""
    with httpx.Client(base_url=address, timeout=60, **options) as client:  # type: ignore[arg-type]
        yield Visitor(client)
