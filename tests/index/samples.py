"""Real text to index, and an embedder that costs nothing and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from assistant.corpus.chunk import split_passages
from assistant.corpus.load import load_document
from assistant.corpus.parse import parse_document
from assistant.domain import Document, ParsedDocument, Passage
from assistant.index.build import Index, build_index, open_index
from assistant.index.embed import Embedding, to_codes
from assistant.index.manifest import Manifest

CORPUS = Path(__file__).parents[2] / "corpus"

OPINIONS = parse_document(load_document(CORPUS / "opinions-2021.md"))
"""More sentences than are embedded at a time."""

CHANGED_WORDS = ("应当开展任职谈话", "应当在三个月内开展任职谈话")


def with_words_changed(parsed: ParsedDocument, old: str, new: str) -> ParsedDocument:
    document = parsed.document
    assert document.text.count(old) == 1
    return parse_document(replace(document, text=document.text.replace(old, new)))


CHANGED_OPINIONS = with_words_changed(OPINIONS, *CHANGED_WORDS)

LEAVE_RULES = parse_document(
    Document(
        id="leave-rules",
        title="机关工作人员请假办法",
        short_title="请假办法",
        text="""\
# 机关工作人员请假办法

## 第一章 总则

第一条 为了规范请假管理，制定本办法。

第二条 工作人员请假，应当事先书面申请。因急病不能事先申请的，应当在二十四小时内补办手续。

## 第二章 审批

第三条 请假三日以内的，由处室负责人审批；超过三日的，由分管领导审批。
""",
    )
)


def passages_of(*documents: ParsedDocument) -> list[Passage]:
    return [
        passage
        for parsed in documents
        for passage in split_passages(parsed, max_tokens=300, count_tokens=len)
    ]


class HashEmbedder:
    """Gives each text a direction of its own and remembers which passages it was asked for."""

    dimensions = 64

    def __init__(self, name: str = "hash") -> None:
        self.name = name
        self.embedded: list[str] = []

    def embed_query(self, text: str) -> Embedding:
        seed = int.from_bytes(sha256(text.encode()).digest()[:8])
        vector = np.random.default_rng(seed).normal(size=self.dimensions)
        unit = np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
        return Embedding(unit, to_codes(unit[np.newaxis]))

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        self.embedded.extend(texts)
        return [self.embed_query(text) for text in texts]


def build(folder: Path, *documents: ParsedDocument, embedder: HashEmbedder) -> Manifest:
    return build_index(documents, passages_of(*documents), embedder=embedder, folder=folder)


def open_built(folder: Path, *documents: ParsedDocument, embedder: str = "hash") -> Index:
    return open_index(documents, passages_of(*documents), embedder_name=embedder, folder=folder)


def answers_from(index: Index, words: str) -> bool:
    """Whether both searches find the sentence with these words, which only one has."""
    [at] = [i for i, s in enumerate(index.sentences) if words in s.sentence.text]
    sentence = index.sentences[at].sentence
    vector = HashEmbedder().embed_query(sentence.text).vector
    dense = index.vectors.sentences.search(vector, limit=1)[0][0]
    scores = index.sentence_keywords.scores(list(words))
    return dense == sentence.id and bool(scores[at] > 0)
