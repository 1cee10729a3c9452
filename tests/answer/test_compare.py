from __future__ import annotations

from collections import Counter

import pytest

from assistant.answer.compare import compared, differences, sets_against
from assistant.domain import ParsedDocument
from assistant.pipeline import Assistant
from assistant.retrieve.reading import Reader

from .samples import ESSAY, INTERVIEW, MEASURES, OPINIONS, XINHUA, article, cited, quoted

Documents = dict[str, ParsedDocument]


def test_the_two_printings_differ_in_fourteen_places_thirteen_of_them_one_word(
    documents: Documents,
) -> None:
    found = differences(documents[OPINIONS], documents[XINHUA])
    assert len(found) == 14
    renamed = [d for d in found if "纪检机关" in d.words and "纪检监察" in d.other_words]
    assert len(renamed) == 13
    [other] = [d for d in found if d not in renamed]
    assert "五中全会" in other.words
    assert "五中全会" not in other.other_words


def test_each_difference_stands_in_both_texts_where_it_says(documents: Documents) -> None:
    ours, theirs = documents[OPINIONS], documents[XINHUA]
    for d in differences(ours, theirs):
        assert d.words in ours.document.text[slice(*d.span)]
        assert d.other_words in theirs.document.text[slice(*d.other_span)]
        assert d.article.number == d.other.number
        assert d.article.start <= d.span[0] < d.span[1] <= d.article.end
        assert d.other.start <= d.other_span[0] < d.other_span[1] <= d.other.end


def test_seen_from_the_other_side_the_differences_are_the_same(documents: Documents) -> None:
    there = differences(documents[OPINIONS], documents[XINHUA])
    back = differences(documents[XINHUA], documents[OPINIONS])
    assert [(d.words, d.other_words) for d in there] == [(d.other_words, d.words) for d in back]


def test_a_text_does_not_differ_from_itself(documents: Documents) -> None:
    assert all(differences(parsed, parsed) == [] for parsed in documents.values())


