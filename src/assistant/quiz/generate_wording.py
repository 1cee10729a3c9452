"""Statements → true or false by one change of wording, from a closed table of changes."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.domain import DocumentKind
from assistant.quiz.draft import BasisMaker, Draft, Right, evidence_for
from assistant.quiz.facts import Facts
from assistant.quiz.items import ItemType
from assistant.quiz.probe import Probe
from assistant.quiz.segments import split_segments
from assistant.quiz.statements import Source, Statement
from assistant.quiz.wording import document_name, opening, pick, place_name, quoted
from assistant.quiz.words import Words

SHORTEST_JUDGED = 16
_STATING = ("{name}规定，", "{name}明确，", "根据{name}，")


class WordingQuestions:
    """Makes statements to be judged."""

    def __init__(self, facts: Facts, probe: Probe, maker: BasisMaker, words: Words) -> None:
        self._facts = facts
        self._probe = probe
        self._maker = maker
        self._words = words

    def drafts(self) -> Iterator[Draft]:
        """Yield the statements that one change of the table makes false, both ways."""
        for source in self._facts.sources:
            if source.is_title or source.document.kind is not DocumentKind.NORMATIVE:
                continue
            for right, wrong in self._words.edits:
                at = source.text.find(right)
                if at >= 0:
                    yield from self._of_edit(source, at, right, wrong)

    def _of_edit(self, source: Source, at: int, right: str, wrong: str) -> Iterator[Draft]:
        segment = next((s for s in split_segments(source.text) if s.start <= at < s.end), None)
        statement = self._facts.reader.build(source, segment) if segment else None
        if statement is None or statement.text.count(right) != 1:
            return
        said = statement.text.replace(right, wrong)
        if len(said) < SHORTEST_JUDGED or self._probe.says(said):
            return
        around = statement.text.replace(right, "，")
        if self._probe.true_elsewhere(around, wrong, apart_from=source.place):
            return
        evidence = evidence_for(source, at, at + len(right))
        for truth, text in ((True, statement.text), (False, said)):
            yield self._judge(statement, text, truth, (right, wrong), evidence, at)

    def _judge(self, statement: Statement, text: str, truth: bool, edit: tuple[str, str],
               evidence: str, at: int) -> Draft:  # fmt: skip
        right, wrong = edit
        source = statement.source
        fact_id = f"{source.place}:wording@{at}"
        name = document_name(source.document)
        start = (
            pick(_STATING, fact_id).format(name=name)
            if statement.complete
            else opening(statement, around=len(text), seed=fact_id)
        )
        correction = "" if truth else f"{quoted(wrong)}应为{quoted(right)}"
        verdict = "正确。" if truth else f"错误。{correction}。"
        place = place_name(source.document, source.article)
        return Draft(
            fact_id,
            "wording",
            ItemType.JUDGE,
            f"{start}{text}。",
            (Right(right, evidence),),
            (self._maker.of_statement(statement),),
            f"{verdict}{place}原文：{quoted(statement.text)}。",
            truth=truth,
            correction=correction,
        )
