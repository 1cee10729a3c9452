"""Visitors of the pages of practice: Debian's Chromium, headless, on loopback.

A page of Gradio's is a hundred files. A visitor who leaves gives the browser's profile, emptied of
what a site may keep but not of its cached files, to the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from tests.quiz.serving import SAMPLES

from assistant.quiz.bank import load_bank
from assistant.quiz.items import Item, ItemType

ITEMS = {item.stem: item for item in load_bank(SAMPLES)}
# A machine that does much else at once is slow, and no page is wrong for it.
expect.set_options(timeout=20_000)
SCREEN, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)


@dataclass
class Profile:
    """One visitor's browser, and what it complained of."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)


class Visitors:
    """Visitors who know nothing of each other."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._idle: list[Profile] = []

    @contextmanager
    def visiting(self, address: str, size: ViewportSize = SCREEN) -> Iterator[Page]:
        """Yield a page of a new visitor, and complain about whatever the browser complains of."""
        profile = self._idle.pop() if self._idle else self._new()
        profile.complaints.clear()
        page = profile.context.new_page()
        page.set_viewport_size(size)
        page.goto(address)
        try:
            yield page
            assert profile.complaints == []
            assert overflow(page) <= 0
        finally:
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
            page.close()
            profile.context.clear_cookies()
            self._idle.append(profile)

    def _new(self) -> Profile:
        # What slides or fades is there at once: a test need not wait for it.
        context = self._browser.new_context(locale="zh-CN", reduced_motion="reduce")
        context.set_default_timeout(30_000)
        profile = Profile(context)
        context.on("weberror", lambda error: profile.complaints.append(str(error.error)))
        context.on(
            "console",
            lambda said: (
                profile.complaints.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )
        return profile


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def open_practice(page: Page) -> None:
    """Wait until one can begin."""
    expect(page.locator(".figures").first).to_be_visible()


def question_on(page: Page, place: str = "#practice") -> Item:
    """Return the question that is asked."""
    stem = page.locator(f"{place} .stem")
    expect(stem).to_be_visible()
    return ITEMS[stem.inner_text().strip()]


def choose(page: Page, item: Item, *, right: bool = True, place: str = "#practice") -> None:
    """Click or write an answer, right or not."""
    if item.options:
        wrong = [o.text for o in item.options if o.letter not in item.answer]
        for text in item.right_texts if right else wrong[:1]:
            whole = re.compile(rf"．{re.escape(text)}\s*$")
            page.locator(f"{place} .options label:visible", has_text=whole).click()
    elif item.type is ItemType.JUDGE:
        words = "正确" if (item.answer == ("T",)) == right else "错误"
        page.locator(f"{place} .options label:visible", has_text=words).click()
    else:
        boxes = page.locator(f"{place} textarea:visible, {place} input[type=text]:visible")
        for index in range(boxes.count()):
            boxes.nth(index).fill(item.answer[index] if right else "不知道")
            boxes.nth(index).blur()


def begin(page: Page, *types: str) -> None:
    """Begin to practise questions of these types."""
    for words in types:
        page.get_by_label(words, exact=True).check()
    page.locator("#begin").click()


def open_room(host: Page, *, title: str = "第三党支部学习竞答", number: int = 2) -> str:
    """Open a room of single choices from its form, and return its code."""
    host.locator("[name=title]").fill(title)
    host.locator("[name=number]").fill(str(number))
    for words in ("多项选择题", "判断题"):
        host.get_by_role("checkbox", name=words).uncheck()
    host.get_by_role("button", name="开房间").click()
    code = host.locator(".code").inner_text()
    assert re.fullmatch(r"\d{6}", code)
    return code


def join_room(page: Page, code: str, name: str) -> None:
    """Join by the code."""
    page.get_by_label("房间号").fill(code)
    page.get_by_role("button", name="进入房间").click()
    page.locator("[name=name]").fill(name)
    page.get_by_role("button", name="加入").click()
    expect(page.locator(".wait")).to_contain_text("已加入")


def answer_in_room(page: Page, text: str) -> None:
    """Choose the option with this text, and hand it in."""
    page.get_by_role("radio", name=re.compile(rf"^[A-H]\s*{re.escape(text)}$")).click()
    page.get_by_role("button", name="提交").click()
