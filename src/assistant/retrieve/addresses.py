"""Addresses in a question: 《措施》第二十条, 意见第12条, 第（七）条, 第二部分, 第十条之一第二款."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.corpus.numerals import parse_numeral

_N = r"(?:[〇零一二三四五六七八九十百千两\d][ \u3000]?)+"
_ARTICLE = re.compile(
    rf"第\s*[（(]?\s*(?P<a>{_N})\s*[）)]?\s*条(?:\s*之\s*(?P<s>[一二三四五六七八九十]+)(?!款|项))?"
    rf"|第\s*[（(]\s*(?P<b>{_N})\s*[）)](?!\s*[部章节编段问款项])"
    rf"|(?<!第)[（(]\s*(?P<c>[〇零一二三四五六七八九十百]+)\s*[）)](?!\s*[部章节编段问款项])"
    rf"|(?<=[》见施法例定则])\s*(?P<d>\d{{1,4}}|(?!一条|两条){_N})\s*条(?!\s*(?:规定|措施|任务|以上|以下))"
    rf"|[Aa]rticle\s+(?P<e>\d{{1,4}})"
)
_UNIT = r"(?P<unit>大?部分(?!析)|大?章(?!程)|编(?![辑号制])|节(?![点目约制奏])|大?块|板块|版块)"
_PART = re.compile(
    rf"(?P<back>倒数)?第\s*(?P<n>{_N})\s*个?{_UNIT}|(?P<m>[一二三四五六七八九十]+)部分(?=的?标题|讲|主要)"
)
_PARTS = re.compile(rf"第\s*(?P<list>{_N}(?:[、，,和与及]\s*{_N})+)\s*个?{_UNIT}")
_LAST_PART = re.compile(
    rf"(?:最后|末尾|最末)(?:的?[这那])?一?个?{_UNIT}|(?:收尾|结尾|末尾)(?:的)?(?:那)?(?:部分|一节|一章)"
)
_FIRST_PART = re.compile(
    rf"(?:开头|最前面|打头)的?[这那]?(?:一|个)*{_UNIT}|(?<![之榜])首个?(?:部分(?!析)|章)"
)
_MIDDLE_PART = re.compile(rf"(?:正?中间|当中|居中)的?[这那]?(?:一|个)*{_UNIT}")
LAST = -1
"""Number of the part that is asked for as the last; -2 is the one before it."""
MIDDLE = 0
"""Number of the part that is asked for as the middle one."""
_BY_PLACE = ((_LAST_PART, LAST), (_MIDDLE_PART, MIDDLE), (_FIRST_PART, 1))
_NESTING = {("章", "节"), ("编", "章"), ("分", "节"), ("分", "章")}
_PARAGRAPH = re.compile(rf"第\s*(?P<n>{_N})\s*款")


@dataclass(frozen=True, slots=True)
class Address:
    """An article, or with ``part`` a part, that a question names by number."""

    number: int
    suffix: int = 0
    part: bool = False
    paragraph: int | None = None
    document: str = ""
    """Id of the document named before it, when one is."""
    span: tuple[int, int] = (0, 0)
    unit: str = ""
    """Last character of what a part is called: 章, 节, 编, 分 or 块."""
    above: Address | None = None
    """The part that it is a part of: 第四章 of 第四章第二节."""


def read_addresses(question: str) -> tuple[Address, ...]:
    """Return the addresses in a question, in order."""
    found: list[Address] = []
    for match in _ARTICLE.finditer(question):
        number = parse_numeral(next(g for g in match.group("a", "b", "c", "d", "e") if g))
        if number:
            behind = _PARAGRAPH.match(question, match.end())
            found.append(
                Address(
                    number,
                    suffix=parse_numeral(match["s"] or "") or 0,
                    paragraph=parse_numeral(behind["n"]) if behind else None,
                    span=(match.start(), behind.end() if behind else match.end()),
                )
            )
    for match in _PARTS.finditer(question):
        found += _enumerated(match)
    for pattern, place in _BY_PLACE:
        for match in pattern.finditer(question):
            found.append(_part(place, match))
    for match in _PART.finditer(question):
        number = parse_numeral(match["n"] or match["m"])
        within = any(a.span[0] <= match.start() < a.span[1] for a in found)
        if number and not within:
            found.append(_part(-number if match["back"] else number, match))
    return _nest(sorted(found, key=lambda a: a.span), question)


def _nest(addresses: Sequence[Address], question: str) -> tuple[Address, ...]:
    """Return the addresses with a 节 that follows its 章 made one."""
    nested: list[Address] = []
    for address in addresses:
        before = nested[-1] if nested else None
        if (
            before
            and before.part
            and (before.unit, address.unit) in _NESTING
            and question[before.span[1] : address.span[0]] in ("", "的", "中", "里")
        ):
            span = (before.span[0], address.span[1])
            nested[-1] = replace(address, above=before, span=span)
        else:
            nested.append(address)
    return tuple(nested)


def _enumerated(match: re.Match[str]) -> list[Address]:
    """Return the addresses of 第二、三部分, each where its number stands."""
    numbers = list(re.finditer(_N, match["list"]))
    at = match.start("list")
    starts = [match.start(), *(at + n.start() for n in numbers[1:])]
    ends = [*(at + n.end() for n in numbers[:-1]), match.end()]
    parsed = [parse_numeral(n[0].strip()) or 0 for n in numbers]
    return [
        Address(number, part=True, span=span, unit=match["unit"][-1:])
        for number, span in zip(parsed, zip(starts, ends, strict=True), strict=True)
        if number
    ]


def _part(number: int, match: re.Match[str]) -> Address:
    return Address(
        number, part=True, span=match.span(), unit=(match.groupdict()["unit"] or "")[-1:]
    )
