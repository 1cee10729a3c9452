"""The daily question out of the bank: which one, and how a group reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

from assistant.quiz.items import Item, ItemType
from assistant.quiz.review import read_entries, usable_items
from assistant.store.database import Database
from assistant.wecom.format import neutralise
from assistant.wecom.messages import DailyQuestion

TITLE = "每日一题"
LATER = "先想一想，答案稍后公布。"
INVITATION = "想多练几道？请打开与我的单聊，发“题”。"
_FORMS = (ItemType.SINGLE, ItemType.MULTIPLE, ItemType.JUDGE)
_TRUTH = {"T": "正确", "F": "错误"}


class DailyBank:
    """Takes the day's question from those in use. May block."""

    def __init__(self, database: Database, *, solution_follows: bool, practice: bool) -> None:
        self._database = database
        self._solution_follows = solution_follows
        self._practice = practice

    def question_of(self, day: date, *, sent: tuple[str, ...]) -> DailyQuestion | None:
        """Return the question of a day: a new one, or the one sent longest ago."""
        items = {item.id: item for item in self._usable()}
        if not items:
            return None
        fresh = [id for id in items if id not in sent]
        if fresh:
            return self._render(items[min(fresh, key=lambda id: _order(day, id))])
        return self._render(items[next(id for id in reversed(sent) if id in items)])

    def question_by_id(self, item_id: str) -> DailyQuestion | None:
        """Return a question that was sent, even if it is out of use by now; None when gone."""
        with self._database.session() as session:
            items = {entry.item.id: entry.item for entry in read_entries(session)}
        return self._render(items[item_id]) if item_id in items else None

    def _usable(self) -> Sequence[Item]:
        with self._database.session() as session:
            entries = read_entries(session)
        return [item for item in usable_items(entries) if item.type in _FORMS]

    def _render(self, item: Item) -> DailyQuestion:
        closing = [LATER] if self._solution_follows else []
        closing += [INVITATION] if self._practice else []
        question = [f"**{TITLE}**（{item.type.label}）", neutralise(item.stem), ""]
        question += [f"> {line}" for line in _options(item)]
        solution = [f"**{TITLE}·答案**", neutralise(item.stem), "", *_solution(item)]
        return DailyQuestion(
            item_id=item.id,
            question="\n".join([*question, "", *closing]).rstrip(),
            solution="\n".join(solution),
        )


def _options(item: Item) -> Iterator[str]:
    if item.type is ItemType.JUDGE:
        yield from ("正确", "错误")
    for option in item.options:
        yield f"{option.letter}. {neutralise(option.text)}"


def _solution(item: Item) -> Iterator[str]:
    keys = "".join(_TRUTH.get(key, key) for key in item.answer)
    yield f"答案：**{keys}**"
    if item.correction:
        yield f"应为：{neutralise(item.correction)}"
    if item.explanation:
        yield neutralise(item.explanation)
    for basis in item.basis[:1]:
        yield f"> {neutralise(basis.sentence)}"
        yield f"出处：{neutralise(basis.label or basis.document)}"


def _order(day: date, item_id: str) -> str:
    """Return a key that shuffles the questions anew on each day, the same in every process."""
    return hashlib.sha256(f"{day.isoformat()}:{item_id}".encode()).hexdigest()
