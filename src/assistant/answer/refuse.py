"""Whether the materials answer a question: a decision with reasons.

No single likeness can tell (answerable and unanswerable questions overlap), so several signs are
weighed by a small linear model whose weights are in ``refusal.json`` and can be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from assistant.answer.asked import Kind, gives
from assistant.answer.compose import Documents, Statement
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import Ranking, Searcher

ABSENT = "我只根据已收录的材料回答，材料中没有找到能回答这个问题的规定。"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against an answer being in the materials."""

    signs: Mapping[str, float]
    probability: float
    """That the materials answer the question."""
    reason: str
    """The first hard reason against, or ``weak_evidence``."""
    missing: Kind | None = None
    """The kind of value asked for that no quoted sentence gives."""


class Judge:
    """Weighs evidence against a threshold."""

    def __init__(self, documents: Documents, searcher: Searcher, *, threshold: float) -> None:
        self._documents = documents
        self._searcher = searcher
        self._threshold = threshold
        content = resources.files("assistant.answer").joinpath("refusal.json").read_text("utf-8")
        model = json.loads(content)
        self._weights: dict[str, float] = model["weights"]
        self._bias: float = model["bias"]

    def is_answerable(self, evidence: Evidence) -> bool:
        """Tell whether the evidence suffices."""
        return evidence.probability >= self._threshold

    def weigh(
        self,
        reading: Reading,
        ranking: Ranking,
        statements: Sequence[Statement],
        kinds: Sequence[Kind],
    ) -> Evidence:
        """Return what speaks for and against answering ``reading`` with ``statements``."""
        quoted = "\n".join(
            self._documents[s.article.document_id].document.text[start:end]
            for s in statements
            for start, end in s.spans
        )
        missing = next((kind for kind in kinds if not gives(kind, quoted)), None)
        mentions = reading.mentions
        signs = {
            "keyword_z": ranking.keyword_z,
            "dense_z": ranking.dense_z,
            "cosine": ranking.cosine,
            "coverage": self._searcher.coverage(reading.standalone, quoted),
            "known": self._searcher.coverage(reading.standalone, None),
            "missing_kind": float(missing is not None),
            "foreign_title": float(bool(mentions.foreign_titles)),
            "foreign_place": float(bool(mentions.foreign_places)),
            "foreign_year": float(bool(mentions.foreign_years)),
        }
        score = self._bias + sum(self._weights.get(name, 0.0) * v for name, v in signs.items())
        return Evidence(
            signs=signs,
            probability=1 / (1 + math.exp(-score)),
            reason=_reason(signs),
            missing=missing,
        )


def _reason(signs: Mapping[str, float]) -> str:
    hard = ("foreign_place", "foreign_title", "foreign_year", "missing_kind")
    return next((name for name in hard if signs[name]), "weak_evidence")


def explain(reading: Reading, evidence: Evidence) -> str:
    """Return why a question is refused, for its reader."""
    mentions = reading.mentions
    if evidence.reason == "foreign_place":
        return f"已收录的材料中没有{'、'.join(mentions.foreign_places)}的规定，无法回答。"
    if evidence.reason == "foreign_title":
        titles = "".join(f"《{title}》" for title in mentions.foreign_titles)
        return f"已收录的材料中没有{titles}，无法回答。"
    if evidence.reason == "foreign_year":
        return f"已收录的材料没有{'、'.join(mentions.foreign_years)}年的内容，无法回答。"
    if evidence.missing is not None:
        return f"材料对这件事有相近的规定，但没有规定您问的{evidence.missing.value}。"
    return ABSENT
