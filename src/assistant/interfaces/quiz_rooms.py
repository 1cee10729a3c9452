"""What happens in rooms: each call one transaction, its answer what the caller may know then."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from typing_extensions import TypedDict

from assistant.errors import QuizError
from assistant.interfaces.quiz_desk import QuizDesk, Shelf
from assistant.interfaces.quiz_room_view import RoomView, keys_of, member_id, view_room
from assistant.interfaces.refused import Refused
from assistant.quiz.items import ItemType
from assistant.quiz.practice_draw import draw_items
from assistant.quiz.practice_exam import new_seed
from assistant.quiz.practice_scope import Scope
from assistant.quiz.room import (
    MOST_ITEMS,
    PLAYABLE,
    PRESENT_SECONDS,
    Phase,
    Room,
    end_room,
    extend_question,
    join_room,
    keep_alive,
    lock_question,
    next_question,
    note_presence,
    open_room,
    read_members,
    read_room,
    remove_member,
    rooms_of,
)
from assistant.quiz.room_answer import answer_in_room, keep_for_practice
from assistant.quiz.room_board import Snapshot, all_answered, take_snapshot
from assistant.quiz.room_export import export_results
from assistant.quiz.scoring import MultipleRule, RoomRule
from assistant.store.base import now
from assistant.users.people import Person, Role

EXTEND_SECONDS = 15
SNAPSHOT_SECONDS = 0.4
MOST_SNAPSHOTS = 100
MOST_ROOMS = 20
"""Rooms that one person may have open."""
NO_ROOM = "没有这个房间，请核对房间号。"

Words = Annotated[str, Field(max_length=100)]


class OpenRoom(BaseModel):
    """What a host chooses."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=40)] = ""
    documents: Annotated[list[Words], Field(max_length=100)] = []
    parts: Annotated[list[Words], Field(max_length=500)] = []
    types: Annotated[list[ItemType], Field(max_length=len(ItemType))] = []
    number: Annotated[int, Field(ge=1, le=MOST_ITEMS)] = 10
    seconds: Annotated[int, Field(ge=10, le=300)] = 30
    points: Annotated[float, Field(ge=0, le=100)] = 10
    wrong_penalty: Annotated[float, Field(ge=0, le=100)] = 0
    speed_weight: Annotated[float, Field(ge=0, le=0.5)] = 0
    multiple: MultipleRule = MultipleRule.STRICT
    shuffle: bool = True
    buzz: bool = False
    teams: bool = False


class Join(BaseModel):
    """How a member is called."""

    model_config = ConfigDict(extra="forbid")

    name: Words
    team: Words = ""


class Answered(BaseModel):
    """What a member chose: letters on their screen, or the words of blanks."""

    model_config = ConfigDict(extra="forbid")

    position: Annotated[int, Field(ge=0, le=MOST_ITEMS)]
    given: Annotated[list[Words], Field(max_length=10)]


