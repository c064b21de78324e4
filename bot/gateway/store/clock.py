"""The time in the gateway: seconds since the epoch by one clock, handed to the store when the process starts.

A transaction asks `now`, everybody else `Store.clock`; waiting is the event loop's. Nobody asks the machine itself, so
tests set the time instead of waiting for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

CHINA = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], float]
"""Seconds since the epoch."""


def now(c: Connection) -> float:
    """The time by the clock of the store this connection belongs to."""
    clock: Clock = c.get_execution_options()["clock"]
    return clock()


def here(at: float) -> datetime:
    """The moment as the clocks in China show it."""
    return datetime.fromtimestamp(at, CHINA)


def iso(at: float) -> str:
    """2026-11-23T20:15:01+08:00."""
    return here(at).isoformat(timespec="seconds")


def day(at: float) -> str:
    """20261123, the day in China."""
    return f"{here(at):%Y%m%d}"
