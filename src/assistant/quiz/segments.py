"""Sentences → segments between commas: who each is about, and which only prepare the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.quiz.words import Words

LONGEST_SUBJECT = 40

_WIDE = str.maketrans(",;:?!()", "，；：？！（）")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)，(?=\d{3})")
_OPENERS, _CLOSERS = "“‘（《【〔", "”’）》】〕"
MODAL = re.compile(
    r"应当|必须|不得|可以|有权|决不能|决不允许|不能|负责(?!人|同志)|主管(?!部门|机关|方|人|单位)|须"
    r"|应(?!急|对|用|有的|聘|诉|邀|税)"
    r"|(?<![重主首必需只还简摘纲概提])要(?![求素点件害领闻么])"
)
_HANDED_ON = re.compile(r"将[^，]*(?:情况|结果|材料|资料|信息)$")
CONDITION = re.compile(r"(?:的|时|后|前|(?<!其)中|之日起[^，]*内|期间|情况下|过程中)$")
TOPIC = re.compile(
    r"^(?:(?:对|就|凡|[^，]*发现)[^，]*(?:问题|线索|情况|事项|行为|案件|申请)|对于[^，]*|对[^，]*的[^，]{0,8}(?:组织|单位|人员|干部))$"
)
_APPROVAL = re.compile(r"^(?:报)?经[^，]*(?:批准|同意|审批|审核|审查)$")
_AFTER_ACTOR = re.compile(r"发现|按规定|按照|对|向|在|从|因|以|根据|依照|依法|需要")
_BEHIND_SUBJECT = re.compile(r"(?<=..)(?:发现|对(?!象)|将|把(?!手))")
_NO_NAME = re.compile(r"以外|共同|理由")
_NARRATES = re.compile(r"[着了过]|指出|强调|提出|是否|以及其他")


def widen(text: str) -> str:
    """Return ``text`` with full-width punctuation and spaces for line breaks, same length."""
    wide = text.translate(_WIDE).replace("\n", " ")
    return _BETWEEN_DIGITS.sub(",", wide)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a sentence between commas; ``end`` is before the mark that closes it."""

    start: int
    end: int
    mark: str
    text: str
    is_lead: bool = False
    """Whether it only prepares the one behind it: a condition, or a topic."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who must or may, at the beginning of a segment."""

    text: str
    modal: str
    """Empty when the verb follows at once."""
    predicate: int
    """Offset in the segment's text at which the modal begins."""


def depths(text: str) -> list[int]:
    """Return for each character how many quotation marks and brackets stand open around it."""
    out, depth = [], 0
    for character in text:
        if character in _OPENERS:
            depth += 1
        out.append(depth)
        if character in _CLOSERS and depth:
            depth -= 1
    return out if depth == 0 else [0] * len(text)


@lru_cache(maxsize=8192)
def split_segments(text: str) -> tuple[Segment, ...]:
    """Return the segments of a sentence: never cut inside quotation marks or brackets."""
    levels = depths(text)
    segments, start = [], 0
    for at, character in enumerate(text):
        if character in "，；：。" and levels[at] == 0:
            if at > start:
                segments.append(Segment(start, at, character, text[start:at]))
            start = at + 1
    if start < len(text):
        segments.append(Segment(start, len(text), "", text[start:]))
    return _with_leads(segments)


def stretches_around(text: str, position: int) -> Iterator[str]:
    """Yield the segment at a position with the condition before it; then without its subject.

    A statement may be put together from two stretches of a sentence; these parts of it are one.
    """
    segments = split_segments(text)
    at = next((n for n, s in enumerate(segments) if s.start <= position <= s.end), 0)
    first = at - 1 if at and segments[at - 1].is_lead else at
    stretch = text[segments[first].start : segments[at].end]
    yield stretch
    behind = _BEHIND_SUBJECT.search(stretch)
    if behind and segments[first].start + behind.start() < position:
        yield stretch[behind.start() :]


def _with_leads(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return segments with those marked that say nothing without the one behind them."""
    out: list[Segment] = []
    behind: Segment | None = None
    for segment in reversed(segments):
        lead = segment.mark == "，" and behind is not None and _prepares(segment.text, behind)
        behind = replace(segment, is_lead=lead)
        out.append(behind)
    return tuple(reversed(out))


def _prepares(text: str, behind: Segment) -> bool:
    if CONDITION.search(text) or TOPIC.search(text) or _APPROVAL.search(text):
        return True
    if _HANDED_ON.search(text):
        return True
    if MODAL.search(text):
        return False
    if behind.text.startswith("由"):
        return True
    # 监察人员对知悉的秘密，应当保密; 领导班子遇到…，出现…情况的，应当….
    return MODAL.match(behind.text) is not None or (
        behind.is_lead and CONDITION.search(behind.text) is not None
    )


def read_subject(text: str, words: Words, *, actors: Sequence[str] = ()) -> Subject | None:
    """Return who a segment says must do something, or None.

    ``actors`` are known ones, longest first, recognised without a modal.
    """
    levels = depths(text)
    for match in MODAL.finditer(text):
        if match.start() == 0 or levels[match.start()]:
            continue
        phrase = text[: match.start()]
        bare = _without_adverbs(phrase, words)
        if len(bare) <= LONGEST_SUBJECT and _is_noun_phrase(bare, words):
            return Subject(bare, match[0] if bare == phrase else "", len(bare))
        break
    for actor in actors:
        rest = text[len(actor) :]
        if text.startswith(actor) and rest and words.opens_predicate(rest):
            return Subject(actor, "", len(actor))
    found = _subject_before_preposition(text, levels, words)
    # 落实上级党组织对… is a verb and its object, 组织部门对… is not.
    if found and found.text not in actors and found.text.startswith(words.verbs):
        return None
    return found


def _subject_before_preposition(text: str, levels: Sequence[int], words: Words) -> Subject | None:
    for match in _AFTER_ACTOR.finditer(text):
        phrase = text[: match.start()]
        if len(phrase) > LONGEST_SUBJECT or (phrase and levels[match.start()]):
            return None
        if words.ends_as_actor(phrase) and _is_noun_phrase(phrase, words):
            return Subject(phrase, "", len(phrase))
    return None


def _without_adverbs(phrase: str, words: Words) -> str:
    for adverb in ("之间", *words.adverbs):
        if phrase.endswith(adverb) and len(phrase) > len(adverb):
            return phrase[: -len(adverb)]
    return phrase


def _is_noun_phrase(phrase: str, words: Words) -> bool:
    if len(phrase) < 2 or CONDITION.search(phrase) or _NARRATES.search(phrase):
        return False
    if phrase.startswith(("每", "无", "其", "当地")) or _NO_NAME.search(phrase):
        return False
    if MODAL.search(phrase):
        return False
    if words.ends_as_actor(phrase):
        # 同级党委, 从业人员, 经营者 begin like prepositions and are none.
        return not re.search(
            r"^(?:对|把|将|向(?!导)|由|因|凡|如(?!何)|在|发现|按照|根据|依照)|[一-龥）”](?:对|将|按照)",
            phrase,
        )
    return not words.opens_predicate(phrase) and not re.search(r"[地得]$|对", phrase)
