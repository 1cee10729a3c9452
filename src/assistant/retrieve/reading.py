"""A question as it was understood: what it names, where it points, what the talk was about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from assistant.domain import ParsedDocument, Turn
from assistant.retrieve.addresses import Address, read_addresses
from assistant.retrieve.names import Catalog, Mentions
from assistant.retrieve.normalize import Normalizer

# Words that point back at what was said.
_POINTS_BACK = re.compile(
    r"^(?:那(?!些|种|几)|该(?:条|规定|文件|意见|措施|制度|要求)|上述|不然|否则|换成|然后呢|接着)"
    r"|(?:这|那)(?:个|项|条|种|方面|些|点)(?:规定|要求|制度|事|情况|问题|举报|清单|谈话|会)?(?=[，,？?。的呢是要由和]|$)"
    r"|这(?:个|位|名)(?:人|干部|领导|同志)|此人|该同志|^(?:放|搁|摆)(?:到|在)[^，,]{1,6}[，,]"
    # 考核结果呢，派什么用场: a topic is held up and gone on with.
    r"|^[^，,？?]{1,8}呢[，,]"
    # 要是问题比较严重呢: a condition alone asks the question before again.
    r"|^(?:要是|如果|假如|假若|倘若|万一)[^，,？?]{1,16}呢[？?]?$"
    r"|[这那](?:一|几)?[条段款](?=整|全|原|完整|一字|发|给我|贴|抄|念|读)"
    # 谁来做这件事, 也这么算: behind a verb; behind a noun (请示报告这件事) it only takes that up.
    r"|(?:^|[，,。；？?]|[做办管抓抄比对按照跟于把是由从用给算像写后前层面])(?:这|那)"
    r"(?:件事|种情[况形]|段(?!时间)|儿|里(?![的边])|一条|个规定|项规定)"
    r"|[也还都](?:要|会|得|是)?(?:这么|这样)|(?:里|上|中|规定|要求|列举|说)的又是(?:哪|什么|谁|怎)"
    r"|上面(?:说|讲|提|那)|刚才|前面(?:说|讲|提|那)|谈完|下一条|上一条|what about|and then",
    re.IGNORECASE,
)
# Goes back to a matter before the last one: 回到前面个人事项那个，….
_RETURNS = re.compile(
    r"^(?:我们|咱们?)?(?:再|还是|现在)?(?:回到|回过头来?[说看]|说回|绕回)"
    r"|^[^，,]{0,4}(?:前面|之前|先前|最开始|一开始|刚开始)(?:问|说|提|讲|聊|那)"
)
# Words that may: they do when the question has no topic of its own.
_GOES_ON = re.compile(
    r"^(?:如果|要是|还有|另外|再|具体|为什么|为啥|这|其|它|他|她|万一|一般)|呢(?=[，,？?。！!]|$)|它|此"
)
_ASKS_SOURCE = re.compile(
    r"原文|全文|出处|来源|依据|原话|条文|整条|照抄|逐字|一字不|第几条|哪一?条|哪[个份]文件|出自|"
    r"source|full text"
)
# A question that only names another subject: 换成副职呢.
_ANOTHER_SUBJECT = re.compile(
    r"(?:那么?|要是|如果是?|假如是?)?(?:换成?|换作|改成|对于?)?(?P<subject>.{1,14}?)"
    r"(?:的话|那边|这边|方面|来说)?(?:呢|也(?:是|要|一样|这样)吗?|又?(?:怎么(?:办|说|样)?|如何))?",
)
# One more thing of the matter that was talked about, said in full: 一般的下级书记又是谁去查.
_ADDS = re.compile(
    r"又(?!不)|也(?:是|要|得|有|会|能|这|一样)|还(?:用|要|得|有没有|会|能|需)|再(?!次)|同样|另外"
)
# Of a short question: whether what was said holds for somebody else, 区委书记、区长也是一成？
_SAME_AGAIN = re.compile(
    r"(?:也|同样)(?:是|要|得|算|一样|这样|适用|这么)|又(?:是|由|归|该|怎|如何)"
)
# Leaves the matter, whatever follows: 换个话题，一把手能不能第一个表态.
_LEAVES = re.compile(
    r"^(?:好的?|谢谢|多谢|明白了?|知道了|嗯|行)?[，,。！!\s]*(?:(?:我们?)?(?:换|说|问|聊|谈)(?:一?个|点)(?:别的|其他|话题|问题|事)"
    r"|(?:再|另外|还想)?(?:问|请教)(?:一?个|点)(?:别的|其他|另外)|另一个(?:问题|事)|不说(?:这|那)个了)"
)
# Turns to something else: 另外，大数据能用在监督上吗.
_TURNS = re.compile(r"另外|还有(?:个|一个)?(?:事|问题)?[，,]|再问|顺便")
_CLAUSE_END = re.compile(r"[，,。；;：:？?！!]")
MOST_TURNS = 12
"""Turns of a conversation that are looked at, from its end."""
SHORT = 14
"""Characters up to which a question asks for a source, or for the same again, and for no more."""
LEANING = 16
"""Characters up to which a question is taken to lean on the one before …"""
ELLIPTIC = 10
"""Characters up to which a question that leans does not say itself what it asks."""
TERM = 4
"""… unless it has so many characters in a row that the texts have too: a topic of its own …"""
TERM_OF_ANOTHER = 3
"""… and so many, where it says that it turns to another."""
_TRIM = " 　？?。！!，,"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question was understood to ask."""

    text: str
    """The question as the texts would spell it, alone."""
    standalone: str
    """The same with what it inherits from the conversation."""
    mentions: Mentions
    addresses: tuple[Address, ...]
    topic: str = ""
    """The standalone question without the names of documents and places."""
    own_topic: str = ""
    """The topic without what it inherits."""
    leans: bool = False
    """It goes on from the question before."""
    root: tuple[str, str] = ("", "")
    """The last question of the talk that stands by itself, and its topic; this one, if it does."""
    discussed: tuple[str, ...] = ()
    """Ids of the articles cited in the answer before, when it leans on that or adds to it."""

    @property
    def alone(self) -> Reading:
        """The question as it stands, whatever was said before."""
        return replace(self, standalone=self.text, topic=self.own_topic, leans=False, discussed=())

    @property
    def form(self) -> str:
        """The words that tell what kind of answer is asked: 中央那个呢 asks the same again."""
        return self.standalone if self.is_elliptic else self.text

    @property
    def is_elliptic(self) -> bool:
        """Whether it does not say itself what it asks, but leaves it to the question before."""
        return self.leans and len(self.text) <= ELLIPTIC


