"""Questions about documents themselves: who issued them, when, where, how many articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer.compose import Documents, Span, Statement, compose, refuse
from assistant.corpus.labels import document_label
from assistant.domain import Answer, Article, Document, DocumentKind, Heading, ParsedDocument
from assistant.retrieve.reading import Reading
from assistant.text import fold, fold_with_origins

_PUBLISHED = (
    "印发|发布|发表|公布|出台|下发|发文|发的|成文|落款|落的是|署的是|刊发|刊登|刊载|登|制定|通过|"
    "转来|转自|稿子"
)
_WHEN = (
    "什么时候|何时|啥时候|哪一?天|哪年|哪一年|哪个?月|几月|几号|日期|日子|时间|"
    "多会儿|最晚|最早|谁先|先后"
)
_ISSUED = r"(?:issued|published|released|promulgated|adopted|signed|printed|come out|appear)"
_WHO = "谁|哪个|哪家|哪一级|什么机关|什么单位|哪里|哪些机关"


@dataclass(frozen=True, slots=True)
class _Topic:
    """One thing that can be asked of a document, how it is said, and what is quoted for it."""

    question: re.Pattern[str]
    say: Callable[[ParsedDocument, Sequence[Document]], str]
    evidence: Callable[[ParsedDocument], tuple[str, ...]]
    """Texts of which the first that stands in the document is quoted; else its title."""


def _editions(parsed: ParsedDocument, known: Sequence[Document]) -> list[Document]:
    """Return the other printings of a document."""
    return [d for d in known if d.edition_of == parsed.document.id]


def _say_issuer(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    document = parsed.document
    verb = {"normative": "由{}印发", "essay": "作者是{}", "interview": "由{}回答记者提问"}
    return verb[document.kind.value].format(document.issuer) if document.issuer else ""


def _say_date(parsed: ParsedDocument, known: Sequence[Document]) -> str:
    document, editions = parsed.document, _editions(parsed, known)
    said = []
    if document.issued_on:
        said.append(f"印发（落款）日期是{_chinese_date(document.issued_on)}")
    if document.published_on:
        said.append(f"发表于{_chinese_date(document.published_on)}")
    said += [
        f"{edition.source.split()[0]}于{_chinese_date(edition.published_on)}公布"
        for edition in editions
        if edition.published_on and edition.source
    ]
    if not said and document.source:
        said.append(f"载于{document.source}")
    return "，".join(said)


def _say_source(parsed: ParsedDocument, known: Sequence[Document]) -> str:
    editions = _editions(parsed, known)
    sources = [d.source for d in (parsed.document, *editions) if d.source]
    dates = [d.published_on for d in (parsed.document, *editions) if d.published_on]
    dated = "、".join(map(_chinese_date, dates))
    return f"来源：{'；'.join(sources)}" + (f"（{dated}）" if dated else "") if sources else ""


def _say_count(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    parts = sum(h.level == 1 for h in parsed.headings)
    said = [f"共{len(parsed.numbered)}条"] if parsed.numbered else []
    said += [f"分{parts}个部分"] if parts else []
    # A text without either says of another how it is divided: 采访里说北京的文件分成几大块.
    return "，".join(said)


def _say_title(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    return f"标题是《{parsed.document.title}》"


def _say_recipients(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    return "的印发范围见原文" if _recipients(parsed) else ""


def _dates(parsed: ParsedDocument) -> tuple[str, ...]:
    document = parsed.document
    days = [d for d in (document.issued_on, document.published_on) if d]
    return (*(_chinese_date(d) for d in days), *days, document.source)


def _issuer_evidence(parsed: ParsedDocument) -> tuple[str, ...]:
    name, _, post = parsed.document.issuer.partition("（")
    return (post.rstrip("）"), name, parsed.document.source)


def _count_evidence(parsed: ParsedDocument) -> tuple[str, ...]:
    last = parsed.numbered[-1:]
    return tuple(a.text[: a.sentences[0].end - a.start] for a in last if a.sentences)


def _say_basis(parsed: ParsedDocument, known: Sequence[Document]) -> str:
    basis = next((d for d in known if d.id == parsed.document.implements), None)
    return f"是为贯彻{document_label(basis)}制定的" if basis else ""


def _recipients(parsed: ParsedDocument) -> tuple[str, ...]:
    """Return the address line of a document that was sent to someone."""
    lines = [s.text for a in parsed.articles[:2] for s in a.sentences]
    return tuple(text for text in lines if text.endswith(("：", ":")) and "各" in text)


def _say_purpose(parsed: ParsedDocument, _: Sequence[Document]) -> str:
    return "为何制定见原文" if _purpose(parsed) else ""


def _purpose(parsed: ParsedDocument) -> tuple[str, ...]:
    """Return the sentence that says what a document was made for: 为了…，制定本条例."""
    first = [a for a in parsed.articles if not a.headings] + list(parsed.numbered[:1])
    return tuple(s.text for a in first for s in a.sentences if _FOR.match(s.text))


_FOR = re.compile(r"(?:第[^条]{1,3}条\s*)?(?:为了?|(?:根据|依据)[^。]{2,80}制定本)(?!人|政|民)")
_TOPICS = (
    _Topic(
        re.compile(
            r"(?:根据|依据|照着|按照|比照|贯彻|落实)(?:的是)?(?:上面|上级|上头|中央)?的?(?:哪|什么)[^，。；]{0,6}"
            r"(?:制定|制订|出台|起草|来的|定的|写的)|制定依据|上位(?:文件|依据|规定)(?:是|有)(?:哪|什么)"
        ),
        _say_basis,
        _purpose,
    ),
    _Topic(
        re.compile(
            r"发给(?:谁|哪|了)|发不发给|印发给|主送|抄送给|(?:发|送)到哪|收文(?:单位|机关|对象|范围)"
        ),
        _say_recipients,
        _recipients,
    ),
    _Topic(
        re.compile(
            r"作者(?!.{0,4}(?:说|认为|讲|谈|提|强调|指出|觉得|怎么看))|发文机关|发文单位|落款单位|印发机关|制定机关|署名|谁写|受访(?:者|人|的)|(?:谁|哪位|什么人)(?:接受|回答)(?:的|了)?(?:采访|访谈|提问|记者)|什么职务|啥职务|什么身份|"
            rf"(?:{_WHO})[^，。；]{{0,6}}(?:印发|发布|制定|出台|下发|公布|发的|发文|写的)(?!.{{0,4}}哪)|"
            r"\bwho (?:wrote|authored|issued|published|released|promulgated)\b|"
            r"\bwho (?:is|was) the author\b|\bissued by (?:whom|which|what)\b|"
            r"\bissuing (?:body|authority)\b|"
            r"\b(?:which|what) (?:body|organ|authority|agency) (?:issued|published|released)\b",
            re.IGNORECASE,
        ),
        _say_issuer,
        _issuer_evidence,
    ),
    _Topic(
        re.compile(
            rf"(?:{_WHEN})[^。；]{{0,14}}(?:{_PUBLISHED})|(?:{_PUBLISHED})[^。；]{{0,14}}(?:{_WHEN}|各是哪)|"
            rf"(?:是|于)?\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}[日号])?(?:{_PUBLISHED})|"
            rf"\b(?:when|(?:what|which) (?:date|day)) (?:was|were|did)\b[^.?!;]{{0,80}}\b{_ISSUED}|"
            r"\bdate of (?:issue|issuance|publication|release)\b|"
            r"\b(?:issue|publication|release) date\b",
            re.IGNORECASE,
        ),
        _say_date,
        _dates,
    ),
    _Topic(
        re.compile(
            r"哪(?:家|本|份|个)[^，。；]{0,2}(?:报|刊|杂志|媒体)|什么(?:报纸|刊物|杂志)|第几期|哪一?期|"
            r"(?:登|刊|发表|发)(?:在|于)(?:哪|什么|《)|(?:来源|出处)(?:(?:是|在)(?:哪|什么)|(?=[、和及]))|从哪儿?转|转自|"
            rf"\bwhere (?:was|were|did)\b[^.?!;]{{0,80}}\b{_ISSUED}|"
            r"\b(?:which|what) (?:magazine|journal|newspaper|paper|periodical)\b",
            re.IGNORECASE,
        ),
        _say_source,
        lambda p: (f"来源：{p.document.source}", p.document.source, *_dates(p)),
    ),
    _Topic(
        re.compile(
            r"条数|(?:共|总共|到底|总计|统共)[^，。；哪第查抓收办处]{0,4}(?:多少|几)个?条|"
            r"(?:》|文件|意见|措施|办法|规定|条例|通知|从头到尾|全文)[^，。；哪第涉提]{0,8}(?:多少|几)条"
            r"(?!.{0,3}(?:涉及|提到|规定了|写|讲|关于|出现|要求|说|拆|细化|分解))|"
            r"共(?:有)?[〇零一二三四五六七八九十百两\d]+多?条|"
            r"(?:分|共|有|是)(?:为|成|有)?(?:多少|几)(?:个|大)?(?:部分|块|章)(?!.{0,3}(?:涉及|提到))|"
            r"\bhow many (?:articles|provisions|clauses|parts|sections|chapters)"
            r"(?: (?:are|is) there)?"
            r"(?: (?:does|do|in)\b(?!.*\b(?:mention|require|say|deal|about))|\s*\?)",
            re.IGNORECASE,
        ),
        _say_count,
        _count_evidence,
    ),
    _Topic(
        re.compile(
            r"全称|全名|正式名称|主标题|(?:完整)?(?:标题|题目)(?:是|叫|为|怎么|的全|全|$)|(?<![长人者员任])叫什么名|"
            r"\b(?:full|official|exact|formal) (?:title|name)\b",
            re.IGNORECASE,
        ),
        _say_title,
        lambda p: (),
    ),
)
_PURPOSE = _Topic(
    re.compile(
        r"为(?:什么|啥|何)(?:要|会)?(?:专门|单独)?(?:再|又)?(?:出|制定|制订|印发|下发|发|搞|起草)|"
        r"(?:制定|出台|立法|印发|发文)[^，。；]{0,14}(?:目的|初衷|缘由|原因)|"
        rf"\bwhy (?:was|were)\b[^.?!;]{{0,80}}\b{_ISSUED}",
        re.IGNORECASE,
    ),
    _say_purpose,
    _purpose,
)
_ASKED_ALONE = re.compile(r"(?:立法|制定|制订)(?:本法)?的?目的")
# What else a question may ask beside facts on a document; facts alone would drop it.
_MORE = re.compile(
    r"(?:怎么|如何|怎样)(?!写|称|叫|说$)|"
    r"(?:什么|哪些|何种)[^，。；？?]{0,6}(?:要求|规定|制度|措施|任务|内容|情形|办法|处分|责任)|"
    r"(?:要求|规定|提出|部署)(?:了|的)?(?:什么|哪些|啥)|"
    r"\bhow (?!many)|\bwhat (?:does|do|must|should)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"多少|几(?!乎)|谁|哪|什么|啥|怎么|如何|何时|是否|有没有|吗$|吧$|呢$|是不是")
_CLAUSES = re.compile(r"[，,。；;？?！!]|另外|还有|以及|同时")
_SENTENCES = re.compile(r"[。；;？?！!]+")
_INVENTORY = re.compile(
    r"(?:能查|收录|有|依据|根据)(?:了)?(?:的)?(?:哪些|什么|几份|几个)(?:文件|材料|资料|文章|内容可)|"
    r"(?:文件|材料|资料)(?:清单|目录|名单|名录)|哪些(?:文件|材料|资料)(?:可以|能)|报个名单|(?:这些|这几份|这里的?|手头的?)(?:文件|材料|资料)[^，。]{0,4}"
    r"(?:讲|说|写|有)(?:了|的)?(?:些|是)?(?:什么|啥|哪)"
)
_SMALL_TALK = re.compile(
    r"^(?:你好|您好|在吗|在不在|早上好|下午好|晚上好|早安|hi|hello|嗨|谢谢|多谢|感谢|辛苦了|再见|拜拜|好的|嗯|ok|"
    r"你(?:能|会|可以)(?:帮我|给我|替我)?(?:写|画|编|翻译)[^，。；？?]{0,12}|你是谁|你叫什么|你能做什么|你会什么|怎么用|使用说明|帮助|help)(?:你|您|了|啊|呀|吗|名字|的)*[\s！!。.~？?]*$",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"媒体|见报|报纸|对外|刊登|刊发|登报")
"""Words for how a text came before the public: what another printing tells."""
TAG = 4
"""Characters up to which a clause asks nothing of its own: 没错吧, 是哪天."""
LONG_MATTER = 5
"""Characters in a row that a question has from a text when it is on a matter of it."""
# 那个政商交往清单: what a text has set up, and no text.
_THING = re.compile(
    r"[那这][个份张套项][^，,。；;？?！!\s]{2,12}?(?:清单|台账|名单|档案|制度|机制)"
)
_ORDER = re.compile(r"最晚|最早|谁先|先后|最新|排序")
_PART = re.compile(
    r"(?:第[^，。；]{1,3}|最后一?个?|[这那]一?|哪一|中间)(?:个)?大?(?:部分|块|章|节)|小标题|第\S{1,4}条"
)


def answer_about(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Return what the front matter tells, or None if nothing about a document is asked."""
    if _INVENTORY.search(reading.form):
        return _inventory(listed, documents)
    if asks_more(reading):
        return None
    said, statements = tell(reading, listed)
    return compose(statements, documents, opening=said) if said else None


