"""When a commitment warns and ends, and how it stands. Times are aware; which days are worked the caller says."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

WorkingDay = Callable[[date], bool]


class Stage(Protocol):
    """A state an order entered, and when."""

    @property
    def state(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Span:
    """A length of time. Exactly one of the two is set."""

    working_days: int | None = None
    time: timedelta | None = None

    def after(self, start: datetime, works: WorkingDay) -> datetime:
        """The end of the span; of working days, the same time of day on the last of them."""
        if self.working_days is None:
            return start + (self.time or timedelta())
        end, left = start, self.working_days
        while left:
            end += timedelta(days=1)
            left -= works(end.date())
        return end


@dataclass(frozen=True)
class Clock:
    """From the state `starts` for `length`; still in the states of `pause`; `warn` counts from the start too."""

    starts: str
    length: Span
    warn: Span | None = None
    pause: tuple[str, ...] = ()

    def due_at(self, stages: Sequence[Stage], works: WorkingDay) -> datetime | None:
        """The end for an order that went through `stages`, longer by every pause; None while it stands still."""
        begun = self._begun(stages)
        return None if begun is None else self.length.after(begun, works)

    def standing(self, stages: Sequence[Stage], now: datetime, works: WorkingDay) -> str:
        """running, warning, late or paused at `now`."""
        begun = self._begun(stages)
        if begun is None:
            return "paused"
        if self.length.after(begun, works) < now:
            return "late"
        return "warning" if self.warn and self.warn.after(begun, works) <= now else "running"

    def _begun(self, stages: Sequence[Stage]) -> datetime | None:
        """The start, moved by the time spent in pauses: from the present state when `starts` was never entered."""
        if stages[-1].state in self.pause:
            return None
        begun = next((each.at for each in stages if each.state == self.starts), stages[-1].at)
        stood = (
            after.at - max(before.at, begun)
            for before, after in itertools.pairwise(stages)
            if before.state in self.pause
        )
        return begun + sum((max(each, timedelta()) for each in stood), timedelta())
