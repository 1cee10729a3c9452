"""Numbered items （一）（二） under a lead sentence → multiple choice and short answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.domain import Article, Document, ParsedDocument, Sentence
from assistant.quiz.distract import Distractor
from assistant.quiz.draft import BasisMaker, Draft, Right
from assistant.quiz.items import Basis, ItemType, RubricPoint
from assistant.quiz.probe import Probe, normalise, share_of
from assistant.quiz.segments import widen
from assistant.quiz.wording import BLANK, LISTED_ONLY, number_from, place_name, quoted

LEAST_ITEMS = 3
LONGEST_LEAD, LONGEST_ITEM, SHORTEST_ITEM = 48, 40, 5
LEAST_OPTIONS, MOST_OPTIONS = 4, 5
MOST_POINTS = 6
POINT_SCORE = 2
ALIKE = 0.5
_LISTED = re.compile(
    r"(?:下列|以下)(?P<noun>[^，：的]{2,8}?)(?=之一|的|，|：|。|$)|(?P<other>如下)"
)
_CATCH_ALL = re.compile(r"其他|另有|规定的(?:事项|职责|情形|条件)$|前[款项]|本条|上述|[（(]\d|该")


@dataclass(frozen=True, slots=True)
class ItemList:
    """A lead sentence and the items under it that can stand by themselves."""

    document: Document
    article: Article
    lead: Sentence
    noun: str
    """What the items are: 条件, 行为, 职责."""
    members: tuple[tuple[str, Sentence], ...]
    """The words of each item, and the sentence that they stand in."""
    total: int
    """How many items the text has, those left out included."""

    @property
    def lead_text(self) -> str:
        """The lead sentence as a stem shows it."""
        return widen(self.lead.text).rstrip("：。，")


class ItemListQuestions:
    """Makes the questions of numbered items."""

    def __init__(
        self, documents: Sequence[ParsedDocument], probe: Probe, maker: BasisMaker
    ) -> None:
        self._lists = tuple(found for parsed in documents for found in _read_lists(parsed))
        self._probe = probe
        self._maker = maker

    def drafts(self) -> Iterator[Draft]:
        """Yield what can be asked about each list."""
        for found in self._lists:
            yield from self._multiple(found)
            yield from self._short(found)

    def _multiple(self, found: ItemList) -> Iterator[Draft]:
        name = f"{found.lead.id}:items"
        count = min(len(found.members), (3, 2, 3, 4)[number_from(name) % 4])
        strangers = self._strangers(found)
        wanted = min(len(strangers), MOST_OPTIONS - count)
        if count < 2 or wanted < 1 or count + wanted < LEAST_OPTIONS:
            return
        first = number_from(name + "m") % (len(found.members) - count + 1)
        chosen = found.members[first : first + count]
        yield Draft(
            name,
            "items",
            ItemType.MULTIPLE,
            f"根据{place_name(found.document, found.article)}，{found.lead_text}。"
            f"所列{found.noun}包括{BLANK}。{LISTED_ONLY}",
            tuple(_right(member) for member in chosen),
            self._basis(found, chosen),
            f"{place_name(found.document, found.article)}列有{found.total}项，答案为其中"
            f"{len(chosen)}项。",
            wrong=tuple(strangers),
            wanted=wanted,
        )

    def _short(self, found: ItemList) -> Iterator[Draft]:
        """Ask for all items, where all of them can be asked for and they are not too many."""
        if len(found.members) != found.total or not LEAST_ITEMS <= found.total <= MOST_POINTS:
            return
        points = found.total * POINT_SCORE
        yield Draft(
            f"{found.lead.id}:items",
            "items",
            ItemType.SHORT,
            f"根据{place_name(found.document, found.article)}，{found.lead_text}。"
            f"请逐项写出所列{found.noun}。（{points}分）",
            tuple(_right(member) for member in found.members),
            self._basis(found, found.members),
            f"每点{POINT_SCORE}分，共{found.total}点，"
            f"见{place_name(found.document, found.article)}。",
            rubric=tuple(
                RubricPoint(text, _keywords(text), POINT_SCORE) for text, _ in found.members
            ),
        )

    def _basis(self, found: ItemList, members: Sequence[tuple[str, Sentence]]) -> tuple[Basis, ...]:
        sentences = (found.lead, *(sentence for _, sentence in members))
        return tuple(self._maker.make(found.article, s, 0, len(s.text)) for s in sentences)

    def _strangers(self, found: ItemList) -> list[Distractor]:
        out: dict[str, Distractor] = {}
        mine = [text for text, _ in found.members]
        for other in self._lists:
            if other.document.id != found.document.id or other.lead.id == found.lead.id:
                continue
            if (
                other.noun != found.noun
                or share_of(found.lead_text, other.lead_text) >= ALIKE + 0.3
            ):
                continue
            place = place_name(other.document, other.article)
            for text, _ in other.members:
                if any(
                    share_of(text, own) >= ALIKE or share_of(own, text) >= ALIKE for own in mine
                ):
                    continue
                if normalise(text) in normalise(found.article.text):
                    continue
                near = abs((found.article.number or 0) - (other.article.number or 0))
                reason = f"属于{place}所列{other.noun}：{quoted(other.lead_text)}"
                out.setdefault(text, Distractor(text, reason, 4.0 - 0.2 * near))
        return sorted(out.values(), key=lambda d: (-d.weight, d.text))[:10]


def _right(member: tuple[str, Sentence]) -> Right:
    text, sentence = member
    return Right(text, sentence.text)


def _keywords(text: str) -> tuple[str, ...]:
    """Return the words that a marker looks for: the longest segments of a point."""
    parts = [part for part in re.split(r"[，、；（）]", text) if len(part) >= 2]
    return tuple(sorted(parts, key=len, reverse=True)[:2]) or (text,)


def _read_lists(parsed: ParsedDocument) -> Iterator[ItemList]:
    for article in parsed.articles:
        for paragraph in article.paragraphs:
            items = [i for i in paragraph.items if re.match(r"[（(]", i.marker)]
            lead = paragraph.sentences[0] if paragraph.sentences else None
            if lead is None or len(items) < LEAST_ITEMS:
                continue
            noun = _LISTED.search(lead.text)
            if noun is None or len(lead.text) > LONGEST_LEAD or _CATCH_ALL.search(lead.text):
                continue
            members = []
            for item in items:
                inside = [s for s in paragraph.sentences if item.start <= s.start < item.end]
                text = widen(item.text[len(item.marker) :]).strip(" ；。，")
                plain = SHORTEST_ITEM <= len(text) <= LONGEST_ITEM and len(inside) == 1
                if plain and not _CATCH_ALL.search(text) and "。" not in text:
                    members.append((text, inside[0]))
            if len(members) >= 2:
                name = noun["noun"] or "内容"
                yield ItemList(parsed.document, article, lead, name, tuple(members), len(items))
