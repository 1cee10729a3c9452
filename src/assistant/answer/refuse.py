"""Whether the materials answer a question: a decision with reasons.

No single likeness can tell (answerable and unanswerable questions overlap), so several signs are
weighed by a small linear model whose weights are in ``refusal.json`` and can be read.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

from assistant.answer.asked import (
    Kind,
    asks_to_invent,
    asks_whether,
    gives,
    missing_particulars,
    missing_slot,
)
from assistant.answer.asking import Asking, ways_of_asking
from assistant.answer.compose import Documents, Statement
from assistant.corpus.labels import article_label
from assistant.domain import DocumentKind, Hit
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Ranking, Searcher

ABSENT = "我只根据已收录的材料回答，材料中没有找到能回答这个问题的规定。"


DETAILS = (
    Kind.MONEY, Kind.DAYS, Kind.MONTHS, Kind.DURATION, Kind.PEOPLE, Kind.DEFINITION,
)  # fmt: skip
"""Kinds of answer that regulations seldom give and are often asked for."""
MODEL = "refusal.json"
SAME_MATTER = 0.66
"""Cosine from which the nearest sentence is taken to be on the matter asked about."""
LOOKED_THROUGH = 3
"""Hits in which a particular is looked for before it is said to be missing."""
WHOLE = 0.95
"""Coverage from which an article is taken to hold all of a question's words."""

ASKED_AT_END = 80
"""Characters of a question, from its end, that are read with what would be quoted."""

LEAST_WORDS = 2
"""Pairs of characters with content that a follow-up must have to be beside the talk …"""
KNOWN = 0.05
"""… the share of them that the texts may know …"""
BESIDE = -4.3
"""… and the log-odds below which what was talked about does not answer it."""

Answers = Callable[[str, str], float]
"""The log-odds that a text answers a question."""

