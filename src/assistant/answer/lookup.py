"""Questions that give an address: an article or a part by its number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answer.compose import Documents, Statement, compose, offer, refuse
from assistant.corpus.labels import document_label
from assistant.corpus.markers import Family, read_marker
from assistant.corpus.numerals import format_numeral
from assistant.domain import Answer, Article, ArticleKind, Document, Heading, ParsedDocument
from assistant.retrieve.addresses import Address
from assistant.retrieve.reading import Reading
from assistant.retrieve.search import states_something

# What remains of a question that asks for the whole text once names and numbers are gone.
_WHOLE = re.compile(
    r"请问|请|帮我|帮忙|给我|麻烦|把|看一?下|看看|查一?下|念一?下|背一?下|发我一?下|发我|说一?下|发一?下|一下|"
    r"原文|全文|内容|条文|正文|是什么|是啥|什么|哪些|怎么|如何|规定|写|讲|说|要求|了|的|是|呢|吗|里|中|都|主要|"
    r"有|个|我|看|查|念|article|what|does|say|in|the|of|text|full|show|me|[\s，。？?！!、：:；;“”《》（）()]",
    re.IGNORECASE,
)


def asks_whole(reading: Reading) -> bool:
    """Tell whether nothing is asked of the address but its text."""
    text = reading.text
    cut = [a.span for a in reading.addresses] + list(reading.mentions.spans)
    for start, end in sorted(cut, reverse=True):
        text = text[:start] + " " + text[end:]
    return len(_WHOLE.sub("", text)) <= 2


_OVERVIEW = re.compile(
    r"标题|题目|大意|概括|概述|梗概|归纳|主要(?:想|是|讲|说|写|内容|精神|意思|包括)|总的|大致|哪几(?:条|层|个方面|点|块)|"
    r"讲(?:了)?(?:些)?(?:什么|啥|哪)|说(?:了)?(?:些)?(?:什么|啥)|写(?:了)?(?:些)?(?:什么|啥|哪)|交代了|结构|框架|overview|about"
)
_BEGINNING = re.compile(r"引言|序言|前言|导语|开头|开篇|第一段|帽段|总起")


def asks_overview(reading: Reading) -> bool:
    """Tell whether a question asks what a part or a document says on the whole."""
    return bool(_OVERVIEW.search(reading.text))


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
    return tuple(a for a in parsed.articles if heading in a.headings)


def find_part(address: Address, parsed: ParsedDocument) -> Heading | None:
    """Return the heading of the part with this number: as printed, else by counting."""
    top = [h for h in parsed.headings if h.level == 1]
    for heading in top:
        marker = read_marker(heading.marker) if heading.marker else None
        if marker is not None and marker.number == address.number:
            return heading
    unmarked = not any(h.marker for h in top)
    return top[address.number - 1] if unmarked and 0 < address.number <= len(top) else None


def candidates(reading: Reading, documents: Sequence[ParsedDocument]) -> list[ParsedDocument]:
    """Return the documents that an address without a document may mean."""
    named = reading.mentions.documents or reading.mentions.hinted
    if named:
        return [d for d in documents if d.document.id in named]
    known = {d.document.id for d in documents}
    return [d for d in documents if d.numbered and d.document.edition_of not in known]


def answer_whole(
    articles: Sequence[Article], address: Address | None, documents: Documents
) -> Answer | None:
    """Return the full text of the addressed articles, or of the 款 asked for."""
    statements = []
    for article in articles:
        spans = [(article.start, article.end)]
        if address and address.paragraph and 0 < address.paragraph <= len(article.paragraphs):
            paragraph = article.paragraphs[address.paragraph - 1]
            spans = [(paragraph.start, paragraph.end)]
        statements.append(Statement(article, tuple(spans)))
    return compose(statements, documents)


def answer_part(
    heading: Heading, articles: Sequence[Article], document: Document, documents: Documents
) -> Answer | None:
    """Return what a part is called and what each of its articles is about.

    An article's leading phrase tells that; of an unnumbered paragraph its first sentence does.
    """
    statements = [Statement(heading, ((heading.start, heading.end),), lead="标题：")]
    statements += [Statement(article, (opening_span(article),)) for article in articles]
    numbered = sum(a.kind is ArticleKind.ARTICLE for a in articles)
    name = document_label(document) + _part_name(heading)
    count = f"共{numbered}条" if numbered else f"共{len(articles)}段"
    return compose(statements, documents, opening=f"{name}{count}。")


def opening_span(article: Article) -> tuple[int, int]:
    """Return the span of an article's first sentence."""
    first = article.sentences[0] if article.sentences else article
    return first.start, first.end


def _part_name(heading: Heading) -> str:
    marker = read_marker(heading.marker) if heading.marker else None
    if marker is None:
        return f"“{heading.title}”部分"
    if marker.family is Family.COMMA:
        return f"第{format_numeral(marker.number)}部分"
    return heading.marker


def refuse_missing(address: Address, parsed: ParsedDocument, documents: Documents) -> Answer:
    """Say that a document has no such article, and how many it has."""
    name = document_label(parsed.document)
    wanted = "第" + format_numeral(address.number) + ("部分" if address.part else "条")
    if address.suffix:
        wanted += "之" + format_numeral(address.suffix)
    numbered = parsed.numbered
    if address.part:
        parts = [h for h in parsed.headings if h.level == 1]
        has = f"{name}共{len(parts)}个部分"
    elif numbered:
        has = f"{name}共{len(numbered)}条，到{numbered[-1].marker}为止"
    else:
        has = f"{name}不分条"
    return refuse(
        f"{has}，没有{wanted}。", "no_such_article", related=numbered[-1:], documents=documents
    )


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
