from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.answer.enumerate_ import WHOLE_SENTENCE
from assistant.domain import Answer, ParsedDocument
from assistant.pipeline import Assistant
from assistant.text import fold

from .samples import MEASURES, OPINIONS

Documents = dict[str, ParsedDocument]
PHRASES = ("民主生活会", "述责述廉", "每季度", "约谈", "诫勉", "信访举报", "组织部门", "三重一大")


def holding(documents: Documents, document_id: str, phrase: str) -> set[str]:
    """Return the ids of the articles that hold a phrase, counted here by reading them."""
    articles = documents[document_id].articles
    return {a.id for a in articles if fold(phrase) in fold(a.text)}


def check_list(answer: Answer, expected: set[str], phrase: str) -> None:
    assert answer.status == "answered"
    assert {c.article_id for c in answer.citations} == expected
    assert all(fold(phrase) in fold(c.quote) for c in answer.citations)
    assert f"“{phrase}”" in answer.text


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize(("name", "document_id"), [("意见", OPINIONS), ("若干措施", MEASURES)])
def test_every_article_that_holds_the_phrase_is_listed_and_counted(
    assistant: Assistant, documents: Documents, phrase: str, name: str, document_id: str
) -> None:
    expected = holding(documents, document_id, phrase)
    answer = assistant.ask(f"《{name}》里哪几条提到“{phrase}”？")
    if expected:
        check_list(answer, expected, phrase)
        times = sum(
            fold(a.text).count(fold(phrase))
            for a in documents[document_id].articles
            if a.id in expected
        )
        opening = f"出现“{phrase}”的：《{name}》{len(expected)}条（段），共{times}处。"
        assert answer.text.splitlines()[0] == opening
    else:
        assert f"出现“{phrase}”" not in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "哪些条文涉及“约谈”？",
        "把出现“约谈”的条目都列出来",
        "有多少条提到“约谈”",
        "凡是写明“约谈”的都在哪些条？",
    ],
)
def test_without_a_document_every_normative_text_is_searched_but_no_second_printing(
    assistant: Assistant, documents: Documents, question: str
) -> None:
    expected = holding(documents, OPINIONS, "约谈") | holding(documents, MEASURES, "约谈")
    check_list(assistant.ask(question), expected, "约谈")


def test_the_phrase_needs_no_quotation_marks(assistant: Assistant, documents: Documents) -> None:
    expected = holding(documents, MEASURES, "述责述廉")
    check_list(assistant.ask("《若干措施》有哪几条涉及述责述廉？"), expected, "述责述廉")


def test_width_and_script_of_the_phrase_do_not_matter(
    assistant: Assistant, documents: Documents
) -> None:
    expected = holding(documents, MEASURES, "述责述廉")
    check_list(assistant.ask("《若干措施》哪幾條提到「述責述廉」？"), expected, "述责述廉")


def test_a_phrase_that_is_nowhere_is_not_listed(assistant: Assistant) -> None:
    answer = assistant.ask("《意见》哪几条提到“罚款”？")
    assert "“罚款”的" not in answer.text
    assert all("罚款" not in c.quote for c in answer.citations)


