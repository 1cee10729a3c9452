"""The documents in a real browser: read, searched, compared, linked to."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.fakes import FakeAssistant

from .browsing import (
    IN_A_BROWSER,
    NARROW,
    SIZES,
    in_view,
    launching,
    open_page,
    overflow,
    start_anew,
    visiting,
)
from .regulations import ALL
from .serving import serving, wait_until_ready

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launching() as browser:
        yield browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(lambda: FakeAssistant(ALL)) as address:
        wait_until_ready(address)
        yield address


@pytest.fixture(scope="module", params=SIZES, ids="{}px".format)
def window(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    with visiting(browser, address, width=request.param) as page:
        yield page


@pytest.fixture
def sized(window: Page) -> Page:
    start_anew(window)
    window.locator("#top .open-contents").click()
    expect(window.locator("#reader .contents")).to_be_visible()
    # What the visitor before unfolded stays unfolded.
    window.locator("#reader details").evaluate_all("all => all.forEach(one => one.open = false)")
    return window


def is_narrow(page: Page) -> bool:
    size = page.viewport_size
    return size is not None and size["width"] <= NARROW


def test_the_contents_lead_by_part_and_article_to_the_text(sized: Page) -> None:
    document = sized.locator("#reader details", has_text="若干措施")
    document.locator("summary").click()
    expect(document.locator("h3")).to_have_text(
        ["一、坚持和加强党的全面领导", "二、加强对“一把手”的监督"]
    )
    document.get_by_role("link", name="（三）上级“一把手”必须抓好下级“一把手”").click()
    expect(sized.locator("#reader h2")).to_have_text("《若干措施》（三）")
    expect(sized.locator("#reader .above")).to_have_text("二、加强对“一把手”的监督")
    sized.locator("#reader .back").click()
    expect(sized.locator("#reader .contents")).to_be_visible()


def test_asking_for_the_contents_again_leaves_unfolded_what_was_unfolded(sized: Page) -> None:
    document = sized.locator("#reader details", has_text="若干措施")
    document.locator("summary").click()
    with sized.expect_response("**/reader/contents"):
        # On a phone the drawer covers the button; what it does is the same.
        sized.locator("#top .open-contents").dispatch_event("click")
    expect(sized.locator("#reader-body")).not_to_have_attribute("aria-busy", "true")
    expect(document).to_have_attribute("open", "")


def test_a_document_is_read_from_beginning_to_end_with_its_contents(sized: Page) -> None:
    document = sized.locator("#reader details", has_text="若干措施")
    document.locator("summary").click()
    document.get_by_role("link", name="阅读全文").click()
    expect(sized.locator("#reader .whole h2")).to_contain_text("若干措施")
    expect(sized.locator("#reader .unit")).to_have_count(4)
    if is_narrow(sized):
        sized.locator("#reader .outline summary").click()
    sized.locator("#reader .outline").get_by_role("link", name="（四）").click()
    current = sized.locator("#reader .unit[aria-current]")
    expect(current).to_contain_text("（四）加强对")
    assert in_view(sized, "#reader .unit[aria-current]")
    sized.keyboard.press("Alt+ArrowLeft")
    expect(current).to_contain_text("（三）上级")


def test_while_a_document_fills_the_page_its_address_is_that_of_the_article(sized: Page) -> None:
    document = sized.locator("#reader details", has_text="若干措施")
    document.locator("summary").click()
    document.get_by_role("link", name="阅读全文").click()
    expect(sized.locator("#reader .unit")).to_have_count(4)
    sized.locator("#reader .unit .anchor").nth(2).click()
    assert parse_qs(urlsplit(sized.url).query) == {
        "doc": ["beijing-measures-2021"],
        "article": ["3"],
    }
    sized.reload()
    expect(sized.locator("#reader .unit[aria-current]")).to_contain_text("（三）上级")
    start_anew(sized)
    assert urlsplit(sized.url).query == ""


def test_a_link_to_an_article_opens_the_document_there(sized: Page) -> None:
    context, base = sized.context, sized.url.split("?")[0]
    page = open_page(context, f"{base}?doc=beijing-measures-2021&article=4")
    expect(page.locator("#reader .unit[aria-current]")).to_contain_text("（四）加强对")
    assert in_view(page, "#reader .unit[aria-current]")
    page.close()


def test_the_link_that_is_copied_leads_to_the_article(sized: Page) -> None:
    sized.context.grant_permissions(["clipboard-read", "clipboard-write"])
    find(sized, "任职谈话全覆盖")
    sized.locator("#reader .found").get_by_role("link", name="《若干措施》（三）").click()
    sized.locator("#reader .copy-link").click()
    expect(sized.locator("#reader .copy-link")).to_have_text("已复制")
    link = str(sized.evaluate("navigator.clipboard.readText()"))
    assert parse_qs(urlsplit(link).query) == {"doc": ["beijing-measures-2021"], "article": ["3"]}
    sized.locator("#reader .copy-reading").click()
    expect(sized.locator("#reader .copy-reading")).to_have_text("已复制")
    text = str(sized.evaluate("navigator.clipboard.readText()"))
    assert text.startswith("《若干措施》（三）\n（三）上级“一把手”必须抓好")


def find(page: Page, words: str) -> None:
    field = page.get_by_role("searchbox", name="在材料原文中查找")
    field.fill(words)
    field.press("Enter")
    expect(page.locator("#reader .found")).to_be_visible()


def test_words_are_found_and_marked_whatever_their_width_and_quotes(sized: Page) -> None:
    find(sized, '下级"一把手" 诫勉')
    found = sized.locator("#reader .found li")
    expect(found.locator("a")).to_have_text(
        ["《意见》（三）", "《意见（新华社版）》（三）", "《若干措施》（三）"]
    )
    expect(found.first.locator("mark").first).to_have_text("下级“一把手”")
    found.last.locator("a").click()
    expect(sized.locator("#reader h2")).to_have_text("《若干措施》（三）")
    assert in_view(sized, "#reader mark")


def test_words_that_are_nowhere_are_said_to_be_nowhere(sized: Page) -> None:
    find(sized, "<b>股票</b>")
    expect(sized.locator("#reader .found h2")).to_have_text("没有找到“<b>股票</b>”")


def test_two_documents_stand_side_by_side_with_what_differs_marked(sized: Page) -> None:
    document = sized.locator("#reader details", has_text="若干措施")
    document.locator("summary").click()
    document.get_by_role("link", name="阅读全文").click()
    sized.get_by_role("link", name="与《意见》对照").click()
    pairs = sized.locator("#reader .pair:not(.head)")
    expect(pairs).to_have_count(4)
    third = pairs.nth(2)
    expect(third.locator(".only")).to_have_text(["每季度", "中央组织部", "每年"])
    expect(third.locator(".shared").first).to_be_visible()
    tops = third.locator(".cell").evaluate_all(
        "cells => cells.map(cell => cell.getBoundingClientRect().top)"
    )
    assert (tops[0] == tops[1]) is not is_narrow(sized)
    assert overflow(sized) <= 0


def test_the_printings_of_a_text_are_shown_where_they_differ(sized: Page) -> None:
    document = sized.locator("#reader details", has_text="另一版本")
    document.locator("summary").click()
    document.get_by_role("link", name="阅读全文").click()
    sized.get_by_role("link", name="版本差异").click()
    expect(sized.locator("#reader h2")).to_have_text("《意见》的两种文本：2 处不同")
    expect(sized.locator("#reader .only")).to_have_text(["监察", "监察"])


def test_what_is_gone_is_said_to_be_gone(sized: Page) -> None:
    page = open_page(sized.context, f"{sized.url.split('?')[0]}?doc=no-such&article=1")
    expect(page.locator("#reader .state")).to_have_text("没有这份材料，可能材料已经更新。")
    page.close()


def test_a_document_that_is_printed_fills_the_paper_and_nothing_else_does(
    browser: Browser, address: str
) -> None:
    with visiting(browser, f"{address}/?doc=beijing-measures-2021") as page:
        expect(page.locator("#reader .unit")).to_have_count(4)
        page.emulate_media(media="print")
        for hidden in ("#top", "#talk", "#reader .bar", "#reader .outline"):
            expect(page.locator(hidden).first).to_be_hidden()
        last = page.locator("#reader .unit").last
        expect(last).to_be_visible()
        # Nothing scrolls on paper: what does not fit would be lost.
        assert page.locator("#reader-body").evaluate("b => b.scrollHeight - b.clientHeight") <= 1
