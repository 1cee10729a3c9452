"""What decides a sentence's meaning: values, bodies, modal words, negations, and where they stand.

Read from plain text: folded, without quotation marks and brackets, numerals with units in digits.
The word lists are in ``words.toml``; they are general Chinese and know no corpus.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from assistant.corpus.numerals import parse_numeral

_DROPPED = frozenset("\"'“”‘’「」『』()（）[]【】〔〕<>〈〉《》{}*_`~·•")
_STOPS = {",": "，", ";": "；", ":": "：", "!": "！", "?": "？", ".": ".", "．": "."}
_CLAUSE_END = re.compile("[，；。：！？…\n]")
_NO_STOP = "[^，；。：！？…、\n]"
_LONG_MEMBER = re.compile(rf"(?<={_NO_STOP}{{4}})、(?={_NO_STOP}{{4}})")
_CONDITION = re.compile(
    rf"(?<={_NO_STOP}{{2}})的(?=应当|应该|必须|可以|不得|要|及时|予以|给予|进行|依规|依法|依纪|严肃|坚决|责令|由|按|处|向)"
)
_STOP_CHARACTERS = "，；。：！？…\n"
_STRONG_END = re.compile("[；。！？\n]")

_NEEDS = ("的", "据", "视", "按", "有", "所")
"""Before 需要 where it is a noun: 根据需要, 发展的需要."""
_ATTRIBUTE = re.compile("[^，；。]{1,8}的(?=[^，；。])")

_UNITS = (
    "个工作日|工作日|个月|小时|分钟|万元|亿元|季度|年度|周年|周岁|世纪|部分|方面|"
    "次|回|趟|遍|年|月|日|天|周|人|名|位|项|条|款|种|类|级|届|份|倍|元|成|票|岁|个|章|节|编|层|件|步|点|处"
)
_HAN_NUMERAL = "[〇零一二三四五六七八九十百千两]"
# 一个, 一些, 一把手: an article or a part of a word, not a number.
_COUNTED = re.compile(rf"(?<![第统唯万专])({_HAN_NUMERAL}+)(?=多?余?大?(?:{_UNITS}))")
_INDEFINITE = re.compile(
    r"一(?:个(?!月|工作日|季度)|些|种|项|件|方面|点|级|层|位|名|处|类|条(?!款)|部分)"
)
_ORDINAL = re.compile(rf"第({_HAN_NUMERAL}+)")
_PERCENT = re.compile(rf"百分之({_HAN_NUMERAL}+|\d+(?:\.\d+)?)")
_FRACTION = re.compile(rf"({_HAN_NUMERAL}+)分之({_HAN_NUMERAL}+)")

_PERIOD = r"(?P<period>半年|季度|季|年|月|周|日|天|届|次|[2-9]\d*年|[2-9]\d*个月)"
_VALUES: Mapping[str, re.Pattern[str]] = {
    "frequency": re.compile(
        rf"每(?:1?个)?{_PERIOD}|按(?P<by>季度|季|年|月|周)|(?P<of>半年|季|年|月)度(?![内外])"
    ),
    "date": re.compile(r"\d{4}年(?:\d+月)?(?:\d+日)?|\d+月\d+日"),
    "extent": re.compile(r"\d+(?:\.\d+)?%|\d+成(?![员为果立效])|\d+分之\d+"),
    "times": re.compile(r"(?<!第)\d+[次回趟遍](?!全会)"),
    "duration": re.compile(
        r"(?<![\d年])\d{1,3}(?:个工作日|工作日|个月|年(?!度)|日|天|周|小时|分钟)"
    ),
    "money": re.compile(r"\d+(?:\.\d+)?(?:万|亿)?元|\d+倍"),
    "ordinal": re.compile(r"第\d+(?:条|款|项|章|节|编|届|次|个|位|部分|方面|季度|步|种|类)?"),
    "count": re.compile(
        r"(?<!第)\d+(?:多|余)?大?(?:个|项|条|款|种|类|人|名|位|级|份|票|岁|部分|方面|章|层|件)"
    ),
    "number": re.compile(r"\d+(?:\.\d+)?"),
}


@dataclass(frozen=True, slots=True)
class Token:
    """Something that decides, and where it stands in the plain text."""

    sort: str
    """Tokens of one sort can contradict each other."""
    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The word lists, ready to be looked for."""

    groups: Mapping[str, re.Pattern[str]]
    """Sort → pattern of words, longest first, that are compared as they stand."""
    modality: re.Pattern[str]
    modality_of: Mapping[str, str]
    negation: re.Pattern[str]
    not_negative: frozenset[str]
    hedges: re.Pattern[str]
    limits: re.Pattern[str]
    """Conditions that are told by their form: 经……同意, 在……前提下."""
    droppable: frozenset[str]
    bounds: re.Pattern[str]
    bound_of: Mapping[str, str]
    bodies: re.Pattern[str]
    not_bodies: frozenset[str]
    causatives: frozenset[str]
    glue_characters: frozenset[str]
    glue: re.Pattern[str]


