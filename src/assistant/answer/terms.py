"""The words that a question wants found in the texts, and where these are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.domain import Article, ParsedDocument
from assistant.text import fold

_SAYS = re.compile(
    r"提到|提及|涉及|写明|写到|写了|写有|出现|规定了?|讲到|讲了|谈到|写进去?|关于|要求做到|要求|明确|含有|包含|有关的|相关的|说到|点到|被点名|点名|用到|用过|带有|带|检索"
)
_MENTIONS = "提到|提及|出现|写到|写有|写了|讲到|说到|点到|谈到|用到|用过|含有|包含|带有|检索"
_IS_MENTIONED = re.compile(rf"(?P<words>[^，,。；;？?！!]{{2,30}}?)(?:一共|总共)?被(?:{_MENTIONS})")
_SINGLED_OUT = re.compile(
    r"把(?P<words>[^，,。；;？?！!]{2,20}?)(?:单独|专门|特别)*(?:点|写|提|列|拎|指)(?:了)?出来"
)
_QUOTED = re.compile(r"[“\"‘「]([^”\"’」]{2,20})[”\"’」]")
_NOISE = re.compile(
    r"请问|文件里?|条文|条款|条目|里面|哪些|哪几条?|哪条|列出来|列出|列全|找出来|全部|所有|凡是|地方|一下|帮我|一共|总共|"
    r"多少|都在|各自?有|分别是?|第几条|什么|领域的?(?:问题|内容)|(?:相关|有关)的?(?=条|规定|内容|要求|说法|表述|$)|这个?(?:东西|方面|[块点事])|[这那][项个种套](?:机制|制度|工作|做法|手段|考核|事)|方面的?(?:问题|内容|规定)|"
    r"的(?:问题|内容|情况|事情?|表述|提法|说法|规定|要求)|加(?:在一起|一块儿?)|(?<=[^跟和与同])(?:跟|和|与|同)(?=[^，。]{2,12}有关)|"
    r"[《》，。？?！!、：:；;\s]"
)
_TITLE = re.compile(r"《[^《》]{2,60}》")
_BRACKETED = re.compile(r"[（）()]")
_BESIDES = re.compile(r"除了?[^，,。？?]{1,14}?(?:之外|以外|外)?[，,]")
"""What is not asked for: 除了约谈，还规定了哪些谈话."""
# What a term neither begins nor ends with: words that join, and verbs that reach for another word.
_JOINS_AHEAD = re.compile(
    r"^(?:以及|和|及|与|或者?|并|跟|同|对于?|把|将|被|由|向|从|按照?|在|于|的|地|得|所|等|了|过|其|该)+"
)
_JOINS_BEHIND = re.compile(
    r"(?:以及|和|及|与|或者?|并|(?:加强|强化|加大|做好|抓好|突出|深化|健全|完善|落实)?对于?|把|将|被|由|向|从|在|于|的|地|得|等|了|过|相互|互相)+$"
)
_EDGES = "把将中里的了过要有是在和与来都出全到做事人条处请我几次吗呢好种个些"
ANY_NOUN = re.compile(
    r"要求|内容|情[况形]|方面|措施|规定|事[情项儿]?|部门|单位|工作|问题|责任|任务|职责|做法|行为|方式|机关|领域|"
    r"东西|原则|变化|地方|材料|文件|具体|人员?|干部|领导|条款?|程序|形式|手段|途径|办法|后果|时候|动作|亮点|特点|"
    r"作用|依据|正文|意义|表述|说法|名称|对象|范围|标准|条件|落实|学习|贯彻|执行"
)
"""Words for anything: no list is drawn up by them."""
NO_MATTER = re.compile(
    r".*(?:部门|机关|书记|成员|干部|单位|组织|党委|党组|纪委|监委|政府|常委|主任|人员|“?一把手”?|负责人?|领导|主管|"
    r"(?<![内全局干])部)$|"
    r"(?:要求|规定|应当|必须|分别|其他|有关|进行|开展|加强|落实).*"
)
"""Bodies do what is listed, and words of asking list nothing."""
_WHOSE = re.compile(r"^(?:党员)?(?:领导)?(?:干部|班子|机关|单位|成员)的?(?=.{4})")
"""Whose something is, before it: 干部廉政档案 is 廉政档案 elsewhere."""
_FOR_INSTANCE = re.compile(r"之类|这[些种]|比如|例如|譬如|像|等(?:等|方面|情况|事项|问题)")
"""Where what is listed only shows what kind of thing is meant."""
_ASIDE = re.compile(r"（[^（）]*）|\([^()]*\)")
_CLAUSE = re.compile(r"[，。；：？！,;:?!—\n]+")
# What stands between words of which any may be said: 报备、备案或者存档.
_BETWEEN = re.compile(r"、|或者?(?!许)|(?<![共平温总饱])和(?![谐平解气好缓])|以及|还有")
_EITHER = re.compile(r"也好|也罢|也算上?|都算上?")
_DOES = re.compile(r"^(?:搞|用|抓|上|做|讲|谈)(?=[\u4e00-\u9fff]{2})")
# 问题线索的处置、移送、分析: the matter, of which several things are asked.
_OF = re.compile(r"^[^的]{0,6}?(?P<matter>[^的]{4,8})的[^的]+$")
LONGEST_OF_SEVERAL = 8
"""Characters of one of several words."""
SHORTEST_CORE = 4
"""Characters of the least end of a term that is looked for in the place of the whole."""
SHORTEST_TERM = 2
"""Characters that a term has at least …"""
SHORTEST_EXACT = 3
"""… when all of a question is to be found word for word …"""
LEAST_OF_ASKED = 0.4
"""… and its share of the words that were asked for; else it stands for something else."""
MOST_BEHIND = 2
"""Characters of what was asked for that may be left over behind the term."""
LONGEST_PHRASE = 30
"""Characters of a phrase that is looked for; what is longer is no term."""
LEAST_LOOSE = 4
"""Characters from which a term may have another word inside: 党建考核 as 党建工作考核."""
MOST_INSIDE = 2
"""Characters of that word."""


TEXTS_KEPT = 8192
_folded = lru_cache(maxsize=TEXTS_KEPT)(fold)
"""The texts of articles and documents are folded once, not for every question."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Words of which any may be said."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    """All of them, over folded text."""
    explicit: bool = False
    """Whether the question says outright that these words are to be found."""
    loose: bool = False
    """Whether another word may stand inside them."""

    @classmethod
    def of(cls, words: Iterable[str], *, explicit: bool = False) -> Terms:
        """Return the words as they are written."""
        kept = tuple(dict.fromkeys(words))
        longest_first = sorted(map(fold, kept), key=lambda word: -len(word))
        return cls(kept, re.compile("|".join(map(re.escape, longest_first)) or "(?!)"), explicit)

    def held_by(self, text: str) -> bool:
        """Tell whether a text has one of the words."""
        return self.pattern.search(_folded(text)) is not None

    def count(self, text: str) -> int:
        """Return how often a text has them."""
        return sum(1 for _ in self.pattern.finditer(_folded(text)))


