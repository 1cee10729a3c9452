"""The page at /: a conversation, and beside it the reader that shows every cited sentence.

A conversation lives in its browser session's state and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypedDict

import gradio as gr
from fastapi import FastAPI

from assistant.domain import Answer, Turn
from assistant.errors import AssistantError
from assistant.interfaces.examples import example_questions
from assistant.interfaces.opening import Opening
from assistant.interfaces.render import (
    answer_to_html,
    notice_to_html,
    question_to_html,
    text_pieces,
)

TITLE = "学习材料问答"
REMEMBERED_EXCHANGES = 10
"""How many exchanges a follow-up question may refer to."""
STEP_SECONDS = 0.015
CONCURRENT_ANSWERS = 32
IDLE_SESSION_SECONDS = 12 * 3600

_ASSETS = Path(__file__).parent / "page"
_FONTS = (
    "system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
    "Source Han Sans SC", "WenQuanYi Micro Hei", "sans-serif",
)  # fmt: skip
_PLACEHOLDER = (
    "<h2>想查什么规定？</h2>"
    "<p>答复只引用已载入材料的原文，点编号即可核对；材料没有写的，会如实说明。</p>"
)


class Option(TypedDict):
    """A choice below a message: what it says, and what choosing it asks."""

    label: str
    value: str


class Message(TypedDict):
    """A message as the chat component takes it."""

    role: str
    content: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it so far."""

    question: str
    answer: Answer | None = None
    notice: str = ""
    pieces: int | None = None
    """How much of the answer's text is out; None when all of it is."""


class _Shared(TypedDict):
    """What every event of the conversation has in common."""

    outputs: list[gr.components.Component]
    show_progress: Literal["hidden"]
    api_visibility: Literal["private"]


class _Limit(TypedDict):
    """How many questions are answered at once, whichever way they were asked."""

    concurrency_limit: int
    concurrency_id: str


Conversation = tuple[Exchange, ...]
Update = tuple[list[Message], Conversation, gr.Textbox]


def mount_chat(app: FastAPI, opening: Opening, *, folder: Path) -> FastAPI:
    """Mount the page at / of ``app``; ``folder`` is the corpus, which may bring examples."""
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build_page(opening, folder=folder),
        path="/",
        theme=_theme(),
        # Given as ``css`` the rules would be confined to Gradio's own container.
        head=f"<style>{_asset('page.css')}</style><script>{_asset('page.js')}</script>",
        favicon_path=str(_ASSETS / "icon.png"),
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        max_file_size="1kb",
    )
    return mounted


def build_page(opening: Opening, *, folder: Path) -> gr.Blocks:
    """Return the page; what it says about the materials arrives once they are open."""
    page: gr.Blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        conversation = gr.State((), time_to_live=IDLE_SESSION_SECONDS)
        with gr.Row(elem_id="top"):
            gr.HTML(_asset("top.html"), elem_id="title")
            clear = gr.Button("新对话", size="sm", elem_id="clear", scale=0)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="talk", scale=3, min_width=300):
                chat = gr.Chatbot(
                    elem_id="chat",
                    label="对话",
                    show_label=False,
                    container=False,
                    height="100%",
                    buttons=[],
                    feedback_options=None,
                    latex_delimiters=[],
                    layout="panel",
                    placeholder=_PLACEHOLDER,
                    group_consecutive_messages=False,
                )
                box = gr.Textbox(
                    elem_id="box",
                    label="提问",
                    show_label=False,
                    container=False,
                    placeholder="输入问题，按回车发送（换行按 Shift+回车）",
                    lines=1,
                    max_lines=6,
                    submit_btn="发送",
                    autofocus=True,
                )
            with gr.Column(elem_id="reader", scale=2, min_width=300):
                gr.HTML(_asset("reader.html"), elem_id="reader-frame")
        _connect(
            opening,
            folder=folder,
            page=page,
            chat=chat,
            box=box,
            clear=clear,
            conversation=conversation,
        )
    return page


