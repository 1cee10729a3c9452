"""Duties → procedures: what is done one after the other once something happens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant.duties.records import Duty, Procedure, Span, Step

_STAGE = re.compile(r"(?P<on>会|事|进驻|节|任|训|赛|庭)(?P<when>前|中|后)")
_MEMBER = re.compile(r"[、，；]")
_SHORTEST = 2
"""Steps below which there is no procedure."""


def read_procedures(duties: Sequence[Duty]) -> tuple[Procedure, ...]:
    """Return the procedures that duties in reading order lay down, article by article."""
    found: list[Procedure] = []
    for article_id, listed in groupby(duties, key=lambda duty: duty.article_id):
        article = list(listed)
        chains = [*_chains(article), *_stages(article)]
        for number, steps in enumerate(chains, start=1):
            first = steps[0].duty
            found.append(
                Procedure(
                    id=f"{article_id}.w{number}",
                    document_id=first.document_id,
                    article_id=article_id,
                    label=first.label,
                    topic=first.topic,
                    steps=tuple(steps),
                )
            )
    return tuple(found)


def _chains(duties: Sequence[Duty]) -> Iterator[list[Step]]:
    """Yield the runs of duties that begin with a case: 发现……的，……；……的，…."""
    run: list[Duty] = []
    for duty in [*duties, None]:
        if duty is not None and (duty.condition is not None or _goes_on(duty, run)):
            run.append(duty)
            continue
        if len(run) >= _SHORTEST:
            yield [Step(n, step, step.action) for n, step in enumerate(run, start=1)]
        run = []


def _goes_on(duty: Duty, run: Sequence[Duty]) -> bool:
    """Tell whether a duty without a case of its own belongs to the case before it."""
    return bool(run) and duty.sentence == run[-1].sentence and duty.subject == run[-1].subject


def _stages(duties: Sequence[Duty]) -> Iterator[list[Step]]:
    """Yield what is done before, at and after an occasion: 会前……、会中……、会后…."""
    for duty in duties:
        marks = list(_STAGE.finditer(duty.action.text))
        occasions = {mark["on"] for mark in marks}
        if len(marks) < _SHORTEST or len(occasions) > 1:
            continue
        steps: list[Step] = []
        for number, mark in enumerate(marks, start=1):
            stop = _MEMBER.search(duty.action.text, mark.end())
            last = duty.action.text.find("的", mark.end())
            ends = [stop.start() if stop else len(duty.action.text)]
            if number == len(marks) and last > 0:
                ends.append(last)
            words = _part(duty.action, mark.end(), min(ends))
            steps.append(Step(number, duty, words, _part(duty.action, *mark.span())))
        yield steps


def _part(span: Span, start: int, end: int) -> Span:
    return Span(span.text[start:end], span.start + start, span.start + end)
