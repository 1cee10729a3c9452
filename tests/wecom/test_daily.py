"""每日一题: on working days, at its time, once; whatever dies in between."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.fake_wecom.api import WEBHOOK_PATH, FakeApi
from tests.wecom.doors import WEBHOOK_KEY, database_in, fake_api

from assistant.store.database import Database
from assistant.wecom.daily import DailyTask, Schedule
from assistant.wecom.messages import WEBHOOK_BYTES, DailyQuestion
from assistant.wecom.platform import Platform
from assistant.wecom.runs import Part, Runs, RunStatus
from assistant.wecom.webhook import Pushed, Webhook
from assistant.wecom.working_days import WorkingDays

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)


def moment(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


class Bank:
    """Asks the questions one after another."""

    def __init__(self, size: int = 3) -> None:
        self._ids = [f"item-{n}" for n in range(1, size + 1)]

    def question_of(self, day: date, *, sent: tuple[str, ...]) -> DailyQuestion | None:
        fresh = [id for id in self._ids if id not in sent]
        return self.question_by_id(fresh[0]) if fresh else None

    def question_by_id(self, item_id: str) -> DailyQuestion | None:
        return DailyQuestion(item_id, f"**每日一题**\n{item_id}：何时谈话？", f"{item_id}的答案")


SCHEDULE = Schedule(
    zone=SHANGHAI,
    working_days=WorkingDays(),
    question_at=time(9, 7),
    solution_at=time(16, 37),
    late=timedelta(hours=2),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with database_in(tmp_path) as opened:
        yield opened


class Day:
    """A process's task at moments of a test's choice."""

    def __init__(
        self,
        database: Database,
        api: FakeApi,
        *,
        worker: str = "one",
        schedule: Schedule = SCHEDULE,
    ) -> None:
        self.at = moment(0)
        self.platform = Platform(base=api.base, reply_hosts=(), request_seconds=5)
        webhook = Webhook(self.platform, key=WEBHOOK_KEY, kind="markdown", per_minute=18)
        self.runs = Runs(
            database,
            webhook="default",
            worker=worker,
            lasting=timedelta(seconds=20),
            clock=lambda: self.at,
        )
        self._task = DailyTask(webhook, self.runs, Bank(), schedule=schedule, clock=lambda: self.at)

    async def look(self, at: datetime) -> None:
        """Let the task look at the clock."""
        self.at = at
        await self._task.tick()


def play(database: Database, scenario: object, *, processes: int = 1) -> None:
    async def run() -> None:
        async with fake_api() as api:
            days = [Day(database, api, worker=f"p{n}") for n in range(processes)]
            await scenario(api, *days)  # type: ignore[operator]
            for day in days:
                await day.platform.close()
            assert api.violations == []

    asyncio.run(run())


def texts(api: FakeApi) -> list[str]:
    return [shown.text.splitlines()[-1] for shown in api.shown_to("webhook")]


def test_question_and_solution_go_out_once_at_their_times(database: Database) -> None:
    async def scenario(api: FakeApi, day: Day) -> None:
        for minutes in range(0, 24 * 60, 7):
            await day.look(moment(0) + timedelta(minutes=minutes))
            if minutes < 9 * 60 + 7:
                assert api.shown == []
        assert texts(api) == ["item-1：何时谈话？", "item-1的答案"]
        await day.look(moment(9, 10, day=date(2026, 11, 24)))
        assert texts(api)[2:] == ["item-2：何时谈话？"]

    play(database, scenario)


def test_several_processes_send_it_once(database: Database) -> None:
    async def scenario(api: FakeApi, *days: Day) -> None:
        for minute in (10, 11, 12):
            await asyncio.gather(*(day.look(moment(9, minute)) for day in days))
        assert texts(api) == ["item-1：何时谈话？"]

    play(database, scenario, processes=8)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 11, 22), False, id="a Sunday"),
        pytest.param(date(2026, 10, 1), False, id="National Day"),
        pytest.param(date(2026, 2, 17), False, id="Spring Festival"),
        pytest.param(date(2026, 2, 14), True, id="a Saturday that is worked"),
        pytest.param(date(2026, 11, 23), True, id="a Monday"),
        pytest.param(date(2031, 10, 1), True, id="a year whose holidays are not set yet"),
        pytest.param(date(2031, 10, 4), False, id="a Saturday of such a year"),
    ],
)
def test_holidays_and_working_weekends_are_those_of_the_state_council(
    day: date, works: bool
) -> None:
    assert WorkingDays().holds(day) is works
    assert bool(SCHEDULE.due(moment(9, 30, day=day))[1]) is works


def test_the_organisation_has_days_of_its_own() -> None:
    own = WorkingDays("china", days_off=[MONDAY], days_on=[date(2026, 11, 22)])
    assert not own.holds(MONDAY)
    assert own.holds(date(2026, 11, 22))
    assert WorkingDays("every_day").holds(date(2026, 10, 1))
    assert WorkingDays("weekdays").holds(date(2026, 10, 1))
    assert not WorkingDays("weekdays").holds(date(2026, 2, 14))


def test_the_day_is_the_organisations_and_not_that_of_greenwich() -> None:
    # 07:30 on Monday in Shanghai is still Sunday in Greenwich.
    early = Schedule(SHANGHAI, WorkingDays(), time(7), None, timedelta(hours=1))
    assert early.due(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == (MONDAY, (Part.QUESTION,))
    urumqi = Schedule(ZoneInfo("Asia/Urumqi"), WorkingDays(), time(7), None, timedelta(hours=1))
    assert urumqi.due(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == (MONDAY, ())


def test_what_nobody_was_there_to_send_goes_out_late_or_not_at_all(database: Database) -> None:
    async def scenario(api: FakeApi, day: Day) -> None:
        await day.look(moment(11, 6))
        assert texts(api) == ["item-1：何时谈话？"]
        await day.look(moment(11, 8, day=date(2026, 11, 24)))
        # Without a question there is no solution either.
        await day.look(moment(16, 40, day=date(2026, 11, 24)))
        assert len(api.shown) == 1

    play(database, scenario)


def test_a_process_that_dies_before_the_request_leaves_it_to_another(database: Database) -> None:
    async def scenario(api: FakeApi, dead: Day, alive: Day) -> None:
        dead.at = moment(9, 10)
        assert dead.runs.claim(MONDAY, Part.QUESTION, item_id="item-3") is not None
        await alive.look(moment(9, 10))
        assert api.shown == []
        await alive.look(moment(9, 11))
        # The question is the one that was claimed.
        assert texts(api) == ["item-3：何时谈话？"]

    play(database, scenario, processes=2)


def test_a_process_that_dies_with_the_request_out_leaves_nothing_to_repeat(
    database: Database,
) -> None:
    async def scenario(api: FakeApi, dead: Day, alive: Day) -> None:
        dead.at = moment(9, 10)
        dead.runs.claim(MONDAY, Part.QUESTION, item_id="item-1")
        assert dead.runs.move(
            MONDAY, Part.QUESTION, before=(RunStatus.CLAIMED,), after=RunStatus.SENDING
        )
        for minute in range(10, 60):
            await alive.look(moment(9, minute))
        assert api.shown == []
        # It may have arrived, so its solution is due.
        await alive.look(moment(16, 40))
        assert texts(api) == ["item-1的答案"]

    play(database, scenario, processes=2)


@pytest.mark.parametrize(
    ("codes", "silences", "shown"),
    [
        pytest.param([45009, -1], [], 1, id="busy, then well"),
        pytest.param([], ["after"], 1, id="taken without an answer"),
        pytest.param([], ["before"], 0, id="no answer, perhaps taken"),
        pytest.param([40058], [], 0, id="refused"),
        pytest.param([93000], [], 0, id="removed from the group"),
    ],
)
def test_it_is_tried_again_only_when_it_cannot_have_arrived(
    database: Database, codes: list[int], silences: list[str], shown: int
) -> None:
    async def scenario(api: FakeApi, day: Day) -> None:
        api.faults.codes[WEBHOOK_PATH] = deque(codes)
        api.faults.hang_up[WEBHOOK_PATH] = deque(silences)
        for minute in range(8, 20):
            await day.look(moment(9, minute))
        assert len(api.shown) == shown

    play(database, scenario)


def test_a_platform_that_cannot_be_reached_gets_it_later(database: Database) -> None:
    async def run() -> None:
        async with fake_api() as gone:
            day = Day(database, gone)
        await day.look(moment(9, 8))
        assert day.runs.find(MONDAY, Part.QUESTION).status is RunStatus.CLAIMED  # type: ignore[union-attr]
        await day.platform.close()
        async with fake_api() as api:
            later = Day(database, api, worker="two")
            await later.look(moment(9, 9))
            assert texts(api) == ["item-1：何时谈话？"]
            await later.platform.close()

    asyncio.run(run())


def test_a_message_fits_and_a_wrong_key_is_said(database: Database) -> None:
    async def run() -> None:
        async with fake_api() as api:
            platform = Platform(base=api.base, reply_hosts=(), request_seconds=5)
            webhook = Webhook(platform, key=WEBHOOK_KEY, kind="markdown_v2", per_minute=18)
            assert await webhook.send("党委应当定期谈话。" * 500) is Pushed.SENT
            (shown,) = api.shown
            assert shown.kind == "markdown_v2"
            assert len(shown.text.encode()) <= WEBHOOK_BYTES
            wrong = Webhook(platform, key="removed", kind="markdown", per_minute=18)
            assert await wrong.send("题目") is Pushed.REFUSED
            await platform.close()

    asyncio.run(run())


def test_messages_wait_for_the_limit_of_a_minute() -> None:
    seconds = 100.0
    pauses: list[float] = []

    async def sleep(pause: float) -> None:
        nonlocal seconds
        pauses.append(pause)
        seconds += pause

    async def run() -> None:
        async with fake_api() as api:
            platform = Platform(base=api.base, reply_hosts=(), request_seconds=5)
            webhook = Webhook(
                platform,
                key=WEBHOOK_KEY,
                kind="markdown",
                per_minute=3,
                sleep=sleep,
                clock=lambda: seconds,
            )
            for number in range(7):
                assert await webhook.send(f"题目{number}") is Pushed.SENT
            await platform.close()

    asyncio.run(run())
    assert pauses == [60.0, 0.0, 0.0, 60.0]
