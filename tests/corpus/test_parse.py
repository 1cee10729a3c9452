from __future__ import annotations

import pytest

from assistant.corpus.labels import article_label
from assistant.corpus.load import load_document
from assistant.corpus.parse import parse_document
from assistant.domain import ArticleKind, DocumentKind

from .samples import CORPUS, article, assert_sound, ids, numbers, parse, problems, titles

DOCUMENTS = {
    name: parse_document(load_document(CORPUS / f"{name}.md"))
    for name in (
        "opinions-2021",
        "opinions-2021-xinhua",
        "beijing-measures-2021",
        "zou-essay-2021",
        "beijing-qa-2021",
    )
}

# --- the documents that the product ships ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("opinions-2021", 25),
        ("opinions-2021-xinhua", 25),
        ("beijing-measures-2021", 28),
        ("zou-essay-2021", 0),
        ("beijing-qa-2021", 0),
    ],
)
def test_a_shipped_document_has_its_articles_in_order_and_nothing_odd(
    name: str, count: int
) -> None:
    parsed = DOCUMENTS[name]
    assert numbers(parsed) == list(range(1, count + 1))
    assert parsed.problems == ()
    assert_sound(parsed)


def test_the_opinions_have_five_parts_and_number_their_articles_through() -> None:
    parsed = DOCUMENTS["opinions-2021"]
    assert titles(parsed) == [
        "中共中央关于加强对“一把手”和领导班子监督的意见",
        "一、充分认识加强对“一把手”和领导班子监督的重要性紧迫性",
        "二、加强对“一把手”的监督",
        "三、加强同级领导班子监督",
        "四、加强对下级领导班子的监督",
        "五、切实加强党对监督工作的领导",
    ]
    assert ids(parsed)[:9] == ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "1", "2"]
    eighth = next(a for a in parsed.articles if a.number == 8)
    assert (eighth.marker, eighth.title) == (
        "（八）",
        "加强领导班子成员相互监督，认真开展批评和自我批评",
    )
    assert [heading.marker for heading in eighth.headings] == ["三、"]


def test_date_and_preamble_of_the_opinions_stand_above_the_first_part() -> None:
    parsed = DOCUMENTS["opinions-2021"]
    above = [a for a in parsed.articles if not a.headings]
    assert [a.kind for a in above] == [ArticleKind.PASSAGE, ArticleKind.PASSAGE]
    assert above[0].text == "（2021年3月27日）"
    assert above[1].text.endswith("监督提出如下意见。")


def test_the_notice_that_issues_the_measures_keeps_address_and_signature() -> None:
    parsed = DOCUMENTS["beijing-measures-2021"]
    notice, preamble = (a for a in parsed.articles if not a.headings)
    assert notice.text.startswith("各区委，市委各部委办")
    assert notice.text.endswith("2021年7月1日")
    assert preamble.text.startswith("为深入贯彻中共中央")
    assert titles(parsed)[2:] == [
        "一、坚持和加强党的全面领导，压紧压实管党治党政治责任",
        "二、聚焦“关键少数”中的关键，加强对“一把手”的监督",
        "三、发挥近距离常态化监督优势,加强同级领导班子监督",
        "四、全面落实上级党组织责任，加强对下级领导班子的监督",
        "五、加强组织领导，抓好贯彻落实",
    ]


def test_the_essay_is_paragraphs_under_unnumbered_headings() -> None:
    parsed = DOCUMENTS["zou-essay-2021"]
    assert {a.kind for a in parsed.articles} == {ArticleKind.PASSAGE}
    assert titles(parsed)[1:] == [
        "深刻认识制定《意见》的重要意义",
        "准确把握《意见》的核心要义",
        "不折不扣抓好《意见》贯彻落实",
    ]
    assert parsed.articles[0].text.endswith("来源：《中国纪检监察》 2021年第12期")
    assert [
        len([a for a in parsed.articles if a.headings[-1:] == (h,)]) for h in parsed.headings[1:]
    ] == [4, 6, 4]