def find_phrase(text: str, searched: Sequence[ParsedDocument]) -> Terms | None:
    """Return what is to be found: the words in quotation marks, else the longest in the texts.

    ``text`` is a question without the names of documents.
    """
    texts = _all(searched)
    text = _BESIDES.sub(" ", text)
    for quoted in _QUOTED.findall(text):
        outright = Terms.of([quoted], explicit=True)
        everywhere = _most_hold(outright, searched) and not _is_named(quoted, text)
        if fold(quoted) in texts and not everywhere:
            return outright
    cited = [title for title in _TITLE.findall(text) if fold(title) in texts]
    if cited:
        return Terms.of(cited, explicit=True)
    said = _SAYS.split(text)
    mentioned = [match["words"] for match in _IS_MENTIONED.finditer(text)]
    mentioned += [match["words"] for match in _SINGLED_OUT.finditer(text)]
    for part in (*mentioned, *reversed(said[1:]), said[0]):
        for words in sorted(_NOISE.split(part), key=len, reverse=True):
            for asked in dict.fromkeys((words, *_BRACKETED.split(words))):
                term = _find(_trim(asked), texts, searched)
                if term is not None:
                    explicit = part in mentioned or _is_named(term.words[0], text)
                    return replace(term, explicit=explicit)
    return None


def find_term(asked: str, searched: Sequence[ParsedDocument]) -> Terms | None:
    """Return a term that the texts have as it was asked for, or None."""
    texts = _all(searched)
    several = [_trim(word) for word in _BETWEEN.split(_QUOTED.sub(r"\1", asked))]
    if len(several) > 1 and all(_can_be_listed(word, texts) for word in several):
        return Terms.of(several)
    asked = _trim(_QUOTED.sub(r"\1", _NOISE.sub("", asked)))
    found = _find(asked, texts, searched)
    return found if found and asked.endswith(found.words[0]) else None


