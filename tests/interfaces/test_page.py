"""The conversation in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.fakes import OPINIONS, FakeAssistant, Gate

from assistant.interfaces.opening import Answerer
from assistant.pipeline import Assistant
from assistant.settings import Settings

from .browsing import (
    IN_A_BROWSER,
    NARROW,
    SIZES,
    ask,
    ask_and_wait,
    in_view,
    launching,
    start_anew,
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


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with visiting(browser, address) as page:
        yield page


@pytest.fixture(scope="module", params=SIZES, ids="{}px".format)
def window(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    with visiting(browser, address, width=request.param) as page:
        yield page


@pytest.fixture
def sized(window: Page) -> Page:
    return start_anew(window)


def top_of(locator: Locator) -> float:
    return float(locator.evaluate("element => element.getBoundingClientRect().top"))


def is_narrow(page: Page) -> bool:
    size = page.viewport_size
    return size is not None and size["width"] <= NARROW


def test_examples_are_offered_by_topic_and_asked_with_a_click(sized: Page) -> None:
    topic = sized.get_by_role("group", name="意见").first
    example = topic.get_by_role("button").first
    question = example.inner_text()
    example.click()
    expect(sized.locator("#chat .question")).to_have_text(question)
    expect(sized.locator("#chat .answer a.marker").first).to_be_visible()
    expect(sized.locator("#welcome")).to_be_hidden()


def test_an_answer_names_its_evidence_above_its_words(sized: Page) -> None:
    ask_and_wait(sized, QUESTION)
    answer = sized.locator("#chat .answer")
    expect(answer.locator(".sources a")).to_have_text(["1 《意见》（三）", "2 《意见》（四）"])
    expect(answer.locator(".words")).to_contain_text("应当开展任职谈话")
    assert top_of(answer.locator(".sources")) < top_of(answer.locator(".words"))


def test_a_number_opens_its_article_with_the_quoted_sentence_in_view(sized: Page) -> None:
    ask_and_wait(sized, QUESTION)
    sized.locator("#chat a.marker", has_text="[2]").click()
    expect(sized.locator("#reader h2")).to_have_text("《意见》（四）")
    expect(sized.locator("#reader mark")).to_have_text(
        "党委（党组）要加强对全面从严治党责任制度执行情况的监督检查，"
        "对下级“一把手”落实责任不到位、问题比较突出的及时约谈。"
    )
    assert in_view(sized, "#reader mark")


def test_the_reader_scrolls_to_a_sentence_that_is_out_of_view(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address, width=1024, height=330) as page:
        ask_and_wait(page, QUESTION)
        page.locator("#chat a.marker", has_text="[1]").click()
        expect(page.locator("#reader h2")).to_have_text("《意见》（三）")
        assert in_view(page, "#reader mark")
        assert page.locator("#reader-body").evaluate("body => body.scrollTop") > 0


def test_beside_the_answer_its_first_source_stands_open_where_there_is_room(sized: Page) -> None:
    ask_and_wait(sized, QUESTION)
    if is_narrow(sized):
        expect(sized.locator("#reader")).to_be_hidden()
    else:
        expect(sized.locator("#reader mark")).to_contain_text("应当开展任职谈话")


def open_first_source(page: Page) -> None:
    page.locator("#chat .answer a.source").first.click()
    expect(page.locator("#reader h2")).to_have_text("《意见》（三）")


def test_the_reader_leads_on_to_the_previous_and_next_article(sized: Page) -> None:
    ask_and_wait(sized, QUESTION)
    open_first_source(sized)
    for words, expected in (("下一条", "（四）"), ("上一条", "（三）"), ("上一条", "（二）")):
        sized.locator("#reader").get_by_role("link", name=words).click()
        expect(sized.locator("#reader h2")).to_have_text(f"《意见》{expected}")


def test_the_same_matter_in_the_other_document_opens_beside_the_article(sized: Page) -> None:
    ask_and_wait(sized, QUESTION)
    open_first_source(sized)
    sized.locator("#reader").get_by_role("link", name="同一事项：《若干措施》").click()
    expect(sized.locator("#reader h2")).to_have_text("《意见》与《若干措施》对照")
    cells = sized.locator("#reader .pair:not(.head) .cell")
    expect(cells).to_have_count(2)
    expect(cells.nth(1)).to_contain_text("任职谈话全覆盖")
    expect(cells.nth(1).locator(".only")).to_have_text("每季度")
    assert in_view(sized, "#reader .pair:not(.head)")


def test_a_refusal_says_how_to_ask_and_offers_the_nearest_articles(sized: Page) -> None:
    ask_and_wait(sized, REFUSED)
    refusal = sized.locator("#chat .answer.refused")
    expect(refusal).to_contain_text("材料中没有关于罚款的规定")
    expect(refusal.locator(".advice")).to_contain_text("例如“《意见》（四）怎么规定？”")
    expect(refusal.locator(".related")).to_contain_text("不是对所问问题的回答")
    refusal.get_by_role("link", name="《意见》（四）").click()
    expect(sized.locator("#reader h2")).to_have_text("《意见》（四）")


def test_what_is_offered_to_go_on_with_is_answered(sized: Page) -> None:
    ask_and_wait(sized, REFUSED)
    offered = sized.get_by_role("group", name="可以改问").get_by_role("button")
    expect(offered.first).to_be_visible()
    for question in offered.all_inner_texts():
        assert FakeAssistant(ALL).ask(question).status == "answered"
    offered.first.click()
    expect(sized.locator("#chat .answer.answered")).to_be_visible()
    expect(sized.get_by_role("group", name="接着问").get_by_role("button").first).to_be_visible()


def test_a_choice_asks_about_the_chosen_article(sized: Page) -> None:
    ask_and_wait(sized, "（五）怎么规定的")
    sized.get_by_role("button", name="《意见》（一）").click()
    expect(sized.locator("#chat .question").last).to_have_text("《意见》（一）怎么规定？")
    expect(sized.locator("#chat .answer.answered")).to_be_visible()


def test_answer_and_sources_are_copied_as_plain_text(sized: Page) -> None:
    sized.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask_and_wait(sized, QUESTION)
    sized.get_by_role("button", name="复制答复和出处").click()
    expect(sized.get_by_role("button", name="已复制")).to_be_visible()
    lines = str(sized.evaluate("navigator.clipboard.readText()")).splitlines()
    assert lines[0] == f"问：{QUESTION}"
    assert lines[1].startswith("答：《意见》（三）规定：")
    assert lines[-1].startswith("[2] 《意见》（四）：“党委（党组）要加强")


def test_enter_sends_and_shift_enter_begins_a_line(page: Page) -> None:
    box = page.locator("#question")
    box.fill("对下级新任职的“一把手”")
    box.press("Shift+Enter")
    box.press_sequentially("怎么谈话？")
    expect(page.locator("#chat .question")).to_have_count(0)
    box.press("Enter")
    expect(page.locator("#chat .question")).to_have_text("对下级新任职的“一把手”怎么谈话？")
    expect(box).to_have_value("")


def test_enter_that_picks_a_word_while_composing_sends_nothing(page: Page) -> None:
    box = page.locator("#question")
    box.fill("tanhua")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(box).to_have_value("tanhua")
    expect(page.locator("#chat .question")).to_have_count(0)


def test_an_empty_box_takes_the_last_question_back(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    page.locator("#question").press("ArrowUp")
    expect(page.locator("#question")).to_have_value(QUESTION)


def test_ten_thousand_characters_get_a_polite_message_in_the_chat(page: Page) -> None:
    ask_and_wait(page, "问" * 10_000)
    expect(page.locator("#chat .answer.notice p")).to_have_text(
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


def test_a_follow_up_question_brings_the_turns_before_it(browser: Browser) -> None:
    assistant = FakeAssistant()
    with serving(lambda: assistant) as address, visiting(browser, address) as page:
        ask_and_wait(page, QUESTION)
        ask_and_wait(page, "那副职呢？")
    question, history = next(a for a in reversed(assistant.asked) if a[0] == "那副职呢？")
    assert question == "那副职呢？"
    assert [role for role, _ in history] == ["user", "assistant"]
    assert history[0] == ("user", QUESTION)


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


def test_what_a_model_is_writing_is_marked_as_being_checked(browser: Browser) -> None:
    with gated(browser, lambda gate: lambda: gate) as (gate, page):
        expect(page.locator("#reader .contents")).to_be_visible()
        ask(page, QUESTION)
        expect(page.locator("#chat .unchecked")).to_have_text("正在起草。")
        expect(page.locator("#chat .answer")).to_contain_text("核对引文中")
        gate.release()
        expect(page.locator("#chat .answer.answered .foot")).to_be_visible()
        expect(page.locator("#chat .unchecked")).to_have_count(0)


def test_a_question_can_be_stopped_asked_again_and_followed_by_another(browser: Browser) -> None:
    with gated(browser, lambda gate: lambda: gate) as (gate, page):
        expect(page.locator("#reader .contents")).to_be_visible()
        ask(page, QUESTION)
        page.get_by_role("button", name="停止").click()
        expect(page.locator("#chat .answer.notice p")).to_have_text("已停止。")
        ask(page, QUESTION)
        page.keyboard.press("Escape")
        expect(page.locator("#chat .answer.notice p")).to_have_text(["已停止。", "已停止。"])
        gate.release()
        page.get_by_role("button", name="再试一次").first.click()
        expect(page.locator("#chat .answer.answered .foot")).to_be_visible()
        ask_and_wait(page, QUESTION)
        expect(page.locator("#chat .question")).to_have_count(3)


def test_an_answer_can_be_given_once_more_in_its_place(page: Page) -> None:
    ask_and_wait(page, QUESTION)
    page.get_by_role("button", name="重新回答").click()
    expect(page.get_by_role("button", name="发送")).to_be_visible()
    expect(page.locator("#chat .question")).to_have_count(1)
    expect(page.locator("#chat .answer.answered")).to_have_count(1)


def test_an_answer_that_is_asked_for_once_more_and_stopped_is_there_again(
    browser: Browser,
) -> None:
    with gated(browser, lambda gate: lambda: gate) as (gate, page):
        expect(page.locator("#reader .contents")).to_be_visible()
        gate.release()
        ask_and_wait(page, QUESTION)
        gate.close()
        page.get_by_role("button", name="重新回答").click()
        expect(page.locator("#chat .unchecked")).to_be_visible()
        page.get_by_role("button", name="停止").click()
        expect(page.locator("#chat .answer.answered .foot")).to_be_visible()


def test_questions_in_quick_succession_are_kept_in_one_conversation(
    browser: Browser, address: str
) -> None:
    with visiting(browser, address) as page:
        for question in (QUESTION, REFUSED, QUESTION):
            ask_and_wait(page, question)
        expect(page.locator("#chat .opinion")).to_have_count(3)
        listed = page.request.get(f"{address}/api/conversations").json()
    assert [conversation["turns"] for conversation in listed] == [3]


def test_the_latest_question_stands_at_the_top_however_short_its_answer(sized: Page) -> None:
    for _ in range(3):
        ask_and_wait(sized, QUESTION)
    ask_and_wait(sized, REFUSED)
    question = sized.locator("#chat .question").last
    assert 0 <= top_of(question) - top_of(sized.locator("#chat")) < 60


def test_the_real_assistant_answers_a_real_question_with_its_sentence_marked(
    browser: Browser, assistant: Assistant, shipped_settings: Settings
) -> None:
    with (
        serving(lambda: assistant, corpus=shipped_settings.corpus) as address,
        visiting(browser, address) as page,
    ):
        expect(page.locator("#reader .contents details")).to_have_count(len(assistant.documents))
        expect(page.locator("#chat .example").first).to_be_visible()
        ask_and_wait(page, "上级“一把手”对下级“一把手”要开展哪些谈话？")
        expect(page.locator("#chat .words")).to_contain_text("任职谈话")
        answer = assistant.ask("上级“一把手”对下级“一把手”要开展哪些谈话？")
        page.locator("#chat a.marker", has_text="[1]").first.click()
        expect(page.locator("#reader mark").first).to_be_visible()
        marked = "".join(page.locator("#reader mark").all_inner_texts())
        assert marked == "".join(answer.citations[0].quote.splitlines())
        for offered in page.get_by_role("group", name="接着问").get_by_role("button").all():
            assert assistant.ask(offered.inner_text()).status == "answered"
        ask_and_wait(page, "违反规定的罚款是多少元？")
        expect(page.locator("#chat .answer.refused .related")).to_be_visible()


def test_the_contents_say_what_is_loaded(page: Page) -> None:
    contents = page.locator("#reader .contents")
    expect(contents).to_contain_text(OPINIONS.document.title)
    expect(contents).to_contain_text("中共中央 · 2021年3月27日印发 · 5 条")
