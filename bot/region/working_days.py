"""Which days are worked: the State Council's holiday calendar with its exchanged days (调休)."""

from __future__ import annotations

import logging
from datetime import date
from functools import cache

import chinese_calendar

logger = logging.getLogger(__name__)


def is_working_day(day: date) -> bool:
    """By the published calendar; in a year not yet published, Monday to Friday (and that is logged once)."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _holidays_unknown(day.year)
        return day.weekday() < 5


@cache
def _holidays_unknown(year: int) -> None:
    logger.warning("holidays of %d unknown: monday to friday counted as working", year)
