"""Which documents a question speaks of: by name, by where they are in force, by their kind.

Also what it names that is not here: another text in 《》, another place, another year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.corpus.pinyin import syllables
from assistant.domain import Document, DocumentKind
from assistant.retrieve.carried_out import carried_out
from assistant.text import fold, fold_with_origins

# A genre alone (意见, 措施) is an everyday word; it names a document in title marks, or where
# only a document can stand.
_GENRE = re.compile(r"^(?:意见|措施|办法|条例|规定|细则|准则|规则|通知|决定|纲要|方案|法)$")
_NUMERAL = "[〇零一二三四五六七八九十百千两\\d]"
_BEFORE_ADDRESS = rf"(?=\s*的?\s*(?:第\s*{_NUMERAL}|[（(]{_NUMERAL}|(?!一条|两条){_NUMERAL}+\s*条))"
_INSIDE = r"(?=里|中(?!央)|的第|全文|共(?:有|几|多)|一共|从头|开头|正文)"
# 意见是在哪家媒体公开的, 意见对副职有什么要求: of what begins a question, only a document is
# published somewhere, or is about something.
_BEGINS = r"(?:(?<![\u4e00-\u9fff])|(?<=请问))"
_OF_A_TEXT = (
    r"(?=关于|对于?(?![不吗吧了么立错路])|是?(?:怎么|如何)规定|是?(?:在|由|被|于)?(?:哪|谁|何|什么)"
    r"[^，。？?]{0,8}(?:印发|发布|公布|公开|出台|刊[登发]|登出))"
)
_GENRES = "意见|措施|办法|条例|规定|细则|准则|规则|通知|决定|纲要|方案"
# 意见和措施都有吗: two genres side by side, of which something is asked, are two documents.
_ASKED_OF_BOTH = "(?:都|里|中|各|两|分别)"
_FIRST_OF_TWO = rf"(?=[和与跟同](?:{_GENRES}){_ASKED_OF_BOTH})"
_SECOND_OF_TWO = rf"(?<=(?:{_GENRES})[和与跟同])"
_SPEECH = {
    DocumentKind.INTERVIEW: re.compile(
        r"答记者问|答问|记者|采访|专访|访谈|"
        r"负责人的?(?:介绍|表示|说法|说|讲|提到|解释|回答|解读|话)|[Ii]nterview"
    ),
    DocumentKind.ESSAY: re.compile(r"(?<!做)文章|作者|署名|[Ee]ssay"),
}
_TITLE_MARKS = re.compile(r"《(?P<title>[^《》]{2,60})》")
# A law named without title marks before an article: 民法典第1042条.
_BARE_LAW = re.compile(
    r"(?P<title>[\u4e00-\u9fff]{0,16}?(?:党章|宪法|法典|刑法|[\u4e00-\u9fff]{2}法|条例|准则|规则))"
    r"(?=\s*的?\s*第\s*[〇零一二三四五六七八九十百千\d])"
)
# Who says what is asked: what goes before the speaker, and what behind.
_SPEAKER_AHEAD = re.compile(r"[^，,。；;？?：:《》]{0,14}")
_ACCORDING = re.compile(
    r"(?:according to|in|as per) (?:(?:the|this|that|his|newspaper|press) )*", re.IGNORECASE
)
_SPEAKS = re.compile(
    r"\s*(?:那|这)?篇?(?:的?文章|一文|文)?(?:里面?|中|上|内)?(?:的?(?:说法|介绍|看法|解读|观点)|"
    r"在?(?:介绍|归纳|总结|解释|强调|概括|说明|表示)(?:时|的时候|里|中)?(?:还|就|也)?(?:说|讲|提到?)?|"
    r"(?:还|就|也|是|曾)?(?:说|讲|提到|认为|指出|写|谈到|觉得|列))|"
    r"(?<=[里中上])|\s+(?:says?|said|lists?|names?|writes?|wrote|argues?|holds?|explains?)\b"
)
_SPOKEN = re.compile(r".*(?:介绍|表示|说法|说|讲|提到|解释|回答|解读|话)$")
_QUOTED_LINE = 40
"""Characters up to which a line without closing punctuation is a heading that may be quoted."""
_MARKER = re.compile(
    rf"^(?:#+\s*)?(?:{_NUMERAL}+、|第{_NUMERAL}+[编章节]|[（(]{_NUMERAL}+[）)])?\s*"
)
_PERSON = re.compile(r"^[\u4e00-\u9fff]{2,4}(?=（|$)")
_POSTS = "主任|书记|部长|局长|处长|院长|主席|教授|老师|同志|先生|女士"
_ASKING_FIRST = re.compile(r"^(?:请问|请|根据|按照|依据|查一?下|看看|帮我|我想|了解|知道|把)+")
_ADDRESS_NEXT = re.compile(r"\s*的?\s*第?\s*[（(]?[〇零一二三四五六七八九十百\d]")
# 中央组织部 is a body, not the place 中央.
_BODY_NEXT = re.compile(r"市?(?:委|纪委|监委|组织部|宣传部|政治局|办公厅|巡视|委员|党委|常委)")
# 中央那份意见: a kind of text behind its place is no matter of the question.
_TEXT_NEXT = re.compile(rf"的?[那这][份个部套篇]?(?:{_GENRES}|文件)")
_STATE = re.compile(r"^(?:中华人民共和国|中国共产党|中共中央关于|国务院关于|全国)")
SHORTEST_TITLE = 4
"""Characters that a title has at least when it stands without its state or party."""
_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*年")

_PLACES = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|"
    "海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|广州|深圳|杭州|南京|"
    "武汉|成都|西安|苏州|青岛|大连|厦门|宁波|长沙|郑州|济南|合肥|沈阳|哈尔滨|长春|石家庄|太原|南昌|昆明"
)
_LATIN = re.compile(r"[A-Za-z]{2}")
_ONLY_TITLE = re.compile(r"《[^《》]*》|[^《》]*《[^《》]*》的通知")
_LATIN_PLACES = {"Beijing": "北京", "Shanghai": "上海", "Guangdong": "广东", "Tianjin": "天津"}
_BYNAMES = {"北京": ("首都",)}
_CENTRAL = "中央"
_CENTRAL_WORDS = re.compile(
    r"中央(?!企业|单位|八项)|党中央|全国性|国家(?:层面|一级|那份|的?文件)|\b[Cc]entral\b|中办"
)


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a question names."""

    documents: tuple[str, ...] = ()
    """Ids of the documents it names outright, in the order of the corpus."""
    hinted: tuple[str, ...] = ()
    """Ids of the documents it points at by place, kind or author."""
    scoped: tuple[str, ...] = ()
    """Ids of the normative documents whose place it names, beside whatever else it names."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where names of documents and of places in force stand in the question."""
    reported: tuple[str, ...] = ()
    """Ids of the documents on which it asks what another says (答记者问里讲《措施》…)."""
    foreign_titles: tuple[str, ...] = ()
    """Titles in 《》 that no document here bears, nor any mentions unless an address follows."""
    foreign_places: tuple[str, ...] = ()
    foreign_years: tuple[str, ...] = ()

    @property
    def asked_of(self) -> tuple[str, ...]:
        """Ids of the documents that a list is wanted from: both whose places are named, if two."""
        both = self.scoped if len(self.scoped) > 1 else ()
        return both or self.documents or self.hinted


