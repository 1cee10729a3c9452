"""Which articles are quoted beside the first: signs, and the probability they come to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.further import (
    DEPTH,
    MOST,
    SECOND,
    THIRD,
    Candidates,
    Further,
    write_weights,
)
from assistant.domain import ParsedDocument
from assistant.pipeline import Assistant

from .samples import MEASURES, OPINIONS, article, cited, hit

FORM = {"plural": 0.0, "gathers": 0.0, "everything": 0.0, "parts": 1.0}


def candidates(
    documents: dict[str, ParsedDocument],
    *found: tuple[str, int, float],
    content: dict[str, float] | None = None,
    parts: tuple[frozenset[str], ...] = (),
) -> Candidates:
    """Return candidates of these articles, each with its score and a best sentence that has it."""
    hits = tuple(
        hit(article(documents[document], number), {}, score=score, rank=rank)
        for rank, (document, number, score) in enumerate(found, start=1)
    )
    return Candidates(hits, tuple(h.score for h in hits), content or {}, parts, FORM)


def test_a_sign_says_what_of_the_question_is_new_in_an_article(
    documents: dict[str, ParsedDocument],
) -> None:
    found = candidates(
        documents,
        (MEASURES, 7, 9.0),
        (MEASURES, 20, 8.0),
        content={"约谈": 1.0, "函询": 3.0, "没有": 4.0},
    )
    first, second = (h.article.text for h in found.hits)
    words = {pair: (pair in first, pair in second) for pair in found.content}
    signs = found.signs([0], 1)
    total = sum(found.content.values())
    new = sum(found.content[w] for w, (one, two) in words.items() if two and not one)
    shared = sum(found.content[w] for w, (one, two) in words.items() if two and one)
    assert signs["new"] == pytest.approx(new / total)
    assert signs["shared"] == pytest.approx(shared / total)
    assert signs["behind"] == pytest.approx(1.0)


def test_what_is_quoted_already_is_not_new(documents: dict[str, ParsedDocument]) -> None:
    found = candidates(
        documents,
        (OPINIONS, 3, 9.0),
        (MEASURES, 8, 8.0),
        (MEASURES, 22, 7.5),
        content={"列席": 2.0},
    )
    assert "列席" in found.hits[1].article.text
    assert found.signs([0], 1)["new"] == 1.0
    same = replace(found, hits=(found.hits[0], found.hits[1], found.hits[1]))
    assert same.signs([0, 1], 2)["new"] == 0.0


def test_the_part_that_only_another_article_answers_speaks_for_it(
    documents: dict[str, ParsedDocument],
) -> None:
    found = candidates(
        documents,
        (MEASURES, 8, 9.0),
        (MEASURES, 10, 8.0),
        parts=(frozenset({"列席"}), frozenset({"谈心", "谈话"})),
    )
    assert found.signs([0], 1)["of_a_part"] > 0.4
    assert found.signs([0, 1], 1)["of_a_part"] == 0.0


def test_an_article_without_a_question_of_content_is_weighed_all_the_same(
    documents: dict[str, ParsedDocument],
) -> None:
    signs = candidates(documents, (OPINIONS, 3, 9.0), (OPINIONS, 4, 8.0)).signs([0], 1)
    assert (signs["new"], signs["shared"], signs["of_a_part"]) == (0.0, 0.0, 0.0)


def test_the_first_is_always_quoted_and_a_third_must_be_surer_than_a_second(
    documents: dict[str, ParsedDocument],
) -> None:
    found = candidates(documents, *((OPINIONS, n, 20.0 - n) for n in range(3, 10)))
    never = Further(bias=-9.0, weights={})
    assert never.choose(found) == found.hits[:1]
    between = Further(bias=-1.5, weights={})  # a probability of .18
    assert SECOND < between.probability({}) < THIRD
    assert between.choose(found) == found.hits[:2]
    ever = Further(bias=9.0, weights={})
    assert ever.choose(found) == found.hits[:MOST]


@settings(max_examples=60)
@given(
    bias=st.floats(-4, 4),
    behind=st.floats(-2, 0),
    scores=st.lists(st.floats(0, 12), min_size=1, max_size=10),
)
def test_what_is_chosen_keeps_the_order_of_the_hits(
    documents: dict[str, ParsedDocument], bias: float, behind: float, scores: list[float]
) -> None:
    found = candidates(
        documents, *((OPINIONS, 3 + i, s) for i, s in enumerate(sorted(scores, reverse=True)))
    )
    chosen = Further(bias, {"behind": behind}).choose(found)
    assert chosen[0] == found.hits[0]
    assert len(chosen) <= MOST
    places = [found.hits.index(one) for one in chosen]
    assert places == sorted(set(places))
    assert max(places) < DEPTH


def test_every_sign_has_a_weight_and_every_weight_a_sign(
    documents: dict[str, ParsedDocument],
) -> None:
    found = candidates(documents, (OPINIONS, 3, 9.0), (OPINIONS, 4, 8.0))
    assert set(Further.load().weights) == set(found.signs([0], 1))


def test_what_is_far_behind_is_not_quoted(documents: dict[str, ParsedDocument]) -> None:
    found = candidates(documents, (OPINIONS, 3, 20.0), (MEASURES, 26, 8.0))
    assert [one.article.number for one in Further.load().choose(found)] == [3]


@pytest.mark.parametrize(
    ("question", "due"),
    [
        (
            "信访举报多久分析一次，个人有关事项按什么比例抽查？",
            {f"{MEASURES}#20", f"{MEASURES}#24"},
        ),
        ("谈心谈话一年几次，列席下级民主生活会呢？", {f"{MEASURES}#10"}),
    ],
)
def test_two_things_asked_at_once_are_both_quoted(
    assistant: Assistant, question: str, due: set[str]
) -> None:
    assert due <= set(cited(assistant.ask(question)))


def test_weights_that_are_written_are_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fits them writes over them; the file of the checkout is spared here."""
    written: list[str] = []

    def keep(_: Path, text: str, **__: str) -> None:
        written.append(text)

    monkeypatch.setattr(Path, "write_text", keep)
    model = Further.load()
    write_weights({"bias": model.bias, "weights": dict(model.weights)})
    assert json.loads(written[0]) == {"bias": model.bias, "weights": dict(model.weights)}
