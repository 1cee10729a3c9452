"""Visiting the page in a real browser: Debian's Chromium, headless, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {1440: 900, 1024: 768, 390: 844}
"""Widths and heights of an office screen, a projector, a phone."""
NARROW = 900
"""Up to this width the reader is a drawer."""

IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="没有安装 chromium（Debian 软件包 chromium）"),
]


@contextmanager
def launching() -> Iterator[Browser]:
    """Yield a browser."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@contextmanager
def visiting(
    browser: Browser, address: str, *, width: int = 1440, height: int = 0, dark: bool = False
) -> Iterator[Page]:
    """Yield the page as a new visitor sees it."""
    context = browser.new_context(
        viewport={"width": width, "height": height or SIZES.get(width, 800)},
        locale="zh-CN",
        color_scheme="dark" if dark else "light",
        # What slides away is gone at once: a test need not wait for it.
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    try:
        yield open_page(context, address)
    finally:
        context.close()


def open_page(context: BrowserContext, address: str) -> Page:
    """Open the page and wait until it can be used."""
    page = context.new_page()
    page.goto(address)
    expect(page.locator("body.ready")).to_be_attached(timeout=30_000)
    return page


def start_anew(page: Page) -> Page:
    """Leave the reader and begin a conversation, as a visitor would before the next matter."""
    for button in (
        "#reader .close-reader",
        '#reader .widen[aria-pressed="true"]',
        "#side .close-side",
    ):
        # Looked at and clicked in one step: what closes by itself may be gone a moment later.
        page.locator(button).evaluate_all(
            "found => found.filter(one => one.offsetParent !== null).forEach(one => one.click())"
        )
    page.locator("#clear").click()
    expect(page.locator("#welcome")).to_be_visible()
    return page


def ask(page: Page, question: str) -> None:
    """Type a question and send it."""
    box = page.locator("#box textarea")
    box.fill(question)
    box.press("Enter")


def ask_and_wait(page: Page, question: str) -> None:
    """Ask, and return once the box is free again."""
    before = page.locator("#chat .question").count()
    ask(page, question)
    expect(page.locator("#chat .question")).to_have_count(before + 1)
    expect(page.get_by_role("button", name="发送")).to_be_visible()


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def in_view(page: Page, selector: str) -> bool:
    """Return whether an element lies within the reader's body, not only somewhere on the page."""
    return bool(
        page.evaluate(
            """selector => {
              const body = document.getElementById("reader-body").getBoundingClientRect();
              const it = document.querySelector(selector).getBoundingClientRect();
              return it.top >= body.top - 1 && it.top < body.bottom && it.height > 0;
            }""",
            selector,
        )
    )
