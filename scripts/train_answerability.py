"""Learn whether a passage answers a question, and measure it on articles kept apart.

    python scripts/train_answerability.py [--epochs 3] [--resume] [--statutes 1] [--write]

Learns from ``evals/answerability.jsonl``: articles of statutes and of invented policy papers, each
with questions that it answers and questions on the same matter that it does not. One question an
article is also asked of the article of the same text that is most like it; of policy papers, whose
articles are long, also of some sentences, as they are quoted, and questions that need several
articles of the sentences that answer them. One article in twelve, and one policy paper in eight,
is only measured on. A hundred steps take some six minutes on two cores; ``--write`` replaces
``src/assistant/encoder/answerability.npz``, ``--resume`` goes on from it, ``--statutes`` is the
share of the pairs on statutes that is learnt from. As shipped: 910 steps on statutes, then
``--resume --epochs 1 --rate 4e-4 --statutes 0.45`` with forty policy papers, then
once more with all seventy-two and ``--statutes 0.3``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional

from assistant.encoder.answerability import (
    PASSAGE,
    PASSAGE_TOKENS,
    QUESTION,
    QUESTION_TOKENS,
)
from assistant.encoder.bundled import load_encoder, load_weights
from assistant.encoder.corrections import ANSWERABILITY
from assistant.encoder.weights import Weights

REPOSITORY = Path(__file__).parents[1]
PAIRS = REPOSITORY / "evals" / "answerability.jsonl"
TARGET = REPOSITORY / "src" / "assistant" / "encoder" / ANSWERABILITY

RANK = 16
STRENGTH = 2.0
BATCH = 24
LEAST_RATE = 0.03
"""Share of the learning rate that is left at the end."""
WARM_UP = 20
WEIGHT_DECAY = 0.01
WORDS = 0.5
"""Weight of finding the words that answer, beside telling whether any do."""
MEASURED = 12
"""One article in so many is kept apart …"""
PAPERS_MEASURED = 8
"""… and one policy paper in so many."""
MOST_MEMBERS = 4
"""Articles whose sentences are put together for a question that needs several."""
LIKE_LENGTH = 20
"""Batches whose pairs are sorted by length together."""
HIDDEN = -1e4
_SENTENCE_END = re.compile(r"(?<=[。；])")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question put to an article, as tokens, and whether the article answers it."""

    tokens: list[int]
    asked: int
    """Where the question ends."""
    answered: bool
    answer: range | None
    """The tokens that answer, none of them where none do; None where it is not known which."""
    measured: bool
    paper: bool
    """Whether the text is an invented policy paper and no statute."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The articles of a statute or of a policy paper, by their numbers."""

    articles: dict[str, str]
    paper: bool

    def like(self, question: str, own: str) -> str | None:
        """Return the number of the other article that is most like a question."""
        others = (number for number in self.articles if number != own)
        return max(
            others, key=lambda number: _shared(question, self.articles[number]), default=None
        )


