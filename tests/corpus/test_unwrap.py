from __future__ import annotations

import textwrap

import pytest

from assistant.corpus.unwrap import join_and_trace, join_wrapped_lines

RULES = (
    "办公用房管理办法",
    "第一章　总则",
    "第一条　为了加强党政机关办公用房管理，推进办公用房资源合理配置和节约集约使用，"
    "保障正常办公，降低行政成本，制定本办法。",
    "第二条　各级党政机关办公用房的规划、权属、配置、使用、维修和处置利用，适用本办法。"
    "违反本办法第三条规定的，依照第十二条处理。",
    "前款所称党政机关，是指各级党的机关、人大机关、行政机关、政协机关、监察机关、"
    "审判机关、检察机关，以及各民主党派机关。",
    "第三条　配置办公用房，应当遵循下列原则：",
    "（一）依法合规，严格执行标准；",
    "（二）科学规划，统一配置资源。",
)


def wrap(paragraphs: tuple[str, ...], width: int, *, indent: str = "", between: str = "") -> str:
    """Print paragraphs on a page ``width`` characters wide."""
    printed: list[str] = []
    for paragraph in paragraphs:
        lines = [
            (indent + paragraph)[at : at + width] for at in range(0, len(indent + paragraph), width)
        ]
        printed += [*lines, between] if between else lines
    return "\n".join(printed) + "\n"


def lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("width", range(20, 41))
@pytest.mark.parametrize("blank", [False, True], ids=["dense", "blank lines"])
def test_a_page_of_any_width_gives_its_paragraphs_back(width: int, blank: bool) -> None:
    page = wrap(RULES, width)
    joined = join_wrapped_lines(page.replace("\n", "\n\n") if blank else page)
    # Where a paragraph happens to end with the last place of a line, nothing tells it apart.
    if any(
        len(paragraph) % width in (0, width - 1) for paragraph in RULES if len(paragraph) > width
    ):
        assert len(lines_of(joined)) in (len(RULES) - 1, len(RULES))
    else:
        assert lines_of(joined) == list(RULES)


def test_an_indent_tells_where_a_paragraph_begins() -> None:
    paragraphs = ("应当加强办公用房管理，" * 3 + "做好服务。",) * 3
    page = wrap(paragraphs, 20, indent="　　")
    assert page.split("\n")[1].endswith("。")  # full to the margin: only the indent tells
    assert lines_of(join_wrapped_lines(page)) == list(paragraphs)


def test_a_blank_line_between_paragraphs_tells_where_one_begins() -> None:
    paragraphs = ("应当加强办公用房管理，" * 3 + "做好服务保障。",) * 3
    assert len(paragraphs[0]) % 20 == 0
    page = wrap(paragraphs, 20, between=" ")
    assert lines_of(join_wrapped_lines(page)) == list(paragraphs)


@pytest.mark.parametrize("by", ["width", "characters"])
def test_half_width_digits_fill_a_line_as_the_page_counts_them(by: str) -> None:
    text = "2021年7月1日前完成清理3.5万件，" * 8 + "逾期的予以通报。"
    if by == "characters":
        lines = textwrap.wrap(text, 24)
    else:
        lines, size = [""], 0.0
        for character in text:
            size += 0.5 if character.isascii() else 1
            if size > 24:
                lines, size = [*lines, ""], 1.0
            lines[-1] += character
    assert lines_of(join_wrapped_lines("\n".join(["关于清理的通知", *lines]))) == [
        "关于清理的通知",
        text,
    ]


def test_a_citation_at_the_start_of_a_printed_line_is_no_paragraph() -> None:
    text = (
        "第二条　各级党政机关违反本办法规定使用办公用房的，依照第十二条处理，"
        "并且按照第三条予以通报，直至追究有关责任。"
    )
    for width in range(15, 31):
        joined = join_wrapped_lines(wrap((*RULES[:3], RULES[4], text, RULES[5]), width))
        assert text in lines_of(joined), width


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "各级党委（党组）要充分认识加强对“一把手”和领导班子监督的极端重要性和现实紧迫性，强化上级",
            "党组织监督，做实做细同级监督。",
        ),
        (
            "各级机关违反规定使用办公用房的，由主管部门责令限期改正；逾期不改正的，由主管部门依照",
            "第三条的规定予以通报。",
        ),
    ],
    ids=["inside a sentence", "before a citation"],
)
def test_a_paragraph_cut_by_a_page_is_whole_again(before: str, after: str) -> None:
    page = f"一、认识\n\n{before}\n\n{after}\n\n二、要求\n\n应当落实。\n"
    assert lines_of(join_wrapped_lines(page)) == [
        "一、认识",
        before + after,
        "二、要求",
        "应当落实。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "一、认识\n应当提高认识。\n\n\n二、要求\n",
        "# 标题，带有逗号而且足够长的一个标题，它后面没有句号也不该连接\n正文，从这里开始。\n",
        "三、发挥近距离常态化监督优势，加强同级领导班子监督，形成监督合力\n各级党委，应当加强领导。\n",
        "各区委，市委各部委办，市国家机关各党组（党委），各人民团体党组：\n现将《措施》印发给你们。\n",
        "关于加强办公用房管理，推进办公用房资源合理配置和节约集约使用的通知\n市委办公室\n2021年7月1日\n",
    ],
)
def test_whole_paragraphs_are_returned_character_for_character(text: str) -> None:
    assert join_wrapped_lines(text) == text


def test_each_joined_line_knows_the_line_that_it_began_on() -> None:
    page = wrap(RULES, 20).replace("\n", "\n\n")
    printed = page.split("\n")
    joined = join_and_trace(page)
    lines = joined.text.split("\n")
    assert len(joined.origins) == len(lines)
    for line, origin in zip(lines, joined.origins, strict=True):
        assert line.startswith(printed[origin]) or not line


def test_words_are_joined_with_a_space_and_a_broken_number_without() -> None:
    page = (
        wrap(RULES[:3], 20)
        + "第四条　参照国际通用标准以及行业标准 ISO\nStandard 执行，截至二十日为止共2021\n5件。\n"
    )
    assert "ISO Standard 执行，截至二十日为止共20215件。" in join_wrapped_lines(page)
