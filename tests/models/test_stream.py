"""Early text: quickly there, marked as unchecked until it is, ended when the reader leaves."""

from __future__ import annotations

import time

import pytest
from tests.fake_model.minds import answering, claims, faithful, nearest, reword
from tests.fake_model.server import Manner, Server

from assistant.domain import Answer, Early, ParsedDocument
from assistant.pipeline import Assistant
from assistant.text import fold

QUESTION = "市委组织部每年对“一把手”个人有关事项报告抽查的比例是多少？"
FIRST_SECONDS = 0.3


def test_the_first_text_comes_within_300_ms_of_the_models_first_token(
    server: Server, model_assistant: Assistant
) -> None:
    server.behave(faithful, Manner(first_seconds=0.3, token_seconds=0.01))
    delays = []
    for _ in range(5):
        before = len(server.first_token_at)
        first = next(iter(model_assistant.ask_stream(QUESTION)))
        now = time.perf_counter()
        # On a loaded machine the notice may be out before the server's thread has sent a token.
        sent = server.first_token_at[before:]
        delays.append(now - sent[0] if sent else 0.0)
        assert isinstance(first, Early)
        assert first.text
        assert first.checked == 0
    assert sorted(delays)[2] < FIRST_SECONDS


def test_words_of_a_passage_follow_and_nothing_else_is_shown_before_it_is_checked(
    server: Server, model_assistant: Assistant, documents: dict[str, ParsedDocument]
) -> None:
    server.behave(faithful, Manner(token_seconds=0.02))
    events = list(model_assistant.ask_stream(QUESTION))
    early = [event for event in events if isinstance(event, Early)]
    texts = [fold(parsed.document.text) for parsed in documents.values()]
    assert len(early) > 4
    for event in early[1:]:
        unchecked = fold(event.text[event.checked :])
        assert any(unchecked in text for text in texts)
    assert isinstance(events[-1], Answer)
    assert sum(isinstance(event, Answer) for event in events) == 1


def test_an_invention_is_never_shown_not_even_for_a_moment(
    server: Server, model_assistant: Assistant
) -> None:
    invented = "未报告个人有关事项的，一律免职并罚款五万元"
    server.behave(
        answering(lambda p: claims((invented, [1], invented), ("第九十九条", [1], invented))),
        Manner(token_seconds=0.002),
    )
    events = list(model_assistant.ask_stream(QUESTION))
    assert not any("免职" in event.text or "罚款" in event.text for event in events)


def test_a_checked_sentence_stays_while_the_next_is_being_written(
    server: Server, model_assistant: Assistant
) -> None:
    def two(prompt):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        number, quote = nearest(prompt)
        other = "健全干部交流轮岗机制"
        return claims((quote, [number], reword(quote)), (other, [number], f"{other}。"))

    server.behave(answering(two), Manner(token_seconds=0.01))
    events = list(model_assistant.ask_stream(QUESTION))
    checked = [e for e in events if isinstance(e, Early) and e.checked]
    assert checked
    assert isinstance(events[-1], Answer)
    assert all(events[-1].text.startswith(event.text[: event.checked]) for event in checked)


def test_when_the_reader_leaves_the_model_is_told_at_once(
    server: Server, model_assistant: Assistant
) -> None:
    server.behave(faithful, Manner(hang_after=10))
    events = model_assistant.ask_stream(QUESTION)
    assert isinstance(next(iter(events)), Early)
    events.close()  # type: ignore[attr-defined]
    assert server.left.wait(timeout=2)


@pytest.mark.parametrize(
    "question", ["怎么做红烧排骨？", "《若干措施》第二十条", "第五条怎么规定？", "上海怎么规定？"]
)
def test_what_the_form_of_a_question_settles_or_refuses_costs_no_call(
    question: str, server: Server, assistant: Assistant, model_assistant: Assistant
) -> None:
    answer = model_assistant.ask(question)
    assert answer.text == assistant.ask(question).text
    assert server.requests == []


def test_without_a_model_nothing_comes_before_the_answer(assistant: Assistant) -> None:
    events = list(assistant.ask_stream(QUESTION))
    assert [type(event) for event in events] == [Answer]
    assert events[0].text == assistant.ask(QUESTION).text
