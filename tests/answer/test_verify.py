from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.answer.verify import is_verbatim
from assistant.domain import Citation, ParsedDocument

from .samples import MEASURES, OPINIONS, article, cite, sentence_with

Documents = dict[str, ParsedDocument]


@pytest.fixture
def inspection(documents: Documents) -> Citation:
    """What 《若干措施》（二十） says of checks, with its figures."""
    parsed = documents[MEASURES]
    unit = article(parsed, 20)
    sentence = sentence_with(unit, "10%比例抽查")
    return cite(parsed, unit, sentence.start, sentence.end)


def draw_citation(documents: Documents, data: st.DataObject) -> Citation:
    """Return a citation of any stretch of any sentence of the corpus."""
    parsed = data.draw(st.sampled_from(list(documents.values())))
    unit = data.draw(st.sampled_from(parsed.articles))
    assume(unit.sentences)
    sentence = data.draw(st.sampled_from(unit.sentences))
    start = data.draw(st.integers(sentence.start, sentence.end - 1))
    end = data.draw(st.integers(start + 1, sentence.end))
    citation = cite(parsed, unit, start, end)
    assume(citation.quote.strip())
    return citation


@given(data=st.data())
def test_any_stretch_of_a_sentence_quoted_as_it_stands_is_verbatim(
    documents: Documents, data: st.DataObject
) -> None:
    assert is_verbatim(draw_citation(documents, data), documents)


@given(data=st.data())
def test_one_changed_character_is_one_too_many(documents: Documents, data: st.DataObject) -> None:
    citation = draw_citation(documents, data)
    at = data.draw(st.integers(0, len(citation.quote) - 1))
    other = data.draw(st.characters(exclude_characters=citation.quote[at]))
    changed = citation.quote[:at] + other + citation.quote[at + 1 :]
    assert not is_verbatim(replace(citation, quote=changed), documents)


@given(data=st.data())
def test_one_character_more_or_less_is_too(documents: Documents, data: st.DataObject) -> None:
    citation = draw_citation(documents, data)
    at = data.draw(st.integers(0, len(citation.quote)))
    longer = citation.quote[:at] + data.draw(st.characters()) + citation.quote[at:]
    assert not is_verbatim(replace(citation, quote=longer), documents)
    assert not is_verbatim(replace(citation, quote=citation.quote[:-1]), documents)


@given(data=st.data(), shift=st.integers(-30, 30).filter(bool))
def test_a_span_beside_the_quotation_is_refused(
    documents: Documents, data: st.DataObject, shift: int
) -> None:
    citation = draw_citation(documents, data)
    text = documents[citation.document_id].document.text
    start, end = citation.start + shift, citation.end + shift
    assume(text[start:end] != citation.quote)
    assert not is_verbatim(replace(citation, start=start, end=end), documents)


def test_a_fabricated_quotation_is_refused(documents: Documents, inspection: Citation) -> None:
    assert is_verbatim(inspection, documents)
    invented = replace(inspection, quote="市委组织部每年应当抽查全部市管干部个人有关事项报告。")
    assert not is_verbatim(invented, documents)


def test_a_changed_digit_is_refused(documents: Documents, inspection: Citation) -> None:
    changed = replace(inspection, quote=inspection.quote.replace("10%", "20%", 1))
    assert not is_verbatim(changed, documents)


def test_full_and_half_width_are_not_the_same_letter(
    documents: Documents, inspection: Citation
) -> None:
    folded = replace(inspection, quote=inspection.quote.replace("，", ",", 1))
    assert not is_verbatim(folded, documents)


def test_a_quotation_from_another_article_is_refused(
    documents: Documents, inspection: Citation
) -> None:
    neighbour = article(documents[MEASURES], 21)
    moved = replace(inspection, article_id=neighbour.id, number=neighbour.number)
    assert not is_verbatim(moved, documents)


def test_a_span_that_leaves_its_article_is_refused(documents: Documents) -> None:
    parsed = documents[OPINIONS]
    unit = article(parsed, 3)
    assert is_verbatim(cite(parsed, unit, unit.start, unit.end), documents)
    assert not is_verbatim(cite(parsed, unit, unit.start - 1, unit.end), documents)
    following = article(parsed, 4)
    assert not is_verbatim(cite(parsed, unit, unit.start, following.end), documents)


def test_a_number_that_is_not_the_articles_is_refused(
    documents: Documents, inspection: Citation
) -> None:
    for number in (None, 2, 21):
        assert not is_verbatim(replace(inspection, number=number), documents)


def test_a_quotation_of_one_printing_is_not_one_of_the_other(documents: Documents) -> None:
    parsed = documents[OPINIONS]
    unit = article(parsed, 4)
    sentence = sentence_with(unit, "纪检机关应当通过")
    citation = cite(parsed, unit, sentence.start, sentence.end)
    assert not is_verbatim(replace(citation, document_id="opinions-2021-xinhua"), documents)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"document_id": "no-such-document"}, id="unknown-document"),
        pytest.param({"article_id": f"{MEASURES}#99"}, id="unknown-article"),
        pytest.param({"quote": "", "end": 0, "start": 0}, id="nothing-quoted"),
        pytest.param({"start": -10, "end": -5}, id="counted-from-the-end"),
        pytest.param({"start": 10**9, "end": 10**9 + 5}, id="behind-the-end"),
    ],
)
def test_what_points_nowhere_is_refused(
    documents: Documents, inspection: Citation, change: dict[str, str | int]
) -> None:
    assert not is_verbatim(replace(inspection, **change), documents)  # type: ignore[arg-type]


def test_white_space_alone_is_no_quotation(documents: Documents) -> None:
    parsed = documents[MEASURES]
    unit = next(a for a in parsed.articles if "\n" in a.text)
    at = unit.start + unit.text.index("\n")
    assert not is_verbatim(cite(parsed, unit, at, at + 1), documents)


def test_a_heading_is_quoted_whole_or_not_at_all(documents: Documents) -> None:
    parsed = documents[OPINIONS]
    heading = next(h for h in parsed.headings if h.marker == "二、")
    citation = Citation(
        marker=1,
        document_id=OPINIONS,
        article_id=heading.id,
        number=None,
        label="《意见》标题",
        quote=parsed.document.text[heading.start : heading.end],
        start=heading.start,
        end=heading.end,
    )
    assert "加强对“一把手”的监督" in citation.quote
    assert is_verbatim(citation, documents)
    shorter = replace(citation, quote=citation.quote[:-1], end=citation.end - 1)
    assert not is_verbatim(shorter, documents)
    assert not is_verbatim(replace(citation, number=2), documents)
    other = next(h for h in parsed.headings if h.marker == "三、")
    assert not is_verbatim(replace(citation, article_id=other.id), documents)
