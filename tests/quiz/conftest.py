"""One browser and one server for all pages of practice; every visitor is a new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.interfaces.browsing import launching
from tests.quiz.browsing import Visitors
from tests.quiz.serving import CORPUS, SAMPLES, serving_quiz

from assistant.quiz.bank import load_bank, save_bank
from assistant.quiz.items import ItemType, Status


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser, closed before any other folder opens its own."""
    with launching() as browser:
        yield browser


@pytest.fixture(scope="package")
def visitors(browser: Browser) -> Visitors:
    """Its visitors."""
    return Visitors(browser)


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with questions in use, and one of each type that no reviewer has seen yet."""
    folder = tmp_path_factory.mktemp("pages")
    samples, shipped = load_bank(SAMPLES), load_bank(CORPUS / "quiz.jsonl")
    known = {item.id for item in samples}
    unseen = [next(i for i in shipped if i.type is t and i.id not in known) for t in ItemType]
    bank = folder / "bank.jsonl"
    save_bank((*samples, *(item.with_status(Status.CHECKED) for item in unseen)), bank)
    with serving_quiz(folder, bank=bank) as address:
        yield address
