from __future__ import annotations

import pytest

from assistant.corpus.markers import Family, read_marker, reads_as_citation


@pytest.mark.parametrize(
    ("line", "family", "number", "suffix", "text"),
    [
        ("第三编　合同", Family.PART, 3, 0, "第三编"),
        ("第二篇 改革", Family.PART, 2, 0, "第二篇"),
        ("第一部分 总则", Family.PART, 1, 0, "第一部分"),
        ("第二分编　典型合同", Family.SUBPART, 2, 0, "第二分编"),
        ("第 十 章  附 则", Family.CHAPTER, 10, 0, "第十章"),
        ("第1章 总则", Family.CHAPTER, 1, 0, "第1章"),
        ("第三节", Family.SECTION, 3, 0, "第三节"),
        ("　　第十二条　为了", Family.ARTICLE, 12, 0, "第十二条"),
        ("第十条之一　为了", Family.ARTICLE, 10, 1, "第十条之一"),
        ("第10条之2 为了", Family.ARTICLE, 10, 2, "第10条之2"),
        ("第十条之一款规定", Family.ARTICLE, 10, 0, "第十条"),
        ("第十条之十一款规定", Family.ARTICLE, 10, 0, "第十条"),
        ("十一、保障", Family.COMMA, 11, 0, "十一、"),
        ("（ 二十四 ）保障", Family.PAREN, 24, 0, "（二十四）"),
        ("(三)保障", Family.PAREN, 3, 0, "(三)"),
        ("（１２）保障", Family.PAREN_DIGIT, 12, 0, "（１２）"),
        ("3．保障", Family.DOT, 3, 0, "3．"),
        ("3、保障", Family.DOT, 3, 0, "3、"),
    ],
)
def test_a_marker_is_read(line: str, family: Family, number: int, suffix: int, text: str) -> None:
    marker = read_marker(line)
    assert marker is not None
    assert (marker.family, marker.key, marker.text) == (family, (number, suffix), text)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "依照第三条",
        "第条",
        "3.5万件",
        "2021年",
        "2021.7.1",
        "一百一、不",
        "（甲）",
        "第二三十条",
        "零、",
        "第三编辑部",
    ],
)
def test_what_is_no_marker_is_text(line: str) -> None:
    assert read_marker(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "第三条的规定",
        "第三条第二款",
        "第三条、第五条",
        "第三条所规定的",
        "第三条至第五条",
        "第二章的规定",
        "（三）项",
        "（三）、（四）项",
        "（三）至（五）项",
    ],
)
def test_a_line_that_goes_on_like_a_citation(line: str) -> None:
    marker = read_marker(line)
    assert marker is not None
    assert reads_as_citation(line, marker)


@pytest.mark.parametrize(
    "line",
    [
        "第三条 的",
        "第三条及时报告",
        "第三条中央单位",
        "第三条或者",
        "第二章和解",
        "（三）项目建设",
        "（三）目标任务",
        "（三）和解",
        "三、三大行动",
    ],
)
def test_a_line_that_opens_something(line: str) -> None:
    marker = read_marker(line)
    assert marker is not None
    assert not reads_as_citation(line, marker)
