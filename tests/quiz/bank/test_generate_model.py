"""What a model proposes: proved like the program's own items, or turned away with a reason."""

from __future__ import annotations

import json

import pytest
from tests.quiz.bank.conftest import ORIGIN

from assistant.quiz.generate_model import ProposalVerifier, Verdict
from assistant.quiz.items import ItemType, Status
from assistant.quiz.proposals import Proposal, read_proposals

ARTICLE = "beijing-measures-2021#14"
GOOD: dict[str, object] = {
    "type": "single",
    "stem": "根据北京《若干措施》，领导班子集体讨论时，（　　）应当末位表态。",
    "answer_spans": ["“一把手”"],
    "distractors": [
        {
            "text": "纪委书记",
            "source": "纪委书记要强化同级监督意识",
            "why_wrong": "该句讲的是同级监督",
        },
        {
            "text": "组织部门",
            "source": "组织部门应当加强对下级领导班子分工情况的审核监督",
            "why_wrong": "该句讲的是分工审核",
        },
        {
            "text": "党的工作机关",
            "source": "党的工作机关要把对下级“一把手”的监督作为重中之重",
            "why_wrong": "该句讲的是对下级的监督",
        },
    ],
    "evidence": (
        "领导班子成员应当充分发表意见，“一把手”应当末位表态，对于违反规定的“一把手”，"
        "领导班子其他成员应当及时向其提出，必要时可以向上级党组织报告。"
    ),
    "explanation": "末位表态是对“一把手”的要求。",
}


CASE: dict[str, object] = {
    "type": "case",
    "stem": (
        "某区某局召开党组会讨论大额资金使用，党组书记张某在其他成员发言之前先表态同意，事项随即通过。"
        "根据北京《若干措施》，张某应当怎样做？其他成员对此可以怎样做？"
    ),
    "answer_spans": ["“一把手”应当末位表态", "领导班子其他成员应当及时向其提出"],
    "distractors": [],
    "evidence": GOOD["evidence"],
    "explanation": "张某先表态，错了。",
}


def verify(verifier: ProposalVerifier, base: dict[str, object], **changes: object) -> Verdict:
    proposal = Proposal.model_validate({**base, **changes})
    return verifier.verify(proposal, article_id=ARTICLE)


def with_distractor(text: str, source: str) -> dict[str, object]:
    """Return the change that puts another wrong option first."""
    first = {"text": text, "source": source, "why_wrong": "该句讲的是别的事"}
    others = GOOD["distractors"]
    assert isinstance(others, list)
    return {"distractors": [first, *others[1:]]}


def test_a_proved_proposal_waits_for_a_reviewer_and_says_who_wrote_it(
    verifier: ProposalVerifier,
) -> None:
    verdict = verify(verifier, GOOD)
    assert verdict.reasons == ()
    item = verdict.item
    assert item is not None
    assert item.status is Status.CHECKED
    assert item.origin == ORIGIN
    assert item.right_texts == ("“一把手”",)
    assert item.basis[0].label == "《若干措施》（十四）"
    assert "第（十八）条" in "".join(reason for _, reason in item.refute)
    assert type(item).from_json(item.to_json()) == item


def test_the_models_own_words_are_left_out_unless_the_text_bears_them_out(
    verifier: ProposalVerifier,
) -> None:
    item = verify(verifier, GOOD, explanation="未末位表态的，一律给予撤职处分。").item
    assert item is not None
    assert "撤职" not in item.explanation
    assert item.basis[0].sentence.rstrip("。")[:10] in item.explanation.replace("‘", "“")
    told = verify(verifier, GOOD, explanation="“一把手”应当末位表态。").item
    assert told is not None
    assert told.explanation.startswith("“一把手”应当末位表态。")