def read_pairs(path: Path) -> list[Pair]:
    """Return every question with what it is asked of."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts: dict[str, _Text] = {}
    for entry in entries:
        if "text" in entry:
            text = texts.setdefault(entry["law"], _Text({}, paper=bool(entry.get("paper"))))
            text.articles[entry["article"]] = _joined(entry["text"])
    chance = random.Random(0)  # noqa: S311
    pairs: list[Pair] = []
    for entry in entries:
        text = texts[entry["law"]]
        by, of = (entry["law"], PAPERS_MEASURED) if text.paper else (entry.get("id", ""), MEASURED)
        make = partial(make_pair, measured=zlib.crc32(by.encode()) % of == 0, paper=text.paper)
        if "members" in entry:
            said = "".join(
                _sentences_with(_joined(member["words"]), text.articles[member["article"]])
                for member in entry["members"][:MOST_MEMBERS]
            )
            pairs.append(make(entry["question"], said, None))
            continue
        own = text.articles[entry["article"]]
        pairs += [make(one["question"], own, _joined(one["answer"])) for one in entry["answered"]]
        pairs += [make(one["question"], own, "") for one in entry["unanswered"]]
        question = chance.choice(entry["answered"])["question"]
        like = text.like(question, entry["article"])
        if like is not None:
            pairs.append(make(question, text.articles[like], ""))
        if text.paper:
            one = chance.choice(entry["answered"])
            answer = _joined(one["answer"])
            pairs.append(make(one["question"], _sentences_with(answer, own), answer))
            question = chance.choice(entry["unanswered"])["question"]
            pairs.append(make(question, _sentences_like(question, own), ""))
    return pairs


def _joined(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _shared(one: str, other: str) -> int:
    """Return how many pairs of characters two texts share."""
    return len(set(pairwise(one)) & set(pairwise(other)))


def _sentences_with(words: str, text: str) -> str:
    """Return the sentence that holds words, or the words where they run over its end."""
    return next((s for s in _SENTENCE_END.split(text) if words in s), words)


def _sentences_like(question: str, text: str, *, most: int = 2) -> str:
    """Return the sentences most like a question, in reading order."""
    sentences = _SENTENCE_END.split(text)
    ranked = sorted(range(len(sentences)), key=lambda i: -_shared(question, sentences[i]))
    return "".join(sentences[i] for i in sorted(ranked[:most]))


def make_pair(
    question: str, passage: str, answer: str | None, *, measured: bool, paper: bool
) -> Pair:
    """Return a pair: answered unless ``answer`` is empty, None where it is not known by what."""
    encoder = load_encoder()
    tokens, asked = encoder.pair(
        f"{QUESTION}{question}", f"{PASSAGE}{passage}", longest=(QUESTION_TOKENS, PASSAGE_TOKENS)
    )
    found: range | None = range(0)
    if answer is None:
        found = None
    elif answer:
        before = encoder.count(f"{PASSAGE}{passage[: passage.index(answer)]}")
        until = encoder.count(f"{PASSAGE}{passage[: passage.index(answer) + len(answer)]}")
        found = range(asked + 1 + before, asked + until + 1)
        if not found or found[-1] >= len(tokens) - 1:
            found = None
    return Pair(tokens, asked, answer != "", found, measured, paper)


def normalise(state: Tensor, norm: Sequence[Tensor], epsilon: float) -> Tensor:
    """Return states of mean 0 and variance 1, scaled and shifted by ``norm``."""
    scale, shift = norm
    return functional.layer_norm(state, (state.shape[-1],), scale, shift, epsilon)


class Corrected(nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
    """A matrix as it is, and the correction of low rank that is learnt."""

    def __init__(self, weights: Weights, name: str, *, inputs: int, rank: int) -> None:
        super().__init__()
        self.plain = torch.tensor(weights.matrix(f"{name}.w", inputs=inputs))
        self.bias = torch.tensor(weights.vector(f"{name}.b").copy())
        self.down = nn.Parameter(torch.randn(inputs, rank) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(rank, len(self.plain)))

    def forward(self, state: Tensor) -> Tensor:
        """Return the product with the corrected matrix."""
        moved = (state @ self.down) @ self.up * STRENGTH
        return functional.linear(state, self.plain, self.bias) + moved


class Layer(nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
    """Attention and feed-forward."""

    def __init__(self, weights: Weights, name: str, *, rank: int = RANK) -> None:
        super().__init__()
        shape = weights.shape
        self.heads, self.epsilon = shape.heads, shape.epsilon
        for part in ("q", "k", "v", "ao", "fi"):
            matrix = Corrected(weights, f"{name}.{part}", inputs=shape.width, rank=rank)
            self.add_module(part, matrix)
        self.fo = Corrected(weights, f"{name}.fo", inputs=shape.inner, rank=rank)
        self.norms = [
            tuple(torch.tensor(weights.vector(f"{name}.{norm}.{kind}").copy()) for kind in "wb")
            for norm in ("aln", "oln")
        ]

    def forward(self, state: Tensor, mask: Tensor) -> Tensor:
        """Return the states after this layer."""
        texts, tokens, width = state.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(texts, tokens, self.heads, -1).transpose(1, 2)

        query, key, value = (split(part(state)) for part in (self.q, self.k, self.v))
        looks = query * (width // self.heads) ** -0.5 @ key.transpose(-1, -2) + mask
        seen = (torch.softmax(looks, -1) @ value).transpose(1, 2).reshape(texts, tokens, width)
        state = normalise(state + self.ao(seen), self.norms[0], self.epsilon)
        inner = self.fo(functional.gelu(self.fi(state)))
        return normalise(state + inner, self.norms[1], self.epsilon)


class Reader(nn.Module):  # type: ignore[misc]  # torch is not followed by mypy
    """The encoder with its corrections, what speaks for an answer, and where the answer is."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        shape = weights.shape
        self.width, self.epsilon = shape.width, shape.epsilon
        self.words = torch.tensor(weights.matrix("emb.word", inputs=shape.width))
        self.places = torch.tensor(
            weights.vector("emb.pos").reshape(-1, shape.width)
            + weights.vector("emb.type").reshape(-1, shape.width)[0]
        )
        self.norm = [torch.tensor(weights.vector(f"emb.ln.{kind}").copy()) for kind in "wb"]
        self.layers = nn.ModuleList(Layer(weights, f"l{i}") for i in range(shape.layers))
        self.head = nn.Linear(2 * shape.width, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        self.token = nn.Linear(shape.width, 1)
        nn.init.zeros_(self.token.weight)
        nn.init.zeros_(self.token.bias)
        self.padding = weights.vocabulary.padding
        self.prefix = 1 + load_encoder().count(QUESTION)

    def forward(self, pairs: Sequence[Pair]) -> tuple[Tensor, Tensor]:
        """Return each pair's log-odds, and those of each token, that it answers."""
        longest = max(len(pair.tokens) for pair in pairs)
        tokens = torch.full((len(pairs), longest), self.padding)
        for row, pair in enumerate(pairs):
            tokens[row, : len(pair.tokens)] = torch.tensor(pair.tokens)
        asked = torch.tensor([[pair.asked] for pair in pairs])
        lengths = torch.tensor([[len(pair.tokens)] for pair in pairs])
        at = torch.arange(longest)[None]
        mask = ((at >= lengths) * HIDDEN)[:, None, None]
        state = normalise(self.words[tokens] + self.places[:longest], self.norm, self.epsilon)
        for layer in self.layers:
            state = layer(state, mask)
        state = state.float()
        question = ((at >= self.prefix) & (at < asked))[..., None]
        mean = (state * question).sum(1) / question.sum(1).clamp(min=1)
        odds = self.head(torch.cat([state[:, 0], mean], -1))[:, 0]
        return odds, self.token(state)[..., 0]


def batches(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Yield batches of pairs of like length, in random order."""
    shuffled = random.sample(list(pairs), len(pairs))
    together = []
    for start in range(0, len(shuffled), BATCH * LIKE_LENGTH):
        some = sorted(shuffled[start : start + BATCH * LIKE_LENGTH], key=lambda p: len(p.tokens))
        together += [some[i : i + BATCH] for i in range(0, len(some), BATCH)]
    random.shuffle(together)
    yield from together


def lose(odds: Tensor, tokens: Tensor, pairs: Sequence[Pair]) -> Tensor:
    """Return how wrong the reader was."""
    answered = torch.tensor([float(pair.answered) for pair in pairs])
    loss = functional.binary_cross_entropy_with_logits(odds, answered)
    due = torch.zeros_like(tokens)
    known = torch.zeros_like(tokens, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        if pair.answer is not None:
            known[row, pair.asked + 1 : len(pair.tokens) - 1] = True
            due[row, list(pair.answer)] = 1
    if known.any():
        found = functional.binary_cross_entropy_with_logits(tokens[known], due[known])
        loss = loss + WORDS * found
    return loss


def measure(reader: Reader, pairs: Sequence[Pair]) -> str:
    """Return the area under the curve and the share right at even odds, by sort of text."""
    told = []
    for name, some in (
        ("statutes", [pair for pair in pairs if not pair.paper]),
        ("policy papers", [pair for pair in pairs if pair.paper]),
    ):
        with torch.no_grad():
            parts = [some[start : start + BATCH] for start in range(0, len(some), BATCH)]
            odds = torch.cat([reader(part)[0] for part in parts]).numpy()
        answered = np.array([pair.answered for pair in some])
        area = roc_auc_score(answered, odds)
        right = ((odds > 0) == answered).mean()
        told.append(f"{len(some)} pairs kept apart on {name}: area {area:.3f}, right {right:.3f}")
    return ", ".join(told)


def save(reader: Reader, target: Path) -> None:
    """Write what was learnt, in half precision."""
    learnt = {
        "weights": reader.head.weight[0].detach().numpy(),
        "bias": reader.head.bias[0].detach().numpy(),
    }
    for name, part in reader.named_modules():
        if isinstance(part, Corrected):
            plain = name.replace("layers.", "l")
            learnt[f"{plain}.down"] = part.down.detach().numpy()
            learnt[f"{plain}.up"] = part.up.detach().numpy() * STRENGTH
    np.savez_compressed(
        target, **{name: value.astype(np.float16) for name, value in learnt.items()}
    )


def load(reader: Reader, source: Path) -> None:
    """Take over what was written; where the answer is has to be learnt anew."""
    with np.load(source, allow_pickle=False) as stored, torch.no_grad():
        learnt = {name: torch.tensor(stored[name].astype(np.float32)) for name in stored.files}
        reader.head.weight.copy_(learnt["weights"][None])
        reader.head.bias.copy_(learnt["bias"])
        for name, part in reader.named_modules():
            if isinstance(part, Corrected):
                plain = name.replace("layers.", "l")
                part.down.copy_(learnt[f"{plain}.down"])
                part.up.copy_(learnt[f"{plain}.up"] / STRENGTH)


def say(line: str) -> None:
    """Show progress."""
    sys.stderr.write(f"{line}\n")


def main() -> None:
    """Learn, measure after each epoch, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=5e-4, help="learning rate at its highest")
    parser.add_argument("--statutes", type=float, default=1.0, help="share that is learnt from")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    pairs = read_pairs(PAIRS)
    learnt = [
        pair for pair in pairs
        if not pair.measured and (pair.paper or random.random() < options.statutes)  # noqa: S311
    ]  # fmt: skip
    measured = [pair for pair in pairs if pair.measured]
    reader = Reader(load_weights())
    if options.resume:
        load(reader, TARGET)
    parameters = [p for p in reader.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=options.rate, weight_decay=WEIGHT_DECAY)
    steps = options.epochs * -(-len(learnt) // BATCH)
    step = 0
    started = time.monotonic()
    for epoch in range(options.epochs):
        for batch in batches(learnt):
            step += 1
            rate = min(1, step / WARM_UP) * max(LEAST_RATE, 1 - step / steps)
            for group in optimiser.param_groups:
                group["lr"] = options.rate * rate
            with torch.autocast("cpu", dtype=torch.bfloat16):
                odds, tokens = reader(batch)
            loss = lose(odds.float(), tokens.float(), batch)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            if step % 50 == 0:
                say(f"{step} / {steps}, {time.monotonic() - started:.0f} s, loss {loss:.3f}")
        say(f"epoch {epoch + 1}: {measure(reader, measured)}")
        if options.write:
            save(reader, TARGET)


if __name__ == "__main__":
    main()
