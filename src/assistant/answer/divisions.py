"""Parts of documents: named by number or by heading; their title, their gist or all their text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from enum import Enum
from itertools import takewhile

from assistant.answer.compose import Documents, Statement, compose
from assistant.corpus.labels import document_label
from assistant.corpus.markers import Family, Marker, read_marker
from assistant.corpus.numerals import format_numeral
from assistant.domain import Answer, Article, ArticleKind, Heading, ParsedDocument
from assistant.retrieve.addresses import MIDDLE, Address
from assistant.retrieve.reading import Reading
from assistant.text import fold


class Wanted(Enum):
    """What is asked of a part."""

    TITLE = "标题"
    GIST = "大意"
    TEXT = "全文"


_TEXT = re.compile(
    r"原文|全文|原话|正文|(?:全部|所有|具体|每一?条)的?(?:条文|条款|内容|文字)|条文|文字|调(?:出来?|取)|贴(?:一下|出来?|给|过来|上来|到)?|"
    r"展示|显示|给我看|让我看|(?:我|想|要)(?:想|要|先)*看(?!法|待|出|来)|打印|逐字|逐条|一字不|完整(?:内容|文本)|"
    r"照抄|抄(?:录|给|一遍)|念(?:一|给|出)|发(?:给)?我|发一?下|full text|verbatim|word for word",
    re.IGNORECASE,
)
_GIST = re.compile(
    r"大意|概括|概述|概要|梗概|归纳|简述|简要|简单说|简介|总结|小结|梳理|要点|提纲|总的|大致|大体|脉络|层意思|"
    r"主要(?:讲|说|写|谈|想|是|内容|精神|意思|规定|包括|有)|(?:讲|说|写|谈|规定)(?:了|的)?(?:些|是)?(?:什么|啥)|"
    r"核心意思|overview|summar|gist",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"标题|题目|题名|叫什么|叫啥|名字|名称|\b(?:title|heading|called)\b", re.IGNORECASE
)
_COURTESY = re.compile(r"能不能|能否|可不可以|可否|可以|完整地?|整个|全部|出来|一遍|一份|给")
_UNIT = (
    r"(?:大?部分|章(?!程|节)|(?<![环细情季关])节(?![点目约制奏省日])|"
    r"(?<=[这那一大])块|板块|版块|标题|题目|一篇)"
)
_NAMES_UNIT = re.compile(_UNIT)
_BEHIND_QUOTATION = re.compile(rf"\s*(?:的|这|那|此|下|下面|一|个|大)*{_UNIT}")
# 讲同级班子监督的那一部分: what a part is about, in the asker's own words.
_DESCRIBED = re.compile(
    rf"(?:讲|关于|谈|论述|说|写|针对|涉及|有关|看|按)(?:到|的|如何|怎么)?(?!什么|啥|谁)(?P<topic>[^，,。；？?]{{3,40}}?)的?[这那哪]?(?:一|个|几)*{_UNIT}"
)
# 讲班子内部同级监督时，给党委安排了哪些任务: where in a text what is asked for stands.
_WHERE = re.compile(r"(?:讲|谈|说|论述)到?(?P<topic>[^，,。；;？?]{4,20}?)的?时候?[，,]")
# 组织领导这部分一共有几条: how many articles stand under a heading.
_HOW_MANY = re.compile(
    r"(?:(?:讲|谈|说|关于|论述)(?:的|到)?)?(?P<topic>[^，,。；;？?：:]{3,24}?)的?(?:[那这]一?个?)?大?部分"
    r"(?:里面?|中)?(?:一共|总共|共|都)?(?:有|包括|含|是|列了?)?(?:多少|几)个?条(?!件)"
)
_QUOTED = re.compile(r"“([^“”]{4,80})”|「([^「」]{4,80})」|‘([^‘’]{4,80})’|\"([^\"]{4,80})\"")
_QUOTATION_MARKS = str.maketrans("", "", "\"'")
MOST_OF_HEADING = 0.6
"""Share of a heading that a quotation must have to name it."""
MOST_OF_TOPIC = 0.8
"""Share of what a part is said to be about that its heading must have, in order."""
MOST_IN_ANY_ORDER = 0.7
"""… or in any order, where a question only says where it looks."""
LEAST_BLOCK = 2
"""Characters in a row that count towards that share."""
LEAST_SHARED = 4
"""Characters in a row that a question must share with a heading to be about its part."""
LEAST_SHARE = 0.3
"""… and the share of the heading that these must be."""
_FAMILIES = {
    "章": (Family.CHAPTER,),
    "节": (Family.SECTION,),
    "编": (Family.PART, Family.SUBPART),
}


def wanted_of(reading: Reading) -> Wanted | None:
    """Return what a question asks of a part, or None when it says nothing of that kind."""
    if _GIST.search(reading.text):
        return Wanted.GIST
    if _TEXT.search(reading.text):
        return Wanted.TEXT
    return Wanted.TITLE if _TITLE.search(reading.text) else None


def without_asking(text: str) -> str:
    """Return the text without the words that ask for a title, the gist or the whole text."""
    return _COURTESY.sub("", _TITLE.sub("", _TEXT.sub("", _GIST.sub("", text))))


def names_part(reading: Reading, parsed: ParsedDocument) -> bool:
    """Tell whether a question points at a part of a document by what its heading says."""
    return _find_quoted(reading, parsed) is not None or _find_described(reading, parsed) is not None


def find_named(reading: Reading, parsed: ParsedDocument) -> Heading | None:
    """Return the heading that a question quotes, describes, or has a stretch of."""
    exact = _find_quoted(reading, parsed) or _find_described(reading, parsed)
    if exact is not None:
        return exact
    best, shared = None, LEAST_SHARED - 1
    topic = _bare(reading.topic)
    for heading in (h for h in parsed.headings if h.level == 1):
        title = _bare(heading.title)
        length = _matcher(title, topic).find_longest_match().size
        if length > shared and length >= LEAST_SHARE * len(title):
            best, shared = heading, length
    return best


def _find_quoted(reading: Reading, parsed: ParsedDocument) -> Heading | None:
    """Return the heading that stands in the question whole, or of which most is quoted."""
    headings = [(h, _bare(h.title)) for h in parsed.headings if h.level > 0]
    quoted = []
    for match in _QUOTED.finditer(reading.text):
        words = next(filter(None, match.groups()))
        marker = read_marker(words)
        named = bool(_BEHIND_QUOTATION.match(reading.text, match.end())) or marker is not None
        quoted.append((_bare(words[marker.end :] if marker else words), named))
    question = _bare(reading.text) if _NAMES_UNIT.search(reading.text) else ""
    for heading, title in headings:
        if len(title) >= LEAST_SHARED and title in question:
            return heading
    for words, named in quoted:
        for heading, title in headings:
            if words in title and named and len(words) >= MOST_OF_HEADING * len(title):
                return heading
    return None


def _find_described(reading: Reading, parsed: ParsedDocument) -> Heading | None:
    """Return the one heading that says what a part is said to be about."""
    found = _DESCRIBED.search(reading.topic)
    return _closest(found["topic"], parsed, _share, least=MOST_OF_TOPIC) if found else None


def find_scope(reading: Reading, parsed: ParsedDocument) -> Heading | None:
    """Return the heading of the part that a question limits itself to, or None."""
    exact = _find_described(reading, parsed)
    if exact is not None:
        return exact
    found = _WHERE.search(reading.topic) or _DESCRIBED.search(reading.topic)
    return _closest(found["topic"], parsed, _overlap, least=MOST_IN_ANY_ORDER) if found else None


def articles_meant(reading: Reading, documents: Documents) -> tuple[Article, ...]:
    """Return the articles of the part that a question limits itself to; none without a part.

    None, too, where the part itself is asked for: its text, its gist or its title.
    """
    named = reading.mentions.asked_of
    parsed = documents[named[0]] if len(named) == 1 else None
    heading = find_scope(reading, parsed) if parsed and not wanted_of(reading) else None
    return articles_of(heading, parsed) if parsed and heading else ()


def _closest(
    topic: str,
    parsed: ParsedDocument,
    measure: Callable[[str, str], float],
    *,
    least: float,
) -> Heading | None:
    """Return the one heading that has at least so much of a topic, and more than any other."""
    bare = _bare(topic)
    titles = {h: _bare(h.title) for h in parsed.headings if h.level > 0}
    # 组织领导 stands as it is in one title, in pieces in another.
    fits = {
        h: (measure(bare, title), _matcher(bare, title).find_longest_match().size)
        for h, title in titles.items()
    }
    best = max(fits, key=lambda h: fits[h], default=None)
    if best is None or fits[best][0] < least:
        return None
    return best if list(fits.values()).count(fits[best]) == 1 else None


def _overlap(topic: str, title: str) -> float:
    """Return the share of a topic's characters that a title has, in whatever order."""
    return sum(character in title for character in topic) / max(len(topic), 1)


