"""The page at /: a frame made with Gradio; what moves in it is ``page/``'s own script.

Questions do not go through Gradio's queue, which renders the whole conversation again for every
piece of an answer: the script reads ``/api/ask`` piece by piece, see ``docs/experiments.md``.
"""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from pathlib import Path

import gradio as gr
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from assistant.interfaces.examples import example_questions
from assistant.interfaces.late_pages import BUILDING
from assistant.interfaces.opening import Opening

TITLE = "学习材料问答"
PRACTICE = "/quiz"
STYLES = ("page.css", "talk.css", "reader.css", "side.css")
SCRIPT = "main.js"

_ASSETS = Path(__file__).parent / "page"
_FONTS = (
    "system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC",
    "Source Han Sans SC", "WenQuanYi Micro Hei", "sans-serif",
)  # fmt: skip


class Assets(StaticFiles):
    """Files whose address holds a digest of their content: browsers may keep them for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file, marked as one that never changes."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount_chat(app: FastAPI, opening: Opening, *, folder: Path) -> FastAPI:
    """Mount the page at / of ``app``; ``folder`` is the corpus, which may bring examples."""
    app.include_router(_example_routes(opening, folder))
    app.mount(f"/{_base()}", Assets(directory=_ASSETS))
    paths = {getattr(route, "path", "").rstrip("/") for route in app.routes}
    with BUILDING:
        mounted: FastAPI = gr.mount_gradio_app(
            app,
            build_page(practice=PRACTICE if PRACTICE in paths else ""),
            path="/",
            theme=_theme(),
            head=_head(),
            favicon_path=str(_ASSETS / "icon.png"),
            footer_links=[],
            run_history=False,
            show_error=False,
            enable_monitoring=False,
            ssr_mode=False,
            mcp_server=False,
            max_file_size="1kb",
            pwa=True,
        )
    return mounted


def build_page(*, practice: str = "") -> gr.Blocks:
    """Return the page; ``practice`` is the address of the exercises, if there are any."""
    page: gr.Blocks = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    link = f'<a class="tool" href="{escape(practice.lstrip("/"))}">练习</a>' if practice else ""
    with page:
        _frame("top", _asset("top.html").replace("<!-- practice -->", link))
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="side", scale=0, min_width=0):
                _frame("side-frame", _asset("side.html"))
            with gr.Column(elem_id="talk", scale=3, min_width=300):
                _frame("talk-frame", _asset("talk.html"))
            with gr.Column(elem_id="reader", scale=2, min_width=300):
                _frame("reader-frame", _asset("reader.html"))
    return page


def _frame(name: str, html: str) -> gr.HTML:
    # Gradio's own rules for HTML would give every button and link a look of their own.
    return gr.HTML(html, elem_id=name, apply_default_css=False, js_on_load=None)


def _example_routes(opening: Opening, folder: Path) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/api/examples")
    async def examples() -> list[dict[str, str]]:
        documents = (await opening.assistant()).documents
        chosen = example_questions(folder, documents)
        return [{"topic": example.topic, "question": example.question} for example in chosen]

    return router


def _head() -> str:
    """Return what the page loads. Gradio's own ``css`` would be confined to its container."""
    base = _base()
    styles = "".join(f'<link rel="stylesheet" href="{base}/{name}">' for name in STYLES)
    # Without these each script would be asked for only once the one that imports it is there.
    modules = "".join(
        f'<link rel="modulepreload" href="{base}/{path.name}">'
        for path in sorted(_ASSETS.glob("*.js"))
    )
    return f'{styles}{modules}<script type="module" src="{base}/{SCRIPT}"></script>'


@cache
def _base() -> str:
    digest = hashlib.sha256()
    for path in sorted(_ASSETS.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return f"page/{digest.hexdigest()[:16]}"


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