def test_the_interview_is_five_questions_with_their_whole_answers() -> None:
    parsed = DOCUMENTS["beijing-qa-2021"]
    exchanges = [a for a in parsed.articles if a.kind is ArticleKind.EXCHANGE]
    assert [a.id.partition("#")[2] for a in exchanges] == ["q1", "q2", "q3", "q4", "q5"]
    assert exchanges[4].title == "本市将如何抓好《措施》的贯彻落实？"
    assert exchanges[4].text.startswith("记者：本市将如何")
    assert len(exchanges[2].paragraphs) == 4
    assert not any(s.text.startswith(("记者：", "答：")) for a in exchanges for s in a.sentences)
    assert not any(s.text.endswith("？") for a in exchanges for s in a.sentences)


# --- 编, 章, 节, 条, 款, 项 ---------------------------------------------------------------------

LAW = """\
# 办公用房管理办法

（2020年1月1日起施行）

第一编　总　则

第一章　一般规定

第一条　为了规范办公用房管理，制定本办法。

第二条　办公用房管理应当遵循下列原则：
（一）依法合规；
（二）科学规划：
1．统一配置；
2．有偿使用；
（三）规范配置。
前款规定的原则适用于下属单位。

第二编　分　则

第一章　权属管理

第一节　登记

第三条　办公用房的房屋所有权应当登记。

　　权属不清的，由（主管部门）登记。

第二节　档案

第四条　各级机关应当建立档案。

附　则

第五条　本办法由主管部门解释。
"""


def test_parts_chapters_and_sections_nest() -> None:
    parsed = parse(LAW)
    assert_sound(parsed)
    assert problems(parsed) == []
    assert titles(parsed) == [
        "办公用房管理办法",
        "第一编总则",
        "第一章一般规定",
        "第二编分则",
        "第一章权属管理",
        "第一节登记",
        "第二节档案",
        "附则",
    ]
    assert [heading.level for heading in parsed.headings] == [0, 1, 2, 1, 2, 3, 3, 1]
    above = [heading.title for heading in article(parsed, "4").headings]
    assert above == ["分则", "权属管理", "档案"]


def test_paragraphs_and_items_of_an_article() -> None:
    second = article(parse(LAW), "2")
    assert [p.text.split("\n")[0] for p in second.paragraphs] == [
        "办公用房管理应当遵循下列原则：",
        "前款规定的原则适用于下属单位。",
    ]
    items = second.paragraphs[0].items
    assert [item.marker for item in items] == ["（一）", "（二）", "1．", "2．", "（三）"]
    assert items[4].text == "（三）规范配置。"
    assert items[4].id == "office-rules#2.p1.i5"
    assert [p.id for p in article(parse(LAW), "3").paragraphs] == [
        "office-rules#3.p1",
        "office-rules#3.p2",
    ]


def test_a_closing_chapter_without_a_number_is_a_heading_at_the_top() -> None:
    parsed = parse(LAW)
    assert article(parsed, "4").text == "第四条　各级机关应当建立档案。"
    assert [heading.title for heading in article(parsed, "5").headings] == ["附则"]


def test_a_sub_part_stands_between_part_and_chapter() -> None:
    parsed = parse(
        "第一编　合同\n第一分编　通则\n第一章　一般规定\n第一条　订立。\n"
        "第二分编　典型合同\n第一章　买卖合同\n第二条　买卖。\n第三条　价款。\n"
    )
    assert [heading.level for heading in parsed.headings] == [1, 2, 3, 2, 3]
    assert [heading.title for heading in article(parsed, "2").headings] == [
        "合同",
        "典型合同",
        "买卖合同",
    ]


def test_the_heading_of_the_next_chapter_does_not_stick_to_the_article_before() -> None:
    parsed = parse("第一章 总则\n第一条 一。\n第二章 职责\n第二条 二。\n第三条 三。\n")
    assert [a.text for a in parsed.articles] == ["第一条 一。", "第二条 二。", "第三条 三。"]


