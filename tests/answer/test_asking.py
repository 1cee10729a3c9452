from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.asking import (
    LONGEST,
    TAIL,
    TAKEN_OUT,
    Asking,
    runs_in,
    ways_of_asking,
)
from assistant.corpus.load import Corpus
from assistant.evals.calibrate import load_calibration
from assistant.pipeline import Assistant

CHARACTERS = "谁来主持谈话备到哪里具体是几成述责廉报告公开“”，。？ \nAaİ"
WORDS = st.text(alphabet=CHARACTERS, max_size=90) | st.text(max_size=90)
NUMBERS = st.floats(-20, 20)
MODELS = st.builds(
    Asking,
    st.dictionaries(
        st.text(alphabet=CHARACTERS, min_size=1, max_size=LONGEST),
        st.tuples(st.floats(0, 20), NUMBERS),
        max_size=30,
    ),
    NUMBERS,
)


@pytest.fixture(scope="module")
def texts(corpus: Corpus) -> str:
    return "\n".join(parsed.document.text for parsed in corpus.documents).lower()


@given(model=MODELS, words=WORDS)
def test_any_words_have_a_score_that_the_weights_bound(model: Asking, words: str) -> None:
    length = sum(weight * weight for _, weight in model.runs.values()) ** 0.5
    assert abs(model.score(words) - model.bias) <= length + 1e-6


@given(model=MODELS)
def test_nothing_said_scores_the_bias(model: Asking) -> None:
    assert model.score("") == model.bias


@given(words=WORDS, bias=NUMBERS)
def test_words_that_were_never_learnt_score_the_bias(words: str, bias: float) -> None:
    assert Asking({}, bias).score(words) == bias


@given(question=WORDS, known=WORDS)
def test_of_what_the_texts_have_too_no_stretch_is_left(question: str, known: str) -> None:
    left = ways_of_asking(question, known.lower())
    stretches = (left[at : at + TAKEN_OUT] for at in range(len(left) - TAKEN_OUT + 1))
    assert not [s for s in stretches if " " not in s and s in known.lower()]


@given(question=WORDS)
def test_beside_texts_that_say_nothing_the_end_of_a_question_is_left_as_it_is(
    question: str,
) -> None:
    left = ways_of_asking(question, "")
    assert left.split() == question[-TAIL:].lower().split()


@given(question=st.text(alphabet="谁来主持谈话备到哪里", min_size=TAKEN_OUT, max_size=TAIL))
def test_a_question_that_stands_in_the_texts_leaves_nothing(question: str) -> None:
    assert ways_of_asking(question, f"……{question}……").strip() == ""


@given(words=WORDS)
def test_runs_are_counted_wherever_they_stand(words: str) -> None:
    runs = runs_in(words)
    assert all(1 <= len(run) <= LONGEST for run in runs)
    assert Counter(words) == Counter({run: n for run, n in runs.items() if len(run) == 1})
    assert sum(runs.values()) == sum(max(0, len(words) - n) for n in range(LONGEST))


def test_the_topic_is_taken_out_and_the_words_of_asking_are_left(texts: str) -> None:
    assert ways_of_asking("信访举报情况由谁来汇总", texts).strip() == "由谁来汇总"
    assert ways_of_asking("述责述廉报告要备到哪里去", texts).strip() == "要备到哪里去"


def test_only_the_end_of_a_long_question_is_looked_at(texts: str) -> None:
    asked = "这事由谁来主持呀"
    assert ways_of_asking("甲乙丙丁" * TAIL + asked, texts).endswith(asked)
    assert len(ways_of_asking("甲乙丙丁" * TAIL + asked, texts)) == TAIL


def test_a_run_of_more_weight_scores_more() -> None:
    model = Asking({"主持": (2.0, -3.0), "公开": (2.0, 3.0)}, 0.5)
    assert model.score("由谁来主持") < model.bias < model.score("要公开吗")


def test_a_run_said_again_counts_for_more_but_not_for_twice_as_much() -> None:
    model = Asking({"谁": (1.0, -1.0), "吗": (1.0, 1.0)}, 0.0)
    assert model.score("谁吗") == pytest.approx(0.0)
    assert -1.0 < model.score("谁谁吗") < 0.0


def test_the_sign_that_is_weighed_is_the_score_of_what_is_left_of_the_question(
    assistant: Assistant, texts: str
) -> None:
    question = "信访举报情况多久分析研判一次？"
    evidence = assistant.weigh(question)
    assert evidence is not None
    assert evidence.asking == ways_of_asking(question, texts)
    learnt = load_calibration().asking
    assert evidence.signs["asking"] == pytest.approx(learnt.score(evidence.asking))


def test_asking_who_presides_speaks_less_for_an_answer_than_asking_what_is_required(
    assistant: Assistant,
) -> None:
    required = assistant.weigh("对述责述廉有什么要求？")
    presided = assistant.weigh("述责述廉会议具体由谁来主持、在哪里开、几点开始？")
    assert required is not None
    assert presided is not None
    assert presided.signs["asking"] < required.signs["asking"]
