"""A sentence of a regulation → who must do what, when, and who is told."""

from __future__ import annotations

import pytest

from assistant.domain import DocumentKind
from assistant.duties.bodies import Bodies
from assistant.duties.extract import Extractor
from assistant.duties.records import FrequencyKind, ModalityKind, Period

from .samples import acts, only, parse, read


def test_subject_binding_word_and_act_are_told_apart() -> None:
    duty = only("县级以上人民政府应当制定应急预案。")
    assert duty.subject is not None
    assert duty.subject.span.text == "县级以上人民政府"
    assert duty.modality.kind is ModalityKind.MUST
    assert (duty.verb.text, duty.action.text) == ("制定", "制定应急预案")


def test_a_subject_and_a_binding_word_are_shared_by_the_clauses_behind_them() -> None:
    duties = read("第一条　组织部门应当核对信息，更新档案，每年通报结果。")
    assert {duty.subject.span.text for duty in duties if duty.subject} == {"组织部门"}
    assert [duty.verb.text for duty in duties] == ["核对", "更新", "通报"]
    assert {duty.modality.kind for duty in duties} == {ModalityKind.MUST}


def test_what_the_acts_are_for_is_no_duty_of_its_own() -> None:
    assert acts("党委要压实责任，推动整改落到实处，确保取得成效。") == [("党委", "压实责任")]


@pytest.mark.parametrize(
    ("sentence", "condition"),
    [
        ("监测中发现隐患的，使用单位应当立即停用。", "监测中发现隐患的"),
        ("对不按期整改的，主管部门应当约谈其负责人。", "对不按期整改的"),
        ("使用单位接到举报后，应当核实情况。", "接到举报后"),
        ("对重大事项，使用单位必须集体讨论。", "对重大事项"),
        ("使用单位必要时可以请求协助。", "必要时"),
    ],
)
def test_the_case_in_which_a_duty_applies_is_kept_apart(sentence: str, condition: str) -> None:
    duty = only(sentence)
    assert duty.condition is not None
    assert duty.condition.text == condition


def test_a_case_in_the_next_sentence_is_the_same_subjects_business() -> None:
    duties = read("第一条　使用单位应当每年评估安全状况。发现隐患的，应当立即整改。")
    second = duties[-1]
    assert second.subject is not None
    assert (second.subject.span.text, second.inherited) == ("使用单位", True)


def test_nobody_is_named_where_two_are_in_question() -> None:
    duties = read("第一条　甲单位应当申报。主管部门应当审查。健全考核制度。")
    assert duties[-1].verb.text == "健全"
    assert duties[-1].subject is None


def test_a_prohibition_and_what_follows_from_the_same_binding_word() -> None:
    duties = read("第一条　领导干部不得以权谋私，搞利益输送；管好家属。")
    kinds = [(duty.verb.text, duty.modality.kind) for duty in duties]
    assert kinds == [
        ("谋私", ModalityKind.MUST_NOT),
        ("搞", ModalityKind.MUST_NOT),
        ("管好", ModalityKind.STATED),
    ]


def test_may_is_not_must() -> None:
    assert only("当事人可以申请复议。").modality.kind is ModalityKind.MAY


@pytest.mark.parametrize("word", ["重要", "许可", "相应", "必要"])
def test_a_word_that_only_contains_a_binding_word_binds_nobody(word: str) -> None:
    assert only(f"主管部门负责{word}事项的登记。").modality.span is None


@pytest.mark.parametrize(
    ("sentence", "words", "period", "every", "times"),
    [
        ("组织部门应当每季度分析情况。", "每季度", Period.QUARTER, 1, 1),
        ("主管部门应当每年至少检查2次。", "每年至少", Period.YEAR, 1, 2),
        ("使用单位应当每两年评估一次安全状况。", "每两年", Period.YEAR, 2, 1),
        ("主管部门应当每半年公布名单。", "每半年", Period.HALF_YEAR, 1, 1),
    ],
)
def test_a_stated_interval_is_read(
    sentence: str, words: str, period: Period, every: int, times: int
) -> None:
    (frequency,) = only(sentence).frequencies
    assert frequency.kind is FrequencyKind.PERIOD
    assert (frequency.span.text, frequency.period) == (words, period)
    assert (frequency.every, frequency.times) == (every, times)


@pytest.mark.parametrize(
    ("sentence", "words", "kind"),
    [
        ("党委要定期听取汇报。", "定期", FrequencyKind.REPEATED),
        ("党委要不定期听取汇报。", "不定期", FrequencyKind.REPEATED),
        ("使用单位应当立即停用设备。", "立即", FrequencyKind.PROMPT),
        ("申请人应当在三十日内补正材料。", "三十日内", FrequencyKind.DEADLINE),
        ("主管部门应当抽查10%的单位。", "10%", FrequencyKind.EXTENT),
    ],
)
def test_a_vague_frequency_has_no_interval(sentence: str, words: str, kind: FrequencyKind) -> None:
    (frequency,) = only(sentence).frequencies
    assert (frequency.span.text, frequency.kind, frequency.period) == (words, kind, None)


