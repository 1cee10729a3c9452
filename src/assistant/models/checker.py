"""A draft is checked while it is being written, claim by claim, and shown as far as it holds."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping

from assistant.domain import Early, ParsedDocument
from assistant.models.bearing import Bearing
from assistant.models.drafts import Claim, read_draft, read_partial
from assistant.models.reply import Reply
from assistant.models.verify import Verdict, Verifier

DRAFTING = "正在起草，并逐句核对原文……"
"""Shown from the model's first token until there is something of the answer to show."""
LOOK_SECONDS = 0.05
"""Between two looks at a draft that is being written; each reads all of it."""
LONGEST_DRAFT = 12_000
"""Characters after which a draft is read no further."""

_log = logging.getLogger(__name__)


class Checker:
    """Checks a draft while it is being written."""

    def __init__(
        self, verifier: Verifier, bearing: Bearing, documents: Mapping[str, ParsedDocument]
    ) -> None:
        self._verifier = verifier
        self._bearing = bearing
        self._documents = documents
        self._text = ""
        self._done = 0
        self._shown: Early | None = None
        self._look_again = 0.0
        self._reply = Reply(documents)
        self.readable = False
        """Whether the whole draft could be read, once it is finished."""

    @property
    def overflows(self) -> bool:
        """Whether far more was written than was asked for."""
        return len(self._text) > LONGEST_DRAFT

    def start_again(self) -> None:
        """Forget what came so far."""
        self._text, self._done, self._reply = "", 0, Reply(self._documents)

    def take(self, text: str) -> Iterator[Early]:
        """Take what was written, and yield what may be shown when that has changed.

        A quotation is shown while it is written, as far as it stands in a passage; a sentence once
        it is whole and holds.
        """
        self._text += text
        if self._shown is None:
            self._shown = Early(DRAFTING)
            yield self._shown
        if time.monotonic() < self._look_again:
            return
        claims = read_partial(self._text).claims
        for claim in claims[self._done : len(claims) - 1]:
            self._judge(claim)
            self._done += 1
        early = self._reply.early(self._being_written(claims[-1].quote if claims else ""))
        if early.text and early != self._shown:
            self._shown = early
            yield early
        self._look_again = time.monotonic() + LOOK_SECONDS

    def _being_written(self, quote: str) -> str:
        found = self._verifier.begins(quote)
        if found is None or not self._bearing.bears((found,)):
            return ""
        text = self._documents[found.article.document_id].document.text
        start = found.start
        while start > 0 and text[start - 1] in "“‘（《〈【":
            start -= 1
        return text[start : found.end]

    def finish(self) -> Reply:
        """Check what is left and return the reply; an unfinished claim does not count."""
        draft = read_draft(self._text)
        self.readable = draft.complete or bool(draft.claims)
        for claim in draft.claims[self._done :]:
            if claim.finished:
                self._judge(claim)
        return self._reply

    def _judge(self, claim: Claim) -> None:
        verdict = self._verifier.check(claim)
        if verdict.quotations and not self._bearing.bears(verdict.quotations):
            verdict = Verdict(claim, "dropped", faults=(*verdict.faults, "beside"))
        _log.debug("%s %s %r of %r", verdict.outcome, verdict.faults, claim.sentence, claim.quote)
        self._reply.add(verdict)
