"""Questions about a document itself: who issued it, when, where, how many articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer.compose import Documents, Span, Statement, compose
from assistant.corpus.labels import document_label
from assistant.domain import Answer, Article, Document, DocumentKind, ParsedDocument
from assistant.text import fold, fold_with_origins

_WORK = r"(?:文件|意见|措施|办法|条例|规定|文章|通知|专访|采访|答记者问|材料|稿子|这篇|那篇|全文|正文|《)"


@dataclass(frozen=True, slots=True)
class _Topic:
    """One thing that can be asked of a document, and how it is said."""

    question: re.Pattern[str]
    say: Callable[[ParsedDocument, Sequence[Document]], str]
    evidence: Callable[[ParsedDocument], tuple[str, ...]]
    """Texts of which the first that stands in the document is quoted."""


def _say_issuer(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    document = parsed.document
    verb = {"normative": "由{}印发", "essay": "作者是{}", "interview": "由{}回答记者提问"}
    return verb[document.kind.value].format(document.issuer) if document.issuer else ""


def _say_date(parsed: ParsedDocument, editions: Sequence[Document]) -> str:
    document = parsed.document
    said = []
    if document.issued_on:
        said.append(f"印发（落款）日期是{_chinese_date(document.issued_on)}")
    if document.published_on:
        said.append(f"发表于{_chinese_date(document.published_on)}")
    said += [
        f"{edition.source.split()[0]}于{_chinese_date(edition.published_on)}公布"
        for edition in editions
        if edition.published_on
    ]
    if not said and document.source:
        said.append(f"载于{document.source}")
    return "，".join(said)


def _say_source(parsed: ParsedDocument, editions: Sequence[Document]) -> str:
    sources = [d.source for d in (parsed.document, *editions) if d.source]
    date = _chinese_date(parsed.document.published_on) if parsed.document.published_on else ""
    return f"来源：{'；'.join(sources)}" + (f"（{date}）" if date else "") if sources else ""


def _say_count(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    parts = sum(h.level == 1 for h in parsed.headings)
    if parsed.numbered:
        return f"共{len(parsed.numbered)}条" + (f"，分{parts}个部分" if parts else "")
    return f"不分条，共{parts}个部分" if parts else ""


def _say_title(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    return f"全称是《{parsed.document.title}》"


def _dates(parsed: ParsedDocument) -> tuple[str, ...]:
    document = parsed.document
    days = [d for d in (document.issued_on, document.published_on) if d]
    return (*(_chinese_date(d) for d in days), *days, document.source, document.title)


def _count_evidence(parsed: ParsedDocument) -> tuple[str, ...]:
    last = parsed.numbered[-1:] or parsed.articles[-1:]
    return tuple(a.text[: a.sentences[0].end - a.start] for a in last if a.sentences)


_WHO = r"(?:谁|哪个|哪家|哪一级|什么)(?:机关|单位|部门|组织|人)?"
_TOPICS = (
    _Topic(
        re.compile(
            rf"{_WORK}.{{0,12}}(?:作者|(?:是|由|谁).{{0,4}}{_WHO}.{{0,4}}(?:写|印发|发布|制定|出台|下发|公布|发的|署名))"
            rf"|{_WHO}(?:写|印发|发布|制定|出台|下发|公布|署名)|谁写|作者是|发文机关|发文单位|制定机关|印发机关"
        ),
        _say_issuer,
        lambda p: (p.document.issuer.partition("（")[0], p.document.source, p.document.title),
    ),
    _Topic(
        re.compile(
            r"(?:什么时候|何时|哪一?天|哪年|哪一年|几月|什么日期|哪个?月|啥时候|多会儿).{0,6}(?:印发|发布|发表|公布|出台|下发|成文|落款|制定|登|刊|通过|写|出的)"
            r"|(?:印发|发布|发表|公布|出台|下发|成文|落款|刊发|刊登).{0,6}(?:什么时候|何时|哪一?天|哪年|哪一年|日期|时间|几月|哪个?月|几号)"
            r"|(?:印发|发布|成文|落款|发文|出台)(?:日期|时间)|是?哪一?天(?:印|发)"
            r"|(?:是|于)?\d{4}年\d{1,2}月(?:\d{1,2}[日号])?(?:印发|发布|公布|发表|出台|下发)"
        ),
        _say_date,
        _dates,
    ),
    _Topic(
        re.compile(
            r"(?:哪家|哪本|哪份|哪个|什么|哪里|哪儿).{0,4}(?:报纸|报刊|刊物|杂志|媒体|期刊|报)|第几期|哪一?期|(?:登|刊|发表|发)在(?:哪|什么)"
            r"|(?:来源|出处)(?:是|在)(?:哪|什么)|刊于哪|载于哪"
        ),
        _say_source,
        lambda p: (f"来源：{p.document.source}", p.document.source, *_dates(p)),
    ),
    _Topic(
        re.compile(
            rf"(?:共|一共|总共|到底|有|总计)[^，。；哪第]{{0,4}}(?:多少|(?<!哪)(?<!第)几)(?:个)?(?:条|款项|条款|部分)(?!.{{0,3}}(?:涉及|提到|规定|写|讲|关于|出现|要求))"
            rf"|{_WORK}[^，。；]{{0,6}}(?:多少|(?<!哪)(?<!第)几)条(?!.{{0,3}}(?:涉及|提到|规定了|写|讲|关于|出现|要求))"
            rf"|(?:一共|总共|共)(?:有)?[〇零一二三四五六七八九十百两\d]+(?:多)?条|分(?:为|成)?几(?:个)?部分"
        ),
        _say_count,
        _count_evidence,
    ),
    _Topic(
        re.compile(r"(?:全称|全名|正式名称|完整标题|标题)(?:是|叫|为)?(?:什么|啥|怎么)|叫什么名"),
        _say_title,
        lambda p: (p.document.title,),
    ),
)


def answer_about(
    question: str, documents: Sequence[ParsedDocument], *, named: Sequence[str], all_: Documents
) -> Answer | None:
    """Return what the front matter tells of the named document, or None if that is not asked."""
    topics = [topic for topic in _TOPICS if topic.question.search(question)]
    parsed = _meant(question, documents, named)
    if not topics or parsed is None:
        return None
    editions = [d.document for d in documents if d.document.edition_of == parsed.document.id]
    said = [text for topic in topics if (text := topic.say(parsed, editions))]
    if not said:
        return None
    statements: list[Statement] = []
    for topic in topics:
        found = _quote(parsed, topic.evidence(parsed))
        if found and found not in [(s.article, s.spans[0]) for s in statements]:
            statements.append(Statement(found[0], (found[1],), lead="原文："))
    opening = f"{document_label(parsed.document)}{'，'.join(dict.fromkeys(said))}。"
    return compose(statements, all_, opening=opening)


def _meant(
    question: str, documents: Sequence[ParsedDocument], named: Sequence[str]
) -> ParsedDocument | None:
    """Return the document that is asked about; 这篇文章 needs no name when there is one essay."""
    meant = [d for d in documents if d.document.id in named]
    commentary = [d for d in meant if d.document.kind is not DocumentKind.NORMATIVE]
    if commentary and len(meant) > 1:
        meant = commentary
    return meant[0] if meant else None


def _quote(parsed: ParsedDocument, wanted: Sequence[str]) -> tuple[Article, Span] | None:
    """Return the first place in an article that says one of ``wanted``."""
    for text in wanted:
        if not fold(text):
            continue
        for article in parsed.articles:
            span = fold_with_origins(article.text).find(text)
            if span is not None:
                start, end = _whole_line(article.text, *span)
                return article, (article.start + start, article.start + end)
    return None


def _whole_line(text: str, start: int, end: int) -> Span:
    """Widen a find to its line when the line is short: a date alone says little."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    return (line_start, line_end) if line_end - line_start <= 60 else (start, end)


def _chinese_date(iso: str) -> str:
    parts = iso.split("-")
    units = ("年", "月", "日")
    return "".join(f"{int(p)}{u}" for p, u in zip(parts, units, strict=False)) if iso else ""
