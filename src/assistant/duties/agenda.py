"""Duties with a stated interval → a calendar file. Vague ones are listed there, never dated.

A text that says 每季度 fixes no day: an entry stands on the last day of its interval, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from assistant.duties.records import Duty, Frequency, FrequencyKind, Period
from assistant.duties.table import describe, show_frequency

_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}
_NOTE = "原文只规定了周期，没有规定日期；这里排在每个周期的最后一天，请按本单位安排调整。"
_FRIDAY = 4


def recurring(duty: Duty) -> Frequency | None:
    """Return the stated interval of a duty; None where there is none, or a vague one."""
    return next((f for f in duty.frequencies if f.kind is FrequencyKind.PERIOD), None)


def split_by_interval(duties: Iterable[Duty]) -> tuple[list[Duty], list[Duty]]:
    """Return the duties that can be dated, and those whose frequency is vague: 定期, 及时."""
    dated: list[Duty] = []
    vague: list[Duty] = []
    for duty in duties:
        if recurring(duty) is not None:
            dated.append(duty)
        elif duty.frequencies:
            vague.append(duty)
    return dated, vague


def due_on(frequency: Frequency, today: date) -> date:
    """Return the last day of the interval that ``today`` is in.

    Raises ``ValueError`` for a frequency without an interval.
    """
    period = frequency.period
    if period is None:
        raise ValueError(f"no interval: {frequency.span.text}")
    if period is Period.DAY:
        return today
    if period is Period.WEEK:
        return today + timedelta(days=(_FRIDAY - today.weekday()) % 7)
    months = _MONTHS[period]
    last = ((today.month - 1) // months + 1) * months
    following = date(today.year + last // 12, last % 12 + 1, 1)
    return following - timedelta(days=1)


def write_calendar(duties: Sequence[Duty], *, now: datetime) -> bytes:
    """Return a calendar of the duties; ``now`` is when it is written, with a time zone."""
    from icalendar import Calendar, Event, Todo

    calendar = Calendar()
    calendar.add("prodid", "-//assistant//duties//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "职责清单")
    dated, vague = split_by_interval(duties)
    for duty in dated:
        frequency = recurring(duty)
        if frequency is None:
            continue
        day = due_on(frequency, now.date())
        event = Event()
        event.add("uid", f"{duty.id}@duties")
        event.add("dtstamp", now)
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("rrule", _rule(frequency))
        event.add("summary", f"{show_frequency(duty)}｜{describe(duty)}")
        event.add("description", f"{duty.sentence.text.strip()}\n——{duty.label}\n{_NOTE}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    for duty in vague:
        entry = Todo()
        entry.add("uid", f"{duty.id}@duties")
        entry.add("dtstamp", now)
        entry.add("summary", f"{show_frequency(duty)}｜{describe(duty)}")
        entry.add("description", f"{duty.sentence.text.strip()}\n——{duty.label}")
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _rule(frequency: Frequency) -> dict[str, object]:
    every = frequency.every
    if frequency.period is Period.DAY:
        return {"freq": "daily", "interval": every}
    if frequency.period is Period.WEEK:
        return {"freq": "weekly", "interval": every}
    months = _MONTHS[frequency.period or Period.YEAR]
    # By months throughout: the last day of February moves, and so must its anniversary.
    return {"freq": "monthly", "interval": months * every, "bymonthday": -1}
