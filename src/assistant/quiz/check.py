"""The bank, or a paper, measured: every figure with its target.

The targets are those of the study of real papers on which the quiz rests; what only a reader can
judge is not here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import DocumentKind, ParsedDocument
from assistant.quiz.check_baselines import Baselines, measure_baselines
from assistant.quiz.check_item import Fault, ItemChecker, Rule
from assistant.quiz.export_text import option_lines, stem_line
from assistant.quiz.items import Item, ItemType
from assistant.quiz.probe import Probe, likeness, normalise
from assistant.quiz.select import SAME_STEM, SHORT_ASKING, bare_stem
from assistant.quiz.wording import BLANK, GAP, LISTED_ONLY
from assistant.quiz.words import Words

Search = Callable[[str], Sequence[str]]
"""Returns the ids of the articles nearest to a question, best first."""

LEAST_FOR_SHARE = 8
"""Questions of a kind below which shares say nothing."""
FOUND_WITHIN = 3
FULL_PAPER = 40
"""Questions from which a paper's length is measured."""
SHORTEST_READING, LONGEST_READING = 3500, 5000
"""Printed characters of forty questions that a reader gets through in the time."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure must reach: at least, at most, or both."""

    least: float | None = None
    most: float | None = None

    def met(self, value: float) -> bool:
        """Tell whether a value reaches the target."""
        low = self.least is None or value >= self.least - 1e-9
        return low and (self.most is None or value <= self.most + 1e-9)

    def words(self, show: Callable[[float], str]) -> str:
        """Return the target as a report prints it."""
        if self.least is None:
            return f"≤ {show(self.most or 0)}"
        if self.most is None:
            return f"≥ {show(self.least)}"
        if self.least == self.most:
            return show(self.least)
        return f"{show(self.least)}～{show(self.most)}"


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its target; ``None`` when too few questions to say."""

    name: str
    value: float | None
    target: Target
    count: int
    """How many questions, options or pairs it was measured on."""
    is_share: bool = True

    @property
    def shown(self) -> str:
        """The value as a report prints it."""
        return "—" if self.value is None else self._show(self.value)

    @property
    def wanted(self) -> str:
        """The target as a report prints it."""
        return self.target.words(self._show)

    def _show(self, value: float) -> str:
        return f"{value:.1%}" if self.is_share else f"{value:g}"

    @property
    def met(self) -> bool:
        """Whether the target is met; a figure that could not be measured does not fail."""
        return self.value is None or self.target.met(self.value)


@dataclass(frozen=True, slots=True)
class Report:
    """All figures, and the faults of single questions behind them."""

    metrics: tuple[Metric, ...]
    faults: tuple[Fault, ...]

    @property
    def passed(self) -> bool:
        """Whether every target is met."""
        return all(metric.met for metric in self.metrics)


class Checker:
    """Checks banks and papers against documents."""

    def __init__(
        self,
        documents: Sequence[ParsedDocument],
        probe: Probe,
        words: Words,
        *,
        search: Search | None = None,
    ) -> None:
        self._documents = tuple(documents)
        self._items = ItemChecker(documents, probe, words)
        self._probe = probe
        self._search = search

    def faults(self, item: Item) -> list[Fault]:
        """Return what is wrong with one item."""
        return self._items.faults(item)

    def check_bank(self, items: Sequence[Item]) -> Report:
        """Measure a bank."""
        faults, metrics = self._common(items)
        numbered = [a for p in self._documents for a in p.numbered if not p.document.edition_of]
        asked = {basis.article_id for item in items for basis in item.basis}
        covered = sum(article.id in asked for article in numbered)
        coverage = _share(covered, len(numbered))
        metrics.append(Metric("条文覆盖率", coverage, Target(least=0.85), len(numbered)))
        return Report(tuple(metrics), tuple(faults))

    def check_paper(
        self, items: Sequence[Item], *, wanted: Counter[ItemType], retrieval: bool = True
    ) -> Report:
        """Measure a paper; ``wanted`` is how many questions of each type its plan has."""
        faults, metrics = self._common(items, retrieval=retrieval)
        made = Counter(item.type for item in items)
        missing = sum((made - wanted).values()) + sum((wanted - made).values())
        repeated = len(items) - len({item.fact_id for item in items})
        per_article = Counter(item.basis[0].article_id for item in items if item.basis)
        crowded = max(per_article.values(), default=0)
        for name, value, most in (
            ("与方案不符的题数", missing, 0),
            ("同一知识点重复", repeated, 0),
            ("同一条文题数", crowded, 3),
        ):
            target = Target(most=most)
            metrics.append(Metric(name, value, target, len(items), is_share=False))
        if len(items) >= FULL_PAPER:
            printed = [(stem_line(item), *option_lines(item)) for item in items]
            length = sum(len(line) for lines in printed for line in lines)
            per_forty = length * 40 / len(items)
            metrics.append(
                Metric(
                    "每40题卷面字数",
                    round(per_forty),
                    Target(SHORTEST_READING, LONGEST_READING),
                    len(items),
                    is_share=False,
                )
            )
        return Report(tuple(metrics), tuple(faults))

    def _common(
        self, items: Sequence[Item], *, retrieval: bool = True
    ) -> tuple[list[Fault], list[Metric]]:
        faults = [fault for item in items for fault in self._items.faults(item)]
        metrics = [
            *_by_rule(items, faults),
            *_guessing(measure_baselines(items, self._probe)),
            *_multiples(items),
            *_judges(items),
            *_keys(items),
            self._commentary(items),
            Metric("重复题", len(twins(items)), Target(most=0), len(items), is_share=False),
        ]
        if self._search is not None and retrieval:
            metrics.append(_round_trip(items, self._search))
        return faults, metrics

    def _commentary(self, items: Sequence[Item]) -> Metric:
        commentary = {
            p.document.id for p in self._documents if p.document.kind is not DocumentKind.NORMATIVE
        }
        count = sum(item.document_ids[0] in commentary for item in items)
        return Metric("解读类材料占比", _share(count, len(items)), Target(most=0.15), len(items))


_RULE_TARGETS = {
    Rule.SOURCE: (Target(1, 1), True),
    Rule.EDITIONS: (Target(least=0.95), True),
    Rule.KEY: (Target(1, 1), True),
    Rule.REFUTED: (Target(1, 1), True),
    Rule.TRUE_ELSEWHERE: (Target(most=0), False),
    Rule.OPTIONS: (Target(1, 1), True),
    Rule.NAMED: (Target(1, 1), True),
    Rule.SELF_CONTAINED: (Target(least=0.98), True),
    Rule.LEAK: (Target(most=0), False),
    Rule.BLACKLIST: (Target(most=0), False),
}


def _by_rule(items: Sequence[Item], faults: Sequence[Fault]) -> Iterator[Metric]:
    for rule, (target, as_share) in _RULE_TARGETS.items():
        bad = len({fault.item_id for fault in faults if fault.rule is rule})
        value = _share(len(items) - bad, len(items)) if as_share else float(bad)
        yield Metric(rule.value, value, target, len(items), as_share)


def _guessing(found: Baselines) -> Iterator[Metric]:
    enough = found.singles >= LEAST_FOR_SHARE
    for name, value, target in (
        ("单选答案同一字母最大占比", found.letter, Target(most=0.35)),
        ("选最长项的猜中率", found.longest, Target(most=found.chance + 0.05)),
        ("选与题干最像项的猜中率", found.overlap, Target(most=found.chance + 0.10)),
        ("选文中最常见项的猜中率", found.frequency, Target(most=0.40)),
    ):
        yield Metric(name, value if enough else None, target, found.singles)


def _multiples(items: Sequence[Item]) -> Iterator[Metric]:
    multiples = [item for item in items if item.type is ItemType.MULTIPLE]
    enough = len(multiples) >= LEAST_FOR_SHARE
    full = sum(len(i.answer) == len(i.options) for i in multiples)
    all_but_one = sum(len(i.answer) == len(i.options) - 1 for i in multiples)
    sizes = Counter(len(i.answer) for i in multiples)
    for name, count, most in (
        ("多选全选占比", full, 0.15),
        ("多选只差一项占比", all_but_one, 0.50),
        ("多选同一答案个数占比", max(sizes.values(), default=0), 0.60),
    ):
        value = _share(count, len(multiples)) if enough else None
        yield Metric(name, value, Target(most=most), len(multiples))


def _judges(items: Sequence[Item]) -> Iterator[Metric]:
    judges = [item for item in items if item.type is ItemType.JUDGE]
    true = sum(item.answer == ("T",) for item in judges)
    value = _share(true, len(judges)) if len(judges) >= LEAST_FOR_SHARE else None
    yield Metric("判断题正确占比", value, Target(0.45, 0.55), len(judges))


def _keys(items: Sequence[Item]) -> Iterator[Metric]:
    keys = Counter("、".join(i.right_texts) for i in items if i.type is not ItemType.JUDGE)
    count = sum(keys.values())
    value = _share(max(keys.values(), default=0), count) if count >= LEAST_FOR_SHARE else None
    yield Metric("同一答案最大占比", value, Target(most=0.20), count)


def twins(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Return the pairs of questions of one form that ask the same, of two facts or of one."""
    found = []
    asked: dict[ItemType, list[tuple[str, Item]]] = {}
    for item in items:
        text = bare_stem(item.stem)
        if item.options and len(text) < SHORT_ASKING:
            text += normalise("".join(item.right_texts))
        for known, other in asked.setdefault(item.type, []):
            different = item.document_ids[0] != other.document_ids[0] and set(
                item.right_texts
            ) != set(other.right_texts)
            judged = item.type is ItemType.JUDGE
            if (judged or not different) and likeness(known, text) >= SAME_STEM:
                found.append((other.id, item.id))
        asked[item.type].append((text, item))
    return found


def _round_trip(items: Sequence[Item], search: Search) -> Metric:
    found = _share(sum(is_found(item, search) for item in items), len(items))
    return Metric("检索往返命中率（前3条）", found, Target(least=0.95), len(items))


def is_found(item: Item, search: Search) -> bool:
    """Tell whether search, asked the stem alone, finds an article that the item rests on."""
    wanted = {basis.article_id for basis in item.basis}
    if item.pattern == "claims":
        # The stem only names a part of a document; each right statement is looked for.
        name = item.stem.partition("“")[0].removeprefix("下列表述中，符合")
        asked = [f"{name}{text}" for text in item.right_texts]
    else:
        asked = [item.stem.replace(LISTED_ONLY, "").replace(BLANK, "").replace(GAP, "")]
    return all(wanted & set(search(question)[:FOUND_WITHIN]) for question in asked)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
