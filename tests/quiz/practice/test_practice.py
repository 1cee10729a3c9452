"""Practice over a database, with the clock in the test's hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy.orm import Session
from tests.quiz.serving import CORPUS, SAMPLES

from assistant.corpus.load import load_corpus
from assistant.errors import QuizError
from assistant.quiz.bank import load_bank
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice import (
    Kind,
    all_dues,
    answer_place,
    due_facts,
    give_hint,
    move_on,
    open_sitting,
    rate_easy,
    read_answers,
    read_past,
    settle_answer,
    show_place,
    start_sitting,
)
from assistant.quiz.practice_draw import Past, choose_form, draw_items
from assistant.quiz.practice_explain import explain_item
from assistant.quiz.practice_mistakes import read_mistakes
from assistant.quiz.practice_order import arrange_options, order_matters
from assistant.quiz.practice_scope import Scope, read_outline
from assistant.quiz.progress import read_progress
from assistant.quiz.schedule import AGAIN, EASY, GOOD, HARD
from assistant.store.database import Database, open_database

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ITEMS = load_bank(SAMPLES)
BY_ID = {item.id: item for item in ITEMS}
DOCUMENTS = load_corpus(CORPUS).documents
OUTLINE = read_outline(DOCUMENTS)
NUMBERS = count(1)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One for all: every test is a person of its own."""
    return open_database(f"sqlite:///{tmp_path_factory.mktemp('practice')}/a.sqlite3")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def person() -> str:
    return f"person-{next(NUMBERS)}"


def begin(session: Session, person: str, *ids: str, at: datetime = START) -> None:
    items = [BY_ID[id] for id in ids]
    start_sitting(session, person, items, kind=Kind.PRACTICE, title="自选练习", seed=7, at=at)


def wrong(item: Item) -> tuple[str, ...]:
    if item.type is ItemType.JUDGE:
        return ("F",) if item.answer == ("T",) else ("T",)
    return tuple(o.letter for o in item.options if o.letter not in item.answer)[:1]


def answer(
    session: Session,
    person: str,
    *,
    right: bool = True,
    at: datetime = START,
    changes: int = 0,
    seconds: float = 5,
) -> None:
    """Answer the question at hand and go on."""
    sitting = open_sitting(session, person)
    assert sitting is not None
    place = show_place(session, sitting, at=at)
    item = BY_ID[place.item_id]
    answer_place(
        session,
        sitting,
        item,
        position=place.position,
        given=item.answer if right else wrong(item),
        at=at + timedelta(seconds=seconds),
        changes=changes,
    )
    move_on(session, sitting, at=at)


def ratings(session: Session, sitting_id: str) -> list[int | None]:
    return [row.rating for row in read_answers(session, sitting_id)]


def test_an_answer_is_judged_once_and_a_second_one_changes_nothing(
    session: Session, person: str
) -> None:
    begin(session, person, "S01")
    sitting = open_sitting(session, person)
    assert sitting is not None
    item = BY_ID["S01"]
    show_place(session, sitting, at=START)
    first = answer_place(session, sitting, item, position=0, given=("A",), at=START)
    again = answer_place(session, sitting, item, position=0, given=("B",), at=START)
    assert (first.right, again.right) == (False, False)
    assert [row.given for row in read_answers(session, sitting.id)] == [["A"]]
    assert len(read_past(session, person)) == 1


def test_a_closed_browser_loses_nothing(database: Database, person: str) -> None:
    with database.session() as session:
        begin(session, person, "S01", "S02", "S03")
        answer(session, person)
    with database.session() as session:
        sitting = open_sitting(session, person)
        assert sitting is not None
        place = show_place(session, sitting, at=START + DAY)
        assert (place.position, place.item_id, place.total) == (1, "S02", 3)
        assert [r.judged_at is not None for r in read_answers(session, sitting.id)] == [
            True,
            False,
            False,
        ]


def test_a_skipped_question_comes_back_before_the_end(session: Session, person: str) -> None:
    begin(session, person, "S01", "S02")
    sitting = open_sitting(session, person)
    assert sitting is not None
    assert move_on(session, sitting, at=START)
    answer(session, person)
    assert show_place(session, sitting, at=START).item_id == "S01"
    answer(session, person)
    assert open_sitting(session, person) is None


