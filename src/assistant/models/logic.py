"""Modal words, negations and conditions: what turns what a sentence says into something else."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.models.clauses import WINDOW, Text, align, pairs_of
from assistant.models.dropped import find_dropped
from assistant.models.facts import Token

ENOUGH = 5
PREDICATE = 10
"""Letters behind a modal word that tell what it governs."""


def find_turns(claim: Text, text: Text) -> Iterator[str]:
    """Yield what a sentence permits, forbids, denies or joins otherwise than its evidence."""
    yield from _modality(claim, text)
    yield from _negation(claim, text)
    yield from find_dropped(claim, text)
    yield from _joined(claim, text)


def _modality(claim: Text, text: Text) -> Iterator[str]:
    for token in claim.tokens:
        if token.sort != "modality":
            continue
        start, end = claim.clauses[claim.clause_of(token.start)]
        behind = claim.plain[token.end : end]
        window = pairs_of(behind[:PREDICATE]) or pairs_of(claim.plain[start : token.start])
        # 可以在行程开始前将权利转让: what is done may stand farther behind.
        if not any(
            _allows(token.key, _governing(number, said, text))
            for said, pairs in (
                (behind, window),
                (behind[PREDICATE:], pairs_of(behind[PREDICATE:])),
            )
            for number in (align(pairs, text) if said is behind or len(pairs) >= ENOUGH else ())
        ):
            yield "modality"


def _governing(number: int, predicate: str, text: Text) -> str:
    """Return what modal word governs a predicate in the evidence, empty for none."""
    start, end = text.clauses[number]
    shared = [
        at
        for at in range(start, end - 1)
        if text.plain[at : at + 2] in pairs_of(predicate[:PREDICATE])
    ]
    first = shared[0] if shared else end
    for clause in text.back_to_stop(number):
        before = [t for t in text.tokens_in(clause, "modality") if t.start <= first]
        if before:
            return before[-1].key
        inside = text.tokens_in(clause, "modality")
        if clause == number and inside:
            return inside[0].key
    return ""


def _allows(said: str, governing: str) -> bool:
    """Tell whether a modal word may stand for the one in the evidence.

    A rule without one (健全制度) is a duty; nothing but itself stands for a leave, a ban, 必须
    or an encouragement.
    """
    if said == "duty":
        return governing in ("duty", "must", "")
    return said == governing


def _negation(claim: Text, text: Text) -> Iterator[str]:
    """Find what the claim denies and the evidence does not."""
    for token in claim.tokens:
        if token.sort == "negation":
            denied = claim.plain[token.end : token.end + 2]
            if not any(_turns(t, denied, text) for t in text.tokens):
                yield "negation"


def _turns(token: Token, denied: str, text: Text) -> bool:
    turning = token.sort == "negation" or (token.sort == "modality" and token.key == "ban")
    behind = text.plain[token.end : token.end + WINDOW]
    return turning and (denied in behind or behind[:1] == denied[:1])


def _joined(claim: Text, text: Text) -> Iterator[str]:
    """Find a condition that is followed by what the evidence says of another condition."""
    for number in range(len(claim.clauses) - 1):
        end = claim.clauses[number][1]
        if not claim.is_condition(number) or claim.plain[end - 1] in "、；。":
            continue
        conditions = align(claim.member_pairs(number), text, grouped=True)
        effects = align(_said_of_subject(number + 1, claim), text)
        if (
            conditions
            and effects
            and not any(
                _follows(effect, condition, claim, number, text)
                for condition in conditions
                for effect in effects
            )
        ):
            yield "joined"


def _said_of_subject(number: int, claim: Text) -> frozenset[str]:
    """Return the pairs of a clause behind the body that it begins with, if it does."""
    start, end = claim.clauses[number]
    opening = start
    for token in claim.tokens:
        if token.sort == "body" and token.start == opening and token.end < end:
            opening = token.end
    pairs = pairs_of(claim.plain[opening:end])
    return pairs if len(pairs) > 1 else claim.clause_pairs[number]


def _follows(effect: int, condition: int, claim: Text, number: int, text: Text) -> bool:
    """Tell whether what the evidence has as an effect belongs to that condition."""
    if effect == condition or not text.is_condition(condition):
        return True
    # Several conditions in a row share what follows them.
    between = range(condition + 1, effect)
    closed = [n for n in between if not text.is_condition(n)]
    opened = any(text.is_condition(n) for n in between if closed and n > closed[0])
    # 对典型问题通报曝光 has an object of its own.
    own = bool(closed) and text.starts(effect, "对") and not claim.starts(number + 1, "对")
    return effect > condition and not opened and not own
