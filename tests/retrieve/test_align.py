"""Alignment: which article of a document carries out which of the one it implements."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.corpus.load import Corpus
from assistant.domain import ParsedDocument
from assistant.retrieve.align import Alignment, align

GOLD = Path(__file__).parents[2] / "evals" / "alignment.jsonl"
CASES = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def alignment(corpus: Corpus) -> Alignment:
    return Alignment(corpus.searched)


@pytest.mark.parametrize("case", CASES, ids=[case["article"] for case in CASES])
def test_an_article_has_the_counterpart_that_a_reader_gives_it(
    alignment: Alignment, case: dict[str, object]
) -> None:
    found = [pair.like.id for pair in alignment.pairs if pair.article.id == case["article"]]
    gold = case["like"]
    assert isinstance(gold, list)
    assert set(found) <= set(gold)
    assert bool(found) == bool(gold)


def test_a_counterpart_is_found_from_either_side(alignment: Alignment) -> None:
    pair = alignment.pairs[0]
    assert pair.like in [found.like for found in alignment.counterparts(pair.article)]
    assert pair.article in [found.like for found in alignment.counterparts(pair.like)]


def test_articles_that_are_no_counterparts_are_not_alike(alignment: Alignment) -> None:
    first, last = alignment.pairs[0], alignment.pairs[-1]
    assert alignment.likeness(first.article, first.like) == first.likeness
    assert alignment.likeness(first.article, last.like) == 0


def test_documents_that_do_not_implement_one_another_are_left_alone(corpus: Corpus) -> None:
    strangers = [
        replace(parsed, document=replace(parsed.document, implements=""))
        for parsed in corpus.searched
    ]
    assert Alignment(strangers).pairs == ()


def test_a_passage_without_a_number_has_its_counterpart_too(
    documents: dict[str, ParsedDocument],
) -> None:
    pairs = align(documents["beijing-measures-2021"], documents["opinions-2021"])
    likes = {pair.article.number: pair.like for pair in pairs}
    assert likes[2].number is None
    assert "突出政治监督，重点强化对" in likes[2].text


def test_every_article_of_a_document_is_most_like_itself(
    documents: dict[str, ParsedDocument],
) -> None:
    parsed = documents["opinions-2021"]
    pairs = align(parsed, parsed)
    stating = [a for a in parsed.articles if a.number is not None or a.headings]
    assert [pair.article for pair in pairs] == stating
    assert all(pair.article == pair.like for pair in pairs)
