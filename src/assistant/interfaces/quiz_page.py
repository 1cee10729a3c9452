"""The page at /quiz: practice, wrong answers, mock exams, progress; the reader beside them."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from fastapi import FastAPI

from assistant.interfaces.quiz_desk import QuizDesk
from assistant.interfaces.quiz_exams import Exams
from assistant.interfaces.quiz_practice import Practice
from assistant.interfaces.quiz_tab_book import BookTab, ProgressTab
from assistant.interfaces.quiz_tab_exam import ExamTab
from assistant.interfaces.quiz_tab_practice import PRIVATE, PracticeTab

TITLE = "知识练习"
PRACTICE, BOOK, EXAM, PROGRESS = "practice", "book", "exam", "progress"

_ASSETS = Path(__file__).parent / "page"
_FONTS = (
    "system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
    "Source Han Sans SC", "WenQuanYi Micro Hei", "sans-serif",
)  # fmt: skip


def mount_page(app: FastAPI, page: gr.Blocks, *, path: str) -> None:
    """Mount one of the pages of practice."""
    page.queue(default_concurrency_limit=16)
    gr.mount_gradio_app(
        app,
        page,
        path=path,
        theme=_theme(),
        head=f"<style>{asset('quiz.css')}</style><script>{asset('quiz.js')}</script>",
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        max_file_size="1kb",
    )


def build_page(desk: QuizDesk) -> gr.Blocks:
    """Return the page of practice."""
    practice, exams = Practice(desk.database), Exams(desk.database)
    page: gr.Blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        gr.HTML(asset("quiz-top.html"), elem_id="top", elem_classes="practising")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="work", scale=3, min_width=300), gr.Tabs() as tabs:
                with gr.Tab("练习", id=PRACTICE) as practice_tab:
                    practising = PracticeTab(desk, practice)
                with gr.Tab("错题本", id=BOOK) as book_tab:
                    book = BookTab(desk, practice)
                with gr.Tab("模拟考试", id=EXAM) as exam_tab:
                    examining = ExamTab(desk, exams)
                with gr.Tab("进度", id=PROGRESS) as progress_tab:
                    progress = ProgressTab(desk, practice)
            with gr.Column(elem_id="reader", scale=2, min_width=300):
                gr.HTML(asset("quiz-reader.html"), elem_id="reader-frame")
        opening = page.load(practising.open, None, practising.outputs, **PRIVATE)
        opening.then(practising.choices, None, [practising.documents, practising.parts], **PRIVATE)
        page.load(examining.open, None, examining.outputs, **PRIVATE)
        practice_tab.select(practising.open_quietly, [practising.at], practising.outputs, **PRIVATE)
        book_tab.select(book.open, book.filters, book.outputs, **PRIVATE)
        exam_tab.select(examining.open_quietly, [examining.at], examining.outputs, **PRIVATE)
        progress_tab.select(progress.open, None, progress.outputs, **PRIVATE)
        again = book.again.click(
            practising.begin_facts, [book.facts], practising.outputs, **PRIVATE
        )
        again.then(lambda: gr.Tabs(selected=PRACTICE), None, tabs, queue=False, **PRIVATE)
    return page


def asset(name: str) -> str:
    """Return the text of one of the page's files."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def _theme() -> gr.themes.Base:
    return gr.themes.Base(
        primary_hue=gr.themes.colors.red,
        neutral_hue=gr.themes.colors.stone,
        text_size=gr.themes.sizes.text_lg,
        radius_size=gr.themes.sizes.radius_md,
        font=_FONTS,
        font_mono=("ui-monospace", "Consolas", "monospace"),
    )