def beside_heading(text: str, heading: Heading) -> str:
    """Return a text without the stretches that it shares with a heading."""
    folded, title = fold(text), fold(heading.title)
    out, at = "", 0
    for block in _matcher(folded, title).get_matching_blocks():
        if block.size >= LEAST_BLOCK or not block.size:
            out += folded[at : block.a]
            at = block.a + block.size
    return out


def _share(topic: str, title: str) -> float:
    blocks = _matcher(topic, title).get_matching_blocks()
    return sum(b.size for b in blocks if b.size >= LEAST_BLOCK) / max(len(topic), 1)


def _matcher(one: str, other: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, one, other, autojunk=False)


def _bare(text: str) -> str:
    """Return a text folded and without quotation marks, which nest differently when quoted."""
    return fold(text).translate(_QUOTATION_MARKS)


def find_part(address: Address, parsed: ParsedDocument) -> Heading | None:
    """Return the heading of the part with this number: as printed, else by counting.

    Of a 节 that several chapters have, and without its chapter, it is None.
    """
    headings: Sequence[Heading] = parsed.headings
    if address.above is not None:
        above = find_part(address.above, parsed)
        headings = _under(above, headings) if above else ()
    families = _FAMILIES.get(address.unit)
    printed = [h for h in headings if h.level > 0 and families and _is_of(h, families)]
    top = printed or [h for h in headings if h.level == 1]
    if address.number == MIDDLE:
        return top[len(top) // 2] if len(top) % 2 else None
    if address.number < 0:
        return top[address.number] if len(top) >= -address.number else None
    numbered = [h for h in top if (m := _marker(h)) is not None and m.number == address.number]
    if numbered:
        return numbered[0] if len(numbered) == 1 else None
    unmarked = not any(h.marker for h in top)
    return top[address.number - 1] if unmarked and 0 < address.number <= len(top) else None


def lacks(address: Address, parsed: ParsedDocument) -> bool:
    """Tell whether a document is divided, and has no part with this number anywhere."""
    markers = [_marker(h) for h in parsed.headings if h.level > 0]
    numbers = {marker.number for marker in markers if marker is not None}
    return bool(markers) and address.number > 0 and address.number not in numbers


def _under(above: Heading, headings: Sequence[Heading]) -> list[Heading]:
    """Return the headings below another, up to the next of its level."""
    behind = headings[headings.index(above) + 1 :]
    return list(takewhile(lambda h: h.level > above.level, behind))


def _is_of(heading: Heading, families: tuple[Family, ...]) -> bool:
    marker = _marker(heading)
    return marker is not None and marker.family in families


def _marker(heading: Heading) -> Marker | None:
    return read_marker(heading.marker) if heading.marker else None


def articles_of(heading: Heading, parsed: ParsedDocument) -> tuple[Article, ...]:
    """Return all articles that stand under a heading."""
    return tuple(a for a in parsed.articles if heading in a.headings)


def answer_how_many(reading: Reading, documents: Documents) -> Answer | None:
    """Return how many articles the part has that a question names by its matter, and which."""
    named = reading.mentions.asked_of
    if len(named) != 1 or not _HOW_MANY.search(reading.text):  # the question before may have
        return None
    found = _HOW_MANY.search(reading.topic)
    if found is None:
        return None
    parsed = documents[named[0]]
    heading = _closest(found["topic"], parsed, _share, least=MOST_OF_TOPIC)
    return answer_part(heading, parsed, documents) if heading else None


def answer_asked(reading: Reading, parsed: ParsedDocument, documents: Documents) -> Answer | None:
    """Return the part that a question points at by its heading and asks the text or title of."""
    wanted = wanted_of(reading)
    if wanted is None or not names_part(reading, parsed):
        return None
    return answer_named(reading, parsed, documents)


def answer_named(reading: Reading, parsed: ParsedDocument, documents: Documents) -> Answer | None:
    """Return the part whose heading a question quotes (核心要义部分), if there is one."""
    heading = find_named(reading, parsed)
    return answer_part(heading, parsed, documents, wanted_of(reading)) if heading else None


def answer_part(
    heading: Heading, parsed: ParsedDocument, documents: Documents, wanted: Wanted | None = None
) -> Answer | None:
    """Return a part's title, and unless that alone is wanted all its articles or their gist."""
    return answer_parts([(heading, parsed)], documents, wanted)


def answer_parts(
    parts: Sequence[tuple[Heading, ParsedDocument]], documents: Documents, wanted: Wanted | None
) -> Answer | None:
    """Return what is wanted of each of several parts, in their order."""
    said = [_count(heading, parsed) for heading, parsed in parts]
    statements = [s for heading, parsed in parts for s in _state(heading, parsed, wanted)]
    end = "，全文如下：" if wanted is Wanted.TEXT else "。"
    opening = "" if wanted is Wanted.TITLE else "；".join(said) + end
    return compose(statements, documents, opening=opening)


def _count(heading: Heading, parsed: ParsedDocument) -> str:
    articles = articles_of(heading, parsed)
    numbered = sum(a.kind is ArticleKind.ARTICLE for a in articles)
    name = document_label(parsed.document) + _part_name(heading)
    return f"{name}共{numbered}条" if numbered else f"{name}共{len(articles)}段"


def _state(heading: Heading, parsed: ParsedDocument, wanted: Wanted | None) -> list[Statement]:
    """Return the statements that give a part.

    An article's leading phrase tells its gist; of an unnumbered paragraph its first sentence does.
    """
    title = ((heading.start, heading.end),)
    if wanted is Wanted.TITLE:
        name = document_label(parsed.document) + _part_name(heading)
        return [Statement(heading, title, lead=f"{name}的标题：")]
    whole = wanted is Wanted.TEXT
    return [Statement(heading, title, lead="标题：")] + [
        Statement(a, ((a.start, a.end) if whole else opening_span(a),))
        for a in articles_of(heading, parsed)
    ]


def opening_span(article: Article) -> tuple[int, int]:
    """Return the span of an article's first sentence."""
    first = article.sentences[0] if article.sentences else article
    return first.start, first.end


def _part_name(heading: Heading) -> str:
    marker = _marker(heading)
    if marker is None:
        return f"“{heading.title}”部分"
    if marker.family is Family.COMMA:
        return f"第{format_numeral(marker.number)}部分"
    return heading.marker
