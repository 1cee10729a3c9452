"""Segments → statements: the part of a sentence that can be asked about by itself.

A statement is verbatim: one stretch of a sentence, or its subject and a later stretch that
shares it. What is read is the sentence with its punctuation made full-width, character for
character, so that spans hold in the document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.domain import Article, Document, Sentence
from assistant.quiz.segments import (
    CONDITION,
    MODAL,
    TOPIC,
    Segment,
    Subject,
    read_subject,
    split_segments,
)
from assistant.quiz.words import Words

LONGEST_STATEMENT = 84
SHORTEST_STATEMENT = 10
SHORTEST_CONDITION = 14
"""Characters of a condition that needs nothing before it: 对纠正不力的 needs to be told of what."""

_DANGLING = re.compile(
    r"(?:的|时|后|前|下|基础上|以及|和|并|及|与|过程中|等|等?方式|的态度|为由|以内|期限内)$"
)
_ADVERBIAL = re.compile(
    r"^(?:按照|根据|依照|依据|围绕|结合|针对|在[^，]*(?:中|下|上|后|前|内)$|以[^，]*为[^，]*$|通过[^，]*等?方式$"
    r"|综合运用[^，]*方式$|采取[^，]*等?方式$|为了?)"
)
_BY_RULE = re.compile(
    r"(?:依据|根据|按照|依照)[^，]{2,30}(?:要求|规定|计划|标准|原则|特点|需要|情况)$"
)
# 自受理申请之日起: of which application, the article says.
_BORROWED = re.compile(r"自(?:收到|受理)(?:其|该)?(?:申请|报告)?(?:材料)?之日起")
_CONTINUES = re.compile(r"^(?:并|且|还|再|其中|同时|但)")
_OUTSIDE = re.compile(r"(?<!及)其(?!他|中|余|次|实|它)")


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence and where it belongs."""

    document: Document
    article: Article
    sentence: Sentence
    text: str
    """The sentence as it is shown: full-width punctuation, without its final stop."""
    is_title: bool

    @property
    def place(self) -> str:
        """The id of the sentence."""
        return self.sentence.id


@dataclass(frozen=True, slots=True)
class Statement:
    """What an item says, before a slot in it is left blank."""

    source: Source
    text: str
    pieces: tuple[tuple[int, int], ...]
    """Its spans in the source's text; put together they are ``text``."""
    complete: bool
    """Whether it names who it is about; else the article has to be named."""

    def offset_of(self, position: int) -> int | None:
        """Return where a position of the source's text stands in the statement."""
        passed = 0
        for start, end in self.pieces:
            if start <= position <= end:
                return passed + position - start
            passed += end - start
        return None

    @property
    def span(self) -> tuple[int, int]:
        """The stretch of the source's text that it is taken from."""
        return self.pieces[0][0], self.pieces[-1][1]


def _leading_condition(text: str) -> int | None:
    """Return the length of the condition that a segment is or begins with, None without one."""
    if CONDITION.search(text) or TOPIC.search(text):
        return len(text)
    found = re.match(r"(?:对|发现)[^的]*的(?!情况|问题|处|罚款|监督|反映|[^，]*制度)", text)
    return found.end() if found else None


def _start_of_unit(segments: Sequence[Segment], at: int) -> int:
    """Return the first segment since the last semicolon."""
    while at > 0 and segments[at - 1].mark in "，：":
        at -= 1
    return at


