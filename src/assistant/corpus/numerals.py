"""Chinese numerals in article numbers: 第一千零四十二条, 第〇八条, 第 十 二 条, 第１２条."""

from __future__ import annotations

import re
import unicodedata

NUMERAL = r"[〇零一二三四五六七八九十百千两\d０-９]+"
"""A numeral as it may stand in an article number; inner white space is stripped first."""

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NAMES = "零一二三四五六七八九"


def parse_numeral(text: str) -> int | None:
    """Return the value of a numeral below 10,000, or None when it is none."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not text:
        return None
    if text.isdecimal() and text.isascii():
        return int(text) if len(text) <= 4 else None
    if all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) <= 4 else None
    return _parse_units(text)


def _parse_units(text: str) -> int | None:
    total, digit, last_unit, skipped = 0, None, 10_000, False
    for character in text:
        if character in _DIGITS:
            if digit:  # two digits in a row, as in 二三十, are not a number
                return None
            skipped = digit == 0
            digit = _DIGITS[character]
        elif character in _UNITS:
            unit = _UNITS[character]
            if unit >= last_unit or digit == 0:
                return None
            total += (1 if digit is None else digit) * unit
            digit, last_unit, skipped = None, unit, False
        else:
            return None
    # 一百一 means 110 when spoken and 101 when misprinted: no number to cite.
    if digit and last_unit > 10 and not skipped:
        return None
    return total + (digit or 0)


def format_numeral(number: int) -> str:
    """Return ``number`` (1 to 9,999) as article numbers write it: 十二, 一百零三."""
    if not 0 < number < 10_000:
        raise ValueError(f"not an article number: {number}")
    out, pending_zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += ("零" if pending_zero else "") + _NAMES[digit] + name
            pending_zero = False
        elif out:
            pending_zero = True
    return out.removeprefix("一") if out.startswith("一十") else out
