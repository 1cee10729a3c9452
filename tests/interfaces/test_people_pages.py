"""Pages beside the chat in a real browser: signing in, conversations, verdicts, documents.

With ``ASSISTANT_SCREENS`` set to a folder, every page that is looked at leaves its picture there.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.settings.web import WebSettings

from .browsing import IN_A_BROWSER, SIZES, launching, overflow
from .people import ADMINISTRATOR, COLLEAGUE, PASSWORD, READER, add_people
from .serving import serving
from .test_page_look import serious

QUESTION = "上级“一把手”对下级“一把手”要开展哪些谈话？"
REFUSED = "违反规定的罚款是多少元？"
SCRIPT = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
RULES = (
    "为规范差旅费管理，制定本办法。",
    "出差应当事先履行审批手续。",
    "差旅费应当在十五个工作日内报销。",
)
SCREENS = os.environ.get("ASSISTANT_SCREENS", "")

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launching() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(indexed_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real assistant over a copy of the shipped corpus; people sign in with passwords."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(indexed_settings.corpus, folder / "corpus")
    shutil.copytree(indexed_settings.index, folder / "index")
    settings = Settings(
        corpus=folder / "corpus",
        index=folder / "index",
        data=folder / "data",
        # The tests of this file ask more in a minute than one reader may.
        web=WebSettings(identity="password", questions_per_minute=1000),
    )
    add_people(settings)
    with serving(lambda: Assistant.open(settings), settings=settings) as address:
        yield address


@contextmanager
def coming(
    browser: Browser, address: str, name: str = "", *, width: int = 1440, dark: bool = False
) -> Iterator[Page]:
    """Yield a page of a person who has signed in by the form; without a name, of a stranger."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": SIZES[width]},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    try:
        if name:
            page.goto("/login?next=/me")
            sign_in(page, name)
            expect(page.get_by_role("heading", name="身份")).to_be_visible()
        yield page
    finally:
        context.close()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("账号").fill(name)
    page.get_by_label("口令").fill(password)
    page.get_by_role("button", name="登录").click()


def ask(page: Page, *questions: str) -> str:
    """Ask in one conversation, as the chat page does, and return its id."""
    id = ""
    for question in questions:
        sent = {"question": question, "conversation": id}
        assert page.request.post("/api/ask", data=sent).ok
        id = page.request.get("/api/conversations").json()[0]["id"]
    return id


def look_at(page: Page, name: str) -> None:
    """See that a page has no serious fault and no sideways scroll; keep its picture if asked."""
    width = (page.viewport_size or {"width": 0})["width"]
    if SCREENS:
        path = Path(SCREENS) / f"{name}-{width}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True)
    assert serious(Axe(), page) == [], name
    assert overflow(page) <= 0, name


