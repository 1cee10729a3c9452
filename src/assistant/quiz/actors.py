"""Bodies and persons: whether two names may mean the same, or one be among the other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SEPARATORS = re.compile(r"、|和|以及|及其|及|或者|或")
_EVERYBODY = re.compile(r"^(?:任何|一切|全体|国家$|公民|有关单位|有关部门|各单位|社会)")
_LOCAL = re.compile(r"[^、]*所在地的?|本级|上一级|上级|下级|同级|其|有关|相关|原|各")

# Levels of government, lowest first: 乡 1, 县 2, 市 3, 省 4, 国务院 5.
_LEVELS = (
    (re.compile(r"县级以上地方(?:各级)?"), (2, 4)),
    (re.compile(r"县级以上"), (2, 5)),
    (re.compile(r"(?:设区的)?市级以上地方"), (3, 4)),
    (re.compile(r"(?:设区的)?市级以上"), (3, 5)),
    (re.compile(r"省级以上"), (4, 5)),
    (re.compile(r"地方各级"), (1, 4)),
    (re.compile(r"各级"), (1, 5)),
    (re.compile(r"国务院|国家|全国|中央"), (5, 5)),
    (re.compile(r"省、自治区、直辖市|省级|省（区、市）"), (4, 4)),
    (re.compile(r"设区的市级?|市级|地级市"), (3, 3)),
    (re.compile(r"县级|区级|不设区的市"), (2, 2)),
    (re.compile(r"乡镇|乡（镇）|乡级|乡、民族乡、镇|街道"), (1, 1)),
)
_WHOLE = (1, 5)


@dataclass(frozen=True, slots=True)
class Body:
    """A body without its level, and the levels at which it may stand."""

    core: str
    levels: tuple[int, int]


@lru_cache(maxsize=8192)
def bodies(actor: str) -> tuple[Body, ...]:
    """Return the bodies that an actor names: 公安、交通运输主管部门 are two."""
    text, levels = actor, _WHOLE
    for pattern, found in _LEVELS:
        if pattern.search(text):
            text, levels = pattern.sub("", text, count=1), found
            break
    parts = _SEPARATORS.split(_LOCAL.sub("", text))
    return tuple(Body(core, levels) for part in parts if (core := _core(part)))


def is_everybody(actor: str) -> bool:
    """Tell whether a name takes in everyone, so that nobody else is a wrong answer."""
    return _EVERYBODY.match(actor) is not None


def may_be_same(one: str, other: str) -> bool:
    """Tell whether a body of one actor may be one of the other's."""
    return any(
        (a.core in b.core or b.core in a.core)
        and a.levels[0] <= b.levels[1]
        and b.levels[0] <= a.levels[1]
        for a in bodies(one)
        for b in bodies(other)
    )


def _core(part: str) -> str:
    """Return a body without the government before it: 水行政主管部门."""
    rest = part.removeprefix("人民政府").removeprefix("的")
    return rest or part
