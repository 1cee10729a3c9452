"""What the fake model says: read off the prompt as a model would, faithfully or not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fake_model.server import Body, Mind

RECORDED = Path(__file__).parent / "recorded.jsonl"
_PASSAGE = re.compile(r"【(\d+)】(.+?)\n(.*?)(?=\n\n【\d+】|\Z)", re.DOTALL)
_QUESTION = re.compile(r"<问题>\n(.*?)\n</问题>", re.DOTALL)
_LISTING = re.compile(r"哪些|哪几|列出|列举|全部|所有|几种|分别")
LEAST_OVERLAP = 0.08
"""Share of a question's weight below which a competent model says that nothing answers it."""
NEAR = 0.6
MOST_OF_AN_ANSWER = 3
MOST_OF_A_LIST = 8
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


def competent(body: Body) -> str:
    """Answer as an able and honest model would: the passages' sentences that answer, reworded.

    It knows nothing but the prompt: words that few of the passages have weigh most, earlier
    passages a little more, and a question for all there is gets more sentences.
    """
    prompt = read_prompt(body)
    if prompt.understanding:
        said = _said_before(body)
        question = f"{said}，{prompt.question}" if said else prompt.question
        return json.dumps({"question": question, "parts": []}, ensure_ascii=False)
    ranked = _ranked(prompt)
    if not ranked or ranked[0][0] < LEAST_OVERLAP:
        return claims()
    most = MOST_OF_A_LIST if _LISTING.search(prompt.question) else MOST_OF_AN_ANSWER
    near = [one for one in ranked[:most] if one[0] >= NEAR * ranked[0][0]]
    return claims(*((quote, [number], reword(quote)) for _, number, quote in near))


def _said_before(body: Body) -> str:
    """Return what the reader asked last, to go before what they ask now; empty when nothing."""
    messages = body["messages"]
    assert isinstance(messages, list)
    request = str(messages[-1]["content"])
    talk = request.rpartition("此前的对话：\n")[2].partition("\n\n现在的问题")[0]
    asked = re.findall(r"^用户：(.+)$", talk, re.MULTILINE)
    return asked[-1].rstrip("？?。 ") if asked else ""


def _ranked(prompt: Prompt) -> list[tuple[float, int, str]]:
    """Return the sentences with their share of the question's weight, best first."""
    texts = [_pairs(f"{label}{text}") for _, label, text in prompt.passages]
    asked = _pairs(re.sub(r"[^\w]", "", prompt.question))
    weight = {
        pair: math.log(1 + len(texts) / (0.5 + sum(pair in text for text in texts)))
        for pair in asked
        if any(pair in text for text in texts)
    }
    whole = sum(math.log(1 + 2 * len(texts)) for pair in asked if pair not in weight)
    whole = sum(weight.values()) + whole / 2
    ranked = [
        (
            sum(weight[pair] for pair in asked & _pairs(sentence) if pair in weight)
            / (whole or 1.0)
            * (1 - 0.04 * place)
            / (1 + len(sentence) / 400),
            number,
            sentence.strip(),
        )
        for place, (number, _, text) in enumerate(prompt.passages)
        for sentence in _SENTENCE.findall(text)
        if len(sentence.strip()) > 12
    ]
    return sorted(ranked, key=lambda one: -one[0])


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
