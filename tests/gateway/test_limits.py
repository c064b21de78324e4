"""How often something may be done; the clock is the test's."""

import pytest

from bot.gateway.store.limits import RateLimits, TooFast
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000.0)


@pytest.fixture
def limits(clock: ManualClock) -> RateLimits:
    return RateLimits(messages_per_second=1, sessions_per_minute=2, clock=clock)


async def test_the_window_moves_and_says_how_long_to_wait(limits: RateLimits, clock: ManualClock) -> None:
    for _ in range(5):
        await limits.take("message", "c-1")
        clock.forward(0.5)
    with pytest.raises(TooFast) as refused:
        await limits.take("message", "c-1")
    assert refused.value.retry_after == 3, "the first was taken 2.5 s ago"
    clock.forward(2.5)
    await limits.take("message", "c-1")
    with pytest.raises(TooFast) as refused:
        await limits.take("message", "c-1")
    assert refused.value.retry_after == 1
    clock.forward(0.5)
    await limits.take("message", "c-1")


async def test_what_was_refused_does_not_count(limits: RateLimits, clock: ManualClock) -> None:
    for _ in range(2):
        await limits.take("session", "198.51.100.1")
    for _ in range(60):
        with pytest.raises(TooFast):
            await limits.take("session", "198.51.100.1")
        clock.forward(1)
    await limits.take("session", "198.51.100.1")


async def test_senders_and_kinds_are_counted_apart(limits: RateLimits) -> None:
    for who in ("198.51.100.1", "198.51.100.2"):
        for _ in range(2):
            await limits.take("session", who)
        with pytest.raises(TooFast):
            await limits.take("session", who)
        await limits.take("upload", who)


async def test_who_stays_away_takes_no_memory(limits: RateLimits, clock: ManualClock) -> None:
    for n in range(100):
        await limits.take("message", f"c-{n}")
    clock.forward(60)
    await limits.take("session", "198.51.100.1")
    assert list(limits._taken) == [("session", "198.51.100.1")]