def test_an_excerpt_is_a_sentence_or_a_part_of_one(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("《意见》哪几条提到“一把手”？")
    for citation in answer.citations:
        unit = next(a for a in documents[OPINIONS].articles if a.id == citation.article_id)
        assert any(citation.quote in sentence.text for sentence in unit.sentences)


@pytest.mark.parametrize(
    "question",
    [
        "第几条讲述责述廉",
        "述责述廉是哪一条规定的",
        "还有哪几条",
        "北京要求全面监督下级“一把手”，可以用的方式都有哪些？",
    ],
)
def test_a_question_for_one_article_asks_for_no_list(assistant: Assistant, question: str) -> None:
    assert "出现“" not in assistant.ask(question).text


def test_a_phrase_behind_a_verb_is_read_as_typed(
    assistant: Assistant, documents: Documents
) -> None:
    expected = holding(documents, OPINIONS, "民主生活会") | holding(
        documents, MEASURES, "民主生活会"
    )
    check_list(assistant.ask("哪些条提到民主生活会"), expected, "民主生活会")


@pytest.mark.parametrize(
    "question",
    [
        "列出所有提到信访举报的条文",
        "请列出涉及信访举报的全部条款",
    ],
)
def test_a_list_may_be_asked_for_with_the_verb_first(
    assistant: Assistant, documents: Documents, question: str
) -> None:
    expected = holding(documents, OPINIONS, "信访举报") | holding(documents, MEASURES, "信访举报")
    check_list(assistant.ask(question), expected, "信访举报")


def test_of_a_term_that_is_nowhere_whole_the_end_is_listed_that_most_articles_share(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("关于领导干部个人有关事项，《意见》在哪些条里说到？")
    expected = holding(documents, OPINIONS, "个人有关事项")
    assert len(expected) > 1
    check_list(answer, expected, "个人有关事项")


@pytest.mark.parametrize(
    "question",
    [
        "北京抓对一把手和领导班子的政治监督，要强化的各个方面请一条不漏列出来",
        "北京在推进对下级班子监督工作规范化那一条里，一共部署了哪些动作？",
        "中央《意见》“二、加强对‘一把手’的监督”这一块，全部条文给我看",
    ],
)
def test_a_list_inside_one_article_or_part_is_no_list_of_articles(
    assistant: Assistant, question: str
) -> None:
    assert "出现“" not in assistant.ask(question).text


@pytest.mark.parametrize("words", ["加强对", "和领导班子", "对下级", "以及对"])
def test_words_that_join_others_are_never_listed_as_a_term(
    assistant: Assistant, words: str
) -> None:
    assert f"出现“{words}”" not in assistant.ask(f"《意见》有哪几条提到{words}").text


def test_of_few_articles_every_place_that_holds_the_phrase_is_quoted(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("《意见》里和信访举报有关的条款，麻烦全部列一下")
    check_list(answer, holding(documents, OPINIONS, "信访举报"), "信访举报")
    held = sum(fold(c.quote).count("信访举报") for c in answer.citations)
    assert f"共{held}处" in answer.text


def test_a_term_whose_matter_is_left_over_behind_it_is_not_listed(assistant: Assistant) -> None:
    answer = assistant.ask("哪些条文提到领导班子成员之间互相监督")
    assert "出现“领导班子成员" not in answer.text


def test_what_a_commentary_counts_is_not_counted_anew(assistant: Assistant) -> None:
    answer = assistant.ask("按记者的说法《措施》里一把手出现几次")
    assert "共出现了30次" in answer.text


def holding_numbered(documents: Documents, document_id: str, words: Sequence[str]) -> set[str]:
    """Return the ids of the numbered articles that have one of the words, counted here."""
    articles = documents[document_id].numbered
    return {a.id for a in articles if any(fold(word) in fold(a.text) for word in words)}


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("要建立哪些清单？", "清单"),
        ("北京要搞哪几种清单？", "清单"),
        ("有哪几种审计", "审计"),
    ],
)
def test_of_a_kind_that_is_asked_after_every_article_that_has_it_is_listed(
    assistant: Assistant, documents: Documents, question: str, word: str
) -> None:
    where = (MEASURES,) if "北京" in question else (OPINIONS, MEASURES)
    expected = set().union(*(holding_numbered(documents, one, [word]) for one in where))
    answer = assistant.ask(question)
    check_list(answer, expected, word)
    held = (holding_numbered(documents, one, [word]) for one in where)
    counts = [f"{len(articles)}条" for articles in held if articles]
    assert all(count in answer.text.splitlines()[0] for count in counts)


def test_of_several_words_in_quotation_marks_each_is_looked_for(
    assistant: Assistant, documents: Documents
) -> None:
    words = ("清单", "审计")
    answer = assistant.ask("有哪些“清单”和“审计”")
    expected = holding_numbered(documents, OPINIONS, words) | holding_numbered(
        documents, MEASURES, words
    )
    assert {c.article_id for c in answer.citations} == expected
    assert all(any(word in c.quote for word in words) for c in answer.citations)
    assert answer.text.startswith("出现“清单”、“审计”的：")


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("要有哪些红烧排骨？", id="nowhere"),
        pytest.param("提到哪些条例？", id="in hardly any article"),
        pytest.param("要建哪些机制？", id="in most articles"),
        pytest.param("要采取哪些措施？", id="a word for anything"),
        pytest.param("“审计”由谁来做？", id="only one thing is asked"),
        pytest.param("“清单”是什么意思？", id="only its meaning is asked"),
        pytest.param("哪些领导干部家属经商办企业的情形要建立负面清单？", id="more is asked"),
    ],
)
def test_no_list_is_drawn_up_by_a_word(assistant: Assistant, question: str) -> None:
    assert not assistant.ask(question).text.startswith("出现“")


