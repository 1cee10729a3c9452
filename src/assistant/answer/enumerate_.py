"""Questions for all articles that say something: counted in the text, not in the first hits."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from assistant.answer.compose import Documents, Statement, compose
from assistant.answer.divisions import names_part
from assistant.corpus.labels import document_label
from assistant.corpus.sentences import split_clauses
from assistant.domain import Answer, Article, ParsedDocument
from assistant.retrieve.reading import Reading
from assistant.text import fold

_UNIT = (
    r"(?:(?<![这那同]一)(?<![这那])条(?!件|例|不漏|不落|不少)|条文|条款|条目|处(?![理分罚置级长])|"
    r"地方(?!不同|不一|有差|改|变))"
)
_LIST = re.compile(
    rf"(?:哪些|(?<!第)(?<!还有)哪几|(?<!第)(?<!哪)几)(?:个)?{_UNIT}|(?:都|各)在哪(?:些|几)?条|"
    rf"{_UNIT}.{{0,8}}(?:列(?!席)|找|数|挑|汇总|梳理|有哪些|都有)|(?:列(?!席)|找|数|挑|汇总|梳理)(?:全|出来|一下|出)?.{{0,18}}{_UNIT}|"
    rf"{_UNIT}请?(?:都|全部?)?(?:请)?(?:给我|发我)|(?:全部|所有)的?{_UNIT}|有多少{_UNIT}.{{0,3}}(?:提|写|讲|涉|出)|(?:提|写|讲|涉|用|出现|说)(?:到|过|及|了)?.{{0,2}}几次|"
    r"字样|字眼|(?:规定|内容).{0,3}(?:汇总|都列|列全|列出来|全部列)"
)
# Asks for a list of articles where not most of them have the term: 要求监督“一把手”，方式都有哪些.
_MAY_LIST = re.compile(r"(?:提到|涉及|要求)[^。？?]{2,20}都有哪些")
_SAYS = re.compile(
    r"提到|提及|涉及|写明|写到|写了|写有|出现|规定了?|讲到|讲了|谈到|写进去?|关于|要求做到|要求|明确|含有|包含|有关的|相关的|说到|点到|被点名|点名|用到|用过|带有|带|检索"
)
_QUOTED = re.compile(r"[“\"‘「]([^”\"’」]{2,20})[”\"’」]")
_NOISE = re.compile(
    r"请问|文件里?|条文|条款|条目|里面|哪些|哪几条?|哪条|列出来|列出|列全|找出来|全部|所有|凡是|地方|一下|帮我|一共|总共|"
    r"多少|都在|各自?有|分别是?|第几条|什么|领域的?(?:问题|内容)|(?:相关|有关)的?(?=条|规定|内容|要求|说法|$)|这个?(?:东西|方面|[块点事])|方面的?(?:问题|内容|规定)|的(?:问题|内容|情况|事情?)|加(?:在一起|一块儿?)|[《》（）()，。？?！!、：:；;\s]"
)
# What a term neither begins nor ends with: words that join, and verbs that reach for another word.
_JOINS_AHEAD = re.compile(
    r"^(?:以及|和|及|与|或者?|并|同|对于?|把|将|被|由|向|从|按照?|在|于|的|地|得|所|等|了|过|其|该)+"
)
_JOINS_BEHIND = re.compile(
    r"(?:以及|和|及|与|或者?|并|(?:加强|强化|加大|做好|抓好|突出|深化|健全|完善|落实)?对于?|把|将|被|由|向|从|在|于|的|地|得|等|了|过)+$"
)
_EDGES = "把将中里的了过要有是在和与来都出全到做事人条处请我几次吗呢好种个些"
# Several are asked for, of what the question then puts in quotation marks or behind 哪些.
_SEVERAL = re.compile(
    r"哪些|哪几|哪种|几[种类项件]|多少[种类项件]|什么(?:地方|事|情形|情况)|一共|总共|凡是|所有|全部|都(?:有|列)|分别|逐[条一项]|"
    r"列[出一全表单]|单子|清单|罗列|汇总|梳理"
)
_WORD = re.compile(r"[“\"‘「]([\u4e00-\u9fff]{2,8})[”\"’」]")
_OF_KIND = re.compile(
    r"(?:哪些|哪几[种类项个条]|几[种类]|多少[种类])(?P<noun>[\u4e00-\u9fff]{2,4}?)(?=$|[啊呀呢吗，,。？?！!\s]|分别|要|应|都|各)"
)
_ANY_NOUN = re.compile(
    r"要求|内容|情[况形]|方面|措施|规定|事[情项儿]?|部门|单位|工作|问题|责任|任务|职责|做法|行为|方式|机关|领域|"
    r"东西|原则|变化|地方|材料|文件|具体|人员?|干部|领导|条款?|程序|形式|手段|途径|办法|后果|时候|动作|亮点|特点"
)
LEAST_HOLDING = 3
"""Articles that have the word: of fewer, something more is asked. One less for several words."""
MOST_HOLDING = 14
"""Articles beyond which a word is everywhere, and no list is drawn up by it."""
MOST_BESIDE = 4
"""Characters that a question may have beside the noun that it asks after and words of asking."""
WHOLE_SENTENCE = 90
"""Characters up to which a sentence is quoted whole in a list by a word."""
_LITTLE_ELSE = re.compile(
    r"哪些|哪几[种类项个条]|几[种类]|多少[种类]|什么|规定|要求|提到|建立|健全|完善|搞|设|有|要|了|的|里|中|都|一共|总共|到底|分别|"
    r"请|帮我|列出?来?|一下|文件|材料|措施|意见|[啊呀呢吗，,。？?！!、：:；;\s“”]"
)
_FOR_INSTANCE = re.compile(r"之类|这[些种]|比如|例如|譬如|像|等(?:等|方面|情况|事项|问题)")
"""Where what is listed only shows what kind of thing is meant."""
_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)")
_CLAUSE = re.compile(r"[，。；：？！,;:?!\n]+")
# What stands between words of which any may be said: 报备、备案或者存档.
_BETWEEN = re.compile(r"、|或者?(?!许)|(?<![共平温总饱])和(?![谐平解气好缓])|以及|还有")
_NO_MATTER = re.compile(
    r".*(?:部门|机关|书记|成员|干部|单位|组织|党委|党组|纪委|监委|政府|常委|主任|人员|“?一把手”?|负责人|领导|主管)$|"
    r"(?:要求|规定|应当|必须|分别|其他|有关|进行|开展|加强|落实).*"
)
"""Bodies do what is listed, and words of asking list nothing."""
LONGEST_OF_SEVERAL = 8
"""Characters of one of several words."""
LONGEST_EXCERPT = 60
SHORTEST_CORE = 4
"""Characters of the least end of a term that is looked for in the place of the whole."""
SHORTEST_TERM = 2
"""Characters that a term has at least …"""
LEAST_OF_ASKED = 0.4
"""… and its share of the words that were asked for; else it stands for something else."""
MOST_BEHIND = 2
"""Characters of what was asked for that may be left over behind the term."""
MOST_IN_FULL = 8
"""Articles up to which each place in them is quoted; of more, the first place in each."""
LONGEST_PHRASE = 30
"""Characters of a phrase that is looked for; what is longer is no term."""


def answer_list(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Return every article that holds the phrase asked for, or None when no list is asked."""
    surely = bool(_LIST.search(reading.text))
    if not (surely or _MAY_LIST.search(reading.text)) or reading.mentions.reported:
        return None
    named = reading.mentions.asked_of
    known = {d.document.id for d in listed}
    searched = [
        d for d in listed
        if (d.document.id in named if named else d.numbered and d.document.edition_of not in known)
    ]  # fmt: skip
    if any(names_part(reading, parsed) for parsed in searched):
        return None
    phrase = _phrase(reading, searched)
    if not phrase:
        return None
    several, _ = _several(reading, searched)
    words = several if phrase in several else [phrase]
    holding = [(parsed, [a for a in parsed.articles if _has(a, words)]) for parsed in searched]
    count = sum(len(found) for _, found in holding)
    if not surely and count > MOST_HOLDING:
        return None
    few = count <= MOST_IN_FULL
    statements, counts = [], []
    for parsed, found in holding:
        statements += [Statement(a, _places(a, words)[: None if few else 1]) for a in found]
        if found:
            times = sum(fold(a.text).count(fold(word)) for a in found for word in words)
            counts.append(f"{document_label(parsed.document)}{len(found)}条（段），共{times}处")
    if not statements:
        return None
    return compose(statements, documents, opening=f"出现{_said(words)}的：{'，'.join(counts)}。")