_HAN = re.compile("[\u4e00-\u9fff]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against an answer being in the materials."""

    signs: Mapping[str, float]
    probability: float
    """That the materials answer the question."""
    reason: str
    """What speaks against it most: ``missing_kind`` or ``weak_evidence``."""
    missing: Kind | None = None
    """The kind of value asked for that no quoted sentence gives."""
    asking: str = ""
    """The question's end without what the texts say too: what the sign ``asking`` is scored by."""
    slot: str = ""
    """What is asked of the rule that it has no place for, in words for the reader."""


# A list of numbers on one line each: the file is meant to be read.
_LONG_LISTS = re.compile(r"\[\s+([-\d.,\s]+?)\s+\]")


def _one_line(match: re.Match[str]) -> str:
    return f"[{', '.join(match[1].replace(',', ' ').split())}]"


def write_weights(fitted: Mapping[str, object]) -> None:
    """Write the fitted model where ``Judge`` reads it; of use in a checkout only."""
    path = Path(__file__).with_name(MODEL)
    content = json.dumps(fitted, ensure_ascii=False, indent=1)
    path.write_text(_LONG_LISTS.sub(_one_line, content) + "\n", encoding="utf-8")


class Judge:
    """Weighs evidence against a threshold."""

    def __init__(
        self, documents: Documents, searcher: Searcher, answers: Answers, *, threshold: float
    ) -> None:
        self._documents = documents
        self._searcher = searcher
        self._answers = answers
        self._threshold = threshold
        content = resources.files("assistant.answer").joinpath(MODEL).read_text("utf-8")
        model = json.loads(content)
        self._weights: dict[str, float] = model["weights"]
        self._bias: float = model["bias"]
        learnt = model["asking"]
        runs = {run: (rarity, weight) for run, (rarity, weight) in learnt["runs"].items()}
        self._asking = Asking(runs, learnt["bias"])
        self._rarity = cache(self._measure_rarity)

    def is_answerable(self, evidence: Evidence) -> bool:
        """Tell whether the evidence suffices."""
        return evidence.probability >= self._threshold

    def strays(self, reading: Reading, statements: Sequence[Statement]) -> bool:
        """Tell whether a question that was taken to lean on the talk has nothing to do with it.

        食堂几点开饭 after a question on 民主生活会: of words that no text has, and what would be
        quoted does not answer it.
        """
        if not reading.leans or reading.mentions.spans:
            return False
        words = self._searcher.content(reading.text)
        if len(words) < LEAST_WORDS or self._searcher.coverage(reading.text, None) > KNOWN:
            return False
        quoted = self._quote(statements)
        return self._answers(reading.text[-ASKED_AT_END:], _SPACE.sub("", quoted)) < BESIDE

    def _quote(self, statements: Sequence[Statement]) -> str:
        return "\n".join(
            self._documents[s.article.document_id].document.text[start:end]
            for s in statements
            for start, end in s.spans
        )

    @cached_property
    def _texts(self) -> str:
        return "\n".join(parsed.document.text for parsed in self._documents.values()).lower()

    def _measure_rarity(self, kind: Kind) -> float:
        """Return how seldom the corpus gives a value of this kind: 0 where every sentence does.

        Where hardly any text names a number of days, a question for one hardly has its answer.
        """
        sentences = [
            sentence.text
            for parsed in self._documents.values()
            for article in parsed.articles
            for sentence in article.sentences
        ]
        giving = sum(gives(kind, text) for text in sentences)
        return -math.log((giving + 1) / (len(sentences) + 1))

    def _asks_commentary(self, reading: Reading) -> bool:
        mentions = reading.mentions
        return any(
            self._documents[i].document.kind is not DocumentKind.NORMATIVE
            for i in (*mentions.documents, *mentions.hinted)
        )

    def weigh(
        self,
        reading: Reading,
        ranking: Ranking,
        statements: Sequence[Statement],
        kinds: Sequence[Kind],
    ) -> Evidence:
        """Return what speaks for and against answering ``reading`` with ``statements``."""
        quoted = self._quote(statements)
        missing = next((kind for kind in kinds if not gives(kind, quoted)), None)
        first = ranking.hits[0].article.text if ranking.hits else ""
        slot = missing_slot(reading.text, quoted, first)
        covered = self._searcher.coverage(reading.topic, first)
        asking = ways_of_asking(reading.text, self._texts)
        signs = {
            "answers": self._answers(reading.topic[-ASKED_AT_END:], _SPACE.sub("", quoted)),
            "asking": self._asking.score(asking),
            "keyword_z": ranking.keyword_z,
            "dense_z": ranking.dense_z,
            "cosine": ranking.cosine,
            "margin": ranking.margin,
            "coverage": covered,
            "covered_whole": float(covered > WHOLE),
            "known": self._searcher.coverage(reading.topic, None),
            "rarity": max((self._rarity(kind) for kind in kinds), default=0.0),
            "asks_commentary": float(self._asks_commentary(reading)),
            "asks_whether": float(asks_whether(reading.text)),
            "missing_kind": float(missing is not None),
            "missing_slot": float(bool(slot)),
            "missing_particular": float(
                bool(missing_particulars(reading.text, _texts(ranking.hits)))
            ),
            "not_chinese": float(not _HAN.search(reading.text)),
        }
        score = self._bias + sum(self._weights.get(name, 0.0) * v for name, v in signs.items())
        return Evidence(
            signs=signs,
            probability=1 / (1 + math.exp(-score)),
            reason="missing_kind" if missing else "weak_evidence",
            missing=missing,
            asking=asking,
            slot=slot,
        )


def _texts(hits: Sequence[Hit]) -> str:
    return "\n".join(hit.article.text for hit in hits[:LOOKED_THROUGH])


def foreign(reading: Reading) -> str:
    """Return why a question is refused before any search, or nothing.

    Nothing here can answer for another place, text or year, and nothing here is made up.
    """
    mentions = reading.mentions
    if asks_to_invent(reading.text):
        return "asks_to_invent"
    if mentions.foreign_places:
        return "foreign_place"
    if mentions.foreign_titles:
        return "foreign_title"
    return "foreign_year" if mentions.foreign_years else ""


def explain_foreign(reading: Reading) -> str:
    """Return what a question names that is not here, for its reader."""
    mentions = reading.mentions
    if asks_to_invent(reading.text):
        return "我只引用材料原文，不编造、不改写条文。您可以直接问材料是怎么规定的。"
    if mentions.foreign_places:
        return f"已收录的材料中没有{'、'.join(mentions.foreign_places)}的规定，无法回答。"
    if mentions.foreign_titles:
        titles = "".join(f"《{title}》" for title in mentions.foreign_titles)
        return f"已收录的材料中没有{titles}，无法回答。"
    return f"已收录的材料没有{'、'.join(mentions.foreign_years)}年的内容，无法回答。"


def explain(reading: Reading, evidence: Evidence, hits: Sequence[Hit], documents: Documents) -> str:
    """Return why the materials do not answer: what they do say on the matter, and what not."""
    first = hits[0] if hits else None
    if first is None or not first.sentences or evidence.signs["cosine"] < SAME_MATTER:
        return ABSENT
    particulars = missing_particulars(reading.text, _texts(hits))
    if evidence.missing is not None:
        lacking = evidence.missing.value
    elif particulars:
        lacking = f"“{particulars[0]}”"
    elif evidence.slot:
        lacking = evidence.slot
    else:
        return ABSENT
    nearest = max(first.sentences, key=lambda pair: pair[1])[0].text
    label = article_label(documents[first.article.document_id].document, first.article)
    return f"{label}规定：“{nearest}”但材料没有规定您问的{lacking}。"
