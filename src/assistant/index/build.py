"""The index: built beside the old one and switched to in one step, or opened and checked.

``index/builds/NAME/`` holds one build, ``index/current`` the name of the one that serves. A build
counts only once ``current`` names it, so one that is killed leaves the old index as it was. The
vectors it had computed stay in ``index/vectors.sqlite3`` for the next.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from assistant.corpus.chunk import CHUNKER_VERSION
from assistant.domain import Article, Document, ParsedDocument, Passage, Sentence
from assistant.errors import CorpusError, IndexMissing, IndexOutdated, IndexUnavailable
from assistant.index.cache import VectorCache, vector_key
from assistant.index.embed import Embedder, FloatVector
from assistant.index.keywords import KeywordIndex
from assistant.index.manifest import Manifest, corpus_fingerprint, passages_fingerprint
from assistant.index.tokens import TokenIndex, write_tokens
from assistant.index.vectors import VectorFolder, VectorIndex

INDEX_FORMAT = 3
"""Changes whenever what is written for the same passages changes: tokens, vectors, layout."""

Progress = Callable[[int, int], None]
"""Called with the number of sentences that have their vector, and of all."""

_SENTENCES_AT_ONCE = 32

_BUILD_AGAIN = "请运行 assistant index 重新建立索引。"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexedSentence:
    """A sentence that is searched, and where it stands."""

    sentence: Sentence
    article: Article
    document: Document
    stem: str = ""
    """What the item hangs from that the sentence belongs to: searched with it, never quoted."""

    @property
    def search_text(self) -> str:
        """What is embedded and indexed: （三）记大过，18个月 alone does not say of what."""
        return f"{self.stem}{self.sentence.text}"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Dense search at both levels; the ids are those of sentences and of passages."""

    sentences: VectorIndex
    passages: VectorIndex


@dataclass(frozen=True, slots=True)
class Index:
    """An open index. Keyword scores come in the order of ``passages`` and ``sentences``."""

    documents: tuple[ParsedDocument, ...]
    passages: tuple[Passage, ...]
    sentences: tuple[IndexedSentence, ...]
    passage_keywords: KeywordIndex
    sentence_keywords: KeywordIndex
    vectors: Vectors
    tokens: TokenIndex
    """Of the sentences, in the order of ``sentences``."""
    manifest: Manifest
    _folder: VectorFolder

    def close(self) -> None:
        """Let go of the index's files."""
        self._folder.close()


def build_index(
    documents: Sequence[ParsedDocument],
    passages: Sequence[Passage],
    *,
    embedder: Embedder,
    folder: Path,
    progress: Progress | None = None,
    wait_seconds: float = 600,
) -> Manifest:
    """Build an index and switch to it; until then the old one serves.

    Only the documents of ``passages`` are searched. Raises ``CorpusError`` if that is nothing, and
    ``IndexUnavailable`` if another process is still building after ``wait_seconds``.
    """
    sentences = _sentences(documents, passages)
    if not sentences:
        raise CorpusError("语料库中没有可供检索的内容。请先在 corpus 文件夹放入文件。")
    (folder / "builds").mkdir(parents=True, exist_ok=True)
    with _only_builder(folder, wait_seconds), closing(VectorCache(_cache_file(folder))) as cache:
        texts = [entry.search_text for entry in sentences]
        keys = [vector_key(embedder.name, text) for text in texts]
        embedded = _embed(texts, keys, embedder, cache, progress)
        manifest = Manifest(
            format=INDEX_FORMAT,
            corpus_fingerprint=corpus_fingerprint(documents),
            passages_fingerprint=passages_fingerprint(passages),
            chunker_version=CHUNKER_VERSION,
            embedder=embedder.name,
            dimensions=embedder.dimensions,
            documents=len({passage.article.document_id for passage in passages}),
            passages=len(passages),
            sentences=len(sentences),
            embedded=embedded,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            assistant_version=version("assistant"),
        )
        build = folder / "builds" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        build.mkdir()
        _write_keywords(build, passages, sentences)
        known = cache.vectors(keys)
        _write_vectors(build, passages, sentences, [known[key] for key in keys], embedder)
        write_tokens(build / "tokens", cache.tokens(keys, dimensions=embedder.dimensions))
        _write_manifest(build, manifest)
        _switch_to(build, folder)
        cache.keep_only(keys)
    return manifest


