"""What one answer is worth: small pure functions over a case, an answer and the documents.

A score exists only where the case is eligible for it: without a citation there is no citation
precision. Absent is not zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.domain import Answer, Citation, ParsedDocument
from assistant.evals.cases import EvalCase, Place, find_articles
from assistant.text import fold

Scores = dict[str, float]

DEPTH = 10
"""Ranked articles that are looked at, hence the depth of every retrieval measure."""
_MARKER = re.compile(r"\[\d+\]")


class Located(Protocol):
    """Something with an address: a citation or a related article."""

    @property
    def document_id(self) -> str:
        """Id of the document."""

    @property
    def number(self) -> int | None:
        """Number of the article, None for an unnumbered part."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What an answer lacks or has wrong, in the words of the case and of the citations."""

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
    """Tell whether ``text`` contains ``phrase``, both folded; 2025 does not contain 25."""
    wanted = fold(phrase)
    before = r"(?<!\d)" if wanted[0].isdigit() else ""
    after = r"(?!\d)" if wanted[-1].isdigit() else ""
    return re.search(before + re.escape(wanted) + after, fold(text)) is not None


def missing_phrases(case: EvalCase, answer: Answer) -> tuple[str, ...]:
    """Return the key phrases that the reader is not shown, in the text or in a quotation."""
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
    legitimate = [*(place for group in case.due for place in group), *case.also]
    return tuple(
        citation
        for citation in answer.citations
        if not any(is_at(place, citation, anywhere=case.about_documents) for place in legitimate)
    )


def is_verbatim(citation: Citation, documents: Sequence[ParsedDocument]) -> bool:
    """Tell whether the quotation stands at its span, inside the article it is credited to."""
    parsed = next((d for d in documents if d.document.id == citation.document_id), None)
    if parsed is None or not citation.quote or citation.start < 0:
        return False
    if parsed.document.text[citation.start : citation.end] != citation.quote:
        return False
    article = next((a for a in parsed.articles if a.id == citation.article_id), None)
    # A title belongs to no article: then only the document can be compared.
    return article is None or article.start <= citation.start < citation.end <= article.end


def is_fully_right(case: EvalCase, answer: Answer) -> bool:
    """Tell whether all phrases are shown, all due places cited, half of the citations right."""
    return (
        answer.status == "answered"
        and not missing_phrases(case, answer)
        and not missing_places(case, answer)
        and 2 * len(wrong_citations(case, answer)) <= len(answer.citations)
    )


def find_faults(case: EvalCase, answer: Answer, documents: Sequence[ParsedDocument]) -> Findings:
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


def score_answer(case: EvalCase, answer: Answer, documents: Sequence[ParsedDocument]) -> Scores:
    """Return every score that the case and its answer are eligible for, by name."""
    score = {
        "answered": _score_answerable,
        "refused": _score_unanswerable,
        "clarify": _score_ambiguous,
    }[case.expect]
    scores = score(case, answer)
    if answer.status == "refused":
        scores["refusal_precision"] = float(case.expect == "refused")
    if answer.citations:
        verbatim = sum(is_verbatim(citation, documents) for citation in answer.citations)
        scores["verbatim"] = verbatim / len(answer.citations)
    return scores


def _score_answerable(case: EvalCase, answer: Answer) -> Scores:
    right = float(is_fully_right(case, answer))
    scores = {
        "right": right,
        "fully_right": right,
        "citation_recall": 1 - len(missing_places(case, answer)) / len(case.due),
        "answerable_refused": float(answer.status == "refused"),
        "answerable_asked_back": float(answer.status == "clarify"),
    }
    if answer.citations:
        wrong = len(wrong_citations(case, answer))
        scores["citation_precision"] = 1 - wrong / len(answer.citations)
    if answer.status == "answered":
        scores["characters"] = float(len(answer.text))
    return scores


def _score_unanswerable(case: EvalCase, answer: Answer) -> Scores:
    refused = float(answer.status == "refused")
    scores = {"right": refused, "refusal_recall": refused}
    if case.kind == "unanswerable_nearest":
        scores["nearest_refused"] = refused
        if refused and case.also:
            offered: tuple[Located, ...] = (*answer.related, *answer.citations)
            met = any(is_at(place, at) for place in case.also for at in offered)
            scores["nearest_offered"] = float(met)
    return scores


def _score_ambiguous(case: EvalCase, answer: Answer) -> Scores:
    asked_back = float(answer.status == "clarify")
    return {"right": asked_back, "clarified": asked_back}


def gold_articles(
    case: EvalCase, documents: Sequence[ParsedDocument]
) -> tuple[frozenset[str], ...]:
    """Return the ids of the due articles, a set per group; nothing when search has no target.

    Search has none for an unanswerable question, for a fact about a document, and for what
    stands in a heading only.
    """
    if case.about_documents:
        return ()
    groups = tuple(
        frozenset(a.id for place in group for a in find_articles(place, case, documents))
        for group in case.due
    )
    return groups if all(groups) else ()


def score_rankings(
    rankings: Mapping[str, Sequence[str]], gold: Mapping[str, Sequence[frozenset[str]]]
) -> dict[str, Scores]:
    """Return retrieval scores by case id.

    ``rankings`` holds article ids, best first, ``gold`` groups of alternatives. A group counts
    once, at the rank of its first alternative.
    """
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    names = {
        **{str(Success @ depth): f"success_at_{depth}" for depth in (1, 5)},
        **{str(R @ depth): f"recall_at_{depth}" for depth in (1, 3, 5, 10)},
        str(RR @ DEPTH): "mrr",
        str(nDCG @ DEPTH): "ndcg_at_10",
    }
    measures = [ir_measures.parse_measure(name) for name in names]
    wanted = {case: {f"group-{n}": 1 for n in range(len(groups))} for case, groups in gold.items()}
    found = {case: _name_groups(rankings.get(case, ()), groups) for case, groups in gold.items()}
    scores: dict[str, Scores] = {case: {} for case in gold}
    for metric in ir_measures.iter_calc(measures, wanted, found):
        scores[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return scores


def _name_groups(ranking: Sequence[str], groups: Sequence[frozenset[str]]) -> dict[str, float]:
    unmet = dict(enumerate(groups))
    scores: dict[str, float] = {}
    for rank, article_id in enumerate(ranking[:DEPTH]):
        met = next((n for n, group in unmet.items() if article_id in group), None)
        if met is not None:
            del unmet[met]
        scores[f"other-{rank}" if met is None else f"group-{met}"] = float(-rank)
    return scores
