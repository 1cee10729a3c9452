"""What one person does in practice: each call one transaction, its answer what the page shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.interfaces.quiz_desk import Shelf
from assistant.quiz.items import Item
from assistant.quiz.practice import (
    Kind,
    Place,
    all_dues,
    answer_place,
    contest_day,
    due_facts,
    give_hint,
    move_on,
    open_sitting,
    rate_easy,
    read_answers,
    read_past,
    read_stars,
    set_contest_day,
    settle_answer,
    show_place,
    start_sitting,
    toggle_star,
)
from assistant.quiz.practice_draw import Past, draw_items
from assistant.quiz.practice_exam import new_seed
from assistant.quiz.practice_mistakes import Mistake, read_mistakes
from assistant.quiz.practice_order import ShownOption, arrange_options
from assistant.quiz.practice_scope import Scope
from assistant.quiz.progress import Progress, read_progress
from assistant.quiz.review_reports import ReportKind, report_error
from assistant.quiz.scoring import Given, Rule, Verdict, judge_answer
from assistant.quiz.tables import SittingRow
from assistant.store.base import now
from assistant.store.database import Database


@dataclass(frozen=True, slots=True)
class Card:
    """A question on the page."""

    place: Place
    item: Item
    shown: tuple[ShownOption, ...]
    verdict: Verdict | None
    """None until it is judged."""
    starred: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What a person may begin with."""

    items: int
    facts: int
    due: int
    unseen: int
    mistakes: int
    unfinished: str
    """What was begun and how far it came; empty when nothing was."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of a practice run."""

    title: str
    right: int
    answered: int
    total: int
    wrong: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The book of wrong answers, and what is kept at hand."""

    mistakes: tuple[tuple[Mistake, Item], ...]
    starred: tuple[Item, ...]


class Practice:
    """Practice over a database."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock

    def overview(self, shelf: Shelf, person: str) -> Overview:
        """Return what there is to do."""
        with self._database.session() as session:
            past = read_past(session, person)
            facts = {item.fact_id or item.id for item in shelf.items}
            mistakes = read_mistakes(past, shelf.items)
            due = [f for f in due_facts(session, person, at=self._clock()) if f in facts]
            sitting = open_sitting(session, person)
            return Overview(
                items=len(shelf.items),
                facts=len(facts),
                due=len(due),
                unseen=len(facts - {answer.fact_id for answer in past}),
                mistakes=sum(not mistake.mastered for mistake in mistakes),
                unfinished=_how_far(session, sitting) if sitting else "",
            )

    def start(self, shelf: Shelf, person: str, *, scope: Scope, number: int) -> Card:
        """Begin a practice of a person's own choice."""
        items = scope.choose(shelf.items, outline=shelf.outline)
        return self._begin(
            shelf, person, Kind.PRACTICE, lambda s: (items, None, read_past(s, person)), number
        )

    def start_due(self, shelf: Shelf, person: str, *, number: int) -> Card:
        """Begin with what is due today."""
        return self._begin(
            shelf,
            person,
            Kind.DUE,
            lambda s: (
                shelf.items,
                due_facts(s, person, at=self._clock()),
                read_past(s, person),
            ),
            number,
        )

    def start_facts(self, shelf: Shelf, person: str, *, facts: Sequence[str], number: int) -> Card:
        """Begin with facts of the book of wrong answers."""
        return self._begin(
            shelf,
            person,
            Kind.MISTAKES,
            lambda s: (shelf.items, facts, read_past(s, person)),
            number,
        )

    def _begin(
        self,
        shelf: Shelf,
        person: str,
        kind: Kind,
        choose: Callable[[Session], tuple[Sequence[Item], Sequence[str] | None, Sequence[Past]]],
        number: int,
    ) -> Card:
        seed, at = new_seed(), self._clock()
        with self._database.session() as session:
            pool, facts, past = choose(session)
            items = draw_items(pool, past, number=number, seed=seed, at=at, facts=facts)
            start_sitting(session, person, items, kind=kind, title=kind.label, seed=seed, at=at)
        card = self.current(shelf, person)
        if card is None:
            raise QuizError("练习没有开始，请再试一次。")
        return card

    def current(self, shelf: Shelf, person: str) -> Card | None:
        """Return the question at hand of a practice that was begun, or None."""
        with self._database.session() as session:
            sitting = open_sitting(session, person)
            return self._card(session, shelf, person, sitting) if sitting else None

    def hint(self, shelf: Shelf, person: str, *, position: int) -> Card:
        """Say where to look; the answer then counts as a hard one."""

        def act(session: Session, sitting: SittingRow) -> None:
            give_hint(session, sitting, position=position)

        return self._act(shelf, person, act)

    def answer(
        self, shelf: Shelf, person: str, *, position: int, given: Given, changes: int
    ) -> Card:
        """Judge an answer."""

        def act(session: Session, sitting: SittingRow) -> None:
            place = show_place(session, sitting, at=self._clock(), position=position)
            item = _known(shelf, place.item_id)
            sitting.position = position
            at = self._clock()
            answer_place(
                session, sitting, item, position=position, given=given, at=at, changes=changes
            )

        return self._act(shelf, person, act)

    def settle(self, shelf: Shelf, person: str, *, position: int, parts: Sequence[bool]) -> Card:
        """Take the person's own marks for a short answer."""

        def act(session: Session, sitting: SittingRow) -> None:
            place = show_place(session, sitting, at=self._clock(), position=position)
            item = _known(shelf, place.item_id)
            settle_answer(session, sitting, item, position=position, parts=parts)

        return self._act(shelf, person, act)

    def easy(self, shelf: Shelf, person: str, *, position: int) -> Card:
        """Take the person's word that it was easy."""

        def act(session: Session, sitting: SittingRow) -> None:
            rate_easy(session, sitting, position=position)

        return self._act(shelf, person, act)

    def move_on(self, shelf: Shelf, person: str) -> Card | Closing:
        """Go to the next question, or close the practice."""
        with self._database.session() as session:
            sitting = _required(open_sitting(session, person))
            if move_on(session, sitting, at=self._clock()):
                return self._card(session, shelf, person, sitting)
            return _closing(session, shelf, sitting)

    def stop(self, shelf: Shelf, person: str) -> Closing | None:
        """End a practice before its last question."""
        with self._database.session() as session:
            sitting = open_sitting(session, person)
            if sitting is None:
                return None
            sitting.ended_at = self._clock()
            return _closing(session, shelf, sitting)

    def star(self, person: str, item_id: str) -> bool:
        """Keep a question at hand, or no longer."""
        with self._database.session() as session:
            return toggle_star(session, person, item_id, at=self._clock())

    def report(self, person: str, item_id: str, *, kind: ReportKind, text: str) -> None:
        """Take down an error that a reader sees in a question."""
        with self._database.session() as session:
            report_error(session, item_id, person=person, kind=kind, text=text, at=self._clock())

    def book(self, shelf: Shelf, person: str) -> Book:
        """Return the book of wrong answers."""
        with self._database.session() as session:
            past = read_past(session, person)
            stars = read_stars(session, person)
        mistakes = read_mistakes(past, shelf.items)
        return Book(
            tuple((m, shelf.known[m.item_id]) for m in mistakes if m.item_id in shelf.known),
            tuple(item for item in shelf.known.values() if item.id in stars),
        )

    def progress(self, shelf: Shelf, person: str) -> tuple[Progress, date | None]:
        """Return how far a person has come, and the day they prepare for."""
        with self._database.session() as session:
            past, dues = read_past(session, person), all_dues(session, person)
            contest = contest_day(session, person)
        progress = read_progress(
            past, shelf.items, dues, outline=shelf.outline, known=shelf.known, at=self._clock()
        )
        return progress, contest

    def prepare_for(self, person: str, day: date | None) -> None:
        """Set the day of the contest."""
        with self._database.session() as session:
            set_contest_day(session, person, day)

    def _act(self, shelf: Shelf, person: str, act: Callable[[Session, SittingRow], None]) -> Card:
        with self._database.session() as session:
            sitting = _required(open_sitting(session, person))
            act(session, sitting)
            session.flush()
            return self._card(session, shelf, person, sitting)

    def _card(self, session: Session, shelf: Shelf, person: str, sitting: SittingRow) -> Card:
        place = show_place(session, sitting, at=self._clock())
        item = _known(shelf, place.item_id)
        return Card(
            place=place,
            item=item,
            shown=arrange_options(item, seed=place.seed),
            verdict=_verdict(place, item),
            starred=item.id in read_stars(session, person),
        )


def _verdict(place: Place, item: Item) -> Verdict | None:
    if not place.judged:
        return None
    judged = judge_answer(item, place.given, rule=Rule())
    return Verdict(place.right, place.points, place.best, judged.parts)


def _closing(session: Session, shelf: Shelf, sitting: SittingRow) -> Closing:
    rows = read_answers(session, sitting.id)
    judged = [row for row in rows if row.judged_at is not None]
    wrong = [shelf.known[r.item_id] for r in judged if not r.right and r.item_id in shelf.known]
    right = sum(bool(row.right) for row in judged)
    return Closing(sitting.title, right, len(judged), len(rows), tuple(wrong))


def _how_far(session: Session, sitting: SittingRow) -> str:
    rows = read_answers(session, sitting.id)
    done = sum(row.judged_at is not None for row in rows)
    return f"{sitting.title}，已答{done}题，共{len(rows)}题"


def _known(shelf: Shelf, item_id: str) -> Item:
    item = shelf.known.get(item_id)
    if item is None:
        raise QuizError("这道题已不在题库中，请跳到下一题。")
    return item


def _required(sitting: SittingRow | None) -> SittingRow:
    if sitting is None:
        raise QuizError("没有进行中的练习，请重新开始。")
    return sitting
