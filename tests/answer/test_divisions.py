"""Parts of documents: which one is meant, and whether its title, gist or text is wanted."""

from __future__ import annotations

import pytest

from assistant.answer.divisions import Wanted, answer_part, find_part, names_part, wanted_of
from assistant.corpus.parse import parse_document
from assistant.domain import Document, ParsedDocument, Turn
from assistant.pipeline import Assistant, build
from assistant.retrieve.addresses import LAST, MIDDLE, Address, read_addresses
from assistant.retrieve.reading import Reader
from assistant.settings import Settings

from .samples import ESSAY, INTERVIEW, MEASURES, OPINIONS, article, cited, quoted

Documents = dict[str, ParsedDocument]

FOOD = """\
---
id: food-safety
title: 中华人民共和国食品安全法
short_title: 食品安全法
issuer: 全国人民代表大会常务委员会
kind: normative
issued: '2015-04-24'
---
# 中华人民共和国食品安全法

## 第一章 总则

第一条 为了保证食品安全，保障公众身体健康和生命安全，制定本法。

第三条 食品安全工作实行预防为主、风险管理、全程控制、社会共治，建立科学、严格的监督管理制度。

## 第四章 食品生产经营

### 第一节 一般规定

第三十五条 国家对食品生产经营实行许可制度。从事食品生产、食品销售、餐饮服务，应当依法取得许可。

### 第二节 生产经营过程控制

第四十四条 食品生产经营企业应当建立健全食品安全管理制度，对职工进行食品安全知识培训，加强食品检验工作，依法从事生产经营活动。

食品生产经营企业的主要负责人应当落实企业食品安全管理制度，对本企业的食品安全工作全面负责。

第四十五条 食品生产经营者应当建立并执行从业人员健康管理制度。

### 第三节 标签、说明书和广告

第六十七条 预包装食品的包装上应当有标签。

## 第六章 食品进出口

### 第一节 进口

第九十一条 国家出入境检验检疫部门对进出口食品安全实施监督管理。

## 第七章 食品安全事故处置

第一百零二条 国务院组织制定国家食品安全事故应急预案。
"""  # noqa: E501 - one line a paragraph, as printed

FOOD_SAFETY = Document(
    id="food-safety",
    title="中华人民共和国食品安全法",
    short_title="食品安全法",
    text=FOOD.partition("---\n# ")[2].join(("# ", "")),
)


@pytest.fixture(scope="module")
def food_assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """The real assistant over a law in chapters and sections."""
    folder = tmp_path_factory.mktemp("food")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "food-safety.md").write_text(FOOD, encoding="utf-8")
    settings = Settings(corpus=corpus, index=folder / "index")
    build(settings)
    return Assistant.open(settings)


def whole(parsed: ParsedDocument, part: int) -> list[str]:
    """Return the texts of the articles in the part with this place, counted here."""
    heading = [h for h in parsed.headings if h.level == 1][part]
    return [a.text for a in parsed.articles if heading in a.headings]


@pytest.mark.parametrize(
    ("question", "document_id", "part"),
    [
        ("把中央《意见》第一部分的文字调出来", OPINIONS, 0),
        ("我要中央《意见》第五部分全文", OPINIONS, 4),
        ("《若干措施》第二部分有哪几条？都列出来，我要打印", MEASURES, 1),
        ("北京措施第1部分，讲管党治党政治责任的，原文贴一下", MEASURES, 0),
        ("中央《意见》“二、加强对‘一把手’的监督”这一块，全部条文给我看", OPINIONS, 1),
        ("中央《意见》“加强同级领导班子监督”这部分的全部条文", OPINIONS, 2),
        ("邹开红文章最后一部分“不折不扣抓好《意见》贯彻落实”的内容，请展示", ESSAY, 2),
        ("我要看邹开红那篇里“准确把握《意见》的核心要义”这部分", ESSAY, 1),
        ("“准确把握《意见》的核心要义”这部分的原文", ESSAY, 1),
        ("《意见》倒数第二部分的原文", OPINIONS, 3),
        ("能不能把《若干措施》第三部分完整贴出来", MEASURES, 2),
        ("中央意见里关于同级领导班子监督那一章的条文发我", OPINIONS, 2),
    ],
)
def test_the_text_of_a_part_is_its_heading_and_all_of_every_article(
    assistant: Assistant, documents: Documents, question: str, document_id: str, part: int
) -> None:
    answer = assistant.ask(question)
    heading = [h for h in documents[document_id].headings if h.level == 1][part]
    assert [c.quote for c in answer.citations[1:]] == whole(documents[document_id], part)
    assert answer.citations[0].article_id == heading.id


