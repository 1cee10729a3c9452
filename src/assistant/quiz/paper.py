"""Papers: questions drawn from the bank by a plan, A and B without a fact in common.

The same bank, plan and seed give the same papers, so the key to a printed paper can be made again
from what its footer says.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.corpus.numerals import format_numeral
from assistant.errors import QuizError
from assistant.quiz.bank import active_items, bank_version
from assistant.quiz.items import Item, ItemType

MOST_PER_ARTICLE = 3
ATTEMPTS = 200
"""Drawings tried before a plan counts as too large for the bank."""


@dataclass(frozen=True, slots=True)
class Section:
    """Questions of one type, and what each is worth."""

    type: ItemType
    number: int
    points: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a paper consists of."""

    id: str
    name: str
    minutes: int
    pass_mark: float
    """Share of the points that passes."""
    sections: tuple[Section, ...]

    @property
    def wanted(self) -> Counter[ItemType]:
        """How many questions of each type it has."""
        return Counter({section.type: section.number for section in self.sections})


PLANS = {
    plan.id: plan
    for plan in (
        Plan(
            "quick", "随堂测验", 10, 0.8,
            (
                Section(ItemType.SINGLE, 6, 10),
                Section(ItemType.MULTIPLE, 2, 10),
                Section(ItemType.JUDGE, 2, 10),
            ),
        ),
        Plan(
            "mock", "模拟卷", 60, 0.8,
            (
                Section(ItemType.SINGLE, 20, 2),
                Section(ItemType.MULTIPLE, 10, 3),
                Section(ItemType.JUDGE, 10, 1),
                Section(ItemType.FILL, 5, 2),
                Section(ItemType.SHORT, 1, 10),
            ),
        ),
        Plan(
            "screen", "上机考试", 50, 0.8,
            (
                Section(ItemType.SINGLE, 30, 1),
                Section(ItemType.JUDGE, 30, 1),
                Section(ItemType.MULTIPLE, 20, 2),
            ),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A section of a paper with its questions."""

    type: ItemType
    points: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper, ready to be written out."""

    title: str
    label: str
    """A or B; empty when there is only one."""
    plan: Plan
    sections: tuple[PaperSection, ...]
    seed: int
    bank_version: str

    @property
    def items(self) -> tuple[Item, ...]:
        """Its questions, in order."""
        return _all_items(self.sections)

    @property
    def total(self) -> int:
        """The points of the whole paper."""
        return sum(section.points * len(section.items) for section in self.sections)

    @property
    def name(self) -> str:
        """The title with the paper's letter."""
        return f"{self.title}（{self.label}卷）" if self.label else self.title

    @property
    def imprint(self) -> str:
        """What the footer says: enough to draw the same paper again."""
        which = f" · {self.label}卷" if self.label else ""
        return f"题库版本 {self.bank_version} · {self.plan.name} · 种子 {self.seed}{which}"


def draw_papers(
    bank: Sequence[Item],
    plan: Plan,
    *,
    seed: int,
    copies: int = 2,
    title: str = "",
    accept: Callable[[Sequence[Item]], bool] = bool,
) -> tuple[Paper, ...]:
    """Return papers that share no fact; drawn again until ``accept`` takes each of them.

    Raises ``QuizError`` when the bank is too small.
    """
    items = active_items(bank)
    version = bank_version(bank)
    for attempt in range(ATTEMPTS):
        drawing = _Drawing(items, random.Random(f"{seed}/{attempt}"))  # noqa: S311
        papers = [drawing.paper(plan) for _ in range(copies)]
        if all(papers) and all(accept(_all_items(sections)) for sections in papers):
            labels = "ABCDEFGH" if copies > 1 else [""]
            return tuple(
                Paper(title or plan.name, label, plan, sections, seed, version)
                for label, sections in zip(labels, papers, strict=False)
                if sections
            )
    have = Counter(item.type for item in items)
    needs = "、".join(f"{s.type.label}{s.number}道" for s in plan.sections)
    stock = "、".join(f"{kind.label}{have[kind]}道" for kind in ItemType if have[kind]) or "没有"
    raise QuizError(
        f"题库抽不出{copies}份互不重复又合乎指标的“{plan.name}”：每份要{needs}，启用的题目有{stock}。"
        "请减少份数，换一个种子，或换一种试卷。"
    )


def _all_items(sections: Sequence[PaperSection]) -> tuple[Item, ...]:
    return tuple(item for section in sections for item in section.items)


class _Drawing:
    """One attempt: what was used on one paper is not used on the next."""

    def __init__(self, items: Sequence[Item], order: random.Random) -> None:
        self._shuffled = list(items)
        order.shuffle(self._shuffled)
        self._facts: set[str] = set()

    def paper(self, plan: Plan) -> tuple[PaperSection, ...]:
        """Return the sections of a paper; empty when the questions do not suffice."""
        taken: dict[ItemType, list[Item]] = {}
        places: set[str] = set()
        articles: Counter[str] = Counter()
        # The rarer the type, the earlier it chooses.
        rarity = Counter(item.type for item in self._shuffled)
        for section in sorted(plan.sections, key=lambda s: rarity[s.type] / s.number):
            chosen = taken.setdefault(section.type, [])
            for item in self._fitting(section):
                if len(chosen) == section.number:
                    break
                spots = set(sentences_of(item))
                article = item.basis[0].article_id
                if spots & places or articles[article] >= MOST_PER_ARTICLE:
                    continue
                if not _keeps_balance(item, chosen, section.number):
                    continue
                chosen.append(item)
                places |= spots
                articles[article] += 1
            if len(chosen) < section.number:
                return ()
        self._facts.update(item.fact_id for items in taken.values() for item in items)
        return tuple(
            PaperSection(section.type, section.points, _in_order(taken[section.type]))
            for section in plan.sections
        )

    def _fitting(self, section: Section) -> Iterator[Item]:
        for item in self._shuffled:
            if item.type is section.type and item.fact_id not in self._facts:
                yield item


def sentences_of(item: Item) -> tuple[str, ...]:
    """Return the sentences that an item rests on; no two items of a paper share one."""
    return tuple(f"{basis.document_id}:{basis.start}" for basis in item.basis)


def _keeps_balance(item: Item, chosen: Sequence[Item], number: int) -> bool:
    """Tell whether a question leaves letters, truth and key sizes of its section balanced."""
    if item.type is ItemType.SINGLE:
        return _below(item.answer, [i.answer for i in chosen], number, share=0.35)
    if item.type is ItemType.JUDGE:
        return _below(item.answer, [i.answer for i in chosen], number, share=0.5)
    if item.type is ItemType.MULTIPLE:
        sizes = [(str(len(i.answer)),) for i in chosen]
        return _below((str(len(item.answer)),), sizes, number, share=0.6)
    return True


def _below(
    value: tuple[str, ...], others: Sequence[tuple[str, ...]], number: int, *, share: float
) -> bool:
    return others.count(value) + 1 <= max(1, int(number * share + 1e-9))


def _in_order(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the questions of a section, the easier ones first, as papers have them."""
    return tuple(sorted(items, key=lambda item: item.difficulty))


def section_heading(number: int, section: PaperSection, *, rule: str) -> str:
    """Return the heading of a section: 一、单项选择题（共20题，每题2分，共40分。…）."""
    count = len(section.items)
    return (
        f"{format_numeral(number)}、{section.type.label}（共{count}题，每题{section.points}分，"
        f"共{count * section.points}分。{rule}）"
    )
