"""Results of a room as a workbook: the scoreboard, every answer, every question with its source."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.quiz.items import FALSE, TRUE, Item, ItemType
from assistant.quiz.room import Room, room_items
from assistant.quiz.room_board import rank_teams, read_standings, reveal
from assistant.quiz.schedule import CHINA
from assistant.quiz.tables import RoomAnswerRow

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int | float
_WIDTHS = (8, 16, 16, 40, 14, 14, 14, 40)
_JUDGEMENTS = {TRUE: "√", FALSE: "×"}


def export_results(session: Session, room: Room, *, at: datetime) -> bytes:
    """Return the workbook of a room's locked questions."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.worksheets[0]
    first.title = "成绩"
    _fill(first, _standing_rows(session, room, at))
    if room.rule.teams:
        _fill(book.create_sheet("各队成绩"), _team_rows(session, room, at))
    _fill(book.create_sheet("作答明细"), _answer_rows(session, room, at))
    _fill(book.create_sheet("题目与依据"), _item_rows(session, room))
    _fill(book.create_sheet("说明"), _note_rows(room, at))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def answer_words(item: Item, given: Iterable[str]) -> str:
    """Return an answer as people read it: letters with texts, √ or ×, the words of blanks."""
    given = tuple(given)
    if item.type is ItemType.JUDGE:
        return "".join(_JUDGEMENTS.get(words, words) for words in given)
    if not item.options:
        return "；".join(given)
    return "；".join(o.text for o in item.options if o.letter in given)


def _standing_rows(session: Session, room: Room, at: datetime) -> list[list[Cell]]:
    rows: list[list[Cell]] = [["名次", "姓名", "队", "得分", "答对", "作答", "题数"]]
    asked = len(room.locked_positions)
    rows += [
        [s.rank, s.name, s.team, s.points, s.right, s.answered, asked]
        for s in read_standings(session, room, at=at)
    ]
    return rows


def _team_rows(session: Session, room: Room, at: datetime) -> list[list[Cell]]:
    rows: list[list[Cell]] = [["名次", "队", "人均得分", "人数"]]
    teams = rank_teams(read_standings(session, room, at=at))
    return rows + [[t.rank, t.team, t.points, t.members] for t in teams]


def _answer_rows(session: Session, room: Room, at: datetime) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        ["题号", "姓名", "队", "作答", "是否正确", "得分", "用时（秒）", "提交时间"]
    ]
    questions = room_items(session, room.code)
    names = {s.person: (s.name, s.team) for s in read_standings(session, room, at=at)}
    chosen = (
        select(RoomAnswerRow)
        .where(
            RoomAnswerRow.code == room.code,
            RoomAnswerRow.position < room.locked_positions.stop,
        )
        .order_by(RoomAnswerRow.position, RoomAnswerRow.at)
    )
    for row in session.scalars(chosen):
        name, team = names.get(row.person, ("", ""))
        words = answer_words(questions[row.position], row.given)
        moment = row.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        verdict = "正确" if row.right else "错误"
        seconds = round(row.seconds, 1)
        rows.append([row.position + 1, name, team, words, verdict, row.points, seconds, moment])
    return rows


def _item_rows(session: Session, room: Room) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        ["题号", "题型", "依据", "题干", "作答人数", "答对人数", "正确率", "答案和原文"]
    ]
    for position in room.locked_positions:
        shown = reveal(session, room, position=position)
        item = shown.item
        share = f"{shown.right / shown.answered:.0%}" if shown.answered else "无人作答"
        label = item.basis[0].label if item.basis else ""
        quote = item.basis[0].sentence if item.basis else ""
        key = f"{answer_words(item, item.answer)}｜{quote}"
        head: list[Cell] = [position + 1, item.type.label, label, item.stem]
        rows.append([*head, shown.answered, shown.right, share, key])
    return rows


def _note_rows(room: Room, at: datetime) -> list[list[Cell]]:
    staked = "、".join(f"第{p + 1}题{stake:g}分" for p, stake in sorted(room.stakes.items()))
    told = f"{staked}：答对得分，没有全对扣分，不答不得分也不扣分" if staked else "没有"
    return [
        ["项目", "内容"],
        ["名称", room.title],
        ["房间号", room.code],
        ["计分规则", room.general_rule.words],
        ["风险题", told],
        ["导出时间", at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")],
    ]


def _fill(sheet: Worksheet, rows: Sequence[Sequence[Cell]]) -> None:
    from openpyxl.styles import Alignment, Font

    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                # A name such as “=1+1” is a name, not a formula.
                cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 1:
                cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