def open_index(
    documents: Sequence[ParsedDocument],
    passages: Sequence[Passage],
    *,
    embedder_name: str,
    folder: Path,
) -> Index:
    """Open the index of exactly these documents and passages.

    ``embedder_name`` is the name of the embedder that will embed the questions. Raises
    ``IndexMissing``, or ``IndexOutdated`` with everything that differs.
    """
    build, manifest = _check(documents, passages, embedder_name, folder)
    try:
        passage_keywords = KeywordIndex.load(build / "keywords" / "passages")
        sentence_keywords = KeywordIndex.load(build / "keywords" / "sentences")
        tokens = TokenIndex(build / "tokens", dimensions=manifest.dimensions)
    except (OSError, ValueError, KeyError) as error:
        raise IndexOutdated(f"索引不完整，无法打开。{_BUILD_AGAIN}") from error
    vector_folder = VectorFolder(build / "vectors")
    vectors = Vectors(vector_folder.collection("sentences"), vector_folder.collection("passages"))
    if (vectors.sentences.count(), vectors.passages.count(), len(tokens)) != (
        manifest.sentences,
        manifest.passages,
        manifest.sentences,
    ):
        vector_folder.close()
        raise IndexOutdated(f"索引不完整，无法打开。{_BUILD_AGAIN}")
    return Index(
        documents=tuple(documents),
        passages=tuple(passages),
        sentences=_sentences(documents, passages),
        passage_keywords=passage_keywords,
        sentence_keywords=sentence_keywords,
        vectors=vectors,
        tokens=tokens,
        manifest=manifest,
        _folder=vector_folder,
    )


def check_index(
    documents: Sequence[ParsedDocument],
    passages: Sequence[Passage],
    *,
    embedder_name: str,
    folder: Path,
) -> Manifest:
    """Return the manifest of the index if it serves these passages, without opening the index.

    Raises ``IndexMissing``, or ``IndexOutdated`` with everything that differs.
    """
    return _check(documents, passages, embedder_name, folder)[1]


def _check(
    documents: Sequence[ParsedDocument],
    passages: Sequence[Passage],
    embedder_name: str,
    folder: Path,
) -> tuple[Path, Manifest]:
    build = _current_build(folder)
    if build is None:
        raise IndexMissing("还没有建立索引。请运行 assistant index。")
    manifest = _read_manifest(build)
    differences = _differences(manifest, documents, passages, embedder_name)
    if differences:
        raise IndexOutdated(f"索引已过时：{'；'.join(differences)}。{_BUILD_AGAIN}")
    return build, manifest


def _sentences(
    documents: Sequence[ParsedDocument], passages: Sequence[Passage]
) -> tuple[IndexedSentence, ...]:
    by_id = {parsed.document.id: parsed.document for parsed in documents}
    articles = {passage.article.id: passage.article for passage in passages}
    return tuple(
        IndexedSentence(
            sentence, article, by_id[article.document_id], stem=_stem_text(article, sentence)
        )
        for article in articles.values()
        for sentence in article.sentences
    )


def _stem_text(article: Article, sentence: Sentence) -> str:
    stem = article.stem_of(sentence)
    return stem.text if stem else ""


def _embed(
    texts: Sequence[str],
    keys: Sequence[str],
    embedder: Embedder,
    cache: VectorCache,
    progress: Progress | None,
) -> int:
    """Embed the texts that are not known yet, and return how many these were."""
    done = cache.known(keys)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in done}
    report = progress or (lambda done, total: None)
    report(sum(key in done for key in keys), len(keys))
    wanted = list(missing)
    for start in range(0, len(wanted), _SENTENCES_AT_ONCE):
        batch = wanted[start : start + _SENTENCES_AT_ONCE]
        embeddings = embedder.embed_passages([missing[key] for key in batch])
        cache.put(dict(zip(batch, embeddings, strict=True)))
        done.update(batch)
        report(sum(key in done for key in keys), len(keys))
    return len(missing)


