"""When a duty applies: 发现……的, 对……的, ……时, ……后 – as a clause, or at the head of one."""

from __future__ import annotations

import re

from assistant.duties.binding import BindingWords
from assistant.duties.clauses import Clause
from assistant.duties.predicate import Grammar
from assistant.duties.reading import Kind, Place, Reading
from assistant.duties.subjects import SubjectReader
from assistant.duties.vocabulary import Vocabulary

# 同时, 随后 and 提前 are adverbs; 时间, 后果 and 前款 are nouns.
_TIME = re.compile(
    r"(?<![同及按随临定届暂平])时(?![间期效限刻代任常有段机候速价装隔长])"
    r"|(?<![以先然随落背事今此前])后(?![果续勤代备方期者款台院的])"
    r"|(?<![提目当事以之空先生从日年月期])前(?![款条项述置期往提来途沿列])"
    r"|之日起"
)
_TIME_ENDS = re.compile(
    r"(?:(?<![同及按随临定届暂平])时|(?<![随先])后|(?<![提目当事空生])前|之日起|情况下|期间|过程中"
    r"|[日天月年时期]内|以内|之内)$"
)
_DEADLINE = re.compile(
    r"(?:[0-9〇零一二三四五六七八九十两]+个?(?:工作日|日|天|小时|月|年)|期限)(?:内|以内|之内|前|以前)$"
)
_FOUND = re.compile(r"发现[^，]*?(?:问题|情况|行为|线索|隐患|苗头|迹象|案件|现象)的?")
_OPENERS = re.compile(
    r"对|对于|针对|发现|情节|构成|逾期|拒不|不|未|无|有|因|属于|经|存在|需要|确需|应当|违反|发生|出现|超过"
)
_OCCURS = re.compile(r"遇到|遇有|收到|接到|得知|知道")
_EXCEPT = re.compile(r"除[^，]+外$")
_MATTER = re.compile(
    r"(?:问题|线索|情况|行为|事项|案件|申请|材料|报告|决定|意见|建议|场所|设施|设备|物品|产品|资料"
    r"|文件|信息|载体|项目|标志|资金)$"
)
_FURTHEST = 30
"""Characters within which a time at the head of a clause ends."""
_SHORT = 4
"""Characters of a time so short that nothing but a time fits: 报告时."""
_BEHIND = (
    *(
        "责令",
        "督促",
        "约谈",
        "通报",
        "报告",
        "没收",
        "吊销",
        "撤销",
        "移送",
        "通知",
        "告知",
        "驳回",
    ),
    "处理",
)
"""Verbs that follow a case without adverb or binding word."""


