"""What an answer is worth: the rules that papers print, applied to one question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from fractions import Fraction

from assistant.corpus.numerals import parse_numeral
from assistant.quiz.items import Item, ItemType
from assistant.text import fold

STAKES = (10, 20, 30)
"""Points of a 风险题, of which the host chooses one."""
SECONDS_PER_STAKED_POINT = 3
"""30, 60 or 90 seconds for 10, 20 or 30 points, as contests on a stage allow."""
Given = tuple[str, ...]
"""Letters; ``T`` or ``F``; the words of each blank; one text for a short answer."""

_MARKS = re.compile(r"[\s\"'“”‘’「」『』《》〈〉<>()（）,，.。、;；:：·\-—]+")
_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千]+")


class MultipleRule(StrEnum):
    """How a multiple-choice answer that is not exactly the key is scored."""

    STRICT = "strict"
    HALF_EACH = "half_each"
    PROPORTIONAL = "proportional"

    @property
    def words(self) -> str:
        """The rule as a paper prints it."""
        return _MULTIPLE_WORDS[self]


_MULTIPLE_WORDS = {
    MultipleRule.STRICT: "多选、少选、错选均不得分",
    MultipleRule.HALF_EACH: "错选不得分；少选的，每选对一项得0.5分",
    MultipleRule.PROPORTIONAL: "错选不得分；少选的，按选对的比例得分",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A scoring rule. It belongs to a paper, never to a question."""

    multiple: MultipleRule = MultipleRule.STRICT
    judge_penalty: float = 0.0
    """Points taken for a wrong true/false answer; a blank costs nothing."""

    def words(self, type: ItemType) -> str:
        """Return the rule for one type of question as a paper prints it."""
        if type is ItemType.MULTIPLE:
            return self.multiple.words
        if type is ItemType.JUDGE and self.judge_penalty:
            return f"判断错误扣{self.judge_penalty:g}分，不答不扣分"
        if type is ItemType.FILL:
            return "每空全对得该空分数，按空计分"
        if type is ItemType.SHORT:
            return "按要点给分，由作答人对照要点自评"
        return "错选或者不选不得分，不倒扣"

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer is worth."""

    right: bool
    """Whether all of it is right."""
    points: float
    best: float
    parts: tuple[bool, ...] = ()
    """For each blank, or each point of a model answer, whether it is there."""


def judge_answer(
    item: Item, given: Given | None, *, rule: Rule, best: float | None = None
) -> Verdict:
    """Return what an answer is worth; ``best`` overrides the question's own score."""
    full = float(item.score if best is None else best)
    if item.type is ItemType.SHORT:
        return _judge_short(item, given, full)
    if not given or not any(words.strip() for words in given):
        return Verdict(False, 0.0, full, (False,) * len(item.accept))
    if item.type is ItemType.FILL:
        return _judge_fill(item, given, full)
    if set(given) == set(item.answer):
        return Verdict(True, full, full)
    if item.type is ItemType.MULTIPLE:
        return Verdict(False, _part_of_multiple(item, given, rule.multiple, full), full)
    return Verdict(False, -rule.judge_penalty if item.type is ItemType.JUDGE else 0.0, full)


def _part_of_multiple(item: Item, given: Given, rule: MultipleRule, full: float) -> float:
    chosen, key = set(given), set(item.answer)
    if rule is MultipleRule.STRICT or not chosen < key:
        return 0.0
    if rule is MultipleRule.HALF_EACH:
        return min(full, 0.5 * len(chosen))
    return float(round(Fraction(full) * len(chosen) / len(key), 2))


def _judge_fill(item: Item, given: Given, full: float) -> Verdict:
    accepted = item.accept or tuple((words,) for words in item.answer)
    written = [*given, *[""] * len(accepted)]
    parts = tuple(
        plain_words(words) in {plain_words(form) for form in forms}
        for words, forms in zip(written, accepted, strict=False)
    )
    points = float(round(Fraction(full) * sum(parts) / len(parts), 2)) if parts else 0.0
    return Verdict(all(parts), points, full, parts)


def _judge_short(item: Item, given: Given | None, full: float) -> Verdict:
    """Propose points by keywords; the person who wrote it settles them."""
    text = plain_words(given[0]) if given else ""
    parts = tuple(any(plain_words(k) in text for k in p.keywords) for p in item.rubric)
    return settle_short(item, parts, best=full)


