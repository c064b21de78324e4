from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import pytest

from bot.core.clocks import Clock, Span

CHINA = timezone(timedelta(hours=8))
FIVE_DAYS = Clock("accepted", Span(working_days=5), Span(working_days=4), ("waiting_documents",))
ARRIVAL = Clock("accepted", Span(time=timedelta(minutes=45)), Span(time=timedelta(minutes=30)))


@dataclass(frozen=True)
class Stage:
    state: str
    at: datetime


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def works(day: date) -> bool:
    return day.weekday() < 5 and day != date(2026, 10, 1)


def test_working_days_leave_out_weekends_and_holidays() -> None:
    stages = [Stage("accepted", at("2026-09-30 10:00"))]  # a Wednesday, the next day a holiday
    assert FIVE_DAYS.due_at(stages, works) == at("2026-10-08 10:00")


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2026-11-20 10:29", "running"),
        ("2026-11-20 10:30", "warning"),
        ("2026-11-20 10:45", "warning"),
        ("2026-11-20 10:46", "late"),
    ],
)
def test_a_clock_warns_before_it_ends(now: str, standing: str) -> None:
    assert ARRIVAL.standing([Stage("accepted", at("2026-11-20 10:00"))], at(now), works) == standing


def test_a_clock_stands_still_while_papers_are_missing() -> None:
    stages = [Stage("waiting_documents", at("2026-11-20 10:00"))]
    assert FIVE_DAYS.due_at(stages, works) is None
    assert FIVE_DAYS.standing(stages, at("2027-11-20 10:00"), works) == "paused"


def test_a_pause_in_the_middle_makes_the_clock_longer() -> None:
    stages = [
        Stage("accepted", at("2026-11-02 10:00")),
        Stage("waiting_documents", at("2026-11-03 10:00")),
        Stage("survey", at("2026-11-05 10:00")),
    ]
    assert FIVE_DAYS.due_at(stages, works) == at("2026-11-11 10:00")


def test_a_clock_whose_start_was_never_entered_runs_from_the_present_state() -> None:
    stages = [Stage("dispatched", at("2026-11-20 10:00")), Stage("arrived", at("2026-11-20 11:00"))]
    assert ARRIVAL.due_at(stages, works) == at("2026-11-20 11:45")


@pytest.mark.parametrize(
    ("now", "standing"),
    [("2026-10-06 09:59", "running"), ("2026-10-07 10:00", "warning"), ("2026-10-08 10:01", "late")],
)
def test_a_clock_of_working_days_warns_and_ends_on_working_days(now: str, standing: str) -> None:
    stages = [Stage("accepted", at("2026-09-30 10:00"))]
    assert FIVE_DAYS.standing(stages, at(now), works) == standing


def test_a_clock_without_a_warning_runs_until_it_is_late() -> None:
    clock = Clock("accepted", Span(time=timedelta(minutes=45)))
    stages = [Stage("accepted", at("2026-11-20 10:00"))]
    assert clock.standing(stages, at("2026-11-20 10:45"), works) == "running"
    assert clock.standing(stages, at("2026-11-20 10:46"), works) == "late"
