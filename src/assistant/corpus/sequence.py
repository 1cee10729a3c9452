"""Which marked lines open articles: the longest run of numbers in order.

第三条 at the start of a line may be a citation that a page break put there. Taking the numbers
as a whole tells it apart: 1 2 3 [10] 4 5 … 10 goes on far longer without the stray ten.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.corpus.lines import Line
from assistant.corpus.markers import Family, Marker, reads_as_citation
from assistant.domain import Document, Problem, ProblemKind

# What a candidate adds to its run, and what a fault between two of them takes away. A strong
# candidate pays for one fault, a weak one only for none.
STRONG, WEAK = 1.0, 0.4
FAULT = 0.5
FAR = 0.4
"""… and this much more the further a gap reaches, at FARTHEST numbers in full."""
FARTHEST = 40

REACH = 64
"""Candidates that may stand between two that follow each other."""

_CLOSED = tuple("。！？；：…”）!?;:)")
_COMMAS = ("，", "、", ",")


@dataclass(frozen=True, slots=True)
class Numbering:
    """The lines that open articles, by position, and what is odd about their numbers."""

    opening: frozenset[int]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    at: int
    line: Line
    marker: Marker
    gain: float
    below_heading: bool
    """A heading stands between the candidate before and this one."""


def find_articles(
    lines: Sequence[Line],
    numbering: Family | None,
    document: Document,
    *,
    headings: Collection[int],
    contents: Collection[int],
) -> Numbering:
    """Return which lines open articles, and the faults in their numbering."""
    candidates = _find_candidates(lines, numbering, headings=headings, contents=contents)
    opening: set[int] = set()
    problems: list[Problem] = []
    for run in _split_runs(candidates):
        chosen = _choose(run)
        opening |= {candidate.at for candidate in chosen}
        problems += _check(run, chosen, document)
    return Numbering(frozenset(opening), tuple(problems))


def _find_candidates(
    lines: Sequence[Line],
    numbering: Family | None,
    *,
    headings: Collection[int],
    contents: Collection[int],
) -> list[_Candidate]:
    found = [
        (at, line, line.marker)
        for at, line in enumerate(lines)
        if line.marker is not None
        and line.marker.family is numbering
        and at not in headings
        and at not in contents
        and not reads_as_citation(line.text, line.marker)
    ]
    spacing = 2 * sum(marker.spaced for _, _, marker in found) > len(found)
    candidates: list[_Candidate] = []
    below = 0
    for at, line, marker in found:
        open_sentence = at > 0 and at - 1 not in headings and _is_open(lines[at - 1])
        weak = open_sentence or (numbering is Family.ARTICLE and spacing and not marker.spaced)
        heading = any(n in headings for n in range(below, at))
        candidates.append(_Candidate(at, line, marker, WEAK if weak else STRONG, heading))
        below = at + 1
    return candidates


def _is_open(line: Line) -> bool:
    """Tell whether a line stops inside a sentence."""
    return not line.text.endswith(_CLOSED) and any(c in line.text for c in _COMMAS)


def _split_runs(candidates: Sequence[_Candidate]) -> list[list[_Candidate]]:
    """Divide candidates where the numbering starts anew: （一） under each heading, or an annex."""
    anew = [i for i, c in enumerate(candidates) if c.below_heading and c.marker.key == (1, 0)]
    nested = len(anew) > 1 and any(i > 0 for i in anew)
    runs: list[list[_Candidate]] = []
    for i, candidate in enumerate(candidates):
        if i == 0 or (nested and candidate.below_heading) or _starts_anew(candidates, i):
            runs.append([])
        runs[-1].append(candidate)
    return runs


def _starts_anew(candidates: Sequence[_Candidate], i: int) -> bool:
    if candidates[i].marker.key != (1, 0):
        return False
    if candidates[i].below_heading:
        return True
    # Without a heading between them, two numbers in order tell an annex from a citation.
    goes_on = i + 1 < len(candidates) and candidates[i + 1].marker.key == (2, 0)
    return goes_on and candidates[i - 1].marker.number > 1 and candidates[i].gain == STRONG


def _choose(run: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the best run of numbers in order (longest increasing subsequence, with faults)."""
    if all(b.marker.key in _following(a.marker) for a, b in pairwise(run)):
        return list(run)
    scores: list[float] = []
    before: list[int | None] = []
    for i, candidate in enumerate(run):
        best, link = -_cost(None, candidate), None
        for j in range(max(0, i - REACH), i):
            cost = _cost(run[j], candidate)
            # The nearest of equals: a repeated number belongs to the text that follows it.
            if scores[j] - cost >= best:
                best, link = scores[j] - cost, j
        scores.append(best + candidate.gain)
        before.append(link)
    at: int | None = max(range(len(run)), key=scores.__getitem__)
    chosen: list[_Candidate] = []
    while at is not None:
        chosen.append(run[at])
        at = before[at]
    return chosen[::-1]


def _following(marker: Marker) -> tuple[tuple[int, int], tuple[int, int]]:
    return (marker.number + 1, 0), (marker.number, marker.suffix + 1)


def _cost(last: _Candidate | None, candidate: _Candidate) -> float:
    """Return what it takes to go from one number to another; infinite when it goes back."""
    key = candidate.marker.key
    if last is None:
        return 0.0 if key == (1, 0) else FAULT + _distance(key[0] - 1)
    if key in _following(last.marker):
        return 0.0
    if key < last.marker.key:
        return float("inf")
    return FAULT + _distance(key[0] - last.marker.number)


def _distance(numbers: int) -> float:
    return FAR * min(numbers, FARTHEST) / FARTHEST


# --- what is odd -----------------------------------------------------------------------------


def _check(
    run: Sequence[_Candidate], chosen: Sequence[_Candidate], document: Document
) -> list[Problem]:
    problems: list[Problem] = []
    kept = {candidate.at for candidate in chosen}
    last: Marker | None = None
    for candidate in run:
        marker = candidate.marker
        if candidate.at not in kept:
            if candidate.gain == STRONG:
                problems.append(_out_of_order(candidate, last, document))
            continue
        problem = _fault(candidate, last, document)
        problems += [problem] if problem else []
        last = marker
    return problems


def _fault(candidate: _Candidate, last: Marker | None, document: Document) -> Problem | None:
    marker = candidate.marker
    if last is None:
        if marker.key == (1, 0):
            return None
        return _problem(
            candidate, document, ProblemKind.GAP, f"第一个条号是{marker.text}，此前的条文缺失"
        )
    if marker.key in _following(last):
        return None
    if marker.key == last.key:
        return _problem(candidate, document, ProblemKind.REPEAT, f"{marker.text}重复出现")
    return _problem(
        candidate, document, ProblemKind.GAP, f"{last.text}之后是{marker.text}，中间的条文缺失"
    )


def _out_of_order(candidate: _Candidate, last: Marker | None, document: Document) -> Problem:
    behind = f"出现在{last.text}之后" if last else "出现在首条之前"
    return _problem(
        candidate,
        document,
        ProblemKind.REPEAT,
        f"{candidate.marker.text}{behind}，不合顺序，按正文处理",
    )


def _problem(candidate: _Candidate, document: Document, kind: ProblemKind, message: str) -> Problem:
    return Problem(kind, document.file or document.id, candidate.line.number, message)
