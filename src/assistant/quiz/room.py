"""A room: one question at a time for everyone, on the word of a host.

All of it is in the database, so a server that was killed goes on where it was. The phase is
derived from the row and the clock, never stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assistant.errors import QuizError
from assistant.quiz.items import Item, ItemType
from assistant.quiz.practice_order import ShownOption, arrange_options
from assistant.quiz.scoring import STAKES, MultipleRule, RoomRule
from assistant.quiz.tables import MemberRow, RoomAnswerRow, RoomItemRow, RoomRow

CODE_DIGITS = 6
MOST_MEMBERS = 300
MOST_ITEMS = 60
LONGEST_NAME = 12
PRESENT_SECONDS = 10.0
"""A member who asked for the state within this time is there."""
TEND_SECONDS = 1.0
GAP_SECONDS = 4.0
"""When nobody reached the server for longer, the countdown stood still."""
PLAYABLE = (ItemType.SINGLE, ItemType.MULTIPLE, ItemType.JUDGE, ItemType.FILL)
_TRIES = 20


class Phase(StrEnum):
    """Where a room is."""

    LOBBY = "lobby"
    ASKING = "asking"
    LOCKED = "locked"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Room:
    """A room at one moment."""

    code: str
    host: str
    title: str
    total: int
    """How many questions it has."""
    rule: RoomRule
    """For the question at hand."""
    general_rule: RoomRule
    """For all questions that are no 风险题."""
    stakes: Mapping[int, float]
    """Of the 风险题 so far, by position."""
    phase: Phase
    position: int
    item: Item | None
    """The question at hand."""
    opened_at: datetime | None
    locks_at: datetime | None
    seconds_left: float

    @property
    def locked_positions(self) -> range:
        """The questions whose keys may be known."""
        return range(self.position + (self.phase in (Phase.LOCKED, Phase.OVER)))

    def shown_to(self, person: str) -> tuple[ShownOption, ...]:
        """Return the options at hand in the order in which a person sees them."""
        item = self.item
        if item is None:
            return ()
        seed = f"{self.code}\n{person if self.rule.shuffle else ''}"
        return arrange_options(item, seed=seed)


def open_room(
    session: Session,
    host: str,
    items: Sequence[Item],
    *,
    title: str,
    rule: RoomRule,
    at: datetime,
) -> str:
    """Open a room and return its code."""
    playable = [item for item in items if item.type in PLAYABLE][:MOST_ITEMS]
    if not playable:
        raise QuizError("所选范围内没有适合竞答的题目，请放宽范围。")
    for _ in range(_TRIES):
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        if session.get(RoomRow, code) is None:
            break
    else:
        raise QuizError("暂时无法分配房间号，请稍后再试。")
    session.add(
        RoomRow(
            code=code,
            host=host,
            title=title.strip() or "小组竞答",
            total=len(playable),
            rule=rule.to_json(),
            created_at=at,
            position=-1,
        )
    )
    session.flush()
    session.add_all(
        RoomItemRow(code=code, position=position, record=item.to_json())
        for position, item in enumerate(playable)
    )
    return code


def read_room(session: Session, code: str, *, at: datetime) -> Room | None:
    """Return a room as it is at a moment, or None when there is none."""
    row = session.get(RoomRow, code)
    return None if row is None else _room(session, row, at)


def room_item(session: Session, code: str, position: int) -> Item | None:
    """Return a question of a room, or None where it has none."""
    row = session.get(RoomItemRow, (code, position))
    return Item.from_json(row.record) if row else None


def room_items(session: Session, code: str) -> tuple[Item, ...]:
    """Return all questions of a room, in order."""
    chosen = select(RoomItemRow).where(RoomItemRow.code == code).order_by(RoomItemRow.position)
    return tuple(Item.from_json(row.record) for row in session.scalars(chosen))


def rooms_of(session: Session, host: str, *, limit: int = 10) -> tuple[RoomRow, ...]:
    """Return the rooms that a person opened, newest first."""
    chosen = select(RoomRow).where(RoomRow.host == host).order_by(RoomRow.created_at.desc())
    return tuple(session.scalars(chosen.limit(limit)))


def join_room(
    session: Session, code: str, *, person: str, name: str, team: str = "", at: datetime
) -> None:
    """Join under a name, or change it before the first question. Raises ``QuizError``."""
    room = _required(session, code, at)
    name, team = "".join(name.split()), "".join(team.split())
    if not 1 <= len(name) <= LONGEST_NAME or len(team) > LONGEST_NAME:
        raise QuizError(f"请填写姓名，不超过{LONGEST_NAME}个字。")
    if room.rule.teams and not team:
        raise QuizError("本场按队计分，请填写所在的队或者支部。")
    member = session.get(MemberRow, (code, person))
    if member is None:
        _admit(session, room, code)
        member = MemberRow(code=code, person=person, joined_at=at)
        session.add(member)
    elif room.phase is not Phase.LOBBY:
        return
    member.name, member.team, member.seen_at = name, team, at
    try:
        session.flush()
    except IntegrityError as error:
        raise QuizError(f"“{name}”已有人使用，请加上单位或者换一个称呼。") from error


def _admit(session: Session, room: Room, code: str) -> None:
    if room.phase is Phase.OVER:
        raise QuizError("这场竞答已经结束。")
    if len(read_members(session, code)) >= MOST_MEMBERS:
        raise QuizError(f"房间已满（{MOST_MEMBERS}人）。")


def remove_member(session: Session, code: str, *, host: str, person: str, at: datetime) -> None:
    """Take a member who has not answered yet off the list, so that the name is free."""
    _hosted(session, code, host, at)
    member = session.get(MemberRow, (code, person))
    answered = select(func.count()).where(
        RoomAnswerRow.code == code, RoomAnswerRow.person == person
    )
    if member is not None and not session.scalar(answered):
        session.delete(member)


def read_member(session: Session, code: str, person: str) -> MemberRow | None:
    """Return a member, or None for someone who has not joined."""
    return session.get(MemberRow, (code, person))


def note_presence(session: Session, code: str, person: str, *, at: datetime) -> None:
    """Remember that a member is there; written at most every few seconds."""
    stale = at - timedelta(seconds=PRESENT_SECONDS / 2)
    session.execute(
        update(MemberRow)
        .where(MemberRow.code == code, MemberRow.person == person, MemberRow.seen_at < stale)
        .values(seen_at=at)
    )


def next_question(
    session: Session, code: str, *, host: str, after: int, at: datetime, stake: int = 0
) -> None:
    """Open the question behind position ``after``; a click that comes twice opens one.

    With a ``stake`` it is a 风险题, with the time that goes with it.
    """
    room = _hosted(session, code, host, at)
    if stake and stake not in STAKES:
        raise QuizError(f"风险题的分值只能是{'、'.join(map(str, STAKES))}分。")
    if room.phase is Phase.ASKING:
        raise QuizError("本题还在作答，请先锁定。")
    if room.phase is Phase.OVER or room.position + 1 >= room.total:
        raise QuizError("题目已经用完，请结束竞答。")
    rule = room.general_rule.at_stake(stake) if stake else room.general_rule
    stakes = {**room.stakes, after + 1: stake} if stake else room.stakes
    session.execute(
        update(RoomRow)
        .where(RoomRow.code == code, RoomRow.position == after, RoomRow.ended_at.is_(None))
        .values(
            position=after + 1,
            opened_at=at,
            locks_at=at + timedelta(seconds=rule.seconds),
            alive_at=at,
            rule=room.general_rule.to_json() | {"stakes": {str(p): s for p, s in stakes.items()}},
        )
    )


def lock_question(session: Session, code: str, *, host: str, at: datetime) -> None:
    """End the answering of the question at hand before its time."""
    if _hosted(session, code, host, at).phase is Phase.ASKING:
        _lock(session, code, at)


def extend_question(session: Session, code: str, *, host: str, seconds: int, at: datetime) -> None:
    """Give more time for the question at hand. Raises ``QuizError`` once it is locked."""
    room = _hosted(session, code, host, at)
    if room.phase is not Phase.ASKING or room.locks_at is None:
        raise QuizError("本题已经锁定，不能再延长。")
    session.execute(
        update(RoomRow)
        .where(RoomRow.code == code, RoomRow.locks_at > at)
        .values(locks_at=room.locks_at + timedelta(seconds=seconds))
    )


def end_room(session: Session, code: str, *, host: str, at: datetime) -> bool:
    """End a room for good, and lock its question; return whether it was not over before."""
    room = _hosted(session, code, host, at)
    if room.phase is Phase.ASKING:
        _lock(session, code, at)
    ended = (
        update(RoomRow)
        .where(RoomRow.code == code, RoomRow.ended_at.is_(None))
        .values(ended_at=at)
        .returning(RoomRow.code)
    )
    return session.scalars(ended).first() is not None


def keep_alive(session: Session, code: str, *, at: datetime) -> None:
    """Note that the room is looked after, and give back the time when it was not.

    Called by every request that comes for the room: after a killed server, or a network that
    was away, the countdown goes on from where it stood.
    """
    row = session.get(RoomRow, code)
    if row is None or row.ended_at or row.locks_at is None or row.alive_at is None:
        return
    gap = at - row.alive_at
    if row.alive_at >= row.locks_at or gap.total_seconds() < TEND_SECONDS:
        return
    back = gap if gap.total_seconds() > GAP_SECONDS else timedelta(0)
    session.execute(
        update(RoomRow)
        # Of several requests at once, one gives the time back.
        .where(RoomRow.code == code, RoomRow.alive_at == row.alive_at)
        .values(
            alive_at=at,
            locks_at=row.locks_at + back,
            opened_at=(row.opened_at or row.alive_at) + back,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire(row)


def read_room_rule(value: Mapping[str, object]) -> RoomRule:
    """Return the rule of its JSON form."""
    rule = RoomRule()
    return RoomRule(
        seconds=int(_number(value, "seconds", rule.seconds)),
        points=_number(value, "points", rule.points),
        wrong_penalty=_number(value, "wrong_penalty", rule.wrong_penalty),
        speed_weight=_number(value, "speed_weight", rule.speed_weight),
        multiple=MultipleRule(str(value.get("multiple", rule.multiple))),
        shuffle=bool(value.get("shuffle", rule.shuffle)),
        buzz=bool(value.get("buzz", rule.buzz)),
        teams=bool(value.get("teams", rule.teams)),
    )


def _read_stakes(value: Mapping[str, object]) -> dict[int, float]:
    found = value.get("stakes")
    members = found.items() if isinstance(found, dict) else ()
    return {int(position): float(stake) for position, stake in members}


def _number(value: Mapping[str, object], key: str, default: float) -> float:
    found = value.get(key, default)
    return float(found) if isinstance(found, int | float) else default


def _room(session: Session, row: RoomRow, at: datetime) -> Room:
    left = (row.locks_at - at).total_seconds() if row.locks_at else 0.0
    if row.ended_at is not None:
        phase = Phase.OVER
    elif row.position < 0:
        phase = Phase.LOBBY
    else:
        phase = Phase.ASKING if left > 0 else Phase.LOCKED
    general, stakes = read_room_rule(row.rule), _read_stakes(row.rule)
    at_stake = stakes.get(row.position, 0.0) if phase is not Phase.OVER else 0.0
    return Room(
        code=row.code,
        host=row.host,
        title=row.title,
        total=row.total,
        rule=general.at_stake(at_stake) if at_stake else general,
        general_rule=general,
        stakes=stakes,
        phase=phase,
        position=row.position,
        item=room_item(session, row.code, row.position),
        opened_at=row.opened_at,
        locks_at=row.locks_at,
        seconds_left=max(0.0, left) if phase is Phase.ASKING else 0.0,
    )


def _lock(session: Session, code: str, at: datetime) -> None:
    session.execute(
        update(RoomRow).where(RoomRow.code == code, RoomRow.locks_at > at).values(locks_at=at)
    )


def _required(session: Session, code: str, at: datetime) -> Room:
    room = read_room(session, code, at=at)
    if room is None:
        raise QuizError("没有这个房间，请核对房间号。")
    return room


def _hosted(session: Session, code: str, host: str, at: datetime) -> Room:
    room = _required(session, code, at)
    if room.host != host:
        raise QuizError("只有主持人可以这样操作。")
    return room


def read_members(session: Session, code: str) -> tuple[MemberRow, ...]:
    """Return the members of a room in the order in which they came."""
    chosen = select(MemberRow).where(MemberRow.code == code).order_by(MemberRow.joined_at)
    return tuple(session.scalars(chosen))
