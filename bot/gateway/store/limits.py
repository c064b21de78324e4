"""How often something may be done: a moving window per sender, in memory of this process."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter


class TooFast(Exception):
    """Refused for `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too fast")
        self.retry_after = retry_after


class RateLimits:
    """Messages per conversation (some a second, five times as many at once), sessions, uploads and speech per address."""

    def __init__(self, messages_per_second: int, sessions_per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._items = {
            "message": RateLimitItemPerSecond(5 * messages_per_second, 5),
            "session": RateLimitItemPerMinute(sessions_per_minute),
            "upload": RateLimitItemPerMinute(10),
            "speech": RateLimitItemPerMinute(30),
        }

    async def take(self, what: str, who: str) -> None:
        """Count one. Raises TooFast."""
        item = self._items[what]
        if not await self._limiter.hit(item, what, who):
            window = await self._limiter.get_window_stats(item, what, who)
            raise TooFast(max(1, math.ceil(window.reset_time - time.time())))
