"""What models write is read as claims, strictly where it can be and tolerantly where it cannot."""

from __future__ import annotations

import json

import pytest
from tests.fake_model.minds import recorded_outputs

from assistant.models.drafts import Claim, clean, read_draft, read_partial

WHOLE = '{"claims": [{"quote": "应当公开", "passages": [2], "sentence": "应当公开。"}]}'
CLAIM = Claim("应当公开。", "应当公开", (2,))

FORMS = {
    "as asked": WHOLE,
    "in a fence": f"```json\n{WHOLE}\n```",
    "after talk": f"好的，答复如下：{WHOLE}希望有帮助。",
    "after thoughts": f"<think>{{想一想}}</think>{WHOLE}",
    "a list": WHOLE.removeprefix('{"claims": ').removesuffix("}"),
    "one claim": WHOLE.removeprefix('{"claims": [').removesuffix("]}"),
    "other names": WHOLE.replace("passages", "citations").replace("sentence", "text"),
    "a number": WHOLE.replace("[2]", "2"),
    "a number as text": WHOLE.replace("[2]", '"[2]"'),
    "numbers as texts": WHOLE.replace("[2]", '["2"]'),
    "a marker in the sentence": WHOLE.replace("[2]", "[]").replace("公开。", "公开[2]。"),
    "with its own verdict": WHOLE.replace("{", '{"found": false, ', 1),
    "a line break in a text": WHOLE.replace("应当公开。", "应当公开。\n"),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS.keys())
def test_one_claim_in_many_forms(text: str) -> None:
    assert read_draft(text).claims == (CLAIM,)


def test_what_is_no_json_is_read_as_sentences_with_their_markers() -> None:
    draft = read_draft("1. 应当每年公开。[2]\n2. **不得**瞒报[1][3]。")
    assert draft.claims == (
        Claim("应当每年公开。", "", (2,)),
        Claim("不得瞒报。", "", (1, 3)),
    )


def test_an_unfinished_claim_is_marked_so() -> None:
    cut = read_draft(WHOLE[:-8])
    assert not cut.complete
    assert [claim.finished for claim in cut.claims] == [False]


def test_a_draft_can_be_read_while_it_is_written() -> None:
    quotes = [read_partial(WHOLE[:end]).claims[-1:] for end in range(len(WHOLE))]
    seen = [claim[0].quote for claim in quotes if claim]
    assert "应当" in seen
    assert seen == sorted(seen, key=len)


def test_every_output_of_a_real_model_can_be_read() -> None:
    for output in recorded_outputs():
        draft = read_draft(output["output"])
        assert all(claim.sentence or claim.quote for claim in draft.claims)
        if output["mode"] == "quote" and '"found": true' in output["output"]:
            assert draft.claims
            assert all(claim.quote for claim in draft.claims)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "3", '"x"', "{}", '{"claims": null}', "[[[[", "}{"]
)
def test_of_rubbish_there_are_no_claims(text: str) -> None:
    assert [c for c in read_draft(text).claims if c.quote] == []


def test_too_many_and_too_long_claims_are_left_out() -> None:
    member = {"quote": "应当公开", "passages": [1], "sentence": "应当公开。"}
    assert len(read_draft(json.dumps({"claims": [member] * 50})).claims) == 8
    endless = {**member, "sentence": "公开" * 500}
    assert read_draft(json.dumps({"claims": [endless]})).claims == ()


def test_marks_of_markdown_are_no_part_of_a_sentence() -> None:
    assert clean("- **应当**`公开`[3]【1】。") == "应当公开。"