@pytest.mark.parametrize(
    "question",
    [
        "《意见》第一部分讲了什么",
        "用几句话概括《意见》第一部分",
        "没时间看全文，《意见》第一部分大意",
    ],
)
def test_the_gist_of_a_part_is_shorter_than_its_text(
    assistant: Assistant, documents: Documents, question: str
) -> None:
    answer = assistant.ask(question)
    assert len(quoted(answer)) < len("".join(whole(documents[OPINIONS], 0)))


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("《意见》第二部分标题叫什么？", "二、加强对“一把手”的监督"),
        ("邹开红文章中间那一节的小标题", "准确把握《意见》的核心要义"),
        ("邹文最后一节叫什么名字来着", "不折不扣抓好《意见》贯彻落实"),
        (
            "北京文件里讲同级班子监督的那一部分，完整标题怎么写",
            "三、发挥近距离常态化监督优势,加强同级领导班子监督",
        ),
    ],
)
def test_of_a_part_whose_title_is_asked_only_that_is_quoted(
    assistant: Assistant, question: str, title: str
) -> None:
    assert quoted(assistant.ask(question)) == title


def test_a_question_on_a_matter_within_a_part_is_not_answered_with_all_of_it(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("《若干措施》第二部分里述责述廉的原文怎么写")
    assert 0 < len(answer.citations) < 9


def test_a_part_whose_number_several_chapters_have_is_not_guessed() -> None:
    parsed = parse_document(FOOD_SAFETY)
    [section] = read_addresses("第一节")
    assert find_part(section, parsed) is None
    [nested] = read_addresses("第四章第一节")
    found = find_part(nested, parsed)
    assert found is not None
    assert found.title == "一般规定"


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("《食品安全法》第四章第二节的全部条文", [44, 45]),
        ("食品安全法第四章的条文给我看看", [35, 44, 45, 67]),
        ("食品安全法“生产经营过程控制”一节的原文", [44, 45]),
        ("食品安全法最后一章的原文", [102]),
    ],
)
def test_chapters_and_sections_are_given_whole_by_number_and_by_heading(
    food_assistant: Assistant, question: str, articles: list[int]
) -> None:
    answer = food_assistant.ask(question)
    assert [c.number for c in answer.citations if c.number] == articles
    assert "主要负责人应当落实企业食品安全管理制度" in quoted(answer) or 44 not in articles


def test_a_chapter_that_is_not_there_is_said_not_to_exist(food_assistant: Assistant) -> None:
    answer = food_assistant.ask("食品安全法第九章的条文")
    assert (answer.status, answer.reason) == ("refused", "no_such_article")


def test_the_outline_of_a_law_is_its_chapters(food_assistant: Assistant) -> None:
    answer = food_assistant.ask("食品安全法分哪几章，梳理下脉络")
    assert quoted(answer).splitlines() == [
        "第一章 总则",
        "第四章 食品生产经营",
        "第六章 食品进出口",
        "第七章 食品安全事故处置",
    ]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("第一部分的原文贴一下", Wanted.TEXT),
        ("第一部分展示给我", Wanted.TEXT),
        ("第一部分主要讲什么", Wanted.GIST),
        ("概括第一部分，不用贴原文", Wanted.GIST),
        ("第一部分的标题", Wanted.TITLE),
        ("第一部分", None),
    ],
)
def test_the_words_of_a_question_tell_what_is_wanted_of_a_part(
    reader: Reader, question: str, wanted: Wanted | None
) -> None:
    assert wanted_of(reader.read(question)) is wanted


