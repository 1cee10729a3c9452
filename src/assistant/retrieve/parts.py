"""A question of several parts → its parts: what is asked of A, B and C each, one after another.

A part keeps what was said before all of them (北京抽查个人事项：普通干部抽多少？正职呢？). What it
leaves unsaid besides is for search to supply, which knows the whole question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

MOST = 5
"""Parts that are looked at; who asks more asks for a list."""
SHORTEST_MEMBER = 3

_ASKS = re.compile(
    r"谁|什么|啥|多少|(?<!十)几(?!乎|句)|怎么|怎样|如何|哪|吗$|呢$|是否|有没有|要不要|能不能|去不去|多久|何时|何种|为何|是不是|"
    r"会不会|该不该|可不可以|算不算|行不行|能否|可否|多长(?:时间)?"
)
_SENTENCES = re.compile(r"[？?；;。！!\n]+")
_CLAUSES = re.compile(r"[，,]+")
_NUMBERED = re.compile(r"[①②③④⑤⑥]|(?:^|(?<=[，,；;。：:\s]))(?:[一二三四五]是|\d[.、．)）])")
_HEAD = re.compile(r"^(?P<head>[^，,？?。；;：:]{2,40})[：:]")
_EACH = re.compile(
    r"各(?!地|级|部门|单位|方面|类|种|项|条|个|区|委)|分别|分开|[都全](?:要|说|写在)|[两三四]个都|[两三四五][种类](?=情[形况]|都|一|$)"
)
_MEMBER = rf"[^，,：:、]{{{SHORTEST_MEMBER},40}}"
_MEMBERS = re.compile(rf"{_MEMBER}(?:、{_MEMBER})+")
# 下列事项的责任单位：…, 频次分别是：… asks one thing of all that follows.
_ASKS_OF_ALL = re.compile(
    r"(?:分别|下列|以下|下面|各|哪|谁|多久|几件|几项)[^：:]*[：:](?P<items>.+)$", re.DOTALL
)
_ITEMS = re.compile(r"[①②③④⑤⑥；;、\n]+")
_ASIDE = re.compile(r"（[^（）]*）|\([^()]*\)")
_MARKS = str.maketrans(dict.fromkeys("，,、；;。：:？?！!", " "))


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks."""

    text: str
    own: str
    """What sets it apart from the other parts: the A of A、B、C各要多久一次."""


def split_parts(question: str) -> tuple[Part, ...]:
    """Return the parts of a question, in order; one that asks one thing is its only part."""
    whole = question
    # What stands in brackets belongs to what it follows: 硬指标（几次、百分之多少）.
    question = _ASIDE.sub(lambda aside: aside[0].translate(_MARKS), question)
    listed = _ASKS_OF_ALL.search(question)
    if listed and not _ASKS.search(listed["items"]):
        items = [item.strip("。？?！! ") for item in _ITEMS.split(listed["items"])]
        items = [item for item in items if len(item) >= SHORTEST_MEMBER]
        if 1 < len(items) <= MOST:
            said = question[: listed.start("items")].rstrip("：:")
            return tuple(Part(f"{said}，{item}", item) for item in items)
    head = _HEAD.match(question)
    shared = head["head"] if head and not _ASKS.search(head["head"]) else ""
    body = question[head.end() :] if head and shared else question
    parts: list[Part] = []
    told = ""
    for numbered in _NUMBERED.split(body):
        for sentence in _SENTENCES.split(numbered):
            found = _split_sentence(sentence.strip(), before=parts[-1].text if parts else "")
            if not found:
                told = f"{told}，{sentence}".strip("， ") if sentence.strip() else told
                continue
            if _spread_over_before(sentence):
                parts.pop()
            found[0] = _behind(told, found[0])
            told = ""
            parts += found
    if told and parts:
        parts[-1] = replace(parts[-1], text=f"{parts[-1].text}，{told}")
    if not 1 < len(parts) <= MOST:
        return (Part(whole, whole),)
    return tuple(_behind(shared, part) for part in parts)


def _behind(said: str, part: Part) -> Part:
    """Return a part with what was said before it."""
    return replace(part, text=f"{said}，{part.text}".strip("， "))


def _spread_over_before(sentence: str) -> bool:
    """Tell whether a sentence only names for what the one before is asked: A 谈的、B 谈的分开说."""
    return not _ASKS.search(sentence) and bool(_EACH.search(sentence) and _MEMBERS.search(sentence))


def _split_sentence(sentence: str, *, before: str) -> list[Part]:
    """Return what a sentence asks, nothing when it asks nothing."""
    members = _MEMBERS.search(sentence)
    if members and _EACH.search(sentence):
        rest = sentence[members.end() :]
        said = before if _spread_over_before(sentence) else sentence[: members.start()]
        if said or _ASKS.search(sentence):
            return [Part(f"{said}，{one}{rest}".strip("，"), one) for one in members[0].split("、")]
        return []
    parts: list[str] = []
    told = ""
    for clause in _CLAUSES.split(sentence):
        if _ASKS.search(clause):
            first, *others = _split_clause(clause)
            parts += [f"{told}，{first}".strip("，"), *others]
            told = ""
        elif clause.strip():
            told = f"{told}，{clause}".strip("，")
    if told and parts:
        parts[-1] = f"{parts[-1]}，{told}"
    return [Part(text, text) for text in parts]


def _split_clause(clause: str) -> list[str]:
    """Return what a clause asks: 要送谁、通报给哪个部门 asks two things."""
    members = _MEMBERS.search(clause)
    if not members or not all(_ASKS.search(one) for one in members[0].split("、")):
        return [clause]
    said, rest = clause[: members.start()], clause[members.end() :]
    return [f"{said}{one}{rest}" for one in members[0].split("、")]
