"""What is done again and again without anybody asking: when, and whether by one gateway for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import time, timedelta

from bot.gateway.store.clock import here

Work = Callable[[], Awaitable[bool]]
"""One step; True when there is more to do at once."""


@dataclass(frozen=True)
class Job:
    """Done `every` so many seconds or daily `at` a time (China), sooner when woken; a step that takes longer than `most`
    seconds is stuck. `once_in_cluster`: by one gateway at a time, whichever finds it due first."""

    name: str
    work: Work
    every: float | None = None
    at: time | None = None
    once_in_cluster: bool = False
    most: float = 300.0

    def __post_init__(self) -> None:
        if (self.every is None) == (self.at is None):
            raise ValueError(f"job {self.name} needs either a period or a time of day")

    def due_after(self, moment: float) -> float:
        """When it is due next, if it was done at this moment."""
        if self.every is not None:
            return moment + self.every
        assert self.at is not None
        now = here(moment)
        today = now.replace(hour=self.at.hour, minute=self.at.minute, second=self.at.second, microsecond=0)
        return (today if today > now else today + timedelta(days=1)).timestamp()

    def first_due(self, moment: float) -> float:
        """When it is due where it has never been done."""
        return moment if self.every is not None else self.due_after(moment)
