"""The tabs of what is behind: the book of wrong answers, and progress."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

import gradio as gr

from assistant.errors import AssistantError
from assistant.interfaces.quiz_desk import QuizDesk, Shelf
from assistant.interfaces.quiz_html import book_to_html, notice_to_html, stars_to_html
from assistant.interfaces.quiz_plots import progress_to_html
from assistant.interfaces.quiz_practice import Book, Practice
from assistant.interfaces.quiz_question import visitor
from assistant.interfaces.quiz_tab_practice import PRIVATE
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice_mistakes import Mistake
from assistant.quiz.schedule import day_of
from assistant.store.base import now

OPEN, MASTERED, STARRED = "open", "mastered", "starred"
MOST_AT_ONCE = 30


class BookTab:
    """The book of wrong answers with its filters."""

    def __init__(self, desk: QuizDesk, practice: Practice) -> None:
        self._desk = desk
        self._practice = practice
        with gr.Column(elem_classes="card"):
            gr.HTML(
                '<p class="soft">答错的题自动进入错题本。同一要点连续答对三次'
                "（判断题之外至少一次）记为已掌握，仍保留在“已掌握”中。</p>"
            )
            self.state = gr.Radio(
                [("待巩固", OPEN), ("已掌握", MASTERED), ("收藏", STARRED)],
                value=OPEN,
                label="查看",
            )
            self.document = gr.Dropdown([("全部", "")], value="", label="文件", filterable=False)
            self.type = gr.Dropdown(
                [("全部", ""), *((t.label, t.value) for t in ItemType)],
                value="",
                label="题型",
                filterable=False,
            )
            with gr.Row(elem_classes="actions"):
                self.again = gr.Button("重练这些", variant="primary", visible=False)
            self.list = gr.HTML(elem_id="book")
        self.facts = gr.State([])
        self.filters = [self.state, self.document, self.type]
        self.outputs = [self.document, self.again, self.list, self.facts]
        for component in self.filters:
            component.input(self.open, self.filters, self.outputs, **PRIVATE)

    async def open(
        self, state: str, document: str, type: str, request: gr.Request
    ) -> dict[gr.components.Component, object]:
        """Show the entries that the filters let through."""
        try:
            shelf = await self._desk.shelf()
        except AssistantError as error:
            return {self.list: notice_to_html(str(error))}
        book = await asyncio.to_thread(self._practice.book, shelf, visitor(request))
        names = [("全部", ""), *_documents(shelf)]
        if state == STARRED:
            starred = [item for item in book.starred if _passes(item, document, type)]
            return {
                self.document: gr.Dropdown(choices=names),
                self.again: gr.Button(visible=False),
                self.list: stars_to_html(Book((), tuple(starred))),
                self.facts: [],
            }
        entries = [
            (mistake, item)
            for mistake, item in book.mistakes
            if mistake.mastered == (state == MASTERED) and _passes(item, document, type)
        ]
        facts = _facts(entries)[:MOST_AT_ONCE]
        return {
            self.document: gr.Dropdown(choices=names),
            self.again: gr.Button(f"重练这些（{len(facts)}）", visible=bool(facts)),
            self.list: book_to_html(entries),
            self.facts: facts,
        }


class ProgressTab:
    """Figures, plots, and the day that a person prepares for."""

    def __init__(self, desk: QuizDesk, practice: Practice) -> None:
        self._desk = desk
        self._practice = practice
        with gr.Column(elem_classes="card"):
            self.plots = gr.HTML(elem_id="progress")
            gr.HTML("<h3>竞赛日期</h3>")
            self.contest = gr.Textbox(
                "",
                label="填写后，复习间隔不超过剩余天数的一半（年-月-日，可留空）",
                placeholder="2026-12-20",
                max_length=10,
            )
            with gr.Row(elem_classes="actions"):
                self.save = gr.Button("保存日期")
            self.said = gr.HTML()
        self.outputs = [self.plots, self.contest]
        self.save.click(self._set, [self.contest], [self.said], **PRIVATE)

    async def open(self, request: gr.Request) -> tuple[str, str]:
        """Show how far the person has come."""
        try:
            shelf = await self._desk.shelf()
        except AssistantError as error:
            return notice_to_html(str(error)), ""
        person = visitor(request)
        progress, contest = await asyncio.to_thread(self._practice.progress, shelf, person)
        html = progress_to_html(progress, today=day_of(now()))
        return html, contest.isoformat() if contest else ""

    async def _set(self, words: str, request: gr.Request) -> str:
        try:
            day = date.fromisoformat(words.strip()) if words.strip() else None
        except ValueError:
            return notice_to_html("日期请写成 2026-12-20 这样的形式。")
        await asyncio.to_thread(self._practice.prepare_for, visitor(request), day)
        return notice_to_html("已保存，从下一次作答起生效。" if day else "已清除竞赛日期。")


def _documents(shelf: Shelf) -> list[tuple[str, str]]:
    names = {part.document_id: part.document for part in shelf.outline.parts}
    asked = {id for item in shelf.items for id in item.document_ids[:1]}
    return [(name, id) for id, name in names.items() if id in asked]


def _passes(item: Item, document: str, type: str) -> bool:
    return (not document or document in item.document_ids[:1]) and (not type or item.type == type)


def _facts(entries: Sequence[tuple[Mistake, Item]]) -> list[str]:
    return [mistake.fact_id for mistake, _ in entries]
