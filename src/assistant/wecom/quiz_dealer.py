"""The quiz room's questions for chats: dealt by spaced repetition that the page shares."""

from __future__ import annotations

import hashlib
import threading

from assistant.quiz.items import FALSE, TRUE, Item, ItemType
from assistant.quiz.practice import (
    Kind,
    add_sitting,
    answer_place,
    due_facts,
    read_past,
    show_place,
)
from assistant.quiz.practice_draw import draw_items
from assistant.quiz.review import read_entries, read_entry, register_stamp, usable_items
from assistant.quiz.scoring import Rule, judge_answer
from assistant.store.base import now
from assistant.store.database import Database
from assistant.wecom.format import neutralise
from assistant.wecom.quiz_cards import DealtQuestion, QuizVerdict
from assistant.wecom.state import Clock
from assistant.wecom.words import article_link, linked

TITLE = "企业微信练习"
FORMS = (ItemType.SINGLE, ItemType.MULTIPLE, ItemType.JUDGE)
"""What can be answered with one tap, or one letter."""
_JUDGEMENTS = ((TRUE, "对"), (FALSE, "错"))


class RegisterDealer:
    """Deals the questions of the register that are in use, and keeps answers in the quiz room."""

    def __init__(self, database: Database, *, public_url: str = "", clock: Clock = now) -> None:
        self._database = database
        self._public_url = public_url
        self._clock = clock
        self._lock = threading.Lock()
        self._stamp = ""
        self._items: tuple[Item, ...] = ()

    def deal(self, person: str, *, seed: str) -> DealtQuestion | None:
        """Return what is due today, or else something new; None when nothing can be asked."""
        items = self._usable()
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4])
        at = self._clock()
        with self._database.session() as session:
            past = read_past(session, person)
            due = due_facts(session, person, at=at)
        drawn = draw_items(items, past, number=1, seed=number, at=at, facts=due) or draw_items(
            items, past, number=1, seed=number, at=at
        )
        return _dealt(drawn[0]) if drawn else None

    def judge(
        self, person: str, *, item_id: str, chosen: tuple[str, ...], record: bool
    ) -> QuizVerdict | None:
        """Judge an answer, and with ``record`` schedule its fact; None when the item is gone."""
        at = self._clock()
        with self._database.session() as session:
            entry = read_entry(session, item_id)
            if entry is None:
                return None
            item = entry.item
            if record:
                sitting = add_sitting(
                    session, person, (item,), kind=Kind.PRACTICE, title=TITLE, seed=0, at=at
                )
                # Over before it is seen: an unfinished practice on the page stays at hand there.
                sitting.ended_at = at
                show_place(session, sitting, at=at, position=0)
                answer_place(session, sitting, item, position=0, given=chosen, at=at)
        verdict = judge_answer(item, chosen, rule=Rule())
        return QuizVerdict(verdict.right, item.answer, self._explain(item, chosen))

    def _usable(self) -> tuple[Item, ...]:
        with self._lock, self._database.session() as session:
            stamp = register_stamp(session)
            if stamp != self._stamp:
                usable = usable_items(read_entries(session))
                self._items = tuple(item for item in usable if item.type in FORMS)
                self._stamp = stamp
            return self._items

    def _explain(self, item: Item, chosen: tuple[str, ...]) -> str:
        lines = [neutralise(item.explanation)] if item.explanation else []
        lines += [
            f"{key}：{neutralise(reason)}" for key, reason in item.refute if key in set(chosen)
        ]
        if item.correction and item.answer == (FALSE,):
            lines.append(f"应为：{neutralise(item.correction)}")
        for basis in item.basis[:1]:
            link = article_link(
                self._public_url, basis.article_id, start=basis.start, end=basis.end
            )
            label = linked(basis.label or f"《{basis.document}》", link)
            lines.append(f"> {label}：“{neutralise(basis.sentence)}”")
        return "\n".join(lines)


def _dealt(item: Item) -> DealtQuestion:
    letters = tuple((option.letter, option.text) for option in item.options)
    return DealtQuestion(
        item_id=item.id,
        form=item.type.label,
        stem=item.stem,
        options=_JUDGEMENTS if item.type is ItemType.JUDGE else letters,
        multiple=item.type is ItemType.MULTIPLE,
    )
