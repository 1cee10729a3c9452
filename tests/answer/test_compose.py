from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.compose import Statement, compose, join_spans, offer, refuse
from assistant.answer.verify import is_verbatim
from assistant.domain import ParsedDocument

from .samples import ESSAY, MEASURES, OPINIONS, article, sentence_with

Documents = dict[str, ParsedDocument]
OUTSIDE = (0, 12)
"""A span in the title, outside every article."""


def statement(documents: Documents, document_id: str, number: int, *words: str) -> Statement:
    unit = article(documents[document_id], number)
    found = [sentence_with(unit, w) for w in words]
    return Statement(unit, tuple((s.start, s.end) for s in found))


def test_each_quotation_is_followed_by_its_marker_and_led_by_its_article(
    documents: Documents,
) -> None:
    answer = compose(
        [
            statement(documents, OPINIONS, 7, "在一定范围内公开"),
            statement(documents, MEASURES, 11, "载入廉政档案"),
        ],
        documents,
    )
    assert answer is not None
    assert answer.status == "answered"
    first, second = answer.text.split("\n")
    assert first.startswith("《意见》（七）：")
    assert first.endswith("述责述廉报告在一定范围内公开。[1]")
    assert second.startswith("《若干措施》")
    assert second.endswith("[2]")
    assert [(c.document_id, c.number) for c in answer.citations] == [(OPINIONS, 7), (MEASURES, 11)]


@given(data=st.data())
def test_markers_are_consecutive_and_each_points_at_the_quotation_before_it(
    documents: Documents, data: st.DataObject
) -> None:
    units = [a for d in documents.values() for a in d.articles if a.sentences]
    chosen = data.draw(st.lists(st.sampled_from(units), min_size=1, max_size=5))
    statements = [
        Statement(
            unit,
            tuple(
                (s.start, s.end)
                for s in data.draw(
                    st.lists(st.sampled_from(unit.sentences), min_size=1, max_size=3, unique=True)
                )
            ),
        )
        for unit in chosen
    ]
    answer = compose(statements, documents)
    assert answer is not None
    count = sum(len(s.spans) for s in statements)
    assert [c.marker for c in answer.citations] == list(range(1, count + 1))
    assert [int(n) for n in re.findall(r"\[(\d+)\]", answer.text)] == list(range(1, count + 1))
    for citation in answer.citations:
        assert is_verbatim(citation, documents)
        assert f"{citation.quote}[{citation.marker}]" in answer.text


def test_a_quotation_that_does_not_stand_up_is_dropped_and_leaves_no_gap(
    documents: Documents,
) -> None:
    unit = article(documents[OPINIONS], 3)
    good = sentence_with(unit, "任职谈话")
    answer = compose(
        [
            Statement(unit, (OUTSIDE,)),
            Statement(unit, (OUTSIDE, (good.start, good.end))),
            statement(documents, MEASURES, 6, "任职谈话全覆盖"),
        ],
        documents,
    )
    assert answer is not None
    assert [c.marker for c in answer.citations] == [1, 2]
    assert answer.text.count("《意见》（三）：") == 1
    assert documents[OPINIONS].document.text[slice(*OUTSIDE)] not in answer.text


def test_when_everything_is_dropped_there_is_no_answer(documents: Documents) -> None:
    unit = article(documents[OPINIONS], 3)
    assert compose([Statement(unit, (OUTSIDE,))], documents, opening="共1条。") is None
    assert compose([], documents, opening="共0条。") is None


def test_words_of_ours_take_the_place_of_the_label(documents: Documents) -> None:
    said = statement(documents, OPINIONS, 7, "在一定范围内公开")
    answer = compose(
        [Statement(said.article, said.spans, lead="原文：")], documents, opening="只有一处。"
    )
    assert answer is not None
    assert answer.text.split("\n")[0] == "只有一处。"
    assert answer.text.split("\n")[1].startswith("原文：开展下级“一把手”")
    assert answer.citations[0].label == "《意见》（七）"


def test_a_heading_can_be_quoted(documents: Documents) -> None:
    heading = next(h for h in documents[OPINIONS].headings if h.marker == "三、")
    answer = compose([Statement(heading, ((heading.start, heading.end),))], documents)
    assert answer is not None
    assert answer.citations[0].number is None
    assert "加强同级领导班子监督" in answer.citations[0].quote


def test_sentences_that_follow_one_another_become_one_quotation(documents: Documents) -> None:
    parsed = documents[OPINIONS]
    first, second, _, fourth = article(parsed, 10).sentences[:4]
    spans = [(fourth.start, fourth.end), (second.start, second.end), (first.start, first.end)]
    assert join_spans(spans, parsed.document.text) == (
        (first.start, second.end),
        (fourth.start, fourth.end),
    )


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8)), max_size=8))
def test_joined_spans_are_in_order_apart_and_cover_the_same(pairs: list[tuple[int, int]]) -> None:
    text = "述责述廉 报告\n在一定范围内公开，并载入 廉政档案。上级党委（党组）审阅。"
    spans = [(start, min(start + length, len(text))) for start, length in pairs]
    joined = join_spans(spans, text)
    covered = {at for start, end in spans for at in range(start, end)}
    again = {at for start, end in joined for at in range(start, end)}
    assert covered <= again
    assert all(text[at].isspace() for at in again - covered)
    for (_, end), (start, _) in pairwise(joined):
        assert text[end:start].strip()


def test_what_is_offered_says_what_it_is_and_claims_nothing(documents: Documents) -> None:
    related = offer([article(documents[OPINIONS], 7), documents[ESSAY].articles[2]], documents)
    assert related[0].label == "《意见》（七）"
    assert (related[0].document_id, related[0].number) == (OPINIONS, 7)
    assert related[1].number is None
    assert all(r.text and r.text in documents[r.document_id].document.text for r in related)


def test_a_refusal_cites_nothing_and_offers_the_nearest(documents: Documents) -> None:
    near = [article(documents[OPINIONS], n) for n in (3, 4)]
    answer = refuse("材料中没有。", "weak_evidence", related=near, documents=documents)
    assert (answer.status, answer.text, answer.reason) == (
        "refused",
        "材料中没有。",
        "weak_evidence",
    )
    assert answer.citations == ()
    assert [r.number for r in answer.related] == [3, 4]
