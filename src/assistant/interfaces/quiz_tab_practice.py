"""The tab of practice: choose, answer, see at once why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import gradio as gr

from assistant.errors import AssistantError
from assistant.interfaces.quiz_desk import QuizDesk, Shelf
from assistant.interfaces.quiz_html import (
    closing_to_html,
    notice_to_html,
    overview_to_html,
    question_to_html,
    verdict_to_html,
)
from assistant.interfaces.quiz_practice import Card, Closing, Overview, Practice
from assistant.interfaces.quiz_question import QuestionInputs, visitor
from assistant.quiz.items import ItemType
from assistant.quiz.practice_scope import Part, Scope
from assistant.quiz.review_reports import ReportKind
from assistant.quiz.schedule import EASY

NUMBERS = (5, 10, 20, 30)
PRIVATE = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 16}

Updates = dict[gr.components.Component, object]
View = Overview | Card | Closing


class PracticeTab:
    """Builds the tab and connects it."""

    def __init__(self, desk: QuizDesk, practice: Practice) -> None:
        self._desk = desk
        self._practice = practice
        self._build_start()
        self._build_question()
        self._build_closing()
        # Which question the page shows: a second window may have gone on meanwhile.
        self.at = gr.State(-1)
        self.item_id = gr.State("")
        self._connect()

    def _build_start(self) -> None:
        with gr.Column(visible=True, elem_classes="card") as self.start:
            self.overview = gr.HTML("<p>正在打开题库……</p>")
            with gr.Row(elem_classes="actions"):
                self.resume = gr.Button("继续上次练习", variant="primary", visible=False)
                self.due = gr.Button("练今天到期的", variant="primary", visible=False)
            gr.HTML("<h3>自己选</h3>")
            self.documents = gr.CheckboxGroup([], label="文件（不选为全部）")
            self.parts = gr.Dropdown(
                [], label="部分（不选为全部）", multiselect=True, filterable=False
            )
            self.types = gr.CheckboxGroup(
                [(type.label, type.value) for type in ItemType], label="题型（不选为全部）"
            )
            self.number = gr.Radio(list(NUMBERS), value=10, label="题数")
            with gr.Row(elem_classes="actions"):
                self.begin = gr.Button("开始练习", elem_id="begin")

    def _build_question(self) -> None:
        with gr.Column(visible=False, elem_classes="card", elem_id="practice") as self.question:
            self.head = gr.HTML()
            self.inputs = QuestionInputs()
            # Counted by the page itself, so out of sight but on the page.
            self.touched = gr.Number(0, elem_id="touched", label="改动次数")
            with gr.Row(elem_classes="actions"):
                self.submit = gr.Button("提交", variant="primary", elem_id="submit")
                self.hint = gr.Button("提示")
                self.clear = gr.Button("清空")
                self.skip = gr.Button("先跳过")
            self.verdict = gr.HTML(elem_id="verdict")
            with gr.Column(visible=False) as self.marking:
                self.points = gr.CheckboxGroup([], label="对照要点，勾选您答到的（已按关键词预选）")
                self.settle = gr.Button("确认自评")
            with gr.Row(elem_classes="actions"):
                self.next = gr.Button("下一题", variant="primary", visible=False, elem_id="next")
                self.easy = gr.Button("太容易", visible=False)
                self.star = gr.Button("收藏", visible=False)
                self.stop = gr.Button("结束本组")
            with gr.Accordion("题目有误？点此报错", open=False, visible=False) as self.reporting:
                self.kind = gr.Radio(
                    [(kind.label, kind.value) for kind in ReportKind],
                    value=ReportKind.KEY.value,
                    label="问题类别",
                )
                self.words = gr.Textbox("", label="说明", lines=2, max_length=500)
                self.report = gr.Button("提交报错")
                self.thanks = gr.HTML()

    def _build_closing(self) -> None:
        with gr.Column(visible=False, elem_classes="card") as self.closing:
            self.result = gr.HTML()
            with gr.Row(elem_classes="actions"):
                self.again = gr.Button("返回", variant="primary")

    @property
    def outputs(self) -> list[gr.components.Component]:
        """Everything that a view may change."""
        return [
            self.start, self.question, self.closing, self.overview, self.resume, self.due,
            self.begin, self.head, *self.inputs.components, self.touched, self.submit, self.hint,
            self.clear, self.skip, self.verdict, self.marking, self.points, self.next, self.easy,
            self.star, self.reporting, self.words, self.thanks, self.result, self.at, self.item_id,
        ]  # fmt: skip

    def _connect(self) -> None:
        inputs = self.inputs.components
        self.documents.change(
            self._offer_parts, [self.documents], [self.parts], queue=False, **PRIVATE
        )
        scope = [self.documents, self.parts, self.types, self.number]
        self.begin.click(self._begin, scope, self.outputs, **PRIVATE)
        self.due.click(self._begin_due, [self.number], self.outputs, **PRIVATE)
        self.resume.click(self._resume, None, self.outputs, **PRIVATE)
        for component in (self.inputs.radio, self.inputs.boxes):
            component.input(
                None, [self.touched], [self.touched], js="(times) => (times || 0) + 1", **PRIVATE
            )
        answered = self.submit.click(
            self._answer, [self.at, self.touched, *inputs], self.outputs, **PRIVATE
        )
        answered.then(None, js="() => window.quiz.openFirst('#verdict')")
        self.hint.click(self._hint, [self.at], self.outputs, **PRIVATE)
        self.clear.click(self._clear, None, inputs, queue=False, **PRIVATE)
        self.skip.click(self._next, None, self.outputs, **PRIVATE)
        self.next.click(self._next, None, self.outputs, **PRIVATE).then(
            None, js="() => window.quiz.top('#practice')"
        )
        self.settle.click(self._settle, [self.at, self.points], self.outputs, **PRIVATE)
        self.easy.click(self._easy, [self.at], self.outputs, **PRIVATE)
        self.star.click(self._star, [self.item_id], [self.star], **PRIVATE)
        self.stop.click(self._stop, None, self.outputs, **PRIVATE)
        self.report.click(
            self._report,
            [self.item_id, self.kind, self.words],
            [self.words, self.thanks],
            **PRIVATE,
        )
        self.again.click(self.open, None, self.outputs, **PRIVATE)

    # --- what the events do ---

    async def open(self, request: gr.Request) -> Updates:
        """Show what there is to do."""
        return await self._show(request, self._practice.overview)

    async def open_quietly(self, at: int, request: gr.Request) -> Updates:
        """Show what there is to do, unless a question is on the page."""
        return {self.head: gr.skip()} if at >= 0 else await self.open(request)

    async def choices(self) -> tuple[gr.CheckboxGroup, gr.Dropdown]:
        """Return the documents and parts that have questions."""
        try:
            shelf = await self._desk.shelf()
        except AssistantError:
            return gr.CheckboxGroup(), gr.Dropdown()
        documents = {p.document_id: p.document for p in _asked_parts(shelf)}
        names = [(name, id) for id, name in documents.items()]
        return gr.CheckboxGroup(choices=names), gr.Dropdown(choices=_part_choices(shelf, ()))

    async def _offer_parts(self, documents: list[str]) -> gr.Dropdown:
        shelf = await self._desk.shelf()
        return gr.Dropdown(choices=_part_choices(shelf, documents), value=[])

    async def _begin(
        self,
        documents: list[str],
        parts: list[str],
        types: list[str],
        number: int,
        request: gr.Request,
    ) -> Updates:
        scope = Scope(frozenset(documents), frozenset(parts), frozenset(map(ItemType, types)))
        return await self._show(
            request, lambda s, p: self._practice.start(s, p, scope=scope, number=number)
        )

    async def _begin_due(self, number: int, request: gr.Request) -> Updates:
        return await self._show(request, lambda s, p: self._practice.start_due(s, p, number=number))

    async def begin_facts(self, facts: Sequence[str], request: gr.Request) -> Updates:
        """Begin with facts of the book of wrong answers."""
        chosen = list(facts)
        return await self._show(
            request,
            lambda s, p: self._practice.start_facts(s, p, facts=chosen, number=len(chosen)),
        )

    async def _resume(self, request: gr.Request) -> Updates:
        def current(shelf: Shelf, person: str) -> View:
            return self._practice.current(shelf, person) or self._practice.overview(shelf, person)

        return await self._show(request, current)

    async def _answer(
        self, request: gr.Request, at: int, touched: float, *values: object
    ) -> Updates:
        def answer(shelf: Shelf, person: str) -> View | None:
            card = self._practice.current(shelf, person)
            if card is None or card.place.position != at or card.verdict is not None:
                # Another window has gone on: show where things stand.
                return card or self._practice.overview(shelf, person)
            given = self.inputs.read(card.item, values)
            if not given:
                return None
            changes = max(0, int(touched or 0) - len(given))
            return self._practice.answer(shelf, person, position=at, given=given, changes=changes)

        return await self._show(request, answer, otherwise="请先作答再提交。")

    async def _hint(self, at: int, request: gr.Request) -> Updates:
        def hint(shelf: Shelf, person: str) -> View:
            return self._practice.hint(shelf, person, position=at)

        updates = await self._show(request, hint)
        # What was chosen so far stays.
        return {self.head: updates[self.head]} if self.head in updates else updates

    async def _settle(self, at: int, points: list[int], request: gr.Request) -> Updates:
        def settle(shelf: Shelf, person: str) -> View:
            card = self._practice.current(shelf, person)
            if card is None:
                return self._practice.overview(shelf, person)
            parts = [index in points for index in range(len(card.item.rubric))]
            return self._practice.settle(shelf, person, position=at, parts=parts)

        return await self._show(request, settle)

    async def _easy(self, at: int, request: gr.Request) -> Updates:
        return await self._show(request, lambda s, p: self._practice.easy(s, p, position=at))

    async def _next(self, request: gr.Request) -> Updates:
        return await self._show(request, self._practice.move_on)

    async def _stop(self, request: gr.Request) -> Updates:
        def stop(shelf: Shelf, person: str) -> View:
            return self._practice.stop(shelf, person) or self._practice.overview(shelf, person)

        return await self._show(request, stop)

    async def _star(self, item_id: str, request: gr.Request) -> gr.Button:
        kept = await asyncio.to_thread(self._practice.star, visitor(request), item_id)
        return _star_button(kept)

    async def _report(
        self, item_id: str, kind: str, words: str, request: gr.Request
    ) -> tuple[str, str]:
        try:
            await asyncio.to_thread(
                self._practice.report,
                visitor(request),
                item_id,
                kind=ReportKind(kind),
                text=words,
            )
        except AssistantError as error:
            return words, notice_to_html(str(error))
        return "", notice_to_html("已收到，谢谢。审题人核对前，多人报错的题会先停止出题。")

    def _clear(self) -> list[object]:
        return [None, [], *[""] * (len(self.inputs.blanks) + 1)]

    async def _show(
        self,
        request: gr.Request,
        act: Callable[[Shelf, str], View | None],
        *,
        otherwise: str = "",
    ) -> Updates:
        try:
            shelf = await self._desk.shelf()
            view = await asyncio.to_thread(act, shelf, visitor(request))
        except AssistantError as error:
            gr.Warning(str(error), title="提示")
            return {self.overview: notice_to_html(str(error))}
        if view is None:
            gr.Warning(otherwise, title="提示")
            return {self.head: gr.skip()}
        return self._draw(view)

    def _draw(self, view: View) -> Updates:
        groups: Updates = {
            self.start: gr.Column(visible=isinstance(view, Overview)),
            self.question: gr.Column(visible=isinstance(view, Card)),
            self.closing: gr.Column(visible=isinstance(view, Closing)),
        }
        if isinstance(view, Overview):
            return groups | self._draw_overview(view)
        if isinstance(view, Closing):
            return groups | {self.result: closing_to_html(view), self.at: -1}
        return groups | self._draw_card(view)

    def _draw_overview(self, view: Overview) -> Updates:
        return {
            self.overview: overview_to_html(view),
            self.resume: gr.Button(visible=bool(view.unfinished)),
            self.due: gr.Button(f"练今天到期的（{view.due}）", visible=view.due > 0),
            # The one thing to do where nothing is due and nothing was left unfinished.
            self.begin: gr.Button(
                variant="secondary" if view.due or view.unfinished else "primary"
            ),
            self.at: -1,
        }

    def _draw_card(self, card: Card) -> Updates:
        judged = card.verdict is not None
        inputs = (
            self.inputs.hide()
            if judged
            else self.inputs.show(card.item, card.shown, card.place.given or ())
        )
        settling = judged and card.item.type is ItemType.SHORT
        can_ease = judged and card.place.right and card.place.rating != EASY
        return inputs | {
            self.head: question_to_html(card),
            self.verdict: verdict_to_html(card),
            self.touched: 0,
            self.submit: gr.Button(visible=not judged),
            self.hint: gr.Button(visible=not judged),
            self.clear: gr.Button(visible=not judged),
            self.skip: gr.Button(visible=not judged),
            self.next: gr.Button(visible=judged),
            self.easy: gr.Button(visible=can_ease),
            self.star: _star_button(card.starred, visible=judged),
            self.reporting: gr.Accordion(visible=judged, open=False),
            self.words: "",
            self.thanks: "",
            self.marking: gr.Column(visible=settling),
            self.points: _points(card) if settling else gr.CheckboxGroup(choices=[], value=[]),
            self.at: card.place.position,
            self.item_id: card.item.id,
        }


def _points(card: Card) -> gr.CheckboxGroup:
    rubric = card.item.rubric
    parts = card.verdict.parts if card.verdict else ()
    return gr.CheckboxGroup(
        choices=[(f"{p.point}（{p.score}分）", index) for index, p in enumerate(rubric)],
        value=[index for index, there in enumerate(parts) if there],
    )


def _star_button(kept: bool, *, visible: bool = True) -> gr.Button:
    return gr.Button("取消收藏" if kept else "收藏", visible=visible)


def _asked_parts(shelf: Shelf) -> list[Part]:
    asked = {part.id for item in shelf.items if (part := shelf.outline.part(item))}
    return [part for part in shelf.outline.parts if part.id in asked]


def _part_choices(shelf: Shelf, documents: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (f"{part.document}：{part.title}", part.id)
        for part in _asked_parts(shelf)
        if not documents or part.document_id in documents
    ]
