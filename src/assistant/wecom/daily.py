"""每日一题: a question in the morning of each working day, its solution later on the same day."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assistant.store.base import now
from assistant.wecom.messages import DailyQuestion, DailyQuestions
from assistant.wecom.runs import Part, Run, Runs, RunStatus
from assistant.wecom.state import Clock
from assistant.wecom.webhook import Pushed, Webhook
from assistant.wecom.working_days import WorkingDays

logger = logging.getLogger(__name__)

REMEMBERED = 200
"""So many questions back, none is sent again."""
TICK_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """When what is sent, in the organisation's own time."""

    zone: ZoneInfo
    working_days: WorkingDays
    question_at: time
    solution_at: time | None
    late: timedelta
    """How long after its time something is still sent."""

    def due(self, at: datetime) -> tuple[date, tuple[Part, ...]]:
        """Return the organisation's date at a moment, and what may be sent then."""
        local = at.astimezone(self.zone)
        day = local.date()
        if not self.working_days.holds(day):
            return day, ()
        hours = ((Part.QUESTION, self.question_at), (Part.SOLUTION, self.solution_at))
        parts = [part for part, hour in hours if hour is not None and self._now(local, hour)]
        return day, tuple(parts)

    def _now(self, local: datetime, hour: time) -> bool:
        planned = datetime.combine(local.date(), hour, self.zone)
        return planned <= local < planned + self.late


class DailyTask:
    """Sends the daily question; may run in several processes."""

    def __init__(
        self,
        webhook: Webhook,
        runs: Runs,
        questions: DailyQuestions,
        *,
        schedule: Schedule,
        clock: Clock = now,
    ) -> None:
        self._webhook = webhook
        self._runs = runs
        self._questions = questions
        self._schedule = schedule
        self._clock = clock

    async def run(self) -> None:
        """Look at the clock until cancelled."""
        while True:
            await self.tick()
            await asyncio.sleep(TICK_SECONDS)

    async def tick(self) -> None:
        """Send what is due and has not been sent."""
        day, parts = self._schedule.due(self._clock())
        for part in parts:
            question = await asyncio.to_thread(self._choose, day, part)
            if question is not None:
                await self._send(day, part, question)

    def _choose(self, day: date, part: Part) -> DailyQuestion | None:
        """Return what this process shall send now, claimed; None when there is nothing."""
        earlier = self._runs.find(day, part)
        if earlier is not None and earlier.status is not RunStatus.CLAIMED:
            return None
        wanted = self._wanted(day, part, earlier)
        if wanted is None:
            return None
        run = self._runs.claim(day, part, item_id=wanted.item_id)
        if run is None:
            return None
        same = run.item_id == wanted.item_id
        return wanted if same else self._questions.question_by_id(run.item_id)

    def _wanted(self, day: date, part: Part, earlier: Run | None) -> DailyQuestion | None:
        if earlier is not None:
            return self._questions.question_by_id(earlier.item_id)
        if part is Part.QUESTION:
            return self._questions.question_of(day, sent=self._runs.last_items(most=REMEMBERED))
        asked = self._runs.find(day, Part.QUESTION)
        if asked is None or asked.status not in (RunStatus.SENT, RunStatus.SENDING):
            return None
        return self._questions.question_by_id(asked.item_id)

    async def _send(self, day: date, part: Part, question: DailyQuestion) -> None:
        marked = await asyncio.to_thread(
            self._runs.move, day, part, before=(RunStatus.CLAIMED,), after=RunStatus.SENDING
        )
        if not marked:
            return
        words = question.question if part is Part.QUESTION else question.solution
        pushed = await self._webhook.send(words)
        logger.info("wecom daily %s of %s: %s", part.value, day, pushed.value)
        if pushed is Pushed.NOT_SENT:
            await asyncio.to_thread(self._runs.give_back, day, part)
        elif pushed is not Pushed.UNKNOWN:
            after = RunStatus.SENT if pushed is Pushed.SENT else RunStatus.FAILED
            await asyncio.to_thread(
                self._runs.move, day, part, before=(RunStatus.SENDING,), after=after
            )
