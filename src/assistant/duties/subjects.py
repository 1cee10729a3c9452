"""Who a clause speaks of: before the binding word, before the verb, behind 由."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.duties.bodies import Bodies
from assistant.duties.clauses import Clause
from assistant.duties.predicate import Grammar
from assistant.duties.reading import Kind, Reading
from assistant.duties.vocabulary import MASK, Vocabulary, Words

_THING = re.compile(
    r"[^，、的对将把向在由]{2,24}?(?:结果|情况|意见|报告|事项|结论|名单|信息|办法|标准|目录|名录"
    r"|经费|费用)(?:(?=作为|纳入|列入|载入|计入|应|须|在|由)|(?P<plain>)(?=按|向|报|及时))"
)
_THING_HEAD = re.compile(
    r"(?:过程|工作|活动|谈话|会议|报告|制度|方案|办法|标准|规划|计划|程序|结果|记录|决定|合同|协议"
    r"|费用|资金|设施|书|证|文件|单|表|册|簿|标志|说明|材料|产品|设备|场所|条件|期限|价格|比例"
    r"|范围|内容|机制|体系|系统|信息|资料|档案|项目)$"
)
_OFFICE = re.compile(
    r"[^，、的对将把向在由应须可不和及“（]{1,14}?"
    r"(?:部门|机构|机关|委员会|办公室|总局|单位|人员)"
    r"(?:(?:和|、|或者|以及|及其?)[^，的对将把向在由应须可不]{2,24}?(?:部门|机构|机关|单位|人员))*"
)
_PERMITTED = re.compile(r"(?:他们|他人|任何[^，]{0,6}?(?:单位|组织|个人|人))")
_LONGEST_MATTER = 24
"""Characters of what is done before 由 and who does it."""
_LONGEST_AGENT = 9
"""Characters of 由 and an agent with no ending that tells what it is: 由海关责令……"""
_THING_VERBS = ("作为", "纳入", "列入", "载入", "计入")
_OPENING_PHRASES = ("在", "向", "由", "按照", "依照")


class SubjectReader:
    """Finds subjects with an ontology of bodies and the endings of what can owe a duty."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        bodies: Bodies,
        grammar: Grammar,
        *,
        named: frozenset[str] = frozenset(),
    ) -> None:
        self._words = vocabulary
        self._named_here = Words(named)
        self._bodies = bodies
        self._grammar = grammar

    def is_person(self, phrase: str) -> bool:
        """Tell whether a phrase can name who has a duty."""
        return (
            phrase in self._named_here
            or bool(self._bodies.identify(phrase))
            or self._words.endings.ends(phrase)
        )

    def known(self, text: str, at: int) -> int:
        """Return the end of the known bodies that stand at ``at``, ``at`` where none do.

        A body may only begin the name of an office: 国家保密行政管理部门, 国务院卫生行政部门.
        """
        end = max(self._bodies.at(text, at), at + len(self._named_here.at(text, at)))
        return self._office_end(text, at, end)

    def _office_end(self, text: str, at: int, end: int) -> int:
        """Return the end of the office whose name begins with ``[at, end)``, or ``end``."""
        office = _OFFICE.match(text, end)
        if office is None or self._grammar.skip_adverbs(text, end) > end:
            return end
        first = self._grammar.verb_at(text, end)
        if end == at:
            # Without a body before it only a verb that names offices is worth a look.
            named = first in self._words.naming
        else:
            named = not first or first not in self._words.acting
        return office.end() if named and self._says_more(text, office.end()) else end

    def _says_more(self, text: str, at: int) -> bool:
        return (
            at < len(text) and text[at] not in "的、和" and self._grammar.starts_predicate(text, at)
        )

    def split(self, clause: Clause, start: int, end: int, reading: Reading) -> Reading:
        """Part the subject in ``[start, end)`` from a phrase or a case behind it."""
        text = clause.masked
        needed = text.find("必要时", start + 2, end)
        if needed > 0:
            return replace(reading, subject=(start, needed), condition=(needed, needed + 3))
        found = text.find("发现", start + 2, end)
        if found > 0 and self.is_person(clause.text[start:found]):
            return replace(reading, subject=(start, found), condition=(found, end))
        known = self.known(clause.text, start)
        for place in range(max(start + 2, known), end):
            word = self._grammar.preposition_at(text, place)
            if word and (place == known or self.is_person(clause.text[start:place])):
                reading = replace(reading, subject=(start, place))
                if word in self._words.target:
                    return replace(reading, condition=(place, end), fronted=True)
                return reading
        if known == start and self._is_circumstance(clause, start, end):
            return replace(reading, condition=(start, end), fronted=True)
        return replace(reading, subject=(start, end))

    def permitted(self, clause: Clause, reading: Reading) -> Reading:
        """Read who is forbidden something behind the word that forbids: 决不允许甲…."""
        start = reading.begin
        other = _PERMITTED.match(clause.masked, start)
        end = max(self.known(clause.text, start), other.end() if other else start)
        if end == start and clause.masked[start - 2 : start] in ("禁止", "严禁", "允许"):
            end = self._somebody(clause, start)
        if end > start and self._grammar.starts_predicate(clause.masked, end):
            return replace(reading, subject=(start, end), begin=end)
        return reading

    def _somebody(self, clause: Clause, start: int) -> int:
        """Return the end of a person named at ``start`` before a predicate, ``start`` for none."""
        text = clause.masked
        for place in range(start + 2, min(start + _LONGEST_MATTER, len(text) - 1)):
            if self._words.endings.ends(text[start:place]) and self._says_more(text, place):
                return start if self._grammar.verb_at(text, start) else place
        return start

    def unbound(self, clause: Clause, at: int) -> Reading:
        """Return the subject and the predicate of a clause without a binding word."""
        text = clause.masked
        reading = Reading(Kind.PREDICATE, begin=at)
        behind = self._grammar.skip_adverbs(text, at)
        for start in dict.fromkeys((at, behind)):
            end = self.known(clause.text, start)
            if start < end < len(text) and self._grammar.starts_predicate(text, end):
                return replace(reading, subject=(start, end), begin=end)
        if text.startswith("由", at) and self._grammar.preposition_at(text, at):
            return self.agent(clause, at, reading)
        thing = self._thing(clause, at, reading)
        if thing is not None:
            return thing
        by = self._done_by(clause, at, reading)
        if by is not None:
            return by
        if self._grammar.starts_verb(text, at):
            return reading
        if self._grammar.preposition_at(text, behind) or text[behind : behind + 1] == MASK:
            return reading
        return self._named(clause, at, reading)

    def agent(self, clause: Clause, at: int, reading: Reading) -> Reading:
        """Return the reading with the agent of 由甲…… at ``at`` as its subject."""
        text = clause.masked
        known = self.known(clause.text, at + 1)
        if known > at + 1 and self._says_more(text, known):
            return replace(reading, subject=(at + 1, known), begin=at, agent=True)
        for place in range(max(at + 3, known + 1), len(text)):
            named = text[place - 1] == MASK or self._words.endings.ends(clause.text[at + 1 : place])
            if named and self._says_more(text, place):
                end = self._office_end(text, at + 1, place)
                return replace(reading, subject=(at + 1, end), begin=at, agent=True)
        for place in range(at + 3, min(at + _LONGEST_AGENT, len(text))):
            if self._says_more(text, place) and text[place - 1] != "的":
                return replace(reading, subject=(at + 1, place), begin=at, agent=True)
        return reading

    def _is_circumstance(self, clause: Clause, start: int, end: int) -> bool:
        """Tell whether what stands before a binding word is an act: 出口甲应当…."""
        text = clause.masked
        return bool(
            self._grammar.verb_at(text, start)
            and not self._words.endings.ends(clause.text[start:end])
            and not _THING_HEAD.search(text[start:end])
            and "的" not in text[start:end]
        )

    def _thing(self, clause: Clause, at: int, reading: Reading) -> Reading | None:
        """Read a clause about a thing: 考核结果作为……; 具体办法由……制定."""
        text = clause.masked
        thing = _THING.match(text, at)
        if thing is None:
            return None
        reading = replace(reading, subject=(at, thing.end()), begin=thing.end())
        if text.startswith("由", thing.end()):
            return self.agent(clause, thing.end(), reading)
        if thing["plain"] is None or not self._grammar.starts_verb(text, at):
            return reading
        return None

    def _done_by(self, clause: Clause, at: int, reading: Reading) -> Reading | None:
        """Read 开标由招标人主持: what is done stands before, who does it behind 由."""
        place = clause.masked.find("由", at + 2)
        if not 0 < place - at <= _LONGEST_MATTER or not self._grammar.preposition_at(
            clause.masked, place
        ):
            return None
        found = self.agent(clause, place, reading)
        return found if found.agent else None

    def _named(self, clause: Clause, at: int, reading: Reading) -> Reading:
        """Read a clause that begins with a subject outside the ontology."""
        text = clause.masked
        for place in range(at + 2, len(text) - 1):
            inside = text[place] in "的、和及" or text[place - 1] in "的、和及"
            if inside or text.startswith("组织", place):
                continue
            phrase = self._grammar.preposition_at(text, place) in _OPENING_PHRASES
            person = self._words.endings.ends(clause.text[at:place])
            if not (
                phrase
                or text.startswith(_THING_VERBS, place)
                or (person and self._grammar.starts_predicate(text, place))
            ):
                continue
            reading = replace(reading, subject=(at, place), begin=place)
            if text.startswith("由", place) and phrase:
                return self.agent(clause, place, reading)
            return reading
        return Reading(Kind.OTHER)
