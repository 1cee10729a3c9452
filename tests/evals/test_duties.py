"""The measures of the register: what counts as found, and what as right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from assistant.corpus.load import load_corpus
from assistant.corpus.parse import parse_document
from assistant.domain import Document
from assistant.duties.bodies import Bodies, Body
from assistant.duties.extract import Extractor
from assistant.errors import EvaluationError
from assistant.evals.duties import (
    FILE_NAME,
    GoldDuty,
    GoldSlots,
    GoldSpan,
    check_gold,
    load_gold,
    score_duties,
)

REPOSITORY = Path(__file__).parents[2]
TEXT = "第一条　党委应当定期听取汇报，向上级党委报告。本条自公布之日起生效。"
PARSED = parse_document(Document(id="rules", title="办法", short_title="办法", text=TEXT))
BODIES = Bodies([Body("committee", "党委", ("党委（党组）",))])


def span(words: str) -> GoldSpan:
    start = TEXT.index(words)
    return GoldSpan(text=words, start=start, end=start + len(words))


def gold(*, subject: str = "党委", frequency: str = "定期") -> list[GoldDuty]:
    sentence = span("党委应当定期听取汇报，向上级党委报告。")
    first = GoldSlots(
        subject=span(subject),
        modality=span("应当"),
        verb=span("听取"),
        action=span("定期听取汇报"),
        condition=None,
        frequency=(span(frequency),),
        report_to=None,
        consequence=None,
    )
    second = first.model_copy(
        update={
            "verb": span("报告"),
            "action": span("向上级党委报告"),
            "frequency": (),
            "report_to": span("上级党委"),
        }
    )
    return [
        GoldDuty(
            id=f"rules#1.1.{n}",
            split="dev",
            document="rules",
            article=1,
            sentence=sentence,
            duty=duty,
        )
        for n, duty in enumerate((first, second), start=1)
    ]


def test_what_is_labelled_and_found_counts_as_right() -> None:
    figures = score_duties(Extractor(BODIES).read_document(PARSED), gold(), bodies=BODIES)
    assert (figures.precision, figures.recall) == (1.0, 1.0)
    assert all(figure.accuracy == 1.0 for figure in figures.slots.values())
    assert figures.misses == ()


def test_a_wrong_slot_is_wrong_for_precision_and_for_recall() -> None:
    lines = gold(frequency="汇报")
    figures = score_duties(Extractor(BODIES).read_document(PARSED), lines, bodies=BODIES)
    frequency = figures.slots["frequency"]
    assert (frequency.accuracy, frequency.precision, frequency.recall) == (0.5, 0.0, 0.0)
    assert any("frequency" in miss for miss in figures.misses)


def test_a_duty_too_many_costs_precision_and_one_too_few_recall() -> None:
    duties = Extractor(BODIES).read_document(PARSED)
    more = score_duties(duties, gold()[:1], bodies=BODIES)
    assert (more.precision, more.recall) == (0.5, 1.0)
    fewer = score_duties(duties[:1], gold(), bodies=BODIES)
    assert (fewer.precision, fewer.recall) == (1.0, 0.5)


def test_two_phrases_for_the_same_bodies_are_the_same_subject() -> None:
    # 上级党委 ends with the same body as 党委 here; 汇报 names none.
    duties = Extractor(BODIES).read_document(PARSED)
    same = score_duties(duties, gold(subject="上级党委"), bodies=BODIES)
    assert same.slots["subject"].accuracy == 1.0
    other = score_duties(duties, gold(subject="汇报"), bodies=BODIES)
    assert other.slots["subject"].accuracy == 0.0


def test_a_label_that_is_not_verbatim_is_found() -> None:
    line = gold()[0].model_copy(update={"sentence": GoldSpan(text="甲", start=0, end=1)})
    (fault,) = check_gold([line], {"rules": PARSED.document})
    assert "与原文不符" in fault
    (unknown,) = check_gold([line], {})
    assert "rules" in unknown


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(gold()[0].model_dump_json() + "\n{}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="第 2 行"):
        load_gold(path)
    with pytest.raises(EvaluationError, match="找不到"):
        load_gold(tmp_path / "missing.jsonl")


def test_the_shipped_labels_are_verbatim_and_cover_every_article() -> None:
    corpus = load_corpus(REPOSITORY / "corpus")
    documents = {parsed.document.id: parsed.document for parsed in corpus.documents}
    lines = load_gold(REPOSITORY / "evals" / FILE_NAME)
    assert check_gold(lines, documents) == ()
    labelled = [line for line in lines if line.duty is not None]
    assert len(labelled) >= 150
    assert len({(line.document, line.article) for line in lines}) == 53
    assert len({line.id for line in lines}) == len(lines)
    assert min(Counter(line.split for line in labelled).values()) > 150


def test_an_article_is_for_tuning_or_for_measuring_never_both() -> None:
    lines = load_gold(REPOSITORY / "evals" / FILE_NAME)
    splits = {(line.document, line.article, line.split) for line in lines}
    assert len(splits) == 53


def test_every_sentence_of_the_labelled_articles_is_labelled() -> None:
    corpus = load_corpus(REPOSITORY / "corpus")
    lines = load_gold(REPOSITORY / "evals" / FILE_NAME)
    have = {(line.document, line.sentence.start) for line in lines}
    want = {
        (parsed.document.id, sentence.start)
        for parsed in corpus.documents
        if parsed.document.id in {line.document for line in lines}
        for article in parsed.numbered
        for sentence in article.sentences
    }
    assert have == want
