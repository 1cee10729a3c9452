"""Enumerations inside a segment: 通过A、B、C等方式, “甲、乙、丙、丁”; where lists begin and end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.quiz.segments import depths
from assistant.quiz.words import Words

LEAST_MEMBERS = 3
SHORTEST_MEMBER, LONGEST_MEMBER = 2, 24

_LEADS = re.compile(
    r"通过|综合运用|运用|包括|对|加强|推动|推进|健全|完善|落实|压实|开展|坚持|执行|结合|存在|违规干预|干预|围绕|强化|按照|遵循|"
    r"分为|分别为|作为|以|是|向|由|在|经|与|有|立足|践行|做到|严把|把|将|掌握|做实|履行|增强|提高|具有|具备|采取|享有|应当|要|不得|"
    r"必须|从事|提供|禁止|涉及|影响|危害|通报|违反|遵守|维护|确保|提升|建设|保证|实行|支持|鼓励|促进|所作的|根据|依照|同|聚焦|履行好|"
    r"既突出|突出|集中体现了|明确了|做实|严格|不断"
)
_TAIL = re.compile(
    r"^(?:的|等|制度|机制|工作|情况|能力|贯通|协调|统筹|有效|负责|要求|职责|责任|原则|意识|监督|规范化|结合|相|规定|方针|$|”)"
)
_JOINS = re.compile(r"以及|和|及|与|或者|或")
_NESTED = re.compile(r"及其|以及|和|及(?!时|其)|与|或者|或|的(?!确)")


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list inside a segment: the span from its first to its last member."""

    start: int
    end: int
    members: tuple[str, ...]
    head: str
    is_open: bool


def find_enumerations(text: str, words: Words) -> Iterator[Enumeration]:
    """Yield the lists of at least three members whose beginning and end are certain."""
    for start, end in _stretches(text):
        found = _read(text[start:end], words)
        if found is not None:
            yield Enumeration(
                start + found.start, start + found.end, found.members, found.head, found.is_open
            )


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Yield the segment itself, and the insides of its quotation marks that hold a list."""
    yield 0, len(text)
    for match in re.finditer(r"“([^“”]*、[^“”]*)”", text):
        yield match.span(1)


def _read(text: str, words: Words) -> Enumeration | None:
    parts = _cut_behind(_split(text), text)
    if len(parts) < 2:
        return None
    middle = [text[a:b] for a, b in parts[1:-1]]
    if any(_NESTED.search(m) or not SHORTEST_MEMBER <= len(m) <= LONGEST_MEMBER for m in middle):
        return None
    first = _first_member(text[slice(*parts[0])], middle, words)
    last = _last_members(text[slice(*parts[-1])], middle)
    if first is None or last is None:
        return None
    start = parts[0][0] + first
    ends = [(parts[-1][0] + a, parts[-1][0] + b) for a, b in last]
    spans = [(start, parts[0][1]), *parts[1:-1], *ends]
    members = tuple(text[a:b] for a, b in spans)
    if len(members) < LEAST_MEMBERS or len(set(members)) < len(members) or not _alike(members):
        return None
    rest = text[ends[-1][1] :]
    if not _belongs_together(members, rest):
        return None
    return Enumeration(start, ends[-1][1], members, _head(members, rest), rest.startswith("等"))


def _split(text: str) -> list[tuple[int, int]]:
    levels = depths(text)
    cuts = [at for at, c in enumerate(text) if c == "、" and levels[at] == 0]
    starts = [0, *(at + 1 for at in cuts)]
    return list(zip(starts, [*cuts, len(text)], strict=True))


def _cut_behind(parts: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Drop what follows the last member: 甲监督、乙监督、丙监督贯通协调、形成合力."""
    inner = [text[a:b] for a, b in parts[:-1]]
    endings = Counter(part[-2:] for part in inner if len(part) > 2)
    if not endings:
        return parts
    ending, count = endings.most_common(1)[0]
    if count < LEAST_MEMBERS or count < len(inner) - 1:
        return parts
    for number, (a, b) in enumerate(parts[2:], start=2):
        if not text[a:b].endswith(ending) and ending in text[a:b]:
            return parts[: number + 1]
    return parts


