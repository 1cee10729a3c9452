"""The predicate of a clause: where its main verb stands.

All functions read masked text, in which nothing inside quotation marks or brackets is seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.duties.vocabulary import MASK, Vocabulary

_MANNER_ADVERB = re.compile(r"[^，、的对将把向在]{1,8}?地(?=[^方区点位面质理带域])")
_FREQUENT = re.compile(
    r"(?:每(?:个|两|三|[0-9０-９])*(?:半年|季度|年|月|周|日|天|季)度?)"
    r"(?:至少|不少于|按照?[0-9０-９]+[%％]比例)?"
)
_POSTPOSITION = re.compile(r"(?:上|中|内|下|时|前|后|间|方面|基础上|过程中|范围内|为主|起|之日)$")
_NOUN_BEHIND = re.compile(
    r"人(?![民身才大口类格员生物为间工命道均们])|员(?!工)|者|证(?![据明件人券实])|书(?![面记写籍])"
    r"|费(?!用)|权(?![利力限益])"
)
_BY_MEASURE = ("按照", "依照", "依据", "根据", "遵照", "参照", "比照", "按")
_MEASURE = re.compile(
    r"(?:规定|要求|程序|标准|原则|方案|职责|分工|权限|比例|意见|法律|法规|条例|办法|法|约定|惯例"
    r"|规范|规则|制度|计划|精神|部署|情况|实际|期限|时限|顺序|条件|决定|情节|方式|方法|形式)$"
)
_OFFICES = ("部门", "机关", "机构", "单位", "人员", "组织", "部")
"""What makes a noun of a verb before it: 主管部门, 审批机关."""
_FINE = re.compile(r"并?处(?=[^，理分罚置]*?(?:罚款|拘留|徒刑))")
_SERVICES = ("提供", "创造", "保守", "办理", "建立", "设立", "配备", "争取", "奠定")
_SINGLE = "有是为持设作处"
"""Verbs of one character that a binding word may stand before."""


@dataclass(frozen=True, slots=True)
class Found:
    """A main verb at ``[start, end)``, and where the phrase before it begins and ends."""

    start: int
    end: int
    phrase: tuple[int, int] | None = None
    """The noun of 把, 将 or 对 before the verb."""


class Grammar:
    """Finds main verbs."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = vocabulary

    def skip_adverbs(self, text: str, at: int) -> int:
        """Return the place behind the adverbs that stand at ``at``."""
        return self._adverbs(text, at)[-1]

    def starts_predicate(self, text: str, at: int) -> bool:
        """Tell whether a verb, an adverb before a verb, or a phrase before one stands at ``at``."""
        behind = self.skip_adverbs(text, at)
        return bool(
            self.verb_at(text, behind)
            or self.preposition_at(text, behind, floor=at)
            or (behind > at and behind < len(text) and text[behind] == MASK)
        )

    def starts_verb(self, text: str, at: int) -> bool:
        """Tell whether a verb stands at ``at``, perhaps behind adverbs."""
        behind = self.skip_adverbs(text, at)
        return bool(self.verb_at(text, behind) or (behind > at and self._backed(text, at)))

    def verb_at(self, text: str, at: int) -> str:
        """Return the verb that stands at ``at``; a single character only where a noun follows."""
        word = self._words.verbs.at(text, at)
        if _NOUN_BEHIND.match(text, at + len(word)) or text.startswith("的", at + len(word)):
            return ""
        if len(word) == 1:
            following = text[at + 1 : at + 2]
            return word if following and following not in "的、，。；" else ""
        return word

    def preposition_at(self, text: str, at: int, *, floor: int = 0) -> str:
        """Return the preposition at ``at``; none inside a word that only contains one.

        Words that begin before ``floor`` do not count: 不得以…… is not 得以.
        """
        word = self._words.prepositions.at(text, at)
        if not word:
            return ""
        guards = self._words.preposition_guards
        if guards.at(text, at) not in ("", word):
            return ""
        if any(len(guards.at(text, at - back)) > back for back in (1, 2) if at - back >= floor):
            return ""
        return word

    def find_verb(self, text: str, at: int, *, bound: bool) -> Found | None:
        """Return the main verb of the predicate that begins at ``at``.

        ``bound`` says that a binding word precedes, so that any two characters may be a verb.
        """
        places = self._adverbs(text, at)
        behind = places[-1]
        if behind >= len(text):
            return self._last_adverb(text, places)
        if text[behind] == MASK:
            backed = self._backed(text, at)
            return backed or (self._quoted(text, behind) if bound else None)
        verb = self.verb_at(text, behind)
        preposition = self.preposition_at(text, behind, floor=at)
        if verb and len(verb) >= max(2, len(preposition)) and verb not in self._words.other:
            return Found(behind, behind + len(verb))
        if preposition:
            found = self._behind_phrase(text, behind, preposition)
            if found is not None or not verb:
                return found
        if verb:
            return Found(behind, behind + len(verb))
        backed = self._backed(text, at)
        if backed is not None:
            return backed
        if bound and len(text) - behind >= 2:
            single = text[behind] in _SINGLE
            return Found(behind, behind + (1 if single else 2))
        return None

    def is_measure(self, text: str, at: int) -> bool:
        """Tell whether a phrase such as 按照……规定 stands at ``at`` with no verb behind it."""
        begin = self.skip_adverbs(text, at)
        opened = self.preposition_at(text, begin)
        if opened not in _BY_MEASURE:
            return False
        return self._behind_ending(text, begin + len(opened), _MEASURE) is None

    def is_place(self, text: str, at: int) -> bool:
        """Tell whether a phrase such as 从……上 stands at ``at`` with its verb behind it."""
        opened = self.preposition_at(text, at)
        if opened not in ("在", "从", "自", "于"):
            return False
        return self._behind_ending(text, at + len(opened), _POSTPOSITION) is not None

    def _adverbs(self, text: str, at: int) -> list[int]:
        """Return the places behind each adverb in turn, beginning with ``at`` itself."""
        places = [at]
        while True:
            at = places[-1]
            if (
                at > places[0]
                and text.startswith("、", at)
                and self._words.adverbs.at(text, at + 1)
            ):
                at += 1
            frequent = _FREQUENT.match(text, at)
            word = self._words.adverbs.at(text, at)
            if len(self._words.verbs.at(text, at)) > max(len(word), 1) and not frequent:
                return places
            manner = _MANNER_ADVERB.match(text, at)
            ends = [m.end() for m in (frequent, manner) if m] + ([at + len(word)] if word else [])
            if not ends:
                return places
            places.append(max(ends))

    def _backed(self, text: str, at: int) -> Found | None:
        """Return the last adverb as the verb where it can be one: 严格“凡提四必”程序."""
        places = self._adverbs(text, at)
        if len(places) < 2:
            return None
        start, end = places[-2], places[-1]
        return Found(start, end) if text[start:end] in self._words.verbs else None

    def _last_adverb(self, text: str, places: list[int]) -> Found | None:
        if len(places) < 2:
            return None
        return Found(places[-2], places[-1])

    def _quoted(self, text: str, at: int) -> Found:
        end = at
        while end < len(text) and text[end] == MASK:
            end += 1
        return Found(at, end)

    def _behind_phrase(self, text: str, at: int, preposition: str) -> Found | None:
        words, begin = self._words, at + len(preposition)
        if preposition in words.object:
            found = self._object_verb(text, begin)
        elif preposition in words.target:
            found = self._target_verb(text, begin)
        elif preposition in words.recipient:
            found = self._telling_verb(text, begin) or self._first_verb(text, begin + 1)
        elif preposition in words.company or preposition == "由":
            found = self._behind_company(text, begin)
        else:
            found = self._behind_other(text, begin, preposition)
        if found is None or found.phrase is not None:
            return found
        named = preposition in words.object or preposition in words.target
        return Found(found.start, found.end, (begin, found.start) if named else None)

    def _object_verb(self, text: str, begin: int) -> Found | None:
        """Return the verb behind 把 or 将: what the object is made into."""
        for place, word in self._verbs(text, begin):
            if place > begin + 1 and text.startswith("为", place + len(word)):
                return Found(place, place + len(word))
        found = list(self._all(text, begin, self._words.resultative))
        for place, word in found:
            if word in ("作为", "纳入", "列入", "列为", "摆在", "寓于", "变成"):
                return Found(place, place + len(word))
        if found:
            place, word = found[-1]
            return Found(place, place + len(word))
        rest = [p for p in self._verbs(text, begin) if p[0] > begin]
        return Found(rest[-1][0], rest[-1][0] + len(rest[-1][1])) if rest else None

    def _target_verb(self, text: str, begin: int) -> Found | None:
        """Return the verb behind 对: a light one, or one that an adverb or phrase announces."""
        for place, word in self._all(text, begin, self._words.light):
            return Found(place, place + len(word))
        fine = _FINE.search(text, begin + 1)
        if fine:
            return Found(*fine.span())
        for place in range(begin + 2, len(text) - 1):
            behind = self.skip_adverbs(text, place)
            if text[place - 1] != "的" and behind > place and self.verb_at(text, behind):
                return Found(behind, behind + len(self.verb_at(text, behind)))
            if self.preposition_at(text, place) in self._words.recipient:
                return self._telling_verb(text, place + 1)
        rest = [p for p in self._verbs(text, begin) if p[0] > begin + 1]
        # 通报曝光 begins with its verb; behind 危害 in 危害承担责任 comes the verb.
        ends_clause = bool(rest) and rest[-1][0] + len(rest[-1][1]) == len(text)
        while (
            ends_clause
            and len(rest) > 1
            and sum(map(len, rest[-2][1:])) + rest[-2][0] == rest[-1][0]
        ):
            rest.pop()
        return Found(rest[-1][0], rest[-1][0] + len(rest[-1][1])) if rest else None

    def _telling_verb(self, text: str, begin: int) -> Found | None:
        for place, word in self._all(text, begin, self._words.telling):
            if place > begin and len(self._words.endings.at(text, place + len(word))) < 2:
                return Found(place, place + len(word))
        return None

    def _behind_company(self, text: str, begin: int) -> Found | None:
        """Return the verb behind 会同 or 与 and whom they name."""
        for place in range(begin + 2, len(text)):
            ended = text[place - 1] == MASK or self._words.endings.ends(text[begin:place])
            if ended and text[place] != "的" and self.starts_predicate(text, place):
                found = self.find_verb(text, place, bound=False)
                if found is not None:
                    return found
        return self._first_verb(text, begin + 1)

    def _behind_other(self, text: str, begin: int, preposition: str) -> Found | None:
        """Return the verb behind 在…中, 按照…规定, 以…."""
        ends = _MEASURE if preposition in _BY_MEASURE else _POSTPOSITION
        found = self._behind_ending(text, begin, ends)
        if found is not None:
            return found
        if preposition == "通过" or preposition in _BY_MEASURE:
            rest = list(self._verbs(text, begin + 1))
            return Found(rest[-1][0], rest[-1][0] + len(rest[-1][1])) if rest else None
        if preposition == "为":
            return self._service_verb(text, begin)
        if preposition in ("到", "经", "经由", "在"):
            return self._behind_company(text, begin)
        return self._first_verb(text, begin + 1)

    def _service_verb(self, text: str, begin: int) -> Found | None:
        """Return the verb behind 为 and what it is done for: 为……提供支撑."""
        found = [p for p in self._verbs(text, begin + 1) if p[0] + len(p[1]) < len(text)]
        chosen = next((p for p in found if p[1] in _SERVICES or p[1] in self._words.light), None)
        chosen = chosen or (found[-1] if found else None)
        return Found(chosen[0], chosen[0] + len(chosen[1])) if chosen else None

    def _behind_ending(self, text: str, begin: int, ends: re.Pattern[str]) -> Found | None:
        for place in range(begin + 1, len(text)):
            # 依照本条例规定 ends with 规定, not with 条例.
            if text.startswith(("规定", "要求", "确定的"), place):
                continue
            if ends.search(text[begin:place]) and self.starts_predicate(text, place):
                found = self.find_verb(text, place, bound=False)
                if found is not None:
                    return found
        return None

    def _first_verb(self, text: str, begin: int) -> Found | None:
        for place, word in self._verbs(text, begin):
            if len(word) > 1 or place == begin:
                return Found(place, place + len(word))
        return None

    def _verbs(self, text: str, begin: int) -> list[tuple[int, str]]:
        """Return the verbs from ``begin`` on, without those inside 的-phrases."""
        found: list[tuple[int, str]] = []
        at = begin
        while at < len(text):
            word = self._words.verbs.at(text, at)
            behind = at + len(word)
            outside = (
                text[at - 1 : at] != "的"
                and text[behind : behind + 1] != "的"
                and self._words.endings.at(text, behind) not in _OFFICES
                and not _NOUN_BEHIND.match(text, behind)
            )
            if len(word) > 1:
                if outside:
                    found.append((at, word))
                at += len(word)
            else:
                at += 1
        return found

    def _all(self, text: str, begin: int, words: object) -> list[tuple[int, str]]:
        """Return the verbs of one class from ``begin`` on, whole words only."""
        listed = words if isinstance(words, type(self._words.verbs)) else self._words.verbs
        return [(place, word) for place, word in self._verbs(text, begin) if word in listed]
