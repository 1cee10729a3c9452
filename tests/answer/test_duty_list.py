"""'X 有哪些职责': counted and quoted from the duty register, with nothing left out unsaid."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from assistant.answer.duty_list import MOST, answer_duties
from assistant.corpus.load import Corpus
from assistant.domain import Answer, ParsedDocument
from assistant.duties.register import Register
from assistant.retrieve.reading import Reader

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="module")
def register(corpus: Corpus) -> Register:
    return Register.build(corpus, CORPUS)


def ask(
    question: str, corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> Answer | None:
    reading = Reader(corpus.documents).read(question)
    return answer_duties(reading, cache(lambda: register), documents)


@pytest.mark.parametrize(
    ("question", "number", "words"),
    [
        ("纪委书记要做什么", 14, "及时进行提醒"),
        ("市委常委要干什么？", 5, "定期了解分管范围内"),
        ("组织部门有哪些职责", 5, "监督检查"),
    ],
)
def test_what_a_body_must_do_is_quoted_from_every_article(
    corpus: Corpus,
    documents: dict[str, ParsedDocument],
    register: Register,
    question: str,
    number: int,
    words: str,
) -> None:
    answer = ask(question, corpus, documents, register)
    assert answer is not None
    assert any(c.number == number and words in c.quote for c in answer.citations)


def test_what_is_not_quoted_is_counted(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("党委（党组）有哪些职责", corpus, documents, register)
    assert answer is not None
    assert len(answer.citations) <= MOST
    assert "处见“职责清单”" in answer.text


def test_a_document_that_is_named_is_the_only_one_quoted(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("《意见》里组织部门有哪些职责", corpus, documents, register)
    assert answer is not None
    assert {citation.document_id for citation in answer.citations} == {"opinions-2021"}


@pytest.mark.parametrize(
    "question",
    [
        "组织部门对民主生活会要做什么",
        "财政部门有什么职责",
        "述责述廉报告公开吗？",
        "《意见》第五条里组织部门有哪些职责",
    ],
)
def test_a_matter_an_address_or_a_body_that_is_not_here_is_left_to_others(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register, question: str
) -> None:
    assert ask(question, corpus, documents, register) is None
