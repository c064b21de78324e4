"""How often something may be done: a moving window per sender, in memory of this process."""

from __future__ import annotations

import math
from collections import deque

from bot.gateway.store.clock import Clock

_SWEEP = 60.0


class TooFast(Exception):
    """Refused for `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too fast")
        self.retry_after = retry_after


class RateLimits:
    """Messages per conversation (some a second, five times as many at once), sessions, uploads and speech per address."""

    def __init__(self, messages_per_second: int, sessions_per_minute: int, clock: Clock) -> None:
        self._clock = clock
        self._windows = {
            "message": (5 * messages_per_second, 5.0),
            "session": (sessions_per_minute, 60.0),
            "upload": (10, 60.0),
            "speech": (30, 60.0),
        }
        self._taken: dict[tuple[str, str], deque[float]] = {}
        self._swept_at = clock()

    async def take(self, what: str, who: str) -> None:
        """Count one. Raises TooFast."""
        now, (most, seconds) = self._clock(), self._windows[what]
        if now - self._swept_at >= _SWEEP:
            self._sweep(now)
        taken = self._taken.setdefault((what, who), deque())
        while taken and taken[0] <= now - seconds:
            taken.popleft()
        if len(taken) >= most:
            raise TooFast(max(1, math.ceil(taken[0] + seconds - now)))
        taken.append(now)

    def _sweep(self, now: float) -> None:
        """Forget those who have not come for a minute."""
        self._swept_at = now
        self._taken = {who: taken for who, taken in self._taken.items() if taken[-1] > now - _SWEEP}
