"""The tab of mock exams: a paper, a clock, one score, a look back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import gradio as gr

from assistant.errors import AssistantError
from assistant.interfaces.quiz_desk import QuizDesk, Shelf
from assistant.interfaces.quiz_exams import ExamPage, ExamReview, Exams, plan_words
from assistant.interfaces.quiz_html import (
    clock_to_html,
    exam_question_to_html,
    notice_to_html,
    past_exams_to_html,
    review_to_html,
)
from assistant.interfaces.quiz_question import QuestionInputs, visitor
from assistant.interfaces.quiz_tab_practice import PRIVATE, Updates
from assistant.quiz.practice_exam import PLANS
from assistant.quiz.schedule import CHINA
from assistant.quiz.scoring import MultipleRule, Rule

View = ExamPage | ExamReview | None


class ExamTab:
    """Builds the tab and connects it."""

    def __init__(self, desk: QuizDesk, exams: Exams) -> None:
        self._desk = desk
        self._exams = exams
        self._build_start()
        self._build_paper()
        self._build_result()
        self.at = gr.State(-1)
        self._connect()

    def _build_start(self) -> None:
        with gr.Column(elem_classes="card") as self.start:
            self.notice = gr.HTML()
            self.plan = gr.Radio(
                [(plan.name, index) for index, plan in enumerate(PLANS)], value=0, label="卷型"
            )
            self.words = gr.HTML()
            self.multiple = gr.Radio(
                [(rule.words, rule.value) for rule in MultipleRule],
                value=MultipleRule.STRICT.value,
                label="多项选择题计分",
            )
            self.penalty = gr.Radio(
                [("不扣分", 0.0), ("扣0.5分", 0.5), ("扣1分", 1.0)],
                value=0.0,
                label="判断题答错（整节不低于0分）",
            )
            with gr.Row(elem_classes="actions"):
                self.begin = gr.Button("开始考试", variant="primary", elem_id="begin-exam")
            self.past = gr.HTML()
            with gr.Row(elem_classes="actions"):
                self.chosen = gr.Dropdown([], label="回看", visible=False, filterable=False)

    def _build_paper(self) -> None:
        with gr.Column(visible=False, elem_classes="card", elem_id="exam") as self.paper:
            self.clock = gr.HTML(elem_id="exam-clock")
            self.head = gr.HTML()
            self.inputs = QuestionInputs()
            with gr.Row(elem_classes="actions"):
                self.previous = gr.Button("上一题")
                self.next = gr.Button("下一题", variant="primary", elem_id="exam-next")
                self.clear = gr.Button("清空")
            self.palette = gr.Radio(
                [], label="答题卡（✓ 为已作答）", elem_id="palette", elem_classes="palette"
            )
            with gr.Row(elem_classes="actions"):
                self.pause = gr.Button("暂停")
                self.resume = gr.Button("继续考试", variant="primary", visible=False)
                self.hand = gr.Button("交卷", elem_id="hand-in")
            # Pressed by the page's script when the clock runs out.
            self.time_up = gr.Button("时间到", elem_id="time-up")
            with gr.Column(visible=False, elem_id="sure") as self.sure:
                self.question = gr.HTML()
                with gr.Row(elem_classes="actions"):
                    self.yes = gr.Button("确定交卷", variant="primary")
                    self.no = gr.Button("继续作答")

    def _build_result(self) -> None:
        with gr.Column(visible=False, elem_classes="card", elem_id="exam-result") as self.result:
            self.review = gr.HTML()
            with gr.Row(elem_classes="actions"):
                self.again = gr.Button("返回", variant="primary")

    @property
    def outputs(self) -> list[gr.components.Component]:
        """Everything that a view may change."""
        return [
            self.start, self.paper, self.result, self.notice, self.words, self.past, self.chosen,
            self.clock, self.head, *self.inputs.components, self.palette, self.previous,
            self.next, self.clear, self.pause, self.resume, self.hand, self.sure, self.question,
            self.review, self.at,
        ]  # fmt: skip

    def _connect(self) -> None:
        inputs = self.inputs.components
        answer = [self.at, *inputs]
        begin = [self.plan, self.multiple, self.penalty]
        self.plan.change(self._describe, [self.plan], [self.words], **PRIVATE)
        begun = self.begin.click(self._begin, begin, self.outputs, **PRIVATE)
        begun.then(None, js="() => window.quiz.rest()")
        for component in (self.inputs.radio, self.inputs.boxes):
            component.input(self._save, answer, [self.clock, self.palette], **PRIVATE)
        for box in (*self.inputs.blanks, self.inputs.text):
            box.blur(self._save, answer, [self.clock, self.palette], **PRIVATE)
        self.previous.click(self._back, answer, self.outputs, **PRIVATE)
        self.next.click(self._forward, answer, self.outputs, **PRIVATE)
        self.palette.input(self._jump, [self.palette, *answer], self.outputs, **PRIVATE)
        cleared = self.clear.click(self._empty, None, inputs, queue=False, **PRIVATE)
        cleared.then(self._save, answer, [self.clock, self.palette], **PRIVATE)
        self.pause.click(self._pause, answer, self.outputs, **PRIVATE)
        self.resume.click(self._resume, None, self.outputs, **PRIVATE)
        self.hand.click(self._ask, answer, self.outputs, **PRIVATE)
        self.no.click(lambda: gr.Column(visible=False), None, self.sure, queue=False, **PRIVATE)
        self.yes.click(self._hand_in, None, self.outputs, **PRIVATE)
        self.time_up.click(self._end, answer, self.outputs, **PRIVATE)
        self.again.click(self.open, None, self.outputs, **PRIVATE)
        self.chosen.input(self._look_back, [self.chosen], self.outputs, **PRIVATE)

    # --- what the events do ---

    async def open(self, request: gr.Request) -> Updates:
        """Show the exam under way, or what there is to begin with."""
        return await self._show(request, self._exams.current)

    async def open_quietly(self, at: int, request: gr.Request) -> Updates:
        """Show what there is to do, unless a question is on the page."""
        return {self.head: gr.skip()} if at >= 0 else await self.open(request)

    async def _describe(self, plan: int) -> str:
        try:
            shelf = await self._desk.shelf()
        except AssistantError as error:
            return notice_to_html(str(error))
        return notice_to_html(plan_words(PLANS[plan], shelf.items))

    async def _begin(
        self, plan: int, multiple: str, penalty: float, request: gr.Request
    ) -> Updates:
        rule = Rule(MultipleRule(multiple), float(penalty))
        return await self._show(
            request, lambda s, p: self._exams.start(s, p, plan=PLANS[plan], rule=rule)
        )

    async def _save(self, request: gr.Request, at: int, *values: object) -> Updates:
        updates = await self._keep(request, at, values, go_to=None)
        shown = {c: updates[c] for c in (self.clock, self.palette) if c in updates}
        return shown or {self.clock: gr.skip()}

    async def _back(self, request: gr.Request, at: int, *values: object) -> Updates:
        return await self._keep(request, at, values, go_to=at - 1)

    async def _forward(self, request: gr.Request, at: int, *values: object) -> Updates:
        return await self._keep(request, at, values, go_to=at + 1)

    async def _jump(self, request: gr.Request, to: int, at: int, *values: object) -> Updates:
        return await self._keep(request, at, values, go_to=to)

    async def _keep(
        self, request: gr.Request, at: int, values: tuple[object, ...], *, go_to: int | None
    ) -> Updates:
        def keep(shelf: Shelf, person: str) -> View:
            page = self._exams.current(shelf, person)
            if not isinstance(page, ExamPage) or page.paused or page.position != at:
                # Over, paused, or another window has gone on: show where things stand.
                return page
            given = self.inputs.read(page.item, values)
            return self._exams.save(shelf, person, position=at, given=given, go_to=go_to)

        return await self._show(request, keep)

    async def _pause(self, request: gr.Request, at: int, *values: object) -> Updates:
        await self._keep(request, at, values, go_to=None)
        return await self._show(request, self._exams.pause)

    async def _resume(self, request: gr.Request) -> Updates:
        return await self._show(request, self._exams.resume)

    async def _ask(self, request: gr.Request, at: int, *values: object) -> Updates:
        updates = await self._keep(request, at, values, go_to=None)

        def count(shelf: Shelf, person: str) -> str:
            page = self._exams.current(shelf, person)
            empty = page.answered.count(False) if isinstance(page, ExamPage) else 0
            return f"还有{empty}题没有作答，交卷后不能更改。" if empty else "交卷后不能更改。"

        shelf = await self._desk.shelf()
        words = await asyncio.to_thread(count, shelf, visitor(request))
        return updates | {self.sure: gr.Column(visible=True), self.question: notice_to_html(words)}

    async def _hand_in(self, request: gr.Request) -> Updates:
        return await self._show(request, self._exams.hand_in)

    async def _end(self, request: gr.Request, at: int, *values: object) -> Updates:
        """Hand in when the clock on the page has run out; the last answer still counts."""
        await self._keep(request, at, values, go_to=None)

        def end(shelf: Shelf, person: str) -> View:
            page = self._exams.current(shelf, person)
            # The page's clock may be a little fast; ours decides.
            ended = isinstance(page, ExamPage) and not page.paused and page.left_seconds <= 1
            return self._exams.hand_in(shelf, person) if ended else page

        return await self._show(request, end)

    async def _look_back(self, sitting_id: str, request: gr.Request) -> Updates:
        return await self._show(request, lambda s, p: self._exams.review(s, p, sitting_id))

    def _empty(self) -> list[object]:
        return [None, [], *[""] * (len(self.inputs.blanks) + 1)]

    async def _show(self, request: gr.Request, act: Callable[[Shelf, str], View]) -> Updates:
        person = visitor(request)
        try:
            shelf = await self._desk.shelf()
            view = await asyncio.to_thread(act, shelf, person)
        except AssistantError as error:
            gr.Warning(str(error), title="提示")
            return {self.notice: notice_to_html(str(error))}
        groups: Updates = {
            self.start: gr.Column(visible=view is None),
            self.paper: gr.Column(visible=isinstance(view, ExamPage)),
            self.result: gr.Column(visible=isinstance(view, ExamReview)),
            self.sure: gr.Column(visible=False),
            self.notice: "",
        }
        if view is None:
            return groups | await self._draw_start(shelf, person)
        if isinstance(view, ExamReview):
            return groups | {self.review: review_to_html(view), self.clock: "", self.at: -1}
        return groups | self._draw_page(view)

    async def _draw_start(self, shelf: Shelf, person: str) -> Updates:
        past = await asyncio.to_thread(self._exams.past, person)
        choices = [
            (f"{e.ended_at.astimezone(CHINA):%m-%d %H:%M}　{e.result.title}", e.id) for e in past
        ]
        return {
            self.words: notice_to_html(plan_words(PLANS[0], shelf.items)),
            self.past: past_exams_to_html(past),
            self.chosen: gr.Dropdown(choices=choices, value=None, visible=bool(past)),
            self.at: -1,
        }

    def _draw_page(self, page: ExamPage) -> Updates:
        writing = not page.paused
        inputs = self.inputs.show(page.item, page.shown, page.given)
        palette = [
            (f"{number + 1}{' ✓' if done else ''}", number)
            for number, done in enumerate(page.answered)
        ]
        paused = notice_to_html("考试已暂停，题目已隐藏。")
        return (inputs if writing else self.inputs.hide()) | {
            self.clock: clock_to_html(page),
            self.head: exam_question_to_html(page) if writing else paused,
            self.palette: gr.Radio(choices=palette, value=page.position, visible=writing),
            self.previous: gr.Button(visible=writing, interactive=page.position > 0),
            self.next: gr.Button(
                visible=writing, interactive=page.position + 1 < len(page.answered)
            ),
            self.clear: gr.Button(visible=writing),
            self.pause: gr.Button(visible=writing),
            self.resume: gr.Button(visible=not writing),
            self.hand: gr.Button(visible=True),
            self.at: page.position,
        }
