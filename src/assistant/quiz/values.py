"""Values near a value: what else a frequency, a deadline, a share or a fine might be."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from assistant.corpus.numerals import format_numeral, parse_numeral
from assistant.quiz.words import Words

_NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十百千两]+")
_LADDERS = {
    "日": (3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 180),
    "天": (3, 5, 7, 10, 15, 20, 30, 45, 60, 90),
    "工作日": (1, 2, 3, 5, 7, 10, 15, 20, 30, 60),
    "月": (1, 2, 3, 6, 9, 12, 18),
    "年": (1, 2, 3, 5, 8, 10, 15, 20, 30),
    "小时": (1, 2, 6, 12, 24, 48, 72),
    "分钟": (5, 10, 15, 30, 45, 60),
    "%": (5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80),
    "倍": (1, 2, 3, 5, 10, 15, 20),
    "次": (1, 2, 3, 4, 5),
    "元": (100, 200, 500, 1000, 2000, 3000, 5000, 10000, 20000, 30000, 50000),
    "万元": (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500),
    "周岁": (14, 16, 18, 20, 50, 55, 60, 65, 70),
}
_FRACTIONS = (
    (2.0, "三分之一"),
    (2.0, "三分之二"),
    (1.5, "二分之一"),
    (1.5, "四分之三"),
    (1.0, "五分之四"),
    (1.0, "四分之一"),
)
LARGEST_WRITTEN = 9_999
"""What Chinese numerals of this kind go up to."""
_NEAR = 4
"""Steps on a ladder, either way."""


def nearby_values(value: str, words: Words) -> Iterator[tuple[float, str]]:
    """Yield other values of the same sort with how tempting they are, written the same way."""
    if value in words.frequencies:
        at = words.frequencies.index(value)
        for other, text in enumerate(words.frequencies):
            if other != at:
                yield 2.0 - 0.2 * abs(other - at), text
        return
    numbers = [(m.span(), n) for m in _NUMBER.finditer(value) if (n := _read(m[0])) is not None]
    if not numbers:
        return
    yield from _along_ladder(value, numbers)


def value_order(value: str, words: Words) -> float:
    """Return where a value stands among its kind, for ascending order."""
    if value in words.frequencies:
        return float(words.frequencies.index(value))
    numbers = [n for m in _NUMBER.finditer(value) if (n := _read(m[0])) is not None]
    if "分之" in value and len(numbers) == 2:
        return numbers[1] / numbers[0]
    scale = 10_000 if "万" in value else 1
    return float(numbers[0]) * scale if numbers else 0.0


def _along_ladder(
    value: str, numbers: list[tuple[tuple[int, int], float]]
) -> Iterator[tuple[float, str]]:
    (start, end), number = numbers[0]
    if "分之" in value:
        # 百分之十 varies in the tenths, 三分之二 among common fractions.
        yield from _fractions(value)
        return
    ladder = _ladder(value[end:], number)
    most = math.inf if value[start].isascii() else LARGEST_WRITTEN
    ladder = tuple(n for n in ladder if 1 <= n <= most)
    below = [n for n in ladder if n < number][-_NEAR:]
    above = [n for n in ladder if n > number][:_NEAR]
    for distance, other in [*enumerate(reversed(below), 1), *enumerate(above, 1)]:
        text = value[:start] + _write(other, like=value[start:end])
        rest, ok = value[end:], True
        for (s, e), upper in numbers[1:]:
            # 五千元以上二万元以下: both ends move together.
            moved = upper * other / number
            ok = ok and moved == int(moved) and 1 <= moved <= most
            if ok:
                rest = rest.replace(value[s:e], _write(moved, like=value[s:e]), 1)
        if ok:
            yield 2.0 - distance * 0.5, text + rest


def _fractions(value: str) -> Iterator[tuple[float, str]]:
    for weight, other in _FRACTIONS:
        if not value.startswith("百分之") and other != value:
            yield weight, other
    found = re.fullmatch(r"百分之(.+)", value)
    share = _read(found[1]) if found else None
    if share is not None:
        for other_share in _LADDERS["%"]:
            if other_share != share:
                yield 2.0 - abs(other_share - share) / 20, "百分之" + _write(other_share, like="一")


def _ladder(unit: str, number: float) -> tuple[float, ...]:
    found = next(
        (u for u in sorted(_LADDERS, key=len, reverse=True) if unit.lstrip("个").startswith(u)), ""
    )
    if found and number in _LADDERS[found]:
        return _LADDERS[found]
    if number <= 12:
        return tuple(range(max(1, int(number) - 3), int(number) + 5))
    step = 10 if number % 10 == 0 else 5 if number % 5 == 0 else 2
    return tuple(number + step * n for n in range(-3, 4) if number + step * n > 0)


def _read(text: str) -> float | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    number = parse_numeral(text)
    return None if number is None else float(number)


def _write(number: float, *, like: str) -> str:
    whole = int(number)
    if like[0].isdigit():
        return str(whole) if whole == number else str(number)
    text = format_numeral(whole)
    return "两" if text == "二" and like == "两" else text