def test_sections_under_commas_in_a_text_of_articles_are_headings() -> None:
    parsed = parse("一、总则\n第一条 一。\n第二条 二。\n二、职责\n第三条 三。\n")
    assert titles(parsed) == ["一、总则", "二、职责"]
    assert article(parsed, "2").text == "第二条 二。"


def test_items_without_punctuation_are_no_headings() -> None:
    parsed = parse("第一条 处分分为：\n一、警告\n二、记过\n第二条 二。\n")
    assert titles(parsed) == []
    assert [item.text for item in article(parsed, "1").paragraphs[0].items] == [
        "一、警告",
        "二、记过",
    ]


def test_a_heading_with_markdown_marks_and_bold_print() -> None:
    parsed = parse("## **第一章 总则**\n\n**第一条** 为了规范。\n\n### 第二条\n\n应当登记。\n")
    assert titles(parsed) == ["第一章总则"]
    assert numbers(parsed) == [1, 2]
    assert [s.text for s in article(parsed, "1").sentences] == ["为了规范。"]
    assert [s.text for s in article(parsed, "2").sentences] == ["应当登记。"]


@pytest.mark.parametrize("rule", ["---", "***", "<!-- 以下为正文 -->"])
def test_a_rule_or_comment_between_articles_is_no_text(rule: str) -> None:
    parsed = parse(f"第一条 一。\n\n{rule}\n\n第二条 二。\n")
    assert [a.text for a in parsed.articles] == ["第一条 一。", "第二条 二。"]


# --- numbers -----------------------------------------------------------------------------------


def test_an_inserted_article_is_an_article_of_its_own() -> None:
    parsed = parse(
        "第九条 九。\n第十条 十。\n第十条之一 插入。\n第十条之二 再插。\n第十一条 末。\n"
    )
    assert ids(parsed) == ["9", "10", "10-1", "10-2", "11"]
    assert article(parsed, "10-1").suffix == 1
    assert article(parsed, "10-1").marker == "第十条之一"
    assert article(parsed, "10").text == "第十条 十。"


def test_an_article_above_a_thousand() -> None:
    parsed = parse("第一千零四十一条 甲。\n第一千零四十二条 禁止包办。\n第一千零四十三条 乙。\n")
    assert numbers(parsed) == [1041, 1042, 1043]


@pytest.mark.parametrize(
    "text",
    [
        "第１条 一。\n第２条 二。\n第３条 三。\n",
        "第1条 一。\n第2条 二。\n第3条 三。\n",
        "第 一 条　一。\n第 二 条　二。\n第 三 条　三。\n",
        "第〇一条　一。\n第〇二条　二。\n第〇三条　三。\n",
        "　　第一条 一。\n　　第二条 二。\n　　第三条 三。\n",
    ],
    ids=["full-width digits", "digits", "inner spaces", "leading zero", "indent"],
)
def test_numbers_as_they_are_printed(text: str) -> None:
    parsed = parse(text)
    assert numbers(parsed) == [1, 2, 3]
    assert problems(parsed) == []
    assert [a.sentences[0].text for a in parsed.articles] == ["一。", "二。", "三。"]


def test_an_article_without_a_space_behind_its_number() -> None:
    parsed = parse(
        "第一条为了规范管理，制定本办法。\n第二条中央单位适用本办法。\n第三条到期的收回。\n"
    )
    assert numbers(parsed) == [1, 2, 3]
    assert article(parsed, "2").sentences[0].text == "中央单位适用本办法。"


@pytest.mark.parametrize("caption", ["【目的】", "（目的）", "[目的]"])
def test_a_caption_in_brackets_is_the_title_and_no_sentence(caption: str) -> None:
    parsed = parse(f"第一条{caption}为了规范。\n第二条 二。\n")
    first = article(parsed, "1")
    assert first.title == "目的"
    assert [s.text for s in first.sentences] == ["为了规范。"]


def test_an_article_that_begins_with_its_first_item_has_no_caption() -> None:
    first = article(parse("第一条 （一）登记；（二）建档。\n第二条 二。\n"), "1")
    assert first.title == ""
    assert first.sentences[0].text.startswith("（一）登记")


