"""练习题 in a single chat: a question as a card, its verdict, and the answer in letters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from sqlalchemy import exists, select

from assistant.store.base import now
from assistant.store.database import Database
from assistant.wecom.messages import CardOption, Channel, Incoming, VoteCard
from assistant.wecom.people import person_of
from assistant.wecom.state import Choice, Clock, SentCard, State
from assistant.wecom.tables import CardAnswerRow, CardRow

QUESTION_KEY = "answer"
OPEN_FOR = timedelta(days=1)
"""How long a question can be answered with a letter alone."""

SINGLE_CHAT_ONLY = "练习题在单聊里做：请打开与我的单聊，发“题”。"
NO_QUESTIONS = "题库里现在没有可练的题，请管理员先生成并启用题目。"
NO_OPEN_QUESTION = "现在没有等您作答的题。发“题”来一道。"
UNKNOWN_CARD = "这道题已经过期了。发“题”再来一道。"
NOT_YOURS = "这道题是发给另一位同事的。想练习，请在与我的单聊里发“题”。"
NOTHING_CHOSEN = "还没有选答案，请选好再提交。"
MORE = "发“题”再来一道。"


@dataclass(frozen=True, slots=True)
class DealtQuestion:
    """A question for one person, its key left out."""

    item_id: str
    form: str
    """单项选择题, 多项选择题, 判断题."""
    stem: str
    options: tuple[tuple[str, str], ...]
    """Key and text: letters, or ``T`` and ``F``."""
    multiple: bool


@dataclass(frozen=True, slots=True)
class QuizVerdict:
    """What an answer is worth, and why."""

    right: bool
    correct: tuple[str, ...]
    """The keys of the right options."""
    explanation: str
    """Markdown: why it is right, why the others are not, and the source."""


class QuizDealer(Protocol):
    """Where questions come from, and where answers are remembered. May block."""

    def deal(self, person: str, *, seed: str) -> DealtQuestion | None:
        """Return what the person should be asked next; None when there is nothing."""

    def judge(
        self, person: str, *, item_id: str, chosen: tuple[str, ...], record: bool
    ) -> QuizVerdict | None:
        """Judge an answer, and with ``record`` schedule its fact; None when the item is gone."""


class QuizTable:
    """Deals questions into chats and judges what comes back. Every method blocks."""

    def __init__(
        self, dealer: QuizDealer, state: State, database: Database, *, clock: Clock = now
    ) -> None:
        self._dealer = dealer
        self._state = state
        self._database = database
        self._clock = clock

    def deal(self, incoming: Incoming) -> tuple[str, VoteCard | None]:
        """Return a question in words and as a card; the same message gets the same question."""
        task_id = f"quiz_{_digest(f'{incoming.bot_id}:{incoming.message_id}')}"
        question = self._dealer.deal(
            person_of(self._state, bot_id=incoming.bot_id, user_id=incoming.user_id), seed=task_id
        )
        if question is None:
            return NO_QUESTIONS, None
        card = _to_card(question, task_id)
        self._state.add_card(card, incoming, item_id=question.item_id)
        return _in_words(question), card

    def choose(
        self, task_id: str, *, bot_id: str, user_id: str, chosen: tuple[str, ...]
    ) -> tuple[str, VoteCard | None]:
        """Return the verdict on a choice, and the card as it shall look; the first one stands."""
        sent = self._state.find_card(task_id)
        if sent is None:
            return UNKNOWN_CARD, None
        if sent.user_id != user_id:
            return NOT_YOURS, None
        known = {option.id for option in sent.card.options}
        if not chosen or not known.issuperset(chosen):
            return NOTHING_CHOSEN, None
        choice = self._state.choose(task_id, user_id=user_id, chosen=chosen)
        if choice is None:
            return UNKNOWN_CARD, None
        return self._judge(choice, bot_id=bot_id, user_id=user_id)

    def choose_open(self, incoming: Incoming, chosen: tuple[str, ...]) -> str:
        """Return the verdict on letters that answer the question sent last in this chat."""
        task_id = self._open_card(incoming)
        if not task_id:
            return NO_OPEN_QUESTION
        words, _ = self.choose(
            task_id, bot_id=incoming.bot_id, user_id=incoming.user_id, chosen=chosen
        )
        return words

    def _judge(self, choice: Choice, *, bot_id: str, user_id: str) -> tuple[str, VoteCard | None]:
        verdict = self._dealer.judge(
            person_of(self._state, bot_id=bot_id, user_id=user_id),
            item_id=choice.sent.item_id,
            chosen=choice.chosen,
            record=choice.first,
        )
        if verdict is None:
            return UNKNOWN_CARD, None
        return _verdict_in_words(choice, verdict), _locked(choice.sent, choice.chosen, verdict)

    def _open_card(self, incoming: Incoming) -> str:
        """Return the card sent last in this chat to this user, if it is not answered yet."""
        answered = exists().where(
            CardAnswerRow.task_id == CardRow.task_id, CardAnswerRow.user_id == incoming.user_id
        )
        with self._database.session() as session:
            task_id = session.scalars(
                select(CardRow.task_id)
                .where(
                    CardRow.conversation == incoming.conversation,
                    CardRow.user_id == incoming.user_id,
                    CardRow.at > self._clock() - OPEN_FOR,
                    ~answered,
                )
                .order_by(CardRow.at.desc())
                .limit(1)
            ).first()
        return task_id or ""


def _to_card(question: DealtQuestion, task_id: str) -> VoteCard:
    return VoteCard(
        task_id=task_id,
        title=question.form,
        description=question.stem,
        question_key=QUESTION_KEY,
        options=tuple(CardOption(key, _option(key, text)) for key, text in question.options),
        multiple=question.multiple,
    )


def _in_words(question: DealtQuestion) -> str:
    lines = [f"**{question.form}**", question.stem, ""]
    lines += [f"> {_option(key, text)}" for key, text in question.options]
    example = "对" if question.options[0][0] == "T" else ("AC" if question.multiple else "A")
    return "\n".join([*lines, "", f"回复答案即可，例如：{example}"])


def _verdict_in_words(choice: Choice, verdict: QuizVerdict) -> str:
    lines = []
    if not choice.first:
        lines.append("这道题您已经答过，以第一次的选择为准。")
    lines.append("**回答正确。**" if verdict.right else "**回答错误。**")
    if not verdict.right:
        lines.append(f"您选的是{_named(choice.sent.card, choice.chosen)}，")
        lines[-1] += f"正确答案是{_named(choice.sent.card, verdict.correct)}。"
    return "\n".join([*lines, verdict.explanation, "", MORE])


def _locked(sent: SentCard, chosen: tuple[str, ...], verdict: QuizVerdict) -> VoteCard:
    marks = {key: "✓ " for key in verdict.correct}
    marks |= {key: "✗ " for key in chosen if key not in verdict.correct}
    options = tuple(
        CardOption(option.id, f"{marks.get(option.id, '')}{option.text}", option.id in chosen)
        for option in sent.card.options
    )
    title = "回答正确" if verdict.right else "回答错误"
    return replace(sent.card, title=title, options=options, submit_text="已作答", locked=True)


def _option(key: str, text: str) -> str:
    return text if key in ("T", "F") else f"{key}. {text}"


def _named(card: VoteCard, keys: tuple[str, ...]) -> str:
    texts = {option.id: option.text for option in card.options}
    return "、".join(texts.get(key, key) if key in ("T", "F") else key for key in sorted(keys))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def shows_cards(channel: Channel) -> bool:
    """Tell whether clients of a channel can answer on a card."""
    return channel is not Channel.APP
