"""Slots: the words of a sentence that a question can ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.quiz.segments import Segment
from assistant.quiz.statements import StatementReader
from assistant.quiz.words import Words

LONGEST_ACTOR = 24
LONGEST_MEASURE = 24
LONGEST_OBJECT = 26


class SlotKind(StrEnum):
    """What a slot asks for."""

    SUBJECT = "subject"
    """Who must do it."""
    AGENT = "agent"
    """By whom: 由…责令改正, 经…批准, 会同…."""
    TARGET = "target"
    """To whom it is reported: 向…报告."""
    FREQUENCY = "frequency"
    NUMBER = "number"
    """A quantity with its unit: a deadline, a share, a fine."""
    MEASURE = "measure"
    """What follows from a condition."""
    OBJECT = "object"
    """What is made into something: 将…作为必谈内容."""
    ROLE = "role"
    """What it is made into: 作为…, 纳入…."""
    QUOTED = "quoted"
    """A term in quotation marks."""
    TERM = "term"
    """A term that the text defines: 本法所称…，是指."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of a sentence's text and what it asks for."""

    kind: SlotKind
    start: int
    end: int
    passive: bool = False
    """Whether a measure meets those of the condition, not the subject of the sentence."""


_N = r"(?:\d+(?:\.\d+)?|[一二三四五六七八九十百千两]+)"
_UNIT = (
    r"个工作日|工作日|日|天|个月|月|小时|分钟|周岁|年|%|％|倍|次|人|名|万元|亿元|元|公里|千米|米|吨|辆|座|项|条|处"
    r"|个部分|部分|个方面|份"
)
_NUMBER = re.compile(
    rf"(?<![第〇零\d十百千.])(?:百分之{_N}|{_N}分之{_N}|{_N}(?:万|亿)?(?:{_UNIT})(?:以上{_N}(?:万|亿)?(?:{_UNIT})以下)?)"
    r"(?![大届中号代])"
)
_DATE = re.compile(
    r"一(?:项|处|部分|份|名|人)|月\d|起施|\d{4}年|百年|项规定|一条|一次性|一个|\d+月\d+日|年代|十[八九]|二十大|日常|日报|年度|一年来|近年|今年|每年|次全|中全会"
)
_FREQUENCY = re.compile(r"每(?:个)?(?:半年|两年|季度|月|周|年)")
_TARGET = re.compile(
    r"(?:向|报请|报经|抄送|报(?=[^告刊道名送酬备请经]))(?P<x>[^，；。向]{2,32}?)(?P<v>报告|反映|通报|提出|报备|申请|备案|移送|提交|举报|批准|审批|公布|说明|$)"
)
_AGENT = re.compile(
    r"(?:(?<![理自事])由|(?<![运已曾未财])经(?![营济办过常历费验纪])|会同|委托|报(?![告废酬名送刊道复]))"
    r"(?P<x>[^，；。由经]{3,26}?)"
    r"(?=责令|处(?!分|理)|给予|依法|吊销|没收|批准|决定|负责|予以|规定|制定|组织|统一|确定|同意|审批|审查|核准"
    r"|对|按照|依照|办理|指定|会同|颁发|认定|作出)"
)
_NO_BODY = re.compile(r"^其|^当地|等|应当|不得|规定|符合|使用|的(?!部门|单位)|本")
_INSIDE_QUOTES = re.compile(r"(?<=“)[^“”]*(?=”)")
_AS = re.compile(
    r"(?:将|把)(?P<x>[^，；。将把]{3,40}?)(?P<v>作为|纳入|列入|列为|载入|寓于|摆在)(?P<y>[^，；。]{3,40})$"
)
_MEASURE_AFTER = re.compile(
    r"^(?:由[^，]*?)?(?:应当|必须|要|须|可以|可|可直接)?(?P<y>(?:及时|依规依纪|依法|坚决|严肃|责令|连带|进行|按照|予以|给予|追究|通报|"
    r"暂缓|不得|不予|当场|立即|专门|优先|停止|撤销|吊销|取消|限期|约谈|督促|组织|提出|主动|实行|签订|退还|说明|告知|移送|报请|重新|停|暂停|免除|不再).*)$"
)
_MEASURE_WITHIN = re.compile(
    r"对(?:于)?(?P<c>[^，；。]{3,40}?)的(?:要|应当|必须)?(?P<y>(?:依规依纪|依法|坚决查处|严肃|责令|连带|进行|及时|予以|给予|追究|通报|约谈|开展)[^，；。的]{2,20})$"
)
_WHEN = re.compile(
    r"^(?P<c>[^，；。]{4,30}?)(?:时|后|前)(?:应当|必须|要|须)(?P<y>[^，；。]{3,16})$"
)
_PASSIVE = re.compile(r"追究|处理|问责|处分|处罚|查处|责令|通报|连带|诫勉|罚款|吊销|没收|警告")
_QUOTED = re.compile(r"“(?P<x>[^“”，、；。]{2,10})”")
_SPOKEN = re.compile(r"总书记|指出，|强调[，：]|；强调")
_TERM = re.compile(
    r"(?:^|本法|本条例|本规定|本办法|本意见)所称(?P<x>[^，；。]{2,16})，?(?:是指|包括)"
)


