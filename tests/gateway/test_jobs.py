"""Jobs: when they are due, by whom they are done, and what is seen of them. The clock is the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, time
from pathlib import Path

import httpx
import pytest

from bot.gateway.jobs import leases
from bot.gateway.jobs.job import Job
from bot.gateway.jobs.jobs import Jobs
from bot.gateway.jobs.leases import Ran
from bot.gateway.store.clock import CHINA
from bot.gateway.store.storage import Store
from tests.clock import ManualClock
from tests.gateway.conftest import Desk
from tests.gateway.fakes import settings, until

MORNING = datetime(2026, 11, 29, 9, 0, tzinfo=CHINA).timestamp()
HOUR = 3600.0


class Work:
    """A step that counts, has so much to do, and fails as often as it is told."""

    def __init__(self, more: int = 0, failures: int = 0) -> None:
        self.done = 0
        self.more = more
        self.failures = failures

    async def step(self) -> bool:
        if self.failures:
            self.failures -= 1
            raise LookupError("a customer's words")
        self.done += 1
        return self.done <= self.more


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING)


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Store]:
    one = Store(settings(tmp_path).gateway_db, clock)
    await one.open()
    yield one
    await one.close()


@pytest.mark.parametrize(
    ("at", "due"),
    [(time(3, 30), datetime(2026, 11, 30, 3, 30)), (time(9, 0), datetime(2026, 11, 30, 9, 0)),
     (time(9, 1), datetime(2026, 11, 29, 9, 1))],
)  # fmt: skip
def test_a_time_of_day_comes_once_a_day(at: time, due: datetime) -> None:
    daily = Job("daily", Work().step, at=at)
    assert daily.due_after(MORNING) == daily.first_due(MORNING) == due.replace(tzinfo=CHINA).timestamp()


def test_a_period_begins_at_once() -> None:
    hourly = Job("hourly", Work().step, every=HOUR)
    assert hourly.first_due(MORNING) == MORNING and hourly.due_after(MORNING) == MORNING + HOUR


@pytest.mark.parametrize("when", [{}, {"every": 1.0, "at": time(3)}])
def test_a_job_has_a_period_or_a_time_of_day(when: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needs either"):
        Job("when", Work().step, **when)  # type: ignore[arg-type]


async def test_a_job_goes_on_while_there_is_more_and_comes_sooner_when_woken(store: Store) -> None:
    work, jobs = Work(more=3), Jobs(store)
    jobs.start(Job("work", work.step, every=HOUR))
    await until(lambda: work.done == 4)
    await asyncio.sleep(0.05)
    assert work.done == 4
    jobs.wake("work")
    await until(lambda: work.done == 5)
    await jobs.stop()
    jobs.wake("work")
    await asyncio.sleep(0.05)
    assert work.done == 5


async def test_an_error_ends_no_job_and_is_seen_by_its_kind(store: Store, clock: ManualClock) -> None:
    work, jobs = Work(failures=1), Jobs(store)
    jobs.start(Job("work", work.step, every=HOUR))
    await until(lambda: work.failures == 0)
    assert await jobs.ran() == {"work": Ran(None, "LookupError", MORNING)}
    clock.forward(1)
    jobs.wake("work")
    await until(lambda: work.done == 1)
    assert await jobs.ran() == {"work": Ran(MORNING + 1, "LookupError", MORNING)}
    await jobs.stop()


async def test_a_name_is_given_once(store: Store) -> None:
    jobs = Jobs(store)
    jobs.start(Job("work", Work().step, every=HOUR))
    with pytest.raises(ValueError, match="two jobs work"):
        jobs.start(Job("work", Work().step, every=HOUR))
    await jobs.stop()


async def test_of_two_gateways_one_does_what_is_done_once(store: Store, clock: ManualClock) -> None:
    work = Work(more=2)
    left, right = Jobs(store), Jobs(store)
    for jobs in (left, right):
        jobs.start(Job("once", work.step, every=HOUR, once_in_cluster=True))
    await until(lambda: work.done == 3)
    await asyncio.sleep(0.05)
    assert work.done == 3, "one round of three steps"
    assert await left.ran() == await right.ran() == {"once": Ran(MORNING, None, None)}
    clock.forward(HOUR)
    for jobs in (left, right):
        jobs.wake("once")
    await until(lambda: work.done == 4)
    await left.stop()
    await right.stop()


async def test_a_daily_job_waits_for_its_time_and_a_restart_does_not_repeat_it(
    store: Store, clock: ManualClock
) -> None:
    work = Work()
    job = Job("daily", work.step, at=time(9, 30), once_in_cluster=True)
    jobs = Jobs(store)
    jobs.start(job)
    await asyncio.sleep(0.1)
    assert work.done == 0
    clock.forward(HOUR)
    jobs.wake("daily")
    await until(lambda: work.done == 1)
    await jobs.stop()
    again = Jobs(store)
    again.start(job)
    await asyncio.sleep(0.1)
    assert work.done == 1
    await again.stop()


async def test_a_daily_job_of_this_gateway_waits_for_its_time(store: Store, clock: ManualClock) -> None:
    work, jobs = Work(), Jobs(store)
    jobs.start(Job("daily", work.step, at=time(9, 30)))
    await asyncio.sleep(0.05)
    assert work.done == 0
    await jobs.stop()
    clock.forward(HOUR / 2)
    late = Jobs(store)
    late.start(Job("daily", work.step, at=time(9, 30)))
    await asyncio.sleep(0.05)
    assert work.done == 0, "the next one is tomorrow's"
    late.wake("daily")
    await until(lambda: work.done == 1)
    await late.stop()


async def test_what_failed_is_tried_again_soon_and_seen_by_everybody(
    store: Store, clock: ManualClock
) -> None:
    work, job = Work(failures=1), "once"
    jobs, other = Jobs(store), Jobs(store)
    jobs.start(Job(job, work.step, every=HOUR, once_in_cluster=True))
    await until(lambda: work.failures == 0)
    other.start(Job(job, work.step, every=HOUR, once_in_cluster=True))

    async def seen() -> bool:
        return await other.ran() == {job: Ran(None, "LookupError", MORNING)}

    await until(seen)
    clock.forward(61)
    other.wake(job)
    await until(lambda: work.done == 1)
    await jobs.stop()
    await other.stop()


async def test_a_step_that_does_not_end_is_ended(store: Store) -> None:
    async def endless() -> bool:
        await asyncio.sleep(HOUR)
        return False

    jobs = Jobs(store)
    jobs.start(Job("endless", endless, every=HOUR, once_in_cluster=True, most=0.05))

    async def ended() -> bool:
        return (await jobs.ran()).get("endless", Ran()).error == "TimeoutError"

    await until(ended)
    await jobs.stop()


async def test_the_lease_of_a_gateway_that_died_lapses(store: Store) -> None:
    async def take(holder: str, now: float) -> float | None:
        return await store.write(leases.take, "once", holder, now, MORNING, now + 330)

    assert await take("left", MORNING) is None
    assert await take("right", MORNING + 100) == 230
    assert await take("right", MORNING + 331) is None
    await store.write(leases.end, "once", "left", MORNING + 332, MORNING + HOUR, None)
    assert await take("left", MORNING + 333) == 328, "what came back too late changes nothing"
    await store.write(leases.end, "once", "right", MORNING + 340, MORNING + HOUR, None)
    assert await store.read(leases.ran, ["once"]) == {"once": Ran(MORNING + 340, None, None)}


async def test_ready_tells_of_every_job(desk: Desk) -> None:
    transport = httpx.ASGITransport(desk.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:

        async def ran() -> bool:
            jobs = (await http.get("/ready")).json()["jobs"]
            daily = jobs.pop("announce-sweep", {"ran_at": None, "error": None})
            assert daily["error"] is None
            known = {"audit-anchor", "turns", "submissions", "desk", "leases", "patience", "announce"}
            return known == jobs.keys() and all(
                each["ran_at"] and each["error"] is None for each in jobs.values()
            )

        await until(ran)
