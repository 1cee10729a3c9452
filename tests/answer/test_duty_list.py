"""'X 有哪些职责': counted and quoted from the duty register, with nothing left out unsaid."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from assistant.answer.duty_list import MOST, answer_duties
from assistant.corpus.load import Corpus, load_corpus
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


def test_what_somebody_does_by_a_mechanism_that_others_set_up_is_listed_too(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("北京的措施里纪委书记有哪些职责？", corpus, documents, register)
    assert answer is not None
    quotes = {c.number: c.quote for c in answer.citations}
    assert "纪委书记、派驻纪检监察组组长发现“一把手”违背决策程序" in quotes[8]
    assert quotes[8].endswith("情况反映机制")
    assert "及时进行谈话提醒" in " ".join(c.quote for c in answer.citations if c.number == 18)


def test_what_most_articles_say_narrows_no_list(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    plain = ask("组织部门在中央《意见》里有哪些任务？", corpus, documents, register)
    on_supervision = ask("组织部门在中央《意见》里有哪些监督任务？", corpus, documents, register)
    assert plain is not None
    assert on_supervision is not None
    assert on_supervision.citations == plain.citations


def test_both_documents_are_listed_where_both_places_are_named(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    question = "什么情况下会约谈？中央的意见和北京的措施里的都列一下"
    answer = ask(question, corpus, documents, register)
    assert answer is not None
    due = {("opinions-2021", 4), ("opinions-2021", 11), ("beijing-measures-2021", 25)}
    assert due <= {(c.document_id, c.number) for c in answer.citations}


def test_what_is_not_quoted_is_counted_and_its_articles_are_named(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("党委（党组）有哪些职责", corpus, documents, register)
    assert answer is not None
    assert len(answer.citations) <= MOST
    assert re.search(
        r"其余\d+处（《.+》（[一二三四五六七八九十]+）.*）见“职责清单”。$", answer.text
    )


@pytest.mark.parametrize(
    ("question", "numbers", "words"),
    [
        ("哪些工作要求每季度开展？", {24}, "每季度对信访举报情况开展分析研判"),
        ("哪些事要经常做？", {8, 13, 12, 17, 19}, "经常交换意见"),
        ("“一把手”不得做什么", {8, 17, 12}, "不得以权谋私"),
        ("什么情况会被约谈，由谁约谈？", {4, 11, 7, 15, 25}, "问题比较突出的及时约谈"),
        ("什么情况下应当暂缓表决？", {10}, "意见分歧较大时应当暂缓表决"),
        ("哪些情形要向上级纪委报告？", {5, 14, 8, 18}, "向上级纪委报告"),
        ("组织部门对民主生活会要做什么", {18, 22}, "督促检查和指导"),
        ("发现班子成员有苗头性问题怎么办", {14, 18}, "及时进行谈话提醒"),
        ("整改不到位会受到什么处理？", {21, 25}, "依规依纪严肃处理"),
    ],
)
def test_a_list_comes_whole_from_both_documents(
    corpus: Corpus,
    documents: dict[str, ParsedDocument],
    register: Register,
    question: str,
    numbers: set[int],
    words: str,
) -> None:
    answer = ask(question, corpus, documents, register)
    assert answer is not None
    assert numbers <= {citation.number for citation in answer.citations}
    assert words in answer.text


def test_of_a_long_sentence_only_the_clause_is_quoted(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("哪些工作要求每季度开展？", corpus, documents, register)
    assert answer is not None
    assert answer.citations[0].quote == (
        "纪检监察机关、组织部门应当每季度对信访举报情况开展分析研判"
    )


def test_whom_a_pronoun_means_is_quoted_with_it(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("《意见》里有哪些不得做的事？", corpus, documents, register)
    assert answer is not None
    assert "管住管好自己的家属亲友，决不允许他们利用本人职权敛财谋利" in answer.text


def test_a_document_that_is_named_is_the_only_one_quoted(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("《意见》里组织部门有哪些职责", corpus, documents, register)
    assert answer is not None
    assert {citation.document_id for citation in answer.citations} == {"opinions-2021"}


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("组织部门对罚款要做什么", id="a matter that is not here"),
        pytest.param("食品安全方面哪些工作要求每年开展？", id="another matter that is not here"),
        pytest.param("财政部门有什么职责", id="a body that is not here"),
        pytest.param("述责述廉报告公开吗？", id="yes or no"),
        pytest.param("请示报告要列清单不", id="yes or no, of a list"),
        pytest.param("按北京的规定，分了工得在几个工作日里报备？", id="a number of days"),
        pytest.param("书记要跟几个人谈话？", id="a number of people"),
        pytest.param("《意见》第五条里组织部门有哪些职责", id="an address"),
    ],
)
def test_what_asks_for_no_list_of_duties_that_are_here_is_left_to_others(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register, question: str
) -> None:
    assert ask(question, corpus, documents, register) is None


@pytest.fixture(scope="module")
def statutes() -> Corpus:
    """Regulations of other fields, with lists of 项."""
    return load_corpus(CORPUS.parent / "evals" / "others" / "corpus")


@pytest.mark.parametrize(
    ("question", "article", "words"),
    [
        ("哪些情形应当从重处分？", 12, "隐匿、伪造、销毁证据的"),
        ("信访人不得有哪些行为？", 26, "围堵、冲击"),
    ],
)
def test_what_is_listed_in_items_is_quoted_with_them(
    statutes: Corpus, question: str, article: int, words: str
) -> None:
    documents = {parsed.document.id: parsed for parsed in statutes.searched}
    answer = ask(question, statutes, documents, Register.build(statutes, CORPUS))
    assert answer is not None
    assert any(c.number == article and words in c.quote for c in answer.citations)


def test_who_is_in_no_ontology_is_asked_for_as_a_subject(statutes: Corpus) -> None:
    documents = {parsed.document.id: parsed for parsed in statutes.searched}
    register = Register.build(statutes, CORPUS)
    answer = ask("信访人不得有哪些行为？", statutes, documents, register)
    assert answer is not None
    assert 18 not in {citation.number for citation in answer.citations}, "不得打击报复信访人"


def test_all_duties_are_quoted_of_whom_more_is_said_than_any_duty_says(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    question = "刚到区里任纪委书记，对同级班子里的书记和其他成员，北京的措施让我做哪几件事？"
    answer = ask(question, corpus, documents, register)
    assert answer is not None
    assert {c.number for c in answer.citations} == {8, 18}


def test_what_goes_by_the_year_is_listed_with_what_is_called_after_it(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    answer = ask("中央意见里按年度来做的事项有哪几样", corpus, documents, register)
    assert answer is not None
    assert {c.number for c in answer.citations} == {3, 11, 19}


def test_what_a_wider_body_reports_a_narrower_one_does(
    corpus: Corpus, documents: dict[str, ParsedDocument], register: Register
) -> None:
    question = "北京的纪检机关有哪些情况必须报给同级党委书记？"
    answer = ask(question, corpus, documents, register)
    assert answer is not None
    assert any("纪检监察机关" in c.quote and c.number == 24 for c in answer.citations)
