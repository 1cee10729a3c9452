"""A question of the bank, and its JSON form: one object a line, the form of printed banks.

Every question proves itself: ``basis`` quotes the sentences it rests on, ``key_evidence`` says
which words of them make each key, ``refute`` why each other option is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.errors import QuizError

TRUE, FALSE = "T", "F"
"""The two answers to a statement; in JSON they are ``true`` and ``false``."""
LETTERS = "ABCDEFGH"


class ItemType(StrEnum):
    """The form of a question."""

    SINGLE = "single"
    MULTIPLE = "multi"
    JUDGE = "judge"
    FILL = "fill"
    SHORT = "short"

    @property
    def label(self) -> str:
        """What papers call it."""
        return _TYPE_LABELS[self]

    @property
    def has_options(self) -> bool:
        """Whether one answers it with letters."""
        return self in (ItemType.SINGLE, ItemType.MULTIPLE)


_TYPE_LABELS = {
    ItemType.SINGLE: "单项选择题",
    ItemType.MULTIPLE: "多项选择题",
    ItemType.JUDGE: "判断题",
    ItemType.FILL: "填空题",
    ItemType.SHORT: "简答题",
}


class Status(StrEnum):
    """Where a question is on its way into use; only ``active`` ones are asked."""

    DRAFT = "draft"
    CHECKED = "checked"
    REVIEWED = "reviewed"
    ACTIVE = "active"
    RETIRED = "retired"

    @property
    def label(self) -> str:
        """Its name for reviewers."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    Status.DRAFT: "草稿",
    Status.CHECKED: "已机检",
    Status.REVIEWED: "已审阅",
    Status.ACTIVE: "启用",
    Status.RETIRED: "停用",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from."""

    letter: str
    text: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A sentence that a question rests on, verbatim, and where it stands."""

    document: str
    """Title of the document."""
    article: str | None
    """``二十四``; None for a unit without a number."""
    quote: str
    """The decisive words: the sentence or a part of it."""
    sentence: str
    """The whole sentence."""
    editions: tuple[str, ...] = ()
    """Ids of the printings that have the quotation word for word."""
    document_id: str = ""
    article_id: str = ""
    label: str = ""
    """As people cite it: 《若干措施》（二十四）."""
    start: int = 0
    """Span of the sentence in the document's text."""
    end: int = 0


@dataclass(frozen=True, slots=True)
class RubricPoint:
    """One point of a model answer (采点)."""

    point: str
    keywords: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its key and its proof."""

    id: str
    """Readable and stable: the fact's id and the form, not the wording."""
    type: ItemType
    stem: str
    options: tuple[Option, ...]
    answer: tuple[str, ...]
    """Letters; ``T`` or ``F``; the words of each blank; the points of a model answer."""
    basis: tuple[Basis, ...]
    """What it rests on, the decisive sentence first."""
    explanation: str
    key_evidence: tuple[tuple[str, str], ...]
    """For each key (letter, ``T``/``F``, or 1-based number) the words of a basis that make it."""
    refute: tuple[tuple[str, str], ...]
    """For each wrong option's letter why it is wrong, or where it belongs."""
    difficulty: int
    """1 easy, 2 middling, 3 hard."""
    pattern: str
    score: int
    """Points when a paper does not say otherwise."""
    accept: tuple[tuple[str, ...], ...] = ()
    """For each blank what counts as right."""
    rubric: tuple[RubricPoint, ...] = ()
    correction: str = ""
    """What a false statement should say."""
    fact_id: str = ""
    """What it asks about; questions of one fact are never drawn together."""
    origin: str = ""
    """The model that proposed it and the hash of its prompt; empty for the program's own."""
    status: Status = Status.DRAFT

    @property
    def document_ids(self) -> tuple[str, ...]:
        """The documents it rests on, the decisive one first."""
        return tuple(dict.fromkeys(b.document_id for b in self.basis))

    @property
    def right_texts(self) -> tuple[str, ...]:
        """The texts of the right options; the answers themselves where there are none."""
        if not self.options:
            return self.answer
        return tuple(o.text for o in self.options if o.letter in self.answer)

    def with_status(self, status: Status) -> Item:
        """Return the item with another status."""
        return replace(self, status=status)

    def to_json(self) -> dict[str, object]:
        """Return the JSON form; what an item has no use for is left out."""
        out: dict[str, object] = {
            "id": self.id,
            "type": self.type.value,
            "stem": self.stem,
            "options": [{"k": o.letter, "t": o.text} for o in self.options],
            "answer": (
                self.answer == (TRUE,) if self.type is ItemType.JUDGE else list(self.answer)
            ),
            "basis": [_basis_to_json(b) for b in self.basis],
            "explanation": self.explanation,
            "key_evidence": dict(self.key_evidence),
            "refute": dict(self.refute),
            "difficulty": self.difficulty,
            "pattern": self.pattern,
            "score": self.score,
        }
        if self.accept:
            out["accept"] = [list(words) for words in self.accept]
        if self.rubric:
            out["rubric"] = [
                {"point": p.point, "keywords": list(p.keywords), "score": p.score}
                for p in self.rubric
            ]
        if self.correction:
            out["correction"] = self.correction
        if self.origin:
            out["origin"] = self.origin
        return out | {"fact_id": self.fact_id, "status": self.status.value}

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> Item:
        """Return the item of a JSON form. Raises ``QuizError`` when it is none."""
        try:
            return cls._read(value)
        except (KeyError, TypeError, ValueError) as error:
            name = value.get("id", "?")
            raise QuizError(f"题目 {name} 的格式有误：{error}。请改正或重新生成题库。") from error

    @classmethod
    def _read(cls, value: Mapping[str, object]) -> Item:
        kind = ItemType(_text(value, "type"))
        if kind is ItemType.JUDGE:
            answer: tuple[str, ...] = (TRUE if _flag(value, "answer") else FALSE,)
        else:
            answer = tuple(map(str, _list(value, "answer")))
        return cls(
            id=_text(value, "id"),
            type=kind,
            stem=_text(value, "stem"),
            options=tuple(Option(_text(o, "k"), _text(o, "t")) for o in _objects(value, "options")),
            answer=answer,
            basis=tuple(map(_basis_from_json, _objects(value, "basis"))),
            explanation=_text(value, "explanation"),
            key_evidence=_pairs(value, "key_evidence"),
            refute=_pairs(value, "refute"),
            difficulty=_number(value, "difficulty"),
            pattern=_text(value, "pattern"),
            score=_number(value, "score"),
            accept=tuple(tuple(map(str, _as_list(words))) for words in _list(value, "accept", [])),
            rubric=tuple(
                RubricPoint(
                    _text(p, "point"), tuple(map(str, _list(p, "keywords"))), _number(p, "score")
                )
                for p in _objects(value, "rubric", [])
            ),
            correction=_text(value, "correction", ""),
            fact_id=_text(value, "fact_id", ""),
            origin=_text(value, "origin", ""),
            status=Status(_text(value, "status", Status.DRAFT.value)),
        )


