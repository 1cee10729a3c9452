"""An assistant that is being opened while the server already listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from assistant.domain import Answer, Article, Early, Hit, ParsedDocument, Turn
from assistant.errors import AssistantError

logger = logging.getLogger(__name__)


class Answerer(Protocol):
    """What the doors need of an assistant."""

    @property
    def documents(self) -> tuple[ParsedDocument, ...]:
        """The materials, editions included."""

    @property
    def prompts_hash(self) -> str:
        """Hash of the prompt files in use; empty without a language model."""

    def ask(self, question: str, *, history: Sequence[Turn] = (), person: str = "") -> Answer:
        """Return an answer or raise ``QuestionError``; safe to call from several threads."""

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = (), person: str = ""
    ) -> Iterator[Early | Answer]:
        """Yield what may be shown early, then the answer; raises as ``ask`` does."""

    def search(self, question: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the articles nearest to a question, best first; raises ``QuestionError``."""

    def counterparts(self, article: Article) -> tuple[Article, ...]:
        """Return the articles on the same matter in other documents, the most alike first."""


class Opening:
    """Opens an assistant in a thread, once, and hands it to everyone who waits for it."""

    def __init__(self, opener: Callable[[], Answerer]) -> None:
        self._opener = opener
        self._task: asyncio.Task[Answerer] | None = None
        self._successor: Answerer | None = None

    def begin(self) -> None:
        """Start opening; needs a running event loop."""
        self._task = asyncio.create_task(asyncio.to_thread(self._open))
        self._task.add_done_callback(_report)

    async def assistant(self) -> Answerer:
        """Wait for the assistant. Raises the ``AssistantError`` that kept it from opening."""
        if self._successor is not None:
            return self._successor
        if self._task is None:
            raise AssistantError("问答服务尚未启动，请稍后再试。")
        # One visitor who leaves must not cancel the opening for all others.
        return await asyncio.shield(self._task)

    def switch_to(self, assistant: Answerer) -> None:
        """Hand out another assistant from now on; questions under way end with the one before.

        May be called from any thread.
        """
        _warm(assistant)
        self._successor = assistant
        # The one before, and its index, go with the last question to it.
        self._task = None

    @property
    def obstacle(self) -> str:
        """Why no question can be answered now; empty when one can."""
        if self._successor is not None:
            return ""
        if self._task is None or not self._task.done():
            return "正在载入材料和索引，请稍候。"
        error = None if self._task.cancelled() else self._task.exception()
        if isinstance(error, AssistantError):
            return str(error)
        return "问答服务启动失败，请管理员查看日志。" if error or self._task.cancelled() else ""

    def _open(self) -> Answerer:
        assistant = self._opener()
        _warm(assistant)
        return assistant


def _warm(assistant: Answerer) -> None:
    if assistant.documents:
        # The first question pays for caches and pages read late; no visitor should.
        assistant.ask(f"《{assistant.documents[0].document.title}》的主要内容")


def _report(task: asyncio.Task[Answerer]) -> None:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, AssistantError):
        logger.error("the assistant cannot be opened: %s", error)
    elif error is not None:
        logger.error("the assistant cannot be opened", exc_info=error)
