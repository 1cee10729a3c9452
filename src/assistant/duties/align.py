"""Duties of a document beside those of the one that implements it: 中央：定期 / 北京：每季度."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from assistant.duties.bodies import Bodies
from assistant.duties.likeness import Likeness
from assistant.duties.records import Alignment, Duty, Party, Slot
from assistant.text import fold

ALIKE = 0.5
"""Least score for two duties to stand side by side; looked at by hand on the shipped corpus."""
_ARTICLE, _VERB, _BODY = 0.25, 0.1, 0.1
"""What a like topic, the same verb and akin bodies add to the likeness of what is to be done."""
_MOST_ADDED = _ARTICLE + _VERB + _BODY


def align(upper: Sequence[Duty], lower: Sequence[Duty], *, bodies: Bodies) -> list[Alignment]:
    """Return the duties of both, those on one matter in one row, in the upper one's order.

    Each duty stands in one row only. Duties that only the lower document has come last.
    """
    likeness = Likeness([_words(duty) for duty in (*upper, *lower)])
    scored = sorted(_candidates(upper, lower, likeness, bodies), key=lambda c: -c[0])
    partner: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for score, at_upper, at_lower in scored:
        if at_upper not in partner and at_lower not in taken:
            partner[at_upper] = (at_lower, score)
            taken.add(at_lower)
    rows: list[Alignment] = []
    for at, duty in enumerate(upper):
        if at not in partner:
            rows.append(Alignment(duty, None))
            continue
        other, score = partner[at]
        rows.append(Alignment(duty, lower[other], min(score, 1.0), differing(duty, lower[other])))
    rows += [Alignment(None, duty) for at, duty in enumerate(lower) if at not in taken]
    return rows


def differing(one: Duty, other: Duty) -> tuple[Slot, ...]:
    """Return the slots in which two duties differ."""
    pairs: list[tuple[Slot, object, object]] = [
        ("subject", _party(one.subject), _party(other.subject)),
        ("modality", one.modality.kind, other.modality.kind),
        ("frequency", _often(one), _often(other)),
        ("report_to", _party(one.report_to), _party(other.report_to)),
        ("consequence", one.consequence is None, other.consequence is None),
    ]
    return tuple(slot for slot, left, right in pairs if left != right)


def _candidates(
    upper: Sequence[Duty], lower: Sequence[Duty], likeness: Likeness, bodies: Bodies
) -> list[tuple[float, int, int]]:
    acts = {duty.id: likeness.pairs(_words(duty)) for duty in (*upper, *lower)}
    topics = {duty.topic: likeness.pairs(duty.topic) for duty in (*upper, *lower)}
    by_pair: dict[str, list[int]] = defaultdict(list)
    for at_lower, other in enumerate(lower):
        for pair in acts[other.id]:
            by_pair[pair].append(at_lower)
    found: list[tuple[float, int, int]] = []
    for at_upper, one in enumerate(upper):
        # Only those that share a pair of characters can be alike.
        for at_lower in sorted({at for pair in acts[one.id] for at in by_pair[pair]}):
            other = lower[at_lower]
            score = likeness.shared(acts[one.id], acts[other.id])
            if score < ALIKE - _MOST_ADDED or one.sanction != other.sanction:
                continue
            score += _ARTICLE * likeness.shared(topics[one.topic], topics[other.topic])
            score += _VERB * (one.verb.text == other.verb.text)
            if one.subject and other.subject:
                score += _BODY * bodies.akin(one.subject.bodies, other.subject.bodies)
            if score >= ALIKE:
                found.append((score, at_upper, at_lower))
    return found


def _words(duty: Duty) -> str:
    return f"{duty.condition.text if duty.condition else ''}，{duty.action.text}"


def _party(party: Party | None) -> object:
    if party is None:
        return None
    return frozenset(party.bodies) or fold(party.span.text)


def _often(duty: Duty) -> frozenset[str]:
    return frozenset(fold(frequency.span.text) for frequency in duty.frequencies)
