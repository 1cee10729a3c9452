"""The conversations beside the chat, and what people think of an answer, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.fakes import FakeAssistant

from .browsing import IN_A_BROWSER, SIZES, ask_and_wait, launching, open_page, visiting
from .serving import serving, wait_until_ready

QUESTION = "对下级新任职的“一把手”怎么谈话？"
OTHER = "违反规定罚款多少？"

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launching() as browser:
        yield browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(FakeAssistant) as address:
        wait_until_ready(address)
        yield address


@pytest.fixture(params=SIZES, ids="{}px".format)
def sized(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    with visiting(browser, address, width=request.param) as page:
        yield page


def hold_two_conversations(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    expect(page.locator("#chat .opinion")).to_be_visible()
    page.locator("#clear").click()
    ask_and_wait(page, OTHER)
    expect(page.locator("#chat .opinion")).to_be_visible()


def open_side(page: Page) -> None:
    if not page.locator("#side").is_visible():
        page.get_by_role("button", name="对话记录").click()
    expect(page.locator("#conversations li").first).to_be_visible()


def test_conversations_are_listed_found_opened_renamed_and_deleted(sized: Page) -> None:
    hold_two_conversations(sized)
    page = open_page(sized.context, sized.url)
    open_side(page)
    titles = page.locator("#conversations .title")
    expect(titles).to_contain_text([OTHER, QUESTION])

    page.get_by_role("searchbox", name="在对话记录中查找").fill("任职谈话")
    expect(titles).to_have_count(1)
    titles.first.click()
    expect(page.locator("#chat .question")).to_have_text(QUESTION)
    expect(page.locator("#chat .answer a.marker")).to_have_count(2)
    page.locator("#chat a.marker").first.click()
    expect(page.locator("#reader mark")).to_be_visible()
    if page.locator("#reader .close-reader").is_visible():
        page.locator("#reader .close-reader").click()

    open_side(page)
    page.locator("#conversations summary").first.click()
    export = page.get_by_role("link", name="导出 Word").get_attribute("href")
    assert export
    file = page.request.get(f"{page.url}{export}")
    assert file.body().startswith(b"PK")
    page.get_by_role("button", name="改名").click()
    page.get_by_role("textbox", name="新名称").fill("任职谈话怎么谈")
    page.get_by_role("button", name="保存").click()
    expect(titles).to_contain_text(["任职谈话怎么谈"])

    page.locator("#conversations summary").first.click()
    page.get_by_role("button", name="删除").click()
    page.get_by_role("button", name="确定删除").click()
    expect(page.locator("#side-state")).to_have_text("没有找到。")
    expect(page.locator("#chat .question")).to_have_count(0)
    page.get_by_role("searchbox", name="在对话记录中查找").fill("")
    expect(titles).to_contain_text([OTHER])
    page.close()


def test_a_conversation_that_was_opened_goes_on(browser: Browser, address: str) -> None:
    with visiting(browser, address) as first:
        ask_and_wait(first, QUESTION)
        expect(first.locator("#chat .opinion")).to_be_visible()
        page = open_page(first.context, address)
        open_side(page)
        page.locator("#conversations .title").first.click()
        expect(page.locator("#chat .question")).to_have_count(1)
        ask_and_wait(page, OTHER)
        expect(page.locator("#conversations .facts")).to_contain_text(["2 问"])


def test_an_answer_is_judged_and_the_verdict_is_still_there_later(sized: Page) -> None:
    ask_and_wait(sized, QUESTION)
    sized.get_by_role("button", name="不完整").click()
    expect(sized.get_by_role("button", name="不完整")).to_have_attribute("aria-pressed", "true")
    field = sized.get_by_role("textbox", name="哪里不对，或者缺什么")
    field.fill("缺监督谈话")
    field.press("Enter")
    expect(sized.locator("#chat .comment")).to_have_text("已记下，谢谢。")
    sheet = sized.get_by_role("link", name="答复单").get_attribute("href")
    assert sized.request.get(f"{sized.url}{sheet}").body().startswith(b"PK")

    page = open_page(sized.context, sized.url)
    open_side(page)
    page.locator("#conversations .title").first.click()
    expect(page.get_by_role("button", name="不完整")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="正确")).to_have_attribute("aria-pressed", "false")
    page.close()


def test_two_visitors_do_not_see_each_other_and_a_new_conversation_is_empty(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as one, visiting(browser, address) as other:
        ask_and_wait(one, QUESTION)
        ask_and_wait(other, OTHER)
        expect(one.locator("#chat .question")).to_have_text([QUESTION])
        expect(other.locator("#chat .question")).to_have_text([OTHER])
        open_side(other)
        expect(other.locator("#conversations .title")).to_contain_text([OTHER])
        expect(other.locator("#conversations li")).to_have_count(1)
        one.get_by_role("button", name="新对话").click()
        expect(one.locator("#chat .question")).to_have_count(0)


def test_asking_again_replaces_the_answer_that_was_kept(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        ask_and_wait(page, QUESTION)
        expect(page.locator("#chat .opinion")).to_be_visible()
        page.get_by_role("button", name="重新回答").click()
        expect(page.locator("#chat .opinion")).to_be_visible()
        open_side(page)
        expect(page.locator("#conversations .facts")).to_contain_text(["1 问"])
