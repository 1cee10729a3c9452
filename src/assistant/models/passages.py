"""Articles → numbered passages within a token budget, the best evidence first and never cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.labels import article_label
from assistant.domain import Article, Hit, ParsedDocument, Sentence
from assistant.models.commands import is_command

TokenCounter = Callable[[str], int]
MOST_PASSAGES = 8
LARGEST_SHARE = 0.6
"""Of the budget that one article may take while others wait behind it."""

_FENCE = re.compile(r"</?\s*问题\s*>")
# What looks like one of our own numbers must not be mistaken for one.
_NUMBER = re.compile(r"【(\s*\d+\s*)】")


@dataclass(frozen=True, slots=True)
class NumberedPassage:
    """What the model sees of an article, under a number."""

    number: int
    article: Article
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be shown, with the sentences that matter most in it."""

    article: Article
    best: tuple[Sentence, ...] = ()


def candidate_of(hit: Hit) -> Candidate:
    """Return a hit's article with its sentences, best first."""
    ranked = sorted(hit.sentences, key=lambda pair: -pair[1])
    return Candidate(hit.article, tuple(sentence for sentence, _ in ranked))


def number_passages(
    candidates: Sequence[Candidate],
    documents: Mapping[str, ParsedDocument],
    *,
    budget_tokens: int,
    count_tokens: TokenCounter,
) -> tuple[NumberedPassage, ...]:
    """Return the candidates, best first, as far as the budget goes.

    An article too long for what is left is shown with its best sentences; at least the best
    sentence of the first is always there.
    """
    passages: list[NumberedPassage] = []
    left = budget_tokens
    for candidate in _each_once(candidates)[:MOST_PASSAGES]:
        parsed = documents[candidate.article.document_id]
        label = article_label(parsed.document, candidate.article)
        room = left - count_tokens(label) - 8
        largest = room if passages else max(room, 1)
        text = _fit(candidate, largest, budget_tokens, count_tokens, first=not passages)
        if not text:
            continue
        passages.append(NumberedPassage(len(passages) + 1, candidate.article, label, text))
        left -= count_tokens(show_passage(passages[-1]))
    return tuple(passages)


def show_passages(passages: Sequence[NumberedPassage]) -> str:
    """Return the passages as they stand in a prompt."""
    return "\n\n".join(map(show_passage, passages))


def show_passage(passage: NumberedPassage) -> str:
    """Return one passage with its number and label."""
    return f"【{passage.number}】{passage.label}\n{defuse(passage.text)}"


def defuse(text: str) -> str:
    """Return a text that cannot end its own place in a prompt or pass for a passage's head."""
    return _NUMBER.sub(r"[\1]", _FENCE.sub("", text)).replace("\0", "")


def without_commands(article: Article) -> str:
    """Return an article's text; what talks to a model in it is left out."""
    text = article.text
    commands = [
        sentence
        for paragraph in article.paragraphs
        for sentence in paragraph.sentences
        if is_command(sentence.text)
    ]
    for sentence in sorted(commands, key=lambda s: -s.start):
        start, end = sentence.start - article.start, sentence.end - article.start
        text = f"{text[:start]}……{text[end:]}"
    return text.strip()


def _each_once(candidates: Sequence[Candidate]) -> list[Candidate]:
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(candidate.article.id, candidate)
    return list(kept.values())


def _fit(
    candidate: Candidate, room: int, budget: int, count_tokens: TokenCounter, *, first: bool
) -> str:
    """Return the whole text when it fits, else its best sentences in reading order, else none."""
    article = candidate.article
    text = without_commands(article)
    share = int(budget * LARGEST_SHARE)
    if count_tokens(text) <= (room if first else min(room, share)):
        return text
    chosen: list[Sentence] = []
    used = 0
    for sentence in candidate.best or article.sentences:
        if is_command(sentence.text):
            continue
        tokens = count_tokens(sentence.text)
        if used + tokens <= min(room, share) or (first and not chosen):
            chosen.append(sentence)
            used += tokens
    ordered = sorted(chosen, key=lambda sentence: sentence.start)
    return "……".join(sentence.text.strip() for sentence in ordered)