def test_of_a_long_sentence_the_part_that_has_the_word_is_quoted(assistant: Assistant) -> None:
    answer = assistant.ask("要建立哪些清单？")
    assert all(len(c.quote) <= WHOLE_SENTENCE for c in answer.citations if c.quote[-1] not in "。")
    assert all("清单" in c.quote for c in answer.citations)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("关于用大数据、信息化搞监督，两个文件有没有说法，分别在哪", ("用大数据", "信息化")),
        ("北京措施要求报备、备案、记录、存档的事项都有什么", ("报备", "备案", "记录", "存档")),
        ("哪些情形要“提醒”、批评教育或者诫勉？", ("提醒", "批评教育", "诫勉")),
        ("北京有哪些事项要报备或者备案？", ("报备", "备案")),
    ],
)
def test_of_words_any_of_which_may_be_said_all_are_looked_for(
    assistant: Assistant, documents: Documents, question: str, words: tuple[str, ...]
) -> None:
    where = (MEASURES,) if "北京" in question else (OPINIONS, MEASURES)
    expected = set().union(*(holding_numbered(documents, one, words) for one in where))
    answer = assistant.ask(question)
    assert {c.article_id for c in answer.citations} == expected
    assert answer.text.startswith("出现" + "、".join(f"“{word}”" for word in words))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("干部出现哪些情形会被追责？不担当、不报告这些", id="only for instance"),
        pytest.param("纪检机关、组织部门要做哪些事？", id="whose deeds are listed"),
        pytest.param("《意见》对中央一级的领导同志有要求的所有条款请列出", id="who is meant"),
        pytest.param("北京盯民主生活会，会前、会中、会后分别要严格审核什么？", id="more is asked"),
    ],
)
def test_not_all_that_a_question_lists_is_looked_for(assistant: Assistant, question: str) -> None:
    assert not assistant.ask(question).text.startswith("出现“")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param(
            "审计局来函。麻烦把中央《意见》和北京《若干措施》凡是涉及审计的规定找全。",
            {(OPINIONS, 5), (OPINIONS, 19), (OPINIONS, 23), (MEASURES, 13), (MEASURES, 20)},
            id="all that concerns a matter",
        ),
        pytest.param(
            "凡是涉及审计的规定都找出来",
            {(OPINIONS, 5), (OPINIONS, 19), (OPINIONS, 23), (MEASURES, 13), (MEASURES, 20)},
            id="all that concerns a matter, in few words",
        ),
        pytest.param(
            "个人有关事项（报告、公开、说明、抽查）在两份文件中的全部规定",
            {(OPINIONS, 8), (OPINIONS, 16), (MEASURES, 13), (MEASURES, 20)},
            id="all rules on a matter",
        ),
        pytest.param(
            "纪委要出“专题报告”的有哪几种情况？中央的、北京的都要",
            {(OPINIONS, 13), (MEASURES, 17), (MEASURES, 24)},
            id="a rare term in quotation marks, whoever does it",
        ),
        pytest.param(
            "关于领导干部的老婆孩子、亲戚，中央和市里两边都有哪几条管着",
            {(OPINIONS, 12), (OPINIONS, 17), (MEASURES, 16), (MEASURES, 21)},
            id="everyday words for several",
        ),
        pytest.param(
            "北京那份措施的正文各条里，哪几条写到怎么落实中央《意见》本身？",
            {(MEASURES, 1), (MEASURES, 20), (MEASURES, 27), (MEASURES, 28)},
            id="another text by its name",
        ),
        pytest.param(
            "中央《意见》讲同级班子监督的那一部分，有哪几条提到约谈？",
            {(OPINIONS, 8), (OPINIONS, 11)},
            id="within a part",
        ),
    ],
)
def test_all_articles_on_a_matter_are_listed(
    assistant: Assistant, question: str, expected: set[tuple[str, int]]
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    numbered = {f"{document_id}#{number}" for document_id, number in expected}
    assert {c.article_id for c in answer.citations if "#p" not in c.article_id} == numbered


def test_a_list_is_not_drawn_up_by_what_is_only_mentioned(assistant: Assistant) -> None:
    """几条毛病 counts faults, not articles."""
    answer = assistant.ask("北京的单位，一把手述责述廉时被评议出几条毛病，改的情况报到哪里？")
    assert not answer.text.startswith("出现“")
    assert f"{MEASURES}#11" in {c.article_id for c in answer.citations}


def test_the_other_texts_that_articles_cite_are_listed(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("《若干措施》里点到了哪些党内法规？")
    assert answer.text.startswith("条文中点到的其他文件共3个：《中国共产党重大事项请示报告条例》")
    assert {c.article_id for c in answer.citations} == {f"{MEASURES}#{n}" for n in (4, 7, 15, 17)}
    assert all("《" in c.quote for c in answer.citations)
    assert "《意见》" not in answer.text.splitlines()[0]


def test_a_text_that_cites_no_other_has_no_such_list(assistant: Assistant) -> None:
    answer = assistant.ask("邹开红的文章援引了哪些法律？")
    assert not answer.text.startswith("条文中点到的")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("末位表态写在哪一条", {(MEASURES, 14)}),
        ("请问哪一条规定了末位表态", {(MEASURES, 14)}),
        ("《意见》里党员民主监督在第几条", {(OPINIONS, 22)}),
    ],
)
def test_where_a_text_says_something_is_told_however_little_is_asked(
    assistant: Assistant, question: str, expected: set[tuple[str, int]]
) -> None:
    answer = assistant.ask(question)
    assert {(c.document_id, c.number) for c in answer.citations} == expected


def test_how_often_a_word_stands_everywhere_is_counted_all_the_same(assistant: Assistant) -> None:
    answer = assistant.ask("《若干措施》提到“应当”的有多少处")
    assert answer.text.startswith("出现“应当”的：《若干措施》")