# --- other ways of numbering -------------------------------------------------------------------


def test_articles_in_brackets_numbered_through_the_parts() -> None:
    parsed = parse("一、总体要求\n（一）甲。\n（二）乙。\n二、重点任务\n（三）丙。\n（四）丁。\n")
    assert ids(parsed) == ["1", "2", "3", "4"]
    assert [heading.marker for heading in article(parsed, "3").headings] == ["二、"]


def test_articles_in_brackets_numbered_anew_under_each_part() -> None:
    parsed = parse(
        "一、总体要求\n（一）甲。\n（二）乙。\n"
        "二、重点任务\n各单位应当落实以下任务。\n（一）丙。\n（二）丁。\n"
    )
    assert ids(parsed) == ["1.1", "1.2", "p1", "2.1", "2.2"]
    assert problems(parsed) == []
    assert article(parsed, "1.2").text == "（二）乙。"
    assert (
        article_label(parsed.document, article(parsed, "2.1")) == "《办公用房管理办法》二、（一）"
    )


def test_a_part_that_lacks_its_first_article_is_reported_and_read() -> None:
    parsed = parse(
        "一、要求\n（一）甲。\n（二）乙。\n二、任务\n（一）丙。\n（二）丁。\n三、保障\n（二）戊。\n（三）己。\n"
    )
    assert ids(parsed) == ["1.1", "1.2", "2.1", "2.2", "3.2", "3.3"]
    assert problems(parsed) == [("gap", 8, "第一个条号是（二），此前的条文缺失")]


def test_a_part_whose_heading_opens_its_paragraph_is_not_swallowed() -> None:
    parsed = parse(
        "一、重点任务\n（一）甲。\n（二）乙。\n二、保障措施。各级党委应当加强领导。要列入议程。\n"
    )
    assert titles(parsed) == ["一、重点任务", "二、保障措施"]
    assert article(parsed, "2").text == "（二）乙。"
    assert article(parsed, "p1").text == "各级党委应当加强领导。要列入议程。"
    assert (
        article_label(parsed.document, article(parsed, "p1")) == "《办公用房管理办法》第二部分第1段"
    )
    assert_sound(parsed)


def test_a_notice_of_running_paragraphs_is_numbered_by_them() -> None:
    parsed = parse(
        "一、提高认识。各单位应当充分认识清理工作的重要性，把它列入重要议程。\n"
        "二、突出重点。清理下列用房：\n（一）超标的；\n（二）闲置的。\n"
        "三、加强督查。逾期不清理的，予以通报。\n"
    )
    assert ids(parsed) == ["1", "2", "3"]
    assert [item.marker for item in article(parsed, "2").paragraphs[0].items] == [
        "（一）",
        "（二）",
    ]
    assert article(parsed, "1").title == "提高认识"


def test_articles_numbered_with_digits() -> None:
    parsed = parse("1.登记。\n（1）首次登记；\n（2）变更登记。\n2．建档。\n3、检查。\n")
    assert ids(parsed) == ["1", "2", "3"]
    assert [item.marker for item in article(parsed, "1").paragraphs[0].items] == ["（1）", "（2）"]


def test_a_date_or_an_amount_at_the_start_of_a_line_is_no_number() -> None:
    parsed = parse("一、标准\n甲。\n3.5平方米以内。\n二、期限\n乙。\n2021年底前。\n")
    assert ids(parsed) == ["1", "2"]


# --- what is no article ------------------------------------------------------------------------


def test_a_citation_inside_a_sentence_is_no_article() -> None:
    parsed = parse("第一条 一。\n第二条 依照第三条办理，参照第一条执行。\n第三条 三。\n")
    assert article(parsed, "2").text == "第二条 依照第三条办理，参照第一条执行。"
    assert numbers(parsed) == [1, 2, 3]


