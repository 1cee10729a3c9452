"""The pages of practice in a real browser: Debian's Chromium, headless, on loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.quiz.serving import CORPUS, SAMPLES, serving_quiz

from assistant.quiz.bank import load_bank, save_bank
from assistant.quiz.items import Item, ItemType, Status

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ITEMS = {item.stem: item for item in load_bank(SAMPLES)}
PHONE = {"width": 390, "height": 844}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="没有安装 chromium（Debian 软件包 chromium）"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose bank has one question of each type that is active, and the rest."""
    with serving_quiz(tmp_path_factory.mktemp("pages")) as address:
        yield address


@contextmanager
def visiting(
    browser: Browser, address: str, *, width: int = 1440, height: int = 900
) -> Iterator[Page]:
    """Yield a page of a new visitor, and complain about whatever the browser complains of."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    context.set_default_timeout(20_000)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page = context.new_page()
    page.goto(address)
    try:
        yield page
        assert complaints == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    finally:
        context.close()


def open_practice(page: Page) -> None:
    expect(page.locator(".figures").first).to_be_visible(timeout=30_000)


def question_on(page: Page, place: str = "#practice") -> Item:
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
    for words in types:
        page.get_by_label(words, exact=True).check()
    page.locator("#begin").click()


def test_practice_says_at_once_why_an_answer_is_right_and_why_the_others_are_not(
    browser: Browser, address: str
) -> None:
    with visiting(browser, f"{address}/quiz/") as page:
        open_practice(page)
        begin(page, "单项选择题")
        item = question_on(page)
        choose(page, item, right=False)
        page.locator("#submit").click()
        verdict = page.locator("#verdict")
        expect(verdict.locator(".verdict")).to_have_text("回答错误")
        reasons = verdict.locator(".reasons li")
        expect(reasons).to_have_count(len(item.options))
        expect(verdict.locator(".reasons li.right")).to_contain_text(item.right_texts[0])
        expect(verdict.locator(".reasons li.wrong")).to_contain_text("您选了此项")
        for reason in dict(item.refute).values():
            expect(verdict).to_contain_text(reason)
        # The article opens beside it, at the sentence.
        mark = page.locator("#reader mark")
        expect(mark).to_be_in_viewport()
        assert "".join(mark.all_inner_texts()) in item.basis[0].sentence
        page.locator("#next").click()
        expect(page.locator("#practice .meta")).to_contain_text("第 2 / 10 题")


def test_every_type_of_question_can_be_answered(browser: Browser, address: str) -> None:
    with visiting(browser, f"{address}/quiz/") as page:
        open_practice(page)
        page.get_by_label("30", exact=True).check()
        begin(page, "多项选择题", "判断题", "填空题", "简答题")
        seen: set[ItemType] = set()
        while len(seen) < 4:
            item = question_on(page)
            if item.type in seen:
                page.get_by_role("button", name="先跳过").click()
                expect(page.locator("#practice .stem")).not_to_have_text(item.stem)
                continue
            seen.add(item.type)
            choose(page, item)
            page.locator("#submit").click()
            verdict = page.locator("#verdict .verdict")
            if item.type is ItemType.SHORT:
                settle(page, item)
            else:
                expect(verdict).to_have_text("回答正确")
            page.locator("#next").click()
            expect(page.locator("#practice .stem")).not_to_have_text(item.stem)


def settle(page: Page, item: Item) -> None:
    """Mark one's own short answer against the points."""
    verdict = page.locator("#verdict .verdict")
    expect(verdict).to_contain_text("对照要点自评")
    for point in item.rubric:
        page.locator("#practice label:visible", has_text=point.point).locator("input").check()
    page.get_by_role("button", name="确认自评").click()
    expect(verdict).to_contain_text(f"{item.score} / {item.score} 分")


def test_a_reloaded_page_goes_on_with_the_practice_where_it_was(
    browser: Browser, address: str
) -> None:
    with visiting(browser, f"{address}/quiz/") as page:
        open_practice(page)
        begin(page)
        choose(page, question_on(page))
        page.locator("#submit").click()
        expect(page.locator("#verdict .verdict")).to_be_visible()
        page.locator("#next").click()
        expect(page.locator("#practice .meta")).to_contain_text("第 2 / 10 题")
        stem = page.locator("#practice .stem").inner_text()
        page.reload()
        open_practice(page)
        expect(page.locator("#work")).to_contain_text("有一组没有做完")
        page.get_by_role("button", name="继续上次练习").click()
        expect(page.locator("#practice .stem")).to_have_text(stem)


