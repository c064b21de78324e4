"""SAIDI, SAIFI, CAIDI and MAIFI of IEEE 1366, with major event days.

An interruption counts on the local day it began. Planned ones stand apart. Steps of one restoration share the outage's
id: a home under two overlapping outages counts once, and a momentary opening that turns into a sustained one within
`SUSTAINED` is that one. An end that is unknown is unknown, not zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

SUSTAINED = timedelta(minutes=5)


@dataclass(frozen=True)
class Interruption:
    """One home without power, or `homes` that went dark and came back together."""

    start: datetime  # local
    end: datetime | None
    homes: int
    home: str | None = None  # where homes are told apart, overlapping interruptions become one
    planned: bool = False


@dataclass(frozen=True)
class Indices:
    """Minutes and times per home served."""

    saidi: float
    saifi: float
    caidi: float | None
    maifi: float
    unknown: int
    """Homes whose end of interruption is not known; they are in SAIFI and not in SAIDI."""


def merged(interruptions: Iterable[Interruption], sustained: timedelta = SUSTAINED) -> list[Interruption]:
    """Each home dark once at a time; a blink and what follows within `sustained` of it are one interruption."""
    found: list[Interruption] = []
    by_home: dict[tuple[str, bool], list[Interruption]] = defaultdict(list)
    for one in interruptions:
        if one.home is None:
            found.append(one)
        else:
            by_home[one.home, one.planned].append(one)
    for ones in by_home.values():
        ones.sort(key=lambda one: one.start)
        last = ones[0]
        for one in ones[1:]:
            blink = last.end is not None and last.end - last.start <= sustained
            until = last.end + (sustained if blink else timedelta()) if last.end is not None else None
            if until is None or one.start <= until:
                end = None if last.end is None or one.end is None else max(last.end, one.end)
                last = Interruption(last.start, end, last.homes, last.home, last.planned)
            else:
                found.append(last)
                last = one
        found.append(last)
    return found


def indices(interruptions: Iterable[Interruption], served: int, sustained: timedelta = SUSTAINED) -> Indices:
    """The indices of the given interruptions for `served` homes; choose planned ones or days before calling."""
    if served <= 0:
        raise ValueError("nobody is served")
    minutes = times = moments = 0.0
    unknown = 0
    for one in merged(interruptions, sustained):
        if one.end is None:
            unknown += one.homes
            times += one.homes
        elif one.end - one.start > sustained:
            minutes += one.homes * (one.end - one.start).total_seconds() / 60
            times += one.homes
        else:
            moments += one.homes
    ended = times - unknown
    return Indices(
        minutes / served, times / served, minutes / ended if ended else None, moments / served, unknown
    )


def daily_saidi(
    interruptions: Iterable[Interruption], served: int, sustained: timedelta = SUSTAINED
) -> dict[date, float]:
    """Unplanned minutes per home, by the day the interruption began."""
    days: dict[date, list[Interruption]] = defaultdict(list)
    for one in merged((one for one in interruptions if not one.planned), sustained):
        days[one.start.date()].append(one)
    return {day: indices(ones, served, sustained).saidi for day, ones in sorted(days.items())}


def major_event_threshold(years: Sequence[float]) -> float | None:
    """T_MED: exp(mean + 2.5 · sd) of the logarithms of the daily SAIDI of five years; days of zero are left out."""
    logs = np.log([value for value in years if value > 0])
    return float(np.exp(logs.mean() + 2.5 * logs.std(ddof=1))) if len(logs) > 1 else None


def major_event_days(days: Mapping[date, float], threshold: float) -> list[date]:
    return sorted(day for day, saidi in days.items() if saidi > threshold)
