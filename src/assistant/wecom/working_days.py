"""On which days the organisation works: the calendar of the State Council, and its own."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

logger = logging.getLogger(__name__)

SATURDAY = 5
Kind = Literal["china", "weekdays", "every_day"]


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Says whether a day is one of work."""

    kind: Kind = "china"
    days_off: Collection[date] = ()
    """Of the organisation; they win over everything."""
    days_on: Collection[date] = ()

    def holds(self, day: date) -> bool:
        """Tell whether the organisation works on a day."""
        if day in self.days_off:
            return False
        if day in self.days_on or self.kind == "every_day":
            return True
        if self.kind == "weekdays":
            return day.weekday() < SATURDAY
        return _is_working_day_in_china(day)


def _is_working_day_in_china(day: date) -> bool:
    from chinese_calendar import is_workday

    try:
        return bool(is_workday(day))
    except NotImplementedError:
        # The holidays of a year are set in the autumn before it.
        logger.warning(
            "no holidays are known for %d: weekdays are taken for working days", day.year
        )
        return day.weekday() < SATURDAY
