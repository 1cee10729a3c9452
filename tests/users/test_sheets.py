"""Answer sheets and exports: complete, in Chinese fonts, and the same whenever they are made."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn
from tests.fakes import OPINIONS, FakeAssistant

from assistant.store.database import Database
from assistant.users.conversations import Conversations, Turn
from assistant.users.records import (
    Exchange,
    exchange_from_record,
    exchange_to_record,
    make_exchange,
)
from assistant.users.sheets import (
    NOT_VERBATIM,
    VERBATIM,
    answer_sheet,
    conversation_sheet,
    marked_article,
    sheet_text,
    verification,
)
from assistant.users.word import write_word

from .conftest import QUESTION, exchange

MOMENT = datetime(2026, 11, 22, 1, 30, 5, tzinfo=UTC)


def paragraphs(raw: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(raw)).paragraphs]


def test_the_sheet_holds_all_that_an_auditor_asks_for() -> None:
    turn = Turn("0123abcd", exchange())
    text = sheet_text(answer_sheet(turn))
    answer = turn.exchange.answer
    assert QUESTION in text
    assert all(line in text for line in answer.text.splitlines())
    for number in (3, 4):
        article = next(a for a in OPINIONS.articles if a.number == number)
        assert all(line in text for line in article.text.splitlines())
    assert turn.exchange.corpus_fingerprint in text
    assert len(turn.exchange.corpus_fingerprint) == 64
    assert text.count(VERBATIM) == 2
    assert "2026-11-22 09:30:05（北京时间）" in text
    assert "0123abcd" in text
    assert OPINIONS.document.title in text


def test_the_sheet_of_a_refusal_says_so_and_names_the_nearest_article() -> None:
    text = sheet_text(answer_sheet(Turn("t", exchange("违反规定的罚款是多少元？"))))
    assert "材料中没有，未作答复" in text
    assert "相近条文（不是对所问问题的回答）" in text
    assert "三、依据" not in text


def test_the_same_record_gives_the_same_file_byte_for_byte(database: Database) -> None:
    conversations = Conversations(database)
    id = conversations.start("u-zhangsan")
    turn = conversations.append("u-zhangsan", id, exchange())
    assert turn is not None
    first = write_word(answer_sheet(turn), title="答复单", made_at=turn.exchange.asked_at)
    # Read back, and nothing but the record is there: no document, no index.
    again = conversations.find_turn("u-zhangsan", turn.id)
    assert again is not None
    second = write_word(answer_sheet(again), title="答复单", made_at=again.exchange.asked_at)
    assert first == second


def test_a_record_survives_its_way_through_json() -> None:
    assert exchange_from_record(exchange_to_record(exchange())) == exchange()


def test_a_record_of_an_older_version_can_be_read() -> None:
    record = exchange_to_record(exchange())
    answer = record["answer"]
    assert isinstance(answer, dict)
    answer.pop("drafting", None)
    answer["no_longer_known"] = 1
    assert exchange_from_record(record) == exchange()


def test_a_quotation_that_is_not_in_the_article_is_labelled_so() -> None:
    known = exchange()
    first, second = known.answer.citations
    forged = replace(first, quote=first.quote.replace("应当", "可以"))
    assert forged != first
    wrong = replace(known, answer=replace(known.answer, citations=(forged, second)))
    assert verification(known, 1) == VERBATIM
    assert verification(wrong, 1) == NOT_VERBATIM
    assert verification(wrong, 2) == VERBATIM
    text = sheet_text(answer_sheet(Turn("t", wrong)))
    assert (text.count(VERBATIM), text.count(NOT_VERBATIM)) == (1, 1)


def test_quoted_sentences_are_marked_in_their_article_and_the_rest_is_whole() -> None:
    known = exchange()
    citation = known.answer.citations[0]
    article = known.article_of(citation)
    assert article is not None
    runs = marked_article(known, article)
    assert "".join(run.text for run in runs) == article.text
    assert [run.text for run in runs if run.marked] == [citation.quote]


def test_articles_come_in_the_order_of_their_citations_each_once() -> None:
    assistant = FakeAssistant()
    answer = assistant.ask(QUESTION)
    first, second = answer.citations
    answer = replace(answer, citations=(first, second, replace(first, marker=3)))
    known = make_exchange(
        QUESTION, answer, documents=[OPINIONS], corpus_fingerprint="f", asked_at=MOMENT
    )
    assert [article.article_id for article in known.cited] == [first.article_id, second.article_id]


def test_every_style_names_a_chinese_font() -> None:
    raw = write_word(answer_sheet(Turn("t", exchange())), title="答复单", made_at=MOMENT)
    document = docx.Document(io.BytesIO(raw))
    fonts = {}
    for paragraph in document.paragraphs:
        assert paragraph.style is not None
        properties = paragraph.style.element.rPr
        fonts[paragraph.style.name] = properties.rFonts.get(qn("w:eastAsia"))
    assert set(fonts.values()) <= {"宋体", "黑体", "仿宋", "楷体"}
    assert fonts["Assistant article"] == "楷体"


def test_a_conversation_is_exported_with_every_source(database: Database) -> None:
    conversations = Conversations(database)
    id = conversations.start("u-zhangsan")
    for question in (QUESTION, "违反规定的罚款是多少元？"):
        conversations.append("u-zhangsan", id, exchange(question))
    loaded = conversations.load("u-zhangsan", id)
    assert loaded is not None
    raw = write_word(conversation_sheet(loaded), title=loaded.title, made_at=loaded.changed_at)
    text = "\n".join(paragraphs(raw))
    for citation in exchange().answer.citations:
        assert f"[{citation.marker}] {citation.label}（{VERBATIM}）：{citation.quote}" in text
    assert "问 2　违反规定的罚款是多少元？" in text


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "控制\x00\x0b\ufffe符", "]]>&amp;<w:p/>"]
)
def test_what_a_question_says_is_text_in_the_file_and_nothing_else(text: str) -> None:
    known = exchange(QUESTION)
    odd = Exchange(text, known.answer, known.asked_at, known.corpus_fingerprint, known.cited)
    raw = write_word(answer_sheet(Turn("t", odd)), title=text, made_at=MOMENT)
    clean = "".join(c for c in text if c not in "\x00\x0b\ufffe")
    assert clean in paragraphs(raw)
