"""One clause, read: who, by which binding word, under which condition, and the main verb."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from assistant.duties.bodies import Bodies
from assistant.duties.clauses import Clause
from assistant.duties.predicate import Found, Grammar
from assistant.duties.records import ModalityKind
from assistant.duties.vocabulary import MASK, Vocabulary

Place = tuple[int, int]

_LEADING = re.compile(r"(?:并且|但是|但|而且|因此|因而|以及|或者|并|其)(?=.{2})")
_TRAILING_ADVERBS = "既 又 还 也 均 都 更 就 则 仍 才 并 且 一般 原则上 同时 依法 同样 至少 一律 首先 特别 尤其 每年 每季度 每月 每半年".split()
_TIME = re.compile(
    r"(?<![同及按随临定届暂平])时(?![间期效限刻代任常有段机候速价装隔长])"
    r"|(?<![以先然随落背事今此前])后(?![果续勤代备方期者款台院的])"
    r"|(?<![提目当事以之空先生从日年月期])前(?![款条项述置期往提来途沿列])"
    r"|之日起|必要时"
)
_TIME_ENDS = re.compile(
    r"(?:(?<![同及按随临定届暂平])时|(?<![随先])后|(?<![提目当事空生])前|之日起|情况下|期间|过程中)$"
)
_FOUND = re.compile(r"发现[^，]*?(?:问题|情况|行为|线索|隐患|苗头|迹象|案件|现象)的?")
_CASE_OPENERS = re.compile(
    r"^(?:对|对于|针对|发现|情节|构成|逾期|拒不|不|未|无|有|因|属于|经|存在|需要|确需|应当|违反)"
)
_MANNER_OPENERS = re.compile(r"^(?:紧紧围绕|围绕|本着|对标对表|对照|综合运用|结合|以[^，]{1,12}为)")
_MANNER_ENDS = re.compile(
    r"(?:等?方式|原则|要求|规定|基础上|程序|标准|方案|职责|分工|权限|态度|导向|抓手|契机|相结合"
    r"|方法|形式|情况|实际|精神|部署|条件下|前提下|框架内|范围内|渠道|途径|手段|等)$"
)
_THING_VERBS = ("作为", "纳入", "列入", "载入", "计入")


class Kind(Enum):
    """What a clause is for."""

    PREDICATE = auto()
    CONDITION = auto()
    MANNER = auto()
    SUBJECT = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a clause; places are offsets into the clause."""

    kind: Kind
    subject: Place | None = None
    modality: Place | None = None
    condition: Place | None = None
    fronted: bool = False
    """Whether the condition only names whom or what it is about: 对重要问题应当……"""
    begin: int = 0
    """Where the predicate begins."""
    verb: Found | None = None


