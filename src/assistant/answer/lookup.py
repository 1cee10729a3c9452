"""Questions that give an address, or ask what a document says on the whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer.compose import Documents, Statement, compose, offer, refuse
from assistant.answer.divisions import articles_of, beside_heading, find_part, without_asking
from assistant.corpus.labels import article_label, document_label
from assistant.corpus.numerals import format_numeral
from assistant.domain import Answer, Article, ArticleKind, Heading, ParsedDocument
from assistant.retrieve.addresses import Address
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import states_something

# What remains of a question that asks for the whole text once names and numbers are gone.
_WHOLE = re.compile(
    r"请问|请|帮我|帮忙|给我|麻烦|把|看一?下|看看|查一?下|念一?下|背一?下|发我一?下|发我|说一?下|发一?下|一下|"
    r"原文|全文|内容|条文|正文|是什么|是啥|什么|哪些|怎么|如何|规定|写|讲|说|要求|了|的|是|呢|吗|里|中|都|主要|"
    r"有|个|我|看|查|念|article|what|does|say|in|the|of|text|full|show|me|[\s，。？?！!、：:；;“”‘’\"',.《》（）()]",
    re.IGNORECASE,
)


_DIVISIONS = r"(?:哪些|哪几个?|几个?|多少个?)大?(?:部分|块(?!钱)|板块|版块|章)"
_OVERVIEW = re.compile(
    r"标题|题目|大意|概括|概述|概要|梗概|归纳|简述|简要|简单说|介绍|总结|小结|梳理|要点|核心|总的|大致|大体|整体|总体|"
    rf"结构|框架|层次|主旨|大概|中心思想|目录|章节|脉络|提纲|大纲|纲目|{_DIVISIONS}|主要(?:讲|说|写|谈|想|是|内容|精神|意思|规定|包括|有)|(?:一共|总共|共|回答了?|问了?)(?:有|是)?(?:几|多少)个问题|交代了|意思|安排(?!了|给|过)|从哪一?条|到哪一?条|哪几(?:条|层|个|点|块|方面)|"
    r"(?:讲|说|写|谈|规定)(?:了|的)?(?:些|是)?(?:什么|啥|哪)|overview|about|summar",
    re.IGNORECASE,
)
_WHOLE_DOCUMENT = re.compile(
    r"整份|整篇|全篇|全文|通篇|整个|总体|整体|框架|结构|主要(?:讲|说|写|谈|内容|精神|规定)|大意|概括|概述|概要|"
    r"简介|要点|大体|大致|讲(?:了|的)?(?:些|是)?什么|overview|summar",
    re.IGNORECASE,
)
_ALL_OF_IT = re.compile(
    rf"整份|整篇|全篇|通篇|整个文件|从头到尾|[讲说]个大概|概述|主旨|中心思想|框架|结构|脉络|提纲|大纲|大体|{_DIVISIONS}|目录|章节|"
    r"(?:一共|总共|共|回答了?|问了?)(?:有|是)?(?:几|多少)个问题"
)
# How a document's frame compares with another's, or what it is made for, is no outline.
_BEYOND = re.compile(
    r"差别|区别|不同|差异|一致|相同|一样|异同|相比|对应|要求|做到|为什么|为啥|为何"
)
_BEGINNING = re.compile(r"引言|序言|前言|导语|开头|开篇|第一段|帽段|总起")
_WHERE = re.compile(r"(?:归|属|放|列)?(?:在|于)?哪(?:个|一)?个?(?:标题|部分|章|节)")
_NEIGHBOUR = re.compile(r"(?P<after>下一条|后一条|再下面一条|接下来(?:那|一)条)|上一条|前一条")
MOST_NEAREST = 3
MOST_REST = 4
"""Characters of its own up to which a question asks for nothing but the text or its gist."""


def asks_whole(reading: Reading) -> bool:
    """Tell whether nothing is asked of the address but its text."""
    return len(_rest(reading)) <= MOST_REST // 2


def _rest(reading: Reading) -> str:
    """Return what a question says beside names, numbers and the asking itself."""
    return _without_asking(_outside_names(reading))


def _outside_names(reading: Reading) -> str:
    text = list(reading.text)
    for start, end in [*(a.span for a in reading.addresses), *reading.mentions.spans]:
        text[start:end] = " " * (end - start)
    return "".join(text)


def _without_asking(text: str) -> str:
    return _WHOLE.sub("", _OVERVIEW.sub("", text))


def asks_of_part(reading: Reading, heading: Heading) -> bool:
    """Tell whether nothing is asked of a part but its text, its title or what it says."""
    own = without_asking(beside_heading(_outside_names(reading), heading))
    return len(_without_asking(own)) <= MOST_REST // 2


def asks_overview(reading: Reading) -> bool:
    """Tell whether a question asks what a part or a document says on the whole."""
    return bool(_OVERVIEW.search(reading.text))


def asks_beginning(reading: Reading) -> bool:
    """Tell whether a question asks for nothing but a document's 引言."""
    found = _BEGINNING.search(reading.text)
    return bool(found) and len(_BEGINNING.sub("", _rest(reading))) <= MOST_REST


