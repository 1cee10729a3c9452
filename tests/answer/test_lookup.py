from __future__ import annotations

import pytest

from assistant.answer.divisions import find_part
from assistant.answer.lookup import answer_whole, candidates, find_addressed
from assistant.domain import Answer, ParsedDocument, Turn
from assistant.pipeline import Assistant
from assistant.retrieve.addresses import Address
from assistant.retrieve.reading import Reader

from .samples import ESSAY, INTERVIEW, MEASURES, OPINIONS, XINHUA, article, cited, quoted

Documents = dict[str, ParsedDocument]


@pytest.mark.parametrize(
    "form",
    [
        "《{name}》第{number}条",
        "《{name}》第{number}条怎么规定的？",
        "请把《{name}》第{number}条的原文发我一下",
        "《{name}》第（{number}）条内容是什么",
    ],
)
@pytest.mark.parametrize(("name", "document_id"), [("意见", OPINIONS), ("若干措施", MEASURES)])
def test_every_article_is_given_whole_when_its_address_is_all_that_is_asked(
    assistant: Assistant, documents: Documents, form: str, name: str, document_id: str
) -> None:
    for unit in documents[document_id].numbered:
        answer = assistant.ask(form.format(name=name, number=unit.number))
        [citation] = answer.citations
        assert (citation.article_id, citation.quote) == (unit.id, unit.text)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("《措施》第二十条", 20),
        ("北京措施第20条", 20),
        ("《若干措施》（二十四）", 24),
        ("北京市若干措施第（七）条", 7),
        ("《措施》第８条", 8),
    ],
)
def test_an_address_is_found_however_it_is_written(
    assistant: Assistant, question: str, number: int
) -> None:
    assert cited(assistant.ask(question)) == [f"{MEASURES}#{number}"]


def test_a_question_about_an_article_is_answered_from_that_article_only(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("《若干措施》第二十四条要求多久分析一次信访举报？")
    assert cited(answer) == [f"{MEASURES}#24"]
    assert "每季度" in quoted(answer)
    assert len(quoted(answer)) < len(article(documents[MEASURES], 24).text)


def test_an_article_inserted_later_is_another_article(
    law_assistant: Assistant, law: ParsedDocument
) -> None:
    first = law_assistant.ask("《刑法》第一百三十三条")
    inserted = law_assistant.ask("《刑法》第一百三十三条之一")
    assert quoted(first) == article(law, 133).text
    assert quoted(inserted) == article(law, 133, 1).text


@pytest.mark.parametrize(("paragraph", "number"), [("一", 1), ("二", 2), ("三", 3)])
def test_a_paragraph_is_given_alone(
    law_assistant: Assistant, law: ParsedDocument, paragraph: str, number: int
) -> None:
    answer = law_assistant.ask(f"刑法第一百三十三条之一第{paragraph}款")
    assert quoted(answer) == article(law, 133, 1).paragraphs[number - 1].text


@pytest.mark.parametrize("question", ["刑法第一百三十三条之一第四款", "刑法第二百六十四条第二款"])
def test_a_paragraph_that_is_not_there_is_not_answered_with_the_article(
    law_assistant: Assistant, question: str
) -> None:
    answer = law_assistant.ask(question)
    assert answer.status == "refused" or "没有第" in answer.text


@pytest.mark.parametrize(
    ("question", "has", "last"),
    [
        ("《意见》第二十六条怎么规定", "共25条", "（二十五）"),
        ("《意见》第100条", "共25条", "（二十五）"),
        ("《若干措施》第二十九条的内容", "共28条", "（二十八）"),
        ("北京措施第五十条", "共28条", "（二十八）"),
    ],
)
def test_an_article_beyond_the_last_is_said_not_to_exist_and_how_many_there_are(
    assistant: Assistant, question: str, has: str, last: str
) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.reason) == ("refused", "no_such_article")
    assert has in answer.text
    assert last in answer.text
    assert answer.citations == ()


def test_an_inserted_article_that_is_not_there_is_named_so(law_assistant: Assistant) -> None:
    answer = law_assistant.ask("刑法第一百三十三条之九")
    assert answer.status == "refused"
    assert "第一百三十三条之九" in answer.text


