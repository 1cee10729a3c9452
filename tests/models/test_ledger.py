"""Verified answers are kept for the same question; calls are counted by day and by person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from tests.fake_model.minds import faithful
from tests.fake_model.server import Server

from assistant.domain import Answer, ParsedDocument
from assistant.models.ledger import Ledger, answer_key
from assistant.models.tables import KeptAnswer
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.store.base import Base
from assistant.store.database import Database, open_database

QUESTION = "市委组织部每年对“一把手”个人有关事项报告抽查的比例是多少？"
CHINA = timezone(timedelta(hours=8))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path}/a.sqlite3")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 9, tzinfo=CHINA)

    def __call__(self) -> datetime:
        return self.now


def open_ledger(
    database: Database, *, answers: int = 10, day: int = 0, person: int = 0
) -> tuple[Ledger, Clock]:
    clock = Clock()
    ledger = Ledger(
        database, most_answers=answers, calls_per_day=day, calls_per_person=person, clock=clock
    )
    return ledger, clock


def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    return kind != "table" or (name or "").startswith("model_")


def test_migration_and_tables_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert {"model_answers", "model_usage"} <= set(inspect(connection).get_table_names())


def test_an_answer_comes_back_as_it_was_and_says_that_it_was_kept(
    database: Database,
    model_assistant: Assistant,
    documents: dict[str, ParsedDocument],
    server: Server,
) -> None:
    answer = model_assistant.ask(QUESTION)
    assert answer.mode == "model"
    ledger, _ = open_ledger(database)
    ledger.keep("k", answer)
    found = ledger.find("k", documents)
    assert found is not None
    assert found.drafting is not None
    assert found.drafting.cached
    assert replace(found, drafting=answer.drafting) == answer


def test_a_kept_answer_whose_quotation_no_longer_stands_is_not_used(
    database: Database, model_assistant: Assistant, documents: dict[str, ParsedDocument],
    server: Server,
) -> None:  # fmt: skip
    answer = model_assistant.ask(QUESTION)
    ledger, _ = open_ledger(database)
    altered = replace(answer.citations[0], quote=answer.citations[0].quote.replace("10%", "90%"))
    ledger.keep("k", replace(answer, citations=(altered,)))
    assert ledger.find("k", documents) is None


@pytest.mark.parametrize("written", ["{", "[]", '{"status": "answered"}', "null"])
def test_a_kept_answer_that_cannot_be_read_is_none(
    database: Database, documents: dict[str, ParsedDocument], written: str
) -> None:
    ledger, clock = open_ledger(database)
    with database.session() as session:
        session.add(KeptAnswer(key="k", answer=written, kept_at=clock()))
    assert ledger.find("k", documents) is None


def test_the_oldest_answers_make_room(
    database: Database, documents: dict[str, ParsedDocument]
) -> None:
    ledger, clock = open_ledger(database, answers=3)
    for number in range(5):
        clock.now += timedelta(minutes=1)
        ledger.keep(f"k{number}", Answer("answered", "甲"))
    found = [ledger.find(f"k{number}", documents) is not None for number in range(5)]
    assert found == [False, False, True, True, True]


def test_the_key_tells_question_corpus_prompts_and_model_apart() -> None:
    keys = {answer_key(*parts) for parts in (("甲", "c", "p"), ("乙", "c", "p"), ("甲", "d", "p"))}
    assert len(keys) == 3
    assert answer_key("甲", "c", "p") in keys


def test_calls_of_a_day_end_with_the_day(database: Database) -> None:
    ledger, clock = open_ledger(database, day=3)
    assert [ledger.take_call("") for _ in range(4)] == [True, True, True, False]
    clock.now += timedelta(days=1)
    assert ledger.take_call("")


def test_who_is_over_their_own_limit_takes_nothing_from_the_others(database: Database) -> None:
    ledger, _ = open_ledger(database, day=4, person=2)
    assert [ledger.take_call("张三") for _ in range(5)] == [True, True, False, False, False]
    assert [ledger.take_call("李四") for _ in range(3)] == [True, True, False]
    assert not ledger.take_call("王五")


def test_many_at_once_are_counted_exactly(database: Database) -> None:
    ledger, _ = open_ledger(database, day=20)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: ledger.take_call(""), range(40)))
    assert sum(taken) == 20


def test_names_of_people_and_questions_are_not_written_down(database: Database) -> None:
    ledger, _ = open_ledger(database, person=5)
    ledger.take_call("张三")
    with database.session() as session:
        rows = session.execute(text("select person from model_usage")).all()
    assert all("张三" not in row[0] for row in rows)


def test_where_calls_cannot_be_counted_none_is_made(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/b.sqlite3")
    with database.session() as session:
        session.execute(text("drop table model_usage"))
        session.execute(text("drop table model_answers"))
    ledger, _ = open_ledger(database, day=5)
    assert not ledger.take_call("")
    assert ledger.find("k", {}) is None
    ledger.keep("k", Answer("answered", "甲"))


def test_the_same_question_is_answered_from_what_was_kept_and_a_limit_is_kept_to(
    model_settings: Settings, server: Server, tmp_path: Path
) -> None:
    server.behave(faithful)
    model = model_settings.model.model_copy(update={"cached_answers": 10, "calls_per_day": 1})
    settings = model_settings.model_copy(update={"model": model, "data": tmp_path})
    assistant = Assistant.open(settings)
    first = assistant.ask(QUESTION)
    again = assistant.ask(QUESTION)
    assert (first.mode, again.mode) == ("model", "model")
    assert again.text == first.text
    assert again.drafting is not None
    assert again.drafting.cached
    assert len(server.requests) == 1
    other = assistant.ask("谁来找新任的一把手谈话？")
    assert other.mode == "extractive"
    assert other.drafting is not None
    assert other.drafting.fallback == "unavailable"
    assert len(server.requests) == 1
