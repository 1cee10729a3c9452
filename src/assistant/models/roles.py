"""Who does what to whom: bodies in a sentence stand to each other as they do in its evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from assistant.models.clauses import WINDOW, Text, align, pairs_of
from assistant.models.facts import Token

BEFORE_MODAL = 2
"""Letters between a body and the modal word of which it is the subject, at most."""
_TO = "向对给报送"
_ADDRESSED = re.compile("[向给](?!.*[的应可须要])[^，]{0,6}$")
_NO_STOP = "[^，；。：！？\n]"


def find_misplaced(claim: Text, text: Text) -> Iterator[str]:
    """Yield what a sentence says of another body than its evidence says it of."""
    bodies = [t for t in claim.tokens if t.sort == "body" and t.key in text.letters]
    if _swapped(bodies, claim, text) or _repeated(bodies, claim, text):
        yield "role"
    if any(_is_no_subject(b, claim, text) or _misplaced(b, claim, text) for b in bodies):
        yield "subject"
    if any(_is_no_recipient(b, claim, text) for b in bodies):
        yield "recipient"
    if any(not _in_company(t, claim, text) for t in claim.tokens if t.sort == "rank"):
        yield "rank"


def _in_company(token: Token, claim: Text, text: Text) -> bool:
    """Tell whether 上级 and its like stand before the same letters in the evidence."""
    end = claim.clauses[claim.clause_of(token.start)][1]
    behind = claim.plain[token.start : min(token.end + 2, end)].rstrip("，；。：！？、")
    return behind in text.letters


def _swapped(bodies: list[Token], claim: Text, text: Text) -> bool:
    """Tell whether two bodies stand the other way round than in the clauses that have both."""
    for one, other in combinations(bodies, 2):
        if (
            one.key in other.key
            or other.key in one.key
            or claim.clause_of(one.start) != claim.clause_of(other.start)
        ):
            continue
        if _is_moved(other, bodies, claim):
            continue
        orders = set()
        for start, end in text.clauses:
            first = text.plain.find(one.key, start, end)
            last = text.plain.rfind(other.key, start, end)
            if min(first, last) >= 0:
                orders.add(first < last)
        if orders == {False}:
            return True
    return False


def _repeated(bodies: list[Token], claim: Text, text: Text) -> bool:
    """Tell whether a clause names a body more often than all of the evidence does."""
    counts = Counter((claim.clause_of(body.start), body.key) for body in bodies)
    return any(count > text.letters.count(key) for (_, key), count in counts.items())


def _is_moved(body: Token, bodies: list[Token], claim: Text) -> bool:
    """Tell whether a body, or the row it stands in, is named behind as who acts: 由党委."""
    start = body.start
    for other in reversed(bodies):
        if other.end in (start, start - 1):
            start = other.start
    return claim.plain[start - 1 : start] in ("由", "被", "经")


def _is_no_subject(body: Token, claim: Text, text: Text) -> bool:
    """Tell whether a body is the subject of a modal word that has another in the evidence."""
    modal = next(
        (
            t
            for t in claim.tokens
            if t.sort == "modality" and 0 <= t.start - body.end <= BEFORE_MODAL
        ),
        None,
    )
    if modal is None or claim.plain[body.start - 1 : body.start] in tuple(_TO + "同和与"):
        return False
    end = claim.clauses[claim.clause_of(modal.start)][1]
    said = pairs_of(claim.plain[modal.end : min(end, modal.end + WINDOW)])
    rivals = [t for t in text.tokens if t.sort == "modality"]
    alike = [len(said & pairs_of(text.plain[t.end : t.end + 2 * WINDOW])) for t in rivals]
    most = max(alike, default=0)
    if most < 2:
        return False
    return not any(
        body.key in _subject(t, text)
        for t, count in zip(rivals, alike, strict=True)
        if count == most
    )


def _subject(modal: Token, text: Text) -> str:
    """Return what stands before a modal word in its sentence."""
    start = next(start for start, end in text.sentences if start <= modal.start < end)
    before = text.plain[start : modal.start]
    if any(t.sort == "body" and start <= t.start < modal.start for t in text.tokens):
        return before
    return text.plain[: modal.start]  # the subject stands in a sentence before


def _is_no_recipient(body: Token, claim: Text, text: Text) -> bool:
    """Tell whether something is addressed to a body that is not its addressee: 向纪委报告."""
    start, end = claim.clauses[claim.clause_of(body.start)]
    to = claim.plain[start : body.start]
    behind = re.match(r"[\u4e00-\u9fff]{2}", claim.plain[body.end : end])
    if to[-1:] not in tuple(_TO) or behind is None:
        return False
    pattern = f"[{_TO}]{_NO_STOP}*{re.escape(body.key)}{_NO_STOP}*{behind[0]}"
    return behind[0] in text.plain and re.search(pattern, text.plain) is None


def _misplaced(body: Token, claim: Text, text: Text) -> bool:
    """Tell whether a body stands before a predicate in the claim, but not in the evidence."""
    if claim.plain[body.start - 1 : body.start] in ("由", "被", "经"):
        return False
    start, end = claim.clauses[claim.clause_of(body.start)]
    if _ADDRESSED.search(claim.plain[start : body.start]):
        return False  # looked at as one who is addressed
    window = pairs_of(claim.plain[body.end : min(end, body.end + WINDOW)])
    numbers = align(window, text) if len(window) > 1 else []
    return bool(numbers) and not any(_precedes(body.key, window, n, text) for n in numbers)


def _precedes(key: str, window: frozenset[str], number: int, text: Text) -> bool:
    start, end = text.clauses[number]
    shared = [at for at in range(start, end - 1) if text.plain[at : at + 2] in window]
    first, last = text.plain.find(key), max(shared, default=end)
    # 问题突出的被检查党组织: the body stands behind what is said of it.
    behind = text.plain.find(key, last)
    return 0 <= first < last or "的" in text.plain[last : min(behind, last + WINDOW * 2)]