@cache
def vocabulary() -> Vocabulary:
    """Return the word lists of ``words.toml``."""
    text = resources.files("assistant.models").joinpath("words.toml").read_text("utf-8")
    lists: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    modality = {w: kind for kind, words in lists["modality"].items() for w in words}
    bounds = {w: kind for kind, words in lists["bounds"].items() for w in words}
    negative = lists["negation"]
    bodies = lists["bodies"]
    groups = {name: _any_of(words) for name, words in lists["groups"].items()}
    return Vocabulary(
        groups={**groups, "measure": _any_of(lists["measures"]["words"])},
        modality=_any_of(modality),
        modality_of=modality,
        negation=_any_of([*negative["words"], *negative["not_negative"]]),
        not_negative=frozenset(negative["not_negative"]),
        hedges=_any_of(lists["hedges"]["words"]),
        limits=re.compile("|".join(lists["hedges"]["patterns"])),
        droppable=frozenset(lists["hedges"]["droppable"]),
        bounds=_any_of(bounds),
        bound_of=bounds,
        bodies=re.compile(
            rf"{_any_of(bodies['not_bodies']).pattern}"
            rf"|(?:{_any_of(bodies['qualifiers']).pattern})*(?:{_any_of(bodies['cores']).pattern})"
        ),
        not_bodies=frozenset(bodies["not_bodies"]),
        causatives=frozenset(lists["causatives"]["words"]),
        glue_characters=frozenset("".join(lists["glue"]["characters"])),
        glue=_any_of(lists["glue"]["words"]),
    )


