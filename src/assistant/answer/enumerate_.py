"""Questions for all articles that say something: counted in the text, not in the first hits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.answer.compose import Documents, Statement, compose
from assistant.answer.divisions import articles_meant, names_part
from assistant.answer.terms import (
    ANY_NOUN,
    NO_MATTER,
    Terms,
    find_exactly,
    find_phrase,
    find_several,
    find_term,
    makes_a_list,
)
from assistant.corpus.labels import document_label
from assistant.corpus.sentences import split_clauses
from assistant.domain import Answer, Article, ParsedDocument
from assistant.retrieve.reading import Reading, cut
from assistant.text import fold

_UNIT = (
    r"(?:(?<![这那同]一)(?<![这那])条(?!件|例|不漏|不落|不少)|条文|条款|条目|处(?![理分罚置级长])|"
    r"地方(?!.{0,3}(?:不同|不一|一样|有差|改|变)))"
)
_LIST = re.compile(
    rf"(?:哪些|(?<!第)(?<!还有)哪几|(?<!第)(?<!哪)几)(?:个)?{_UNIT}|(?:都|各)在哪(?:些|几)?条|"
    rf"{_UNIT}.{{0,8}}(?:列(?!席)|找|数|挑|汇总|梳理|有哪些|都有)|(?:列(?!席)|找|数|挑|汇总|梳理)(?:全|出来|一下|出)?.{{0,18}}{_UNIT}|"
    rf"{_UNIT}请?(?:都|全部?)?(?:请)?(?:给我|发我)|(?:全部|所有)的?{_UNIT}|有多少{_UNIT}.{{0,3}}(?:提|写|讲|涉|出)|(?:提|写|讲|涉|用|出现|说)(?:到|过|及|了)?.{{0,2}}几次|"
    rf"凡是[^，。？?；;]{{2,24}}的{_UNIT}|(?:提|写|讲|出现|说)(?:到|过|及|了)?[^，。？?；;]{{1,16}}?的?(?:一共|总共)?有(?:多少|几){_UNIT}|"
    r"字样|字眼|(?:规定|内容).{0,3}(?:汇总|都列|列全|列出来|全部列)"
)
# Asks for a list of articles where not most of them have the term: 要求监督“一把手”，方式都有哪些.
_MAY_LIST = re.compile(r"(?:提到|涉及|要求)[^。？?]{2,20}都有哪些")
# Says of what all the rules are wanted: 凡是涉及审计的规定找全.
_TOLD = r"(?:规定|条款|条文|表述|提法|说法|内容|要求)"
_ALL_THAT = r".{0,4}(?:有哪些|是哪些|有什么|找全|找出|列全|列[出一个]|汇总|梳理)"
_RULES_ON = re.compile(
    rf"(?:涉及|关于|讲到?|提到|提及|说到)(?P<on>[^，。？?；;]{{2,16}}?)的{_TOLD}{_ALL_THAT}"
    rf"|(?:跟|和|与|同)(?P<with>[^，。？?；;]{{2,16}}?)(?:有关|相关)的?{_TOLD}{_ALL_THAT}"
    rf"|(?P<all>[^，。？?；;]{{2,16}}?)(?:（[^（）]*）)?\s*(?:在?(?:[这两]+[份个部])?文件[里中]?)?的?(?:全部|所有)的?{_TOLD}"
)
# Several are asked for, of what the question then puts in quotation marks or behind 哪些.
_SEVERAL = re.compile(
    r"哪些|哪几|哪种|几[种类项件]|多少[种类项件]|什么(?:地方|事|情形|情况)|一共|总共|凡是|所有|全部|都(?:有|列)|分别|逐[条一项]|"
    r"列[出一全表单]|单子|清单|罗列|汇总|梳理"
)
_WORD = re.compile(r"[“\"‘「]([\u4e00-\u9fff、]{2,12})[”\"’」]")
_OF_KIND = re.compile(
    r"(?:哪些|哪几[种类项个条]|几[种类]|多少[种类])(?P<noun>[\u4e00-\u9fff]{2,4}?)(?=$|[啊呀呢吗，,。？?！!\s]|分别|要|应|都|各)"
)
# Asks in which article something stands.
_IN_WHICH = re.compile(
    r"(?:具体|究竟|到底)?(?:是|都)?(?:写|说|讲|规定|提到?|见|列|出)?(?:在|于|自)?(?:的是)?(?:第几条|哪一?条(?![件例])|哪个条款)"
    r"(?:里面?|中)?(?:规定|写|讲|说|提到?|要求|明确)?(?:的|了|过)*"
)
# Asks which other texts are cited: 引用了哪些法规, 带书名号的文件.
_OTHER_TEXTS = r"(?:别的|其他|其它|党内|上位)*(?:文件|法规|条例|法律|办法|规章|制度文件)"
_CITES = re.compile(
    rf"书名号|(?:引用?|援引|提到|点到|点名)(?:了|过)?(?:哪些|哪几[个部份]|什么){_OTHER_TEXTS}"
    rf"|(?:引用?|援引)(?:了|过)?{_OTHER_TEXTS}(?:有|是)(?:哪|什么)"
    rf"|(?:哪些|哪几[个部份]|什么){_OTHER_TEXTS}(?:被|在[^，。]{{2,8}}里)(?:引用?|援引|提到|点到|点名)"
)
_TITLE = re.compile(r"《([^《》]{2,60})》")
# 民主生活会这项制度，…合在一起梳理: all that is said of one matter.
_ON_MATTER = re.compile(
    r"围绕(?P<around>[^，,。；？?]{3,14}?)[，,]"
    r"|(?P<this>[^，,。；？?：:]{3,14}?)这(?:一?[项块套]|个)(?:制度|机制|工作|规定|做法|的?监督)?"
)
_ALL_OF_IT = re.compile(
    r"梳理|合在一起|连起来|通盘|整套|一套|一共|总共|全部|都有哪些|列全|归纳|哪些条款|[几哪]条"
)
# Where to look, and nothing to be found.
_THROUGHOUT = re.compile(r"从头[到至]尾|通篇")
LEAST_HOLDING = 3
"""Articles that have the word: of fewer, something more is asked. One less for several words."""
MOST_HOLDING = 14
"""Articles beyond which a word is everywhere, and no list is drawn up by it."""
MOST_ELSEWHERE = 10
"""Characters that the other clauses may have: where they say more, that is what is asked about."""
MOST_BESIDE = 4
"""Characters that a question may have beside the noun that it asks after and words of asking."""
WHOLE_SENTENCE = 90
"""Characters up to which a sentence is quoted whole in a list by a word."""
_LITTLE_ELSE = re.compile(
    r"哪些|哪几[种类项个条]|几[种类]|多少[种类]|什么|规定|要求|提到|建立|健全|完善|搞|设|有|要|了|的|里|中|都|一共|总共|到底|分别|"
    r"怎么[管办]|如何管|管着|领导干部|领导|干部|"
    r"请|帮我|列出?来?|一下|文件|材料|措施|意见|[啊呀呢吗，,。？?！!、：:；;\s“”]"
)
LONGEST_EXCERPT = 60
LEAST_QUOTED = 4
"""Characters of a term in quotation marks that is looked for whoever the question is about."""
MOST_IN_FULL = 8
"""Articles up to which each place in them is quoted; of more, the first place in each."""


def answer_list(
    reading: Reading,
    listed: Sequence[ParsedDocument],
    documents: Documents,
    as_written: Callable[[str], str],
) -> Answer | None:
    """Return every article that holds the phrase asked for, or None when no list is asked.

    ``as_written`` puts everyday words as regulations do.
    """
    surely = bool(_LIST.search(reading.text))
    rules = None if surely else _RULES_ON.search(reading.topic)
    if not (surely or rules or _MAY_LIST.search(reading.text)) or reading.mentions.reported:
        return None
    named = reading.mentions.asked_of
    known = {d.document.id for d in listed}
    searched = [
        d for d in listed
        if (d.document.id in named if named else d.numbered and d.document.edition_of not in known)
    ]  # fmt: skip
    part = frozenset(a.id for a in articles_meant(reading, documents))
    if not part and any(names_part(reading, parsed) for parsed in searched):
        return None
    on = rules and next(filter(None, rules.groups()))
    terms = find_term(on, searched) if on else _find_phrase(reading, searched, as_written)
    if terms is None:
        return None
    holding = [
        (p, [a for a in p.articles if terms.held_by(a.text) and (not part or a.id in part)])
        for p in searched
    ]
    count = sum(len(found) for _, found in holding)
    if count > MOST_HOLDING and not (surely and terms.explicit):
        return None
    few = count <= MOST_IN_FULL
    statements, counts = [], []
    for parsed, found in holding:
        statements += [Statement(a, _places(a, terms)[: None if few else 1]) for a in found]
        if found:
            times = sum(terms.count(article.text) for article in found)
            counts.append(f"{document_label(parsed.document)}{len(found)}条（段），共{times}处")
    if not statements:
        return None
    return compose(statements, documents, opening=f"出现{_said(terms)}的：{'，'.join(counts)}。")


def _find_phrase(
    reading: Reading, searched: Sequence[ParsedDocument], as_written: Callable[[str], str]
) -> Terms | None:
    """Return what a question wants found, as it says it or else as regulations do."""
    text = _THROUGHOUT.sub("", cut(reading.text, reading.mentions.spans))
    terms = find_phrase(text, searched)
    several, _, _ = find_several(reading.topic, searched)
    if terms is None:
        several, _, _ = find_several(as_written(reading.topic), searched)
        if several:
            return Terms.of(several)
        put = find_phrase(as_written(text), searched)
        # Who is asked about in everyday words is in every other article.
        return None if put and NO_MATTER.fullmatch(put.words[0]) else put
    return Terms.of(several, explicit=terms.explicit) if terms.words[0] in several else terms


def answer_quoted(
    reading: Reading,
    listed: Sequence[ParsedDocument],
    documents: Documents,
    as_written: Callable[[str], str],
) -> Answer | None:
    """Return every article that has the one rare term that a question puts in quotation marks.

    要出“专题报告”的有哪几种情况: whoever is to do it, and however the texts say so.
    """
    quoted = [w for w in dict.fromkeys(_WORD.findall(reading.text)) if not ANY_NOUN.fullmatch(w)]
    if len(quoted) != 1 or len(quoted[0]) < LEAST_QUOTED:
        return None
    articles = [a for parsed in _normative(reading, listed) for a in parsed.numbered]
    rare = makes_a_list(Terms.of(quoted), articles, least=LEAST_HOLDING, most=MOST_IN_FULL)
    return answer_words(reading, listed, documents, as_written) if rare else None


def answer_place(
    reading: Reading,
    listed: Sequence[ParsedDocument],
    documents: Documents,
    as_written: Callable[[str], str],
) -> Answer | None:
    """Return where a text says what a question has word for word: 末位表态写在哪一条."""
    found = _IN_WHICH.search(reading.topic)
    if not found or reading.leans or reading.addresses or reading.mentions.reported:
        return None
    searched = _normative(reading, listed)
    rest = f"{reading.topic[: found.start()]}{reading.topic[found.end() :]}"
    terms = find_exactly(rest, searched) or find_exactly(as_written(rest), searched)
    articles = [article for parsed in searched for article in parsed.numbered]
    if terms is None or not makes_a_list(terms, articles, least=1, most=MOST_IN_FULL):
        return None
    statements = [
        Statement(article, _places(article, terms, whole=WHOLE_SENTENCE))
        for article in articles
        if terms.held_by(article.text)
    ]
    return compose(statements, documents)


def answer_words(
    reading: Reading,
    listed: Sequence[ParsedDocument],
    documents: Documents,
    as_written: Callable[[str], str],
) -> Answer | None:
    """Return every article that has a word which a question puts in quotation marks or asks after.

    哪些事写了“每年”, 要搞哪几种清单: when several are asked for, and the word is not everywhere.
    """
    several = _SEVERAL.search(_WORD.sub("", reading.text))  # “清单”是什么意思 asks for no list
    if not several or reading.mentions.reported or reading.addresses:
        return None
    searched = _normative(reading, listed)
    words = [w for w in dict.fromkeys(_WORD.findall(reading.text)) if not ANY_NOUN.fullmatch(w)]
    if not words and (asked := _OF_KIND.search(reading.topic)):
        noun = asked["noun"]
        alone = len(_LITTLE_ELSE.sub("", reading.topic.replace(noun, ""))) <= MOST_BESIDE
        words = [noun] if alone and not ANY_NOUN.fullmatch(noun) else []
    either, rest, others = find_several(reading.topic, searched)
    if not either:
        either, rest, others = find_several(as_written(reading.topic), searched)
    little = len(_LITTLE_ELSE.sub("", rest)) <= MOST_BESIDE
    alone = len(_LITTLE_ELSE.sub("", others)) <= MOST_ELSEWHERE
    if either and little and (set(words) & set(either) if words else alone):
        words = either
    terms = Terms.of(words)
    matter = None if words else _ON_MATTER.search(reading.topic)
    if matter and _ALL_OF_IT.search(reading.text):
        terms = find_term(next(filter(None, matter.groups())), searched) or terms
    articles = [article for parsed in searched for article in parsed.numbered]
    least = LEAST_HOLDING - (words is either)
    if not makes_a_list(terms, articles, least=least, most=MOST_HOLDING):
        return None
    statements, counts = [], []
    for parsed in searched:
        found = [a for a in parsed.numbered if terms.held_by(a.text)]
        statements += [Statement(a, _places(a, terms, whole=WHOLE_SENTENCE)) for a in found]
        if found:
            counts.append(f"{document_label(parsed.document)}{len(found)}条")
    return compose(statements, documents, opening=f"出现{_said(terms)}的：{'，'.join(counts)}。")


def answer_cited(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Return the texts in 《》 that articles cite, other than those at hand, and where they do."""
    if not _CITES.search(reading.text) or reading.mentions.reported:
        return None
    searched = _normative(reading, listed)
    own = {fold(n) for p in listed for n in (p.document.title, p.document.short_title)}
    own |= {fold(alias) for p in listed for alias in p.document.aliases}
    titles: dict[str, None] = {}
    statements = []
    for article in (a for parsed in searched for a in parsed.numbered):
        found = [t for t in _TITLE.findall(article.text) if fold(t) not in own]
        titles |= dict.fromkeys(found)
        if found:
            cited = Terms.of(f"《{title}》" for title in found)
            statements.append(Statement(article, _places(article, cited)))
    if not statements:
        return None
    named = "、".join(f"《{title}》" for title in titles)
    return compose(
        statements, documents, opening=f"条文中点到的其他文件共{len(titles)}个：{named}。"
    )


