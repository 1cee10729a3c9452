"""One question against the documents: whether its proof holds, and whether it can be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from assistant.domain import Article, ParsedDocument
from assistant.quiz.distract import ACTORS
from assistant.quiz.items import FALSE, Basis, Item, ItemType
from assistant.quiz.probe import Probe, normalise
from assistant.quiz.segments import stretches_around
from assistant.quiz.select import LONGEST_SHORT_STEM, LONGEST_STEM, leaks
from assistant.quiz.wording import BLANK, GAP, LISTED_ONLY, document_name
from assistant.quiz.words import Words
from assistant.text import fold

_ABSENT = re.compile(r"(?P<name>.+)全文未出现“(?P<words>[^”]+)”")
_QUOTED_AT = re.compile(r"见.+?：“(?P<quote>[^”]+)”")
_OF_THE_OPTIONS = re.compile(
    r"下列(?:属于|要求|表述)|(?:下列|以下|如下)(?=[^。]*。(?:所列|请逐项))|所列[^。]*。?(?:（\d+分）)?$"
)
_OPENING = re.compile(
    r"(?:根据|据)?[^，《]*(?:《[^》]*》)?"
    r"(?:关于“.*?”的规定|第[^，]*条的规定|在“.*?”部分指出|“.*?”部分|规定|要求|明确|指出|提出)?，"
)
_ALL_OR_NONE = re.compile(r"以上(?:都|全|均|皆)|都不(?:对|是)")
_FUNCTION_WORDS = re.compile(r"[，。、；：（）“”\s]|应当|必须|要")
CASE = "case"
"""Pattern of a question about an invented case."""
LONGEST_CASE = 240
MOST_PIECES = 4
"""Verbatim stretches that a right statement may be put together from."""


class Rule(StrEnum):
    """What an item is checked for; the value is what reports call it."""

    SOURCE = "依据逐字一致"
    EDITIONS = "各版本一致"
    KEY = "答案在依据中"
    REFUTED = "干扰项有反驳"
    TRUE_ELSEWHERE = "干扰项在别处成立"
    OPTIONS = "选项互不重复"
    NAMED = "题干写明文件"
    SELF_CONTAINED = "题干自足"
    LEAK = "题干泄露答案"
    BLACKLIST = "命中禁用清单"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an item."""

    item_id: str
    rule: Rule
    message: str