def find_exactly(asked: str, searched: Sequence[ParsedDocument]) -> Terms | None:
    """Return all that was asked for as one term, if the texts have it word for word."""
    word = _term(_trim(_NOISE.sub("", asked)))
    known = len(word) >= SHORTEST_EXACT and fold(word) in _all(searched)
    return Terms.of([word]) if known and not ANY_NOUN.fullmatch(word) else None


def _find(asked: str, texts: str, searched: Sequence[ParsedDocument]) -> Terms | None:
    """Return the term that some words stand for, or None when the texts have nothing of it."""
    stretch = _longest_in(asked, texts)
    whole = _WHOSE.sub("", _term(asked[asked.find(stretch) :]))
    for end in range(len(whole), max(len(whole) - MOST_BEHIND, len(stretch)) - 1, -1):
        loose = _loosely(whole[:end], texts)
        if loose is not None:
            return loose
    found = _term(stretch)
    if not _stands_for(found, asked) or ANY_NOUN.fullmatch(found):
        return None
    found = _core(asked, found, searched)
    return _loosely(found, texts) or Terms.of([found, *_halves(found, texts)])


def _all(searched: Sequence[ParsedDocument]) -> str:
    return "\n".join(_folded(parsed.document.text) for parsed in searched)


def _most_hold(terms: Terms, searched: Sequence[ParsedDocument]) -> bool:
    """Tell whether words are all over the texts: “一把手” in a text on its supervision."""
    articles = [article for parsed in searched for article in parsed.articles]
    return 2 * sum(terms.held_by(article.text) for article in articles) > len(articles)


def _is_named(word: str, text: str) -> bool:
    """Tell whether a text says of a word that it is mentioned, or calls it a word."""
    named = re.escape(word)
    before = rf"(?:{_MENTIONS})(?:了|过)?.{{0,2}}{named}"
    behind = rf"{named}[”\"’」]?.{{0,3}}(?:字样|字眼|被提|这个词|一词|多少次|[几\d]次)"
    return re.search(f"{before}|{behind}", text) is not None


def _loosely(word: str, texts: str) -> Terms | None:
    """Return a long term with room for a word inside it, if that is how the texts have it, too.

    全面从严治党（党建）考核 is 全面从严治党（党建）工作考核 and …年度考核.
    """
    folded = fold(word)
    if len(folded) < LEAST_LOOSE:
        return None
    inside = rf"[\u4e00-\u9fff]{{1,{MOST_INSIDE}}}"
    ends = (
        (folded[:at], folded[at:]) for at in range(SHORTEST_TERM, len(folded) - SHORTEST_TERM + 1)
    )
    # A pattern costs far more than to see that the texts lack one of its ends.
    splits = [
        f"{re.escape(head)}{inside}{re.escape(tail)}"
        for head, tail in ends
        if head in texts and tail in texts
    ]
    parted = [split for split in splits if re.search(split, texts)]
    whole = re.escape(folded)
    pattern = re.compile("|".join((whole, *parted)))
    return Terms((word,), pattern, loose=True) if parted else None


def _halves(word: str, texts: str) -> tuple[str, ...]:
    """Return the two words that a term joins, if the texts have one alone: 巡视巡察.

    What they share a character of is of one kind; 廉政 and 档案 are not.
    """
    middle = len(word) // 2
    one, other = word[:middle], word[middle:]
    akin = len(word) == 2 * middle >= SHORTEST_CORE and set(one) & set(other) and one != other
    alone = texts.replace(fold(word), "")
    return tuple(half for half in (one, other) if akin and fold(half) in alone)


def find_several(topic: str, searched: Sequence[ParsedDocument]) -> tuple[list[str], str, str]:
    """Return words that a question lists, any of which may be said, and what stands beside them.

    In the same clause, and in the others.

    报备、备案、记录、存档的事项都有什么: those of them that the texts have, if there are two.
    """
    clauses = [c for c in _CLAUSE.split(_QUOTED.sub(r"\1", _ASIDE.sub("", topic))) if c.strip()]
    for clause in clauses:
        first, *further = _BETWEEN.split(_EITHER.sub("", clause))
        if not further or _FOR_INSTANCE.search(clause):
            continue
        texts = _all(searched)
        of = _OF.match(first)
        if of and fold(of["matter"]) in texts and not NO_MATTER.fullmatch(of["matter"]):
            continue  # 问题线索的处置、移送: what is done with it is told in many words
        others = "".join(other for other in clauses if other is not clause)
        for words, rest in _runs(first, further, texts):
            listed = [w for w in dict.fromkeys(map(_term, words)) if _can_be_listed(w, texts)]
            if len(listed) > 1:
                return listed, _NOISE.sub("", rest), _NOISE.sub("", others)
    return [], "", ""


