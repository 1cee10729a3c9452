from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain import DocumentKind, ParsedDocument
from assistant.retrieve.reading import Reader
from assistant.retrieve.search import Query, Searcher, states_something

OPINIONS = "opinions-2021"
XINHUA = "opinions-2021-xinhua"
MEASURES = "beijing-measures-2021"
ESSAY = "zou-essay-2021"

QUESTIONS = (
    "述责述廉报告要公开吗",
    "新任职的“一把手”要不要谈话",
    "信访举报多久分析一次",
    "领导干部家属能不能经商办企业",
    "民主生活会走过场怎么办",
    "“三重一大”决策怎么监督",
)


@pytest.fixture(params=QUESTIONS)
def query(request: pytest.FixtureRequest, reader: Reader) -> Query:
    return make_query(reader, request.param)


def make_query(reader: Reader, question: str) -> Query:
    reading = reader.read(question)
    return Query(reading.standalone, reading.mentions)


def test_hits_come_best_first_each_article_once(searcher: Searcher, query: Query) -> None:
    hits = searcher.search(query, limit=10).hits
    assert [hit.rank for hit in hits] == list(range(1, 11))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.article.id for hit in hits}) == 10


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_no_more_are_found_than_asked_for(searcher: Searcher, query: Query, limit: int) -> None:
    few = searcher.search(query, limit=limit).hits
    assert [h.article.id for h in few] == [
        h.article.id for h in searcher.search(query, limit=10).hits[:limit]
    ]


def test_a_hit_carries_its_articles_sentences_in_reading_order(
    searcher: Searcher, query: Query
) -> None:
    for hit in searcher.search(query, limit=10).hits:
        assert tuple(sentence for sentence, _ in hit.sentences) == hit.article.sentences


def test_every_article_found_states_something(searcher: Searcher, query: Query) -> None:
    assert all(states_something(hit.article) for hit in searcher.search(query, limit=200).hits)


def test_the_other_printing_is_never_found(searcher: Searcher, query: Query) -> None:
    found = {hit.article.document_id for hit in searcher.search(query, limit=200).hits}
    assert XINHUA not in found
    assert OPINIONS in found


def test_naming_the_other_printing_finds_the_authoritative_one(
    searcher: Searcher, reader: Reader
) -> None:
    query = make_query(reader, "新华社版对述责述廉怎么说")
    assert query.mentions.documents == (XINHUA,)
    assert searcher.search(query, limit=1).hits[0].article.document_id == OPINIONS


def test_within_finds_nothing_outside(
    searcher: Searcher, query: Query, documents: dict[str, ParsedDocument]
) -> None:
    within = frozenset(a.id for a in documents[ESSAY].articles)
    hits = searcher.search(replace(query, within=within), limit=10).hits
    assert hits
    assert {hit.article.id for hit in hits} <= within


def test_within_what_is_not_searched_finds_nothing(searcher: Searcher, query: Query) -> None:
    ranking = searcher.search(replace(query, within=frozenset({f"{XINHUA}#3"})), limit=10)
    assert ranking.hits == ()


def test_what_the_talk_is_about_gains_by_as_much_as_is_said(
    searcher: Searcher, query: Query
) -> None:
    last = searcher.search(query, limit=10).hits[-1]
    near = replace(query, near=((last.article.id, 100.0),))
    first = searcher.search(near, limit=10).hits[0]
    assert first.article.id == last.article.id
    assert first.score == pytest.approx(last.score + 100.0, rel=1e-4)


def test_an_unknown_article_near_by_does_no_harm(searcher: Searcher, query: Query) -> None:
    near = replace(query, near=(("no-such-document#1", 5.0),))
    assert searcher.search(near, limit=3) == searcher.search(query, limit=3)


@pytest.mark.parametrize("subject", ["述责述廉报告", "信访举报情况分析研判", "民主生活会的指导"])
@pytest.mark.parametrize(("name", "document"), [("《意见》", OPINIONS), ("《若干措施》", MEASURES)])
def test_a_named_document_outranks_the_others(
    searcher: Searcher, reader: Reader, subject: str, name: str, document: str
) -> None:
    query = make_query(reader, f"{name}对{subject}怎么规定")
    assert searcher.search(query, limit=1).hits[0].article.document_id == document


@pytest.mark.parametrize("subject", ["述责述廉报告", "信访举报情况分析研判"])
@pytest.mark.parametrize(("place", "document"), [("中央", OPINIONS), ("北京", MEASURES)])
def test_a_place_points_at_its_document(
    searcher: Searcher, reader: Reader, subject: str, place: str, document: str
) -> None:
    query = make_query(reader, f"{place}对{subject}怎么规定")
    assert searcher.search(query, limit=1).hits[0].article.document_id == document


