"""Times as customers read them; inside the gateway a time is UTC seconds since the epoch."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def iso(at: float) -> str:
    """2026-11-23T20:15:01+08:00."""
    return datetime.fromtimestamp(at, CHINA).isoformat(timespec="seconds")


def day(at: float) -> str:
    """20261123, the day in China."""
    return f"{datetime.fromtimestamp(at, CHINA):%Y%m%d}"
