"""What kind of answer a question asks for, and whether a text gives one of that kind.

A question for a number of days is not answered by a sentence without one, however near its topic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_N = r"(?:[0-9０-９]+(?:\.[0-9]+)?|[一二三四五六七八九十百千万两半数]+)"
_HOW_MANY = r"(?:几|多少|多大|何)"


class Kind(Enum):
    """Kinds of answer that a text can be searched for."""

    DAYS = "天数"
    MONTHS = "月数"
    DURATION = "期限"
    TIMES = "次数"
    FREQUENCY = "频次"
    SHARE = "比例"
    MONEY = "金额"
    COUNT = "数量"
    DATE = "日期"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    question: re.Pattern[str]
    evidence: re.Pattern[str]


def _rule(kind: Kind, question: str, evidence: str) -> _Rule:
    return _Rule(kind, re.compile(question), re.compile(evidence))


_EVERY = r"每(?:个)?(?:年|半年|季度|月|周|日|天|届|两年)|年度|月度|季度|定期|不定期|经常|常态化|随机|及时"

# The first that fits counts.
_RULES = (
    _rule(Kind.MONEY, rf"{_HOW_MANY}(?:钱|元|万)|金额|罚款|花费|费用标准", rf"{_N}\s*(?:万|亿)?元"),
    _rule(Kind.SHARE, rf"百分之{_HOW_MANY}|{_HOW_MANY}(?:的)?(?:比例|成\b|个百分点)|比例是|占比",
          rf"{_N}\s*[%％]|百分之{_N}|{_N}成|全覆盖"),
    _rule(Kind.DAYS, rf"{_HOW_MANY}(?:个)?(?:天|日|工作日|小时)|哪一?天之?前|几号",
          rf"{_N}\s*(?:个)?(?:天|日|工作日|小时)"),
    _rule(Kind.MONTHS, rf"{_HOW_MANY}个?月|几月(?:份|底|初)?", rf"{_N}\s*(?:个)?月|月度|每月|每季度"),
    _rule(Kind.TIMES, rf"{_HOW_MANY}(?:次|回|趟|遍)",
          rf"{_N}\s*(?:次|回|趟|遍)"),
    _rule(Kind.FREQUENCY,
          r"多(?:久|长时间)(?:就)?(?:要|得)?(?:开展|进行|搞|做|分析|听取|检查|报告|组织|谈|来|去)?.{0,4}一[次回趟]|频次|频率|周期|隔多久|多久一",
          _EVERY + rf"|{_N}\s*次"),
    _rule(Kind.DURATION, rf"{_HOW_MANY}年|多长时间|多久|多长|期限|时限|任期", rf"{_N}\s*(?:年|个月|天|日|小时|周)(?!月)|任期|限期"),
    _rule(Kind.COUNT, rf"{_HOW_MANY}(?:个|项|条|种|类|名|人|部分|方面|大块|篇|字|级|批|票|等次|份|层)",
          rf"{_N}\s*(?:多|余)?(?:个|项|条|种|类|名|人|部分|方面|块|篇|字|级|批|票|份|大|不|位|句|层|次)|“[一二三四五六七八九十]"),
)  # fmt: skip


def kinds_asked(question: str) -> tuple[Kind, ...]:
    """Return the kinds of value that a question asks for, in the order of the rules."""
    return tuple(rule.kind for rule in _RULES if rule.question.search(question))


def gives(kind: Kind, text: str) -> bool:
    """Tell whether a text holds a value of this kind."""
    return any(rule.evidence.search(text) for rule in _RULES if rule.kind is kind)
