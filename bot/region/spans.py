"""Spans of the day as region files write them: "08:00-12:00"; one that goes over midnight is written as two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

Spans = tuple[tuple[time, time], ...]


def spans(given: Sequence[object]) -> Spans:
    """Raises ValueError for what is no span."""
    return tuple((_time(begin), _time(end)) for begin, _, end in (str(each).partition("-") for each in given))


def within(given: Spans, now: time) -> bool:
    """A span includes its beginning and not its end."""
    return any(begin <= now and (now < end or end == time.max) for begin, end in given)


def end_of(given: Spans, moment: datetime) -> datetime:
    """When the span that holds this moment is over, with those that follow it at once; the moment itself outside."""
    for _ in range(2 * len(given)):  # all day long ends too
        ends = [end for begin, end in given if within(((begin, end),), moment.time())]
        if not ends:
            break
        day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        end = max(ends)
        moment = (
            day + timedelta(days=1)
            if end == time.max
            else day.replace(hour=end.hour, minute=end.minute, second=end.second)
        )
    return moment


def _time(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)
