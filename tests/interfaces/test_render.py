from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import FakeAssistant

from assistant.domain import Answer, Related
from assistant.interfaces.render import answer_to_dict, text_pieces

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


def test_an_article_without_a_number_is_named_all_the_same() -> None:
    related = Related("zou-essay-2021", "zou-essay-2021#p3", None, "邹开红文章引言第3段", "一。")
    record = answer_to_dict(Answer("refused", "材料中没有。", related=(related,)), question="问")
    assert record["related"][0]["article"] is None
    assert record["related"][0]["article_id"] == "zou-essay-2021#p3"