def _first_member(part: str, middle: Sequence[str], words: Words) -> int | None:
    """Return where the first member begins in what precedes the first separator."""
    if not middle:
        return _behind_last_lead(part, words, shortest=SHORTEST_MEMBER, longest=12)
    lengths = {len(m) for m in middle}
    if len(lengths) == 1 and len(part) in lengths:
        return 0
    if len(lengths) == 1:
        start = len(part) - next(iter(lengths))
        # 党的自我净化、自我完善: the formula begins behind 的.
        if start >= 0 and start in (*_leads(part, words), *_behind(part, "的好及")):
            return start
    longest = max(map(len, middle)) + 4
    shortest = min(map(len, middle)) - 2
    return _behind_last_lead(part, words, shortest=max(SHORTEST_MEMBER, shortest), longest=longest)


def _behind(part: str, characters: str) -> list[int]:
    return [at + 1 for at, character in enumerate(part) if character in characters]


def _leads(part: str, words: Words) -> list[int]:
    """Return where a list can begin: behind a preposition or a verb, the likeliest last."""
    levels = depths(part)
    opening = next((verb for verb in words.verbs if part.startswith(verb)), "")
    rest = part[len(opening) :]
    second = next((verb for verb in words.verbs if rest.startswith(verb)), "") if opening else ""
    verbs = [len(opening + second)] * bool(second) + [len(opening)] * bool(opening)
    return [*verbs, *(m.end() for m in _LEADS.finditer(part) if levels[m.start()] == 0)]


def _behind_last_lead(part: str, words: Words, *, shortest: int, longest: int) -> int | None:
    fitting = [at for at in _leads(part, words) if shortest <= len(part) - at <= longest]
    return fitting[-1] if fitting else None


def _last_members(part: str, middle: Sequence[str]) -> list[tuple[int, int]] | None:
    """Return the spans of the last member, or of two joined by 和, behind the last separator."""
    end = _end_of_list(part, middle)
    if end is None:
        return None
    joins = [m for m in _JOINS.finditer(part[:end]) if m.start() >= 2 and end - m.end() >= 2]
    if len(joins) == 1:
        return [(0, joins[0].start()), (joins[0].end(), end)]
    return [(0, end)] if not joins and _NESTED.search(part[:end]) is None else None


def _end_of_list(part: str, middle: Sequence[str]) -> int | None:
    open_end = re.search(r"等(?!级|候|待|同)", part)
    if open_end:
        return open_end.start() if open_end.start() >= SHORTEST_MEMBER else None
    if not middle:
        return len(part) if _JOINS.search(part) and len(part) <= 24 else None
    longest = max(map(len, middle))
    suffix = _common_suffix(middle)
    if len(suffix) >= 2 and suffix in part:
        return part.index(suffix) + len(suffix)
    lengths = {len(m) for m in middle}
    if len(lengths) == 1:
        length = next(iter(lengths))
        if len(part) >= length and _TAIL.match(part[length:]):
            return length
    joined = _JOINS.search(part)
    if len(part) <= (2 * longest + 4 if joined else longest + 4):
        return len(part)
    return None


def _common_suffix(words: Sequence[str]) -> str:
    if len(words) < 2:
        return words[0][-2:] if words else ""
    reach = 0
    while all(len(w) > reach for w in words) and len({w[-1 - reach] for w in words}) == 1:
        reach += 1
    return words[0][len(words[0]) - reach :]


def _alike(members: Sequence[str]) -> bool:
    lengths = [len(m) for m in members]
    if any(m.startswith(("其", "的", "等")) for m in members):
        return False
    balanced = all(m.count("“") == m.count("”") and m.count("（") == m.count("）") for m in members)
    return balanced and max(lengths) <= 3 * min(lengths) + 2 and max(lengths) <= LONGEST_MEMBER


def _belongs_together(members: Sequence[str], rest: str) -> bool:
    """Tell whether members are plainly of one sort: one length, one ending, one noun for all."""
    even = len({len(member) for member in members}) == 1
    return even or bool(_head(members, rest)) or rest.startswith("等")


def _head(members: Sequence[str], rest: str) -> str:
    """Return what the members are: their common ending, or the noun behind the list."""
    suffix = _common_suffix(members)
    if len(suffix) >= 2:
        return suffix[-2:]
    noun = re.match(
        r"等?(?:各)?(?P<noun>方式|领域|重点领域|环节|问题|制度|机制|情况|意识|能力|责任|要求|措施|事项|情形|原则|职责|关)",
        rest,
    )
    return noun["noun"] if noun else ""