@pytest.mark.parametrize(
    "line",
    [
        "第三条的规定处理。",
        "第三条规定办理。",
        "第三条第二款处理。",
        "第三条、第五条处理。",
        "第三条至第五条处理。",
    ],
)
def test_a_citation_at_the_start_of_a_line_is_no_article(line: str) -> None:
    parsed = parse(f"第一条 一。\n第二条 违反规定的，依照\n{line}\n第三条 三。\n第四条 四。\n")
    assert numbers(parsed) == [1, 2, 3, 4]
    assert article(parsed, "2").text.endswith(line)
    assert problems(parsed) == []


def test_a_citation_that_looks_like_an_article_far_ahead_does_not_swallow_those_between() -> None:
    lines = [f"第{n}条 应当登记。\n" for n in ("一", "二", "三", "四", "五", "六")]
    lines.insert(3, "第五条 所列单位除外。\n")
    parsed = parse("".join(lines))
    assert numbers(parsed) == [1, 2, 3, 4, 5, 6]
    assert problems(parsed) == [("repeat", 4, "第五条出现在第三条之后，不合顺序，按正文处理")]
    assert article(parsed, "3").text.endswith("所列单位除外。")


def test_a_chapter_that_is_cited_at_the_start_of_a_line_is_no_heading() -> None:
    parsed = parse("第一章 总则\n第一条 违反\n第二章的规定的\n依法处理。\n第二条 二。\n")
    assert titles(parsed) == ["第一章总则"]


def test_a_single_cited_article_does_not_make_an_opinion_a_law() -> None:
    parsed = parse("一、修改\n（一）第一处。\n第三条 修改如下。\n（二）第二处。\n")
    assert ids(parsed) == ["1", "2"]


# --- contents, annexes, signatures -------------------------------------------------------------

CHAPTERS = "第一章　总则\n第一节　一般规定\n第二章　职责\n第一节　一般规定\n附　则\n"
BODY = (
    "第一章　总则\n第一节　一般规定\n第一条　一。\n"
    "第二章　职责\n第一节　一般规定\n第二条　二。\n附　则\n第三条　三。\n"
)


@pytest.mark.parametrize(
    "contents",
    [
        f"目　录\n{CHAPTERS}",
        CHAPTERS,
        f"## 目录\n{CHAPTERS}（2020年1月1日通过。）\n",
        "目录\n第一章 总则……………1\n第二章 职责……………3\n附则……………9\n",
    ],
    ids=["under 目录", "without 目录", "with a preamble behind it", "with page numbers"],
)
def test_a_table_of_contents_makes_no_headings(contents: str) -> None:
    parsed = parse(contents + BODY)
    assert titles(parsed) == [
        "第一章总则",
        "第一节一般规定",
        "第二章职责",
        "第一节一般规定",
        "附则",
    ]
    assert numbers(parsed) == [1, 2, 3]
    assert [heading.title for heading in article(parsed, "1").headings] == ["总则", "一般规定"]
    assert_sound(parsed)


def test_sections_of_the_same_name_are_no_table_of_contents() -> None:
    parsed = parse(BODY)
    assert len(parsed.headings) == 5


def test_an_annex_is_no_part_of_the_last_article() -> None:
    parsed = parse("第一条 一。\n第二条 二。\n附件1\n责任清单\n本级党委负责。\n")
    assert article(parsed, "2").text == "第二条 二。"
    assert titles(parsed) == ["附件1"]


def test_rules_in_an_annex_are_numbered_anew_and_told_apart() -> None:
    parsed = parse("第一条 一。\n第二条 二。\n附件\n第一条 甲。\n第二条 乙。\n")
    assert ids(parsed) == ["1", "2", "1~2", "2~2"]
    assert problems(parsed) == []


def test_issuer_and_date_at_the_end_are_no_part_of_the_last_article() -> None:
    parsed = parse("（一）甲。\n（二）乙。\n\n市委办公室\n\n2021年7月1日\n")
    assert article(parsed, "2").text == "（二）乙。"
    assert article(parsed, "p1").text == "市委办公室\n\n2021年7月1日"