def _basis_to_json(basis: Basis) -> dict[str, object]:
    return {
        "doc": basis.document,
        "article": basis.article,
        "quote": basis.quote,
        "sentence": basis.sentence,
        "editions": list(basis.editions),
        "doc_id": basis.document_id,
        "article_id": basis.article_id,
        "label": basis.label,
        "start": basis.start,
        "end": basis.end,
    }


def _basis_from_json(value: Mapping[str, object]) -> Basis:
    article = value.get("article")
    return Basis(
        document=_text(value, "doc"),
        article=None if article is None else str(article),
        quote=_text(value, "quote"),
        sentence=_text(value, "sentence"),
        editions=tuple(map(str, _list(value, "editions", []))),
        document_id=_text(value, "doc_id", ""),
        article_id=_text(value, "article_id", ""),
        label=_text(value, "label", ""),
        start=_number(value, "start", 0),
        end=_number(value, "end", 0),
    )


def _field(value: Mapping[str, object], key: str, default: object) -> object:
    if key not in value and default is None:
        raise KeyError(key)
    return value.get(key, default)


def _text(value: Mapping[str, object], key: str, default: str | None = None) -> str:
    found = _field(value, key, default)
    if not isinstance(found, str):
        raise TypeError(key)
    return found


def _number(value: Mapping[str, object], key: str, default: int | None = None) -> int:
    found = _field(value, key, default)
    if not isinstance(found, int) or isinstance(found, bool):
        raise TypeError(key)
    return found


def _flag(value: Mapping[str, object], key: str) -> bool:
    found = _field(value, key, None)
    if not isinstance(found, bool):
        raise TypeError(key)
    return found


def _list(
    value: Mapping[str, object], key: str, default: Sequence[object] | None = None
) -> list[object]:
    return _as_list(_field(value, key, default))


def _as_list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _objects(
    value: Mapping[str, object], key: str, default: Sequence[object] | None = None
) -> list[Mapping[str, object]]:
    found = _list(value, key, default)
    if not all(isinstance(entry, Mapping) for entry in found):
        raise TypeError(key)
    return [entry for entry in found if isinstance(entry, Mapping)]


def _pairs(value: Mapping[str, object], key: str) -> tuple[tuple[str, str], ...]:
    found = _field(value, key, None)
    if not isinstance(found, Mapping):
        raise TypeError(key)
    return tuple((str(k), str(v)) for k, v in found.items())
