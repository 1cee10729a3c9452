"""Lists in regulations: what announces them says nothing without its items, nor they without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answer.compose import Statement
from assistant.answer.extract import USUAL, extent_of, quote_article
from assistant.corpus.load import load_corpus
from assistant.domain import ParsedDocument
from assistant.index.build import IndexedSentence

from .samples import article, hit

Documents = dict[str, ParsedDocument]
CORPUS = Path(__file__).parents[2] / "evals" / "others" / "corpus"
SANCTIONS = "civil-servant-sanctions-2007"
DECISIONS = "decision-procedure-2019"
AFFAIRS = "office-affairs-2012"


@pytest.fixture(scope="module")
def documents() -> Documents:
    return {parsed.document.id: parsed for parsed in load_corpus(CORPUS).documents}


def text_of(statement: Statement, documents: Documents) -> str:
    text = documents[statement.article.document_id].document.text
    return "".join(text[start:end] for start, end in statement.spans)


def test_what_announces_a_list_is_quoted_with_all_of_it(documents: Documents) -> None:
    unit = article(documents[SANCTIONS], 12)
    found = hit(unit, {"应当从重处分": 6.0})
    quoted = text_of(quote_article(found, (), documents), documents)
    assert quoted.startswith("有下列情形之一的，应当从重处分：")
    assert "(二)隐匿、伪造、销毁证据的；" in quoted
    assert quoted.endswith("(五)法律、法规、规章规定的其他从重情节。")


def test_one_item_comes_with_what_it_hangs_from(documents: Documents) -> None:
    unit = article(documents[SANCTIONS], 7)
    found = hit(unit, {"记大过，18个月": 6.0, "受处分的期间": 1.0})
    quoted = text_of(quote_article(found, (), documents), documents)
    assert quoted == "行政机关公务员受处分的期间为：(三)记大过，18个月；"


@pytest.mark.parametrize(
    "question",
    [
        "提交讨论决策草案要报送哪些材料？",
        "报送决策草案包括什么材料",
        "决策草案报送什么材料？",
    ],
)
def test_who_asks_for_a_list_gets_all_of_it(documents: Documents, question: str) -> None:
    unit = article(documents[DECISIONS], 29)
    found = hit(unit, {"需要报送的其他材料": 6.0})
    quoted = text_of(quote_article(found, (), documents, extent=extent_of(question)), documents)
    assert "合法性审查意见" in quoted
    assert quoted.count("；") == 5


def test_a_paragraph_behind_the_list_is_not_taken_for_a_part_of_it(documents: Documents) -> None:
    unit = article(documents[SANCTIONS], 29)
    found = hit(unit, {"给予警告、记过或者记大过处分": 6.0})
    quoted = text_of(quote_article(found, (), documents, extent=USUAL), documents)
    assert "(四)严重违反社会公德的行为。" in quoted
    assert "有前款第(三)项行为的" not in quoted


def test_an_announcement_is_never_added_alone(documents: Documents) -> None:
    unit = article(documents[DECISIONS], 36)
    found = hit(unit, {"评估结果应当作为": 6.0, "有下列情形之一的": 5.9})
    quoted = text_of(quote_article(found, (), documents, extent=USUAL), documents)
    assert "有下列情形之一的" not in quoted


def test_an_item_is_searched_with_what_it_hangs_from_and_quoted_without(
    documents: Documents,
) -> None:
    unit = article(documents[SANCTIONS], 7)
    item = next(s for s in unit.sentences if "18个月" in s.text)
    stem = unit.stem_of(item)
    assert stem is not None
    entry = IndexedSentence(item, unit, documents[SANCTIONS].document, stem=stem.text)
    assert entry.search_text == "行政机关公务员受处分的期间为：(三)记大过，18个月；"
    assert unit.stem_of(stem) is None


def test_only_a_paragraph_with_items_has_a_stem(documents: Documents) -> None:
    plain = article(documents[AFFAIRS], 28).paragraphs[0]
    listing = article(documents[AFFAIRS], 32).paragraphs[0]
    assert plain.stem is None
    assert listing.stem == listing.sentences[0]