class Reader:
    """Reads questions against one corpus."""

    def __init__(self, documents: Sequence[ParsedDocument], subjects: Iterable[str] = ()) -> None:
        """``subjects``: words for bodies and persons, of which one may take another's place."""
        self._subjects = frozenset(subjects)
        longest_first = sorted(self._subjects, key=lambda word: -len(word))
        self._subject = re.compile("|".join(map(re.escape, longest_first)) or "(?!)")
        self._documents = {parsed.document.id: parsed for parsed in documents}
        self._normalize = Normalizer(parsed.document.text for parsed in documents)
        self._catalog = Catalog([parsed.document for parsed in documents])

    def read(self, question: str, history: Sequence[Turn] = ()) -> Reading:
        """Return what ``question`` asks, in the light of the turns before it."""
        history = history[-MOST_TURNS:]
        text = self._normalize(question)
        mentions = self._catalog.read(text)
        addresses = self._place(text, _outside_titles(read_addresses(text), mentions))
        topic = cut(text, [*mentions.spans, *(a.span for a in addresses)])
        alone = Reading(
            text, text, mentions, addresses, topic=topic, own_topic=topic, root=(text, topic)
        )
        if _RETURNS.match(text):
            history = _return_to(text, history)
        before = next((t for role, t in reversed(history) if role == "user"), None)
        if before is None:
            return alone
        if not self._leans(alone):
            return self._beside(alone, history) if _ADDS.search(text) else alone
        return self._resolve(alone, before, history)

    def _beside(self, alone: Reading, history: Sequence[Turn]) -> Reading:
        """Return a question that stands by itself with what the answer before it cited."""
        reply = next((t for role, t in reversed(history) if role == "assistant"), "")
        return replace(alone, discussed=self._cited(reply))

    def _place(self, text: str, addresses: Sequence[Address]) -> tuple[Address, ...]:
        """Return addresses with the document that is named before each: 《意见》第三条和第四条.

        Or pointed at by its place: 中央第六条.
        """
        placed: list[Address] = []
        behind, document = 0, ""
        for address in addresses:
            # 北京还加了什么？和中央第二十一条比一下: the clause of the address is read first.
            ends = [m.end() for m in _CLAUSE_END.finditer(text, behind, address.span[0])]
            clause = ends[-1] if ends else behind
            for start in dict.fromkeys((clause, behind)):
                before = self._catalog.read(text[start : address.span[1]])
                named = before.documents or before.scoped
                if named:
                    document = named[-1]
                    break
            placed.append(replace(address, document=document))
            behind = address.span[1]
        return tuple(placed)

    def _leans(self, reading: Reading) -> bool:
        text = reading.text.strip(_TRIM)
        if reading.addresses:
            return not (reading.mentions.documents or reading.mentions.hinted)
        if _LEAVES.match(text):
            return False
        if (
            _POINTS_BACK.search(text)
            or _RETURNS.match(text)
            or self._other_subject(text) not in ("", text)
        ):
            return True
        if len(text) <= SHORT and asks_source(text):
            return True
        again = _SAME_AGAIN.search(text)
        if len(text) <= SHORT and again and self._subject.search(text, 0, again.start()):
            return True
        goes_on = len(text) <= LEANING or bool(_GOES_ON.search(text))
        least = TERM_OF_ANOTHER if _TURNS.match(text) else TERM
        return goes_on and not self._has_term(text, least)

    def _has_term(self, text: str, least: int) -> bool:
        return any(
            self._normalize.knows(text[at : at + least]) for at in range(len(text) - least + 1)
        )

    def _resolve(self, alone: Reading, before: str, history: Sequence[Turn]) -> Reading:
        earlier = self.read(before, _turns_before(history))
        reply = next((t for role, t in reversed(history) if role == "assistant"), "")
        discussed = self._cited(reply) or earlier.discussed
        mentions = alone.mentions
        if not mentions.documents and not mentions.hinted:
            ids = dict.fromkeys(article_id.partition("#")[0] for article_id in discussed)
            inherited = earlier.mentions
            mentions = replace(
                mentions,
                documents=inherited.documents,
                hinted=inherited.hinted or (() if inherited.documents else tuple(ids)),
            )
        swapped = self._swap_subject(alone.text, earlier)
        if swapped:
            topic = self._swap_subject(alone.text, replace(earlier, standalone=earlier.topic))
            return replace(
                alone, standalone=swapped, topic=topic or swapped, mentions=mentions, leans=True,
                discussed=tuple(discussed), root=(swapped, topic or swapped),
            )  # fmt: skip
        talk = "\n".join(map(self._article_text, discussed)) or reply
        elsewhere = alone.mentions.documents or alone.mentions.hinted or alone.mentions.scoped
        matter = "" if elsewhere else self._other_matter(alone.text, talk)
        swapped = _swap_matter(earlier.standalone, talk, matter) if matter else ""
        if swapped:
            # What was talked about does not bear on it; the new matter is what must be found.
            return replace(
                alone, standalone=swapped, topic=matter, mentions=mentions, leans=True,
                root=(swapped, matter),
            )  # fmt: skip
        # Of a chain of follow-ups the question that it began with, the last and this one: with all
        # of them the tenth would be looked for by what the nine before it asked.
        said, topic = earlier.root
        if earlier.standalone != said:
            said, topic = f"{said.rstrip(_TRIM)}；{earlier.text}", f"{topic}；{earlier.own_topic}"
        return replace(
            alone,
            standalone=f"{said.rstrip(_TRIM)}；{alone.text}",
            topic=f"{topic}；{alone.topic}",
            mentions=mentions,
            leans=True,
            discussed=tuple(discussed),
            root=earlier.root,
        )

    def _swap_subject(self, text: str, earlier: Reading) -> str:
        """Return the earlier question asked of another subject, or nothing: 那副职呢."""
        subject = self._other_subject(text.strip(_TRIM))
        if not subject:
            return ""
        spans = [match.span() for match in self._subject.finditer(earlier.standalone)]
        if not spans:
            return ""
        start, end = spans[0]
        return f"{earlier.standalone[:start]}{subject}{earlier.standalone[end:]}"

    def _other_matter(self, text: str, talk: str) -> str:
        """Return the matter of a question that names nothing else, or nothing: 那会议呢.

        It is one that the texts know, and ``talk``, what was answered with, does not mention.
        """
        found = _ANOTHER_SUBJECT.fullmatch(text.strip(_TRIM))
        matter = found["subject"] if found else ""
        fresh = len(matter) > 1 and bool(talk) and matter not in talk
        return matter if fresh and self._normalize.knows(matter) else ""

    def _article_text(self, article_id: str) -> str:
        document = self._documents[article_id.partition("#")[0]]
        return next((a.text for a in document.articles if a.id == article_id), "")

    def _other_subject(self, text: str) -> str:
        """Return the body or person of a question that names nothing else, or nothing."""
        found = _ANOTHER_SUBJECT.fullmatch(text)
        subject = found["subject"] if found else ""
        return subject if subject.strip("“”") in self._subjects else ""

    def _cited(self, reply: str) -> tuple[str, ...]:
        """Return the ids of the articles that an earlier answer names by document and number."""
        text = self._normalize(reply)
        found: dict[str, None] = {}
        for address in read_addresses(text):
            if address.part:
                continue
            named = self._catalog.read(text[: address.span[1]]).documents
            nearest = self._catalog.read(text[max(0, address.span[0] - 24) : address.span[1]])
            for document_id in nearest.documents or named[-1:]:
                for article in self._documents[document_id].numbered:
                    if (article.number, article.suffix) == (address.number, address.suffix):
                        found.setdefault(article.id)
        return tuple(found)