def find_slots(
    text: str, segments: Sequence[Segment], reader: StatementReader, words: Words
) -> Iterator[Slot]:
    """Yield the slots of a sentence, in no particular order; none where someone is quoted."""
    if _SPOKEN.search(text):
        return
    for number, segment in enumerate(segments):
        yield from _subjects(segment, reader, words)
        yield from _actors(segment, words)
        yield from _values(segment)
        yield from _roles(segment)
        yield from _measures(segments, number)
        yield from _quoted(segment)
    for match in _TERM.finditer(text):
        yield Slot(SlotKind.TERM, match.start("x"), match.end("x"))


def _subjects(segment: Segment, reader: StatementReader, words: Words) -> Iterator[Slot]:
    subject = reader.subject_of(segment)
    if subject is None or not words.ends_as_actor(subject.text):
        return
    # 领导班子成员之间, and 领导班子成员发现其他成员…, tell who it is.
    rest = segment.text[len(subject.text) :]
    told = rest.startswith(("之间", "以外", "之外")) or f"其他{subject.text[-2:]}" in rest
    if len(subject.text) <= LONGEST_ACTOR and "的" not in subject.text and not told:
        end = segment.start + len(subject.text)
        yield Slot(SlotKind.SUBJECT, segment.start, end)


def _actors(segment: Segment, words: Words) -> Iterator[Slot]:
    for kind, pattern in ((SlotKind.TARGET, _TARGET), (SlotKind.AGENT, _AGENT)):
        for match in pattern.finditer(segment.text):
            if words.ends_as_actor(match["x"]) and not _NO_BODY.search(match["x"]):
                start, end = match.span("x")
                yield Slot(kind, segment.start + start, segment.start + end)


def _values(segment: Segment) -> Iterator[Slot]:
    for match in _FREQUENCY.finditer(segment.text):
        if not segment.text[match.end() :].startswith("述职"):
            yield Slot(
                SlotKind.FREQUENCY, segment.start + match.start(), segment.start + match.end()
            )
    for match in _NUMBER.finditer(segment.text):
        around = segment.text[max(0, match.start() - 1) : match.end() + 2]
        span = segment.text[match.start() - 1 : match.start()] + segment.text[match.end() :][:1]
        # 4年到8年 is one quantity with two ends.
        if not _DATE.search(around) and not re.search("[到至]", span):
            yield Slot(SlotKind.NUMBER, segment.start + match.start(), segment.start + match.end())


def _roles(segment: Segment) -> Iterator[Slot]:
    # “一把手” has a 把 of its own.
    match = _AS.search(_INSIDE_QUOTES.sub(lambda found: "□" * len(found[0]), segment.text))
    if match is None:
        return
    for kind, group in ((SlotKind.OBJECT, "x"), (SlotKind.ROLE, "y")):
        start, end = match.span(group)
        if end - start <= LONGEST_OBJECT and not re.search(r"并|以及其|的巡视", match[group]):
            yield Slot(kind, segment.start + start, segment.start + end)


def _measures(segments: Sequence[Segment], number: int) -> Iterator[Slot]:
    segment = segments[number]
    follows = number > 0 and segments[number - 1].is_lead
    patterns = [_MEASURE_WITHIN, _WHEN, *([_MEASURE_AFTER] if follows else [])]
    for pattern in patterns:
        match = pattern.search(segment.text)
        if match is None:
            continue
        start, end = match.span("y")
        words = match["y"]
        if 3 <= end - start <= LONGEST_MEASURE and not re.search(
            r"其(?!他)|向.*(?:报告|反映)", words
        ):
            passive = _PASSIVE.search(words) is not None
            yield Slot(SlotKind.MEASURE, segment.start + start, segment.start + end, passive)
            return


def _quoted(segment: Segment) -> Iterator[Slot]:
    for match in _QUOTED.finditer(segment.text):
        start, end = match.span("x")
        yield Slot(SlotKind.QUOTED, segment.start + start, segment.start + end)