def test_a_title_without_a_mark_is_the_title() -> None:
    parsed = parse("办公用房\u3000管理办法\n\n第一条 一。\n")
    assert [(heading.level, heading.title) for heading in parsed.headings] == [
        (0, "办公用房\u3000管理办法")
    ]


# --- what an editor should look at -------------------------------------------------------------


def test_a_gap_is_reported_with_its_line_and_the_rest_is_read() -> None:
    parsed = parse("第一条 一。\n\n第二条 二。\n\n第五条 五。\n\n第六条 六。\n", first_line=9)
    assert numbers(parsed) == [1, 2, 5, 6]
    assert problems(parsed) == [("gap", 13, "第二条之后是第五条，中间的条文缺失")]
    assert parsed.problems[0].file == "office-rules.md"


def test_a_gap_is_reported_where_no_space_follows_the_numbers() -> None:
    parsed = parse("第一条为了规范。\n第二条应当登记。\n第五条不得出租。\n第六条不得出借。\n")
    assert numbers(parsed) == [1, 2, 5, 6]
    assert [kind for kind, _, _ in problems(parsed)] == ["gap"]


def test_a_repeated_number_is_reported_and_both_articles_are_kept() -> None:
    parsed = parse("第一条 一。\n第二条 二。\n第二条 又二。\n第三条 三。\n")
    assert ids(parsed) == ["1", "2", "2~2", "3"]
    assert problems(parsed) == [("repeat", 3, "第二条重复出现")]


def test_articles_missing_before_the_first_are_reported() -> None:
    parsed = parse("第三条 三。\n第四条 四。\n")
    assert numbers(parsed) == [3, 4]
    assert problems(parsed) == [("gap", 1, "第一个条号是第三条，此前的条文缺失")]


def test_an_article_without_text_is_reported() -> None:
    parsed = parse("第一条\n第二条 二。\n")
    assert problems(parsed) == [("empty", 1, "第一条没有正文")]
    assert article(parsed, "1").paragraphs == ()


def test_problems_come_in_the_order_of_their_lines() -> None:
    parsed = parse("第一条\n第二条 二。\n第四条 四。\n第五条\n")
    assert [(kind, line) for kind, line, _ in problems(parsed)] == [
        ("empty", 1),
        ("gap", 3),
        ("empty", 4),
    ]


# --- interviews and essays ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asks", "replies"),
    [("记者：", "答："), ("问：", "答："), ("1.问：", "答："), ("主持人：", "市纪委有关负责人：")],
)
def test_a_question_opens_an_exchange_and_keeps_the_answer(asks: str, replies: str) -> None:
    parsed = parse(
        f"近日，本报专访了有关负责人。\n{asks}为何出台？\n{replies}为了规范管理。\n还为了节约。\n"
        f"{asks}何时施行？\n{replies}明年。\n",
        kind=DocumentKind.INTERVIEW,
    )
    assert ids(parsed) == ["p1", "q1", "q2"]
    first = article(parsed, "q1")
    assert first.title == "为何出台？"
    assert [s.text for s in first.sentences] == ["为了规范管理。", "还为了节约。"]
    assert article_label(parsed.document, first) == "办公用房管理办法第一问"
    assert_sound(parsed)


def test_an_article_marker_in_an_essay_is_text() -> None:
    parsed = parse("## 怎么看\n第一条经验是登记。\n第二条经验是检查。\n", kind=DocumentKind.ESSAY)
    assert ids(parsed) == ["p1", "p2"]


def test_numbered_headings_of_an_essay() -> None:
    parsed = parse(
        "一、怎么看\n（一）看形势\n形势向好。\n二、怎么办\n要抓落实。\n", kind=DocumentKind.ESSAY
    )
    assert [(h.level, h.marker, h.title) for h in parsed.headings] == [
        (1, "一、", "怎么看"),
        (2, "（一）", "看形势"),
        (1, "二、", "怎么办"),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "#", "**", "---\n", "\u3000\n", "# \n## \n"])
def test_a_text_of_nothing_has_nothing(text: str) -> None:
    parsed = parse(text)
    assert (parsed.headings, parsed.articles, parsed.problems) == ((), (), ())