class ClauseReader:
    """Reads clauses with a vocabulary and an ontology of bodies."""

    def __init__(self, vocabulary: Vocabulary, bodies: Bodies) -> None:
        self._words = vocabulary
        self._bodies = bodies
        self.grammar = Grammar(vocabulary)

    def read(self, clause: Clause, following: Clause | None) -> Reading:
        """Return what a clause says, in the light of the one that follows it."""
        text = clause.masked
        leading = _LEADING.match(text)
        at = leading.end() if leading else 0
        bound = self.modality(text, at)
        if following is not None and not following.semicolon:
            stated = self._stated_case(clause, at, bound)
            if stated is not None:
                return stated
        begin, condition = self._leading_case(clause, at)
        if begin >= len(text) and condition is not None:
            return Reading(Kind.CONDITION, condition=condition)
        bound = self.modality(text, begin)
        if bound is not None:
            reading = self._bound(clause, begin, bound)
        else:
            if following is not None and condition is None and self._names_subject(clause, following):
                return Reading(Kind.SUBJECT, subject=(at, len(text)))
            reading = self._unbound(clause, begin)
        if condition is not None:
            reading = replace(reading, condition=condition, fronted=False)
        return self._with_verb(reading, text, following)

    def modality(self, text: str, at: int) -> Place | None:
        """Return the first binding word from ``at`` on."""
        while at < len(text):
            guard = self._words.modality_guards.at(text, at)
            word = self._words.modality.at(text, at)
            if word and len(word) >= len(guard) and self._binds(text, at, word):
                return at, at + len(word)
            at += len(guard) or 1
        return None

    def modality_kind(self, word: str) -> ModalityKind:
        """Return how binding a word is."""
        return self._words.modality_kinds[word]

    def is_person(self, phrase: str) -> bool:
        """Tell whether a phrase can name who has a duty."""
        return bool(self._bodies.identify(phrase)) or self._words.endings.ends(phrase)

    def _binds(self, text: str, at: int, word: str) -> bool:
        behind = at + len(word)
        if text[behind : behind + 1] in ("的", "") or text[at - 1 : at] == "所":
            return False
        if len(word) > 1 and word != "不能":
            return True
        return text[behind] == MASK or self.grammar.starts_predicate(text, behind)

    def _stated_case(self, clause: Clause, at: int, bound: Place | None) -> Reading | None:
        """Return the reading of a clause that is a condition from end to end."""
        text = clause.masked
        if text.endswith("的") and len(text) > at + 1:
            return self._case(clause, at)
        if bound is None and _TIME_ENDS.search(text):
            return self._case(clause, at)
        if bound is None and text.startswith("发现", at) and _FOUND.fullmatch(text, at):
            return Reading(Kind.CONDITION, condition=(at, len(text)))
        found = text.find("发现", at + 2)
        if bound is None and found > 0 and _FOUND.fullmatch(text, found):
            subject = (at, found)
            if self.is_person(clause.text[at:found]):
                return Reading(Kind.CONDITION, subject=subject, condition=(found, len(text)))
        return None

    def _case(self, clause: Clause, at: int) -> Reading:
        """Return a stated case, without the subject that it may begin with."""
        text = clause.masked
        end = self._bodies.at(clause.text, at)
        if at < end < len(text) and text[end] not in "的、":
            return Reading(Kind.CONDITION, subject=(at, end), condition=(end, len(text)))
        if not _CASE_OPENERS.match(text[at:]):
            for place in range(at + 2, len(text) - 2):
                named = self._words.endings.ends(clause.text[at:place])
                if named and _CASE_OPENERS.match(text[place:]):
                    return Reading(
                        Kind.CONDITION, subject=(at, place), condition=(at, len(text))
                    )
        return Reading(Kind.CONDITION, condition=(at, len(text)))

    def _leading_case(self, clause: Clause, at: int) -> tuple[int, Place | None]:
        """Return where the clause goes on behind a condition that it begins with."""
        text = clause.masked
        if text.startswith("必要时", at):
            return at + 3, (at, at + 3)
        if text.startswith("发现", at):
            found = _FOUND.match(text, at)
            if found and (found.end() == len(text) or self._goes_on(text, found.end())):
                return found.end(), (at, found.end())
        if _CASE_OPENERS.match(text[at:]):
            for place in range(at + 2, len(text) - 2):
                if text[place] == "的" and self._goes_on(text, place + 1):
                    return place + 1, (at, place + 1)
        time = _TIME.search(text, at + 1)
        if time and time.end() - at <= 30 and self._goes_on(text, time.end()):
            before = self.modality(text, at)
            opened = self.preposition(text, at)
            if (before is None or before[0] >= time.end()) and opened not in ("在", "从"):
                subject = self._bodies.at(clause.text, at)
                if subject == at and not self.grammar.starts_verb(text, at) or time.end() - at <= 4:
                    return time.end(), (at, time.end())
        return at, None

    def preposition(self, text: str, at: int) -> str:
        """Return the preposition at ``at``."""
        return self.grammar.preposition_at(text, at)

    def _goes_on(self, text: str, at: int) -> bool:
        """Tell whether what is to be done begins at ``at``, behind a condition."""
        if at >= len(text):
            return False
        bound = self.modality(text, at)
        if bound is not None and bound[0] == at:
            return True
        if self.preposition(text, at) in ("向", "由", "依照", "按照", "报"):
            return True
        behind = self.grammar.skip_adverbs(text, at)
        if behind > at:
            return self.grammar.starts_predicate(text, at) or behind >= len(text)
        verb = self.grammar.verb_at(text, at)
        words = self._words
        return verb in words.light or verb in words.sanction or verb in (
            "责令", "督促", "约谈", "通报", "报告", "没收", "吊销", "撤销", "移送", "通知", "告知", "驳回", "处理"
        )

    def _bound(self, clause: Clause, at: int, bound: Place) -> Reading:
        """Read a clause that has a binding word."""
        text = clause.masked
        start, end = at, self._strip_adverbs(text, at, bound[0])
        reading = Reading(Kind.PREDICATE, modality=bound, begin=bound[1])
        if start >= end:
            return reading
        opened = self.preposition(text, start)
        if opened == "由":
            return replace(reading, subject=(start + 1, end))
        if opened in self._words.target:
            return replace(reading, condition=(start, end), fronted=True)
        if opened:
            return reading
        return self._split_subject(clause, start, end, reading)

    def _split_subject(self, clause: Clause, start: int, end: int, reading: Reading) -> Reading:
        """Part the subject from a phrase or a case that stands between it and the binding word."""
        text = clause.masked
        found = text.find("发现", start + 2, end)
        if found > 0 and self.is_person(clause.text[start:found]):
            return replace(reading, subject=(start, found), condition=(found, end))
        known = self._bodies.at(clause.text, start)
        for place in range(max(start + 2, known), end):
            word = self.preposition(text, place)
            if word and (place == known or self.is_person(clause.text[start:place])):
                if word in self._words.target:
                    return replace(
                        reading, subject=(start, place), condition=(place, end), fronted=True
                    )
                return replace(reading, subject=(start, place))
        if (
            known == start
            and self.grammar.verb_at(text, start)
            and not self._words.endings.ends(clause.text[start:end])
        ):
            return replace(reading, condition=(start, end), fronted=True)
        return replace(reading, subject=(start, end))

    def _strip_adverbs(self, text: str, start: int, end: int) -> int:
        while True:
            word = next((w for w in _TRAILING_ADVERBS if text.endswith(w, start, end)), "")
            if not word:
                return end
            end -= len(word)

    def _names_subject(self, clause: Clause, following: Clause) -> bool:
        """Tell whether the clause is only the subject of the next: ……的单位，应当……"""
        text = clause.masked
        bound = self.modality(following.masked, 0)
        if bound is None or self._strip_adverbs(following.masked, 0, bound[0]) > 0:
            return False
        if self.preposition(text, 0) or _MANNER_ENDS.search(text):
            return False
        if self._words.endings.ends(clause.text):
            return "的" in text or not self.grammar.starts_verb(text, 0)
        return not self.grammar.starts_verb(text, 0) and len(text) > 2

    def _unbound(self, clause: Clause, at: int) -> Reading:
        """Read a clause without a binding word."""
        text = clause.masked
        reading = Reading(Kind.PREDICATE, begin=at)
        for start in dict.fromkeys((at, self.grammar.skip_adverbs(text, at))):
            end = self._bodies.at(clause.text, start)
            if start < end < len(text) and text[end] != "的":
                if self.grammar.starts_predicate(text, end):
                    return replace(reading, subject=(start, end), begin=end)
        if text.startswith("由", at) and self.preposition(text, at):
            return self._agent(clause, at, reading)
        if self.grammar.starts_verb(text, at):
            return reading
        behind = self.grammar.skip_adverbs(text, at)
        if self.preposition(text, behind) or text[behind : behind + 1] == MASK:
            return reading
        return self._named(clause, at, reading)

    def _agent(self, clause: Clause, at: int, reading: Reading) -> Reading:
        """Read 由甲……: the agent stands before the verb."""
        text = clause.masked
        for place in range(at + 3, len(text)):
            named = text[place - 1] == MASK or self._words.endings.ends(clause.text[at + 1 : place])
            if named and text[place] not in "的、和" and self.grammar.starts_predicate(text, place):
                return replace(reading, subject=(at + 1, place), begin=at)
        return reading

    def _named(self, clause: Clause, at: int, reading: Reading) -> Reading:
        """Read a clause that begins with a subject outside the ontology."""
        text = clause.masked
        for place in range(at + 2, len(text) - 1):
            if text[place] in "的、和及" or text[place - 1] in "的、和及":
                continue
            thing = any(text.startswith(verb, place) for verb in _THING_VERBS)
            phrase = self.preposition(text, place) in ("在", "向", "由", "按照", "依照")
            person = self._words.endings.ends(clause.text[at:place])
            if thing or phrase or (person and self.grammar.starts_predicate(text, place)):
                return replace(reading, subject=(at, place), begin=place)
        return Reading(Kind.OTHER)

    def _with_verb(self, reading: Reading, text: str, following: Clause | None) -> Reading:
        if reading.kind is not Kind.PREDICATE:
            return reading
        goes_on = following is not None and not following.semicolon
        if goes_on and self._is_manner(text, reading.begin):
            return replace(reading, kind=Kind.MANNER)
        bound = reading.modality is not None or reading.condition is not None
        begin = reading.begin
        if text.startswith("由", begin) and reading.subject and reading.subject[0] == begin + 1:
            verb = self.grammar.find_verb(text, reading.subject[1], bound=bound)
        else:
            verb = self.grammar.find_verb(text, begin, bound=bound)
        if verb is None:
            return replace(reading, kind=Kind.OTHER)
        return replace(reading, verb=verb)

    def _is_manner(self, text: str, begin: int) -> bool:
        """Tell whether only the manner is named: 按照……要求，; 通过……等方式，"""
        rest = text[begin:]
        if _MANNER_OPENERS.match(rest):
            return True
        opened = self.preposition(text, begin)
        if not opened or opened in self._words.object:
            return False
        return bool(_MANNER_ENDS.search(rest) or _TIME_ENDS.search(rest))