def test_a_part_in_the_middle_is_one_only_of_an_odd_number(documents: Documents) -> None:
    middle = find_part(Address(MIDDLE, part=True), documents[ESSAY])
    assert middle is not None
    assert middle.title == "准确把握《意见》的核心要义"
    law = parse_document(FOOD_SAFETY)
    assert find_part(Address(MIDDLE, part=True, unit="章"), law) is None  # of four chapters
    last = find_part(Address(LAST, part=True, unit="章"), law)
    assert last is not None
    assert last.title == "食品安全事故处置"


def test_a_few_words_in_quotation_marks_name_no_part(reader: Reader, documents: Documents) -> None:
    reading = reader.read("《意见》里“一把手”要做什么")
    assert not names_part(reading, documents[OPINIONS])


def test_every_part_can_be_given_whole(documents: Documents) -> None:
    for document_id in (OPINIONS, MEASURES, ESSAY):
        parsed = documents[document_id]
        for at, heading in enumerate(h for h in parsed.headings if h.level == 1):
            answer = answer_part(heading, parsed, documents, Wanted.TEXT)
            assert answer is not None
            assert [c.quote for c in answer.citations[1:]] == whole(parsed, at)
            assert cited(answer)[0] == heading.id


def test_an_article_is_not_taken_for_a_part(assistant: Assistant, documents: Documents) -> None:
    answer = assistant.ask("《意见》第三条原文贴一下")
    assert quoted(answer) == article(documents[OPINIONS], 3).text


def test_of_several_parts_each_is_given(assistant: Assistant, documents: Documents) -> None:
    answer = assistant.ask("《意见》第一部分和第五部分的全文")
    both = [*whole(documents[OPINIONS], 0), *whole(documents[OPINIONS], 4)]
    assert [c.quote for c in answer.citations if "#h" not in c.article_id] == both
    titles = quoted(assistant.ask("《意见》第三部分和《措施》第三部分的标题")).splitlines()
    assert titles == [
        "三、加强同级领导班子监督",
        "三、发挥近距离常态化监督优势,加强同级领导班子监督",
    ]


def test_the_outline_of_an_essay_is_its_headings(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("邹开红的文章主要讲了哪几大块，帮忙梳理下脉络")
    assert cited(answer) == [h.id for h in documents[ESSAY].headings if h.level == 1]


def test_the_outline_of_an_interview_is_what_was_asked_and_how_each_answer_begins(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("市纪委监委那次答记者问，大体谈了几方面问题")
    assert {c.document_id for c in answer.citations} == {INTERVIEW}
    assert len(cited(answer)) == 5
    assert "就要解决好谁来监督、监督什么、怎么监督的问题" in quoted(answer)


@pytest.mark.parametrize(
    "question",
    [
        "负责人介绍说，北京文件的结构框架跟中央的差别大不大？",
        "采访里说北京的文件分成几大块？",
    ],
)
def test_what_an_interview_says_of_a_documents_frame_is_not_its_own_outline(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert {c.document_id for c in answer.citations} == {INTERVIEW}
    assert "分为五个部分" in quoted(answer)
    assert "共5个问题" not in answer.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("若干措施里组织领导这部分一共有几条", "《若干措施》第五部分共2条"),
        ("《意见》讲同级领导班子监督的那部分有几条？", "《意见》第三部分共7条"),
        ("答记者问一共几个问题", "北京市纪委监委答记者问共5个问题"),
    ],
)
def test_how_many_articles_a_part_or_questions_an_interview_has_is_told(
    assistant: Assistant, question: str, said: str
) -> None:
    assert assistant.ask(question).text.startswith(said)


def test_a_part_counted_before_is_not_counted_again(assistant: Assistant) -> None:
    talk: tuple[Turn, ...] = (
        ("user", "若干措施里组织领导这部分一共有几条"),
        ("assistant", "《若干措施》第五部分共2条。"),
    )
    answer = assistant.ask("北京的政商清单列了多少条", history=talk)
    assert "第五部分" not in answer.text


def test_a_word_that_most_headings_have_names_no_part(assistant: Assistant) -> None:
    answer = assistant.ask("中央《意见》对巡视组有啥要求：报告里“一把手”那块怎么写？")
    assert "#h" not in "".join(cited(answer))
    assert "单独列出" in quoted(answer)