def test_a_part_beyond_the_last_is_said_not_to_exist(assistant: Assistant) -> None:
    answer = assistant.ask("《意见》第六部分讲什么")
    assert answer.status == "refused"
    assert "5个部分" in answer.text
    assert "第六部分" in answer.text


@pytest.mark.parametrize("question", ["第五条怎么规定的？", "（五）怎么规定", "第 5 条原文"])
def test_a_number_that_several_documents_have_is_asked_back(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question)
    assert (answer.status, answer.citations) == ("clarify", ())
    assert sorted(o.article_id for o in answer.options) == [f"{MEASURES}#5", f"{OPINIONS}#5"]
    assert all(option.label in answer.text for option in answer.options)


def test_the_answer_to_that_is_understood(assistant: Assistant) -> None:
    asked = "第五条怎么规定的？"
    for option in assistant.ask(asked).options:
        assert cited(assistant.ask(option.label)) == [option.article_id]


def test_a_number_that_one_document_has_is_no_question(assistant: Assistant) -> None:
    answer = assistant.ask("第二十七条怎么规定的？")
    assert answer.status == "answered"
    assert cited(answer) == [f"{MEASURES}#27"]


def test_a_part_is_given_as_its_title_and_what_each_article_is_about(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("《意见》第三部分讲了什么？")
    headed = find_part(Address(3, part=True), documents[OPINIONS])
    assert headed is not None
    assert cited(answer) == [headed.id, *(f"{OPINIONS}#{n}" for n in range(8, 15))]
    assert "共7条" in answer.text
    assert "加强同级领导班子监督" in answer.text


@pytest.mark.parametrize(("part", "count"), [("一", 2), ("二", 9), ("三", 7), ("四", 8), ("五", 2)])
def test_the_articles_of_a_part_are_counted_in_the_text(
    assistant: Assistant, part: str, count: int
) -> None:
    answer = assistant.ask(f"《若干措施》第{part}部分主要内容")
    assert f"共{count}条" in answer.text
    assert sum(c.number is not None for c in answer.citations) == count


def test_an_essays_parts_are_counted_by_their_headings(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("邹开红文章第二部分讲了什么？")
    assert {c.document_id for c in answer.citations} == {ESSAY}
    assert "准确把握《意见》的核心要义" in answer.text
    part = find_part(Address(2, part=True), documents[ESSAY])
    assert part is not None
    assert part.title == "准确把握《意见》的核心要义"


def test_the_opening_of_a_document_is_given_when_asked_for(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("《意见》的引言讲了什么？")
    assert {c.document_id for c in answer.citations} == {OPINIONS}
    assert all(c.number is None for c in answer.citations)
    assert "现就加强对“一把手”和领导班子监督提出如下意见" in quoted(answer)


def test_a_reader_who_wants_the_words_gets_the_article_just_cited(
    assistant: Assistant, documents: Documents
) -> None:
    history: tuple[Turn, ...] = (
        ("user", "新任职的下级“一把手”要谈话吗？"),
        (
            "assistant",
            "《若干措施》（六）：实行上级“一把手”对下级新任职“一把手”任职谈话全覆盖。[1]",
        ),
    )
    answer = assistant.ask("原文发我看看", history=history)
    assert quoted(answer) == article(documents[MEASURES], 6).text


def test_an_article_of_the_other_printing_is_quoted_from_it(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("新华社版第四条")
    assert quoted(answer) == article(documents[XINHUA], 4).text


@pytest.mark.parametrize("question", ["新华社版的《意见》第四条", "新华社版《意见》第四条原文"])
def test_an_article_of_the_other_printing_is_quoted_from_it_with_the_title_too(
    assistant: Assistant, question: str
) -> None:
    assert cited(assistant.ask(question)) == [f"{XINHUA}#4"]


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("《意见》第三条和第四条的原文", [f"{OPINIONS}#3", f"{OPINIONS}#4"]),
        ("《意见》第三条和《措施》第三条", [f"{OPINIONS}#3", f"{MEASURES}#3"]),
        ("《意见》第五条和《措施》第八条有什么不同", [f"{OPINIONS}#5", f"{MEASURES}#8"]),
    ],
)
def test_each_of_several_addresses_is_answered(
    assistant: Assistant, question: str, articles: list[str]
) -> None:
    assert set(cited(assistant.ask(question))) == set(articles)


def test_an_article_given_with_its_part_is_the_article(
    assistant: Assistant, documents: Documents
) -> None:
    answer = assistant.ask("《意见》第三部分第八条")
    assert quoted(answer) == article(documents[OPINIONS], 8).text


def test_the_last_part_needs_no_number(assistant: Assistant) -> None:
    assert cited(assistant.ask("《意见》最后一部分讲什么")) == cited(
        assistant.ask("《意见》第五部分讲什么")
    )


def test_the_heading_above_an_article_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("《若干措施》第八条归在哪个部分？")
    assert "二、聚焦“关键少数”中的关键，加强对“一把手”的监督" in quoted(answer)


@pytest.mark.parametrize(("name", "document_id"), [("意见", OPINIONS), ("若干措施", MEASURES)])
def test_the_frame_of_a_document_is_its_headings(
    assistant: Assistant, documents: Documents, name: str, document_id: str
) -> None:
    answer = assistant.ask(f"《{name}》的整体框架是什么？")
    headings = [h for h in documents[document_id].headings if h.level == 1]
    assert cited(answer) == [heading.id for heading in headings]


def test_a_document_named_before_a_bare_number_is_not_asked_back(assistant: Assistant) -> None:
    assert cited(assistant.ask("意见12条怎么规定")) == [f"{OPINIONS}#12"]


def test_an_article_that_no_document_has_is_denied_for_all_of_them(assistant: Assistant) -> None:
    answer = assistant.ask("第三十条怎么规定的？")
    assert answer.status == "refused"
    assert "共25条" in answer.text
    assert "共28条" in answer.text


@pytest.mark.parametrize("name", ["党章", "民法典", "党内监督条例"])
def test_an_article_of_a_law_that_is_not_here_is_not_looked_up_in_others(
    assistant: Assistant, name: str
) -> None:
    answer = assistant.ask(f"{name}第三条怎么规定？")
    assert answer.status == "refused"
    assert "《意见》" not in answer.text


def test_the_opening_of_a_document_is_an_address_of_its_own(assistant: Assistant) -> None:
    answer = assistant.ask("《意见》引言")
    assert answer.status == "answered"


def test_without_a_document_the_numbered_ones_are_candidates_editions_left_out(
    reader: Reader, documents: Documents
) -> None:
    listed = list(documents.values())
    found = candidates(reader.read("第五条"), listed)
    assert {parsed.document.id for parsed in found} == {OPINIONS, MEASURES}
    found = candidates(reader.read("答记者问第二部分"), listed)
    assert [parsed.document.id for parsed in found] == [INTERVIEW]


def test_an_address_finds_exactly_one_article_or_none(law: ParsedDocument) -> None:
    assert find_addressed(Address(133), law) == (article(law, 133),)
    assert find_addressed(Address(133, suffix=1), law) == (article(law, 133, 1),)
    assert find_addressed(Address(133, suffix=2), law) == ()
    assert find_addressed(Address(1), law) == ()


def test_a_chapter_is_found_by_its_printed_number(law: ParsedDocument) -> None:
    found = find_addressed(Address(2, part=True), law)
    assert [a.number for a in found] == [263, 264]
    assert find_part(Address(3, part=True), law) is None


def test_nothing_addressed_is_no_answer(documents: Documents) -> None:
    assert answer_whole((), None, documents) is None


def test_a_whole_text_is_verbatim_to_the_last_character(
    documents: Documents, law: ParsedDocument
) -> None:
    held: Answer | None = answer_whole(law.numbered, None, {law.document.id: law})
    assert held is not None
    assert [c.quote for c in held.citations] == [a.text for a in law.numbered]


def test_the_part_that_a_range_of_articles_stands_in_is_named(assistant: Assistant) -> None:
    answer = assistant.ask("《若干措施》（三）到（十一）归在哪个标题下面？")
    assert "聚焦“关键少数”中的关键，加强对“一把手”的监督" in answer.text


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("《若干措施》（七）备案的那份责任清单，备到哪个部门？", 7),
        ("《若干措施》（二十一）说的“配偶、子女及其配偶”，前配偶算不算", 21),
    ],
)
def test_an_article_given_by_its_number_may_not_answer(
    assistant: Assistant, question: str, number: int
) -> None:
    answer = assistant.ask(question)
    assert answer.status == "refused"
    assert answer.related[0].number == number
