"""What the fake model says: read off the prompt as a model would, faithfully or not."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fake_model.server import Body, Mind

RECORDED = Path(__file__).parent / "recorded.jsonl"
_PASSAGE = re.compile(r"【(\d+)】(.+?)\n(.*?)(?=\n\n【\d+】|\Z)", re.DOTALL)
_QUESTION = re.compile(r"<问题>\n(.*?)\n</问题>", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


@dataclass(frozen=True)
class Prompt:
    """What a request holds."""

    rules: str
    question: str
    passages: tuple[tuple[int, str, str], ...]
    """Number, label, text."""
    understanding: bool
    """Whether it asks for the question in other words rather than for an answer."""


def read_prompt(body: Body) -> Prompt:
    """Read a request as the product writes it."""
    messages = body["messages"]
    assert isinstance(messages, list)
    rules, request = (str(message["content"]) for message in messages)
    question = _QUESTION.findall(request)[-1]
    material = request.partition("材料：\n")[2].partition("\n\n问题：")[0]
    passages = tuple((int(n), label, text) for n, label, text in _PASSAGE.findall(material))
    return Prompt(rules, question, passages, understanding="此前的对话：" in request)


def claims(*members: tuple[str, Sequence[object], str]) -> str:
    """Return a draft as JSON from quotation, passage numbers and sentence."""
    return json.dumps(
        {"claims": [{"quote": q, "passages": list(n), "sentence": s} for q, n, s in members]},
        ensure_ascii=False,
    )


def faithful(body: Body) -> str:
    """Quote the passages' sentence nearest to the question, and say it in other words."""
    prompt = read_prompt(body)
    if prompt.understanding:
        return json.dumps({"question": prompt.question, "parts": []}, ensure_ascii=False)
    number, quote = nearest(prompt)
    return claims((quote, [number], reword(quote)))


def nearest(prompt: Prompt) -> tuple[int, str]:
    """Return the sentence that shares most pairs of letters with the question."""
    asked = _pairs(prompt.question)
    sentences = [
        (number, sentence.strip())
        for number, _, text in prompt.passages
        for sentence in _SENTENCE.findall(text)
        if len(sentence.strip()) > 12
    ]
    return max(sentences, key=lambda pair: len(asked & _pairs(pair[1])) / (len(pair[1]) ** 0.5))


def reword(quote: str) -> str:
    """Return a sentence that says the same: 应当 as 要, quotation marks as a model turns them."""
    return quote.replace("应当", "要").replace("“", "‘").replace("”", "’")


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def saying(text: str) -> Mind:
    """Say the same whatever is asked."""
    return lambda _: text


def answering(make: Callable[[Prompt], str]) -> Mind:
    """Answer questions with what ``make`` returns, and put questions into no other words."""

    def mind(body: Body) -> str:
        prompt = read_prompt(body)
        if prompt.understanding:
            return json.dumps({"question": prompt.question, "parts": []}, ensure_ascii=False)
        return make(prompt)

    return mind


def recorded_outputs() -> list[dict[str, str]]:
    """Return what real small models wrote, word for word."""
    lines = RECORDED.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