@pytest.mark.parametrize(
    "question",
    [
        "报告问题是本职、该报告不报告是失职",
        "述责述廉的范围和形式",
        "对“一把手”任职谈话全覆盖",
        "领导干部插手干预重大事项记录和报告制度",
    ],
)
def test_a_normative_text_comes_before_the_commentary_that_says_the_same(
    searcher: Searcher,
    reader: Reader,
    documents: dict[str, ParsedDocument],
    question: str,
) -> None:
    first = searcher.search(make_query(reader, question), limit=1).hits[0].article
    assert documents[first.document_id].document.kind is DocumentKind.NORMATIVE


def test_the_commentary_comes_first_when_it_is_asked_for(
    searcher: Searcher, reader: Reader
) -> None:
    query = make_query(reader, "按邹开红的解读，《意见》里的政治监督重点是什么")
    assert searcher.search(query, limit=1).hits[0].article.document_id == ESSAY


def test_an_everyday_word_finds_what_the_texts_call_otherwise(
    searcher: Searcher, reader: Reader
) -> None:
    hits = searcher.search(make_query(reader, "当家人刚到任要不要谈话"), limit=3).hits
    assert {f"{OPINIONS}#3", f"{MEASURES}#6"} & {hit.article.id for hit in hits}


@pytest.mark.parametrize("text", ["", "？？？", "zzzz", "龘"])
def test_words_that_nothing_has_still_rank_without_an_error(
    searcher: Searcher, reader: Reader, text: str
) -> None:
    assert len(searcher.search(make_query(reader, text), limit=5).hits) == 5


def test_an_article_is_most_like_the_one_that_implements_it(
    searcher: Searcher, documents: dict[str, ParsedDocument]
) -> None:
    ours, theirs = documents[OPINIONS].numbered, documents[MEASURES].numbered
    for number, implemented_by in {12: 16, 14: 18, 20: 24}.items():
        like = searcher.most_alike(ours[number - 1], theirs)
        assert like is not None
        assert like.number == implemented_by


def test_nothing_is_like_an_article_among_none(
    searcher: Searcher, documents: dict[str, ParsedDocument]
) -> None:
    one = documents[OPINIONS].numbered[0]
    assert searcher.most_alike(one, ()) is None
    assert searcher.most_alike(one, documents[XINHUA].articles) is None


def test_coverage_is_the_share_of_a_questions_words_that_a_text_has(searcher: Searcher) -> None:
    text = "述责述廉报告应当载入廉政档案，并在一定范围内公开。"
    whole = searcher.coverage("载入廉政档案", text)
    part = searcher.coverage("载入银行账户", text)
    none = searcher.coverage("家属经商办企业", text)
    assert whole == 1.0
    assert none == 0.0
    assert none < part < whole


def test_what_the_corpus_has_nowhere_is_not_covered(searcher: Searcher) -> None:
    assert searcher.coverage("红烧排骨", None) == 0.0
    assert searcher.coverage("述责述廉", None) == 1.0


@pytest.mark.parametrize("question", ["", "请问应该怎么办呢？", "什么是什么"])
def test_a_question_without_content_is_not_covered(searcher: Searcher, question: str) -> None:
    assert searcher.coverage(question, "述责述廉报告在一定范围内公开。") == 0.0


def test_a_title_or_a_date_states_nothing(documents: dict[str, ParsedDocument]) -> None:
    unnumbered = [a for a in documents[OPINIONS].articles if a.number is None]
    assert [a.text for a in unnumbered if not states_something(a)] == ["（2021年3月27日）"]
    assert all(states_something(a) for a in documents[OPINIONS].numbered)


@pytest.mark.parametrize(
    "question", ["贯彻落实若干措施有什么要求", "北京对加强“一把手”和领导班子监督的措施怎么落实"]
)
def test_a_covering_note_names_the_matter_and_comes_behind_what_rules_on_it(
    searcher: Searcher, reader: Reader, documents: dict[str, ParsedDocument], question: str
) -> None:
    note = documents[MEASURES].articles[0]
    assert "印发给你们" in note.text
    found = [h.article.id for h in searcher.search(make_query(reader, question), limit=3).hits]
    assert note.id not in found


def test_the_covering_note_is_found_when_its_own_words_are_asked_for(
    searcher: Searcher, reader: Reader
) -> None:
    hits = searcher.search(make_query(reader, "若干措施印发给谁"), limit=1).hits
    assert "印发给你们" in hits[0].article.text
