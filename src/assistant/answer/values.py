"""Values in text: numbers with their units, shares, frequencies, dates, bodies of one rank.

Two uses: an answer leads with the value asked for, and a question that supposes another value
than the text has is set right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.answer.asked import Kind, confirms
from assistant.corpus.numerals import parse_numeral

_N = r"(?:[0-9]+(?:\.[0-9]+)?|[一二三四五六七八九十百千两]+)"
_PATTERNS = {
    "frequency": re.compile(
        r"每(?:个)?(?P<p>半年|季度|月|周|日|天|两年|年)(?:至少)?|(?P<q>年|月|季)度(?=[^内外])"
    ),
    "share": re.compile(rf"(?P<n>{_N})\s*[%％]|百分之(?P<m>{_N})|(?P<c>{_N})成(?=[^员为果立])"),
    "times": re.compile(rf"(?P<n>{_N})\s*(?:次|回|趟)(?!全会)"),
    # 一条主线 counts no articles.
    "items": re.compile(
        rf"(?<!第)(?P<n>{_N})\s*(?P<u>项|条(?![主红底战防]?线|渠道|路)|个部分|个方面)"
    ),
    "days": re.compile(rf"(?P<n>{_N})\s*个?(?P<u>工作日|天|日)(?!常)"),
    "body": re.compile(r"(?P<r>中央|市委|省委|区委)(?P<b>[\u4e00-\u9fff]{2})部"),
}
_OF_KIND = {
    Kind.SHARE: "share",
    Kind.FREQUENCY: "frequency",
    Kind.TIMES: "times",
    Kind.DAYS: "days",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stands in a text, and what it compares as."""

    sort: str
    """What it is a value of, with its unit: values of one sort can contradict each other."""
    words: str
    key: str


def read_values(text: str) -> tuple[Value, ...]:
    """Return the values in a text, in order of their sorts."""
    return tuple(
        Value(f"{sort}{match.groupdict().get('u') or ''}", match[0].strip(), _key(sort, match))
        for sort, pattern in _PATTERNS.items()
        for match in pattern.finditer(text)
    )


def correct_premise(question: str, quoted: str) -> str:
    """Return what is said first when a question supposes a value that the text contradicts.

    Empty when it supposes none, or when the text has the same. Only questions that ask to be
    confirmed suppose anything.
    """
    if not confirms(question):
        return ""
    supposed, stated = read_values(question), read_values(quoted)
    for sort in dict.fromkeys(value.sort for value in supposed):
        wrong = [v for v in supposed if v.sort == sort]
        right = [v for v in stated if v.sort == sort]
        if wrong and right and not {v.key for v in wrong} & {v.key for v in right}:
            words = "、".join(dict.fromkeys(f"“{v.words}”" for v in right))
            return f"不是“{wrong[0].words}”，原文是{words}。"
    return ""


def lead_with(kinds: tuple[Kind, ...], sentence: str) -> str:
    """Return the value asked for when a sentence has just one of its sort, else nothing."""
    for kind in kinds:
        sort = _OF_KIND.get(kind)
        found = {v.words for v in read_values(sentence) if sort and v.sort.startswith(sort)}
        if len(found) == 1:
            words = found.pop()
            return f"“{_with_times(words, sentence) if sort == 'frequency' else words}”。"
    return ""


def _with_times(frequency: str, sentence: str) -> str:
    """Return a frequency with the number of times that the same clause gives: 每年至少……1次."""
    found = re.search(
        rf"{re.escape(frequency)}(?P<between>[^。；;，,]{{0,24}}?)(?P<times>{_N}\s*次)", sentence
    )
    if not found:
        return frequency
    return f"{frequency}{'……' if found['between'].strip() else ''}{found['times']}"


def _key(sort: str, match: re.Match[str]) -> str:
    if sort == "body":
        return match[0]
    if sort == "frequency":
        return match["p"] or {"年": "年", "月": "月", "季": "季度"}[match["q"]]
    groups = match.groupdict()
    number = next((v for k, v in groups.items() if k in "nmc" and v), "")
    value = parse_numeral(number)
    if groups.get("c") and value is not None:
        value *= 10  # 三成 is 30%
    return f"{number if value is None else value}{groups.get('u') or ''}"
