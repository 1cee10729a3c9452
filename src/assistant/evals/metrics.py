"""What one answer is worth: small pure functions over a case, an answer and the documents.

A score exists only where the case is eligible for it: no citation, no citation precision.
Absent is not zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.domain import Answer, Citation, ParsedDocument
from assistant.evals.cases import EvalCase, Place
from assistant.text import fold

RESAMPLES = 2000
_SEED = 20210601
_MARKER = re.compile(r"\[\d+\]")
# Ranked articles that are looked at, hence the depth of every retrieval measure.
DEPTH = 10

Scores = dict[str, float]


class Located(Protocol):
    """A citation or a related article: something with an address."""

    @property
    def document_id(self) -> str: ...

    @property
    def number(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Findings:
    """What an answer lacks or has wrong, as its reader would name it."""

    missing_phrases: tuple[str, ...] = ()
    missing_places: tuple[str, ...] = ()
    wrong_citations: tuple[str, ...] = ()
    altered_quotes: tuple[str, ...] = ()


def is_at(place: Place, located: Located, *, anywhere: bool = False) -> bool:
    """Tell whether ``located`` has the address ``place``.

    A bare document matches what has no number; with ``anywhere``, everything in the document.
    """
    if place.document_id != located.document_id:
        return False
    return place.number == located.number or (anywhere and place.number is None)


def contains_phrase(text: str, phrase: str) -> bool:
    """Tell whether folded ``text`` contains ``phrase``; 25 is not contained in 2025."""
    pattern = re.escape(fold(phrase))
    return re.search(rf"(?<!(?<=\d)(?=\d)){pattern}(?!(?<=\d)(?=\d))", fold(text)) is not None


def missing_phrases(case: EvalCase, answer: Answer) -> tuple[str, ...]:
    """Return the key phrases that the reader is not shown."""
    shown = [_MARKER.sub("", answer.text)]
    if not case.about_documents:
        shown += [citation.quote for citation in answer.citations]
    return tuple(
        "|".join(group)
        for group in case.key_phrases
        if not any(contains_phrase(text, phrase) for text in shown for phrase in group)
    )


def missing_places(case: EvalCase, answer: Answer) -> tuple[str, ...]:
    """Return the due places that are not cited."""
    return tuple(
        "|".join(map(str, group))
        for group in case.due
        if not any(
            is_at(place, citation, anywhere=case.about_documents)
            for place in group
            for citation in answer.citations
        )
    )


def wrong_citations(case: EvalCase, answer: Answer) -> tuple[Citation, ...]:
    """Return the citations of places that are neither due nor otherwise legitimate."""
    places = [*(place for group in case.due for place in group), *case.also]
    return tuple(
        citation
        for citation in answer.citations
        if not any(is_at(place, citation, anywhere=case.about_documents) for place in places)
    )


def is_verbatim(citation: Citation, documents: Sequence[ParsedDocument]) -> bool:
    """Tell whether the quotation stands at its span, inside the article it is credited to."""
    parsed = next((d for d in documents if d.document.id == citation.document_id), None)
    if parsed is None or not citation.quote:
        return False
    if parsed.document.text[citation.start : citation.end] != citation.quote:
        return False
    # A title or a heading belongs to no article; then only the document counts.
    article = next((a for a in parsed.articles if a.id == citation.article_id), None)
    return article is None or article.start <= citation.start <= citation.end <= article.end


def find_faults(
    case: EvalCase, answer: Answer, documents: Sequence[ParsedDocument]
) -> Findings:
    """Return what is missing or wrong in an answer."""
    altered = tuple(c.quote for c in answer.citations if not is_verbatim(c, documents))
    if case.expect != "answered":
        return Findings(altered_quotes=altered)
    return Findings(
        missing_phrases=missing_phrases(case, answer),
        missing_places=missing_places(case, answer),
        wrong_citations=tuple(c.label for c in wrong_citations(case, answer)),
        altered_quotes=altered,
    )


def is_fully_right(case: EvalCase, answer: Answer) -> bool:
    """Tell whether all is shown, all due places are cited and half of the citations are right."""
    wrong = len(wrong_citations(case, answer))
    return (
        answer.status == "answered"
        and not missing_phrases(case, answer)
        and not missing_places(case, answer)
        and 2 * wrong <= len(answer.citations)
    )


def score_answer(
    case: EvalCase, answer: Answer, documents: Sequence[ParsedDocument]
) -> Scores:
    """Return every score that the case is eligible for, by name."""
    scores = {
        "answerable": _score_answerable,
        "refused": _score_unanswerable,
        "clarify": _score_ambiguous,
    }
    by_expectation = _EXPECTED[case.expect](case, answer)
    return {**by_expectation, **_score_form(case, answer, documents)}


def rank_scores(
    rankings: Mapping[str, Sequence[str]], gold: Mapping[str, Sequence[frozenset[str]]]
) -> dict[str, Scores]:
    """Return retrieval scores by case id.

    ``rankings`` holds article ids, best first; ``gold`` the groups of alternatives. Each group
    counts once, at the rank of its first alternative.
    """
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    names = {
        Success @ 1: "success_at_1",
        R @ 1: "recall_at_1",
        R @ 3: "recall_at_3",
        R @ 5: "recall_at_5",
        R @ 10: "recall_at_10",
        RR @ 10: "mrr",
        nDCG @ 10: "ndcg_at_10",
    }
    wanted = {case: {f"group-{n}": 1 for n in range(len(groups))} for case, groups in gold.items()}
    found = {case: _name_groups(rankings.get(case, ()), gold[case]) for case in gold}
    scores: dict[str, Scores] = {case: {} for case in gold}
    for metric in ir_measures.iter_calc(list(names), wanted, found):
        scores[metric.query_id][names[metric.measure]] = float(metric.value)
    return scores


def _name_groups(ranking: Sequence[str], groups: Sequence[frozenset[str]]) -> dict[str, float]:
    open_groups = dict(enumerate(groups))
    scores: dict[str, float] = {}
    for rank, article_id in enumerate(ranking[:DEPTH]):
        met = next((n for n, group in open_groups.items() if article_id in group), None)
        name = f"other-{rank}" if met is None else f"group-{met}"
        if met is not None:
            del open_groups[met]
        scores[name] = float(-rank)
    return scores


def bootstrap_interval(
    values: Sequence[float], statistic: Statistic, *, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Return the 95% percentile-bootstrap interval of a statistic; the same on every run."""
    sample = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(_SEED).integers(0, sample.size, size=(resamples, sample.size))
    low, high = np.percentile(statistic(sample[picks]), [2.5, 97.5])
    return float(low), float(high)