def answer_beginning(
    reading: Reading, parsed: ParsedDocument, documents: Documents
) -> Answer | None:
    """Return a document's opening paragraphs when its 引言 is asked for, else None."""
    if not _BEGINNING.search(reading.text):
        return None
    opening = [
        a for a in parsed.articles
        if a.number is None and not a.headings and states_something(a)
    ]  # fmt: skip
    statements = [Statement(a, ((a.sentences[0].start, a.sentences[-1].end),)) for a in opening]
    return compose(statements, documents)


def neighbours(
    reading: Reading, discussed: Sequence[Article], documents: Documents
) -> list[Article]:
    """Return the article after or before the one discussed, when 下一条 or 上一条 is asked for."""
    match = _NEIGHBOUR.search(reading.text)
    if match is None or not discussed:
        return []
    siblings = documents[discussed[0].document_id].articles
    at = next(i for i, a in enumerate(siblings) if a.id == discussed[0].id)
    at += 1 if match["after"] else -1
    return [siblings[at]] if 0 <= at < len(siblings) else []


def answer_document(
    reading: Reading, parsed: ParsedDocument, documents: Documents
) -> Answer | None:
    """Return the parts of a document when the whole of it is to be summed up, else None."""
    if reading.mentions.reported:  # 采访里说北京的文件分成几大块: another's parts are asked for
        return None
    brief = _WHOLE_DOCUMENT.search(reading.text) and len(_rest(reading)) <= MOST_REST
    framed = _ALL_OF_IT.search(reading.text) and not _BEYOND.search(reading.text)
    if not brief and not framed:
        return None
    parts = [h for h in parsed.headings if h.level == 1]
    statements = [Statement(h, ((h.start, h.end),)) for h in parts] or [
        Statement(a, _exchange(a)) for a in parsed.articles if a.kind is ArticleKind.EXCHANGE
    ]
    name = document_label(parsed.document)
    numbered = f"{len(parsed.numbered)}条，" if parsed.numbered else ""
    unit = f"{len(parts)}个部分" if parts else f"{len(statements)}个问题"
    return compose(statements, documents, opening=f"{name}共{numbered}{unit}：")


def _exchange(article: Article) -> tuple[tuple[int, int], ...]:
    """Return the span of a question and that of the first sentence of its answer."""
    question = article.paragraphs[0]
    replied = next((s for s in article.sentences if s.start >= question.end), None)
    spans = [(question.start, question.end)]
    return (*spans, (replied.start, replied.end)) if replied else tuple(spans)


def answer_where(
    reading: Reading, articles: Sequence[Article], documents: Documents
) -> Answer | None:
    """Return the heading that articles stand under when that is asked, else None."""
    if not _WHERE.search(reading.text):
        return None
    headings = dict.fromkeys(a.headings[-1] for a in articles if a.headings)
    return compose([Statement(h, ((h.start, h.end),)) for h in headings], documents)


