"""From the bank to use: steps, reasons, reports, and sources that change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from tests.quiz.serving import CORPUS, SAMPLES

from assistant.corpus.load import load_corpus
from assistant.corpus.parse import parse_document
from assistant.domain import ParsedDocument
from assistant.errors import QuizError
from assistant.interfaces.quiz_reviewing import Queue
from assistant.quiz.bank import load_bank
from assistant.quiz.items import Item, ItemType, Status
from assistant.quiz.review import (
    Action,
    Sources,
    Synced,
    edit_item,
    read_entries,
    read_entry,
    read_history,
    sync_bank,
    take_step,
    usable_items,
)
from assistant.quiz.review_edit import apply_edit, to_editable
from assistant.quiz.review_reports import ReportKind, open_reports, report_error, settle_reports
from assistant.quiz.tables import ItemRow
from assistant.store.base import Base
from assistant.store.database import Database, open_database

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
ITEMS = load_bank(SAMPLES)
CHECKED = tuple(item.with_status(Status.CHECKED) for item in ITEMS)
DOCUMENTS = load_corpus(CORPUS).documents
SOURCES = Sources(DOCUMENTS)
REVIEWER = "王审题"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once."""
    path = tmp_path_factory.mktemp("review") / "empty.sqlite3"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Database:
    copy = shutil.copy(migrated, tmp_path / "a.sqlite3")
    return Database(create_engine(f"sqlite:///{copy}"))


def sync(
    database: Database, items: tuple[Item, ...] = CHECKED, sources: Sources = SOURCES
) -> Synced:
    with database.session() as session:
        return sync_bank(session, items, sources=sources, at=AT)


def step(database: Database, item_id: str, action: Action, reason: str = "") -> Status:
    with database.session() as session:
        return take_step(
            session,
            item_id,
            action,
            reviewer=REVIEWER,
            sources=SOURCES,
            at=AT,
            reason=reason,
        )


def statuses(database: Database) -> dict[str, Status]:
    with database.session() as session:
        return {entry.item.id: entry.item.status for entry in read_entries(session)}


def amended(old: str, new: str) -> tuple[ParsedDocument, ...]:
    """Return the documents with a few words of one of them changed."""
    return tuple(
        parse_document(replace(p.document, text=p.document.text.replace(old, new)))
        if old in p.document.text
        else p
        for p in DOCUMENTS
    )


def test_migrations_and_tables_agree(database: Database) -> None:
    # Other rooms' tables are declared too once their modules are imported, hence both sides.
    def is_ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return kind != "table" or (name or "").startswith("quiz_")

    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "compare_type": True}
        )
        differences = compare_metadata(context, Base.metadata)
    ours = [d for d in differences if "quiz_" in repr(d)]
    assert ours == []
    assert any(name.startswith("quiz_") for name in Base.metadata.tables)


def test_a_question_goes_from_checked_over_reviewed_to_active_and_only_then_is_asked(
    database: Database,
) -> None:
    assert sync(database) == Synced(added=30)
    with database.session() as session:
        assert usable_items(read_entries(session)) == ()
    assert step(database, "S01", Action.APPROVE) is Status.REVIEWED
    assert step(database, "S01", Action.ACTIVATE) is Status.ACTIVE
    with database.session() as session:
        assert [item.id for item in usable_items(read_entries(session))] == ["S01"]
        history = read_history(session, "S01")
    assert [(row.action, row.reviewer) for row in history] == [
        ("activate", REVIEWER),
        ("approve", REVIEWER),
    ]


def test_steps_that_are_not_open_are_refused(database: Database) -> None:
    sync(database)
    with pytest.raises(QuizError, match="不能启用"):
        step(database, "S01", Action.ACTIVATE)
    step(database, "S01", Action.RETIRE, "与 S02 重复")
    with pytest.raises(QuizError, match="不能通过"):
        step(database, "S01", Action.APPROVE)


@pytest.mark.parametrize("action", [Action.REJECT, Action.RETIRE])
def test_turning_a_question_down_needs_a_reason(database: Database, action: Action) -> None:
    sync(database)
    with pytest.raises(QuizError, match="理由"):
        step(database, "S01", action, "  ")
    step(database, "S01", action, "题干有歧义")
    with database.session() as session:
        assert read_history(session, "S01")[0].reason == "题干有歧义"


def test_a_question_with_faults_gets_no_nearer_to_use(database: Database) -> None:
    sync(database)
    with database.session() as session, pytest.raises(QuizError, match="选项重复"):
        take_step(
            session,
            "S01",
            Action.APPROVE,
            reviewer=REVIEWER,
            sources=SOURCES,
            at=AT,
            problems=("选项重复",),
        )
    assert statuses(database)["S01"] is Status.CHECKED


def test_a_changed_article_retires_the_questions_that_rest_on_it_and_no_others(
    database: Database,
) -> None:
    sync(database, ITEMS)
    sources = Sources(amended("应当每季度对信访举报情况", "应当每半年对信访举报情况"))
    bound = {
        item.id
        for item in ITEMS
        if any(b.article_id == "beijing-measures-2021#24" for b in item.basis)
    }
    assert bound
    assert sync(database, ITEMS, sources).retired == len(bound)
    retired = {id for id, status in statuses(database).items() if status is Status.RETIRED}
    assert retired == bound
    with database.session() as session:
        reasons = {read_history(session, id)[0].reason for id in bound}
    assert reasons <= {"依据的条文已修改", "依据的条文已不在材料中"}
    # The old text comes back: a reviewer may take the question up again.
    assert sync(database, ITEMS).retired == 0
    assert statuses(database)["S01"] is Status.RETIRED
    assert step(database, "S01", Action.REOPEN) is Status.CHECKED


