"""How the pages of practice look, on a screen and on a phone, by day and by night.

With ``QUIZ_SCREENS=docs/screens`` in the environment the states are kept as pictures, to be
looked at: what axe-core cannot see.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect
from tests.interfaces.browsing import IN_A_BROWSER
from tests.quiz.browsing import (
    PHONE,
    SCREEN,
    Visitors,
    answer_in_room,
    begin,
    choose,
    join_room,
    open_practice,
    open_room,
    overflow,
    question_on,
)

SIZES = {1440: SCREEN, 390: PHONE}
COLOURS = 64
LOOKS, LOOK_AGAIN_MS = 4, 500
TAP = 24
"""Pixels that a control is wide and high at least, or far from the next (WCAG 2.2, 2.5.8)."""

pytestmark = IN_A_BROWSER

# Controls that are neither in a line of text nor large enough to be hit with a finger.
_SMALL = """least => [...document.querySelectorAll("a, button, input, select, summary")]
  .filter(one => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .map(one => one.matches("input") ? one.closest("label, .wrap, .container") || one : one)
  .filter(one => !["P", "LI", "CITE", "SPAN"].includes(one.parentElement.tagName)
    || one.parentElement.children.length === 1 && getComputedStyle(one).display !== "inline")
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && box.height && (box.width < least || box.height < least))
  .map(([one]) => one.outerHTML.slice(0, 160))"""
# Words that a box with a fixed size cuts off.
_CUT = """() => [...document.querySelectorAll("button, a, label, summary, th, td, p, li, h2, h3")]
  .filter(one => one.checkVisibility() && one.childElementCount === 0 && one.textContent.trim())
  .filter(one => one.scrollWidth > one.clientWidth + 1
    && ["hidden", "clip"].includes(getComputedStyle(one).overflowX))
  .map(one => one.outerHTML.slice(0, 160))"""

# Boxes to write in that cannot be seen to be boxes.
_UNSEEN = """() => [...document.querySelectorAll("textarea, input, select")]
  .filter(one => one.checkVisibility() && !["checkbox", "radio"].includes(one.type))
  .filter(one => one.getBoundingClientRect().width > 4)
  .filter(one => ![one, one.closest(".wrap-inner")].some(box => box
    && parseFloat(getComputedStyle(box).borderTopWidth) > 0))
  .map(one => one.outerHTML.slice(0, 160))"""

# Resolves once no colour is on its way to another.
_SETTLED = """() => new Promise(requestAnimationFrame).then(() => Promise.all(
  document.getAnimations()
    .filter(one => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map(one => one.finished.catch(() => null))))
  .then(() => null)"""


class Look:
    """Looks at one state after another, and remembers what is wrong."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._axe = Axe()
        self._folder = os.environ.get("QUIZ_SCREENS", "")
        self.faults: dict[str, list[str]] = {}

    def at(self, page: Page, name: str, *, picture: str = "", by_night: bool = False) -> None:
        """Look at a state of a page; ``picture`` is what its picture is called."""
        found = serious(self._axe, page)
        found += [f"small: {html}" for html in page.evaluate(_SMALL, TAP)]
        found += [f"cut: {html}" for html in page.evaluate(_CUT)]
        found += [f"unseen: {html}" for html in page.evaluate(_UNSEEN)]
        if overflow(page) > 0:
            found.append(f"{overflow(page)} pixels wider than the window")
        if by_night:
            page.emulate_media(color_scheme="dark")
            # What Gradio does on arrival.
            page.evaluate("document.body.classList.add('dark')")
            page.evaluate(_SETTLED)
            found += [f"by night: {fault}" for fault in serious(self._axe, page)]
            page.evaluate("document.body.classList.remove('dark')")
            page.emulate_media(color_scheme="light")
            page.evaluate(_SETTLED)
        if found:
            self.faults[name] = found
        if picture:
            self.keep(page, picture)

    def keep(self, page: Page, picture: str) -> None:
        """Keep a picture of the window in few colours, where pictures are wanted."""
        if self._folder:
            seen = Image.open(BytesIO(page.screenshot())).convert("RGB")
            path = Path(self._folder) / f"quiz-{picture}-{self._width}.png"
            seen.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def serious(axe: Axe, page: Page) -> list[str]:
    """Return what axe-core finds that keeps people from using the page.

    A button that has just become usable is pale for a moment: only what lasts is a fault.
    """
    for _ in range(LOOKS):
        page.evaluate(_SETTLED)
        if not (faults := serious_now(axe, page)):
            break
        page.wait_for_timeout(LOOK_AGAIN_MS)
    return faults


def serious_now(axe: Axe, page: Page) -> list[str]:
    """Return what axe-core finds at this moment."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.axe_script)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [
        f"{fault['id']}: {node['html'][:200]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("width", SIZES)
def test_practice_exam_and_progress_can_be_used_by_everyone(
    visitors: Visitors, address: str, width: int
) -> None:
    look = Look(width)
    with visitors.visiting(f"{address}/quiz/", SIZES[width]) as page:
        open_practice(page)
        look.at(page, "beginning", picture="start")
        begin(page, "单项选择题")
        item = question_on(page)
        choose(page, item, right=False)
        page.locator("#submit").click()
        expect(page.locator("#verdict .verdict")).to_have_text("回答错误")
        if width == 1440:
            expect(page.locator("#reader mark").first).to_be_in_viewport()
        look.at(page, "verdict", picture="practice", by_night=width == 1440)
        page.get_by_role("tab", name="错题本").click()
        expect(page.locator("#book details")).to_have_count(1)
        page.locator("#book details").click()
        look.at(page, "book", picture="book")
        page.get_by_role("tab", name="模拟考试").click()
        page.locator("#begin-exam").click()
        question_on(page, "#exam")
        look.at(page, "exam", picture="exam")
        page.get_by_role("tab", name="进度").click()
        expect(page.locator("#progress .bars").first).to_be_visible()
        look.at(page, "progress", picture="progress")
    assert look.faults == {}, "\n".join(map(str, look.faults.items()))


@pytest.mark.parametrize("width", SIZES)
def test_review_can_be_used_by_everyone(visitors: Visitors, address: str, width: int) -> None:
    look = Look(width)
    with visitors.visiting(f"{address}/quiz/review/", SIZES[width]) as page:
        expect(page.locator("#shown .stem")).to_be_visible()
        look.keep(page, "review")
        page.get_by_text("修改题目").click()
        expect(page.locator("#save")).to_be_visible()
        look.at(page, "question and its edit")
    assert look.faults == {}, "\n".join(map(str, look.faults.items()))


@pytest.mark.parametrize("width", SIZES)
def test_a_room_can_be_used_by_everyone(visitors: Visitors, address: str, width: int) -> None:
    look, entrance = Look(width), f"{address}/quiz/room"
    with (
        visitors.visiting(entrance, SIZES[width]) as host,
        visitors.visiting(entrance, SIZES[width]) as member,
    ):
        expect(host.locator("[name=title]")).to_be_visible()
        look.at(host, "entrance", picture="room-entrance")
        code = open_room(host)
        join_room(member, code, "张三")
        expect(host.locator(".people")).to_contain_text("成员 1 人")
        look.at(host, "host waits", picture="room-lobby")
        host.get_by_label("下一题的计分方式").select_option(label="风险题 30 分（90 秒）")
        host.get_by_role("button", name="开始第 1 题").click()
        item = question_on(member, "#room")
        look.keep(host, "room-asking")
        look.at(member, "member answers", picture="room-answering")
        answer_in_room(member, item.right_texts[0])
        expect(member.locator(".verdict")).to_contain_text("得 30 分")
        expect(host.locator(".board tbody tr")).to_have_count(1)
        look.at(host, "host explains", picture="room-host", by_night=width == 1440)
        look.at(member, "member reads", picture="room-member", by_night=width == 390)
        host.on("dialog", lambda dialog: dialog.accept())
        host.get_by_role("button", name="结束竞答").click()
        expect(member.locator(".board")).to_contain_text("最终成绩")
        look.at(host, "host ends", picture="room-over")
    assert look.faults == {}, "\n".join(map(str, look.faults.items()))
