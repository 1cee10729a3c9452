"""The page in a real browser: Debian's Chromium, headless, on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from tests.fakes import OPINIONS, FakeAssistant, Gate

from assistant.interfaces.opening import Answerer
from assistant.pipeline import Assistant
from assistant.settings import Settings

from .serving import serving, wait_until_ready

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
QUESTION = "对下级新任职的“一把手”怎么谈话？"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="没有安装 chromium（Debian 软件包 chromium）"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(FakeAssistant) as address:
        wait_until_ready(address)
        yield address


@contextmanager
def visiting(
    browser: Browser, address: str, *, width: int = 1280, height: int = 800
) -> Iterator[Page]:
    """Yield the page as a new visitor sees it."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    context.set_default_timeout(15_000)
    try:
        yield open_page(context, address)
    finally:
        context.close()


def open_page(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#box textarea")).to_be_visible(timeout=30_000)
    return page


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with visiting(browser, address) as page:
        yield page


def ask(page: Page, question: str) -> None:
    box = page.locator("#box textarea")
    box.fill(question)
    box.press("Enter")


def ask_and_wait(page: Page, question: str) -> None:
    """Ask, and return once the box is free again."""
    ask(page, question)
    expect(page.locator("#chat .question").last).to_be_visible()
    expect(page.locator("#box").get_by_role("button", name="发送")).to_be_visible()


def test_nothing_leaves_the_machine_when_the_page_loads_and_a_question_is_asked(
    browser: Browser, address: str
) -> None:
    # Without the content security policy, which would stop such a request before it counts.
    context = browser.new_context(bypass_csp=True, locale="zh-CN")
    requested: list[str] = []

    def note(request: Request) -> None:
        requested.append(request.url)

    context.on("request", note)
    page = open_page(context, address)
    ask_and_wait(page, QUESTION)
    page.locator("#chat a.marker").first.click()
    expect(page.locator("#reader mark")).to_be_visible()
    context.close()
    hosts = {urlsplit(url).hostname for url in requested if urlsplit(url).scheme != "data"}
    assert len(requested) > 10
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
    ask_and_wait(page, QUESTION)
    context.close()
    assert complaints == []


def test_the_page_says_what_is_loaded_and_offers_examples(page: Page) -> None:
    contents = page.locator("#reader .contents")
    expect(contents).to_contain_text(OPINIONS.document.title)
    expect(contents).to_contain_text("中共中央 · 2021年3月27日印发 · 5 条")
    page.locator("#chat .example").first.click()
    expect(page.locator("#chat .answer a.marker").first).to_be_visible()


def test_an_answer_shows_its_sources_and_the_first_stands_beside_it(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    expect(page.locator("#chat .sources a")).to_have_text(["1 《意见》（三）", "2 《意见》（四）"])
    expect(page.locator("#chat .words")).to_contain_text("应当开展任职谈话")
    expect(page.locator("#reader h2")).to_have_text("《意见》（三）")
    expect(page.locator("#reader mark")).to_contain_text("应当开展任职谈话")


def test_a_number_opens_its_article_with_the_quoted_sentence_in_view(
    browser: Browser, address: str
) -> None:
    # So low that the sentence is out of view unless the reader scrolls to it.
    with visiting(browser, address, height=360) as page:
        ask_and_wait(page, QUESTION)
        page.get_by_role("link", name="[2]").click()
        expect(page.locator("#reader h2")).to_have_text("《意见》（四）")
        expect(page.locator("#reader mark")).to_have_text(
            "党委（党组）要加强对全面从严治党责任制度执行情况的监督检查，"
            "对下级“一把手”落实责任不到位、问题比较突出的及时约谈。"
        )
        page.get_by_role("link", name="[1]").click()
        expect(page.locator("#reader h2")).to_have_text("《意见》（三）")
        expect(page.locator("#reader mark")).to_be_in_viewport()


def test_the_reader_leads_on_to_the_previous_and_next_article(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    page.locator("#reader").get_by_text("下一条").click()
    expect(page.locator("#reader h2")).to_have_text("《意见》（四）")
    page.locator("#reader").get_by_text("上一条").click()
    expect(page.locator("#reader h2")).to_have_text("《意见》（三）")
    page.locator("#reader").get_by_text("上一条").click()
    expect(page.locator("#reader h2")).to_have_text("《意见》（二）")


def test_a_refusal_offers_near_articles_and_says_that_they_are_not_the_answer(page: Page) -> None:
    ask_and_wait(page, "违反规定罚款多少？")
    refusal = page.locator("#chat .answer.refused")
    expect(refusal).to_contain_text("材料中没有关于罚款的规定")
    expect(refusal.locator(".related")).to_contain_text("不是对所问问题的回答")
    refusal.get_by_role("link", name="《意见》（四）").click()
    expect(page.locator("#reader h2")).to_have_text("《意见》（四）")


def test_a_choice_asks_about_the_chosen_article(page: Page) -> None:
    ask_and_wait(page, "（五）怎么规定的")
    page.get_by_role("button", name="《意见》（一）").click()
    expect(page.locator("#chat .question").last).to_have_text("《意见》（一）怎么规定？")
    expect(page.locator("#chat .answer.answered")).to_be_visible()


def test_ten_thousand_characters_get_a_polite_message_in_the_chat(page: Page) -> None:
    ask_and_wait(page, "问" * 10_000)
    expect(page.locator("#chat .answer.notice")).to_have_text(
        "问题有 10000 个字，超过 2000 字的上限，请缩短后再问。"
    )


@pytest.mark.parametrize(
    "attack",
    [
        "<img src=x onerror='window.hit=1'><script>window.hit=1</script>",
        "<div>\n\n<svg onload='window.hit=1'>\n\n</div> [点我](javascript:window.hit=1) **粗**",
        "</div></div><a class='marker' href='javascript:window.hit=1'>[9]</a>",
        "{{constructor.constructor('window.hit=1')()}} ${window.hit=1} $$x$$",
    ],
)
def test_markup_in_a_question_is_shown_as_it_was_typed_and_does_nothing(
    page: Page, attack: str
) -> None:
    ask_and_wait(page, attack)
    shown = page.locator("#chat .question")
    assert shown.inner_text().split() == attack.split()
    assert shown.locator("img, svg, script, a, strong").count() == 0
    assert page.evaluate("window.hit") is None


def test_the_copy_button_copies_question_answer_and_sources_as_plain_text(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask_and_wait(page, QUESTION)
    page.get_by_role("button", name="复制答复和出处").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    lines = str(page.evaluate("navigator.clipboard.readText()")).splitlines()
    assert lines[0] == f"问：{QUESTION}"
    assert lines[1].startswith("答：《意见》（三）规定：")
    assert lines[-1].startswith("[2] 《意见》（四）：“党委（党组）要加强")


def test_a_phone_has_no_sideways_scrolling_and_reads_in_a_drawer(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address, width=390, height=844) as page:

        def overflow() -> int:
            return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))

        assert overflow() <= 0
        ask_and_wait(page, QUESTION + "w" * 300)
        assert overflow() <= 0
        expect(page.locator("#reader")).to_be_hidden()
        page.get_by_role("link", name="[2]").click()
        expect(page.locator("#reader mark")).to_be_in_viewport()
        assert overflow() <= 0
        page.get_by_role("button", name="关闭").click()
        expect(page.locator("#reader")).to_be_hidden()
        page.get_by_role("button", name="材料", exact=True).click()
        expect(page.locator("#reader .contents")).to_be_in_viewport()


def test_two_visitors_do_not_see_each_other_and_a_new_conversation_is_empty(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as one, visiting(browser, address) as other:
        ask_and_wait(one, QUESTION)
        ask_and_wait(other, "违反规定罚款多少？")
        expect(one.locator("#chat .question")).to_have_text([QUESTION])
        expect(other.locator("#chat .question")).to_have_text(["违反规定罚款多少？"])
        one.get_by_role("button", name="新对话").click()
        expect(one.locator("#chat .question")).to_have_count(0)
        other.reload()
        expect(other.locator("#chat .example").first).to_be_visible()
        expect(other.locator("#chat .question")).to_have_count(0)


def test_a_follow_up_question_brings_the_turns_before_it(browser: Browser) -> None:
    assistant = FakeAssistant()
    with serving(lambda: assistant) as address, visiting(browser, address) as page:
        ask_and_wait(page, QUESTION)
        ask_and_wait(page, "那副职呢？")
    question, history = assistant.asked[-1]
    assert question == "那副职呢？"
    assert [role for role, _ in history] == ["user", "assistant"]
    assert history[0] == ("user", QUESTION)


def test_screen_readers_hear_who_speaks_and_no_markup(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    labels = page.locator("#chat [aria-label]").evaluate_all(
        "elements => elements.map(element => element.getAttribute('aria-label'))"
    )
    assert {"提问", "答复", "对话"} <= set(labels)
    assert not any("<" in label for label in labels)
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


@contextmanager
def gated(
    browser: Browser, opener: Callable[[Gate], Callable[[], Answerer]]
) -> Iterator[tuple[Gate, Page]]:
    gate = Gate(FakeAssistant())
    with serving(opener(gate)) as address, visiting(browser, address) as page:
        try:
            yield gate, page
        finally:
            gate.release()


def test_before_the_materials_are_loaded_the_page_says_so_and_a_question_waits(
    browser: Browser,
) -> None:
    with gated(browser, lambda gate: gate.open) as (gate, page):
        expect(page.locator("#reader")).to_contain_text("正在载入材料")
        ask(page, QUESTION)
        expect(page.locator("#chat .answer.notice")).to_contain_text("正在载入材料和索引")
        gate.release()
        expect(page.locator("#chat .answer.answered .foot")).to_be_visible()


def test_a_question_can_be_stopped_and_the_next_one_asked(browser: Browser) -> None:
    with gated(browser, lambda gate: lambda: gate) as (gate, page):
        expect(page.locator("#reader .contents")).to_be_visible()
        ask(page, QUESTION)
        page.get_by_role("button", name="停止").click()
        expect(page.locator("#chat .answer.notice")).to_have_text("已停止。")
        gate.release()
        ask_and_wait(page, QUESTION)
        expect(page.locator("#chat .answer.answered .foot")).to_be_visible()
        expect(page.locator("#chat .question")).to_have_count(2)


def test_the_real_assistant_answers_a_real_question_with_its_sentence_marked(
    browser: Browser, assistant: Assistant, shipped_settings: Settings
) -> None:
    with (
        serving(lambda: assistant, corpus=shipped_settings.corpus) as address,
        visiting(browser, address) as page,
    ):
        expect(page.locator("#reader .contents details")).to_have_count(len(assistant.documents))
        expect(page.locator("#chat .example")).to_have_count(6)
        ask_and_wait(page, "上级“一把手”对下级“一把手”要开展哪些谈话？")
        expect(page.locator("#chat .words")).to_contain_text("任职谈话")
        answer = assistant.ask("上级“一把手”对下级“一把手”要开展哪些谈话？")
        page.get_by_role("link", name="[1]").first.click()
        marked = "".join(page.locator("#reader mark").all_inner_texts())
        assert marked == "".join(answer.citations[0].quote.splitlines())
        ask_and_wait(page, "违反规定的罚款是多少元？")
        expect(page.locator("#chat .answer.refused .related")).to_be_visible()