def _passage_vector(
    passage: Passage, rows: Sequence[tuple[Sentence, FloatVector]], embedder: Embedder
) -> FloatVector:
    """Return the mean of the passage's sentence vectors, weighted by length.

    So a passage costs nothing to embed: on the default embedder a second pass over the same
    characters would double the time of a build.
    """
    mean = np.zeros(embedder.dimensions, dtype=np.float32)
    for sentence, vector in rows:
        shared = min(sentence.end, passage.end) - max(sentence.start, passage.start)
        mean += max(shared, 0) * vector
    if not mean.any():
        mean = embedder.embed_passages([passage.search_text])[0].vector
    return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


def _write_keywords(
    build: Path, passages: Sequence[Passage], sentences: Sequence[IndexedSentence]
) -> None:
    folder = build / "keywords"
    KeywordIndex.build([passage.search_text for passage in passages]).save(folder / "passages")
    KeywordIndex.build([entry.search_text for entry in sentences]).save(folder / "sentences")


def _write_vectors(
    build: Path,
    passages: Sequence[Passage],
    sentences: Sequence[IndexedSentence],
    vectors: Sequence[FloatVector],
    embedder: Embedder,
) -> None:
    of_article: dict[str, list[tuple[Sentence, FloatVector]]] = {}
    for entry, vector in zip(sentences, vectors, strict=True):
        of_article.setdefault(entry.article.id, []).append((entry.sentence, vector))
    passage_vectors = [
        _passage_vector(passage, of_article.get(passage.article.id, ()), embedder)
        for passage in passages
    ]
    with closing(VectorFolder(build / "vectors")) as folder:
        folder.collection("sentences").add(
            [entry.sentence.id for entry in sentences],
            np.stack(vectors),
            texts=[entry.sentence.text for entry in sentences],
            metadatas=[_metadata(entry.article) for entry in sentences],
        )
        folder.collection("passages").add(
            [passage.id for passage in passages],
            np.stack(passage_vectors),
            texts=[passage.text for passage in passages],
            metadatas=[_metadata(passage.article) for passage in passages],
        )


def _metadata(article: Article) -> dict[str, str | int]:
    return {"document_id": article.document_id, "article_id": article.id}


def _write_manifest(build: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest.to_dict(), ensure_ascii=False, indent=2)
    (build / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _read_manifest(build: Path) -> Manifest:
    try:
        return Manifest.from_dict(json.loads((build / "manifest.json").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise IndexOutdated(f"索引不完整，或由别的版本建立。{_BUILD_AGAIN}") from error


def _differences(
    manifest: Manifest,
    documents: Sequence[ParsedDocument],
    passages: Sequence[Passage],
    embedder_name: str,
) -> list[str]:
    differences = []
    if manifest.format != INDEX_FORMAT:
        differences.append("索引格式已更新")
    if manifest.embedder != embedder_name:
        differences.append(f"向量模型由“{manifest.embedder}”改为“{embedder_name}”")
    if manifest.corpus_fingerprint != corpus_fingerprint(documents):
        differences.append("语料已改动")
    elif manifest.passages_fingerprint != passages_fingerprint(passages):
        differences.append("段落的切分方式已改动")
    return differences


def _cache_file(folder: Path) -> Path:
    return folder / "vectors.sqlite3"


def _current_build(folder: Path) -> Path | None:
    try:
        name = (folder / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return folder / "builds" / name


def _switch_to(build: Path, folder: Path) -> None:
    """Make a build the one that serves; remove all but it and the one before.

    The one before may still be read by an open process.
    """
    before = _current_build(folder)
    pointer = folder / "current.new"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(build.name + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(folder / "current")
    for leftover in (folder / "builds").iterdir():
        if leftover not in (build, before):
            shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _only_builder(folder: Path, wait_seconds: float) -> Iterator[None]:
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _log.info("waiting for another process that builds this index")
        _wait_for(lock, wait_seconds)
    try:
        yield
    finally:
        lock.release()


def _wait_for(lock: FileLock, wait_seconds: float) -> None:
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise IndexUnavailable("另一个进程正在建立索引，请等它完成后再试。") from error
