"""Follow-ups and several questions in one: by the model where it keeps to the talk, or by rule."""

from __future__ import annotations

import json

import pytest
from tests.fake_model.minds import faithful, read_prompt
from tests.fake_model.server import Body, Manner, Server

from assistant.domain import Turn
from assistant.models.understand import (
    asks_several,
    is_faithful,
    read_understanding,
    split_by_rule,
)
from assistant.pipeline import Assistant

HISTORY: tuple[Turn, ...] = (
    ("user", "北京对信访举报情况多久分析一次？"),
    (
        "assistant",
        "《若干措施》（二十四）：纪检监察机关应当每季度对信访举报情况开展分析研判。",
    ),
)


def understanding(question: str, *parts: str) -> str:
    return json.dumps({"question": question, "parts": list(parts)}, ensure_ascii=False)


def test_a_follow_up_in_the_words_of_the_talk_is_taken() -> None:
    found = read_understanding(
        understanding("信访举报情况由谁分析研判？"), question="那由谁分析？", history=HISTORY
    )
    assert found is not None
    assert (found.question, found.by_model) == ("信访举报情况由谁分析研判？", True)


@pytest.mark.parametrize(
    "rewritten",
    [
        "信访举报情况每月分析一次对吗？",
        "国务院对信访举报怎么规定？",
        "消防器材多久检查一次？",
        "",
        "信访" * 300,
    ],
    ids=["a new value", "a new body", "another matter", "nothing", "too long"],
)
def test_a_rewriting_that_strays_is_not_taken(rewritten: str) -> None:
    said = "\n".join(text for _, text in HISTORY)
    question = "那由谁分析？"
    assert not is_faithful(rewritten, question=question, said=f"{said}\n{question}")


SEVERAL = {
    "信访举报多久分析一次？由谁负责？": ("信访举报多久分析一次？", "由谁负责？"),
    "述责述廉报告要公开吗？另外要不要存档？": ("述责述廉报告要公开吗？", "另外要不要存档？"),
    "信访举报多久分析一次，由谁负责": (),
    "信访举报多久分析一次？": (),
}


@pytest.mark.parametrize(("question", "parts"), SEVERAL.items())
def test_by_rule_a_question_is_divided_where_its_punctuation_divides_it(
    question: str, parts: tuple[str, ...]
) -> None:
    assert split_by_rule(question) == parts


def test_one_question_is_not_several() -> None:
    assert not asks_several("述责述廉报告应当载入什么？")
    assert asks_several("信访举报多久分析一次，由谁负责？")


def test_a_follow_up_is_asked_in_the_models_words_and_says_so(
    server: Server, model_assistant: Assistant
) -> None:
    def mind(body: Body) -> str:
        if read_prompt(body).understanding:
            return understanding("北京对信访举报情况的分析研判由谁开展？")
        return faithful(body)

    server.behave(mind)
    answer = model_assistant.ask("那由谁开展？", history=HISTORY)
    assert answer.question_used == "北京对信访举报情况的分析研判由谁开展？"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "manner", [Manner(status=500), Manner(raw=b"data: [DONE]\n\n"), Manner(before_seconds=60)]
)
def test_when_the_model_cannot_the_rules_understand_a_follow_up(
    manner: Manner, server: Server, assistant: Assistant, hurried_assistant: Assistant
) -> None:
    server.behave(faithful, manner)
    question = "那由谁开展？"
    answer = hurried_assistant.ask(question, history=HISTORY)
    by_rule = assistant.ask(question, history=HISTORY)
    assert (answer.text, answer.question_used) == (by_rule.text, by_rule.question_used)


def test_the_parts_of_a_question_bring_their_own_passages(
    server: Server, model_assistant: Assistant
) -> None:
    question = "信访举报多久分析研判一次，述责述廉报告要不要公开？"

    def mind(body: Body) -> str:
        if read_prompt(body).understanding:
            return understanding(question, "信访举报多久分析研判一次？", "述责述廉报告要不要公开？")
        return faithful(body)

    server.behave(mind)
    model_assistant.ask(question)
    labels = " ".join(label for _, label, _ in read_prompt(server.requests[-1]).passages)
    assert len(server.requests) == 2
    assert "（二十四）" in labels or "（二十）" in labels
    assert "（十一）" in labels or "（七）" in labels


@pytest.mark.parametrize("rewritten", ["那由谁开展？", "开展信访举报分析研判的食堂由谁？"])
def test_a_rewriting_that_says_less_than_the_rules_understand_is_not_used(
    rewritten: str, server: Server, assistant: Assistant, model_assistant: Assistant
) -> None:
    def mind(body: Body) -> str:
        return understanding(rewritten) if read_prompt(body).understanding else faithful(body)

    server.behave(mind)
    answer = model_assistant.ask("那由谁开展？", history=HISTORY)
    by_rule = assistant.ask("那由谁开展？", history=HISTORY)
    assert (answer.status, answer.question_used) == (by_rule.status, by_rule.question_used)