def _swap_matter(question: str, talk: str, matter: str) -> str:
    """Return a question asked of another matter, or nothing when its own is not found.

    Its own is the longest stretch that it shares with what it was answered with.
    """
    match = SequenceMatcher(a=question, b=talk, autojunk=False).find_longest_match()
    before, after = question[: match.a], question[match.a + match.size :]
    return f"{before}{matter}{after}" if match.size > 1 else ""


def asks_source(text: str) -> bool:
    """Tell whether a question wants the words or the place of what was just said."""
    return len(text) <= 2 * SHORT and bool(_ASKS_SOURCE.search(text))


def cut(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return the text with blanks in place of the spans, which may overlap."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = " " * (end - start)
    return "".join(characters)


def _turns_before(history: Sequence[Turn]) -> Sequence[Turn]:
    """Return the turns before the last question."""
    for position in range(len(history) - 1, -1, -1):
        if history[position][0] == "user":
            return history[:position]
    return ()


def _return_to(text: str, turns: Sequence[Turn]) -> Sequence[Turn]:
    """Return the turns up to the exchange that a question has most in common with.

    The last one, where it has nothing in common with any.
    """
    asked = set(pairwise(text))
    best, most = len(turns), 0
    for position in range(len(turns) - 1, -1, -1):
        role, said = turns[position]
        shared = len(asked & set(pairwise(said)))
        if role == "user" and shared > most:
            best, most = position, shared
    return turns[: best + 2]


def _outside_titles(addresses: Sequence[Address], mentions: Mentions) -> tuple[Address, ...]:
    """Drop what stands inside a document's name."""
    return tuple(
        a
        for a in addresses
        if not any(start <= a.span[0] and a.span[1] <= end for start, end in mentions.spans)
    )
