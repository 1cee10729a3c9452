"""Whatever the model's server does, people see a verified answer or the extractive one, in time."""

from __future__ import annotations

import time

import pytest
from tests.fake_model.minds import (
    Prompt,
    answering,
    claims,
    faithful,
    nearest,
    recorded_outputs,
)
from tests.fake_model.server import Manner, Mind, Server, then
from tests.fake_model.worst import MANNERS, MINDS, faithful_claim
from tests.models.conftest import HURRIED_SECONDS, assert_keeps_promise

from assistant.domain import Answer, ParsedDocument
from assistant.pipeline import Assistant

QUESTION = "市委组织部每年对“一把手”个人有关事项报告抽查的比例是多少？"
LATEST_SECONDS = HURRIED_SECONDS + 1.0


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS.keys())
def test_however_the_server_answers_people_get_an_answer_in_time(
    manner: Manner,
    server: Server,
    assistant: Assistant,
    hurried_assistant: Assistant,
    documents: dict[str, ParsedDocument],
) -> None:
    server.behave(faithful, manner)
    started = time.perf_counter()
    answer = hurried_assistant.ask(QUESTION)
    assert time.perf_counter() - started < LATEST_SECONDS
    assert_keeps_promise(answer, assistant.ask(QUESTION), documents)
    assert answer.status == "answered"
    assert answer.drafting is not None


@pytest.mark.parametrize("mind", MINDS.values(), ids=MINDS.keys())
def test_whatever_the_model_says_only_what_holds_is_shown(
    mind: Mind,
    server: Server,
    assistant: Assistant,
    model_assistant: Assistant,
    documents: dict[str, ParsedDocument],
) -> None:
    server.behave(mind)
    answer = model_assistant.ask(QUESTION)
    assert_keeps_promise(answer, assistant.ask(QUESTION), documents)
    for unheard in ("第九十九条", "30%", "50%", "免职", "不用抽查", "<script", "onerror"):
        assert unheard not in answer.text


@pytest.mark.parametrize(
    ("refused", "asked_for"),
    [(("json_schema",), {"type": "json_object"}), (("json_schema", "json_object"), None)],
    ids=["no schema", "no JSON mode"],
)
def test_a_server_that_refuses_a_format_is_asked_for_a_weaker_one(
    refused: tuple[str, ...],
    asked_for: dict[str, str] | None,
    server: Server,
    model_assistant: Assistant,
) -> None:
    server.behave(answering(faithful_claim), Manner(refuses=refused))
    assert model_assistant.ask(QUESTION).mode == "model"
    assert server.requests[-1].get("response_format") == asked_for


def test_what_real_small_models_wrote_never_gets_through_unverified(
    server: Server,
    assistant: Assistant,
    model_assistant: Assistant,
    documents: dict[str, ParsedDocument],
) -> None:
    extractive: dict[str, Answer] = {}
    for question, said in {(o["question"], o["output"]): None for o in recorded_outputs()}:
        if question not in extractive:
            extractive[question] = assistant.ask(question)
        server.behave(answering(lambda _, said=said: said))  # type: ignore[misc]
        answer = model_assistant.ask(question)
        assert_keeps_promise(answer, extractive[question], documents)
        # Whether there is an answer is never the model's to say.
        assert answer.status == extractive[question].status


def test_a_failure_that_passes_is_tried_again_and_one_that_does_not_is_not(
    server: Server, model_assistant: Assistant
) -> None:
    server.behave(faithful, then(Manner(status=503)))
    assert model_assistant.ask(QUESTION).mode == "model"
    assert len(server.requests) == 2
    server.behave(faithful, then(Manner(status=401)))
    assert model_assistant.ask(QUESTION).mode == "extractive"
    assert len(server.requests) == 1


def test_a_stream_that_broke_off_starts_again_from_nothing(
    server: Server, model_assistant: Assistant
) -> None:
    server.behave(faithful, then(Manner(cut_after=20)))
    answer = model_assistant.ask(QUESTION)
    assert answer.mode == "model"
    assert answer.drafting is not None
    assert answer.drafting.kept == 1
    assert len(answer.text.split("\n")) == 1


def test_an_answer_without_the_best_sentence_gives_way_to_the_one_that_has_it(
    server: Server, assistant: Assistant, model_assistant: Assistant
) -> None:
    question = "新任“一把手”的任职谈话由谁来谈？"
    shown = assistant.ask(question)

    def beside(prompt: Prompt) -> str:
        sentences = [
            (number, f"{sentence}。")
            for number, _, text in prompt.passages
            for sentence in text.split("。")
            if len(sentence) > 20 and not any(sentence in c.quote for c in shown.citations)
        ]
        number, sentence = sentences[0]
        return claims((sentence, [number], sentence))

    server.behave(answering(beside))
    answer = model_assistant.ask(question)
    assert answer.drafting is not None
    assert answer.drafting.fallback in ("best_left_out", "beside_the_question", "value_missing")
    assert answer.text == shown.text


def test_the_question_said_again_is_no_answer(server: Server, model_assistant: Assistant) -> None:
    question = "领导班子成员发现“一把手”存在重要问题的，可以直接向上级党组织报告，对吗？"
    echo = "领导班子成员发现“一把手”存在重要问题的，可以直接向上级党组织报告"
    server.behave(answering(lambda p: claims((nearest(p)[1], [nearest(p)[0]], echo))))
    answer = model_assistant.ask(question)
    assert answer.drafting is not None
    assert "echo" in answer.drafting.faults
    assert answer.drafting.kept == 0
