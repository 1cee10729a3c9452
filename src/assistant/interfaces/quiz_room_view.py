"""A room → what one browser may know of it now. The one place where keys meet the wire.

``result`` is built from what ``reveal`` gave, which refuses before the lock; everything else in a
view is built from what carries no key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict

from assistant.interfaces.reader import reading_link, unit_of
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice_explain import Source, explain_item
from assistant.quiz.practice_order import ShownOption, order_matters
from assistant.quiz.room import Phase, Room
from assistant.quiz.room_board import OwnAnswer, Reveal, Snapshot, Standing, rank_teams

BOARD_LINES = 10
"""What a member sees of the scoreboard beside the own line."""


class OptionView(TypedDict):
    """An option before the lock."""

    letter: str
    text: str


class QuestionView(TypedDict):
    """A question before the lock."""

    type: str
    kind: str
    stem: str
    options: list[OptionView]
    blanks: int
    stake: float
    """Points of a 风险题; 0 for any other."""


class ReasonView(TypedDict):
    """An option after the lock."""

    letter: str
    text: str
    right: bool
    chosen: bool
    count: int
    reason: str


class SourceView(TypedDict):
    """A source: label, address in the reader, the sentence in pieces."""

    label: str
    link: str
    pieces: list[tuple[str, bool]]


class ResultView(TypedDict):
    """What is known after the lock."""

    key: str
    options: list[ReasonView]
    answered: int
    right: int
    accepted: list[str]
    correction: str
    explanation: str
    sources: list[SourceView]


class OwnView(TypedDict):
    """The member's own answer."""

    words: str
    right: NotRequired[bool]
    points: NotRequired[float]


class LineView(TypedDict):
    """A line of the scoreboard."""

    rank: int
    name: str
    team: str
    points: float
    right: int
    you: bool


class PersonView(TypedDict):
    """A member as the host sees one."""

    id: str
    name: str
    team: str
    present: bool
    answered: bool


class TeamView(TypedDict):
    """A line of the teams' scoreboard."""

    rank: int
    team: str
    points: float
    members: int


class RoomView(TypedDict):
    """Everything that one browser may know."""

    version: str
    code: str
    title: str
    phase: str
    rule: str
    teams_count: bool
    position: int
    total: int
    left_ms: int
    host: bool
    you: str
    members: int
    answered: int
    board: list[LineView]
    question: NotRequired[QuestionView]
    own: NotRequired[OwnView]
    result: NotRequired[ResultView]
    people: NotRequired[list[PersonView]]
    teams: NotRequired[list[TeamView]]


def view_room(snapshot: Snapshot, *, person: str, at: datetime) -> RoomView:
    """Return what the browser of a person may know of a room at a moment."""
    room, standings = snapshot.room, snapshot.standings
    hosts = room.host == person
    member = snapshot.member(person)
    view: RoomView = {
        "version": "",
        "code": room.code,
        "title": room.title,
        "phase": room.phase.value,
        "rule": room.rule.words,
        "teams_count": room.rule.teams,
        "position": room.position,
        "total": room.total,
        "left_ms": 0,
        "host": hosts,
        "you": member.name if member else "",
        "members": len(standings),
        "answered": len(snapshot.answers) if hosts else 0,
        "board": _board(standings, person=person, all=hosts) if hosts or member else [],
    }
    if hosts:
        view["people"] = _people(standings, snapshot.answers)
    if room.rule.teams:
        view["teams"] = [
            {"rank": t.rank, "team": t.team, "points": t.points, "members": t.members}
            for t in rank_teams(standings)
        ]
    if room.item is not None and (hosts or member):
        _add_question(view, snapshot, room.item, person=person)
    view["version"] = _version(view, room)
    if room.phase is Phase.ASKING and room.locks_at is not None:
        view["left_ms"] = max(0, round((room.locks_at - at).total_seconds() * 1000))
    return view