@pytest.mark.parametrize(
    "question",
    [
        "新华社版和正式文本有多少处不同？",
        "《意见》两个版本有哪些不一样的地方？",
        "新华社公布的《意见》和正式版有什么出入？",
    ],
)
def test_the_differences_of_the_printings_are_counted_and_shown(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert "14处" in answer.text
    assert {c.document_id for c in answer.citations} == {OPINIONS, XINHUA}
    sides = Counter(c.document_id for c in answer.citations)
    assert sides[OPINIONS] == sides[XINHUA]


@pytest.mark.parametrize(
    "question",
    [
        "《意见》第四条在新华社版和正式文本里有什么不同？",
        "《意见》第四条两个版本有什么不一样？",
    ],
)
def test_the_difference_in_one_article_is_shown_alone(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert set(cited(answer)) == {f"{OPINIONS}#4", f"{XINHUA}#4"}
    assert "纪检机关" in answer.text
    assert "纪检监察机关" in answer.text


@pytest.mark.parametrize(
    ("question", "ours", "theirs"),
    [
        ("信访举报情况的分析研判，中央和北京的规定有什么区别？", 20, 24),
        ("纪委书记谈话提醒，《意见》和《若干措施》有何不同？", 14, 18),
        ("对照一下中央和北京关于插手干预重大事项记录制度的规定", 12, 16),
        ("述责述廉，北京比中央多了什么？", 7, 11),
    ],
)
def test_a_comparison_shows_the_article_of_each_side_on_the_same_matter(
    assistant: Assistant, question: str, ours: int, theirs: int
) -> None:
    assert cited(assistant.ask(question)) == [f"{OPINIONS}#{ours}", f"{MEASURES}#{theirs}"]


def test_a_comparison_of_frequencies_shows_both(assistant: Assistant) -> None:
    answer = assistant.ask("中央和北京在信访举报分析研判的频次上有什么不同？")
    sides = {c.document_id: c.quote for c in answer.citations if "分析研判" in c.quote}
    assert "定期" in quoted(answer)
    assert "每季度" in sides[MEASURES]


@pytest.mark.parametrize(
    "question", ["述责述廉报告要不要公开？", "北京对任职谈话有什么要求？", "《意见》第七条"]
)
def test_nothing_is_compared_that_was_not_asked_to_be(assistant: Assistant, question: str) -> None:
    documents_cited = {c.document_id for c in assistant.ask(question).citations}
    assert XINHUA not in documents_cited


def test_every_article_with_a_difference_is_the_same_article_elsewhere(
    documents: Documents,
) -> None:
    changed = {d.article.number for d in differences(documents[OPINIONS], documents[XINHUA])}
    for unit in documents[OPINIONS].numbered:
        other = article(documents[XINHUA], unit.number or 0)
        assert (unit.text != other.text) == (unit.number in changed)


@pytest.mark.parametrize(
    "question",
    [
        "两份文件对民主生活会走过场怎么说",
        "两级文件对民主生活会走过场各怎么处理",
        "中央怎么处理走过场的民主生活会、北京怎么处理？",
    ],
)
def test_both_are_quoted_where_both_are_asked_in_whatever_words(
    assistant: Assistant, question: str
) -> None:
    assert cited(assistant.ask(question)) == [f"{OPINIONS}#18", f"{MEASURES}#22"]


@pytest.mark.parametrize(
    ("question", "commentary"),
    [
        ("邹开红文章对中央和北京的述责述廉怎么说", ESSAY),
        ("采访里说北京怎么细化中央的述责述廉要求", INTERVIEW),
    ],
)
def test_a_commentary_that_is_named_is_asked_and_not_what_it_comments(
    assistant: Assistant, question: str, commentary: str
) -> None:
    assert {c.document_id for c in assistant.ask(question).citations} == {commentary}


def test_a_commentary_answers_what_names_two_documents_by_the_way(assistant: Assistant) -> None:
    answer = assistant.ask("北京把中央的二十五条拆成多少项任务？")
    assert {c.document_id for c in answer.citations} == {INTERVIEW}
    assert "46项任务" in quoted(answer)


def test_a_quoted_word_is_compared_and_not_listed_where_the_difference_is_asked(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("中央和北京在“述责述廉”上有什么区别？")
    assert cited(answer) == [f"{OPINIONS}#7", f"{MEASURES}#11"]
    assert "出现“" not in answer.text


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("中央和北京对述责述廉的要求有什么区别", True),
        ("把两份文件关于信访举报的规定对照一下", True),
        ("中央和北京都怎么要求任职谈话", False),
        ("述责述廉怎么做比较好", False),
    ],
)
def test_texts_are_set_against_each_other_only_by_words_that_say_so(
    reader: Reader, *, question: str, wanted: bool
) -> None:
    assert sets_against(reader.read(question)) is wanted


def test_the_two_that_a_question_asks_both_of_are_told(
    reader: Reader, documents: Documents
) -> None:
    both = compared(reader.read("两份文件对述责述廉怎么说"), documents)
    assert both is not None
    assert set(both) == {OPINIONS, MEASURES}
    assert compared(reader.read("《意见》对述责述廉怎么说"), documents) is None
    assert compared(reader.read("述责述廉报告要公开吗"), documents) is None
    assert compared(reader.read("《意见》的新华社版和正式文本有什么不同"), documents) is None


@pytest.mark.parametrize(
    "question",
    [
        "巡察组进点前先找组织部摸底，市里规定得比上头细吗",
        "述责述廉，原来的规定和现在北京的有什么变化",
        "意见和措施里都有的述责述廉，说法一样吗",
        "个人有关事项公开，国家层面怎么写、咱们市怎么写",
    ],
)
def test_the_text_above_is_meant_by_what_people_call_it(
    reader: Reader, documents: Documents, question: str
) -> None:
    assert set(compared(reader.read(question), documents) or ()) == {OPINIONS, MEASURES}


@pytest.mark.parametrize(
    "question",
    [
        "北京的措施要求上头派人来盯着民主生活会吗",
        "上级“一把手”在北京要做什么",
        "上面提到的谈话北京多久一次",
    ],
)
def test_superiors_are_no_text(reader: Reader, documents: Documents, question: str) -> None:
    assert compared(reader.read(question), documents) is None


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("对照中央第六条，北京的巡视巡察多了哪些要求？", [f"{OPINIONS}#6", f"{MEASURES}#9"]),
        ("北京第十三条和中央比多了什么？", [f"{OPINIONS}#8", f"{MEASURES}#13"]),
    ],
)
def test_an_article_by_its_number_is_set_against_its_like_in_the_other_text(
    assistant: Assistant, question: str, articles: list[str]
) -> None:
    assert cited(assistant.ask(question)) == articles


def test_the_name_of_a_place_says_which_text_and_is_not_looked_for_in_it(
    assistant: Assistant,
) -> None:
    # 北京 stands in article 2 only (看北京首先要从政治上看), which says nothing of decisions.
    answer = assistant.ask("执行民主集中制的监督，中央和北京分别怎么抓的")
    assert cited(answer) == [f"{OPINIONS}#5", f"{MEASURES}#8"]


def test_where_likeness_and_question_disagree_both_articles_of_a_side_are_quoted(
    assistant: Assistant,
) -> None:
    # 《若干措施》 (二十二) is like 《意见》 (十八), and (十三) has what is asked for.
    answer = assistant.ask("民主生活会什么时候得加开（专题/专门的），中央和北京列的情形对比一下")
    assert cited(answer)[0] == f"{OPINIONS}#18"
    assert set(cited(answer)) == {f"{OPINIONS}#18", f"{MEASURES}#22", f"{MEASURES}#13"}
    assert "出现重大决策失误" in answer.text


def test_that_one_rule_is_in_both_asks_for_no_list_of_what_is_put_in_marks(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("巡视巡察报告要把“一把手”情况单独列出，这一条是不是中央和北京都有？")
    assert set(cited(answer)) == {f"{OPINIONS}#6", f"{MEASURES}#9"}
