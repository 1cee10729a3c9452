"""Documents that a question names only as what is carried out: asked of is what carries them out.

落实中央《意见》，北京给纪委压了什么担子; 中央这份文件执行得怎么样，北京在哪些考核里看.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_BEFORE = re.compile(r"(?:落实|贯彻|照着)(?:好)?$")
_NOUN = r"[\s》]*(?:的)?(?:那|这)?(?:个|份)?(?:文件|意见|规定|要求|精神|条款|部署)?的?\s*"
_THEN = re.compile(rf"{_NOUN}[，,]")
_BEHIND = re.compile(
    rf"{_NOUN}(?:(?:在[^，。；？?怎如]{{0,6}})?(?:贯彻|落实|执行|实施|施行)+(?:的?(?:情况|效果|成效)|得|好不好|怎么样)"
    r"|在[^，。；？?怎如]{0,8}落(?:下去|到?地|到?实))"
)
# 哪几条写到怎么落实中央《意见》本身: the text that does so is asked of.
_ITSELF = re.compile(r"[\s》]*(?:本身|自身|自己)")
_DIVIDED = re.compile(rf"{_NOUN}[^，。；？?]{{0,8}}(?:细化|拆|掰|分解)(?:成|为|了|出)")
_TAKEN = re.compile(r"(?:把|将|照着)$")


def carried_out(question: str, places: Mapping[str, Sequence[tuple[int, int]]]) -> frozenset[str]:
    """Return the ids of documents each of whose ``places`` names it as what is carried out.

    ``places`` are the spans in the question at which a document is named or pointed at. None
    where nothing else is named: 《意见》的实施情况怎么考核 asks of the 《意见》.
    """
    spans = sorted({span for found in places.values() for span in found})
    only = {
        i
        for i, found in places.items()
        if found and all(_is_carried_out(question, _whole(span, spans, question)) for span in found)
    }
    return frozenset(only if len(only) < sum(map(bool, places.values())) else ())


def _whole(
    span: tuple[int, int], spans: Sequence[tuple[int, int]], question: str
) -> tuple[int, int]:
    """Return a name together with those that stand next to it: 中央 and 《意见》."""
    start, end = span
    for other in reversed(spans):
        if start <= other[1] <= end or not question[other[1] : start].strip("的 "):
            start = min(start, other[0])
    for other in spans:
        if start <= other[0] <= end or not question[end : other[0]].strip("的 "):
            end = max(end, other[1])
    return start, end


def _is_carried_out(question: str, span: tuple[int, int]) -> bool:
    ahead = question[: span[0]]
    # 《意见》在北京落实得怎么样: where, not what.
    behind = not ahead.endswith("在") and _BEHIND.match(question, span[1])
    before = _BEFORE.search(ahead) and (
        _THEN.match(question, span[1]) or _ITSELF.match(question, span[1])
    )
    divided = _TAKEN.search(ahead) and _DIVIDED.match(question, span[1])
    return bool(behind or before or divided)