def tell(reading: Reading, listed: Sequence[ParsedDocument]) -> tuple[str, tuple[Statement, ...]]:
    """Return the facts on documents that a question asks for, and where they stand."""
    topics = _topics(reading.form)
    if not topics or _PART.search(reading.form) or reading.mentions.reported:
        return "", ()
    meant = _meant(reading, listed)
    if _asks_of_content(reading, meant):
        return "", ()
    if _ORDER.search(reading.form):
        meant.sort(key=lambda p: p.document.published_on or p.document.issued_on, reverse=True)
    lines: list[str] = []
    statements: list[Statement] = []
    known = [d.document for d in listed]
    printed = _PRINTED.search(reading.form)
    for parsed in meant:
        said = [text for topic in topics if (text := topic.say(parsed, known))]
        if not said:
            continue
        lines.append(f"{document_label(parsed.document)}{'，'.join(dict.fromkeys(said))}。")
        for topic in topics:
            statement = _quote(parsed, topic.evidence(parsed))
            if statement and statement not in statements:
                statements.append(statement)
        for edition in listed if printed else ():
            title = _title(edition) if edition.document.edition_of == parsed.document.id else None
            statements += [title] if title else []
    return "\n".join(lines), tuple(statements)


def _asks_of_content(reading: Reading, meant: Sequence[ParsedDocument]) -> bool:
    """Tell whether a question names a matter of the texts: then that is asked about.

    纪检监察建议抄送给谁 does not ask to whom the document was sent, nor 那个政商交往清单列了多少条
    how many articles it has.
    """
    if _THING.search(reading.topic):
        return True
    asked = fold(reading.form if reading.leans else reading.topic)
    named = "\n".join(fold(f"{p.document.title}{h.title}") for p in meant for h in p.headings)
    texts = "\n".join(fold(article.text) for parsed in meant for article in parsed.numbered)
    pieces = {asked[at : at + LONG_MATTER] for at in range(len(asked) - LONG_MATTER + 1)}
    return any(piece in texts and piece not in named for piece in pieces)


