"""The register of the shipped corpus: verbatim, filtered, step by step, side by side."""

from __future__ import annotations

import time

import pytest

from assistant.corpus.load import Corpus, load_corpus
from assistant.duties.records import FrequencyKind, ModalityKind, Period
from assistant.duties.register import Register
from assistant.duties.table import describe, show_difference, show_frequency, show_step

from .samples import CORPUS

CENTRAL, BEIJING = "opinions-2021", "beijing-measures-2021"


@pytest.fixture(scope="module")
def shipped() -> Corpus:
    return load_corpus(CORPUS)


@pytest.fixture(scope="module")
def register(shipped: Corpus) -> Register:
    return Register.build(shipped, CORPUS)


def test_every_span_of_every_record_is_verbatim(register: Register) -> None:
    assert len(register.duties) > 400
    for duty in register.duties:
        text = register.documents[duty.document_id].text
        for span in duty.spans():
            assert text[span.start : span.end] == span.text, duty.id
        assert duty.action.start <= duty.verb.start < duty.verb.end <= duty.action.end


def test_ids_are_unique_and_lead_back(register: Register) -> None:
    assert len({duty.id for duty in register.duties}) == len(register.duties)
    first = register.duties[0]
    assert register.get(first.id) is first
    assert register.get("nothing#1.d1") is None


def test_an_edition_adds_no_duties_a_second_time(register: Register) -> None:
    assert "opinions-2021-xinhua" not in {duty.document_id for duty in register.duties}


def test_the_same_text_gives_the_same_register(shipped: Corpus, register: Register) -> None:
    assert Register.build(shipped, CORPUS).duties == register.duties


def test_it_is_built_while_a_process_starts(shipped: Corpus) -> None:
    start = time.process_time()
    Register.build(shipped, CORPUS)
    # 110 ms on a quiet core; the bound allows for a busy one.
    assert time.process_time() - start < 0.8


def test_a_broader_body_finds_the_duties_of_narrower_ones(register: Register) -> None:
    found = register.find(body="组织部门")
    assert register.find(body="中央组织部")
    assert set(register.find(body="中央组织部")) < set(found)
    assert {"纪检监察机关、组织部门", "市委组织部"} <= {
        duty.subject.span.text for duty in found if duty.subject
    }


def test_a_body_outside_the_ontology_is_found_by_its_words(register: Register) -> None:
    (duty,) = register.find(body="巡视巡察工作", often=FrequencyKind.PROMPT)
    assert duty.action.text == "及时发现问题"
    assert register.find(body="不存在的单位") == ()


def test_what_comes_due_each_quarter(register: Register) -> None:
    found = register.find(often=Period.QUARTER)
    assert {duty.label for duty in found} == {"《若干措施》（二十四）"}
    assert len(found) == 3


def test_filters_narrow_each_other(register: Register) -> None:
    forbidden = register.find(kind=ModalityKind.MUST_NOT, document=CENTRAL, topic="家属 亲友")
    assert forbidden
    assert {duty.number for duty in forbidden} == {17}


def test_a_free_question_finds_the_duty_that_answers_it(register: Register) -> None:
    best = register.nearest("发现班子成员有苗头性问题怎么办")[0]
    assert (best.number, best.verb.text) in {(14, "进行"), (18, "进行")}
    assert register.nearest("天气预报") == ()


def test_the_reminder_talk_is_laid_out_step_by_step(register: Register) -> None:
    (procedure,) = (p for p in register.procedures if p.article_id == f"{CENTRAL}#14")
    assert [show_step(step) for step in procedure.steps] == [
        "发现领导班子成员有苗头性、倾向性问题的，及时进行提醒",
        "发现存在重要问题的，向上级纪委和同级党委主要负责人报告",
        "发现存在重要问题的，全面准确反映情况",
        "不报告或者不如实报告的，依规依纪严肃追究责任",
    ]


def test_meddling_is_recorded_reported_and_answered_for(register: Register) -> None:
    (procedure,) = (p for p in register.procedures if p.article_id == f"{BEIJING}#16")
    who = [s.duty.subject.span.text if s.duty.subject else "" for s in procedure.steps]
    assert who == ["受请托人", "领导班子和领导干部", "领导班子和领导干部", ""]
    assert procedure.steps[-1].duty.sanction


def test_before_at_and_after_a_meeting_are_steps_of_one_occasion(register: Register) -> None:
    (procedure,) = (p for p in register.procedures if p.article_id == f"{BEIJING}#22")
    steps = [(s.stage.text if s.stage else "", s.words.text) for s in procedure.steps]
    assert steps == [
        ("会前", "严格审核把关"),
        ("会中", "全程现场监督"),
        ("会后", "加强整改监督"),
    ]
    assert register.procedures_with(procedure.steps[0].duty) == (procedure,)


def test_every_step_has_a_source_of_its_own(register: Register) -> None:
    for procedure in register.procedures:
        text = register.documents[procedure.document_id].text
        for step in procedure.steps:
            assert text[step.words.start : step.words.end] == step.words.text
            assert step.duty.article_id == procedure.article_id


def test_central_and_beijing_stand_side_by_side(register: Register) -> None:
    rows = register.aligned(BEIJING)
    words = [show_difference(row) for row in rows if row.upper and row.upper.number == 20]
    assert any("频次：定期 / 每季度" in line for line in words)
    both = [row for row in rows if row.upper and row.lower]
    assert len(both) > 90
    assert len({row.lower.id for row in both if row.lower}) == len(both)
    assert register.aligned(CENTRAL) == []


def test_alignment_leaves_no_duty_out(register: Register) -> None:
    rows = register.aligned(BEIJING)
    shown = {d.id for row in rows for d in (row.upper, row.lower) if d is not None}
    assert shown == {d.id for d in register.duties if d.document_id in (CENTRAL, BEIJING)}


def test_a_line_says_how_many_times_and_that_the_subject_stands_before(register: Register) -> None:
    (duty,) = register.find(topic="列席", often=Period.YEAR)
    assert show_frequency(duty) == "每年至少1次"
    inherited = next(duty for duty in register.duties if duty.inherited)
    assert "（承前句）" in describe(inherited)