class CaseReader:
    """Finds cases."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        grammar: Grammar,
        binding: BindingWords,
        subjects: SubjectReader,
    ) -> None:
        self._words = vocabulary
        self._grammar = grammar
        self._binding = binding
        self._subjects = subjects

    def stated(self, clause: Clause, at: int) -> Reading | None:
        """Return the reading of a clause that is a case from end to end."""
        text = clause.masked
        if text.endswith("的") and len(text) > at + 1:
            return self._case(clause, at)
        if _EXCEPT.search(text):
            return Reading(Kind.CONDITION, condition=(at, len(text)))
        if self._binding.first(text, at) is not None:
            return None
        if _DEADLINE.search(text):
            reading = Reading(Kind.MANNER)
            return self._subjects.agent(clause, at, reading) if text[at] == "由" else reading
        if _TIME_ENDS.search(text):
            return self._case(clause, at)
        return self._discovery(clause, at)

    def leading(self, clause: Clause, at: int) -> tuple[int, Place | None]:
        """Return where the clause goes on behind a case that it begins with."""
        text = clause.masked
        if text.startswith("必要时", at):
            return at + 3, (at, at + 3)
        found = _FOUND.match(text, at)
        if found and (found.end() == len(text) or self._goes_on(text, found.end())):
            return found.end(), (at, found.end())
        if _OPENERS.match(text, at):
            for place in range(at + 2, len(text) - 2):
                if text[place] == "的" and self._goes_on(text, place + 1):
                    return place + 1, (at, place + 1)
        return self._leading_time(clause, at)

    def names_matter(self, clause: Clause, at: int, following: Clause | None) -> bool:
        """Tell whether the clause only names whom or what the next is about: 对于……线索，应当…."""
        text = clause.masked
        if following is None or following.semicolon:
            return False
        if self._grammar.preposition_at(text, at) in self._words.target:
            named = self._words.endings.ends(clause.text) or bool(_MATTER.search(text))
            opened = following.masked.startswith("由") or self._binding.first(following.masked)
            return named and bool(opened)
        if not self._binding.opens(following.masked) and not following.masked.startswith("由"):
            return False
        noun = "的" in text and self._words.endings.ends(clause.text)
        if self._subjects.known(clause.text, at) > at:
            return False
        return clause.start == 0 and not noun and self._grammar.starts_verb(text, at)

    def _discovery(self, clause: Clause, at: int) -> Reading | None:
        """Read 发现……问题, or 甲发现……问题, where the next clause says what to do."""
        text = clause.masked
        if text.startswith("发现", at) and _FOUND.fullmatch(text, at):
            return Reading(Kind.CONDITION, condition=(at, len(text)))
        found = text.find("发现", at + 2)
        if (
            found > 0
            and _FOUND.fullmatch(text, found)
            and self._subjects.is_person(clause.text[at:found])
        ):
            return Reading(Kind.CONDITION, subject=(at, found), condition=(found, len(text)))
        return None

    def _case(self, clause: Clause, at: int) -> Reading:
        """Return a stated case, without the subject that it may begin with."""
        text = clause.masked
        at += self._grammar.preposition_at(text, at) == "由"
        known = self._subjects.known(clause.text, at)
        opened = _OPENERS.match(text, at) or self._grammar.preposition_at(text, at)
        if not opened or known > at:
            for place in range(at + 2, len(text) - 2):
                named = place == known or self._words.endings.ends(clause.text[at:place])
                if named and text[place] not in "的、和及与" and self._says_something(text, place):
                    condition = (place, len(text))
                    return Reading(Kind.CONDITION, subject=(at, place), condition=condition)
        return Reading(Kind.CONDITION, condition=(at, len(text)))

    def _says_something(self, text: str, at: int) -> bool:
        opened = _OPENERS.match(text, at) or _OCCURS.match(text, at)
        return bool(opened) or self._grammar.starts_predicate(text, at)

    def _leading_time(self, clause: Clause, at: int) -> tuple[int, Place | None]:
        text = clause.masked
        time = _TIME.search(text, at + 1)
        if time is None or text.startswith("必要", time.start() - 2):
            return at, None
        if time.end() - at > _FURTHEST or not self._goes_on(text, time.end()):
            return at, None
        bound = self._binding.first(text, at)
        if bound is not None and bound[0] < time.end():
            return at, None
        if self._grammar.preposition_at(text, at) in ("在", "从"):
            return at, None
        plain = self._subjects.known(clause.text, at) == at
        plain = plain and not self._grammar.starts_verb(text, at)
        if plain or time.end() - at <= _SHORT:
            return time.end(), (at, time.end())
        return at, None

    def _goes_on(self, text: str, at: int) -> bool:
        """Tell whether what is to be done begins at ``at``, behind a case."""
        if at >= len(text):
            return False
        bound = self._binding.first(text, at)
        if bound is not None and bound[0] == at:
            return True
        if self._grammar.preposition_at(text, at) in ("向", "由", "依照", "按照", "报"):
            return True
        behind = self._grammar.skip_adverbs(text, at)
        if behind > at:
            return self._grammar.starts_predicate(text, at) or behind >= len(text)
        verb = self._grammar.verb_at(text, at)
        return verb in self._words.light or verb in self._words.sanction or verb in _BEHIND
