"""One clause, read: who, by which binding word, under which condition, and the main verb."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.duties.binding import BindingWords
from assistant.duties.bodies import Bodies
from assistant.duties.cases import CaseReader
from assistant.duties.clauses import Clause, split_sentence
from assistant.duties.predicate import Grammar
from assistant.duties.reading import Kind, Place, Reading
from assistant.duties.subjects import SubjectReader
from assistant.duties.vocabulary import Vocabulary

_LEADING = re.compile(r"(?:并且|但是|但|而且|因此|因而|以及|或者|并|其)(?=.{2})")
_MANNER_OPENERS = re.compile(
    r"(?:紧紧围绕|围绕|本着|对标对表|对照|综合运用|结合|以[^，]{1,12}为"
    r"|(?:采取|采用|运用|利用)[^，]+(?:方式|方法|形式|手段)$)"
)
_MANNER_ENDS = re.compile(
    r"(?:等?方式|原则|要求|规定|基础上|程序|标准|方案|职责|分工|权限|态度|导向|抓手|契机|相结合"
    r"|方法|形式|情况|实际|精神|部署|条件下|前提下|框架内|范围内|渠道|途径|手段|程度|特点|需要"
    r"|性质|等)$"
)
_NOUN_PHRASE = re.compile(r"的[^，的]{1,10}$")
_APPROVED = re.compile(
    r"(?:经|报经|经过)[^，]{0,30}(?:批准|同意|准许|许可|决定|协商|审核|审查|确认|合格|评审)$"
)
_UNMET = re.compile(r"未经|未|非经|不经|无")
_TIME_ENDS = re.compile(
    r"(?:[^同及按随临]时|[^随]后|[^提目当事]前|之日起|期间|[日天月年时期]内|之?以?内)$"
)


class ClauseReader:
    """Reads clauses with a vocabulary and an ontology of bodies."""

    def __init__(
        self, vocabulary: Vocabulary, bodies: Bodies, *, named: frozenset[str] = frozenset()
    ) -> None:
        """Take what else the document names as subjects, beside the ontology's bodies."""
        self._words = vocabulary
        self.grammar = Grammar(vocabulary)
        self.binding = BindingWords(vocabulary, self.grammar)
        self.subjects = SubjectReader(vocabulary, bodies, self.grammar, named=named)
        self._cases = CaseReader(vocabulary, self.grammar, self.binding, self.subjects)

    def read(self, clause: Clause, following: Clause | None) -> Reading:
        """Return what a clause says, in the light of the one that follows it."""
        leading = _LEADING.match(clause.masked)
        at = leading.end() if leading else 0
        goes_on = following is not None and not following.semicolon
        stated = self._cases.stated(clause, at) if goes_on else None
        if stated is not None:
            return stated
        begin, condition = self._cases.leading(clause, at)
        if condition is not None and begin >= len(clause.masked):
            return Reading(Kind.CONDITION, condition=condition)
        reading = self._read_act(clause, at, begin, condition, following)
        return self._with_verb(reading, clause.masked, goes_on=goes_on)

    def begins_with_act(self, item: str) -> bool:
        """Tell whether a member of a list says what is to be done: （一）建立健全…."""
        clauses = split_sentence(item)
        return bool(clauses) and self.grammar.starts_predicate(clauses[0].masked, 0)

    def _read_act(
        self,
        clause: Clause,
        at: int,
        begin: int,
        condition: Place | None,
        following: Clause | None,
    ) -> Reading:
        """Read a clause behind the case that it may begin with."""
        bound = self.binding.first(clause.masked, begin)
        if bound is not None and self._is_attributive(clause, begin, bound, following):
            if following is not None and clause.start == 0:
                whole = (at, len(clause.masked))
                return Reading(Kind.CONDITION, condition=whole, fronted=True)
            bound = None
        if bound is not None:
            reading = self._bound(clause, begin, bound)
        else:
            only = self._only_names(clause, at, following) if condition is None else None
            if only is not None:
                return only
            reading = self._unbound(clause, begin, following)
        if condition is not None and reading.kind is Kind.PREDICATE:
            return replace(reading, condition=condition, fronted=False)
        return reading

    def _is_attributive(
        self, clause: Clause, at: int, bound: Place, following: Clause | None
    ) -> bool:
        """Tell whether a binding word only describes a noun: 依法必须进行招标的项目."""
        text = clause.masked
        before = text[at : bound[0]]
        if not before.endswith(("依法", "规定", "按规定")) or "的" not in text[bound[1] :]:
            return False
        if self.grammar.starts_verb(text, at):
            return True
        alone = self.binding.strip_adverbs(text, at, bound[0]) == at
        return alone and following is not None and bool(_NOUN_PHRASE.search(text))

    def _only_names(self, clause: Clause, at: int, following: Clause | None) -> Reading | None:
        """Read a clause that only names what the next one is about, or who has its duty."""
        whole = (at, len(clause.masked))
        if self._cases.names_matter(clause, at, following):
            return Reading(Kind.CONDITION, condition=whole, fronted=True)
        if following is None or following.semicolon:
            return None
        unmet = _UNMET.match(clause.masked, at) and self.binding.first(following.masked)
        if unmet or _APPROVED.match(clause.masked, at):
            return Reading(Kind.CONDITION, condition=whole)
        if self._names_subject(clause, at, following):
            return self.subjects.split(clause, *whole, Reading(Kind.SUBJECT))
        return None

    def _bound(self, clause: Clause, at: int, bound: Place) -> Reading:
        """Read a clause that has a binding word."""
        text = clause.masked
        start, end = at, self.binding.strip_adverbs(text, at, bound[0])
        reading = Reading(Kind.PREDICATE, modality=bound, begin=bound[1])
        reading = self.subjects.permitted(clause, reading)
        if self.grammar.preposition_at(text, bound[1]) == "由":
            reading = self.subjects.agent(clause, bound[1], reading)
        if reading.subject is not None or start >= end:
            return reading
        opened = self.grammar.preposition_at(text, start, floor=start)
        if opened == "由":
            return replace(reading, subject=(start + 1, end))
        if "的" in text[start:end] and self._words.endings.ends(clause.text[start:end]):
            # 与投标人有利害关系的人 is somebody, not a phrase.
            return (
                self.subjects.split(clause, start, end, reading)
                if not opened
                else replace(reading, subject=(start, end))
            )
        if opened in self._words.target:
            return replace(reading, condition=(start, end), fronted=True)
        return reading if opened else self.subjects.split(clause, start, end, reading)

    def _unbound(self, clause: Clause, at: int, following: Clause | None) -> Reading:
        """Read a clause without a binding word."""
        reading = self.subjects.unbound(clause, at)
        if following is None or following.semicolon:
            return reading
        end = len(clause.masked)
        first = clause.start == 0 and not reading.agent
        opens = self.binding.opens(following.masked)
        phrase = self.grammar.preposition_at(clause.masked, reading.begin, floor=reading.begin)
        if reading.subject and phrase and opens:
            # 甲对乙，应当……; 甲在……中，可以……
            only = replace(reading, kind=Kind.SUBJECT)
            if phrase in self._words.target:
                return replace(only, condition=(reading.begin, end), fronted=True)
            return only
        if reading.subject and first and (opens or following.masked.endswith("的")):
            # 甲制定乙，应当…… says what to do when somebody acts so.
            condition = (reading.begin, end)
            return replace(reading, kind=Kind.CONDITION, condition=condition, fronted=True)
        named = reading.kind is Kind.OTHER and self._words.endings.ends(clause.text)
        if named and self.grammar.starts_predicate(following.masked, 0):
            return Reading(Kind.SUBJECT, subject=(at, end))
        return reading

    def _names_subject(self, clause: Clause, at: int, following: Clause) -> bool:
        """Tell whether the clause is only the subject of the next: ……的单位，应当…."""
        text = clause.masked
        if not self.binding.opens(following.masked):
            return False
        if self.grammar.preposition_at(text, at) or _MANNER_ENDS.search(text):
            return False
        acts = self.grammar.starts_verb(text, at)
        known = self.subjects.known(clause.text, at)
        if at < known < len(text) and self.grammar.starts_predicate(text, known):
            return False
        if self._words.endings.ends(clause.text):
            return "的" in text or not acts
        return not acts and len(text) - at > 2

    def _with_verb(self, reading: Reading, text: str, *, goes_on: bool) -> Reading:
        """Add the main verb, or find that there is only a manner or nothing."""
        if reading.kind is not Kind.PREDICATE:
            return reading
        if goes_on and self._is_manner(text, reading.begin):
            return replace(reading, kind=Kind.MANNER)
        bound = reading.modality is not None or reading.condition is not None
        behind = reading.subject[1] if reading.agent and reading.subject else reading.begin
        verb = self.grammar.find_verb(text, behind, bound=bound)
        if verb is None:
            return replace(reading, kind=Kind.OTHER)
        return replace(reading, verb=verb)

    def _is_manner(self, text: str, begin: int) -> bool:
        """Tell whether only the manner is named: 按照……要求，; 通过……等方式."""
        rest = text[begin:]
        if _MANNER_OPENERS.match(rest) or self.grammar.is_measure(text, begin):
            return True
        opened = self.grammar.preposition_at(text, begin)
        if not opened or opened in self._words.object or opened in self._words.recipient:
            return False
        if opened in self._words.target and not rest.endswith("相结合"):
            return False
        if self.grammar.is_place(text, begin):
            return False
        if opened in ("在", "于") and rest.endswith(("中", "上", "下", "内")):
            return True
        return bool(_MANNER_ENDS.search(rest) or _TIME_ENDS.search(rest))
