"""Every way in which the fake model misbehaves, one by one and all mixed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping

from tests.fake_model.minds import (
    Prompt,
    answering,
    claims,
    nearest,
    read_prompt,
    recorded_outputs,
    reword,
    saying,
)
from tests.fake_model.server import Body, Manner, Mind

MANNERS: Mapping[str, Manner] = {
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


def faithful_claim(prompt: Prompt) -> str:
    """Return a draft that holds."""
    number, quote = nearest(prompt)
    return claims((quote, [number], reword(quote)))


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


MINDS: Mapping[str, Mind] = {
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


def mixed_mind() -> Mind:
    """Return a mind that answers each question in one of all the bad ways, always the same."""
    said = [answering(lambda _, text=o["output"]: text) for o in recorded_outputs()]  # type: ignore[misc]
    # Half of the questions get what a program thought of, half what real small models wrote.
    ways = (list(MINDS.values()), said)

    def mind(body: Body) -> str:
        drawn = zlib.crc32(read_prompt(body).question.encode())
        some = ways[drawn % 2]
        return some[drawn // 2 % len(some)](body)

    return mind


def mixed_manners() -> Callable[[int], Manner]:
    """Return manners of which every other request meets a bad one, all of them by turns."""
    every = list(MANNERS.values())
    return lambda number: every[number // 2 % len(every)] if number % 2 else Manner()