def test_words_of_an_article_that_a_question_does_not_quote_retire_it_too(
    database: Database,
) -> None:
    """The neighbouring sentence may be what makes a wrong option wrong."""
    sync(database, ITEMS)
    sources = Sources(amended("对一般性问题开展谈心谈话", "对一般性问题予以提醒"))
    assert sync(database, ITEMS, sources).retired > 0
    assert statuses(database)["S01"] is Status.RETIRED


def test_a_question_whose_quotation_is_not_in_the_article_never_comes_into_use(
    database: Database,
) -> None:
    basis = replace(ITEMS[0].basis[0], sentence="应当每月对信访举报情况开展分析研判。")
    forged = replace(ITEMS[0], id="forged", basis=(basis,))
    sync(database, (forged,))
    assert statuses(database) == {"forged": Status.RETIRED}
    with pytest.raises(QuizError, match="不一致"):
        step(database, "forged", Action.REOPEN)


def test_what_the_bank_no_longer_holds_is_retired_and_stays_readable(database: Database) -> None:
    sync(database, ITEMS)
    assert sync(database, ITEMS[1:]) == Synced(retired=1)
    with database.session() as session:
        entry = read_entry(session, "S01")
    assert entry is not None
    assert entry.item.status is Status.RETIRED
    assert entry.item.stem == ITEMS[0].stem


def test_syncing_again_changes_nothing(database: Database) -> None:
    sync(database, ITEMS)
    assert sync(database, ITEMS) == Synced()


def test_an_edit_is_to_be_approved_anew_and_the_old_wording_is_kept(database: Database) -> None:
    sync(database, ITEMS)
    item = ITEMS[0]
    edit = replace(to_editable(item), stem=f"{item.stem}？")
    with database.session() as session:
        edit_item(
            session,
            apply_edit(item, edit),
            reviewer=REVIEWER,
            sources=SOURCES,
            at=AT,
            reason="语气",
        )
    with database.session() as session:
        entry = read_entry(session, "S01")
        before = read_history(session, "S01")[0].before
    assert entry is not None
    assert (entry.item.status, entry.edited) == (Status.CHECKED, True)
    assert entry.item.stem == f"{item.stem}？"
    assert before is not None
    assert before["stem"] == item.stem
    # The bank is as it was, so the edit stands.
    assert sync(database, ITEMS) == Synced()


def test_a_new_bank_puts_an_edit_aside_and_keeps_it_in_the_history(database: Database) -> None:
    sync(database, ITEMS)
    edited = replace(ITEMS[0], stem="改过的题干（ ）。")
    with database.session() as session:
        edit_item(session, edited, reviewer=REVIEWER, sources=SOURCES, at=AT)
    renewed = (replace(ITEMS[0], difficulty=3), *ITEMS[1:])
    assert sync(database, renewed) == Synced(renewed=1)
    with database.session() as session:
        row = session.get(ItemRow, "S01")
        before = read_history(session, "S01")[0].before
    assert row is not None
    assert not row.edited
    assert before is not None
    assert before["stem"] == "改过的题干（ ）。"


def test_two_independent_reports_take_a_question_out_of_use_until_they_are_settled(
    database: Database,
) -> None:
    sync(database, ITEMS)

    def report(person: str, text: str = "另一项也对") -> None:
        with database.session() as session:
            report_error(session, "S01", person=person, kind=ReportKind.KEY, text=text, at=AT)

    def is_asked() -> bool:
        with database.session() as session:
            return "S01" in {item.id for item in usable_items(read_entries(session))}

    report("甲")
    report("甲", "再说一次")
    assert is_asked(), "the same person twice is one report"
    report("乙")
    assert not is_asked()
    with database.session() as session:
        texts = [row.text for row in open_reports(session, "S01")]
        assert settle_reports(session, "S01", outcome="核对原文，答案无误", at=AT) == 2
    assert texts == ["再说一次", "另一项也对"]
    assert is_asked()


def test_a_report_of_other_things_says_what(database: Database) -> None:
    with database.session() as session, pytest.raises(QuizError, match="写明"):
        report_error(session, "S01", person="甲", kind=ReportKind.OTHER, text=" ", at=AT)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_a_question_survives_being_shown_for_editing(item: Item) -> None:
    assert apply_edit(item, to_editable(item)) == item


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        pytest.param("stem", " ", "题干不能为空", id="no stem"),
        pytest.param("answer", "E", "选项的字母", id="a letter that is no option"),
        pytest.param("answer", "AB", "只能有一个", id="two keys"),
        pytest.param("options", "每月\nB．每季度", "没有写明选项", id="a line without a letter"),
        pytest.param("options", "A．每月\nA．每季度", "重复的字母", id="a letter twice"),
    ],
)
def test_an_edit_that_cannot_be_read_says_which_line(field: str, text: str, message: str) -> None:
    edit = replace(to_editable(ITEMS[0]), **{field: text})
    with pytest.raises(QuizError, match=message):
        apply_edit(ITEMS[0], edit)


def test_the_queue_shows_reported_questions_first_and_can_be_narrowed(database: Database) -> None:
    sync(database, ITEMS)
    with database.session() as session:
        report_error(session, "M08", person="甲", kind=ReportKind.STEM, text="", at=AT)
        entries = read_entries(session)
    assert Queue().choose(entries)[0].item.id == "M08"
    assert [e.item.id for e in Queue(reported=True).choose(entries)] == ["M08"]
    judges = Queue(type=ItemType.JUDGE).choose(entries)
    assert {e.item.type for e in judges} == {ItemType.JUDGE}
    assert [e.item.id for e in Queue(words="纪委书记发现“一把手”").choose(entries)] == ["S05"]
    assert Queue(status=Status.DRAFT).choose(entries) == ()