@dataclass(frozen=True, slots=True)
class _Name:
    document: Document
    pattern: re.Pattern[str]


class Catalog:
    """The names of a corpus's documents."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = tuple(documents)
        names = [
            (d, name)
            for d in documents
            for name in (
                d.title, d.short_title, *d.aliases, *_publisher(d), *_for_short(d.title, documents)
            )
        ]  # fmt: skip
        # The longest name first: 新华社公布的《意见》 before 《意见》.
        names.sort(key=lambda pair: -len(pair[1]))
        self._names = tuple(_Name(d, _name_pattern(name)) for d, name in names)
        self._texts = "\n".join(d.text for d in documents)
        self._scopes = {d.id: _scope_pattern(d.scope) for d in documents if d.scope}
        self._years = {m["year"] for d in documents for m in _YEAR.finditer(_dated(d))}

    def read(self, question: str) -> Mentions:
        """Return what the question names."""
        where, spans, owners = self._read_names(question)
        named = set(where)
        if not named:
            named |= owners
        foreign = self._read_tails(question, named, spans)
        places = {i: list(p.finditer(question)) for i, p in self._scopes.items()}
        scoped = {i for i, found in places.items() if found}
        for match in (m for found in places.values() for m in found):
            if not _BODY_NEXT.match(question, match.end()):
                text = _TEXT_NEXT.match(question, match.end())
                spans.append((match.start(), text.end() if text else match.end()))
        spoken = [
            d.id for d in self._documents
            if (pattern := _SPEECH.get(d.kind)) and pattern.search(question)
        ]  # fmt: skip
        normative = self._normative(scoped)
        reported: tuple[str, ...] = ()
        speaker = self._speaker(question)
        if speaker is not None:
            others = (named | set(normative)) - {speaker}
            reported = tuple(d.id for d in self._documents if d.id in others)
            named |= {speaker} if others else set()
        else:
            all_places = {
                i: [*where.get(i, ()), *(m.span() for m in places.get(i, ()))]
                for i in {*where, *normative}
            }
            carried = carried_out(question, all_places)
            named -= carried
            normative = [i for i in normative if i not in carried]
            # What is carried out is the matter that is asked about.
            matter = {span for i in carried for span in all_places[i]}
            spans = [span for span in spans if span not in matter]
        hinted: list[str] = []
        if not named:
            # 采访里说北京… speaks of the interview, whatever place it names.
            hinted = [i for i in spoken if i in scoped] or spoken
            hinted = hinted or normative
        return Mentions(
            documents=tuple(d.id for d in self._documents if d.id in named),
            hinted=tuple(hinted),
            scoped=tuple(normative),
            spans=tuple(sorted(spans)),
            reported=reported,
            foreign_titles=foreign,
            foreign_places=tuple(self._foreign_places(question)),
            foreign_years=tuple(
                y for y in dict.fromkeys(_YEAR.findall(question)) if y not in self._years
            ),
        )

    def _normative(self, ids: set[str]) -> list[str]:
        return [
            d.id for d in self._documents
            if d.id in ids and d.kind is DocumentKind.NORMATIVE and not d.edition_of
        ]  # fmt: skip

    def _read_names(
        self, question: str
    ) -> tuple[dict[str, list[tuple[int, int]]], list[tuple[int, int]], set[str]]:
        """Return where each document is named, all these places, and whose headings are quoted.

        What a quoted heading names (“准确把握《意见》的核心要义”) is not asked of.
        """
        found: dict[str, list[tuple[int, int]]] = {}
        spans: list[tuple[int, int]] = []
        quoted = self._quoted_headings(question)
        inside = [span for _, span in quoted]
        for name in self._named_in(question):
            for match in name.pattern.finditer(question):
                here = match.span()
                if any(start <= here[0] and here[1] <= end for start, end in inside):
                    continue
                same = here in spans
                if same or not any(here[0] < end and start < here[1] for start, end in spans):
                    if not (same and name.document.edition_of):
                        found.setdefault(name.document.id, []).append(here)
                    if not same:
                        spans.append(here)
        return found, spans, {owner for owner, _ in quoted}

    def _named_in(self, question: str) -> tuple[_Name, ...]:
        """Return the names to look for: those in pinyin only where there are letters."""
        latin = self._latin_names if _LATIN.search(question) else ()
        return (*self._names, *self._titled_names, *latin)

    def _quoted_headings(self, question: str) -> list[tuple[str, tuple[int, int]]]:
        """Return the headings with a name in them that stand in a question: whose, and where."""
        if not self._headings:
            return []
        folded = fold_with_origins(question)
        spans = ((owner, folded.find(heading)) for owner, heading in self._headings)
        return [(owner, span) for owner, span in spans if span is not None]

    @cached_property
    def _headings(self) -> tuple[tuple[str, str], ...]:
        """Lines like headings in which a document is named, longer than the name, and whose."""
        known = {fold(name) for d in self._documents for name in (d.title, *d.aliases)}
        lines = [
            (d.id, _MARKER.sub("", line.strip()))
            for d in self._documents if not d.edition_of
            for line in d.text.splitlines()
            if len(line) <= _QUOTED_LINE and "《" in line and line.strip()[-1] not in "。；：！？"
        ]  # fmt: skip
        return tuple(
            (owner, line) for owner, line in lines
            if fold(line) not in known and not _ONLY_TITLE.fullmatch(line)
        )  # fmt: skip

    @cached_property
    def _latin_names(self) -> tuple[_Name, ...]:
        """The names of persons who wrote documents, as they are spelled in English."""
        authors = [(d, m[0]) for d in self._documents if (m := _author(d))]
        return tuple(_Name(d, _latin_pattern(author)) for d, author in authors)

    @cached_property
    def _titled_names(self) -> tuple[_Name, ...]:
        """Persons who wrote documents as they are addressed: 邹主任."""
        authors = [(d, m[0]) for d in self._documents if (m := _author(d))]
        return tuple(_Name(d, re.compile(f"{a[0]}(?:{_POSTS})")) for d, a in authors)

    def _speaker(self, question: str) -> str | None:
        """Return the document that a question begins by asking for what it says, or None."""
        for document in self._documents:
            spoken = _SPEECH.get(document.kind)
            if spoken is None or document.edition_of:
                continue
            names = (
                n.pattern for n in (*self._names, *self._latin_names) if n.document is document
            )
            for pattern in (*names, spoken):
                match = pattern.search(question)
                if match is None:
                    continue
                ahead = question[: match.start()]
                if _ACCORDING.fullmatch(ahead):
                    return document.id
                if not _SPEAKER_AHEAD.fullmatch(ahead):
                    continue
                if _SPEAKS.match(question, match.end()) or _SPOKEN.match(match[0]):
                    return document.id
        return None

    def _read_tails(
        self, question: str, named: set[str], spans: list[tuple[int, int]]
    ) -> tuple[str, ...]:
        """Add the documents named by the end of their titles (处分条例); return titles of none."""
        foreign = []
        for title, span in self._unknown_titles(question, tuple(spans)):
            owners = [d for d in self._documents if d.title.endswith(title) and not d.edition_of]
            if len(owners) == 1:
                named.add(owners[0].id)
                spans.append(span)
            else:
                foreign.append(title)
        return tuple(foreign)

    def _unknown_titles(
        self, question: str, spans: Sequence[tuple[int, int]]
    ) -> list[tuple[str, tuple[int, int]]]:
        """Return what is cited as a title and is no name of a document here, and where."""
        bare = []
        for match in _BARE_LAW.finditer(question):
            title = _ASKING_FIRST.sub("", match["title"])
            bare.append((title, (match.end() - len(title), match.end())))
        marked = [
            (match["title"], match.span()) for match in _TITLE_MARKS.finditer(question)
            if match["title"] not in self._texts or _ADDRESS_NEXT.match(question, match.end())
        ]  # fmt: skip
        return [
            (title, (start, end)) for title, (start, end) in [*bare, *marked]
            if not any(start < other and one < end for one, other in spans)
        ]  # fmt: skip

    def _foreign_places(self, question: str) -> list[str]:
        here = " ".join(d.scope for d in self._documents)
        spoken = [chinese for latin, chinese in _LATIN_PLACES.items() if latin in question]
        spoken += _PLACES.findall(question)
        return [p for p in dict.fromkeys(spoken) if p not in here and p not in self._texts]


def _name_pattern(name: str) -> re.Pattern[str]:
    bare = re.escape(name)
    marked = f"《{bare}》" if "《" not in name else bare
    if len(name) < 2 or not _GENRE.match(name):
        return re.compile(f"{marked}|{bare}" if len(name) > 1 else marked)
    return re.compile(
        f"{marked}|{bare}{_BEFORE_ADDRESS}|{bare}{_INSIDE}|(?<=《){bare}"
        rf"|{_BEGINS}{bare}{_OF_A_TEXT}"
        rf"|{bare}{_FIRST_OF_TWO}|{_SECOND_OF_TWO}{bare}(?={_ASKED_OF_BOTH})"
    )


def _author(document: Document) -> re.Match[str] | None:
    """Return the person who wrote a document; an authority is none."""
    return _PERSON.match(document.issuer) if document.kind is DocumentKind.ESSAY else None


def _latin_pattern(person: str) -> re.Pattern[str]:
    """Return a pattern of a Chinese name as it is spelled in pinyin, either name first."""
    family, *given = syllables(person)
    first = r"[ '-]?".join(given)
    return re.compile(rf"\b(?:{family}\s+{first}|{first}\s+{family})\b", re.IGNORECASE)


def _for_short(title: str, documents: Sequence[Document]) -> tuple[str, ...]:
    """Return a title without the state or party that it begins with, if no other ends so."""
    short = _STATE.sub("", title)
    owners = {d.title for d in documents if d.title.endswith(short)}
    return (short,) if len(short) >= SHORTEST_TITLE and owners == {title} != {short} else ()


def _publisher(document: Document) -> tuple[str, ...]:
    """Return where a commentary or a printing appeared, by which people call it: 北京日报."""
    if document.kind is DocumentKind.NORMATIVE and not document.edition_of:
        return ()
    name = re.sub(r"[《》]|\s*\d.*$", "", document.source).strip()
    return (name,) if len(name) > 1 else ()


def _scope_pattern(scope: str) -> re.Pattern[str]:
    """Return a pattern of what people say for where a document is in force."""
    if scope == _CENTRAL:
        return _CENTRAL_WORDS
    stem = re.sub(r"(?:省|市|自治区|特别行政区|区|县)$", "", scope)
    words = [re.escape(stem)]
    words += [latin for latin, chinese in _LATIN_PLACES.items() if chinese == stem]
    words += _BYNAMES.get(stem, ())
    if scope.endswith("市"):
        words += ["市里", "本市", "我们?市", "咱们?市", "全市", "市委", "市纪委"]
    elif scope.endswith("省"):
        words += ["省里", "本省", "我们?省", "咱们?省", "全省", "省委"]
    words += ["地方上", "咱们这", "我们这边"]
    return re.compile("|".join(words))


def _dated(document: Document) -> str:
    dates = f"{document.published_on[:4]}年 {document.issued_on[:4]}年 {document.source}"
    return f"{dates} {document.text}"