def settle_short(item: Item, parts: Sequence[bool], *, best: float | None = None) -> Verdict:
    """Return what a short answer is worth when ``parts`` of its points are there."""
    total = sum(point.score for point in item.rubric) or 1
    full = float(item.score if best is None else best)
    found = sum(p.score for p, there in zip(item.rubric, parts, strict=False) if there)
    points = float(round(Fraction(full) * found / total, 2))
    return Verdict(bool(parts) and all(parts), points, full, tuple(parts))


def section_points(verdicts: Sequence[Verdict]) -> float:
    """Return the points of one section of a paper; penalties never take it below zero."""
    return max(0.0, round(sum(verdict.points for verdict in verdicts), 2))


def plain_words(words: str) -> str:
    """Return what two fillings are compared by: width, marks and numerals aside."""
    bare = _MARKS.sub("", fold(words))
    return _NUMERAL.sub(lambda found: _as_digits(found[0]), bare)


def _as_digits(numeral: str) -> str:
    number = parse_numeral(numeral)
    return numeral if number is None else str(number)


@dataclass(frozen=True, slots=True)
class RoomRule:
    """How a room counts: points for each question, and what speed and errors do to them."""

    seconds: int = 30
    """For each question."""
    points: float = 10.0
    """For each right answer; 0 means the question's own score."""
    wrong_penalty: float = 0.0
    """Taken for a wrong answer; no answer costs nothing."""
    speed_weight: float = 0.0
    """Share of the points that the last second costs: 0 (speed does not count) to 0.5."""
    multiple: MultipleRule = MultipleRule.STRICT
    shuffle: bool = True
    """Whether every member sees the options in an order of their own."""
    buzz: bool = False
    """Whether only the first right answer counts, and locks the question."""
    teams: bool = False
    """Whether members name a team, which scores the mean of its members."""
    stake: float = 0.0
    """Of a 风险题: won by a right answer, lost by a wrong one; 0 for all other questions."""

    def at_stake(self, stake: float) -> RoomRule:
        """Return the rule for a 风险题: whoever does not answer wins and loses nothing."""
        return replace(
            self,
            stake=stake,
            seconds=round(stake * SECONDS_PER_STAKED_POINT),
            points=stake,
            wrong_penalty=stake,
            speed_weight=0.0,
            multiple=MultipleRule.STRICT,
            buzz=False,
        )

    @property
    def words(self) -> str:
        """The rule as the room shows it."""
        if self.stake:
            return (
                f"风险题：答对得{self.stake:g}分，没有全对扣{self.stake:g}分，不答不得分也不扣分，"
                f"限时{self.seconds}秒。"
            )
        worth = f"每题{self.points:g}分" if self.points else "按题目分值计分"
        wrong = f"答错扣{self.wrong_penalty:g}分" if self.wrong_penalty else "答错不扣分"
        if self.buzz:
            wrong = f"抢答，最先答对者得分并锁定，{wrong}"
        speed = (
            f"答对越快得分越高，最慢少得{self.speed_weight:.0%}"
            if self.speed_weight
            else "快慢不影响得分"
        )
        return (
            f"{worth}，每题{self.seconds}秒，{wrong}，不答不扣分，{speed}。"
            f"多项选择题{self.multiple.words}。"
        )

    def to_json(self) -> dict[str, object]:
        """Return the JSON form."""
        return asdict(self)


def judge_in_room(item: Item, given: Given, *, rule: RoomRule, seconds: float) -> Verdict:
    """Return what an answer is worth in a room when it came after ``seconds``."""
    verdict = judge_answer(
        item, given, rule=Rule(multiple=rule.multiple), best=rule.points or item.score
    )
    if verdict.points <= 0 or (rule.stake and not verdict.right):
        return replace(verdict, points=-rule.wrong_penalty)
    share = min(max(seconds / rule.seconds, 0.0), 1.0)
    return replace(verdict, points=round(verdict.points * (1 - rule.speed_weight * share), 1))


def rank_scores(scores: Sequence[float]) -> tuple[int, ...]:
    """Return the rank of each score; equal scores share a rank, and the next one is skipped."""
    return tuple(1 + sum(other > score for other in scores) for score in scores)
