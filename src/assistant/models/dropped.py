"""Words that a sentence may not leave out: 不得, 可以, 至少, 必要时, 只能 and what they govern."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.models.clauses import Text
from assistant.models.facts import Token, ends_strongly, vocabulary

HEAD = 4
"""Letters of what a word governs by which it is found in the sentence."""
LONGEST_HEAD = 16
CLOSE = 3
"""Letters of a number behind which a bound stands, at most."""
_ONLY = frozenset({"只能", "只", "仅", "唯一"})
_KEEPERS = frozenset({"ban", "leave", "must", "invite"})
_LIGHT = "再得予能会应曾并也又还就都，；。：！？…\n"
_AFTER_HEDGE = "下时的，"


def find_dropped(claim: Text, text: Text) -> Iterator[str]:
    """Yield what kinds of such words the evidence has and the sentence lacks."""
    weighing = [(token, list(_heads(token, text))) for token in text.tokens if _weighs(token)]
    for token, heads in weighing:
        for head in heads:
            if not _is_bare(head, token, claim, text):
                continue
            # 可以少于……；可以多于……: what both govern is found twice.
            alike = [t for t, others in weighing if t.sort == token.sort and head in others]
            if all(_is_bare(head, other, claim, text) for other in alike):
                yield f"dropped_{token.sort}"


def _weighs(token: Token) -> bool:
    if token.sort == "modality":
        return token.key in _KEEPERS
    if token.sort == "hedge":
        return token.key not in vocabulary().droppable
    return token.sort in ("negation", "bound") or (token.sort == "only" and token.key in _ONLY)


def _heads(token: Token, text: Text) -> Iterator[str]:
    """Yield the first letters of everything that a word governs."""
    number = text.clause_of(token.start)
    start, end = text.clauses[number]
    governed = text.plain[token.end : end].strip("，；。：！？…\n")
    if token.sort == "bound" and len(governed) < CLOSE:
        # 3日以内: the bound stands behind its number.
        governed = text.plain[max(start, token.start - CLOSE) : token.start]
    if token.sort == "hedge":
        governed = text.plain[token.end :].lstrip(_AFTER_HEDGE)
        yield _first_of_its_kind(governed, text)
        return
    yield _head(governed.lstrip(_LIGHT), token, text)
    if token.sort == "modality" and token.key == "ban" and "的" not in governed:
        # 不得经商，在企业中兼任职务: the ban goes on until another word takes over.
        for following in range(number + 1, len(text.clauses)):
            if ends_strongly(text.plain, text.clauses[following - 1]):
                return
            begins = text.clauses[following][0]
            bodies = text.tokens_in(following, "body")
            if text.tokens_in(following, "modality") or any(b.start == begins for b in bodies):
                return
            yield text.plain[slice(*text.clauses[following])].lstrip(_LIGHT)[:HEAD]


def _first_of_its_kind(governed: str, text: Text) -> str:
    """Return the first letters of what a condition governs, as many as stand nowhere else."""
    for length in range(HEAD, LONGEST_HEAD):
        if text.plain.count(governed[:length]) == 1:
            return governed[:length]
    return governed[:HEAD]


def _head(governed: str, token: Token, text: Text) -> str:
    if token.sort == "modality":
        return _first_of_its_kind(governed, text)
    short = governed[:2]
    if token.sort in ("negation", "only") and text.plain.count(short) == 1:
        return short
    return governed[:HEAD]


def _is_bare(head: str, token: Token, claim: Text, text: Text) -> bool:
    """Tell whether the sentence has what a word governs, but not the word."""
    at = claim.plain.find(head) if len(head) >= 2 else -1
    if at < 0:
        return False
    if token.sort == "negation":
        # 对符合要求的，准予许可；对不符合要求的，不予许可: it may stand with and without.
        return _count_affirmed(head, claim) > _count_affirmed(head, text)
    spans = claim.sentences if token.sort == "hedge" else claim.clauses
    start, end = next((a, b) for a, b in spans if a <= at < b)
    if token.sort == "modality":
        start = next(a for a, b in claim.sentences if a <= at < b) if token.key == "ban" else start
        # 在……场所，禁止吸烟: said behind what it governs, where nothing else is.
        said = [t.key for t in claim.tokens if t.sort == "modality"]
        there = [t for t in text.tokens if t.sort == "modality" and t.key == token.key]
        if said == [token.key] and len(there) == 1:
            end = len(claim.plain)
    if token.sort == "modality" and token.key == "ban" and _is_denied(at, start, claim):
        return False
    return not any(start <= t.start < end and _same(t, token) for t in claim.tokens)


def _count_affirmed(head: str, text: Text) -> int:
    """Return how often words stand in a text without a negation before them."""
    denied = {t.end + gap for t in text.tokens if _denies(t) for gap in (0, 1)}
    return sum(match.start() not in denied for match in re.finditer(re.escape(head), text.plain))


def _denies(token: Token) -> bool:
    return token.sort == "negation" or (token.sort == "modality" and token.key == "ban")


def _is_denied(at: int, start: int, claim: Text) -> bool:
    """Tell whether a negation stands before a place: 未能提供 for 不能提供."""
    said = claim.plain[start:at]
    return any(
        t.sort == "negation" and start <= t.start < at and "的" not in said[t.end - start :]
        for t in claim.tokens
    )


def _same(one: Token, other: Token) -> bool:
    if other.sort == "modality" and other.key == "must":
        return one.sort == "modality" and one.key in ("must", "duty")
    if other.sort == "only":
        return one.sort == "only"
    return one.sort == other.sort and one.key == other.key