def test_hints_changes_of_mind_and_clicks_of_the_person_set_the_rating(
    session: Session, person: str
) -> None:
    begin(session, person, "S01", "S02", "S03", "S04")
    sitting = open_sitting(session, person)
    assert sitting is not None
    give_hint(session, sitting, position=0)
    answer(session, person)
    answer(session, person, changes=2)
    answer(session, person)
    answer(session, person, right=False)
    assert ratings(session, sitting.id) == [HARD, HARD, GOOD, AGAIN]
    dues = all_dues(session, person)
    rate_easy(session, sitting, position=2)
    rate_easy(session, sitting, position=3)
    assert ratings(session, sitting.id) == [HARD, HARD, EASY, AGAIN]
    assert max(all_dues(session, person)) > max(dues)


def test_what_is_due_comes_back_on_its_day_and_not_before(session: Session, person: str) -> None:
    begin(session, person, "S01", "S02")
    answer(session, person, right=False)
    answer(session, person)
    assert due_facts(session, person, at=START) == ()
    assert due_facts(session, person, at=START + DAY) == ("fact-S01",)
    later = due_facts(session, person, at=START + 4 * DAY)
    assert set(later) == {"fact-S01", "fact-S02"}


def test_a_short_answer_is_settled_by_its_writer_and_scheduled_accordingly(
    session: Session, person: str
) -> None:
    begin(session, person, "A01")
    sitting = open_sitting(session, person)
    assert sitting is not None
    item = BY_ID["A01"]
    show_place(session, sitting, at=START)
    verdict = answer_place(
        session, sitting, item, position=0, given=("对党忠诚",), at=START + timedelta(seconds=60)
    )
    assert (verdict.points, verdict.right) == (2, False)
    settle_answer(session, sitting, item, position=0, parts=(True,) * 5)
    row = read_answers(session, sitting.id)[0]
    assert (row.points, row.right, row.rating) == (10, True, GOOD)


def past(
    id: str, *, right: bool, days: float = 0, type: ItemType = ItemType.SINGLE, fact: str = ""
) -> Past:
    return Past(id, fact or f"fact-{id}", type, right, START + days * DAY)


def test_a_mistake_is_mastered_after_three_right_answers_in_a_row_and_kept() -> None:
    answers = [past("S01", right=False)]
    for day in (1, 2, 3):
        assert not read_mistakes(answers, ITEMS)[0].mastered
        answers.append(past("S01", right=True, days=day))
    book = read_mistakes(answers, ITEMS)
    assert [(m.fact_id, m.wrong, m.streak, m.mastered) for m in book] == [("fact-S01", 1, 3, True)]
    answers.append(past("S01", right=False, days=4))
    assert not read_mistakes(answers, ITEMS)[0].mastered


def test_lucky_judgements_alone_do_not_master_a_fact_that_has_another_form() -> None:
    twin = replace(BY_ID["J01"], id="S01-judge", fact_id="fact-S01")
    answers = [past("S01", right=False)] + [
        past("S01-judge", right=True, days=day, type=ItemType.JUDGE, fact="fact-S01")
        for day in (1, 2, 3)
    ]
    assert not read_mistakes(answers, [*ITEMS, twin])[0].mastered
    answers.append(past("S01", right=True, days=4))
    assert read_mistakes(answers, [*ITEMS, twin])[0].mastered


def test_what_was_never_wrong_is_not_in_the_book() -> None:
    assert read_mistakes([past("S01", right=True)], ITEMS) == ()


def test_no_two_questions_of_one_fact_are_drawn_together() -> None:
    twins = [replace(item, id=f"{item.id}-x") for item in ITEMS]
    drawn = draw_items([*ITEMS, *twins], (), number=40, seed=1, at=START)
    facts = [item.fact_id for item in drawn]
    assert len(facts) == len(set(facts)) == len(ITEMS)


def test_what_was_not_seen_comes_first_and_what_was_asked_today_last() -> None:
    seen = [past(item.id, right=True, days=-2) for item in ITEMS[:10]]
    today = [past(item.id, right=True) for item in ITEMS[10:20]]
    drawn = draw_items(ITEMS, [*seen, *today], number=20, seed=1, at=START)
    assert {item.id for item in drawn} == {i.id for i in (*ITEMS[:10], *ITEMS[20:])}


def test_the_same_seed_draws_the_same_questions_and_another_seed_others() -> None:
    def ids(seed: int) -> list[str]:
        return [item.id for item in draw_items(ITEMS, (), number=10, seed=seed, at=START)]

    assert ids(3) == ids(3)
    assert ids(3) != ids(4)


