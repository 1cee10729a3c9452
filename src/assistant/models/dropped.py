"""Words that a sentence may not leave out: 不得, 可以, 至少, 必要时, 只能 and what they govern."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.models.clauses import Text
from assistant.models.facts import Token, ends_strongly, vocabulary

HEAD = 4
"""Letters of what a word governs by which it is found in the sentence."""
CLOSE = 3
"""Letters of a number behind which a bound stands, at most."""
_ONLY = frozenset({"只能", "只", "仅", "唯一"})
_KEEPERS = frozenset({"ban", "leave", "must", "invite"})
_LIGHT = "再得予能会应曾并也又还就都，；。：！？…\n"
_AFTER_HEDGE = "下时的，"


def find_dropped(claim: Text, text: Text) -> Iterator[str]:
    """Yield what kinds of such words the evidence has and the sentence lacks."""
    for token in text.tokens:
        if _weighs(token) and any(
            _is_bare(head, token, claim, text) for head in _heads(token, text)
        ):
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
    yield _head(governed.lstrip(_LIGHT), token, text)
    if token.sort == "modality" and token.key == "ban":
        # 不得经商，在企业中兼任职务: the ban goes on until another word takes over.
        for following in range(number + 1, len(text.clauses)):
            if ends_strongly(text.plain, text.clauses[following - 1]):
                return
            begins = text.clauses[following][0]
            bodies = text.tokens_in(following, "body")
            if text.tokens_in(following, "modality") or any(b.start == begins for b in bodies):
                return
            yield text.plain[slice(*text.clauses[following])].lstrip(_LIGHT)[:HEAD]


def _head(governed: str, token: Token, text: Text) -> str:
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
        return not any(_same(t, token) and 0 <= at - t.end <= 1 for t in claim.tokens)
    spans = claim.sentences if token.sort == "hedge" else claim.clauses
    start, end = next((a, b) for a, b in spans if a <= at < b)
    if token.sort == "modality" and token.key == "ban":
        start = next(a for a, b in claim.sentences if a <= at < b)
    return not any(start <= t.start < end and _same(t, token) for t in claim.tokens)


def _same(one: Token, other: Token) -> bool:
    if other.sort == "negation":
        return one.sort == "negation" or (one.sort == "modality" and one.key == "ban")
    if other.sort == "modality" and other.key == "must":
        return one.sort == "modality" and one.key in ("must", "duty")
    if other.sort == "only":
        return one.sort == "only"
    return one.sort == other.sort and one.key == other.key