def downloaded(page: Page, link: str, *, position: int = 0) -> list[str]:
    """Follow a link to a Word file and return its paragraphs."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).nth(position).click()
    raw = Path(waiting.value.path()).read_bytes()
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(raw)).paragraphs]


# --- point 5: identity -----------------------------------------------------------------------


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_signing_in_leads_where_one_wanted_to_go_and_out_again(
    browser: Browser, address: str, width: int
) -> None:
    with coming(browser, address, width=width) as page:
        page.goto("/conversations")
        expect(page).to_have_title("登录 · 学习材料问答")
        sign_in(page, READER, "猜的口令000001")
        expect(page.get_by_role("alert")).to_have_text("账号或口令不对。")
        look_at(page, "login")
        sign_in(page, READER)
        expect(page.get_by_role("heading", name="历次对话")).to_be_visible()
        page.get_by_role("link", name="张三").click()
        look_at(page, "me")
        page.get_by_role("button", name="退出登录").click()
        expect(page.get_by_role("heading", name="登录")).to_be_visible()
        page.goto("/conversations")
        expect(page.get_by_role("heading", name="登录")).to_be_visible()


def test_the_chat_itself_is_closed_to_strangers_and_open_after_signing_in(
    browser: Browser, address: str
) -> None:
    with coming(browser, address) as page:
        page.goto("/")
        sign_in(page, COLLEAGUE)
        expect(page.locator("body.ready")).to_be_attached(timeout=30_000)
        page.locator("#question").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("#chat .answer.answered")).to_contain_text("任职谈话")
        # It can be judged once it is kept.
        expect(page.locator("#chat .opinion")).to_be_visible()
        page.goto("/conversations")
        expect(page.get_by_role("link", name=QUESTION)).to_be_visible()
        page.get_by_role("link", name="继续").first.click()
        expect(page.locator("#chat .question")).to_have_text(QUESTION)


def test_after_wrong_passwords_the_page_says_how_long_to_wait(
    browser: Browser, address: str
) -> None:
    with coming(browser, address) as page:
        page.goto("/login")
        for attempt in range(6):
            sign_in(page, "wangwu", f"猜的口令00000{attempt}")
            expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("分钟后再试")


# --- point 3: conversations ------------------------------------------------------------------


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_conversations_are_found_renamed_exported_and_deleted(
    browser: Browser, address: str, width: int
) -> None:
    with coming(browser, address, READER, width=width) as page:
        ask(page, REFUSED)
        ask(page, QUESTION, "贯彻执行民主集中制有什么要求？")
        page.goto("/conversations")
        look_at(page, "conversations")
        page.get_by_label("查找").fill("罚款")
        page.get_by_role("button", name="查找").click()
        expect(page.get_by_role("link", name=REFUSED).first).to_be_visible()
        expect(page.get_by_role("link", name=QUESTION)).to_have_count(0)
        page.goto("/conversations")
        first = page.locator(".rows > li").first
        first.get_by_text("改名").click()
        first.get_by_label("新题目").fill("第三次学习")
        first.get_by_role("button", name="保存").click()
        expect(page.get_by_role("link", name="第三次学习")).to_be_visible()
        text = downloaded(page, "导出 Word")
        assert text[0] == "第三次学习"
        assert any("引文已逐字核对" in line for line in text)
        page.on("dialog", lambda dialog: dialog.accept())
        while page.get_by_role("button", name="删除").count():
            before = page.locator(".rows > li").count()
            page.get_by_role("button", name="删除").first.click()
            expect(page.locator(".rows > li")).to_have_count(before - 1)
        expect(page.get_by_text("还没有对话")).to_be_visible()


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_an_answer_is_read_again_judged_and_filed(
    browser: Browser, address: str, width: int
) -> None:
    with coming(browser, address, READER, width=width) as page:
        id = ask(page, QUESTION, REFUSED)
        page.goto(f"/conversations/{id}")
        page.get_by_text("所引条文全文").first.click()
        expect(page.locator("mark").first).to_contain_text("任职谈话")
        look_at(page, "conversation")
        sheet = downloaded(page, "下载答复单")
        assert sheet[0] == "答复单"
        assert downloaded(page, "下载答复单") == sheet
        assert "二、答复" in sheet
        page.get_by_text("评价这条答复").first.click()
        page.get_by_label("不完整").first.check()
        page.get_by_label("说明（选填，管理员可见）").first.fill("漏了监督谈话")
        page.get_by_role("button", name="提交评价").first.click()
        expect(page.get_by_text("已评：不完整")).to_be_visible()


def test_two_people_in_two_browsers_see_their_own(browser: Browser, address: str) -> None:
    with (
        coming(browser, address, READER) as one,
        coming(browser, address, COLLEAGUE) as other,
    ):
        id = ask(one, QUESTION)
        other.goto("/conversations")
        expect(other.locator(f'a[href="/conversations/{id}"]')).to_have_count(0)
        other.goto(f"/conversations/{id}")
        expect(other.get_by_text("没有这个对话，可能已被删除。")).to_be_visible()
        other.goto(f"/?conversation={id}")
        expect(other.locator("body.ready")).to_be_attached(timeout=30_000)
        expect(other.locator("#chat .question")).to_have_count(0)


def test_all_ones_data_goes_when_one_says_so(browser: Browser, address: str) -> None:
    with coming(browser, address, COLLEAGUE) as page:
        ask(page, QUESTION)
        page.goto("/me")
        page.get_by_text("清除我的全部数据").click()
        page.get_by_label("请输入“清除”以确认").fill("清除")
        page.get_by_role("button", name="清除").click()
        expect(page.get_by_role("status")).to_have_text("您的全部数据已清除。")
        page.goto("/conversations")
        expect(page.get_by_text("还没有对话")).to_be_visible()


# --- point 4: verdicts and figures -----------------------------------------------------------


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_an_administrator_reads_figures_and_turns_a_complaint_into_an_expectation(
    browser: Browser, address: str, width: int
) -> None:
    with coming(browser, address, READER) as page:
        id = ask(page, QUESTION, REFUSED, "差旅费怎么报销？", "出差的差旅费怎么报销？")
        turn = page.request.get(f"/api/conversations/{id}").json()["turns"][0]["id"]
        sent = {"verdict": "incomplete", "comment": f"漏了监督谈话，{width}"}
        page.request.post(f"/api/answers/{turn}/feedback", data=sent)
    with coming(browser, address, ADMINISTRATOR, width=width) as page:
        page.goto("/admin?days=7")
        expect(page.get_by_role("cell", name="差旅费怎么报销？").first).to_be_visible()
        expect(page.locator("svg")).to_have_count(4)
        look_at(page, "admin")
        page.goto("/admin/feedback?verdict=incomplete")
        complaint = page.locator("section.card", has_text=f"漏了监督谈话，{width}")
        complaint.get_by_text("应当怎样答").click()
        complaint.get_by_label("依据").fill("opinions-2021#3")
        complaint.get_by_label("必须出现的词句").fill("任职谈话\n监督谈话")
        look_at(page, "admin-feedback")
        complaint.get_by_role("button", name="保存").click()
        expect(complaint.get_by_text("待收进评测题")).to_be_visible()


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_accounts_and_the_log_can_be_looked_after(
    browser: Browser, address: str, width: int
) -> None:
    with coming(browser, address, ADMINISTRATOR, width=width) as page:
        page.goto("/admin/accounts")
        page.get_by_label("账号（登录时输入）").fill(f"new{width}")
        page.get_by_label("姓名").fill("新同事")
        page.get_by_label("初始口令").fill("夏天的第二份材料2027")
        page.locator("#role").select_option("host")
        page.get_by_role("button", name="新增").click()
        added = page.locator(".rows > li", has_text=f"new{width}")
        expect(added).to_contain_text("学习组主持人")
        look_at(page, "admin-accounts")
        page.goto("/admin/log?action=account_added")
        expect(page.get_by_role("cell", name=f"new{width}，学习组主持人")).to_be_visible()
        look_at(page, "admin-log")


# --- point 6: documents ----------------------------------------------------------------------


def regulation(title: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(title)
    for number, rule in zip("一二三", RULES, strict=True):
        document.add_paragraph(f"第{number}条　{rule}")
    raw = io.BytesIO()
    document.save(raw)
    return raw.getvalue()


@pytest.mark.parametrize("width", SIZES, ids="{}px".format)
def test_a_word_file_is_uploaded_looked_at_published_and_withdrawn(
    browser: Browser, address: str, width: int
) -> None:
    title = f"某市机关{'甲乙丙'[list(SIZES).index(width)]}类差旅费管理办法"
    word = {"name": "差旅费.docx", "mimeType": "", "buffer": regulation(title)}
    with coming(browser, address, ADMINISTRATOR, width=width) as page:
        wait_for_assistant(page)
        page.goto("/admin/documents")
        page.locator("#file").set_input_files(word)  # type: ignore[arg-type]
        page.get_by_role("button", name="上传并预览").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        expect(page.locator(".outline li")).to_have_count(4)
        look_at(page, "admin-draft")
        page.get_by_label("发布者").fill("某市财政局")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_have_text("已保存。")
        page.get_by_role("button", name="发布").click()
        expect(page.get_by_role("status")).to_contain_text("已生效", timeout=120_000)
        expect(page.locator(".rows > li", has_text=title)).to_contain_text("某市财政局")
        look_at(page, "admin-documents")
        sent = {"question": "差旅费应当在多少个工作日内报销？"}
        answer = page.request.post("/api/ask", data=sent).json()
        assert "十五个工作日" in answer["answer"]
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name=f"撤下《{title}》").click()
        expect(page.locator(".words")).to_contain_text("撤下", timeout=20_000)
        expect(page.get_by_role("status")).to_contain_text("已生效", timeout=120_000)
        expect(page.locator(".rows > li", has_text=title)).to_have_count(0)


def wait_for_assistant(page: Page) -> None:
    page.request.get("/reader/contents", timeout=60_000)


# --- all of them -----------------------------------------------------------------------------


def test_in_the_dark_and_in_large_type_the_pages_are_as_readable(
    browser: Browser, address: str
) -> None:
    with coming(browser, address, ADMINISTRATOR, dark=True) as page:
        ask(page, QUESTION)
        page.evaluate("localStorage.setItem('assistant-size', '1.45')")
        for path in ("/conversations", "/me", "/admin", "/admin/documents", "/admin/accounts"):
            page.goto(path)
            look_at(page, f"dark{path.replace('/', '-')}")
        size = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        assert size == pytest.approx(17 * 1.45)


@pytest.mark.parametrize("name", [READER, ADMINISTRATOR])
def test_a_script_that_is_asked_is_never_run(browser: Browser, address: str, name: str) -> None:
    with coming(browser, address, name) as page:
        id = ask(page, f"{SCRIPT}怎么谈话？", f"罚款{SCRIPT}")
        page.request.patch(f"/api/conversations/{id}", data={"title": f"题目{SCRIPT}"})
        turn = page.request.get(f"/api/conversations/{id}").json()["turns"][0]["id"]
        sent = {"verdict": "wrong", "comment": SCRIPT}
        page.request.post(f"/api/answers/{turn}/feedback", data=sent)
        pages = ["/conversations", f"/conversations/{id}", "/me", f"/?conversation={id}"]
        pages += ["/admin", "/admin/feedback"] if name == ADMINISTRATOR else []
        for path in pages:
            page.goto(path)
            expect(page.locator("body")).to_be_visible()
            if path.startswith("/?"):
                expect(page.locator("#chat .question").first).to_contain_text("<script>")
            assert page.evaluate("window.hacked") is None, path
        page.request.delete(f"/api/conversations/{id}")


def test_no_page_asks_anything_of_another_host(browser: Browser, address: str) -> None:
    # Without the content security policy, which would stop such a request before it counts.
    context: BrowserContext = browser.new_context(base_url=address, bypass_csp=True)
    requested: list[str] = []

    def note(request: Request) -> None:
        requested.append(request.url)

    context.on("request", note)
    page = context.new_page()
    page.goto("/login")
    sign_in(page, ADMINISTRATOR)
    id = ask(page, QUESTION)
    for path in (
        "/conversations", f"/conversations/{id}", "/me", "/admin", "/admin/feedback",
        "/admin/documents", "/admin/accounts", "/admin/log", "/nowhere",
    ):  # fmt: skip
        page.goto(path)
    context.close()
    hosts = {urlsplit(url).hostname for url in requested if urlsplit(url).scheme != "data"}
    assert len(requested) > 20
    assert hosts == {"127.0.0.1"}


def test_the_keyboard_reaches_every_control_in_order(browser: Browser, address: str) -> None:
    with coming(browser, address, ADMINISTRATOR) as page:
        page.goto("/admin/documents")
        wanted = page.evaluate(
            "[...document.querySelectorAll('a[href], button, input, select, summary')]"
            ".filter(e => e.offsetParent !== null && e.type !== 'hidden').length"
        )
        reached = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            reached.add(
                page.evaluate(
                    "(() => { const e = document.activeElement;"
                    " return getComputedStyle(e).outlineStyle + '|' + e.outerHTML; })()"
                )
            )
        reached.discard(None)
        shown = {entry for entry in reached if not entry.startswith("none|<body")}
        assert len(shown) >= wanted - 1
        assert not [entry for entry in shown if entry.startswith("none|")]