def answer_words(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Return every article that has a word which a question puts in quotation marks or asks after.

    哪些事写了“每年”, 要搞哪几种清单: when several are asked for, and the word is not everywhere.
    """
    several = _SEVERAL.search(_WORD.sub("", reading.text))  # “清单”是什么意思 asks for no list
    if not several or reading.mentions.reported or reading.addresses:
        return None
    searched = _normative(reading, listed)
    words = [w for w in dict.fromkeys(_WORD.findall(reading.text)) if not _ANY_NOUN.fullmatch(w)]
    if not words and (asked := _OF_KIND.search(reading.topic)):
        noun = asked["noun"]
        alone = len(_LITTLE_ELSE.sub("", reading.topic.replace(noun, ""))) <= MOST_BESIDE
        words = [noun] if alone and not _ANY_NOUN.fullmatch(noun) else []
    either, rest = _several(reading, searched)
    if either and len(rest) <= MOST_BESIDE and (not words or set(words) & set(either)):
        words = either
    if not _make_a_list(words, searched, least=LEAST_HOLDING - (words is either)):
        return None
    statements, counts = [], []
    for parsed in searched:
        found = [a for a in parsed.numbered if _has(a, words)]
        statements += [Statement(a, _places(a, words, whole=WHOLE_SENTENCE)) for a in found]
        if found:
            counts.append(f"{document_label(parsed.document)}{len(found)}条")
    return compose(statements, documents, opening=f"出现{_said(words)}的：{'，'.join(counts)}。")


def _several(reading: Reading, searched: Sequence[ParsedDocument]) -> tuple[list[str], str]:
    """Return words that a question lists, any of which may be said, and what its clause has beside.

    报备、备案、记录、存档的事项都有什么: those of them that the texts have, if there are two.
    """
    for clause in _CLAUSE.split(_WORD.sub(r"\1", _BRACKETS.sub("", reading.topic))):
        first, *middle = _BETWEEN.split(clause)
        if not middle or _FOR_INSTANCE.search(clause):
            continue
        texts = fold("\n".join(parsed.document.text for parsed in searched))
        *middle, last = middle
        ends = [_end_in(first, texts), *middle, _start_in(last, texts)]
        words = [word for word in dict.fromkeys(map(_term, ends)) if _can_be_listed(word, texts)]
        if len(words) > 1:
            rest = f"{first.removesuffix(ends[0])} {last.removeprefix(ends[-1])}"
            return words, _LITTLE_ELSE.sub("", _NOISE.sub("", rest))
    return [], ""


def _can_be_listed(word: str, texts: str) -> bool:
    asks = _ANY_NOUN.fullmatch(word) or _NO_MATTER.fullmatch(word) or " " in word
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


def _has(article: Article, words: Sequence[str]) -> bool:
    text = fold(article.text)
    return any(fold(word) in text for word in words)


def _said(words: Sequence[str]) -> str:
    return "、".join(f"“{word}”" for word in words)


def _places(
    article: Article, words: Sequence[str], *, whole: int = LONGEST_EXCERPT
) -> tuple[tuple[int, int], ...]:
    """Return in order the spans of the sentences, or of their parts, that hold one of the words."""
    text = fold(article.text)
    held = (word for word in words if fold(word) in text)
    return tuple(sorted({span for word in held for span in _excerpts(article, word, whole=whole)}))


def _normative(reading: Reading, listed: Sequence[ParsedDocument]) -> list[ParsedDocument]:
    mentions = reading.mentions
    named = mentions.documents or mentions.hinted or mentions.scoped
    known = {d.document.id for d in listed}
    numbered = [d for d in listed if d.numbered and d.document.edition_of not in known]
    return [d for d in numbered if d.document.id in named] or ([] if named else numbered)


def _make_a_list(words: Sequence[str], searched: Sequence[ParsedDocument], *, least: int) -> bool:
    """Tell whether some articles have one of the words, and by no means most."""
    texts = [fold(article.text) for parsed in searched for article in parsed.numbered]
    holding = sum(any(fold(word) in text for word in words) for text in texts)
    return least <= holding <= MOST_HOLDING


def _phrase(reading: Reading, searched: Sequence[ParsedDocument]) -> str:
    """Return what is to be found: the words in quotation marks, else the longest in the texts."""
    texts = fold("\n".join(parsed.document.text for parsed in searched))
    for quoted in _QUOTED.findall(reading.text):
        if fold(quoted) in texts:
            return str(quoted)
    text = reading.text
    for start, end in sorted(reading.mentions.spans, reverse=True):
        text = text[:start] + " " + text[end:]
    said = _SAYS.split(text)
    for part in (*reversed(said[1:]), said[0]):
        for words in sorted(_NOISE.split(part), key=len, reverse=True):
            asked = words.strip(_EDGES)
            found = _term(_longest_in(asked, texts))
            if _stands_for(found, asked):
                return _core(asked, found, searched)
    return ""


def _stands_for(found: str, asked: str) -> bool:
    """Tell whether a term is what was asked for: the matter of a Chinese phrase is at its end.

    Of 领导班子成员之间互相监督, 领导班子成员 is not what is looked for.
    """
    if len(found) < SHORTEST_TERM or len(found) < LEAST_OF_ASKED * len(asked):
        return False
    return len(asked.rpartition(found)[2]) <= MOST_BEHIND


def _term(found: str) -> str:
    """Return a stretch without what a term neither begins nor ends with (加强对, 和…)."""
    return _JOINS_AHEAD.sub("", _JOINS_BEHIND.sub("", found))


def _core(asked: str, found: str, searched: Sequence[ParsedDocument]) -> str:
    """Return the end of a term that the most articles share, when they do not have it whole.

    领导干部个人有关事项 is nowhere, 干部个人有关事项 once by chance, 个人有关事项 is the matter. A
    shorter end must be in more articles by as much as it says less.
    """
    if found == asked or not asked.endswith(found):
        return found
    articles = [fold(article.text) for parsed in searched for article in parsed.articles]
    ends = [found[at:] for at in range(len(found) - SHORTEST_CORE + 1)]
    return max(
        ends,
        key=lambda end: len(end) * math.log1p(sum(fold(end) in text for text in articles)),
        default=found,
    )


def _longest_in(words: str, texts: str) -> str:
    """Return the longest stretch of ``words`` that the folded ``texts`` hold."""
    words = words[:LONGEST_PHRASE]
    for length in range(len(words), 1, -1):
        for start in range(len(words) - length + 1):
            if fold(words[start : start + length]) in texts:
                return words[start : start + length]
    return ""


def _excerpts(
    article: Article, phrase: str, *, whole: int = LONGEST_EXCERPT
) -> tuple[tuple[int, int], ...]:
    """Return the spans of the sentences, or of their parts, that hold the phrase.

    Up to ``whole`` characters a sentence is not taken apart.
    """
    spans = []
    for sentence in article.sentences:
        if fold(phrase) not in fold(sentence.text):
            continue
        parts = split_clauses(sentence.text) if len(sentence.text) > whole else ()
        held = [
            (sentence.start + start, sentence.start + end)
            for start, end in parts
            if fold(phrase) in fold(sentence.text[start:end])
        ]
        spans += held or [(sentence.start, sentence.end)]
    return tuple(spans) or ((article.start, article.end),)