def _said(terms: Terms) -> str:
    words = "、".join(f"“{word}”" for word in terms.words)
    return f"{words}（含中间另有一词）" if terms.loose else words


def _places(
    article: Article, terms: Terms, *, whole: int = LONGEST_EXCERPT
) -> tuple[tuple[int, int], ...]:
    """Return in order the spans of the sentences, or of their parts, that hold one of the words.

    Up to ``whole`` characters a sentence is not taken apart.
    """
    spans: list[tuple[int, int]] = []
    for sentence in article.sentences:
        if not terms.held_by(sentence.text):
            continue
        parts = split_clauses(sentence.text) if len(sentence.text) > whole else ()
        held = [
            (sentence.start + start, sentence.start + end)
            for start, end in parts
            if terms.held_by(sentence.text[start:end])
        ]
        spans += held or [(sentence.start, sentence.end)]
    return tuple(spans) or ((article.start, article.end),)


def _normative(reading: Reading, listed: Sequence[ParsedDocument]) -> list[ParsedDocument]:
    mentions = reading.mentions
    named = mentions.documents or mentions.hinted or mentions.scoped
    known = {d.document.id for d in listed}
    numbered = [d for d in listed if d.numbered and d.document.edition_of not in known]
    return [d for d in numbered if d.document.id in named] or ([] if named else numbered)