def asks_more(reading: Reading) -> bool:
    """Tell whether a question for facts on a document asks something of its content, too."""
    clauses = [clause for clause in _CLAUSES.split(reading.form) if clause.strip()]
    sentences = [s for s in _SENTENCES.split(reading.text) if len(s.strip()) > 2 * TAG]
    further = [c for c in clauses if _MORE.search(c)] if len(clauses) > 1 else []
    further += [s for s in sentences if _ASKS.search(s)] if len(sentences) > 1 else []
    return any(not _topics(piece) for piece in further)


def _topics(text: str) -> list[_Topic]:
    """Return what a text asks of a document: why it was made, if beside another fact.

    Nothing where it only tells such a fact and asks for something else: 总共25条，拆成多少项任务.
    """
    clauses = (clause.strip() for clause in _CLAUSES.split(text))
    asking = [clause for clause in clauses if len(clause) > TAG and _ASKS.search(clause)]
    topics = [topic for topic in _TOPICS if topic.question.search(text)]
    if asking and not any(t.question.search(clause) for t in topics for clause in asking):
        topics = [topic for topic in topics if _spread(topic, text)]
    beside = topics and _PURPOSE.question.search(text)
    return [_PURPOSE, *topics] if beside or _ASKED_ALONE.search(text) else topics


