from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.numerals import format_numeral, parse_numeral


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一", 1),
        ("十", 10),
        ("十二", 12),
        ("一十二", 12),
        ("二十", 20),
        ("九十九", 99),
        ("一百", 100),
        ("一百零三", 103),
        ("一百〇三", 103),
        ("一百一十", 110),
        ("一百一十四", 114),
        ("两百", 200),
        ("一千零四十二", 1042),
        ("一千零五", 1005),
        ("一千一百", 1100),
        ("一千二百六十", 1260),
        ("九千九百九十九", 9999),
        ("〇八", 8),
        ("二〇二一", 2021),
        ("12", 12),
        ("１２", 12),
        ("十 二", 12),
    ],
)
def test_a_numeral_is_read_as_it_is_printed(text: str, number: int) -> None:
    assert parse_numeral(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "　", "条", "二三十", "十十", "百千", "十百", "一百一", "二千五", "12345", "甲", "1十"],
)
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    assert parse_numeral(text) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (15, "十五"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (1260, "一千二百六十"),
    ],
)
def test_a_number_is_written_as_article_numbers_are(number: int, text: str) -> None:
    assert format_numeral(number) == text


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_what_no_article_is_called_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not an article number"):
        format_numeral(number)


@given(st.integers(1, 9_999))
def test_every_number_is_read_back(number: int) -> None:
    assert parse_numeral(format_numeral(number)) == number
    assert parse_numeral(str(number)) == number


@given(st.text(alphabet="〇零一二三四五六七八九十百千两 1２条", max_size=9))
def test_whatever_is_read_is_below_ten_thousand(text: str) -> None:
    value = parse_numeral(text)
    assert value is None or 0 <= value < 10_000