def _runs(first: str, further: Sequence[str], texts: str) -> Iterator[tuple[list[str], str]]:
    """Yield words that stand side by side, and what stands before the first and behind the last.

    All of them, then those with nothing else between them: 纪委、组织部的领导要参加或者列席哪些会
    lists two times two.
    """
    pieces = [_DOES.sub("", piece) for piece in further]
    starts = [_start_in(piece, texts) for piece in pieces]
    end = _end_in(first, texts)
    yield [end, *starts], f"{first.removesuffix(end)} {pieces[-1].removeprefix(starts[-1])}"
    begin, words = first, [end]
    for at, (piece, word) in enumerate(zip(pieces, starts, strict=True), start=1):
        words.append(word)
        if word != piece or at == len(pieces):
            yield words, f"{begin.removesuffix(words[0])} {piece.removeprefix(word)}"
            begin, words = piece, [_end_in(piece, texts)]


def _can_be_listed(word: str, texts: str) -> bool:
    asks = ANY_NOUN.fullmatch(word) or NO_MATTER.fullmatch(word) or " " in word
    return len(word) >= SHORTEST_TERM and fold(word) in texts and not asks


def _end_in(words: str, texts: str) -> str:
    """Return the longest end of ``words`` that the texts have, no longer than a term is."""
    words = words.rpartition("的")[2][-LONGEST_OF_SEVERAL:]
    ends = (words[at:] for at in range(len(words) - 1))
    return next((end for end in ends if fold(end) in texts), "")


def _start_in(words: str, texts: str) -> str:
    """Return the longest beginning of ``words`` that the texts have, no longer than a term is."""
    words = words.partition("的")[0][:LONGEST_OF_SEVERAL]
    starts = (words[:end] for end in range(len(words), 1, -1))
    return next((start for start in starts if fold(start) in texts), "")


def _stands_for(found: str, asked: str) -> bool:
    """Tell whether a term is what was asked for: the matter of a Chinese phrase is at its end.

    Of 领导班子成员之间互相监督, 领导班子成员 is not what is looked for.
    """
    if len(found) < SHORTEST_TERM or len(found) < LEAST_OF_ASKED * len(asked):
        return False
    return len(asked.rpartition(found)[2]) <= MOST_BEHIND


def _trim(words: str) -> str:
    """Return words without the light ones at their ends; 全 begins many a term (全面从严治党)."""
    return words.rstrip(_EDGES).lstrip(_EDGES.replace("全", ""))


def _term(found: str) -> str:
    """Return a stretch without what a term neither begins nor ends with (加强对, 和…)."""
    return _JOINS_AHEAD.sub("", _JOINS_BEHIND.sub("", found))


def _core(asked: str, found: str, searched: Sequence[ParsedDocument]) -> str:
    """Return the end of a term that the most articles share, when they do not have it whole.

    领导干部个人有关事项 is nowhere, 干部个人有关事项 once by chance, 个人有关事项 is the matter. A
    shorter end must be in more articles by as much as it says less.
    """
    articles = [_folded(article.text) for parsed in searched for article in parsed.articles]

    def held(word: str) -> int:
        return sum(fold(word) in text for text in articles)

    own = _WHOSE.sub("", found)
    if own != found and held(own) > held(found):
        return own
    if found == asked or not asked.endswith(found):
        return found
    ends = [found[at:] for at in range(len(found) - SHORTEST_CORE + 1)]
    return max(ends, key=lambda end: len(end) * math.log1p(held(end)), default=found)


def _longest_in(words: str, texts: str) -> str:
    """Return the longest stretch of ``words`` that the folded ``texts`` hold."""
    words = words[:LONGEST_PHRASE]
    for length in range(len(words), 1, -1):
        for start in range(len(words) - length + 1):
            if fold(words[start : start + length]) in texts:
                return words[start : start + length]
    return ""


def makes_a_list(terms: Terms, articles: Iterable[Article], *, least: int, most: int) -> bool:
    """Tell whether some articles have one of the words, and by no means most."""
    return least <= sum(terms.held_by(article.text) for article in articles) <= most
