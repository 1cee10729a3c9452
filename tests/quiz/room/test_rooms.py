"""Forty phones that ask every second: the room is read once for all of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import event
from tests.fakes import FakeAssistant
from tests.quiz.serving import SAMPLES

from assistant.interfaces.opening import Opening
from assistant.interfaces.quiz_desk import QuizDesk
from assistant.interfaces.quiz_rooms import Answered, Command, Join, Rooms
from assistant.quiz.bank import load_bank
from assistant.quiz.items import ItemType
from assistant.quiz.room import join_room, open_room
from assistant.quiz.scoring import RoomRule
from assistant.store.base import now
from assistant.store.database import Database, open_database
from assistant.users.people import Person, Role

JUDGES = tuple(item for item in load_bank(SAMPLES) if item.type is ItemType.JUDGE)
MEMBERS = [Person(f"m{n}", f"成员{n}", Role.READER, signed_in=False) for n in range(40)]
HOST = Person("host", "主持人", Role.HOST, signed_in=True)


def begin(database: Database) -> tuple[Rooms, str]:
    at = now()
    with database.session() as session:
        code = open_room(session, HOST.id, JUDGES, title="", rule=RoomRule(seconds=300), at=at)
        for member in MEMBERS:
            join_room(session, code, person=member.id, name=member.name, at=at)
    rooms = Rooms(QuizDesk(Opening(FakeAssistant), database=database, bank=SAMPLES))
    rooms.command(code, HOST, Command(action="next", after=-1))
    return rooms, code


def test_polls_of_forty_members_cost_the_database_a_few_reads(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/a.sqlite3")
    rooms, code = begin(database)
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    start = now()
    views = [rooms.view(code, member) for member in MEMBERS]
    # Ten statements a reading, and a reading at most every 0.4 s.
    readings = 1 + (now() - start) / timedelta(seconds=0.4)
    assert len(statements) <= 10 * readings
    assert {view["phase"] for view in views} == {"asking"}
    assert {view["you"] for view in views} == {member.name for member in MEMBERS}


def test_whoever_answers_sees_it_at_once_and_so_does_everyone_who_asks_after(
    tmp_path: Path,
) -> None:
    rooms, code = begin(open_database(f"sqlite:///{tmp_path}/a.sqlite3"))
    assert rooms.view(code, HOST)["answered"] == 0
    own = rooms.answer(code, MEMBERS[0], Answered(position=0, given=["√"]))
    assert own["own"] == {"words": "√"}
    assert rooms.view(code, HOST)["answered"] == 1


def test_a_change_that_took_long_to_read_does_not_hide_who_came_meanwhile(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/a.sqlite3")
    rooms, code = begin(database)
    one, other = (Person(f"late{n}", f"迟到{n}", Role.READER, signed_in=False) for n in range(2))
    commits = count()

    def come_meanwhile(*_: object) -> None:
        # The first ends the joining, the second the reading: all is read, nothing is kept yet.
        if next(commits) == 1:
            rooms.join(code, other, Join(name=other.name))

    event.listen(database.engine, "commit", come_meanwhile)
    rooms.join(code, one, Join(name=one.name))
    assert rooms.view(code, HOST)["members"] == len(MEMBERS) + 2
