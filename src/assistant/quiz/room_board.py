"""What a room shows: a locked question with its key and its answers, and the scoreboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.quiz.items import Item, ItemType
from assistant.quiz.room import PRESENT_SECONDS, Room, read_members, room_item
from assistant.quiz.scoring import rank_scores
from assistant.quiz.tables import MemberRow, RoomAnswerRow


@dataclass(frozen=True, slots=True)
class Standing:
    """A member on the scoreboard."""

    person: str
    name: str
    team: str
    present: bool
    rank: int
    points: float
    right: int
    answered: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """A team on the scoreboard: the mean of its members."""

    team: str
    rank: int
    points: float
    members: int


@dataclass(frozen=True, slots=True)
class Reveal:
    """What everyone may know of a question once it is locked."""

    item: Item
    counts: Mapping[str, int]
    """How many chose each option, by its letter in the question; fillings by their words."""
    answered: int
    right: int


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What a member answered; whether it was right is nobody's business before the lock."""

    given: tuple[str, ...]
    points: float
    right: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that anyone may ask about a room at one moment."""

    taken_at: datetime
    room: Room
    standings: tuple[Standing, ...]
    answers: Mapping[str, OwnAnswer]
    """To the question at hand, by person."""
    revealed: Reveal | None
    """The question at hand once it is locked."""

    def member(self, person: str) -> Standing | None:
        """Return a member, or None for someone who has not joined."""
        return next((s for s in self.standings if s.person == person), None)


def take_snapshot(session: Session, room: Room, *, at: datetime) -> Snapshot:
    """Return a room as everyone may come to see it."""
    chosen = select(RoomAnswerRow).where(
        RoomAnswerRow.code == room.code, RoomAnswerRow.position == room.position
    )
    return Snapshot(
        taken_at=at,
        room=room,
        standings=read_standings(session, room, at=at),
        answers={
            row.person: OwnAnswer(tuple(row.given), row.points, row.right)
            for row in session.scalars(chosen)
        },
        revealed=reveal(session, room) if room.position in room.locked_positions else None,
    )


def reveal(session: Session, room: Room, *, position: int | None = None) -> Reveal:
    """Return a question with its key and what was answered. Raises before its lock."""
    position = room.position if position is None else position
    if position not in room.locked_positions:
        raise QuizError("本题尚未锁定，答案不能查看。")
    item = room_item(session, room.code, position)
    if item is None:
        raise QuizError("没有这道题。")
    chosen = select(RoomAnswerRow).where(
        RoomAnswerRow.code == room.code, RoomAnswerRow.position == position
    )
    answers = tuple(session.scalars(chosen))
    counts: Counter[str] = Counter()
    for answer in answers:
        words = answer.given if item.type is not ItemType.FILL else ["；".join(answer.given)]
        counts.update(words)
    return Reveal(item, dict(counts), len(answers), sum(answer.right for answer in answers))


def all_answered(session: Session, room: Room) -> bool:
    """Return whether every member has answered the question at hand."""
    answered = select(RoomAnswerRow.person).where(
        RoomAnswerRow.code == room.code, RoomAnswerRow.position == room.position
    )
    waiting = select(func.count()).where(
        MemberRow.code == room.code, MemberRow.person.not_in(answered)
    )
    return session.scalar(waiting) == 0


def read_standings(session: Session, room: Room, *, at: datetime) -> tuple[Standing, ...]:
    """Return the scoreboard over the locked questions, best first; equal points share a rank."""
    locked = room.locked_positions
    chosen = select(RoomAnswerRow).where(
        RoomAnswerRow.code == room.code, RoomAnswerRow.position < locked.stop
    )
    by_person: dict[str, list[RoomAnswerRow]] = {}
    for answer in session.scalars(chosen):
        by_person.setdefault(answer.person, []).append(answer)
    members = read_members(session, room.code)
    own = [by_person.get(member.person, []) for member in members]
    points = [round(sum(answer.points for answer in answers), 1) for answers in own]
    standings = [
        Standing(
            person=member.person,
            name=member.name,
            team=member.team,
            present=(at - member.seen_at).total_seconds() <= PRESENT_SECONDS,
            rank=rank,
            points=sum_,
            right=sum(answer.right for answer in answers),
            answered=len(answers),
            seen_at=member.seen_at,
        )
        for member, answers, sum_, rank in zip(
            members, own, points, rank_scores(points), strict=True
        )
    ]
    return tuple(sorted(standings, key=lambda s: (s.rank, s.name)))


def rank_teams(standings: Sequence[Standing]) -> tuple[TeamStanding, ...]:
    """Return the teams' scoreboard, best first."""
    points: dict[str, list[float]] = {}
    for standing in standings:
        if standing.team:
            points.setdefault(standing.team, []).append(standing.points)
    means = [round(sum(own) / len(own), 2) for own in points.values()]
    ranks = rank_scores(means)
    teams = zip(points, ranks, means, points.values(), strict=True)
    return tuple(
        sorted(
            (TeamStanding(team, rank, mean, len(own)) for team, rank, mean, own in teams),
            key=lambda t: (t.rank, t.team),
        )
    )
