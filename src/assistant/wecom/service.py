"""The answering service: what every channel calls, whatever way a message came.

A question is answered in a thread; while it takes its time, snapshots say so. Who may ask, how
often, and how many questions are answered at once is decided here, and said in words.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from assistant.domain import Answer, Early, Turn
from assistant.errors import AssistantError
from assistant.settings.wecom import WecomSettings
from assistant.wecom import words
from assistant.wecom.commands import Request, Wish, read_request
from assistant.wecom.limits import Limits, Place, is_allowed
from assistant.wecom.messages import (
    CardClick,
    CardOutcome,
    Entered,
    Feedback,
    Incoming,
    Snapshot,
)
from assistant.wecom.people import person_of
from assistant.wecom.quiz_cards import NO_QUESTIONS, SINGLE_CHAT_ONLY, QuizTable
from assistant.wecom.state import State
from assistant.wecom.threads import run_detached

logger = logging.getLogger(__name__)

ORDER_SECONDS = 5.0
"""How long a question waits for the same person's question before it, which it may go on from."""
KEPT_CHARACTERS = 4000
QUOTE_CHARACTERS = 200


class Asking(Protocol):
    """What answers questions: ``pipeline.Assistant``."""

    def ask_stream(
        self, question: str, *, history: Sequence[Turn] = (), person: str = ""
    ) -> Iterator[Early | Answer]:
        """Yield what may be shown early, then the answer; safe to call from several threads.

        Raises ``AssistantError``.
        """


class _Draft:
    """What is known of an answer that is being written. Belongs to one event loop."""

    def __init__(self) -> None:
        self.text = ""
        self.changed = asyncio.Event()

    def show(self, text: str) -> None:
        """Take in the sentences that have been checked so far."""
        if text and text != self.text:
            self.text = text
            self.changed.set()