def _spread(topic: _Topic, text: str) -> bool:
    """Tell whether a text asks for something over more than one clause: 印发的日期，是哪天."""
    found = topic.question.search(text)
    return found is not None and _CLAUSES.search(found[0]) is not None


def greet(
    reading: Reading, listed: Sequence[ParsedDocument], documents: Documents
) -> Answer | None:
    """Say what can be asked here when nothing is asked yet, else return None."""
    if not _SMALL_TALK.match(reading.text.strip()):
        return None
    names = [document_label(d.document) for d in listed if d.document.edition_of not in documents]
    text = (
        f"您好，我根据已收录的材料回答问题：{'、'.join(names)}。"
        f"请直接提问，例如“{names[0]}第一条”；每句话都附出处，材料没有的我会说明。"
    )
    return refuse(text, "small_talk", documents=documents)


def _meant(reading: Reading, listed: Sequence[ParsedDocument]) -> list[ParsedDocument]:
    """Return the documents that are asked about, by name, place or kind."""
    mentions = reading.mentions
    ids = dict.fromkeys((*mentions.documents, *mentions.hinted))
    if not mentions.hinted or not any(i in mentions.hinted for i in mentions.scoped):
        ids |= dict.fromkeys(mentions.scoped) if len(mentions.scoped) > 1 else {}
    meant = [d for d in listed if d.document.id in ids]
    # 《意见》 in the title of an article about it: the article is meant.
    commentary = [d for d in meant if d.document.kind is not DocumentKind.NORMATIVE]
    return commentary if len(commentary) == 1 and len(meant) == 2 else meant


