"""What a model proposes: proved like the program's own items, or turned away with a reason."""

from __future__ import annotations

import json

import pytest

from assistant.corpus.load import Corpus
from assistant.quiz.check_item import ItemChecker
from assistant.quiz.draft import BasisMaker
from assistant.quiz.facts import Facts
from assistant.quiz.generate_model import ProposalVerifier, Verdict
from assistant.quiz.items import Status
from assistant.quiz.probe import Probe
from assistant.quiz.words import Words

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
            "text": "市委常委",
            "source": "市委常委要定期了解分管范围内党组织党风廉政建设情况",
            "why_wrong": "该句讲的是了解分管情况",
        },
    ],
    "evidence": (
        "领导班子成员应当充分发表意见，“一把手”应当末位表态，对于违反规定的“一把手”，"
        "领导班子其他成员应当及时向其提出，必要时可以向上级党组织报告。"
    ),
    "explanation": "末位表态是对“一把手”的要求。",
}


@pytest.fixture(scope="module")
def verifier(corpus: Corpus, facts: Facts, words: Words) -> ProposalVerifier:
    documents = corpus.documents
    checker = ItemChecker(documents, Probe(documents, facts.sources), words)
    return ProposalVerifier(documents, BasisMaker(documents), checker)


def verify(verifier: ProposalVerifier, **changes: object) -> Verdict:
    text = json.dumps({**GOOD, **changes}, ensure_ascii=False)
    return verifier.verify(text, article_id=ARTICLE, number=1)


def test_a_proved_proposal_becomes_a_draft_that_a_reviewer_has_to_release(
    verifier: ProposalVerifier,
) -> None:
    verdict = verify(verifier)
    assert verdict.reasons == ()
    assert verdict.item is not None
    assert verdict.item.status is Status.DRAFT
    assert verdict.item.right_texts == ("“一把手”",)
    assert verdict.item.basis[0].label == "《若干措施》（十四）"
    assert "第（十八）条" in "".join(reason for _, reason in verdict.item.refute)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"evidence": "“一把手”应当最后表态。"}, "依据不是条文中的一整句", id="quote"),
        pytest.param({"answer_spans": ["主要负责同志"]}, "答案不在依据中：主要负责同志", id="key"),
        pytest.param(
            {
                "distractors": [
                    {"text": "党支部", "source": "党支部应当末位表态", "why_wrong": "没有规定"}
                ]
            },
            "干扰项查无出处：党支部",
            id="invented distractor",
        ),
        pytest.param(
            {"stem": "集体讨论时，（　　）应当末位表态，这是民主集中制的要求。"},
            "题干写明文件：题干没有写明文件名称",
            id="no document",
        ),
        pytest.param({"author": "某模型"}, "格式：Extra inputs are not permitted", id="extra key"),
    ],
)
def test_a_proposal_that_is_not_proved_is_turned_away(
    changes: dict[str, object], reason: str, verifier: ProposalVerifier
) -> None:
    verdict = verify(verifier, **changes)
    assert verdict.item is None
    assert reason in verdict.reasons


def test_a_text_that_is_no_json_is_turned_away(verifier: ProposalVerifier) -> None:
    verdict = verifier.verify("好的，题目如下：", article_id=ARTICLE, number=1)
    assert verdict.item is None
    assert verdict.reasons