class ItemChecker:
    """Checks items against documents; editions are documents, too."""

    def __init__(self, documents: Sequence[ParsedDocument], probe: Probe, words: Words) -> None:
        self._documents = {parsed.document.id: parsed for parsed in documents}
        self._folded = {i: fold(parsed.document.text) for i, parsed in self._documents.items()}
        self._articles = {a.id: a for parsed in documents for a in parsed.articles}
        self._editions: dict[str, list[str]] = {}
        for parsed in documents:
            own = parsed.document.edition_of or parsed.document.id
            self._editions.setdefault(own, []).append(parsed.document.id)
        self._whole = "｜".join(_bare(parsed.document.text) for parsed in documents)
        self._probe = probe
        self._words = words

    def faults(self, item: Item) -> list[Fault]:
        """Return everything that is wrong with an item; empty when it may be asked."""
        checks = (
            (Rule.SOURCE, self._source),
            (Rule.EDITIONS, self._in_editions),
            (Rule.KEY, self._key),
            (Rule.REFUTED, self._refuted),
            (Rule.TRUE_ELSEWHERE, self._true_elsewhere),
            (Rule.OPTIONS, self._options),
            (Rule.NAMED, self._named),
            (Rule.SELF_CONTAINED, self._self_contained),
            (Rule.LEAK, self._leak),
            (Rule.BLACKLIST, self._blacklist),
        )
        return [Fault(item.id, rule, message) for rule, check in checks for message in check(item)]

    def _source(self, item: Item) -> Iterator[str]:
        if not item.basis:
            yield "没有依据"
        for basis in item.basis:
            problem = self._where(basis)
            if problem:
                yield problem

    def _where(self, basis: Basis) -> str:
        parsed, article = self._find(basis)
        if parsed is None or article is None:
            return f"找不到 {basis.label}"
        if parsed.document.text[basis.start : basis.end] != basis.sentence:
            return f"{basis.label}的整句与原文不一致"
        if not article.start <= basis.start <= basis.end <= article.end:
            return f"整句不在{basis.label}之内"
        return "" if fold(basis.quote) in fold(basis.sentence) else f"{basis.label}的引文不在整句中"

    def _find(self, basis: Basis) -> tuple[ParsedDocument | None, Article | None]:
        return self._documents.get(basis.document_id), self._articles.get(basis.article_id)

    def _in_editions(self, item: Item) -> Iterator[str]:
        for basis in item.basis:
            for edition in self._editions.get(basis.document_id, []):
                if fold(basis.quote) not in self._folded[edition]:
                    yield f"{basis.label}的引文在另一文本（{edition}）中不同"

    def _key(self, item: Item) -> Iterator[str]:
        quotes = [fold(basis.quote) for basis in item.basis]
        keys = dict(item.key_evidence)
        wanted = item.answer if item.options or item.type is ItemType.JUDGE else [
            str(n) for n in range(1, len(item.answer) + 1)
        ]  # fmt: skip
        for key in wanted:
            if not keys.get(key):
                yield f"答案{key}没有依据原文"
            elif not any(fold(keys[key]) in quote for quote in quotes):
                yield f"答案{key}的原文不在引文中"
        sentences = "".join(basis.sentence for basis in item.basis)
        if item.type is not ItemType.JUDGE:
            for text in item.right_texts:
                if pieces(text, sentences) > MOST_PIECES:
                    yield f"答案“{text}”与原文不一致"

    def _refuted(self, item: Item) -> Iterator[str]:
        refuted = dict(item.refute)
        if item.type is ItemType.JUDGE and item.answer == (FALSE,) and not item.correction:
            yield "错误的判断题没有更正"
        for option in item.options:
            if option.letter in item.answer:
                continue
            reason = refuted.get(option.letter, "")
            if not reason:
                yield f"{option.letter}项没有反驳"
            else:
                yield from self._reason(option.letter, reason)

    def _reason(self, letter: str, reason: str) -> Iterator[str]:
        absent = _ABSENT.fullmatch(reason)
        if absent:
            for document_id in self._named_as(absent["name"]):
                if self._probe.document_says(document_id, absent["words"]):
                    yield f"{letter}项称全文未出现“{absent['words']}”，其实有"
        quoted = _QUOTED_AT.search(reason)
        if quoted:
            words = quoted["quote"].replace("‘", "“").replace("’", "”").strip("…")
            for part in words.split("……"):
                if _count_pieces(_bare(part), self._whole) > 2:
                    yield f"{letter}项的反驳引文查无原文"

    def _named_as(self, name: str) -> list[str]:
        return [i for i, p in self._documents.items() if document_name(p.document) == name]

    def _true_elsewhere(self, item: Item) -> Iterator[str]:
        """Yield the wrong options that make the stem a sentence of some document."""
        for option in item.options:
            if option.letter in item.answer:
                continue
            for claim in self._claims(item, option.text):
                if self._probe.says(claim):
                    yield f"{option.letter}项在文件中成立：{claim}"
        said_false = item.type is ItemType.JUDGE and item.answer == (FALSE,)
        if said_false and self._probe.says(statement_of(item.stem)):
            yield "判断题的错误表述见于文件"

    @staticmethod
    def _claims(item: Item, text: str) -> Iterator[str]:
        if item.pattern == "claims":
            yield text
        elif item.pattern == "duty-list":
            subject = re.search(r"对(.+)的要求的有", item.stem)
            if subject:
                yield from (f"{subject[1]}{modal}{text}" for modal in ("", "要", "应当", "必须"))
        elif item.pattern not in ("cross-doc", "items"):
            statement = statement_of(item.stem)
            filled = statement.replace(BLANK, text)
            yield filled
            # Lists come in any order, and a part of one may stand anywhere.
            if item.pattern != "enumeration":
                yield from stretches_around(filled, statement.find(BLANK))

    def _options(self, item: Item) -> Iterator[str]:
        if not item.options:
            return
        if _ALL_OR_NONE.search("".join(o.text for o in item.options)):
            yield "含“以上都对”一类选项"
        actors = item.pattern in set(ACTORS) and item.type is ItemType.SINGLE
        for one, two in combinations(item.options, 2):
            first, second = fold(one.text), fold(two.text)
            valued = item.pattern in ("number", "frequency")
            if first == second or (not valued and (first in second or second in first)):
                yield f"{one.letter}、{two.letter}两项重复或相互包含"
            related = (
                self._words.same_addressee if item.pattern == "target" else self._words.may_overlap
            )
            if actors and related(one.text, two.text):
                yield f"{one.letter}、{two.letter}两项属于同一类机构"

    def _named(self, item: Item) -> Iterator[str]:
        parsed = self._documents.get(item.document_ids[0]) if item.basis else None
        if parsed is None or document_name(parsed.document) not in item.stem:
            yield "题干没有写明文件名称"

    def _self_contained(self, item: Item) -> Iterator[str]:
        limit = LONGEST_SHORT_STEM if item.type is ItemType.SHORT else LONGEST_STEM
        if item.pattern == CASE:
            limit = LONGEST_CASE
        if len(item.stem) > limit:
            yield f"题干有{len(item.stem)}字，超过{limit}字"
        if item.pattern == CASE:
            return  # its own story says what 该 stands for
        # 下列…的有 speaks of the options.
        statement = _OF_THE_OPTIONS.sub("", statement_of(item.stem))
        unclear = [word for word in self._words.unresolved if word in statement]
        if unclear:
            yield f"题干有所指不明的“{unclear[0]}”"
        wanted = {ItemType.FILL: GAP}.get(item.type, BLANK if item.options else "")
        if wanted and wanted not in item.stem:
            yield "题干没有留空"
        if (
            item.type is ItemType.MULTIPLE
            and item.pattern == "enumeration"
            and LISTED_ONLY not in item.stem
        ):
            yield "多选题没有写明限条文明确列举"

    @staticmethod
    def _leak(item: Item) -> Iterator[str]:
        asks = item.type is not ItemType.JUDGE and item.type is not ItemType.SHORT
        if asks and item.pattern not in ("claims",) and leaks(item.stem, item.right_texts):
            yield "题干含有答案的字样"

    def _blacklist(self, item: Item) -> Iterator[str]:
        text = fold(item.stem + "".join(item.right_texts))
        for refusal in self._words.refusals:
            if fold(refusal.words) in text and refusal.document_id in ("", *item.document_ids[:1]):
                yield refusal.reason


def statement_of(stem: str) -> str:
    """Return a stem without its opening (根据…，) and its note."""
    bare = stem.replace(LISTED_ONLY, "").rstrip("。")
    found = _OPENING.match(bare)
    return bare[found.end() :] if found else bare


def pieces(text: str, source: str) -> int:
    """Return how many verbatim stretches of a source a text consists of; 99 when it does not."""
    return _count_pieces(_bare(text), _bare(source))


def _bare(text: str) -> str:
    return _FUNCTION_WORDS.sub("", normalise(text))


def _count_pieces(wanted: str, known: str) -> int:
    at = count = 0
    while at < len(wanted):
        length = 1
        while at + length <= len(wanted) and wanted[at : at + length] in known:
            length += 1
        if length == 1:
            return 99
        at += length - 1
        count += 1
    return count
