"""The page at /quiz/review: a question, its source beside it, and what a reviewer may do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape

import gradio as gr

from assistant.errors import AssistantError, QuizError
from assistant.interfaces.identity import person_of
from assistant.interfaces.quiz_desk import QuizDesk, Shelf
from assistant.interfaces.quiz_html import explained_to_html, notice_to_html
from assistant.interfaces.quiz_page import asset
from assistant.interfaces.quiz_reviewing import MATTERS_OF_STYLE, Queue, ReviewCard, Reviewing
from assistant.interfaces.quiz_tab_practice import PRIVATE
from assistant.quiz.check_item import CASE
from assistant.quiz.items import Item, ItemType, Status
from assistant.quiz.practice_order import ShownOption
from assistant.quiz.review import Action, Entry
from assistant.quiz.review_edit import EditableItem, to_editable
from assistant.quiz.schedule import CHINA
from assistant.users.people import Person, Role

TITLE = "审题"
_CLOSED = "审题只对学习组主持人和管理员开放。如需审题，请联系管理员开通。"
_STEM_CHARACTERS = 34

Updates = dict[gr.components.Component, object]


class ReviewPage:
    """Builds the page and connects it. Every event asks anew whether the person may review."""

    def __init__(self, desk: QuizDesk, reviewing: Reviewing) -> None:
        self._desk = desk
        self._reviewing = reviewing
        self.page: gr.Blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
        with self.page:
            gr.HTML(asset("quiz-top.html").replace("知识练习", TITLE, 1), elem_id="top")
            with gr.Row(elem_id="desk"):
                with gr.Column(elem_id="work", scale=3, min_width=300):
                    self._build_queue()
                    self._build_card()
                    self._build_edit()
                with gr.Column(elem_id="reader", scale=2, min_width=300):
                    gr.HTML(asset("quiz-reader.html"), elem_id="reader-frame")
            self._connect()

    def _build_queue(self) -> None:
        self.closed = gr.HTML()
        with gr.Column(elem_classes="card", visible=False) as self.filtering:
            with gr.Row():
                self.status = gr.Dropdown(
                    [("全部", ""), *((s.label, s.value) for s in Status)],
                    value="",
                    label="状态",
                    filterable=False,
                )
                self.type = gr.Dropdown(
                    [("全部", ""), *((t.label, t.value) for t in ItemType)],
                    value="",
                    label="题型",
                    filterable=False,
                )
                self.document = gr.Dropdown(
                    [("全部", "")], value="", label="文件", filterable=False
                )
            with gr.Row():
                self.words = gr.Textbox("", label="题干含有", max_length=60)
                self.reported = gr.Checkbox(label="只看有人报错的")
            self.item = gr.Dropdown([], label="题目", elem_id="item")
            with gr.Row(elem_classes="actions"):
                self.previous = gr.Button("上一题")
                self.next = gr.Button("下一题")

    def _build_card(self) -> None:
        with gr.Column(elem_classes="card", visible=False, elem_id="review") as self.card:
            self.shown = gr.HTML(elem_id="shown")
            self.reason = gr.Textbox(
                "",
                label="意见或者理由（退回、停用必填；机检有文字方面的提示而仍要通过的也须写明）",
                lines=2,
                max_length=500,
            )
            with gr.Row(elem_classes="actions"):
                self.approve = gr.Button("通过并启用", variant="primary", elem_id="approve")
                self.reject = gr.Button("退回", elem_id="reject")
                self.retire = gr.Button("停用", elem_id="retire")
                self.settle = gr.Button("报错已处理", visible=False)
            self.said = gr.HTML(elem_id="said")

    def _build_edit(self) -> None:
        with gr.Accordion("修改题目", open=False, visible=False, elem_classes="card") as self.edit:
            self.stem = gr.Textbox("", label="题干", lines=2)
            self.options = gr.Textbox("", label="选项（每行一项，如“A．每季度”）", lines=4)
            self.answer = gr.Textbox("", label="答案（字母；正确或错误；填空每行一空，可用／分隔）")
            self.evidence = gr.Textbox("", label="答案依据（每行一项，照抄原文）", lines=2)
            self.refute = gr.Textbox("", label="干扰项理由（每行一项）", lines=4)
            self.explanation = gr.Textbox("", label="解析", lines=3)
            self.correction = gr.Textbox("", label="更正（判断题错误时）")
            with gr.Row(elem_classes="actions"):
                self.save = gr.Button("保存修改", variant="primary", elem_id="save")
        self.fields = [
            self.stem, self.options, self.answer, self.evidence, self.refute, self.explanation,
            self.correction,
        ]  # fmt: skip

    def _connect(self) -> None:
        filters = [self.status, self.type, self.document, self.words, self.reported]
        shown = [
            self.closed, self.filtering, self.card, self.edit, self.document, self.item,
            self.shown, self.reason, self.settle, self.said, *self.fields,
        ]  # fmt: skip
        beside = "() => window.quiz.openFirst('#shown')"
        events = [self.page.load(self._open, [*filters, self.item], shown, **PRIVATE)]
        for component in filters:
            events.append(component.change(self._open, [*filters, self.item], shown, **PRIVATE))
        events.append(self.item.input(self._pick, [self.item], shown, **PRIVATE))
        for button, step in ((self.previous, -1), (self.next, 1)):
            events.append(button.click(self._turner(step), [*filters, self.item], shown, **PRIVATE))
        doing = [*filters, self.item, self.reason]
        events += [
            self.approve.click(self._doer(None), doing, shown, **PRIVATE),
            self.reject.click(self._doer(Action.REJECT), doing, shown, **PRIVATE),
            self.retire.click(self._doer(Action.RETIRE), doing, shown, **PRIVATE),
            self.settle.click(self._settle, [self.item, self.reason], shown, **PRIVATE),
            self.save.click(self._save, [self.item, self.reason, *self.fields], shown, **PRIVATE),
        ]
        for event in events:
            event.then(None, js=beside)

    # --- what the events do ---

    async def _open(
        self,
        status: str,
        type: str,
        document: str,
        words: str,
        reported: bool,
        item_id: str | None,
        request: gr.Request,
    ) -> Updates:
        queue = _queue(status, type, document, words, reported)

        def open(shelf: Shelf, person: Person) -> Updates:
            return self._draw_queue(shelf, queue.choose(shelf.entries), item_id or "")

        return await self._do(request, open)

    async def _pick(self, item_id: str, request: gr.Request) -> Updates:
        return await self._do(request, lambda shelf, _: self._draw_card(shelf, item_id))

    def _turner(self, step: int) -> Callable[..., object]:
        async def turn(
            status: str,
            type: str,
            document: str,
            words: str,
            reported: bool,
            item_id: str | None,
            request: gr.Request,
        ) -> Updates:
            queue = _queue(status, type, document, words, reported)

            def move(shelf: Shelf, person: Person) -> Updates:
                entries = queue.choose(shelf.entries)
                return self._draw_queue(shelf, entries, _beside(entries, item_id or "", step))

            return await self._do(request, move)

        return turn

    def _doer(self, action: Action | None) -> Callable[..., object]:
        async def do(
            status: str,
            type: str,
            document: str,
            words: str,
            reported: bool,
            item_id: str,
            reason: str,
            request: gr.Request,
        ) -> Updates:
            queue = _queue(status, type, document, words, reported)

            def act(shelf: Shelf, person: Person) -> Updates:
                following = _beside(queue.choose(shelf.entries), item_id, 1)
                if action is None:
                    self._reviewing.approve(shelf, item_id, reviewer=person.name, reason=reason)
                else:
                    self._reviewing.step(
                        shelf, item_id, action, reviewer=person.name, reason=reason
                    )
                return {self.item: following}

            done = await self._do(request, act)
            if self.item not in done:
                return done
            following = str(done[self.item] or item_id)
            words_done = "已通过并启用。" if action is None else f"已{action.label}。"
            updates = await self._open(status, type, document, words, reported, following, request)
            return updates | {self.said: notice_to_html(f"上一题{words_done}"), self.reason: ""}

        return do

    async def _settle(self, item_id: str, reason: str, request: gr.Request) -> Updates:
        def settle(shelf: Shelf, person: Person) -> Updates:
            outcome = f"{reason.strip()}（{person.name}）" if reason.strip() else ""
            self._reviewing.settle(item_id, outcome=outcome)
            return self._draw_card(shelf, item_id) | {self.reason: ""}

        return await self._do(request, settle)

    async def _save(self, request: gr.Request, item_id: str, reason: str, *fields: str) -> Updates:
        def save(shelf: Shelf, person: Person) -> Updates:
            self._reviewing.edit(
                shelf, item_id, EditableItem(*fields), reviewer=person.name, reason=reason
            )
            return self._draw_card(shelf, item_id) | {
                self.said: notice_to_html("修改已保存，状态回到“已机检”，请核对后通过。")
            }

        return await self._do(request, save)

    async def _do(self, request: gr.Request, act: Callable[[Shelf, Person], Updates]) -> Updates:
        person = person_of(request.request)
        if not person.may(Role.HOST):
            return {
                self.closed: notice_to_html(_CLOSED),
                self.filtering: gr.Column(visible=False),
                self.card: gr.Column(visible=False),
                self.edit: gr.Accordion(visible=False),
            }
        try:
            shelf = await self._desk.shelf()
            return await asyncio.to_thread(act, shelf, person)
        except QuizError as error:
            return {self.said: notice_to_html(str(error))}
        except AssistantError as error:
            return {self.closed: notice_to_html(str(error))}

    def _draw_queue(self, shelf: Shelf, entries: tuple[Entry, ...], item_id: str) -> Updates:
        ids = [entry.item.id for entry in entries]
        chosen = item_id if item_id in ids else next(iter(ids), "")
        names = {p.document_id: p.document for p in shelf.outline.parts}
        updates: Updates = {
            self.closed: "",
            self.filtering: gr.Column(visible=True),
            self.document: gr.Dropdown(choices=[("全部", ""), *((n, i) for i, n in names.items())]),
            self.item: gr.Dropdown(
                choices=[(_line(entry), entry.item.id) for entry in entries],
                value=chosen or None,
                label=f"题目（{ids.index(chosen) + 1} / {len(ids)}）" if chosen else "题目（0）",
            ),
        }
        if chosen:
            return updates | self._draw_card(shelf, chosen)
        return updates | {
            self.card: gr.Column(visible=False),
            self.edit: gr.Accordion(visible=False),
        }

    def _draw_card(self, shelf: Shelf, item_id: str) -> Updates:
        card = self._reviewing.card(shelf, item_id)
        item = card.entry.item
        text = to_editable(item)
        return {
            self.card: gr.Column(visible=True),
            self.edit: gr.Accordion(visible=True, open=False),
            self.shown: card_to_html(card),
            self.said: "",
            self.settle: gr.Button(visible=bool(card.reports)),
            self.stem: text.stem,
            self.options: gr.Textbox(value=text.options, visible=bool(item.options)),
            self.answer: text.answer,
            self.evidence: text.evidence,
            self.refute: gr.Textbox(value=text.refute, visible=bool(item.options)),
            self.explanation: text.explanation,
            self.correction: gr.Textbox(value=text.correction, visible=item.type is ItemType.JUDGE),
        }


def build_review_page(desk: QuizDesk, reviewing: Reviewing) -> gr.Blocks:
    """Return the page of review."""
    return ReviewPage(desk, reviewing).page


def card_to_html(card: ReviewCard) -> str:
    """Return a question with its standing, the checks' findings, reports and history."""
    item = card.entry.item
    edited = " · 已修改" if card.entry.edited else ""
    hidden = " · 因报错暂停出题" if card.entry.hidden else ""
    faults = "".join(
        f"<li>{escape(fault.message)}"
        f"{'（文字方面）' if fault.rule in MATTERS_OF_STYLE else ''}</li>"
        for fault in card.faults
    )
    reports = "".join(
        f"<li>{r.at.astimezone(CHINA):%m-%d %H:%M}　{r.kind.label}　{escape(r.text)}</li>"
        for r in card.reports
    )
    history = "".join(
        f"<li>{s.at.astimezone(CHINA):%Y-%m-%d %H:%M}　{escape(s.reviewer or '程序')}　"
        f"{s.action.label} → {s.status.label}　{escape(s.reason)}</li>"
        for s in card.history
    )
    return (
        f'<p class="meta"><span>{item.status.label}{edited}{hidden}</span>'
        f"<span>{item.type.label} · 难度{item.difficulty} · {escape(item.id)}</span></p>"
        f'<p class="stem">{escape(item.stem)}</p>'
        f"{_origin(item)}"
        f"{_listed('机检意见', faults) or '<p class=soft>机检：未发现问题。</p>'}"
        f"{_listed('读者报错', reports)}"
        f"{explained_to_html(item, _as_printed(item))}"
        f"{_listed('经过', history)}"
    )


