"""Documents → a bank of questions, without a model; the same seed gives the same bank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import ParsedDocument
from assistant.quiz.choose import Chooser
from assistant.quiz.distract import DistractorFinder
from assistant.quiz.draft import BasisMaker, Draft
from assistant.quiz.facts import Facts, extract_facts
from assistant.quiz.generate_claims import ClaimQuestions
from assistant.quiz.generate_differences import DifferenceQuestions
from assistant.quiz.generate_duties import DutyQuestions
from assistant.quiz.generate_items import ItemListQuestions
from assistant.quiz.generate_lists import ListQuestions
from assistant.quiz.generate_slots import SlotQuestions
from assistant.quiz.generate_wording import WordingQuestions
from assistant.quiz.items import Item
from assistant.quiz.probe import Probe
from assistant.quiz.select import Screen, Selection
from assistant.quiz.words import Words


@dataclass(frozen=True, slots=True)
class Generated:
    """A bank, and what became of the drafts that are not in it."""

    items: tuple[Item, ...]
    turned_away: Counter[str]


def generate_bank(documents: Sequence[ParsedDocument], words: Words, *, seed: int) -> Generated:
    """Return the questions that the documents yield, in the order of the text."""
    known = {parsed.document.id for parsed in documents}
    searched = [p for p in documents if p.document.edition_of not in known]
    facts = extract_facts(searched, words)
    probe = Probe(documents, facts.sources)
    maker = BasisMaker(tuple(documents))
    screen = Screen(probe, maker, words)
    turned_away: Counter[str] = Counter()
    kept = []
    numbered = ItemListQuestions(searched, probe, maker).drafts()
    for draft in (*_drafts(facts, probe, maker, words, seed=seed), *numbered):
        fault = "rejected" if draft.id in words.rejected else screen.fault(draft)
        if fault:
            turned_away[fault] += 1
        else:
            kept.append(draft)
    chosen = Selection(seed).take(kept)
    turned_away["repeated"] = len(kept) - len(chosen)
    chooser = Chooser(probe, words, seed)
    made = [chooser.item(draft) for draft in chosen]
    items = tuple(item for item in made if item is not None)
    turned_away["options"] = len(made) - len(items)
    return Generated(items, turned_away)


def _drafts(
    facts: Facts, probe: Probe, maker: BasisMaker, words: Words, *, seed: int
) -> Iterator[Draft]:
    finder = DistractorFinder(facts, probe, words)
    slots = SlotQuestions(finder, maker, words)
    for fact in facts.facts:
        yield from slots.drafts(fact)
    lists = ListQuestions(finder, maker)
    for found in facts.lists:
        yield from lists.drafts(found)
    yield from DutyQuestions(facts, probe, maker, words).drafts()
    yield from ClaimQuestions(finder, maker, words).drafts(facts.facts, seed=seed)
    yield from WordingQuestions(facts, probe, maker, words).drafts()
    yield from DifferenceQuestions(facts, finder, maker, words).drafts()