def _any_of(words: Sequence[str] | Mapping[str, str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: -len(word))
    return re.compile("|".join(map(re.escape, longest_first)))


def plain(text: str) -> str:
    """Return a text as it is compared: one width, no quotes or brackets, numerals in digits."""
    kept = []
    for character in text:
        folded = unicodedata.normalize("NFKC", character).casefold()
        if folded in _STOPS:
            folded = _STOPS[folded]
        kept.append("".join(c for c in folded if c not in _DROPPED and not c.isspace()))
    return _digits("".join(kept))


def _digits(text: str) -> str:
    text = _PERCENT.sub(lambda m: f"{_value(m[1])}%", text)
    text = _FRACTION.sub(lambda m: f"{_value(m[2])}/{_value(m[1])}", text)
    text = _ORDINAL.sub(lambda m: f"第{_value(m[1])}", text)
    parts, behind = [], 0
    for match in _INDEFINITE.finditer(text):
        parts += [_COUNTED.sub(lambda m: _value(m[1]), text[behind : match.start()]), match[0]]
        behind = match.end()
    parts.append(_COUNTED.sub(lambda m: _value(m[1]), text[behind:]))
    text = re.sub(r"(\d)[回趟遍](?!来|避|顾|应|复|访)", r"\1次", "".join(parts))
    # 一到三年 and 处以罚款 are other ways to write 一至三年 and 处罚款.
    return re.sub(r"(?<=\d)到(?=\d)", "至", text).replace("处以", "处")


def _value(numeral: str) -> str:
    value = parse_numeral(numeral)
    return numeral if value is None else str(value)


def clauses(text: str) -> list[tuple[int, int]]:
    """Return the spans of the parts of a plain text between its stops and commas.

    Long members of an enumeration are parts of their own: 正职总揽、副职分管. So is a condition
    without a comma behind it: 存在轻微违纪问题的|及时予以诫勉.
    """
    ends = sorted(
        {match.end() for match in _CLAUSE_END.finditer(text)}
        | {match.end() for match in _LONG_MEMBER.finditer(text)}
        | {match.end() for match in _CONDITION.finditer(text)}
    )
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    spans = zip([0, *ends], ends, strict=False)
    return [(start, end) for start, end in spans if text[start:end].strip(_STOP_CHARACTERS)]


def ends_strongly(text: str, span: tuple[int, int]) -> bool:
    """Tell whether a clause closes with more than a comma: what it governs ends there."""
    return bool(_STRONG_END.search(text[span[1] - 1 : span[1]]))


def read_tokens(text: str) -> tuple[Token, ...]:
    """Return what decides in a plain text, in order."""
    found = [*_values(text), *_words(text)]
    return tuple(sorted(found, key=lambda token: (token.start, -token.end)))


def _values(text: str) -> Iterator[Token]:
    # 每2年 is a frequency and no duration: of overlapping values the first sort counts.
    taken: list[tuple[int, int]] = []
    for sort, pattern in _VALUES.items():
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            yield Token(sort, _key(sort, match), *match.span())


def _key(sort: str, match: re.Match[str]) -> str:
    if sort == "frequency":
        period = match["period"] or match["by"] or match["of"]
        return {"季": "季度", "天": "日"}.get(period, period)
    if sort == "duration":
        return match[0].replace("天", "日").replace("个工作日", "工作日")
    if sort == "count":
        return re.sub("[名位]$", "人", match[0])
    return match[0]


def _words(text: str) -> Iterator[Token]:
    words = vocabulary()
    for sort, pattern in words.groups.items():
        for match in pattern.finditer(text):
            yield Token(sort, match[0], *match.span())
    modal = [m for m in words.modality.finditer(text) if words.modality_of[m[0]] != "not_modal"]
    for match in modal:
        # 有权处理的部门 says which, 发展的需要 what for: neither permits or demands.
        attribute = match[0] == "有权" and _ATTRIBUTE.match(text, match.end())
        need = match[0] == "需要" and text[max(0, match.start() - 1) : match.start()] in _NEEDS
        if not attribute and not need:
            yield Token("modality", words.modality_of[match[0]], *match.span())
    inside = {at for match in modal for at in range(*match.span())}
    for match in words.negation.finditer(text):
        if match[0] not in words.not_negative and match.start() not in inside:
            yield Token("negation", match[0], *match.span())
    yield from _limits(text)


def _limits(text: str) -> Iterator[Token]:
    words = vocabulary()
    for match in words.bounds.finditer(text):
        # 近亲属 and 约谈 are no bounds.
        if match[0] not in ("近", "约") or text[match.end() : match.end() + 1].isdigit():
            yield Token("bound", words.bound_of[match[0]], *match.span())
    for match in words.hedges.finditer(text):
        yield Token("hedge", match[0], *match.span())
    for match in words.limits.finditer(text):
        yield Token("hedge", match[0][-2:], *match.span())
    for match in words.bodies.finditer(text):
        if match[0] not in words.not_bodies:
            yield Token("body", match[0], *match.span())
