"""Golden minutes, worked out by hand: 100 homes served."""

from datetime import date, datetime, timedelta

import pytest

from bot.grid.indices import (
    Interruption,
    daily_saidi,
    indices,
    major_event_days,
    major_event_threshold,
    merged,
)

NOON = datetime(2026, 7, 1, 12)


def off(minutes: float | None, homes: int = 1, start: datetime = NOON, **more: object) -> Interruption:
    end = None if minutes is None else start + timedelta(minutes=minutes)
    return Interruption(start, end, homes, **more)  # type: ignore[arg-type]


def test_stepwise_restoration_weighs_each_step_by_its_homes() -> None:
    found = indices([off(60, 30), off(120, 20)], 100)
    assert (found.saidi, found.saifi, found.caidi, found.maifi) == (42.0, 0.5, 84.0, 0.0)


def test_a_momentary_opening_is_counted_apart() -> None:
    found = indices([off(1, 40), off(5, 10), off(6, 10)], 100)
    assert (found.saidi, found.saifi, found.maifi) == (0.6, 0.1, 0.5)


def test_a_home_below_two_outages_is_dark_once() -> None:
    found = indices([off(60, home="a"), off(90, start=NOON + timedelta(minutes=30), home="a")], 100)
    assert (found.saidi, found.saifi) == (1.2, 0.01)


def test_a_blink_and_what_follows_within_five_minutes_are_one() -> None:
    (one,) = merged([off(1, home="a"), off(60, start=NOON + timedelta(minutes=4), home="a")])
    assert (one.start, one.end) == (NOON, NOON + timedelta(minutes=64))


def test_an_unknown_end_is_unknown_and_not_zero() -> None:
    found = indices([off(None, 10), off(60, 10)], 100)
    assert (found.saidi, found.saifi, found.caidi, found.unknown) == (6.0, 0.2, 60.0, 10)


def test_an_outage_counts_on_the_day_it_began_and_planned_ones_do_not() -> None:
    late = datetime(2026, 7, 1, 23, 30)
    days = daily_saidi([off(60, 10, late), off(60, 10, late, planned=True)], 100)
    assert days == {date(2026, 7, 1): 6.0}


def test_a_major_event_day_is_above_the_threshold_of_the_years_before() -> None:
    threshold = major_event_threshold([0.0, 1.0, 2.718281828459045])
    assert threshold == pytest.approx(9.6578, abs=1e-3)  # exp(0.5 + 2.5·0.70711)
    assert major_event_days({date(2026, 7, 1): 10.0, date(2026, 7, 2): 2.0}, threshold) == [date(2026, 7, 1)]


def test_nobody_served_has_no_indices() -> None:
    with pytest.raises(ValueError, match="served"):
        indices([], 0)
