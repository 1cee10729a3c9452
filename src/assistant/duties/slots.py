"""How often, by when and how much; who is to be told: slots read from a stretch of text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.corpus.numerals import parse_numeral
from assistant.duties.records import Frequency, FrequencyKind, Period, Span
from assistant.duties.vocabulary import MASK, Vocabulary, mask

_N = r"[0-9０-９〇零一二三四五六七八九十百千两]+"
_PERIODS = {
    "半年": Period.HALF_YEAR,
    "季度": Period.QUARTER,
    "季": Period.QUARTER,
    "年度": Period.YEAR,
    "年": Period.YEAR,
    "月": Period.MONTH,
    "周": Period.WEEK,
    "星期": Period.WEEK,
    "日": Period.DAY,
    "天": Period.DAY,
}
_UNITS = "半年|季度|季|年度|年|月|周|星期|日|天"
_PERIOD = re.compile(
    rf"每(?P<n>{_N})?个?(?P<unit>{_UNITS})(?:至少|不少于)?|(?P<end>年终|年末|年底)"
    rf"|(?:按|逐)(?P<by>季度|季|年|月|周|日)(?!照|期|时|程|规)"
)
_TIMES = re.compile(rf"(?P<n>{_N})次")
_REPEATED = re.compile(r"不定期|定期|经常性(?!项)|经常化|经常(?!性|居住)|常态化|随时")
_PROMPT = re.compile(r"(?<!不)(?:及时|立即|尽快|迅速|即时|当场|第一时间|即刻|马上|适时)")
_DEADLINE = re.compile(
    rf"限期|按期|按时|(?:自[^，。；]{{2,30}}之日起)?{_N}个?(?:工作日|日|天|小时|个月|月|年)"
    rf"(?:内|以内|之内|前|以前|之前)"
)
_EXTENT = re.compile(rf"[0-9０-９.]+[%％]|百分之{_N}|全覆盖|一定比例|一定数量")

_RECIPIENT = re.compile(
    r"向|报请|报送|抄送|抄报|呈报|上报|报经|(?<![汇申举通呈上填检])报(?![告送道批备酬复废名到])"
)
_SENT_FOR = re.compile(r"批准|备案|审批|审核|审查|审定|核准|决定|同意|备查|[，；。、]")
_LONGEST_LAST = 12
_SHORTEST = 2
"""Characters of the shortest recipient."""
_DIRECT = re.compile(
    r"(?:通报|告知|通知|函告|抄告|报告)(?P<who>[^，；。并的][^，；。并]{2,40}?)(?=$|[，；。]|并|后)"
)
_ACTS_BEFORE = re.compile(
    r"(?:及时|如实|书面|实名|直接|主动|定期|立即|逐级|分别|一并|情况|进行|作出)+$"
)
_NOT_TOLD = ("了解", "学习", "征求", "收取", "支付", "缴纳", "提供", "颁发", "借")


def read_frequencies(text: str, offset: int) -> tuple[Frequency, ...]:
    """Return the words of frequency in ``text``, which stands at ``offset`` in its document."""
    found = [*_periods(text, offset)]
    for pattern, kind in (
        (_DEADLINE, FrequencyKind.DEADLINE),
        (_REPEATED, FrequencyKind.REPEATED),
        (_PROMPT, FrequencyKind.PROMPT),
        (_EXTENT, FrequencyKind.EXTENT),
    ):
        for match in pattern.finditer(text):
            found.append(Frequency(_span(match[0], offset + match.start()), kind))
    found.sort(key=lambda frequency: frequency.span.start)
    kept: list[Frequency] = []
    for frequency in found:
        if not kept or frequency.span.start >= kept[-1].span.end:
            kept.append(frequency)
    return tuple(kept)


def _periods(text: str, offset: int) -> Iterator[Frequency]:
    for match in _PERIOD.finditer(text):
        period = Period.YEAR if match["end"] else _PERIODS[match["unit"] or match["by"]]
        times = _TIMES.search(text, match.end())
        yield Frequency(
            _span(match[0], offset + match.start()),
            FrequencyKind.PERIOD,
            period,
            every=parse_numeral(match["n"] or "1") or 1,
            times=(parse_numeral(times["n"]) or 1) if times else 1,
        )


def read_recipient(text: str, offset: int, vocabulary: Vocabulary) -> Span | None:
    """Return who is told, by 向…报告, 报…, 抄送…; None where nobody is."""
    masked = mask(text)
    for match in _RECIPIENT.finditer(masked):
        if match[0] == "向":
            found = _told(masked, match.end(), vocabulary)
        else:
            found = _sent(masked, match, vocabulary)
        if found is not None:
            start, end = found
            return _span(text[start:end], offset + start)
    for direct in _DIRECT.finditer(masked):
        start, end = direct.span("who")
        if vocabulary.endings.ends(text[start:end]):
            return _span(text[start:end], offset + start)
    return None


def _told(masked: str, begin: int, vocabulary: Vocabulary) -> tuple[int, int] | None:
    """Return the recipient between 向 and the verb of telling."""
    for place in range(begin + 1, len(masked)):
        if masked.startswith(_NOT_TOLD, place):
            return None
        word = vocabulary.telling.at(masked, place)
        if not word or len(vocabulary.endings.at(masked, place + len(word))) > 1 or word == "报":
            if masked[place] in "，；。":
                return None
            continue
        if masked.startswith("的", place + len(word)):
            return None
        acts = _ACTS_BEFORE.search(masked[begin:place])
        end = place - len(acts[0]) if acts else place
        return (begin, end) if end > begin else None
    return None


def _sent(masked: str, match: re.Match[str], vocabulary: Vocabulary) -> tuple[int, int] | None:
    """Return the recipient behind 报 or 抄送: words that end with a body."""
    begin = match.end()
    stop = _SENT_FOR.search(masked, begin)
    end = stop.start() if stop else len(masked)
    if end - begin < _SHORTEST:
        return None
    named = vocabulary.endings.ends(masked[begin:end]) or masked[end - 1] == MASK
    # Behind 报送 at the end of a clause stands whom it is sent to, whatever it is called.
    named = named or (len(match[0]) > 1 and end - begin <= _LONGEST_LAST and stop is None)
    return (begin, end) if named else None


def _span(text: str, start: int) -> Span:
    return Span(text, start, start + len(text))