def _connect(
    opening: Opening,
    *,
    folder: Path,
    page: gr.Blocks,
    chat: gr.Chatbot,
    box: gr.Textbox,
    clear: gr.Button,
    conversation: gr.State,
) -> None:
    """Connect the page's events to the assistant."""

    async def greet() -> gr.Chatbot:
        try:
            assistant = await opening.assistant()
            chosen = example_questions(folder, assistant.documents)
        except AssistantError as error:
            return gr.Chatbot(placeholder=notice_to_html(str(error)))
        # The style sheet sets the first line, the topic, apart.
        return gr.Chatbot(
            examples=[
                {"text": example.question, "display_text": f"{example.topic}\n{example.question}"}
                for example in chosen
            ]
        )

    async def ask_typed(question: str, before: Conversation) -> AsyncIterator[Update]:
        async for update in respond(opening, question, before):
            yield update

    async def ask_example(before: Conversation, event: gr.SelectData) -> AsyncIterator[Update]:
        async for update in respond(opening, str(event.value["text"]), before):
            yield update

    async def ask_option(before: Conversation, event: gr.SelectData) -> AsyncIterator[Update]:
        async for update in respond(opening, str(event.value), before):
            yield update

    outputs = [chat, conversation, box]
    shared: _Shared = {"outputs": outputs, "show_progress": "hidden", "api_visibility": "private"}
    limit: _Limit = {"concurrency_limit": CONCURRENT_ANSWERS, "concurrency_id": "ask"}
    asking: list[gr.events.Dependency] = [
        box.submit(ask_typed, [box, conversation], **shared, **limit),
        chat.example_select(ask_example, [conversation], **shared, **limit),
        chat.option_select(ask_option, [conversation], **shared, **limit),
    ]
    for event in asking:
        event.then(None, js="() => window.reader.openFirst()")
    cancels: list[dict[str, object]] = [*asking]
    box.stop(stop, [conversation], **shared, cancels=cancels, queue=False)
    clear.click(start_anew, None, **shared, cancels=cancels, queue=False)
    page.load(
        greet, None, chat, show_progress="hidden", api_visibility="private", concurrency_limit=None
    )


def start_anew() -> Update:
    """Return an empty conversation and an empty box."""
    return _show((), gr.Textbox(value="", submit_btn="发送", stop_btn=False))


async def respond(opening: Opening, question: str, before: Conversation) -> AsyncIterator[Update]:
    """Yield the conversation as it grows by a question and its answer, evidence first."""
    question = question.strip()
    if not question:
        yield _show(before, _idle())
        return
    waiting = opening.obstacle or "正在查找……"
    yield _show((*before, Exchange(question, notice=waiting)), _sent())
    try:
        assistant = await opening.assistant()
        history = _turns(before)
        answer = await asyncio.to_thread(assistant.ask, question, history=history)
    except AssistantError as error:
        yield _show((*before, Exchange(question, notice=str(error))), _idle())
        return
    for pieces in range(len(text_pieces(answer.text))):
        yield _show((*before, Exchange(question, answer, pieces=pieces)), _busy())
        await asyncio.sleep(STEP_SECONDS)
    yield _show((*before, Exchange(question, answer)), _idle())


def stop(conversation: Conversation) -> Update:
    """Leave the conversation as far as it came."""
    if conversation and conversation[-1].answer is None:
        conversation = (*conversation[:-1], replace(conversation[-1], notice="已停止。"))
    return _show(conversation, _idle())


def messages(conversation: Conversation) -> list[Message]:
    """Return the conversation as the chat component takes it."""
    shown: list[Message] = []
    for exchange in conversation:
        asked = question_to_html(exchange.question)
        shown.append({"role": "user", "content": asked, "options": []})
        shown.append(
            {
                "role": "assistant",
                "content": _reply_to_html(exchange),
                "options": _options(exchange.answer),
            }
        )
    return shown


def _reply_to_html(exchange: Exchange) -> str:
    if exchange.answer is None:
        return notice_to_html(exchange.notice)
    return answer_to_html(exchange.answer, question=exchange.question, pieces=exchange.pieces)


def _options(answer: Answer | None) -> list[Option]:
    options = answer.options if answer else ()
    return [{"label": o.label, "value": f"{o.label}怎么规定？"} for o in options]


def _turns(conversation: Conversation) -> list[Turn]:
    turns: list[Turn] = []
    for exchange in conversation[-REMEMBERED_EXCHANGES:]:
        if exchange.answer is not None:
            turns += [("user", exchange.question), ("assistant", exchange.answer.text)]
    return turns


def _show(conversation: Conversation, box: gr.Textbox) -> Update:
    return messages(conversation), conversation, box


def _sent() -> gr.Textbox:
    return gr.Textbox(value="", submit_btn=False, stop_btn="停止")


def _busy() -> gr.Textbox:
    return gr.Textbox(submit_btn=False, stop_btn="停止")


def _idle() -> gr.Textbox:
    return gr.Textbox(submit_btn="发送", stop_btn=False)


def _asset(name: str) -> str:
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