def test_not_in_time_is_no_frequency() -> None:
    duty = only("对整改不及时的，主管部门应当约谈其负责人。")
    assert duty.frequencies == ()


@pytest.mark.parametrize(
    ("sentence", "recipient"),
    [
        ("纪委书记应当向上级纪委和同级党委主要负责人报告情况。", "上级纪委和同级党委主要负责人"),
        ("使用单位应当及时向所在地公安机关如实报告。", "所在地公安机关"),
        ("审计机关应当将审计报告抄送被审计单位主管部门。", "被审计单位主管部门"),
        ("主管部门应当将结果书面通知申请人。", "申请人"),
    ],
)
def test_who_is_to_be_told_is_read(sentence: str, recipient: str) -> None:
    duty = only(sentence)
    assert duty.report_to is not None
    assert duty.report_to.span.text == recipient


def test_asking_somebody_is_not_reporting_to_them() -> None:
    assert only("巡视组应当向组织部门深入了解情况。").report_to is None


def test_the_sanction_of_a_breach_is_tied_to_the_duty_before_it() -> None:
    duties = read("第一条　受请托人应当及时向党组织报告。不按要求报告的，依规依纪严肃追究责任。")
    duty, sanction = duties
    assert sanction.sanction
    assert sanction.subject is None
    assert duty.consequence is not None
    assert duty.consequence.text == "不按要求报告的，依规依纪严肃追究责任"


def test_a_sanction_that_names_an_article_is_tied_to_its_duties() -> None:
    duties = read(
        "第一条　使用单位应当建立台账。\n\n"
        "第二条　使用单位应当培训人员。\n\n"
        "第三条　违反本办法第二条规定的，由主管部门处一万元罚款。"
    )
    by_number = {duty.number: duty for duty in duties}
    assert by_number[1].consequence is None
    assert by_number[2].consequence is not None


def test_who_does_it_may_stand_behind_a_preposition() -> None:
    assert acts("具体办法由国务院卫生行政部门制定。") == [
        ("国务院卫生行政部门", "由国务院卫生行政部门制定")
    ]


def test_two_acts_of_one_clause_have_their_own_recipients() -> None:
    duties = read("第一条　专题报告应当及时向同级党委报告，并向组织部门通报。")
    told = [duty.report_to.span.text for duty in duties if duty.report_to]
    assert told == ["同级党委", "组织部门"]


def test_members_of_a_list_of_duties_have_the_subject_above_them() -> None:
    duties = read("第一条　主管部门履行下列职责：\n\n（一）制定规划；\n\n（二）监督检查实施情况。")
    assert [(d.subject.span.text if d.subject else "", d.verb.text) for d in duties[1:]] == [
        ("主管部门", "制定"),
        ("主管部门", "监督检查"),
    ]


def test_members_of_a_list_of_cases_are_no_duties() -> None:
    text = "第一条　有下列情形之一的，应当回避：\n\n（一）担任过证人；\n\n（二）持有股份。"
    assert [duty.verb.text for duty in read(text)] == ["回避"]


def test_a_definition_and_a_purpose_are_no_duties() -> None:
    assert read("第一条　为了规范管理，保障安全，制定本办法。") == ()
    assert read("第二条　本办法所称使用单位，是指使用设备的企业。") == ()


def test_a_caption_counts_only_where_it_binds_a_subject() -> None:
    text = "（一）加强自上而下的监督，上级党委必须抓好下级党委。党委要定期督查。"
    assert [duty.verb.text for duty in read(text)] == ["抓好", "督查"]


def test_quotation_marks_hide_words_from_the_rules() -> None:
    duty = only("党委要坚持“应当发现、必须报告”的方针。")
    assert (duty.verb.text, duty.modality.kind) == ("坚持", ModalityKind.MUST)


def test_essays_and_interviews_lay_down_nothing() -> None:
    from dataclasses import replace

    parsed = parse("第一条　党委应当定期听取汇报。")
    essay = replace(parsed, document=replace(parsed.document, kind=DocumentKind.ESSAY))
    extractor = Extractor(Bodies(()))
    assert len(extractor.extract([parsed])) == 1
    assert extractor.extract([essay]) == ()


@pytest.mark.parametrize("text", ["", "。", "，，；；", "应当", "的时后前", "（（（“", "要"])
def test_what_is_no_sentence_is_read_without_fault(text: str) -> None:
    assert all(duty.action.text for duty in read(f"第一条　{text}本条。"))