def find_addressed(address: Address, parsed: ParsedDocument) -> tuple[Article, ...]:
    """Return the articles of a document at an address; of a part, all that are in it."""
    if not address.part:
        return tuple(
            a for a in parsed.numbered
            if (a.number, a.suffix) == (address.number, address.suffix)
        )  # fmt: skip
    heading = find_part(address, parsed)
    if heading is None:
        return ()
    return articles_of(heading, parsed)


def candidates(reading: Reading, documents: Sequence[ParsedDocument]) -> list[ParsedDocument]:
    """Return the documents that an address without a document may mean."""
    named = reading.mentions.documents or reading.mentions.hinted
    if named:
        meant = [d for d in documents if d.document.id in named]
        # 新华社版的《意见》第四条 asks for that printing.
        return [d for d in meant if d.document.edition_of] or meant
    known = {d.document.id for d in documents}
    return [d for d in documents if d.numbered and d.document.edition_of not in known]


def several_parts(
    reading: Reading, documents: Sequence[ParsedDocument]
) -> list[tuple[Heading, ParsedDocument]]:
    """Return the parts of a question that names several and asks for nothing but them."""
    addresses = reading.addresses
    if len(addresses) < 2 or not all(a.part for a in addresses):
        return []
    meant = candidates(reading, documents)
    of = {parsed.document.id: parsed for parsed in meant}
    placed = [(a, of.get(a.document, meant[0])) for a in addresses if meant]
    found = [(find_part(address, parsed), parsed) for address, parsed in placed]
    parts = dict.fromkeys((h, parsed.document.id) for h, parsed in found if h is not None)
    if len(parts) < 2 or len(_rest(reading)) > MOST_REST:
        return []
    return [(heading, of[document_id]) for heading, document_id in parts]


def answer_whole(
    articles: Sequence[Article], address: Address | None, documents: Documents
) -> Answer | None:
    """Return the full text of the addressed articles, or of the 款 asked for."""
    statements = []
    for article in articles:
        spans = [(article.start, article.end)]
        if address and address.paragraph and len(article.paragraphs) < address.paragraph:
            return _refuse_paragraph(article, address.paragraph, documents)
        if address and address.paragraph and 0 < address.paragraph <= len(article.paragraphs):
            paragraph = article.paragraphs[address.paragraph - 1]
            spans = [(paragraph.start, paragraph.end)]
        statements.append(Statement(article, tuple(spans)))
    return compose(statements, documents)


def _refuse_paragraph(article: Article, paragraph: int, documents: Documents) -> Answer:
    label = article_label(documents[article.document_id].document, article)
    return refuse(
        f"{label}共{len(article.paragraphs)}款，没有第{format_numeral(paragraph)}款。",
        "no_such_article",
        related=[article],
        documents=documents,
    )


def refuse_missing(
    address: Address, meant: Sequence[ParsedDocument], documents: Documents
) -> Answer:
    """Say that the documents meant have no such article, and how many they have."""
    wanted = "第" + format_numeral(max(address.number, 1)) + ("部分" if address.part else "条")
    if address.suffix:
        wanted += "之" + format_numeral(address.suffix)
    has = "；".join(_extent(address, parsed) for parsed in meant)
    nearest = [parsed.numbered[-1] for parsed in meant if parsed.numbered]
    return refuse(
        f"{has}，没有{wanted}。", "no_such_article", related=nearest[:MOST_NEAREST],
        documents=documents,
    )  # fmt: skip


def _extent(address: Address, parsed: ParsedDocument) -> str:
    name = document_label(parsed.document)
    if address.part:
        return f"{name}共{sum(h.level == 1 for h in parsed.headings)}个部分"
    if parsed.numbered:
        return f"{name}共{len(parsed.numbered)}条，到{parsed.numbered[-1].marker}为止"
    return f"{name}不分条"


def ask_back(
    address: Address, found: Sequence[tuple[ParsedDocument, Article]], documents: Documents
) -> Answer:
    """Ask which document's article is meant."""
    options = offer((article for _, article in found), documents)
    wanted = f"第{format_numeral(address.number)}条"
    names = "、".join(option.label for option in options)
    return Answer(
        status="clarify",
        text=f"有{len(found)}份文件有{wanted}：{names}。请问您要看哪一份？",
        options=options,
        reason="ambiguous_address",
    )