def test_forms_of_a_fact_go_from_recognising_to_recalling() -> None:
    forms = [
        replace(BY_ID["J01"], fact_id="f"),
        replace(BY_ID["S01"], fact_id="f"),
        replace(BY_ID["F01"], fact_id="f"),
    ]
    chance = random.Random(0)  # noqa: S311

    def following(*answers: Past) -> str:
        return choose_form(forms, answers, chance=chance).id

    judge = past("J01", right=True, type=ItemType.JUDGE, fact="f")
    single = past("S01", right=True, days=1, fact="f")
    assert following() == "J01"
    assert following(judge) == "S01"
    assert following(judge, single) == "F01"
    assert following(judge, replace(single, right=False)) == "S01"


def test_a_scope_chooses_documents_parts_and_types() -> None:
    measures = Scope(documents=frozenset({"beijing-measures-2021"}))
    assert {i.document_ids[0] for i in measures.choose(ITEMS, outline=OUTLINE)} == {
        "beijing-measures-2021"
    }
    judges = Scope(types=frozenset({ItemType.JUDGE})).choose(ITEMS, outline=OUTLINE)
    assert {item.id for item in judges} == {"J01", "J02", "J03", "J04", "J05", "J06"}
    part = OUTLINE.part(BY_ID["S02"])
    assert part is not None
    chosen = Scope(parts=frozenset({part.id})).choose(ITEMS, outline=OUTLINE)
    assert BY_ID["S02"] in chosen
    assert all(OUTLINE.part(item) == part for item in chosen)


def test_nothing_to_practise_is_said_in_a_sentence(session: Session, person: str) -> None:
    with pytest.raises(QuizError, match="没有可练的题目"):
        begin(session, person)


def test_options_are_shuffled_unless_their_order_means_something() -> None:
    orders = {tuple(o.key for o in arrange_options(BY_ID["S05"], seed=str(n))) for n in range(20)}
    assert len(orders) > 5
    assert order_matters(BY_ID["S01"]), "每月、每季度、每半年、每年"
    assert order_matters(BY_ID["S08"]), "28, 36, 46, 50"
    assert order_matters(BY_ID["M05"]), "its explanation speaks of “A项”"
    assert [o.key for o in arrange_options(BY_ID["S01"], seed="x")] == ["A", "B", "C", "D"]


@pytest.mark.parametrize("id", ["S05", "M01"])
def test_the_key_moves_with_its_option(id: str) -> None:
    item = BY_ID[id]
    for seed in "abcdefgh":
        shown = arrange_options(item, seed=seed)
        said = explain_item(item, shown=shown, given=item.answer)
        by_letter = {option.letter: option.text for option in shown}
        assert {by_letter[letter] for letter in said.key.split("、")} == set(item.right_texts)
        assert all(option.reason for option in said.options)


def test_an_explanation_marks_the_decisive_words_inside_the_verbatim_sentence() -> None:
    for item in ITEMS:
        for source in explain_item(item, shown=arrange_options(item, seed="")).sources:
            assert "".join(words for words, _ in source.pieces) == source.basis.sentence
    said = explain_item(BY_ID["S01"], shown=arrange_options(BY_ID["S01"], seed=""))
    marked = [words for words, decisive in said.sources[0].pieces if decisive]
    assert marked == ["应当每季度对信访举报情况开展分析研判"]


def test_progress_counts_articles_parts_and_due_facts() -> None:
    answers = [past(item.id, right=n % 2 == 0) for n, item in enumerate(ITEMS[:8])]
    progress = read_progress(
        answers, ITEMS, [START, START + DAY], outline=OUTLINE, known=BY_ID, at=START
    )
    assert (progress.answered, progress.right, progress.days) == (8, 4, 1)
    assert (progress.facts_seen, progress.facts) == (8, 30)
    assert progress.due[:3] == (1, 1, 0)
    assert sum(a.answered for a in progress.accuracy) == 8
    covered = {c.document: (c.covered, c.with_items) for c in progress.coverage}
    assert covered["意见"][0] <= covered["意见"][1]
    assert sum(c.covered for c in progress.coverage) == len(
        {item.basis[0].article_id for item in ITEMS[:8]}
    )


def test_accuracy_forgets_what_was_missed_long_ago() -> None:
    answers = [past("S01", right=False, days=-9)] + [
        past("S01", right=True, days=-day) for day in (3, 2, 1)
    ]
    progress = read_progress(answers, ITEMS, [], outline=OUTLINE, known=BY_ID, at=START)
    assert [(a.right, a.answered) for a in progress.accuracy] == [(3, 3)]
