"""Excel, Word and calendar: what is written is what the register holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import docx
import pytest
from icalendar import Component
from openpyxl import load_workbook

from assistant.duties.agenda import due_on, split_by_interval, write_calendar
from assistant.duties.procedures import read_procedures
from assistant.duties.records import Frequency, FrequencyKind, Period, Span
from assistant.duties.sheets import Sheets, write_document, write_workbook
from assistant.duties.table import COLUMNS, NOBODY, to_row

from .samples import read

TEXT = (
    "第一条　组织部门应当每季度分析信访情况，定期通报结果。\n\n"
    "第二条　使用单位发现隐患的，应当立即停用，并向主管部门报告。=1+1 的写法不得使用。"
)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def parse_calendar(content: bytes) -> Component:
    """Return a calendar file, read by the library."""
    return Component.from_ical(content.decode())


def frequency(period: Period) -> Frequency:
    return Frequency(Span("每期", 0, 2), FrequencyKind.PERIOD, period)


@pytest.mark.parametrize(
    ("period", "today", "due"),
    [
        (Period.QUARTER, date(2026, 11, 22), date(2026, 12, 31)),
        (Period.QUARTER, date(2026, 4, 1), date(2026, 6, 30)),
        (Period.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (Period.HALF_YEAR, date(2026, 6, 30), date(2026, 6, 30)),
        (Period.MONTH, date(2028, 2, 3), date(2028, 2, 29)),
        (Period.WEEK, date(2026, 11, 22), date(2026, 11, 27)),
        (Period.DAY, date(2026, 11, 22), date(2026, 11, 22)),
    ],
)
def test_an_entry_stands_on_the_last_day_of_its_interval(
    period: Period, today: date, due: date
) -> None:
    assert due_on(frequency(period), today) == due


def test_only_a_stated_interval_is_dated() -> None:
    duties = read(TEXT)
    dated, vague = split_by_interval(duties)
    assert [duty.verb.text for duty in dated] == ["分析"]
    assert [duty.verb.text for duty in vague] == ["通报", "停用"]
    vaguely = Frequency(Span("定期", 0, 2), FrequencyKind.REPEATED)
    with pytest.raises(ValueError, match="no interval"):
        due_on(vaguely, NOW.date())


def test_the_calendar_repeats_what_has_an_interval_and_lists_the_rest_undated() -> None:
    calendar = parse_calendar(write_calendar(read(TEXT), now=NOW))
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("DTSTART") == date(2026, 12, 31)
    written = event.to_ical().decode()
    assert "RRULE:FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=-1" in written
    assert "没有规定日期" in str(event.get("DESCRIPTION"))
    todos = calendar.walk("VTODO")
    assert len(todos) == 2
    assert all("DUE" not in todo and "DTSTART" not in todo for todo in todos)


def test_an_entry_keeps_its_name_from_one_export_to_the_next() -> None:
    def uids() -> list[str]:
        calendar = parse_calendar(write_calendar(read(TEXT), now=datetime.now(UTC)))
        return [str(part["UID"]) for part in calendar.walk() if "UID" in part]

    assert uids() == uids()
    assert len(set(uids())) == 3


def test_the_workbook_holds_every_duty_as_text() -> None:
    duties = read(TEXT)
    sheets = Sheets("职责清单", duties, read_procedures(duties))
    book = load_workbook(BytesIO(write_workbook(sheets)))
    rows = list(book["职责清单"].iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    written = [tuple(cell or "" for cell in row) for row in rows[1:]]
    assert written == [to_row(duty).cells() for duty in duties]
    assert book["程序步骤"].max_row > 2
    assert all(cell.data_type != "f" for row in book["职责清单"].iter_rows() for cell in row)


def test_the_word_document_has_a_table_for_every_subject() -> None:
    duties = read(TEXT)
    document = docx.Document(BytesIO(write_document(Sheets("职责清单", duties))))
    headings = [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 1"]
    assert headings == sorted(
        {duty.subject.span.text if duty.subject else NOBODY for duty in duties}
    )
    assert sum(len(table.rows) - 1 for table in document.tables) == len(duties)
