"""Whatever the model's server does, people see a verified answer or the extractive one, in time."""

from __future__ import annotations

import json
import time

import pytest
from tests.fake_model.minds import (
    Prompt,
    answering,
    claims,
    faithful,
    nearest,
    recorded_outputs,
    reword,
    saying,
)
from tests.fake_model.server import Manner, Mind, Server, then
from tests.models.conftest import HURRIED_SECONDS, assert_keeps_promise

from assistant.domain import Answer, ParsedDocument
from assistant.pipeline import Assistant

QUESTION = "市委组织部每年对“一把手”个人有关事项报告抽查的比例是多少？"
LATEST_SECONDS = HURRIED_SECONDS + 1.0

MANNERS = {
    "silent": Manner(before_seconds=60),
    "head and then nothing": Manner(first_seconds=60),
    "slower than anyone waits": Manner(token_seconds=0.5, token_characters=1),
    "hangs half-way": Manner(hang_after=12),
    "keep-alive comments for ever": Manner(comments_seconds=0.05),
    "cut off at the first token": Manner(cut_after=0),
    "cut off half-way": Manner(cut_after=12),
    "no end of stream": Manner(done=False, finish=None),
    "stopped by length": Manner(finish="length"),
    "stopped by a filter": Manner(finish="content_filter"),
    "rate limit": Manner(status=429, error="Rate limit reached"),
    "rate limit for an hour": Manner(
        status=429, error="slow down", headers={"Retry-After": "3600"}
    ),
    "no money left": Manner(status=429, error="insufficient_quota"),
    "server error": Manner(status=500, error="CUDA out of memory"),
    "bad gateway": Manner(status=502, error="<html>502</html>"),
    "overloaded": Manner(status=503, error="overloaded"),
    "wrong key": Manner(status=401, error="invalid api key"),
    "forbidden": Manner(status=403, error="forbidden"),
    "no such model": Manner(status=404, error="model not found"),
    "request too long": Manner(status=400, error="exceeds the available context size"),
    "content inspection": Manner(status=400, error="data_inspection_failed"),
    "an odd status": Manner(status=418, error="teapot"),
    "a page instead of a stream": Manner(raw=b"<html><body>login</body></html>"),
    "bytes that are no text": Manner(raw=b"data: \xff\xfe\x00\x01\n\n"),
    "events that are no JSON": Manner(raw=b"data: {oops\n\ndata: [DONE]\n\n"),
    "null choices": Manner(raw=b'data: {"id":"1","choices":null}\n\ndata: [DONE]\n\n'),
    "no choices": Manner(raw=b'data: {"id":"1","choices":[]}\n\ndata: [DONE]\n\n'),
    "a list for an object": Manner(raw=b"data: [1,2,3]\n\ndata: [DONE]\n\n"),
    "an error inside the stream": Manner(
        raw=b'data: {"error":{"message":"upstream failed","type":"server_error"}}\n\n'
    ),
    "nothing at all": Manner(raw=b""),
    "only the end": Manner(raw=b"data: [DONE]\n\n"),
}


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


def _invents_an_article(prompt: Prompt) -> str:
    text = "《若干措施》第九十九条规定，个人有关事项报告由中央组织部按50%的比例抽查。"
    return claims((text, [1], text))


def _changes_a_number(prompt: Prompt) -> str:
    number, quote = nearest(prompt)
    return claims((quote, [number], reword(quote).replace("10%", "30%")))


def _cites_passages_that_are_not_there(prompt: Prompt) -> str:
    _, quote = nearest(prompt)
    return claims((quote, [99, 0, -3], reword(quote)))


def _writes_numbers_as_words(prompt: Prompt) -> str:
    number, quote = nearest(prompt)
    return claims((quote, [f"[{number}]", "二", None], reword(quote)))


def _adds_a_clause(prompt: Prompt) -> str:
    number, quote = nearest(prompt)
    return claims((quote, [number], reword(quote).rstrip("。") + "，未报告的一律免职。"))


MINDS: dict[str, Mind] = {
    "an invented article": answering(_invents_an_article),
    "a changed number": answering(_changes_a_number),
    "passages that are not there": answering(_cites_passages_that_are_not_there),
    "passage numbers as words": answering(_writes_numbers_as_words),
    "an added clause": answering(_adds_a_clause),
    "the question as an answer": answering(lambda p: claims((p.question, [1], p.question))),
    "nothing found": saying('{"found": false, "claims": []}'),
    "found nothing, with claims": saying(
        '{"found": false, "claims": [{"quote": "x", "passages": [1], "sentence": "可以不报告。"}]}'
    ),
    "bare markers": saying("[1][2][3]"),
    "prose": saying("个人有关事项由个人决定是否报告，不用抽查。[1]"),
    "an apology": saying("抱歉，我是一个语言模型，无法回答这个问题。"),
    "JSON in a fence with talk around it": answering(
        lambda p: f"好的：\n```json\n{faithful_claim(p)}\n```\n希望有帮助！"
    ),
    "thoughts first": answering(lambda p: f"<think>先想想……</think>{faithful_claim(p)}"),
    "thoughts without end": saying("<think>先想想" + "再想想，" * 400),
    "cut short": answering(lambda p: faithful_claim(p)[:60]),
    "the wrong shape": saying('{"claims": {"quote": 3, "sentence": ["a"]}}'),
    "numbers for texts": saying('{"claims": [{"quote": 1, "passages": 1, "sentence": 2}]}'),
    "nested without end": saying("[" * 5000),
    "a flood": answering(lambda p: json.dumps({"claims": [{"sentence": "监督" * 40}] * 300})),
    "one endless sentence": saying(claims(("监督" * 3000, [1], "监督" * 3000))),
    "control characters": saying('{"claims": [{"quote": "\x00\x07", "sentence": "\x1b[31m"}]}'),
    "markup": saying(claims(("<script>alert(1)</script>", [1], "<img src=x onerror=alert(1)>"))),
}


def faithful_claim(prompt: Prompt) -> str:
    """Return a draft that holds."""
    number, quote = nearest(prompt)
    return claims((quote, [number], reword(quote)))


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
