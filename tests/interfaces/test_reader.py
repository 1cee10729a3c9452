"""The reader's fragments over HTTP, and the functions that make them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes import OPINIONS, FakeAssistant

from assistant.corpus.parse import parse_document
from assistant.domain import ParsedDocument
from assistant.interfaces.reader import find_place, partners, printings, reading_link, unit_of
from assistant.interfaces.reader_compare import split_shared
from assistant.interfaces.reader_search import Finder
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.text import fold

from .regulations import ALL, MEASURES, NEWSPAPER
from .serving import serving, wait_until_ready


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(lambda: FakeAssistant(ALL)) as address:
        wait_until_ready(address)
        yield address


def read(address: str, view: str, **parameters: str | int) -> str:
    response = httpx.get(f"{address}/reader/{view}", params=parameters)
    response.raise_for_status()
    return response.text


def test_a_quotation_is_marked_in_the_article_that_holds_it(address: str) -> None:
    sentence = OPINIONS.numbered[2].sentences[-1]
    html = read(address, "article", doc="opinions-2021", start=sentence.start, end=sentence.end)
    assert f"<mark>{sentence.text}</mark>" in html
    assert 'rel="prev" href="?doc=opinions-2021&amp;article=2"' in html
    assert 'rel="next" href="?doc=opinions-2021&amp;article=4"' in html


def test_a_heading_that_is_cited_shows_what_stands_under_it(address: str) -> None:
    heading = MEASURES.headings[-1]
    html = read(
        address, "article", doc="beijing-measures-2021", start=heading.start, end=heading.end
    )
    assert "<mark>二、加强对“一把手”的监督</mark>" in html
    assert "（四）加强对" in html
    assert "（一）" not in html


@pytest.mark.parametrize("unit", ["3", "（三）", "(三)"])
def test_an_article_is_found_by_its_number_however_it_is_written(unit: str) -> None:
    place = find_place(ALL, "beijing-measures-2021", unit)
    assert place is not None
    assert place.article.number == 3


def test_every_article_is_found_under_the_link_that_leads_to_it(
    documents: dict[str, ParsedDocument],
) -> None:
    parsed = list(documents.values())
    for document in parsed:
        for article in document.articles:
            place = find_place(parsed, document.document.id, unit_of(article.id))
            assert place is not None
            assert place.article == article


def test_a_link_says_where_and_what() -> None:
    assert reading_link("a-1", "10-1") == "?doc=a-1&article=10-1"
    assert reading_link("a-1", start=5, end=8) == "?doc=a-1&start=5&end=8"


def test_partners_are_found_from_both_sides_and_from_another_printing() -> None:
    def ids(document_id: str) -> list[str]:
        return [parsed.document.id for parsed in partners(ALL, document_id)]

    assert ids("opinions-2021") == ["beijing-measures-2021"]
    assert ids("beijing-measures-2021") == ["opinions-2021"]
    assert ids("opinions-2021-xinhua") == ["beijing-measures-2021"]
    assert printings(ALL, "opinions-2021-xinhua") == [OPINIONS, NEWSPAPER]
    assert printings(ALL, "beijing-measures-2021") == []


@pytest.mark.parametrize(
    ("view", "parameters"),
    [
        ("article", {"doc": "opinions-2021", "article": "99"}),
        ("article", {"doc": "no-such", "article": "1"}),
        ("document", {"doc": "no-such"}),
        ("compare", {"doc": "no-such"}),
        ("editions", {"doc": "beijing-measures-2021"}),
    ],
)
def test_what_is_not_there_is_a_404_in_chinese(
    address: str, view: str, parameters: dict[str, str]
) -> None:
    response = httpx.get(f"{address}/reader/{view}", params=parameters)
    assert response.status_code == 404
    assert list(response.json()) == ["error"]


def test_a_script_in_a_document_reaches_the_reader_as_text() -> None:
    evil = "<script>alert(1)</script>"
    document = replace(
        MEASURES.document,
        title=evil,
        short_title=evil,
        issuer=evil,
        source=evil,
        text=f"（一）{evil}第一“{evil}”每季度。\n\n（二）第二。\n",
    )
    documents = [OPINIONS, parse_document(document)]
    with serving(lambda: FakeAssistant(documents)) as address:
        wait_until_ready(address)
        pages = [
            read(address, "contents"),
            read(address, "article", doc=document.id, article="1", start=3, end=20),
            read(address, "document", doc=document.id, article=evil),
            read(address, "search", words=f"{evil} 季度"),
            read(address, "search", words=evil[:9]),
            read(address, "compare", doc=document.id),
            read(address, "compare", doc="opinions-2021", article="1"),
        ]
    for html in pages:
        assert "<script" not in html
        assert "&lt;script&gt;" in html or "&lt;script" in html


def test_every_word_looked_for_has_to_be_there() -> None:
    finder = Finder(ALL)
    assert [f.article.number for f in finder.find("任职谈话 全覆盖")] == [3]
    assert finder.find("任职谈话 股票") == []
    assert finder.find(" ") == []
    assert {f.document.id for f in finder.find("诫勉", document_id="opinions-2021")} == {
        "opinions-2021"
    }


@given(
    st.text(alphabet="党委“”一 \n把手。诫勉", max_size=30),
    st.text(alphabet='党委"一把', max_size=4),
)
def test_what_is_marked_as_found_folds_to_what_was_looked_for(text: str, word: str) -> None:
    document = replace(OPINIONS.document, text=f"（一）甲。{text}乙。\n")
    for finding in Finder([parse_document(document)]).find(word):
        for start, end in finding.spans:
            assert fold(finding.article.text[start:end]).count(fold(word)) >= 1


@given(
    st.text(alphabet="每季度年两次谈话应当 \n，。", max_size=40),
    st.text(alphabet="每季年次谈话", max_size=40),
)
def test_the_pieces_of_two_texts_join_to_them_exactly(one: str, other: str) -> None:
    ours, theirs = split_shared(one, other, least=2)
    assert "".join(piece.text for piece in ours) == one
    assert "".join(piece.text for piece in theirs) == other
    assert sum(p.shared for p in ours) == sum(p.shared for p in theirs)


def test_the_shipped_documents_are_read_whole_and_compared(
    assistant: Assistant, shipped_settings: Settings
) -> None:
    with serving(lambda: assistant, corpus=shipped_settings.corpus) as address:
        wait_until_ready(address)
        whole = read(address, "document", doc="beijing-measures-2021", article="24")
        assert whole.count('class="unit"') == 30
        beside = read(address, "compare", doc="beijing-measures-2021", other="opinions-2021")
        assert beside.count('class="pair"') == 28
        editions = read(address, "editions", doc="opinions-2021")
        assert "的两种文本：14 处不同" in editions
