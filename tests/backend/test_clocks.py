"""When commitments end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from backend import clocks
from backend.region import Commitment


@dataclass
class Stage:
    state: str
    at: datetime


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clocks.CHINA)


def clock(starts: str = "accepted", **values: object) -> Commitment:
    return Commitment(
        **{"name": "c", "starts": starts, "span": None, "working_days": None, "pause": (), **values}
    )


def test_minutes_run_day_and_night() -> None:
    stages = [Stage("accepted", at("2026-11-20 23:50")), Stage("dispatched", at("2026-11-20 23:52"))]
    assert clocks.due_at(clock(span=timedelta(minutes=45)), stages) == at("2026-11-21 00:35")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-20 15:00", 1, "2026-11-23 15:00"),  # Friday to Monday
        ("2026-09-30 10:00", 1, "2026-10-08 10:00"),  # over the National Day holidays
        ("2026-02-13 10:00", 1, "2026-02-14 10:00"),  # a Saturday worked for the Spring Festival
    ],
)
def test_working_days_follow_the_holiday_calendar(start: str, days: int, end: str) -> None:
    assert clocks.due_at(clock(working_days=days), [Stage("accepted", at(start))]) == at(end)


def test_beyond_the_calendar_weekends_count_and_it_is_said() -> None:
    clocks._holidays_unknown.cache_clear()
    with capture_logs() as logs:
        assert clocks.is_working_day(date(2099, 6, 5))
        assert not clocks.is_working_day(date(2099, 6, 6))
    assert [(each["event"], each["year"]) for each in logs] == [("holidays_unknown", 2099)]


def test_a_clock_stands_still_while_papers_are_missing() -> None:
    waiting = [Stage("waiting_documents", at("2026-11-20 10:00"))]
    promise = clock(span=timedelta(hours=24), pause=("waiting_documents",))
    assert clocks.due_at(promise, waiting) is None
    assert clocks.due_at(promise, [*waiting, Stage("accepted", at("2026-11-25 10:00"))]) == at(
        "2026-11-26 10:00"
    )


def test_a_pause_in_between_is_added() -> None:
    stages = [
        Stage("accepted", at("2026-11-20 10:00")),
        Stage("waiting_documents", at("2026-11-20 12:00")),
        Stage("accepted", at("2026-11-22 12:00")),
    ]
    promise = clock(span=timedelta(hours=24), pause=("waiting_documents",))
    assert clocks.due_at(promise, stages) == at("2026-11-23 10:00")


def test_a_clock_that_starts_outside_the_states_runs_from_the_present_one() -> None:
    stages = [Stage("accepted", at("2026-11-20 10:00")), Stage("restored", at("2026-11-20 13:00"))]
    assert clocks.due_at(clock("reported", span=timedelta(hours=24)), stages) == at("2026-11-21 13:00")