def _inventory(listed: Sequence[ParsedDocument], documents: Documents) -> Answer | None:
    shown = [d for d in listed if d.document.edition_of not in documents]
    statements = [s for parsed in shown if (s := _title(parsed))]
    return compose(statements, documents, opening=f"可查的材料共{len(shown)}份：")


def _quote(parsed: ParsedDocument, wanted: Sequence[str]) -> Statement | None:
    """Return the first place in an article that says one of ``wanted``, else the title."""
    for text in wanted:
        if not fold(text):
            continue
        for article in parsed.articles:
            span = fold_with_origins(article.text).find(text)
            if span is not None:
                start, end = _whole_line(article, *span)
                return Statement(article, ((article.start + start, article.start + end),), "原文：")
    return _title(parsed)


def _title(parsed: ParsedDocument) -> Statement | None:
    titles: list[Heading] = [h for h in parsed.headings if h.level == 0]
    own = [h for h in titles if fold(h.title) == fold(parsed.document.title)] or titles
    return Statement(own[0], ((own[0].start, own[0].end),)) if own else None


def _whole_line(article: Article, start: int, end: int) -> Span:
    """Widen a find to its line when the line is short: a date alone says little."""
    text = article.text
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    return (line_start, line_end) if line_end - line_start <= 60 else (start, end)


def _chinese_date(iso: str) -> str:
    units = ("年", "月", "日")
    return "".join(f"{int(p)}{u}" for p, u in zip(iso.split("-"), units, strict=False))