class Command(BaseModel):
    """What a host does."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["next", "lock", "extend", "end", "remove"]
    after: Annotated[int, Field(ge=-1, le=MOST_ITEMS)] = -1
    """The question behind which the next one opens, so that a second click opens no second one."""
    member: Words = ""
    stake: Literal[0, 10, 20, 30] = 0
    """Points of a 风险题; 0 opens any other question."""


class PartView(TypedDict):
    """A part of a document that has questions."""

    id: str
    document: str
    document_id: str
    title: str
    items: int


class OwnRoomView(TypedDict):
    """A room that the person opened."""

    code: str
    title: str
    ended: bool
    created: str


class ChoicesView(TypedDict):
    """What a host may choose from, and the rooms there are already."""

    may_host: bool
    parts: list[PartView]
    types: list[tuple[str, str]]
    rooms: list[OwnRoomView]


class Rooms:
    """What the routes do in the database."""

    def __init__(self, desk: QuizDesk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._snapshots: dict[str, tuple[int, Snapshot]] = {}
        """By room, with the number of changes that it is sure to show."""
        self._changes: Counter[str] = Counter()

    def view(self, code: str, person: Person, *, changed: bool = False) -> RoomView:
        """Return what a person's browser may know of a room.

        Forty phones ask for the same thing every second, so it is read a few times a second only;
        whoever ``changed`` something sees it at once.
        """
        at = now()
        changes = self._count(code, changed=changed)
        snapshot = None if changed else self._recent(code, changes, at)
        if snapshot is None:
            with self._desk.database.session() as session:
                snapshot = take_snapshot(session, self._tended(session, code, at), at=at)
            self._keep(code, changes, snapshot)
        member = snapshot.member(person.id)
        if member is not None and (at - member.seen_at).total_seconds() > PRESENT_SECONDS / 2:
            with self._desk.database.session() as session:
                note_presence(session, code, person.id, at=at)
        return view_room(snapshot, person=person.id, at=at)

    def _count(self, code: str, *, changed: bool) -> int:
        """Return how many changes were made; what is read from now on shows them all."""
        with self._lock:
            if changed:
                self._changes[code] += 1
            return self._changes[code]

    def _recent(self, code: str, changes: int, at: datetime) -> Snapshot | None:
        with self._lock:
            shows, snapshot = self._snapshots.get(code, (-1, None))
        if snapshot is None or shows < changes:
            return None
        if (at - snapshot.taken_at).total_seconds() > SNAPSHOT_SECONDS:
            return None
        locks_at = snapshot.room.locks_at
        ran_out = snapshot.room.phase is Phase.ASKING and locks_at is not None and locks_at <= at
        return None if ran_out else snapshot

    def _keep(self, code: str, changes: int, snapshot: Snapshot) -> None:
        with self._lock:
            if len(self._snapshots) > MOST_SNAPSHOTS:
                self._snapshots.clear()
            # Times do not tell which was read first: a thread may wait between clock and database.
            if changes >= self._snapshots.get(code, (-1, None))[0]:
                self._snapshots[code] = (changes, snapshot)

    def join(self, code: str, person: Person, body: Join) -> RoomView:
        """Let a person in under a name."""
        with self._desk.database.session() as session:
            at = now()
            self._tended(session, code, at)
            join_room(session, code, person=person.id, name=body.name, team=body.team, at=at)
        return self.view(code, person, changed=True)

    def command(self, code: str, person: Person, body: Command) -> RoomView:
        """Do what the host says."""
        with self._desk.database.session() as session:
            at = now()
            room = self._tended(session, code, at)
            match body.action:
                case "next":
                    next_question(
                        session, code, host=person.id, after=body.after, at=at, stake=body.stake
                    )
                case "lock":
                    lock_question(session, code, host=person.id, at=at)
                case "extend":
                    extend_question(session, code, host=person.id, seconds=EXTEND_SECONDS, at=at)
                case "end":
                    self._end(session, room, person, at)
                case "remove":
                    self._remove(session, code, person, body.member, at)
        return self.view(code, person, changed=True)

    def answer(self, code: str, person: Person, answered: Answered) -> RoomView:
        """Take an answer; the last member's answer locks the question."""
        with self._desk.database.session() as session:
            at = now()
            room = self._tended(session, code, at)
            shown = room.shown_to(person.id)
            given = keys_of(shown, answered.given) if shown else tuple(answered.given)
            ends = answer_in_room(
                session, room, person=person.id, position=answered.position, given=given, at=at
            )
            if ends or (room.phase is Phase.ASKING and all_answered(session, room)):
                lock_question(session, code, host=room.host, at=at)
        return self.view(code, person, changed=True)

    def open(self, shelf: Shelf, person: Person, chosen: OpenRoom) -> str:
        """Open a room and return its code."""
        scope = Scope(
            frozenset(chosen.documents),
            frozenset(chosen.parts),
            frozenset(chosen.types or PLAYABLE) & frozenset(PLAYABLE),
        )
        pool = scope.choose(shelf.items, outline=shelf.outline)
        items = draw_items(pool, (), number=chosen.number, seed=new_seed(), at=now())
        rule = RoomRule(
            seconds=chosen.seconds,
            points=chosen.points,
            wrong_penalty=chosen.wrong_penalty,
            speed_weight=chosen.speed_weight,
            multiple=chosen.multiple,
            shuffle=chosen.shuffle,
            buzz=chosen.buzz,
            teams=chosen.teams,
        )
        with self._desk.database.session() as session:
            running = [r for r in rooms_of(session, person.id, limit=100) if r.ended_at is None]
            if len(running) >= MOST_ROOMS:
                raise QuizError(f"您已有{MOST_ROOMS}个房间没有结束，请先结束不用的房间。")
            return open_room(session, person.id, items, title=chosen.title, rule=rule, at=now())

    def choices(self, shelf: Shelf, person: Person) -> ChoicesView:
        """Return what a host may choose from."""
        playable = [item for item in shelf.items if item.type in PLAYABLE]
        counts: dict[str, int] = {}
        for item in playable:
            part = shelf.outline.part(item)
            if part is not None:
                counts[part.id] = counts.get(part.id, 0) + 1
        with self._desk.database.session() as session:
            rooms = rooms_of(session, person.id)
        return {
            "may_host": may_host(person),
            "parts": [
                {
                    "id": part.id,
                    "document": part.document,
                    "document_id": part.document_id,
                    "title": part.title,
                    "items": counts[part.id],
                }
                for part in shelf.outline.parts
                if part.id in counts
            ],
            "types": [(type.value, type.label) for type in PLAYABLE],
            "rooms": [
                {
                    "code": row.code,
                    "title": row.title,
                    "ended": row.ended_at is not None,
                    "created": row.created_at.isoformat(),
                }
                for row in rooms
            ],
        }

    def results(self, code: str, person: Person) -> bytes:
        """Return the workbook, for the host."""
        with self._desk.database.session() as session:
            room = self._tended(session, code, now())
            if room.host != person.id:
                raise Refused(403, "只有主持人可以导出成绩。")
            return export_results(session, room, at=now())

    def _end(self, session: Session, room: Room, person: Person, at: datetime) -> None:
        """End a room; its answers go into the members' own practice."""
        if end_room(session, room.code, host=person.id, at=at):
            keep_for_practice(session, room, at=at)

    def _remove(
        self, session: Session, code: str, person: Person, member: str, at: datetime
    ) -> None:
        for row in read_members(session, code):
            if member_id(row.person) == member:
                remove_member(session, code, host=person.id, person=row.person, at=at)

    def _tended(self, session: Session, code: str, at: datetime) -> Room:
        """Return a room, its clock set right. Raises ``Refused`` when there is none."""
        keep_alive(session, code, at=at)
        room = read_room(session, code, at=at)
        if room is None:
            raise Refused(404, NO_ROOM)
        return room


def may_host(person: Person) -> bool:
    """Return whether a person may open rooms: where nobody signs in, everyone may."""
    return not person.signed_in or person.may(Role.HOST)
