"""Which drafts come into the bank: clear, certain, and not the same thing twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.quiz.draft import BasisMaker, Draft
from assistant.quiz.items import ItemType
from assistant.quiz.probe import Probe, likeness, normalise, pairs
from assistant.quiz.wording import BLANK, GAP, LISTED_ONLY, number_from
from assistant.quiz.words import Words
from assistant.text import fold

LONGEST_STEM, LONGEST_SHORT_STEM = 80, 120
LEAK = 0.6
SAME_STEM = 0.8
SHORT_ASKING = 45
MOST_OF_ONE_SIZE = 0.58
"""Share of multiple choices that may have one number of right options."""
COMMON_TERM = 6
"""Occurrences of a quoted term in a document from which it is no secret."""
MOST_PER_SENTENCE = 3
MOST_PER_KEY = 9
MOST_PER_AGENT = 3
"""Times that one body is asked for as the one by whom: 由…责令改正."""
MOST_PER_TERM = 1
"""Times that a quoted term is asked of one document."""
_WORTH = {
    "cross-doc": 9,
    "frequency": 8,
    "number": 8,
    "target": 7,
    "measure": 7,
    "enumeration": 6,
    "agent": 6,
    "object": 5,
    "duty-list": 5,
    "formula": 5,
    "list": 5,
    "term": 5,
    "subject": 4,
    "quoted": 3,
    "role": 2,
    "wording": 5,
    "claims": 6,
    "items": 8,
}


@dataclass(slots=True)
class Screen:
    """Says why a draft cannot be asked."""

    probe: Probe
    maker: BasisMaker
    words: Words

    def fault(self, draft: Draft) -> str:
        """Return why a draft is turned away, in a word; empty when it is not."""
        limit = LONGEST_SHORT_STEM if draft.type is ItemType.SHORT else LONGEST_STEM
        if len(draft.stem) > limit:
            return "long"
        if not all(map(self.maker.in_every_printing, draft.basis)):
            return "edition"
        if self._refused(draft):
            return "refused"
        if draft.pattern == "quoted" and self._common(draft):
            return "common"
        tells = draft.type in (ItemType.JUDGE, ItemType.SHORT)
        if not tells and leaks(draft.stem, [right.text for right in draft.right]):
            return "leak"
        return ""

    def _common(self, draft: Draft) -> bool:
        return self.probe.count(f"“{draft.right[0].text}”") > COMMON_TERM

    def _refused(self, draft: Draft) -> bool:
        text = fold(draft.stem + "".join(r.text for r in draft.right))
        return any(
            fold(refusal.words) in text and refusal.document_id in ("", draft.basis[0].document_id)
            for refusal in self.words.refusals
        )


def leaks(stem: str, answers: Iterable[str]) -> bool:
    """Tell whether a stem gives an answer away: its words, or most of their pairs."""
    for part in (BLANK, GAP, LISTED_ONLY):
        stem = stem.replace(part, "｜")
    folded, known = normalise(stem), pairs(normalise(stem))
    for answer in answers:
        wanted = pairs(normalise(answer))
        if normalise(answer) in folded or (wanted and len(wanted & known) / len(wanted) >= LEAK):
            return True
    return False


@dataclass(slots=True)
class Selection:
    """Takes drafts, the worthiest first, and turns away what was asked already."""

    seed: int
    _stems: dict[ItemType, list[tuple[str, str, Draft]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _per_sentence: Counter[str] = field(default_factory=Counter)
    _per_key: Counter[str] = field(default_factory=Counter)
    _facts: set[str] = field(default_factory=set)
    _per_document: Counter[str] = field(default_factory=Counter)

    def take(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Return the drafts that come into the bank, in their own order."""
        ranked = sorted(drafts, key=self._rank)
        kept = [draft for draft in ranked if self._accept(draft)]
        chosen = {(draft.id, draft.truth) for draft in _balanced(_of_mixed_sizes(kept))}
        return [draft for draft in drafts if (draft.id, draft.truth) in chosen]

    def _rank(self, draft: Draft) -> tuple[int, int, str]:
        worth = _WORTH.get(draft.pattern, 1)
        return -worth, number_from(f"{self.seed}/{draft.fact_id}"), draft.id

    def _accept(self, draft: Draft) -> bool:
        if draft.fact_id not in self._facts and not self._has_room(draft):
            return False
        bare = bare_stem(draft.stem)
        if draft.type.has_options and len(bare) < SHORT_ASKING:
            # The options say what is asked.
            bare += normalise("".join(r.text for r in draft.right))
        key = "|".join(r.text for r in draft.right)
        for known, known_key, other in self._stems[draft.type]:
            if other.fact_id == draft.fact_id:
                if other.truth == draft.truth:
                    return False
            elif likeness(known, bare) >= SAME_STEM:
                same_document = other.basis[0].document_id == draft.basis[0].document_id
                if same_document or known_key == key or draft.type is ItemType.JUDGE:
                    return False
        self._stems[draft.type].append((bare, key, draft))
        if draft.fact_id not in self._facts:
            self._facts.add(draft.fact_id)
            self._per_sentence[_sentence_of(draft)] += 1
            self._per_key[_key_class(draft)] += 1
        return True

    def _has_room(self, draft: Draft) -> bool:
        if self._per_sentence[_sentence_of(draft)] >= MOST_PER_SENTENCE:
            return False
        most = {"quoted": MOST_PER_TERM, "agent": MOST_PER_AGENT}.get(draft.pattern, MOST_PER_KEY)
        return self._per_key[_key_class(draft)] < most


def bare_stem(stem: str) -> str:
    """Return a stem without its opening and blanks, folded, for comparing."""
    for part in (BLANK, GAP, LISTED_ONLY):
        stem = stem.replace(part, "")
    head, comma, rest = stem.partition("，")
    return normalise(rest if comma and ("《" in head or "据" in head[:2]) else stem)


def _of_mixed_sizes(drafts: Sequence[Draft]) -> list[Draft]:
    """Leave out the least worthy multiple choices of the size that most have."""
    sizes = Counter(len(d.right) for d in drafts if d.type is ItemType.MULTIPLE)
    if not sizes:
        return list(drafts)
    size, count = sizes.most_common(1)[0]
    others = sizes.total() - count
    surplus = count - int(others * MOST_OF_ONE_SIZE / (1 - MOST_OF_ONE_SIZE))
    if surplus <= 0 or not others:
        return list(drafts)
    common = [d for d in drafts if d.type is ItemType.MULTIPLE and len(d.right) == size]
    dropped = {draft.id for draft in common[-surplus:]}
    return [draft for draft in drafts if draft.id not in dropped]


def _balanced(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """Yield the drafts; of a statement's true and false form only one, half of them true."""
    judged: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.type is ItemType.JUDGE:
            judged[draft.fact_id].append(draft)
        else:
            yield draft
    for number, forms in enumerate(judged.values()):
        yield from (form for form in forms if form.truth == bool(number % 2))


def _sentence_of(draft: Draft) -> str:
    return f"{draft.basis[0].document_id}:{draft.basis[0].start}"


def _key_class(draft: Draft) -> str:
    key = "|".join(r.text for r in draft.right)
    own = draft.pattern in ("quoted", "agent")
    return f"{draft.basis[0].document_id}:{draft.pattern}:{key}" if own else key
