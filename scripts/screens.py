"""Pictures of the page for ``docs/``, and what a visitor waits for: ``python -m scripts.screens``.

Drives Debian's Chromium, headless, against ``assistant serve`` with the shipped corpus. Times are
taken inside the browser: from the beginning of the navigation, and from pressing Enter.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from scripts.bench import running_server, wait_until_ready

CHROMIUM = Path("/usr/bin/chromium")
FOLDER = Path("docs") / "screens"
README_PICTURE = Path("docs") / "screenshot.png"
SIZES = {1440: 900, 1024: 768, 390: 844}
COLOURS = 64
TIMES = 9
QUESTIONS = (
    "上级“一把手”对下级“一把手”要开展哪些谈话？",
    "领导干部个人有关事项报告的抽查比例是多少？",
    "纪委书记发现“一把手”违反决策程序怎么办？",
)
REFUSED = "违反规定罚款多少元？"

# Resolves with the milliseconds between pressing Enter and the first word of the answer.
_FIRST_WORDS = """() => new Promise((resolve) => {
  let pressed = 0;
  document.getElementById("question").addEventListener("keydown", (event) => {
    if (event.key === "Enter") pressed = performance.now();
  }, { capture: true, once: true });
  const watch = new MutationObserver(() => {
    const words = document.querySelector("#exchanges .exchange:last-child .words p");
    if (!pressed || !words?.textContent) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - pressed));
  });
  watch.observe(document.getElementById("exchanges"), { childList: true, subtree: true });
})"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures, or with ``--times`` measure."""
    parser = argparse.ArgumentParser(description="给网页截图，或测量打开网页和首字的用时")
    parser.add_argument("--address", default="", help="已在运行的服务；默认自己启动一个")
    parser.add_argument("--times", action="store_true", help="只测量用时")
    chosen = parser.parse_args(arguments)
    act = measure if chosen.times else take_pictures
    if chosen.address:
        run(act, chosen.address)
        return
    with (
        tempfile.TemporaryDirectory(prefix="assistant-screens-") as data,
        running_server({**os.environ, "ASSISTANT_DATA": data}) as (process, address),
    ):
        wait_until_ready(process, address)
        run(act, address)


def run(act: Callable[[Browser, str], None], address: str) -> None:
    """Let ``act`` use a browser."""
    with sync_playwright() as playwright:
        arguments = ["--headless", "--no-sandbox", "--disable-gpu"]
        act(playwright.chromium.launch(executable_path=CHROMIUM, args=arguments), address)


def measure(browser: Browser, address: str) -> None:
    """Print how long the page takes until it can be used, and until an answer's first words."""
    opened: list[float] = []
    first: list[float] = []
    for number in range(TIMES):
        page = visit(browser, address, width=1440)
        opened.append(page.evaluate("performance.getEntriesByName('ready')[0].startTime"))
        question = QUESTIONS[number % len(QUESTIONS)]
        page.locator("#question").fill(question)
        waiting = page.evaluate_handle(f"window.firstWords = ({_FIRST_WORDS})(); window")
        page.locator("#question").press("Enter")
        first.append(float(waiting.evaluate("window => window.firstWords")))
        page.context.close()
    load = os.getloadavg()[0]
    for words, values in (("网页可用", opened), ("首字", first)):
        sys.stdout.write(
            f"{words}：中位数 {statistics.median(values):.0f} 毫秒，最长 {max(values):.0f} 毫秒"
            f"（{TIMES} 次，平均负载 {load:.1f}）\n"
        )


def visit(browser: Browser, address: str, *, width: int, dark: bool = False) -> Page:
    """Return the page as a new visitor finds it."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        locale="zh-CN",
        color_scheme="dark" if dark else "light",
    )
    page = context.new_page()
    page.goto(address)
    page.locator("body.ready").wait_for()
    page.locator("#chat .example").first.wait_for(state="attached")
    return page


def take_pictures(browser: Browser, address: str) -> None:
    """Write the pictures, each in the sizes it is looked at in."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for width in SIZES:
        for name, show in SCENES.items():
            page = visit(browser, address, width=width, dark=name.endswith("dark"))
            show(page)
            page.wait_for_timeout(400)
            save(page, FOLDER / f"{name}-{width}.png")
            if name == "answer" and width == 1440:
                save(page, README_PICTURE)
            page.context.close()


def save(page: Page, path: Path) -> None:
    """Write a picture of the window in few colours: a tenth of the size, as good to look at."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def ask(page: Page, question: str) -> None:
    """Ask, and wait for everything that comes with the answer."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    expect(page.locator("#exchanges .exchange:last-child .next .option").first).to_be_visible(
        timeout=30_000
    )


def show_answer(page: Page) -> None:
    """Show an answer with its article beside it."""
    ask(page, QUESTIONS[0])


def show_article(page: Page) -> None:
    """Show the article behind a number, as a phone does."""
    ask(page, QUESTIONS[0])
    page.locator("#chat a.marker").first.click()
    page.locator("#reader mark").first.wait_for()


def show_refusal(page: Page) -> None:
    """Show a refusal that helps."""
    ask(page, REFUSED)


def show_conversations(page: Page) -> None:
    """Show the list of conversations."""
    for question in QUESTIONS[:2]:
        ask(page, question)
        page.locator("#clear").click()
    ask(page, QUESTIONS[2])
    page.locator("#open-side").click()
    page.locator("#conversations li").first.wait_for()


def open_at(query: str, selector: str) -> Callable[[Page], None]:
    """Return what opens the documents at an address."""

    def show(page: Page) -> None:
        page.goto(f"{page.url.split('?')[0]}?{query}")
        page.locator(selector).first.wait_for()

    return show


def show_findings(page: Page) -> None:
    """Show where a word stands."""
    page.locator("#top .open-contents").click()
    page.locator("#find input").fill("任职谈话")
    page.locator("#find input").press("Enter")
    page.locator("#reader .found").wait_for()


SCENES: dict[str, Callable[[Page], None]] = {
    "welcome": lambda page: None,
    "answer": show_answer,
    "answer-dark": show_answer,
    "article": show_article,
    "refusal": show_refusal,
    "conversations": show_conversations,
    "document": open_at("doc=beijing-measures-2021&article=6", "#reader .unit"),
    "compare": open_at(
        "doc=beijing-measures-2021&article=6&view=compare", "#reader .pair:not(.head)"
    ),
    "editions": open_at("doc=opinions-2021&view=editions", "#reader .pair:not(.head)"),
    "findings": show_findings,
}

if __name__ == "__main__":
    main()
