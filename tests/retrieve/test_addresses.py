from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.numerals import format_numeral
from assistant.corpus.parse import parse_document
from assistant.domain import Document
from assistant.retrieve.addresses import LAST, MIDDLE, Address, read_addresses
from assistant.retrieve.reading import Reader


def shape(address: Address) -> tuple[int, int, bool, int | None]:
    """Return number, suffix, whether a part is meant, and 款."""
    return (address.number, address.suffix, address.part, address.paragraph)


def read(question: str) -> list[tuple[int, int, bool, int | None]]:
    return [shape(address) for address in read_addresses(question)]


def article(number: int, *, suffix: int = 0, paragraph: int | None = None) -> tuple[object, ...]:
    return (number, suffix, False, paragraph)


def part(number: int) -> tuple[object, ...]:
    return (number, 0, True, None)


@pytest.mark.parametrize(
    ("question", "address"),
    [
        ("《措施》第二十条", article(20)),
        ("意见第12条怎么说", article(12)),
        ("意见12条", article(12)),
        ("《意见》12条", article(12)),
        ("第（七）条", article(7)),
        ("第(七)条", article(7)),
        ("第（七）", article(7)),
        ("《措施》（二十四）", article(24)),
        ("(五)怎么规定", article(5)),
        ("第 20 条原文", article(20)),
        ("第十条之一", article(10, suffix=1)),
        ("第一百三十三条之一", article(133, suffix=1)),
        ("第十条第二款", article(10, paragraph=2)),
        ("第十条之一第二款", article(10, suffix=1, paragraph=2)),
        ("第一千零四十二条", article(1042)),
        ("第1042条", article(1042)),
        ("Article 5 of the Opinions", article(5)),
        ("第二部分讲什么", part(2)),
        ("第一部分", part(1)),
        ("第三章", part(3)),
        ("第二编", part(2)),
        ("第四节", part(4)),
    ],
)
def test_every_way_to_write_an_address_is_read(question: str, address: tuple[object, ...]) -> None:
    assert read(question) == [address]


@pytest.mark.parametrize(
    "question",
    [
        "是哪一条",
        "第几条写的",
        "一共多少条",
        "《意见》共25条",
        "25条规定细化为46项任务",
        "有哪几条措施",
        "党委（党组）怎么做",
        "十九届五中全会",
        "第二个百年奋斗目标",
        "第三次全会",
        "有条件的地方",
        "条例第几章",
        "",
    ],
)
def test_what_gives_no_number_of_an_article_is_no_address(question: str) -> None:
    assert read(question) == []


def test_several_addresses_are_read_in_order_as_often_as_they_stand() -> None:
    question = "第六条和第五条有什么区别，第六条严吗，第二部分呢"
    assert read(question) == [article(6), article(5), article(6), part(2)]


def test_each_address_belongs_to_the_document_named_last_before_it(reader: Reader) -> None:
    addresses = reader.read("《意见》第三条和第四条，《若干措施》第三条").addresses
    assert [(a.document, a.number) for a in addresses] == [
        ("opinions-2021", 3),
        ("opinions-2021", 4),
        ("beijing-measures-2021", 3),
    ]


def test_the_place_in_the_clause_of_an_address_goes_before_one_named_earlier(
    reader: Reader,
) -> None:
    [address] = reader.read("北京还加了什么措施？和中央第二十一条比一下").addresses
    assert (address.document, address.number) == ("opinions-2021", 21)


def test_an_address_before_any_name_belongs_to_no_document(reader: Reader) -> None:
    [address] = reader.read("第三条怎么规定").addresses
    assert address.document == ""


def test_an_article_and_the_one_inserted_behind_it_are_two() -> None:
    assert read("第十条和第十条之一") == [article(10), article(10, suffix=1)]


@pytest.mark.parametrize("question", ["第三条第（二）项", "第三条第一款第（二）项"])
def test_the_number_of_an_item_is_no_article(question: str) -> None:
    assert [a.number for a in read_addresses(question)] == [3]


def test_blanks_inside_a_numeral_do_not_matter() -> None:
    assert read("第 十 二 条") == [article(12)]


@given(st.integers(1, 9999))
def test_every_number_is_read_in_chinese_and_in_digits(number: int) -> None:
    assert read(f"《办法》第{format_numeral(number)}条") == [article(number)]
    assert read(f"《办法》第{number}条第二款") == [article(number, paragraph=2)]


@given(st.text(alphabet="第一二十百（）()条款之部分章《》见12 0零〇两项", max_size=20))
def test_a_span_covers_what_was_read_as_an_address(question: str) -> None:
    for address in read_addresses(question):
        start, end = address.span
        assert 0 <= start < end <= len(question)
        assert address.number > 0
        # Alone it says the same, or needs the 《…》 or word before it to be an address at all.
        assert read(question[start:end]) in ([shape(address)], [])


def test_a_number_inside_a_documents_own_title_is_no_address() -> None:
    title = "最高人民法院关于〈中华人民共和国公司法〉第八十八条第一款不溯及适用的批复"
    reply = Document(
        id="reply-2024",
        title=title,
        short_title="批复",
        text=f"# {title}\n\n一、该款规定仅适用于2024年7月1日之后发生的转让行为。\n",
    )
    reader = Reader([parse_document(reply)])
    assert reader.read(f"《{title}》是什么时候印发的").addresses == ()
    [address] = reader.read(f"《{title}》第一条怎么说").addresses
    assert address.number == 1


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("最后一部分的原文", LAST),
        ("文章最后那一节", LAST),
        ("中间那一节的小标题", MIDDLE),
        ("中间部分讲什么", MIDDLE),
        ("开头那一部分", 1),
        ("倒数第二部分", -2),
        ("第三大块的标题是", 3),
        ("第1部分原文", 1),
    ],
)
def test_a_part_may_be_named_by_its_place(question: str, number: int) -> None:
    assert read(question) == [part(number)]


@pytest.mark.parametrize("question", ["中间环节怎么管", "最后一条", "首部分析报告", "中间节点"])
def test_what_only_looks_like_a_part_is_none(question: str) -> None:
    assert read(question) == []


def test_a_section_of_a_chapter_is_one_address() -> None:
    [section] = read_addresses("食品安全法第四章第二节的条文")
    assert (section.number, section.unit) == (2, "节")
    assert section.above is not None
    assert (section.above.number, section.above.unit) == (4, "章")
    assert [a.number for a in read_addresses("第四章和第五章")] == [4, 5]


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("第二、三部分主要讲什么", [2, 3]),
        ("第一部分和第五部分的全文", [1, 5]),
        ("第三、四和五章", [3, 4, 5]),
    ],
)
def test_several_parts_are_each_an_address_of_its_own(question: str, numbers: list[int]) -> None:
    addresses = read_addresses(question)
    assert [a.number for a in addresses] == numbers
    assert all(a.part for a in addresses)
    assert len({a.span for a in addresses}) == len(numbers)