def _add_question(view: RoomView, snapshot: Snapshot, item: Item, *, person: str) -> None:
    shown = snapshot.room.shown_to(person)
    # The host can speak of letters only where everyone sees the same ones.
    lettered = not view["host"] or _letters_agree(snapshot.room, item)
    view["question"] = {
        "type": item.type.label,
        "kind": item.type.value,
        "stem": item.stem,
        "options": [{"letter": o.letter if lettered else "", "text": o.text} for o in shown],
        "blanks": len(item.answer) if item.type is ItemType.FILL else 0,
        "stake": snapshot.room.rule.stake,
    }
    own, known = snapshot.answers.get(person), snapshot.revealed
    if own is not None:
        view["own"] = {"words": _words(item, shown, own.given)}
    if known is not None:
        if own is not None:
            view["own"] |= {"right": own.right, "points": own.points}
        given = own.given if own else ()
        view["result"] = _result(known, shown, given, lettered=lettered)


def _result(
    known: Reveal, shown: Sequence[ShownOption], given: Sequence[str], *, lettered: bool
) -> ResultView:
    said = explain_item(known.item, shown=shown, given=given)
    options: list[ReasonView] = [
        {
            "letter": reason.letter if lettered else "",
            "text": reason.text,
            "right": reason.right,
            "chosen": reason.chosen,
            "count": known.counts.get(option.key, 0),
            "reason": reason.reason,
        }
        for reason, option in zip(said.options, shown, strict=True)
    ]
    return {
        "key": said.key if lettered else "",
        "options": options,
        "answered": known.answered,
        "right": known.right,
        "accepted": [" 或 ".join(forms) for forms in said.blanks],
        "correction": said.correction,
        "explanation": said.explanation,
        "sources": [view_source(source) for source in said.sources],
    }


def view_source(source: Source) -> SourceView:
    """Return a source with its address in the reader."""
    basis = source.basis
    link = reading_link(
        basis.document_id, unit_of(basis.article_id), start=basis.start, end=basis.end
    )
    return {
        "label": basis.label or f"《{basis.document}》",
        "link": link if basis.document_id else "",
        "pieces": list(source.pieces),
    }


def keys_of(shown: Sequence[ShownOption], letters: Sequence[str]) -> tuple[str, ...]:
    """Return what the letters on a member's screen mean in the question; unknown ones drop out."""
    by_letter = {option.letter: option.key for option in shown}
    return tuple(by_letter[letter] for letter in letters if letter in by_letter)


def _letters_agree(room: Room, item: Item) -> bool:
    """Return whether everyone sees the same letters."""
    return not room.rule.shuffle or item.type is ItemType.JUDGE or order_matters(item)


def _words(item: Item, shown: Sequence[ShownOption], given: Sequence[str]) -> str:
    if item.type is ItemType.FILL:
        return "；".join(given)
    return "、".join(option.letter for option in shown if option.key in given)


def _board(standings: Sequence[Standing], *, person: str, all: bool) -> list[LineView]:
    chosen = standings if all else standings[:BOARD_LINES]
    own = [s for s in standings if s.person == person and s not in chosen]
    return [
        {
            "rank": s.rank,
            "name": s.name,
            "team": s.team,
            "points": s.points,
            "right": s.right,
            "you": s.person == person,
        }
        for s in (*chosen, *own)
    ]


def _people(standings: Sequence[Standing], answered: Mapping[str, OwnAnswer]) -> list[PersonView]:
    return [
        {
            "id": member_id(s.person),
            "name": s.name,
            "team": s.team,
            "present": s.present,
            "answered": s.person in answered,
        }
        for s in sorted(standings, key=lambda s: s.name)
    ]


def member_id(person: str) -> str:
    """Return what the host's page calls a member: their own id stays with us."""
    return hashlib.sha256(f"member {person}".encode()).hexdigest()[:16]


def _version(view: RoomView, room: Room) -> str:
    """Return a mark that changes when anything but the clock's hand does."""
    content = json.dumps([view, room.locks_at and room.locks_at.isoformat()], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
