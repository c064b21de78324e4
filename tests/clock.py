"""Clocks that tests set."""

from __future__ import annotations

import time


class ManualClock:
    """Stands where it was put until it is moved."""

    def __init__(self, at: float) -> None:
        self._at = at

    def __call__(self) -> float:
        return self._at

    def forward(self, seconds: float) -> None:
        self._at += seconds


class RunningClock(ManualClock):
    """Goes on as the machine's does, and can be moved besides: for a gateway at work, which waits for its own pauses."""

    def __init__(self) -> None:
        super().__init__(0.0)

    def __call__(self) -> float:
        return time.time() + super().__call__()
