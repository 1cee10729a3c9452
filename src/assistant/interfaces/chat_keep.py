"""Answers kept for the person who asked: the door to the conversations in the database."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from assistant.domain import Answer, ParsedDocument
from assistant.index.manifest import corpus_fingerprint
from assistant.interfaces.identity import person_of, services_of
from assistant.store.base import now
from assistant.users.records import Exchange, make_exchange


class Keeper:
    """Keeps answers. Knows the fingerprint of the documents it saw last."""

    def __init__(self) -> None:
        self._documents: Sequence[ParsedDocument] = ()
        self._fingerprint = ""

    async def keep(
        self,
        request: Request,
        documents: Sequence[ParsedDocument],
        *,
        question: str,
        answer: Answer,
        conversation: str,
        replaces: str,
    ) -> dict[str, str] | None:
        """Keep an answer and return its ids; None when the person has no such conversation."""
        conversations, person = services_of(request).conversations, person_of(request)

        def keep() -> dict[str, str] | None:
            exchange = self._record(documents, question, answer)
            kept_in = conversation or conversations.start(person.id)
            if replaces:
                conversations.delete_turn(person.id, replaces)
            turn = conversations.append(person.id, kept_in, exchange)
            return None if turn is None else {"conversation": kept_in, "turn": turn.id}

        return await run_in_threadpool(keep)

    def _record(
        self, documents: Sequence[ParsedDocument], question: str, answer: Answer
    ) -> Exchange:
        if documents is not self._documents:
            self._fingerprint = corpus_fingerprint(documents)
            self._documents = documents
        return make_exchange(
            question,
            answer,
            documents=documents,
            corpus_fingerprint=self._fingerprint,
            asked_at=now(),
        )
