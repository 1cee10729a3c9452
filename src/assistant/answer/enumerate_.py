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

_UNIT = r"(?:条(?!件|例|不漏|不落|不少)|条文|条款|条目|处(?![理分罚置级长])|地方)"
_LIST = re.compile(
    rf"(?:哪些|(?<!第)(?<!还有)哪几|(?<!第)(?<!哪)几)(?:个)?{_UNIT}|(?:都|各)在哪(?:些|几)?条|"
    rf"{_UNIT}.{{0,8}}(?:列(?!席)|找|数|挑|汇总|梳理|有哪些|都有)|(?:列(?!席)|找|数|挑|汇总|梳理)(?:全|出来|一下|出)?.{{0,18}}{_UNIT}|"
    rf"(?:全部|所有)的?{_UNIT}|有多少{_UNIT}.{{0,3}}(?:提|写|讲|涉|出)|(?:提|写|讲|涉|用|出现|说)(?:到|过|及|了)?.{{0,2}}几次|"
    r"字样|字眼|(?:规定|内容).{0,3}(?:汇总|都列|列全|列出来|全部列)|(?:提到|涉及|要求)[^。？?]{2,20}都有哪些"
)
_SAYS = re.compile(
    r"提到|提及|涉及|写明|写到|写了|写有|出现|规定了?|讲到|讲了|谈到|关于|要求做到|要求|明确|含有|包含|有关的|相关的|说到|点到|被点名|点名|用到|用过|带有|带|检索"
)
_QUOTED = re.compile(r"[“\"‘「]([^”\"’」]{2,20})[”\"’」]")
_NOISE = re.compile(
    r"请问|文件里?|条文|条款|条目|里面|哪些|哪几条?|哪条|列出来|列出|列全|找出来|全部|所有|凡是|地方|一下|帮我|一共|总共|"
    r"多少|都在|[《》（）()，。？?！!、：:；;\s]"
)
# What a term neither begins nor ends with: words that join, and verbs that reach for another word.
_JOINS_AHEAD = re.compile(
    r"^(?:以及|和|及|与|或者?|并|同|对于?|把|将|被|由|向|从|按照?|在|于|的|地|得|所|等|了|过|其|该)+"
)
_JOINS_BEHIND = re.compile(
    r"(?:以及|和|及|与|或者?|并|(?:加强|强化|加大|做好|抓好|突出|深化|健全|完善|落实)?对于?|把|将|被|由|向|从|在|于|的|地|得|等|了|过)+$"
)
_EDGES = "把将中里的了过要有是在和与来都出全到做事人条处请我几次吗呢好种个些"
LONGEST_EXCERPT = 60
SHORTEST_CORE = 4
"""Characters of the least end of a term that is looked for in the place of the whole."""
SHORTEST_TERM = 2
"""Characters that a term has at least …"""
LEAST_OF_ASKED = 0.4
"""… and its share of the words that were asked for; else it stands for something else."""
MOST_BEHIND = 2
"""Characters of what was asked for that may be left over behind the term."""
MOST_IN_FULL = 4
"""Articles up to which each place in them is quoted; of more, the first place in each."""
LONGEST_PHRASE = 30
"""Characters of a phrase that is looked for; what is longer is no term."""


def answer_list(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Return every article that holds the phrase asked for, or None when no list is asked."""
    if not _LIST.search(reading.text) or reading.mentions.reported:
        return None
    named = reading.mentions.documents or reading.mentions.hinted
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
    holding = [
        (parsed, [a for a in parsed.articles if fold(phrase) in fold(a.text)])
        for parsed in searched
    ]
    few = sum(len(found) for _, found in holding) <= MOST_IN_FULL
    statements, counts = [], []
    for parsed, found in holding:
        statements += [Statement(a, _excerpts(a, phrase)[: None if few else 1]) for a in found]
        if found:
            times = sum(fold(a.text).count(fold(phrase)) for a in found)
            counts.append(f"{document_label(parsed.document)}{len(found)}条（段），共{times}处")
    if not statements:
        return None
    return compose(statements, documents, opening=f"出现“{phrase}”的：{'，'.join(counts)}。")


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


def _excerpts(article: Article, phrase: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of the sentences, or of their parts, that hold the phrase."""
    spans = []
    for sentence in article.sentences:
        if fold(phrase) not in fold(sentence.text):
            continue
        parts = split_clauses(sentence.text) if len(sentence.text) > LONGEST_EXCERPT else ()
        held = [
            (sentence.start + start, sentence.start + end)
            for start, end in parts
            if fold(phrase) in fold(sentence.text[start:end])
        ]
        spans += held or [(sentence.start, sentence.end)]
    return tuple(spans) or ((article.start, article.end),)