def test_a_case_becomes_a_short_answer_with_points_copied_from_the_text(
    verifier: ProposalVerifier,
) -> None:
    verdict = verify(verifier, CASE)
    assert verdict.reasons == ()
    item = verdict.item
    assert item is not None
    assert item.type is ItemType.SHORT
    assert [point.point for point in item.rubric] == CASE["answer_spans"]
    assert item.score == 4
    assert item.stem.endswith("（4分）")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"evidence": "“一把手”应当最后表态。"}, "依据不是条文中的一整句", id="quote"),
        pytest.param({"answer_spans": ["主要负责同志"]}, "答案不在依据中：主要负责同志", id="key"),
        pytest.param(
            with_distractor("党支部", "党支部应当末位表态"),
            "干扰项查无出处：党支部",
            id="an invented source",
        ),
        pytest.param(
            with_distractor("巡视机构", "纪委书记要强化同级监督意识"),
            "干扰项查无出处：巡视机构",
            id="a source that does not have it",
        ),
        pytest.param(
            with_distractor("领导班子成员", "领导班子成员应当充分发表意见"),
            "干扰项见于依据：领导班子成员",
            id="a wrong option from the same sentence",
        ),
        pytest.param(
            {"stem": "集体讨论时，（　　）应当末位表态，这是民主集中制的要求。"},
            "题干写明文件：题干没有写明文件名称",
            id="no document",
        ),
        pytest.param(
            {"stem": "根据北京《若干措施》，领导班子集体讨论时，（　　）可以末位表态。"},
            "题干填上答案与依据不符（modality）",
            id="another duty",
        ),
        pytest.param(
            {"stem": "根据北京《若干措施》，下列不属于应当末位表态的是（　　）。"},
            "题干是否定式",
            id="a negative stem",
        ),
        pytest.param({"type": "multi"}, "答案个数与题型不符", id="one key of a multiple choice"),
        pytest.param({"distractors": []}, "干扰项太少", id="nothing to choose from"),
    ],
)
def test_a_proposal_that_is_not_proved_is_turned_away(
    changes: dict[str, object], reason: str, verifier: ProposalVerifier
) -> None:
    verdict = verify(verifier, GOOD, **changes)
    assert verdict.item is None
    assert reason in verdict.reasons


def test_a_wrong_option_that_is_true_in_the_other_document_is_turned_away(
    verifier: ProposalVerifier,
) -> None:
    # The central 《意见》 says of the same: 及时向党组织报告.
    evidence = (
        "领导班子和领导干部对来自其他领导干部家属亲友的违规干预行为应当坚决抵制，"
        "及时向所在党委（党组）主要负责人或者上级党委（党组）、纪检机关报告。"
    )
    proposal = Proposal.model_validate(
        {
            "type": "single",
            "stem": "根据北京《若干措施》，领导班子和领导干部对来自其他领导干部家属亲友的"
            "违规干预行为应当坚决抵制，及时向（　　）报告。",
            "answer_spans": ["所在党委（党组）主要负责人或者上级党委（党组）、纪检机关"],
            "distractors": [
                {
                    "text": "党组织",
                    "source": "可以直接向上级党组织报告",
                    "why_wrong": "该句讲的是“一把手”的问题",
                },
                {
                    "text": "同级党委“一把手”",
                    "source": "并向同级党委“一把手”报告",
                    "why_wrong": "该句讲的是信访举报",
                },
            ],
            "evidence": evidence,
            "explanation": "",
        }
    )
    verdict = verifier.verify(proposal, article_id="beijing-measures-2021#16")
    assert verdict.item is None
    assert "干扰项在别处成立：党组织" in verdict.reasons


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"distractors": GOOD["distractors"]}, "案例题不应有干扰项", id="options"),
        pytest.param(
            {"stem": str(CASE["stem"]) + "（提示：“一把手”应当末位表态）"},
            "题干泄露答案：“一把手”应当末位表态",
            id="leak",
        ),
        pytest.param(
            {"stem": str(CASE["stem"]).replace("某", "甲")},
            "案例没有用“某”代替人物和单位",
            id="names",
        ),
    ],
)
def test_a_case_that_cannot_be_asked_is_turned_away(
    changes: dict[str, object], reason: str, verifier: ProposalVerifier
) -> None:
    verdict = verify(verifier, CASE, **changes)
    assert verdict.item is None
    assert reason in verdict.reasons


@pytest.mark.parametrize(
    ("text", "proposals", "reasons"),
    [
        ("好的，题目如下：", 0, ["格式：没有写成约定的 JSON"]),
        ("", 0, ["格式：没有写成约定的 JSON"]),
        ('{"questions": [', 0, ["格式：没有写成约定的 JSON"]),
        ("[1, 2]", 0, ["格式：类型不对（整体）", "格式：类型不对（整体）"]),
        (f"<think>{{不好}}</think>```json\n{json.dumps(GOOD)}\n```", 1, []),
        (json.dumps({"questions": [GOOD, CASE]}), 2, []),
        (json.dumps([{**GOOD, "author": "某模型"}]), 0, ["格式：多出内容（author）"]),
        (json.dumps([{**GOOD, "type": "judge"}]), 0, ["格式：题型不在约定之内（type）"]),
    ],
)
def test_what_a_model_writes_is_read_or_named(
    text: str, proposals: int, reasons: list[str]
) -> None:
    read, unread = read_proposals(text)
    assert (len(read), unread) == (proposals, reasons)