class StatementReader:
    """Builds statements; knows the actors of the documents."""

    def __init__(self, words: Words, actors: Sequence[str]) -> None:
        self._words = words
        self._actors = actors

    def subject_of(self, segment: Segment) -> Subject | None:
        """Return who a segment is about, when it says so itself."""
        return read_subject(segment.text, self._words, actors=self._actors)

    def build(
        self,
        source: Source,
        upto: Segment,
        *,
        since: Segment | None = None,
        longest: int = LONGEST_STATEMENT,
    ) -> Statement | None:
        """Return the shortest statement of a source that ends with the segment ``upto``.

        It reaches back to ``since`` at least. None when it would be too long, or lean on words
        outside the sentence.
        """
        segments = split_segments(source.text)
        last = segments.index(upto)
        if upto.is_lead:
            return None
        earliest = self._anchor(segments, segments.index(since) if since else last)
        for first in range(earliest, -1, -1):
            if first < earliest and segments[first].mark == "；":
                break
            if first > 0 and segments[first - 1].is_lead:
                continue
            made = self._from(source, segments, first, last, earliest)
            if made is not None:
                return self._checked(made, longest)
        return self._without_subject(source, segments, earliest, last, longest)

    def _anchor(self, segments: Sequence[Segment], at: int) -> int:
        """Return the segment at which a statement about ``at`` has to begin at the latest."""
        while at > 0 and segments[at - 1].mark != "；":
            text = segments[at].text
            condition = segments[at - 1] if segments[at - 1].is_lead else segments[at]
            short = _leading_condition(condition.text)
            leans = _CONTINUES.match(text) or (short is not None and short < SHORTEST_CONDITION)
            if not leans or self.subject_of(condition) is not None:
                break
            at -= 2 if segments[at - 1].is_lead and at > 1 and segments[at - 2].mark != "；" else 1
        first = _start_of_unit(segments, at)
        has_own = (at > 0 and segments[at - 1].is_lead) or _leading_condition(
            segments[at].text
        ) is not None
        # 多人采用走访形式的，应当推选代表，代表人数不得超过5人: the condition holds to the end.
        return first if segments[first].is_lead and at > first and not has_own else at

    def _from(
        self, source: Source, segments: Sequence[Segment], first: int, last: int, earliest: int
    ) -> Statement | None:
        start, end = segments[first].start, segments[last].end
        head = first
        while head < last and segments[head].is_lead and self.subject_of(segments[head]) is None:
            head += 1
        if self.subject_of(segments[head]) is not None:
            return Statement(source, source.text[start:end], ((start, end),), complete=True)
        if first != earliest and not any(s.is_lead for s in segments[first:earliest]):
            return None
        shared = self._shared_subject(segments, first)
        if shared is None or not self._takes_subject(segments[first].text):
            return None
        own = source.text[start:end]
        if not shared[1].modal and not own.startswith(("对", "发现", "将", "把")):
            return None
        modal = bool(MODAL.search(own)) or own.startswith("发现") or segments[first].is_lead
        piece = _subject_piece(*shared, with_modal=not modal)
        text = source.text[piece[0] : piece[1]] + own
        return Statement(source, text, (piece, (start, end)), complete=True)

    def _shared_subject(
        self, segments: Sequence[Segment], before: int
    ) -> tuple[Segment, Subject] | None:
        """Return the subject that the segment at ``before`` has in common with an earlier one."""
        for at in range(before - 1, -1, -1):
            segment = segments[at]
            found = self.subject_of(segment)
            if found is not None:
                known = self._words.ends_as_actor(found.text)
                return (segment, found) if known and not (at and segments[at - 1].is_lead) else None
            opens = at == 0 or segments[at - 1].mark in "；："
            if opens and not self._takes_subject(segment.text):
                return None
        return None

    def _takes_subject(self, text: str) -> bool:
        return self._words.opens_predicate(text) and not text.startswith(
            ("由", "因", "除", "凡", "如", "不按", "不报", "在", "并", "且")
        )

    def _without_subject(
        self, source: Source, segments: Sequence[Segment], earliest: int, last: int, longest: int
    ) -> Statement | None:
        """Return a statement that names no subject, to be asked with its article's name."""
        first = _start_of_unit(segments, earliest)
        if any(self.subject_of(s) for s in segments[first : last + 1]):
            return None
        if first > 0 and self.subject_of(segments[0]):
            return None
        own = segments[first].is_lead or _leading_condition(segments[first].text) is not None
        if first > 0 and segments[0].is_lead and not own:
            return None  # 对驾驶人处…罚款: for what, the first part of the sentence says.
        starts = [earliest] if self._takes_subject(segments[earliest].text) else []
        if earliest and segments[earliest - 1].is_lead:
            leads = earliest - 1
            while leads > first and segments[leads - 1].is_lead:
                leads -= 1
            starts = [leads]
        for start in dict.fromkeys([*starts, first]):
            begin, end = segments[start].start, segments[last].end
            made = Statement(source, source.text[begin:end], ((begin, end),), complete=False)
            if checked := self._checked(made, longest):
                return checked
        return None

    def _checked(self, statement: Statement, longest: int) -> Statement | None:
        text = statement.text
        if not SHORTEST_STATEMENT <= len(text) <= longest or _DANGLING.search(text):
            return None
        if any(word in text for word in self._words.unresolved):
            return None
        if text.startswith(self._words.elliptic):
            return None
        tail = split_segments(text)[-1].text
        subject = read_subject(tail, self._words, actors=self._actors)
        rest = tail[subject.predicate + len(subject.modal) :] if subject else tail
        if (_ADVERBIAL.search(rest) or _BY_RULE.search(rest)) and not MODAL.search(rest):
            return None
        outside = _OUTSIDE.search(text)
        if outside and (len(statement.pieces) > 1 or outside.start() < 8):
            return None
        return replace(statement, complete=False) if _BORROWED.search(text) else statement


def _subject_piece(segment: Segment, subject: Subject, *, with_modal: bool) -> tuple[int, int]:
    end = segment.start + subject.predicate
    return segment.start, end + (len(subject.modal) if with_modal else 0)


def collect_actors(sources: Sequence[Source], words: Words) -> tuple[str, ...]:
    """Return those who have duties in the sources, longest first."""
    found = {
        subject.text
        for source in sources
        for segment in split_segments(source.text)
        if (subject := read_subject(segment.text, words))
        and words.ends_as_actor(subject.text)
        and "的" not in subject.text
    }
    # 提出党委（党组） is a verb and its object, 组织部门 is not.
    rests = {text: _without_verb(text, words) for text in found}
    kept = [text for text in found if rests[text] not in found]
    return tuple(sorted(kept, key=lambda text: (-len(text), text)))


def _without_verb(text: str, words: Words) -> str:
    verb = next((verb for verb in words.verbs if text.startswith(verb)), "")
    return text[len(verb) :] if verb else ""
