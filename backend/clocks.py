"""When a commitment ends. Times are aware and China's; working days follow the State Council's holiday calendar."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Protocol

import chinese_calendar
import structlog

from backend.region import Commitment

CHINA = timezone(timedelta(hours=8))
log = structlog.get_logger()


class Stage(Protocol):
    """A state an order entered, and when."""

    @property
    def state(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def now() -> datetime:
    """The time in China, to the second."""
    return datetime.now(CHINA).replace(microsecond=0)


def today() -> date:
    """The day in China."""
    return now().date()


def is_working_day(day: date) -> bool:
    """By the published calendar; in a year not yet published, Monday to Friday (and that is logged once)."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _holidays_unknown(day.year)
        return day.weekday() < 5


@cache
def _holidays_unknown(year: int) -> None:
    log.warning("holidays_unknown", year=year, counted_as_working="monday to friday")


def add_working_days(start: datetime, days: int) -> datetime:
    """The same time of day on the n-th working day after `start`'s day."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day.date())
    return day


def due_at(commitment: Commitment, stages: Sequence[Stage]) -> datetime | None:
    """When the clock ends for an order that went through `stages`; None while it stands still.

    It runs from the first time the order entered `starts` (from its present state when it never did) and is longer
    by all the time spent in states that pause it.
    """
    if stages[-1].state in commitment.pause:
        return None
    begun = next((each.at for each in stages if each.state == commitment.starts), stages[-1].at)
    begun += _paused(commitment, stages, begun)
    if commitment.working_days is not None:
        return add_working_days(begun, commitment.working_days)
    return begun + (commitment.span or timedelta())


def _paused(commitment: Commitment, stages: Sequence[Stage], begun: datetime) -> timedelta:
    spans = itertools.pairwise(stages)
    stood = (after.at - max(before.at, begun) for before, after in spans if before.state in commitment.pause)
    return sum((max(each, timedelta()) for each in stood), timedelta())
