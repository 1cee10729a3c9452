"""Changes of the documents that take effect in the background: the old index serves until then."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from assistant.errors import AssistantError
from assistant.interfaces.opening import Answerer, Opening
from assistant.users.documents import Change

Progress = Callable[[int, int], None]
Rebuild = Callable[[Progress], Answerer]
"""Builds the index of the corpus folder as it is now, and opens an assistant over it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A change on its way, or the last one there was."""

    what: str
    state: Literal["running", "done", "failed"] = "running"
    done: int = 0
    total: int = 0
    fault: str = ""
    seconds: float = 0.0

    @property
    def words(self) -> str:
        """What there is to say about it."""
        if self.state == "done":
            return f"{self.what}：已生效，用时 {self.seconds:.0f} 秒。"
        if self.state == "failed":
            return f"{self.what}：没有成功，材料已恢复原样。{self.fault}"
        if not self.total or self.done == self.total:
            return f"{self.what}：正在整理索引……"
        return f"{self.what}：正在建立索引，{self.done} / {self.total} 句。"


class Publisher:
    """Makes one change at a time."""

    def __init__(self, opening: Opening, rebuild: Rebuild) -> None:
        self._opening = opening
        self._rebuild = rebuild
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._thread: threading.Thread | None = None

    @property
    def job(self) -> Job | None:
        """The change on its way, else the last one, else None."""
        return self._job

    @property
    def busy(self) -> bool:
        """Whether a change is on its way."""
        return self._job is not None and self._job.state == "running"

    def begin(
        self, what: str, change: Callable[[], Change], *, failed: Callable[[str], None]
    ) -> None:
        """Make a change of the corpus folder and let it take effect in the background.

        Raises ``CorpusError`` when it cannot be made, and ``AssistantError`` while another one is
        on its way. ``failed`` is called when the index could not be built; the change is undone.
        """
        with self._lock:
            if self.busy:
                raise AssistantError("另一项变更正在生效，请等它完成后再试。")
            made = change()
            self._job = Job(what)
        self._thread = threading.Thread(
            target=self._run, args=(made, failed), name="publishing", daemon=True
        )
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for the change on its way, so long at most."""
        if self._thread is not None:
            self._thread.join(timeout=seconds)

    def _run(self, made: Change, failed: Callable[[str], None]) -> None:
        started = time.monotonic()
        fault = "原因见服务日志。"
        state: Literal["done", "failed"] = "failed"
        try:
            self._opening.switch_to(self._rebuild(self._report))
            state, fault = "done", ""
        except AssistantError as error:
            fault = str(error)
            _log.warning("a change of the documents failed and is undone: %s", error)
        finally:
            # Whatever went wrong, known or not, the files must fit the index that serves.
            if state == "failed":
                made.undo()
            self._update(state=state, fault=fault, seconds=time.monotonic() - started)
            if state == "failed":
                failed(fault)

    def _report(self, done: int, total: int) -> None:
        self._update(done=done, total=total)

    def _update(self, **changes: object) -> None:
        if self._job is not None:
            self._job = replace(self._job, **changes)  # type: ignore[arg-type]
