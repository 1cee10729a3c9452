"""How the page looks and is used without a mouse, and what it asks of the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect
from tests.fakes import FakeAssistant

from .browsing import (
    IN_A_BROWSER,
    SIZES,
    ask,
    ask_and_wait,
    launching,
    open_page,
    overflow,
    visiting,
)
from .regulations import ALL
from .serving import serving, wait_until_ready

QUESTION = "对下级新任职的“一把手”怎么谈话？"
REFUSED = "违反规定罚款多少？"

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


def show_welcome(page: Page) -> None:
    expect(page.locator("#chat .example").first).to_be_visible()


def show_answers(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    ask_and_wait(page, REFUSED)
    expect(page.locator("#chat .option").last).to_be_visible()


def show_article(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    page.locator("#chat a.source").first.click()
    expect(page.locator("#reader mark")).to_be_visible()


def show_conversations(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    page.get_by_role("button", name="对话记录").click()
    expect(page.locator("#conversations li").first).to_be_visible()


def show_comparison(page: Page) -> None:
    page.goto(f"{page.url.split('?')[0]}?doc=beijing-measures-2021&view=compare")
    expect(page.locator("#reader .pair").nth(1)).to_be_visible()


def show_document(page: Page) -> None:
    page.goto(f"{page.url.split('?')[0]}?doc=beijing-measures-2021&article=3")
    expect(page.locator("#reader .unit").first).to_be_visible()


STATES: dict[str, Callable[[Page], None]] = {
    "welcome": show_welcome,
    "answers": show_answers,
    "article": show_article,
    "conversations": show_conversations,
    "comparison": show_comparison,
    "document": show_document,
}


@pytest.mark.parametrize(
    ("width", "dark"),
    [(1440, True), (1024, False), (390, False)],
    ids=["1440px dark", "1024px light", "390px light"],
)
def test_no_state_of_the_page_has_a_serious_fault_or_scrolls_sideways(
    browser: Browser, address: str, width: int, dark: bool
) -> None:
    axe = Axe()
    faults: dict[str, list[str]] = {}
    with visiting(browser, address, width=width, dark=dark) as page:
        for name, show in STATES.items():
            page.goto(address)
            expect(page.locator("body.ready")).to_be_attached()
            show(page)
            faults[name] = serious(axe, page)
            assert overflow(page) <= 0, name
    assert faults == {name: [] for name in STATES}


def serious(axe: Axe, page: Page) -> list[str]:
    """Return what axe-core finds that keeps people from using the page."""
    found = axe.run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


def test_nothing_leaves_the_machine_whatever_is_done(browser: Browser, address: str) -> None:
    # Without the content security policy, which would stop such a request before it counts.
    context = browser.new_context(bypass_csp=True, locale="zh-CN")
    requested: list[str] = []

    def note(request: Request) -> None:
        requested.append(request.url)

    context.on("request", note)
    page = open_page(context, address)
    for show in STATES.values():
        page.goto(address)
        expect(page.locator("body.ready")).to_be_attached()
        show(page)
    page.goto(f"{address}/docs")
    context.close()
    hosts = {urlsplit(url).hostname for url in requested if urlsplit(url).scheme != "data"}
    assert len(requested) > 30
    assert hosts == {"127.0.0.1"}


def test_the_browser_has_nothing_to_complain_about(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="zh-CN")
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page = open_page(context, address)
    show_answers(page)
    show_comparison(page)
    context.close()
    assert complaints == []


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_everything_can_be_done_from_the_keyboard(
    browser: Browser, address: str, width: int
) -> None:
    with visiting(browser, address, width=width) as page:
        # Ask, without a click: the box has the focus from the start.
        expect(page.locator("#question")).to_be_focused()
        page.keyboard.insert_text(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("#chat .opinion")).to_be_visible()

        # Back to the first number of the answer, open it; the focus goes along.
        reach(page, "#chat a.marker", backwards=True)
        page.keyboard.press("Enter")
        expect(page.locator("#reader-body")).to_be_focused()
        expect(page.locator("#reader mark")).to_be_visible()
        name = page.locator("#reader h2").inner_text()

        # On to the next article and back.
        page.keyboard.press("Alt+ArrowRight")
        expect(page.locator("#reader h2")).not_to_have_text(name)
        page.keyboard.press("Alt+ArrowLeft")
        expect(page.locator("#reader h2")).to_have_text(name)

        # Leave the reader where it covers the page, go to the box, start anew.
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        expect(page.locator("#question")).to_be_focused()
        page.keyboard.press("Alt+KeyN")
        expect(page.locator("#chat .question")).to_have_count(0)

        # An example, by tabbing from the start of the page.
        page.evaluate("document.activeElement.blur()")
        reach(page, "#chat .example")
        page.keyboard.press("Enter")
        expect(page.locator("#chat .answer")).to_be_visible()

        # The conversations, and back to the button that opened them.
        page.evaluate("document.activeElement.blur()")
        reach(page, "#open-side")
        page.keyboard.press("Enter")
        expect(page.get_by_role("searchbox", name="在对话记录中查找")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#open-side")).to_be_focused()


def reach(page: Page, selector: str, *, backwards: bool = False, steps: int = 60) -> None:
    """Press the tab key until an element has the focus, and see that the focus can be seen."""
    for _ in range(steps):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        outline = page.evaluate(
            "selector => document.activeElement?.matches(selector)"
            " ? getComputedStyle(document.activeElement).outlineStyle : null",
            selector,
        )
        if outline is not None:
            assert outline != "none"
            return
    raise AssertionError(f"{selector} is not reached in {steps} steps")


def test_screen_readers_hear_who_speaks_where_and_in_which_language(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        ask_and_wait(page, QUESTION)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        expect(page.get_by_role("log", name="对话")).to_be_visible()
        expect(page.get_by_role("article", name="提问")).to_have_text(QUESTION)
        expect(page.get_by_role("article", name="答复")).to_be_visible()
        expect(page.get_by_role("link", name="依据1，《意见》（三）")).to_be_visible()
        expect(page.get_by_role("textbox", name="输入问题")).to_be_visible()
        expect(page.get_by_role("region", name="原文", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("学习材料问答")


def test_theme_and_size_are_chosen_and_kept(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        plain = page.locator("#question").evaluate("e => getComputedStyle(e).fontSize")
        page.locator("#more summary").click()
        page.get_by_role("button", name="特大字号").click()
        page.get_by_role("button", name="深色").click()
        again = open_page(page.context, address)
        expect(again.locator("body.dark")).to_be_attached()
        large = again.locator("#question").evaluate("e => getComputedStyle(e).fontSize")
        assert float(large.removesuffix("px")) > 1.4 * float(plain.removesuffix("px"))
        assert overflow(again) <= 0


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_the_menu_leads_to_the_duties(browser: Browser, address: str, width: int) -> None:
    with visiting(browser, address, width=width) as page:
        page.locator("#more summary").click()
        page.get_by_role("link", name="职责清单").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("职责")


def test_a_phone_reads_in_a_drawer_and_has_room_for_long_words(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address, width=390) as page:
        ask_and_wait(page, QUESTION + "w" * 300)
        assert overflow(page) <= 0
        expect(page.locator("#reader")).to_be_hidden()
        page.locator("#chat a.marker").first.click()
        expect(page.locator("#reader mark")).to_be_in_viewport()
        page.get_by_role("button", name="关闭").click()
        expect(page.locator("#reader")).to_be_hidden()
        page.locator("#top").get_by_role("button", name="材料").click()
        expect(page.locator("#reader .contents")).to_be_in_viewport()


def test_a_conversation_that_is_printed_is_whole_and_has_no_buttons(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        for _ in range(4):
            ask_and_wait(page, QUESTION)
        page.emulate_media(media="print")
        for hidden in ("#top", "#box", "#reader", "#chat .foot"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.locator("#chat .answer")).to_have_count(4)
        assert page.locator("#chat").evaluate("chat => chat.scrollHeight - chat.clientHeight") <= 1


def test_a_lost_connection_is_said_and_the_question_can_be_asked_again(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        page.context.set_offline(True)
        ask(page, QUESTION)
        expect(page.locator("#chat .answer.notice")).to_contain_text("与服务的连接中断")
        page.context.set_offline(False)
        page.get_by_role("button", name="再试一次").click()
        expect(page.locator("#chat .answer.answered")).to_be_visible()
