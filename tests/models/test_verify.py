"""Claims are kept only when what they quote says them; otherwise the quotation speaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import Article, ParsedDocument
from assistant.models.clauses import Text
from assistant.models.drafts import Claim, read_draft, read_partial
from assistant.models.passages import NumberedPassage
from assistant.models.support import Evidence, find_faults
from assistant.models.verify import Verifier

LAW = Path(__file__).parent / "law.jsonl"


def article_of(documents: dict[str, ParsedDocument], article_id: str) -> Article:
    parsed = documents[article_id.partition("#")[0]]
    return next(a for a in parsed.articles if a.id == article_id)


@pytest.fixture
def verifier(documents: dict[str, ParsedDocument]) -> Verifier:
    articles = [article_of(documents, f"beijing-measures-2021#{number}") for number in (20, 24, 12)]
    passages = [NumberedPassage(n, a, "", a.text) for n, a in enumerate(articles, start=1)]
    return Verifier(passages, documents, lambda sentence, quoted: True)


QUOTE = "市委组织部在每年按照10%比例抽查市管干部个人有关事项报告的基础上，再抽查10%的“一把手”"
KEPT = {
    "as it stands": QUOTE + "。",
    "shorter": "市委组织部在每年按照10%比例抽查的基础上，再抽查10%的“一把手”。",
    "the article named": f"根据《若干措施》第二十条，{QUOTE}。",
    "its label": f"《若干措施》（二十）规定，{QUOTE}。",
    "other quotation marks": QUOTE.replace("“", "‘").replace("”", "’"),
    "numerals in characters": QUOTE.replace("10%", "百分之十"),
}


@pytest.mark.parametrize("sentence", KEPT.values(), ids=KEPT.keys())
def test_a_sentence_that_says_what_is_quoted_is_kept(verifier: Verifier, sentence: str) -> None:
    verdict = verifier.check(Claim(sentence, QUOTE, (1,)))
    assert (verdict.outcome, verdict.faults) == ("kept", ())


CORRUPTED = {
    "extent": QUOTE.replace("10%", "20%"),
    "frequency": QUOTE.replace("每年", "每季度"),
    "body": QUOTE.replace("市委组织部", "市纪委监委"),
    "ordinal": f"根据《若干措施》第二十一条，{QUOTE}。",
    "title": f"《党内监督条例》规定，{QUOTE}。",
    "source": f"《意见》规定，{QUOTE}。",
    "novel": QUOTE + "，抽查结果向社会公布。",
    "negation": QUOTE.replace("再抽查", "不再抽查"),
    "date": f"2023年起，{QUOTE}。",
}


@pytest.mark.parametrize(("fault", "sentence"), CORRUPTED.items())
def test_a_corrupted_sentence_gives_way_to_the_quotation_and_the_record_says_why(
    verifier: Verifier, fault: str, sentence: str
) -> None:
    verdict = verifier.check(Claim(sentence, QUOTE, (1,)))
    assert verdict.outcome == "quoted"
    assert fault in verdict.faults


def test_the_quotation_shown_is_the_whole_sentence_it_stands_in(
    verifier: Verifier, documents: dict[str, ParsedDocument]
) -> None:
    quote = "对各区党政正职做到全覆盖查核"
    verdict = verifier.check(Claim("全覆盖查核各区党政正职。", quote, (1,)))
    (quotation,) = verdict.quotations
    text = documents["beijing-measures-2021"].document.text
    assert text[quotation.start : quotation.end] == quote
    (sentence,) = quotation.sentences
    assert sentence.text.startswith("严格落实领导干部报告个人有关事项制度")


def test_a_quotation_in_another_passage_than_cited_has_its_citation_put_right(
    verifier: Verifier,
) -> None:
    verdict = verifier.check(Claim(QUOTE, QUOTE, (3,)))
    assert verdict.outcome == "kept"
    assert verdict.faults == ("citation_corrected",)
    assert verdict.quotations[0].article.number == 20


@pytest.mark.parametrize(
    "quote", ["市委组织部每年抽查一半的干部", "。", "的", "10%", "……", "市委组织部……每年抽查一半"]
)
def test_a_quotation_that_stands_nowhere_drops_its_claim(verifier: Verifier, quote: str) -> None:
    verdict = verifier.check(Claim(QUOTE, quote, (1,)))
    assert (verdict.outcome, verdict.quotations) == ("dropped", ())


def test_a_quotation_with_an_ellipsis_is_found_part_by_part(verifier: Verifier) -> None:
    quote = "市委组织部在每年按照10%比例抽查……其中对各区党政正职做到全覆盖查核"
    assert verifier.check(Claim(QUOTE, quote, (1,))).outcome == "kept"


def test_without_a_quotation_the_nearest_sentence_is_evidence_or_the_claim_is_dropped(
    verifier: Verifier,
) -> None:
    assert verifier.check(Claim(QUOTE, "", (1,))).outcome == "kept"
    assert verifier.check(Claim(QUOTE.replace("10%", "20%"), "", (1,))).outcome == "dropped"


def test_a_subject_that_stands_in_the_sentence_before_is_cited_with_it(
    documents: dict[str, ParsedDocument],
) -> None:
    article = article_of(documents, "opinions-2021#14")
    verifier = Verifier(
        [NumberedPassage(1, article, "", article.text)], documents, lambda sentence, quoted: True
    )
    quote = "发现领导班子成员有苗头性、倾向性问题的，及时进行提醒"
    verdict = verifier.check(Claim(f"纪委书记{quote}。", quote, (1,)))
    assert verdict.outcome == "kept"
    first = verdict.quotations[0].sentences[0]
    assert first.text.startswith("纪委书记应当牢固树立")
    other = verifier.check(Claim(f"组织部门{quote}。", quote, (1,)))
    assert other.outcome == "quoted"


def test_what_an_interviewer_asks_is_no_evidence(documents: dict[str, ParsedDocument]) -> None:
    article = article_of(documents, "beijing-qa-2021#q3")
    verifier = Verifier(
        [NumberedPassage(1, article, "", article.text)], documents, lambda sentence, quoted: True
    )
    asked = "《措施》在破解“一把手”监督难上有哪些“高招”"
    assert verifier.check(Claim(asked, asked, (1,))).outcome == "dropped"


LAWS = [json.loads(line) for line in LAW.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("claim", LAWS, ids=[claim["sentence"][:24] for claim in LAWS])
def test_the_same_holds_for_laws_of_other_fields(claim: dict[str, str]) -> None:
    faults = find_faults(claim["sentence"], Evidence(Text.of(claim["quote"])))
    assert bool(faults) == (not claim["true"]), faults


@settings(max_examples=150, deadline=None)
@given(sentence=st.text(max_size=60), quote=st.text(max_size=60))
def test_no_text_breaks_the_verifier(sentence: str, quote: str) -> None:
    assert isinstance(find_faults(sentence, Evidence(Text.of(quote))), tuple)
    assert isinstance(find_faults(sentence + QUOTE, Evidence(Text.of(quote + QUOTE))), tuple)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet='{}[]":,claimsquotepassagesentence0123 \\\n', max_size=80),
    )
)
def test_no_text_breaks_the_reading_of_drafts(text: str) -> None:
    for written in (text, '{"claims": [{"quote": "' + text):
        assert isinstance(read_draft(written).claims, tuple)
        assert isinstance(read_partial(written).claims, tuple)