def _origin(item: Item) -> str:
    """Return who wrote a question when it was not the program, and what it could not check."""
    if not item.origin:
        return ""
    unproved = (
        "案例情节是虚构的，原文中没有，请核对它与所引条文是否相符。"
        if item.pattern == CASE
        else "题干措辞和干扰项由模型拟定，请对照原文通读。"
    )
    return f'<p class="note">由语言模型起草（{escape(item.origin)}）。{unproved}</p>'


def _listed(name: str, entries: str) -> str:
    return f'<h3>{name}</h3><ul class="blanks">{entries}</ul>' if entries else ""


def _as_printed(item: Item) -> tuple[ShownOption, ...]:
    """Return the options in the question's own order, which is what a reviewer edits."""
    return tuple(ShownOption(o.letter, o.letter, o.text) for o in item.options)


def _queue(status: str, type: str, document: str, words: str, reported: bool) -> Queue:
    return Queue(
        Status(status) if status else None,
        document,
        ItemType(type) if type else None,
        words.strip(),
        reported,
    )


def _beside(entries: tuple[Entry, ...], item_id: str, step: int) -> str:
    ids = [entry.item.id for entry in entries]
    if not ids:
        return ""
    at = ids.index(item_id) + step if item_id in ids else 0
    return ids[min(max(at, 0), len(ids) - 1)]


def _line(entry: Entry) -> str:
    item = entry.item
    stem = item.stem if len(item.stem) <= _STEM_CHARACTERS else f"{item.stem[:_STEM_CHARACTERS]}…"
    report = f"（报错{entry.reports}）" if entry.reports else ""
    return f"{item.status.label}{report}｜{item.type.label}｜{stem}"
