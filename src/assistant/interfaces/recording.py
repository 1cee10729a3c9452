"""An assistant that writes down how its answers went, for channels that do not do so themselves."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from sqlalchemy.exc import SQLAlchemyError

from assistant.domain import Answer, Early, Turn
from assistant.interfaces.opening import Answerer
from assistant.users.asked import AskedLog

_log = logging.getLogger(__name__)


class Recorded:
    """Answers as the assistant does."""

    def __init__(self, assistant: Answerer, asked: AskedLog, *, channel: str) -> None:
        self._assistant = assistant
        self._asked = asked
        self._channel = channel

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = (), person: str = ""
    ) -> Iterator[Early | Answer]:
        """Yield what may be shown early, then the answer. Raises ``AssistantError``."""
        for item in self._assistant.ask_stream(question, history=history, person=person):
            if isinstance(item, Answer):
                self._note(question, item, person)
            yield item

    def _note(self, question: str, answer: Answer, person: str) -> None:
        try:
            self._asked.record(question, answer, channel=self._channel, person_id=person or None)
        except SQLAlchemyError:
            # Whoever asked gets the answer all the same.
            _log.exception("a question is missing from the statistics")
