"""The pages of practice in a real browser: Debian's Chromium, headless, on loopback."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, TimeoutError, expect
from tests.interfaces.browsing import IN_A_BROWSER
from tests.quiz.browsing import (
    PHONE,
    Visitors,
    answer_in_room,
    begin,
    choose,
    join_room,
    open_practice,
    open_room,
    question_on,
)

from assistant.quiz.items import Item, ItemType

pytestmark = IN_A_BROWSER


def test_practice_says_at_once_why_an_answer_is_right_and_why_the_others_are_not(
    visitors: Visitors, address: str
) -> None:
    with visitors.visiting(f"{address}/quiz/") as page:
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


def test_every_type_of_question_can_be_answered(visitors: Visitors, address: str) -> None:
    with visitors.visiting(f"{address}/quiz/") as page:
        open_practice(page)
        begin(page, "填空题", "简答题")
        answer_each(page, {ItemType.FILL, ItemType.SHORT})
        page.get_by_role("button", name="结束本组").click()
        page.get_by_role("button", name="返回", exact=True).click()
        for words in ("填空题", "简答题"):
            page.get_by_label(words, exact=True).uncheck()
        begin(page, "多项选择题", "判断题")
        answer_each(page, {ItemType.MULTIPLE, ItemType.JUDGE})


def answer_each(page: Page, types: set[ItemType]) -> None:
    """Answer the first question of each type, and skip the others."""
    while types:
        item = question_on(page)
        if item.type in types:
            types = types - {item.type}
            choose(page, item)
            page.locator("#submit").click()
            if item.type is ItemType.SHORT:
                settle(page, item)
            else:
                expect(page.locator("#verdict .verdict")).to_have_text("回答正确")
            page.locator("#next").click()
        else:
            page.get_by_role("button", name="先跳过").click()
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
    visitors: Visitors, address: str
) -> None:
    with visitors.visiting(f"{address}/quiz/") as page:
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
    visitors: Visitors, address: str
) -> None:
    with visitors.visiting(f"{address}/quiz/", PHONE) as page:
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


def test_an_error_is_reported_with_a_word_of_thanks(visitors: Visitors, address: str) -> None:
    with visitors.visiting(f"{address}/quiz/") as page:
        open_practice(page)
        begin(page, "单项选择题")
        choose(page, question_on(page))
        page.locator("#submit").click()
        page.get_by_text("题目有误？点此报错").click()
        page.get_by_label("依据有误").check()
        page.get_by_role("button", name="提交报错").click()
        expect(page.locator("#practice")).to_contain_text("已收到，谢谢")


def test_an_exam_keeps_answers_pauses_and_ends_with_a_score_and_a_review(
    visitors: Visitors, address: str
) -> None:
    with visitors.visiting(f"{address}/quiz/") as page:
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
        page.locator("#exam-next").click()
        expect(page.locator("#exam .meta")).to_contain_text("第 2 / 10 题")
        choose(page, question_on(page, "#exam"), place="#exam", right=False)
        expect(page.locator("#exam-clock")).to_contain_text("已答 2 / 10 题")
        # Any question is a click away on the card of answers.
        page.locator("#exam .palette label", has_text="10").click()
        expect(page.locator("#exam .meta")).to_contain_text("第 10 / 10 题")
        last = question_on(page, "#exam")
        choose(page, last, place="#exam")
        expect(page.locator("#exam-clock")).to_contain_text("已答 3 / 10 题")
        assert page.locator("#exam .verdict, #exam .explained").count() == 0
        page.locator("#hand-in").click()
        page.get_by_role("button", name="确定交卷").click()
        result = page.locator("#exam-result")
        expect(result).to_contain_text("2 分，不合格")
        expect(result.get_by_text("未作答")).to_have_count(7)
        expect(result).to_contain_text("满分 12 分，合格线 9.6 分")
        expect(result).to_contain_text("多选、少选、错选均不得分")
        expect(result.locator("details")).to_have_count(10)
        result.locator("details").last.click()
        expect(result.locator("details").last).to_contain_text("解析")


def run_out(page: Page) -> None:
    """Let the page's clock run out, until the page asks the server.

    A clock that the server sends again in between, as a slow one may, begins anew: then its time
    too must pass.
    """
    for _ in range(5):
        try:
            with page.expect_request("**/queue/join*", timeout=6_000):
                page.evaluate(
                    "{ const now = performance.now.bind(performance);"
                    " performance.now = () => now() + 630_000; }"
                )
            return
        except TimeoutError:
            continue
    raise AssertionError("the page never asked the server")


def test_an_exam_whose_time_is_up_hands_itself_in(visitors: Visitors, address: str) -> None:
    with visitors.visiting(f"{address}/quiz/") as page:
        page.get_by_role("tab", name="模拟考试").click()
        page.locator("#begin-exam").click()
        choose(page, question_on(page, "#exam"), place="#exam")
        expect(page.locator("#exam-clock")).to_contain_text("已答 1 / 10 题")
        # The page's clock runs out, the server's has not: nothing is taken away.
        run_out(page)
        expect(page.locator("#exam-clock b")).to_have_text(re.compile(r"[89]分"))
        expect(page.locator("#exam")).to_be_visible()


def test_a_host_and_two_members_go_through_a_room(visitors: Visitors, address: str) -> None:
    with (
        visitors.visiting(f"{address}/quiz/room") as host,
        visitors.visiting(f"{address}/quiz/room", PHONE) as one,
        visitors.visiting(f"{address}/quiz/room", PHONE) as other,
    ):
        code = open_room(host)
        drawn = host.locator("img[alt*=二维码]")
        expect(drawn).to_be_visible()
        expect(drawn).not_to_have_js_property("naturalWidth", 0)
        join_room(one, code, "张三")
        join_room(other, code, "李四")
        expect(host.locator(".people")).to_contain_text("成员 2 人")
        host.get_by_role("button", name="开始第 1 题").click()
        item = question_on(host, "#room")
        expect(host.locator(".clock")).to_contain_text("秒")
        answer_in_room(one, item.right_texts[0])
        expect(one.locator(".wait")).to_contain_text("已提交")
        expect(one.locator(".result")).to_have_count(0)
        expect(host.locator(".actions")).to_contain_text("已作答 1 / 2 人")
        # A phone that lost everything but its cookie comes back to the same question.
        other.reload()
        answer_in_room(other, wrong_option(item))
        # The last answer locks the question.
        expect(one.locator(".verdict")).to_contain_text("回答正确")
        expect(other.locator(".verdict")).to_contain_text("回答错误")
        expect(other.locator(".reasons .right")).to_contain_text(item.right_texts[0])
        expect(other.locator("blockquote").first).to_contain_text(item.basis[0].sentence)
        expect(host.locator(".result")).to_contain_text("2 人作答，1 人答对")
        expect(host.locator(".board tbody tr").first).to_contain_text("张三")
        host.get_by_label("下一题的计分方式").select_option(label="风险题 20 分（60 秒）")
        host.get_by_role("button", name="开始第 2 题").click()
        expect(one.locator(".stake")).to_have_text("风险题 20 分")
        expect(one.locator(".question")).to_contain_text("没有全对扣20分，不答不得分也不扣分")
        answer_in_room(one, wrong_option(question_on(one, "#room")))
        expect(one.locator(".wait")).to_contain_text("已提交")
        host.get_by_role("button", name="立即锁定").click()
        expect(one.locator(".verdict")).to_contain_text("扣 20 分")
        expect(other.locator(".verdict")).to_have_text("未作答")
        expect(host.locator(".board tbody tr").first).to_contain_text("李四")
        host.get_by_role("button", name="结束竞答").click()
        expect(one.locator(".board")).to_contain_text("最终成绩")
        with host.expect_download() as download:
            host.get_by_role("link", name="导出成绩").first.click()
        assert download.value.suggested_filename == f"quiz-{code}.xlsx"


def wrong_option(item: Item) -> str:
    """Return the text of an option that is not right."""
    return next(o.text for o in item.options if o.letter not in item.answer)


def test_names_are_shown_as_they_were_typed_and_do_nothing(
    visitors: Visitors, address: str
) -> None:
    with (
        visitors.visiting(f"{address}/quiz/room") as host,
        visitors.visiting(f"{address}/quiz/room", PHONE) as member,
    ):
        host.get_by_role("button", name="开房间").click()
        code = host.locator(".code").inner_text()
        member.goto(f"{address}/quiz/room/{code}")
        name = "<b>甲</b>"
        member.locator("[name=name]").fill(name)
        member.get_by_role("button", name="加入").click()
        expect(host.locator(".people li")).to_contain_text(name)
        assert host.locator(".people b").count() == 0


def test_a_reviewer_reads_edits_approves_and_rejects_with_the_source_beside(
    visitors: Visitors, address: str
) -> None:
    with visitors.visiting(f"{address}/quiz/review/") as page:
        shown = page.locator("#shown")
        expect(shown.locator(".stem")).to_be_visible()
        page.get_by_label("状态").click()
        page.get_by_role("option", name="已机检").click()
        expect(shown.locator(".meta")).to_contain_text("已机检")
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
    browser: Browser, address: str
) -> None:
    context = browser.new_context(
        locale="zh-CN", extra_http_headers={"X-Forwarded-For": "10.1.2.3"}
    )
    page = context.new_page()
    page.goto(f"{address}/quiz/review/")
    expect(page.locator("#work")).to_contain_text(
        "审题只对学习组主持人和管理员开放", timeout=30_000
    )
    expect(page.locator("#shown")).to_be_hidden()
    context.close()