def test_a_wrong_answer_is_in_the_book_and_can_be_practised_again(
    browser: Browser, address: str
) -> None:
    with visiting(browser, f"{address}/quiz/", **PHONE) as page:
        open_practice(page)
        begin(page, "判断题")
        item = question_on(page)
        choose(page, item, right=False)
        page.locator("#submit").click()
        expect(page.locator("#verdict .verdict")).to_have_text("回答错误")
        page.get_by_role("button", name="收藏").click()
        expect(page.get_by_role("button", name="取消收藏")).to_be_visible()
        page.get_by_role("tab", name="错题本").click()
        book = page.locator("#book details")
        expect(book).to_have_count(1)
        expect(book).to_contain_text(item.stem)
        expect(book).to_contain_text("连续答对 0 / 3")
        page.get_by_role("button", name="重练这些（1）").click()
        expect(page.locator("#practice .meta")).to_contain_text("错题重练")
        assert question_on(page) == item
        page.get_by_role("tab", name="进度").click()
        expect(page.locator("#progress .bars").first).to_be_visible()
        expect(page.locator("#progress")).to_contain_text("累计作答")


def test_an_error_is_reported_with_a_word_of_thanks(browser: Browser, address: str) -> None:
    with visiting(browser, f"{address}/quiz/") as page:
        open_practice(page)
        begin(page, "单项选择题")
        choose(page, question_on(page))
        page.locator("#submit").click()
        page.get_by_text("题目有误？点此报错").click()
        page.get_by_label("依据有误").check()
        page.get_by_role("button", name="提交报错").click()
        expect(page.locator("#practice")).to_contain_text("已收到，谢谢")


def test_an_exam_keeps_answers_pauses_and_ends_with_a_score_and_a_review(
    browser: Browser, address: str
) -> None:
    with visiting(browser, f"{address}/quiz/") as page:
        open_practice(page)
        page.get_by_role("tab", name="模拟考试").click()
        expect(page.locator("#work")).to_contain_text("9.6分合格")
        page.locator("#begin-exam").click()
        expect(page.locator("#exam-clock b")).to_have_text(re.compile(r"9分5\d秒|10分00秒"))
        first = question_on(page, "#exam")
        choose(page, first, place="#exam")
        expect(page.locator("#exam-clock")).to_contain_text("已答 1 / 10 题")
        page.reload()
        page.get_by_role("tab", name="模拟考试").click()
        assert question_on(page, "#exam") == first
        expect(page.locator("#exam .options label.selected")).to_be_visible()
        page.get_by_role("button", name="暂停").click()
        expect(page.locator("#exam")).to_contain_text("考试已暂停，题目已隐藏")
        assert first.stem not in page.locator("#exam").inner_text()
        page.get_by_role("button", name="继续考试").click()
        for number in range(2, 11):
            page.locator("#exam-next").click()
            expect(page.locator("#exam .meta")).to_contain_text(f"第 {number} / 10 题")
            choose(page, question_on(page, "#exam"), place="#exam", right=number != 10)
        expect(page.locator("#exam-clock")).to_contain_text("已答 10 / 10 题")
        assert page.locator("#exam .verdict, #exam .explained").count() == 0
        page.locator("#hand-in").click()
        page.get_by_role("button", name="确定交卷").click()
        result = page.locator("#exam-result")
        expect(result).to_contain_text("11 分，合格")
        expect(result).to_contain_text("满分 12 分，合格线 9.6 分")
        expect(result).to_contain_text("多选、少选、错选均不得分")
        expect(result.locator("details")).to_have_count(10)
        result.locator("details").last.click()
        expect(result.locator("details").last).to_contain_text("解析")


def test_an_exam_whose_time_is_up_hands_itself_in(browser: Browser, address: str) -> None:
    with visiting(browser, f"{address}/quiz/") as page:
        page.clock.install()
        page.reload()
        page.get_by_role("tab", name="模拟考试").click()
        page.locator("#begin-exam").click()
        choose(page, question_on(page, "#exam"), place="#exam")
        expect(page.locator("#exam-clock")).to_contain_text("已答 1 / 10 题")
        # The page's clock runs out, the server's has not: nothing is taken away.
        page.clock.fast_forward("10:30")
        expect(page.locator("#exam-clock b")).to_have_text(re.compile(r"[89]分"))
        expect(page.locator("#exam")).to_be_visible()


def join(page: Page, name: str) -> None:
    page.locator("[name=name]").fill(name)
    page.get_by_role("button", name="加入").click()
    expect(page.locator(".wait")).to_contain_text("已加入")


