"""Feedback → evaluation cases: a complaint becomes a test.

An administrator's word on what was expected counts; without one, an answer that a person found
right is taken as the expectation. A complaint nobody has looked into makes no case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from assistant.domain import Citation
from assistant.users.feedback import Expected, Feedback, Verdict

_KINDS = {"answered": "fact", "refused": "unanswerable_near", "clarify": "clarify"}
_CLAUSE = re.compile(r"[^，。；：！？、\s]+")
_LONGEST_PHRASE = 24


class CaseLine(TypedDict):
    """A case as its line in a file of cases."""

    id: str
    split: str
    kind: str
    question: str
    history: list[list[str]]
    expect: str
    due: list[str]
    also: list[str]
    key_phrases: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case, and the feedback it came from."""

    feedback_id: str
    line: CaseLine


def make_cases(feedback: Sequence[Feedback]) -> tuple[NewCase, ...]:
    """Return a case for each verdict of which the expectation is known."""
    return tuple(
        NewCase(entry.id, _line(entry, expected, also))
        for entry in feedback
        for expected, also in [_expected(entry)]
        if expected is not None
    )


def _line(entry: Feedback, expected: Expected, also: Sequence[str]) -> CaseLine:
    said = f"：{' '.join(entry.comment.split())}" if entry.comment else ""
    exchange = entry.exchange
    return {
        "id": f"feedback-{entry.id[:12]}",
        "split": "dev",
        "kind": _KINDS[expected.expect],
        # A follow-up stands for itself as it was understood.
        "question": exchange.answer.question_used or exchange.question,
        "history": [],
        "expect": expected.expect,
        "due": list(expected.due),
        "also": list(also),
        "key_phrases": list(expected.key_phrases),
        "note": f"{entry.given_at:%Y-%m-%d} 评为{entry.verdict.label}{said}",
    }


def _expected(entry: Feedback) -> tuple[Expected | None, Sequence[str]]:
    if entry.expected is not None:
        return entry.expected, ()
    if entry.verdict is not Verdict.RIGHT:
        return None, ()
    answer = entry.exchange.answer
    if answer.status != "answered":
        return Expected(answer.status), ()
    if not answer.citations:
        return None, ()
    first, *others = answer.citations
    due = _place(first)
    also = dict.fromkeys(_place(citation) for citation in others)
    also.pop(due, None)
    return Expected("answered", (due,), (_phrase(first.quote),)), tuple(also)


def _place(citation: Citation) -> str:
    number = citation.number
    return citation.document_id if number is None else f"{citation.document_id}#{number}"


def _phrase(quote: str) -> str:
    """Return the quotation's longest clause, cut to what an answer must surely contain."""
    clauses: list[str] = _CLAUSE.findall(quote) or [quote]
    return max(clauses, key=len)[:_LONGEST_PHRASE]
