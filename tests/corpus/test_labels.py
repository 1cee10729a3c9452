from __future__ import annotations

import pytest

from assistant.corpus.labels import article_label, document_label
from assistant.corpus.load import load_corpus
from assistant.domain import DocumentKind

from .samples import CORPUS, article, parse

SHIPPED = load_corpus(CORPUS)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("opinions-2021#5", "《意见》（五）"),
        ("opinions-2021#25", "《意见》（二十五）"),
        ("opinions-2021#p2", "《意见》引言第2段"),
        ("opinions-2021#p3", "《意见》第一部分第1段"),
        ("opinions-2021-xinhua#5", "《意见（新华社版）》（五）"),
        ("beijing-measures-2021#24", "《若干措施》（二十四）"),
        ("zou-essay-2021#p3", "邹开红文章“深刻认识制定《意见》的重要意义”第1段"),
        ("beijing-qa-2021#q3", "北京市纪委监委答记者问第三问"),
    ],
)
def test_a_place_in_the_shipped_materials_is_called_as_people_call_it(
    name: str, label: str
) -> None:
    parsed = SHIPPED.find(name.partition("#")[0])
    assert parsed is not None
    found = next((a for a in parsed.articles if a.id == name), None)
    assert found is not None
    assert article_label(parsed.document, found) == label


def test_no_two_places_of_a_document_have_one_label() -> None:
    for parsed in SHIPPED.documents:
        labels = [article_label(parsed.document, a) for a in parsed.articles]
        assert len(set(labels)) == len(labels)


def test_only_normative_texts_stand_in_title_marks() -> None:
    assert document_label(parse("一。").document) == "《办公用房管理办法》"
    assert document_label(parse("一。", kind=DocumentKind.ESSAY).document) == "办公用房管理办法"


def test_an_inserted_article_is_cited_with_its_suffix() -> None:
    parsed = parse("第一条 一。\n第一条之一 插。\n第二条 二。\n")
    label = article_label(parsed.document, article(parsed, "1-1"))
    assert label == "《办公用房管理办法》第一条之一"


def test_articles_numbered_anew_are_cited_under_all_their_headings() -> None:
    parsed = parse(
        "第一章 总则\n一、要求\n（一）甲。\n（二）乙。\n"
        "第二章 分则\n一、任务\n（一）丙。\n（二）丁。\n"
    )
    label = article_label(parsed.document, article(parsed, "2.1.1"))
    assert label == "《办公用房管理办法》第二章一、（一）"


def test_a_paragraph_under_a_chapter_is_cited_by_the_chapter() -> None:
    parsed = parse("第一章 总则\n本章说明用语。\n第一条 一。\n第二条 二。\n")
    label = article_label(parsed.document, article(parsed, "p1"))
    assert label == "《办公用房管理办法》第一章第1段"