class AnsweringService:
    """Answers messages, judges cards, keeps feedback. Belongs to one event loop."""

    def __init__(
        self,
        opened: Callable[[], Awaitable[Asking]],
        state: State,
        settings: WecomSettings,
        *,
        quiz: QuizTable | None = None,
    ) -> None:
        """Ask what ``opened`` returns once it is there; it may raise ``AssistantError``."""
        self._opened = opened
        self._state = state
        self._settings = settings
        self._quiz = quiz
        self._limits = Limits(settings)
        self._slots = asyncio.Semaphore(settings.answers_at_once)
        self._order: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def reply(self, incoming: Incoming) -> AsyncGenerator[Snapshot]:
        """Yield the reply as it grows; the last snapshot, and no other, is finished."""
        refusal = self._refusal(incoming)
        if refusal:
            yield Snapshot(refusal, finished=True)
            return
        request = read_request(incoming, bot_names=self._settings.bot_names)
        if request.wish in (Wish.ANSWER, Wish.NUMBER):
            async for snapshot in self._look_up(incoming, request):
                yield snapshot
        else:
            yield await self._serve(incoming, request)

    async def welcome(self, entered: Entered) -> str:
        """Return the words for a user who opens the chat; empty for none."""
        users = self._settings.allowed_users
        if users and entered.user_id not in users:
            return ""
        return f"{self._settings.welcome or words.WELCOME}\n\n{words.HELP}"

    async def choose(self, click: CardClick) -> CardOutcome:
        """Judge what was chosen on a card, once per user."""
        quiz = self._quiz
        if quiz is None:
            return CardOutcome(markdown=NO_QUESTIONS)
        said, card = await asyncio.to_thread(
            lambda: quiz.choose(
                click.task_id, bot_id=click.bot_id, user_id=click.user_id, chosen=click.chosen
            )
        )
        return CardOutcome(card, said)

    async def note_feedback(self, feedback: Feedback) -> None:
        """Store what a user thinks of a reply."""
        await asyncio.to_thread(self._state.keep_feedback, feedback)

    def _refusal(self, incoming: Incoming) -> str:
        if not is_allowed(incoming, self._settings):
            return words.NOT_ALLOWED
        return self._limits.refusal(incoming)

    async def _serve(self, incoming: Incoming, request: Request) -> Snapshot:
        """Return the reply to everything that is no question."""
        match request.wish:
            case Wish.HELP:
                said = words.HELP
            case Wish.UNREADABLE:
                said = words.UNREADABLE
            case Wish.FRESH:
                await asyncio.to_thread(self._state.forget_turns, incoming)
                said = words.FRESH
            case _:
                return await self._practise(incoming, request)
        return Snapshot(said, finished=True)

    async def _practise(self, incoming: Incoming, request: Request) -> Snapshot:
        quiz = self._quiz
        if quiz is None:
            return Snapshot(NO_QUESTIONS, finished=True)
        if incoming.chat_type != "single":
            return Snapshot(SINGLE_CHAT_ONLY, finished=True)
        if request.wish is Wish.QUIZ:
            said, card = await asyncio.to_thread(quiz.deal, incoming)
            return Snapshot(said, finished=True, card=card)
        said = await asyncio.to_thread(quiz.choose_open, incoming, request.chosen)
        return Snapshot(said, finished=True)

    async def _look_up(self, incoming: Incoming, request: Request) -> AsyncIterator[Snapshot]:
        place = self._limits.enter(incoming)
        if isinstance(place, str):
            yield Snapshot(place, finished=True)
            return
        draft = _Draft()
        task = asyncio.create_task(self._find(incoming, request, draft))
        # Not when this generator ends: an abandoned question still takes up its thread.
        task.add_done_callback(lambda _: self._limits.leave(place))
        feedback_id = feedback_id_of(incoming)
        async for said in self._progress(task, place, draft):
            yield Snapshot(said, feedback_id=feedback_id)
        yield Snapshot(_outcome(task), finished=True, feedback_id=feedback_id)

    async def _progress(
        self, task: asyncio.Task[str], place: Place, draft: _Draft
    ) -> AsyncIterator[str]:
        """Yield words, and what of the answer has been checked, until all of it is there."""
        loop = asyncio.get_running_loop()
        started, wait = loop.time(), self._settings.placeholder_seconds
        ahead = place.before - self._settings.answers_at_once + 1
        said = words.WAITING.format(number=ahead) if ahead > 0 else words.SEARCHING
        while not await _first_of(task, draft.changed, seconds=wait):
            draft.changed.clear()
            yield words.draft_to_markdown(draft.text) if draft.text else said
            wait = self._settings.progress_seconds
            said = words.STILL_SEARCHING.format(seconds=round(loop.time() - started + wait))

    async def _find(self, incoming: Incoming, request: Request, draft: _Draft) -> str:
        """Return the answer to a question as Markdown, and keep it for what follows."""
        async with self._in_order(f"{incoming.conversation}:{incoming.user_id}"), self._slots:
            assistant = await self._opened()
            history = await self._history(incoming)
            question = request.text
            if request.wish is Wish.NUMBER:
                question = await self._chosen(assistant, history, request.number)
                if not question:
                    return words.NO_OPTIONS
            person = await asyncio.to_thread(
                lambda: person_of(self._state, bot_id=incoming.bot_id, user_id=incoming.user_id)
            )
            answer = await _ask(assistant, question, history, person=person, draft=draft)
            await asyncio.to_thread(
                lambda: self._state.add_turn(
                    incoming,
                    question=question[:KEPT_CHARACTERS],
                    answer=answer.text[:KEPT_CHARACTERS],
                )
            )
            return words.answer_to_markdown(answer, public_url=self._settings.public_url)

    async def _history(self, incoming: Incoming) -> tuple[Turn, ...]:
        most = self._settings.history_questions
        if not most:
            return ()
        within = timedelta(minutes=self._settings.history_minutes)
        turns = await asyncio.to_thread(
            lambda: self._state.recent_turns(incoming, within=within, most=most)
        )
        quote = incoming.quote.strip()
        if quote and incoming.text.strip():
            # What was quoted is what is talked about now, whoever said it.
            turns = (*turns, ("user", quote[:QUOTE_CHARACTERS]), ("assistant", quote))
        return turns

    async def _chosen(self, assistant: Asking, history: Sequence[Turn], number: int) -> str:
        """Return the question for the option with a number; empty when none was offered."""
        asked = [position for position, (role, _) in enumerate(history) if role == "user"]
        if not asked:
            return ""
        last = asked[-1]
        question, before = history[last][1], history[:last]
        answer = await _ask(assistant, question, before, person="", draft=_Draft())
        if answer.status != "clarify" or not 1 <= number <= len(answer.options):
            return ""
        return f"{answer.options[number - 1].label}怎么规定？"

    @contextlib.asynccontextmanager
    async def _in_order(self, name: str) -> AsyncIterator[None]:
        """Let one person's questions be answered in their order, as far as that takes no age."""
        lock = self._order.setdefault(name, asyncio.Lock())
        held = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ORDER_SECONDS):
                held = await lock.acquire()
        try:
            yield
        finally:
            if held:
                lock.release()


async def _ask(
    assistant: Asking, question: str, history: Sequence[Turn], *, person: str, draft: _Draft
) -> Answer:
    """Ask in a thread; what has been checked on the way goes to ``draft``."""
    loop = asyncio.get_running_loop()

    def work() -> Answer:
        for event in assistant.ask_stream(question, history=history, person=person):
            if isinstance(event, Answer):
                return event
            # Unchecked words are never shown in a chat, where nothing can be taken back.
            loop.call_soon_threadsafe(draft.show, event.text[: event.checked].strip())
        raise AssistantError(words.GIVEN_UP)

    return await run_detached(work)


async def _first_of(task: asyncio.Task[str], event: asyncio.Event, *, seconds: float) -> bool:
    """Wait for a task or an event, but not for ever; return whether the task is done."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({task, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return task.done()


def feedback_id_of(incoming: Incoming) -> str:
    """Return the id under which a reply is judged; the platform wants ``trace_`` before it."""
    name = f"{incoming.channel}:{incoming.bot_id}:{incoming.message_id}"
    return f"trace_{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _outcome(task: asyncio.Task[str]) -> str:
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, AssistantError):
        return str(error)
    logger.error("a question could not be answered", exc_info=error)
    return words.FAILED