def test_a_host_and_two_members_go_through_a_room(browser: Browser, address: str) -> None:
    with (
        visiting(browser, f"{address}/quiz/room") as host,
        visiting(browser, f"{address}/quiz/room", **PHONE) as one,
        visiting(browser, f"{address}/quiz/room", **PHONE) as other,
    ):
        host.locator("[name=title]").fill("第三党支部学习竞答")
        host.locator("[name=number]").fill("2")
        for words in ("多项选择题", "判断题"):
            host.get_by_role("checkbox", name=words).uncheck()
        host.get_by_role("button", name="开房间").click()
        code = host.locator(".code").inner_text()
        assert re.fullmatch(r"\d{6}", code)
        drawn = host.locator("img[alt*=二维码]")
        expect(drawn).to_be_visible()
        assert drawn.evaluate("image => image.complete && image.naturalWidth > 0")
        for page, name in ((one, "张三"), (other, "李四")):
            page.get_by_label("房间号").fill(code)
            page.get_by_role("button", name="进入房间").click()
            join(page, name)
        expect(host.locator(".people")).to_contain_text("成员 2 人")
        host.get_by_role("button", name="开始第 1 题").click()
        item = ITEMS[host.locator(".stem").inner_text()]
        expect(host.locator(".clock")).to_contain_text("秒")
        one.locator(".option", has_text=item.right_texts[0]).click()
        one.get_by_role("button", name="提交").click()
        expect(one.locator(".wait")).to_contain_text("已提交")
        expect(one.locator(".result")).to_have_count(0)
        expect(host.locator(".actions")).to_contain_text("已作答 1 / 2 人")
        # A phone that lost everything but its cookie comes back to the same question.
        other.reload()
        wrong = next(o.text for o in item.options if o.letter not in item.answer)
        other.locator(".option", has_text=wrong).click()
        other.get_by_role("button", name="提交").click()
        # The last answer locks the question.
        expect(one.locator(".verdict")).to_contain_text("回答正确")
        expect(other.locator(".verdict")).to_contain_text("回答错误")
        expect(other.locator(".reasons .right")).to_contain_text(item.right_texts[0])
        expect(other.locator("blockquote").first).to_contain_text(item.basis[0].sentence)
        expect(host.locator(".result")).to_contain_text("2 人作答，1 人答对")
        expect(host.locator(".board tbody tr").first).to_contain_text("张三")
        host.get_by_role("button", name="开始第 2 题").click()
        expect(one.locator(".answering")).to_be_visible()
        host.get_by_role("button", name="立即锁定").click()
        expect(one.locator(".verdict")).to_have_text("未作答")
        host.get_by_role("button", name="结束竞答").click()
        expect(one.locator(".board")).to_contain_text("最终成绩")
        with host.expect_download() as download:
            host.get_by_role("link", name="导出成绩").first.click()
        assert download.value.suggested_filename == f"quiz-{code}.xlsx"


def test_names_are_shown_as_they_were_typed_and_do_nothing(browser: Browser, address: str) -> None:
    with (
        visiting(browser, f"{address}/quiz/room") as host,
        visiting(browser, f"{address}/quiz/room", **PHONE) as member,
    ):
        host.get_by_role("button", name="开房间").click()
        code = host.locator(".code").inner_text()
        member.goto(f"{address}/quiz/room/{code}")
        name = "<b>甲</b>"
        member.locator("[name=name]").fill(name)
        member.get_by_role("button", name="加入").click()
        expect(host.locator(".people li")).to_contain_text(name)
        assert host.locator(".people b").count() == 0


@pytest.fixture(scope="module")
def review_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the shipped questions, back where a reviewer has not seen them."""
    folder = tmp_path_factory.mktemp("review")
    shipped = load_bank(CORPUS / "quiz.jsonl")
    chosen = [next(i for i in shipped if i.type is type) for type in ItemType]
    save_bank((item.with_status(Status.CHECKED) for item in chosen), folder / "bank.jsonl")
    with serving_quiz(folder, bank=folder / "bank.jsonl") as address:
        yield address


def test_a_reviewer_reads_edits_approves_and_rejects_with_the_source_beside(
    browser: Browser, review_address: str
) -> None:
    with visiting(browser, f"{review_address}/quiz/review/") as page:
        shown = page.locator("#shown")
        expect(shown.locator(".stem")).to_be_visible(timeout=30_000)
        expect(shown).to_contain_text("机检：未发现问题")
        expect(page.locator("#reader mark").first).to_be_in_viewport()
        first = shown.locator(".stem").inner_text()
        page.locator("#approve").click()
        expect(page.locator("#said")).to_contain_text("已通过并启用")
        expect(shown.locator(".stem")).not_to_have_text(first)
        second = shown.locator(".stem").inner_text()
        page.locator("#reject").click()
        expect(page.locator("#said")).to_contain_text("退回需要写明理由")
        page.get_by_label("意见或者理由").fill("题干偏长")
        page.locator("#reject").click()
        expect(page.locator("#said")).to_contain_text("已退回")
        expect(shown.locator(".stem")).not_to_have_text(second)
        page.get_by_text("修改题目").click()
        stem = page.get_by_label("题干", exact=True)
        stem.fill("以上都对的是（　　）。")
        page.locator("#save").click()
        expect(page.locator("#said")).to_contain_text("未通过机检")


def test_whoever_does_not_sit_at_the_machine_sees_no_question_to_review(
    browser: Browser, review_address: str
) -> None:
    context = browser.new_context(
        locale="zh-CN", extra_http_headers={"X-Forwarded-For": "10.1.2.3"}
    )
    page = context.new_page()
    page.goto(f"{review_address}/quiz/review/")
    expect(page.locator("#work")).to_contain_text(
        "审题只对学习组主持人和管理员开放", timeout=30_000
    )
    expect(page.locator("#shown")).to_be_hidden()
    context.close()
