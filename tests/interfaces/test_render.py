from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import FakeAssistant

from assistant.domain import Answer, Citation
from assistant.interfaces.render import (
    answer_to_dict,
    answer_to_html,
    answer_to_text,
    question_to_html,
    text_pieces,
)

QUESTION = "对下级新任职的“一把手”怎么谈话？"


@given(st.text(alphabet="党委。！？；\n”[1] 2）", max_size=60))
def test_the_pieces_of_a_text_join_to_it_exactly(text: str) -> None:
    assert "".join(text_pieces(text)) == text


def test_a_marker_stays_with_the_sentence_it_supports() -> None:
    text = "《意见》（三）：“应当开展任职谈话。”[1][2]\n其次，及时约谈。[3]"
    assert text_pieces(text) == [
        "《意见》（三）：“应当开展任职谈话。”[1][2]\n",
        "其次，及时约谈。[3]",
    ]


def test_an_answer_carries_the_id_it_was_asked_under_first() -> None:
    record = answer_to_dict(FakeAssistant().ask(QUESTION), question=QUESTION, id="q-7")
    assert next(iter(record.items())) == ("id", "q-7")


def test_the_question_that_was_searched_is_shown_when_history_changed_it() -> None:
    answer = Answer("refused", "材料中没有。", question_used="副职怎么谈话？")
    assert answer_to_dict(answer, question="副职呢")["question_used"] == "副职怎么谈话？"


def test_only_numbers_that_are_citations_become_links() -> None:
    citation = Citation(1, "opinions-2021", "opinions-2021#3", 3, "《意见》（三）", "谈话。", 5, 8)
    html = answer_to_html(
        Answer("answered", "谈话。[1]另见[2]。", citations=(citation,)), question=QUESTION
    )
    assert 'href="#read?article=opinions-2021%233&amp;start=5&amp;end=8"' in html
    assert "另见[2]。" in html


def test_markup_in_any_part_of_an_answer_is_escaped() -> None:
    evil = "<script>\"'&"
    citation = Citation(1, evil, evil, 3, evil, evil, 5, 8)
    answer = Answer("answered", f"{evil}[1]", citations=(citation,))
    html = answer_to_html(answer, question=evil) + question_to_html(evil)
    assert "<script" not in html
    assert "\"'" not in html


def test_a_streamed_answer_shows_its_sources_before_its_first_word() -> None:
    answer = FakeAssistant().ask(QUESTION)
    first = answer_to_html(answer, question=QUESTION, pieces=0)
    assert "《意见》（四）" in first
    assert "应当开展任职谈话；</p>" not in first
    assert '<div class="words"></div>' in first


def test_html_has_no_blank_line_that_would_end_it_inside_markdown() -> None:
    answer = Answer("answered", "一。\n\n\n二。")
    assert "\n" not in answer_to_html(answer, question="甲\n\n乙") + question_to_html("甲\n\n乙")


def test_the_copied_text_names_every_source_with_its_quotation() -> None:
    answer = FakeAssistant().ask(QUESTION)
    text = answer_to_text(answer, question=QUESTION)
    for citation in answer.citations:
        assert f"[{citation.marker}] {citation.label}：“{citation.quote}”" in text
