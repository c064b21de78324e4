"""Who is served next and by whom, how many stand before somebody, and how long that takes. Pure; times in seconds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ANY_SKILL = "general"
AGEING = 180.0
"""Waiting this long counts as much as one class of priority, so nobody starves."""
_DANGER = 0
_LENT = 60.0  # after this long without a matching agent on duty, any agent serves


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits. `priority` 0 (danger to life) to 9; `last_agent` spoke with this customer before."""

    id: int
    priority: int
    since: float
    skill: str = ANY_SKILL
    level: int = 0
    last_agent: str | None = None
    promised: bool = False  # was told to go on with the bot: comes after those who wait in the line


@dataclass(frozen=True)
class Seat:
    """An agent on duty: what he can do, how many more talks he may take, how busy he is (0 to 1)."""

    agent: str
    skills: frozenset[str]
    level: int = 0
    free: int = 1
    busy: float = 0.0
    idle_since: float = 0.0


def urgency(one: Waiting, now: float) -> tuple[float, ...]:
    """The smaller, the sooner. Danger stands before everybody however long the others have waited."""
    aged = max(1.0, one.priority - (now - one.since) / AGEING)
    return (float(one.priority != _DANGER), float(one.promised), aged, one.since, one.id)


def in_order(line: Iterable[Waiting], now: float) -> list[Waiting]:
    return sorted(line, key=lambda one: urgency(one, now))


def able(one: Waiting, seats: Sequence[Seat], now: float) -> list[Seat]:
    """Who of those on duty may serve. Where nobody has the skill, danger is served by anybody at once and the others
    after a minute."""
    fitting = [seat for seat in seats if _fits(seat, one)]
    lent = one.priority == _DANGER or now - one.since >= _LENT
    return fitting or (list(seats) if lent else [])


def _fits(seat: Seat, one: Waiting) -> bool:
    return (one.skill == ANY_SKILL or one.skill in seat.skills) and seat.level >= one.level


def assign(line: Iterable[Waiting], seats: Sequence[Seat], now: float) -> list[tuple[int, str]]:
    """(id, agent) for everybody who can be served now: the agent he spoke with last, else the least busy one."""
    free = {seat.agent: seat.free for seat in seats}
    left = sum(free.values())
    given: list[tuple[int, str]] = []
    for one in in_order(line, now) if left else ():
        fitting = [seat for seat in able(one, seats, now) if free[seat.agent] > 0]
        if fitting:
            best = min(
                fitting,
                key=lambda seat: (seat.agent != one.last_agent, seat.busy, seat.idle_since, seat.agent),
            )
            free[best.agent] -= 1
            left -= 1
            given.append((one.id, best.agent))
        if not left:
            break
    return given


def ahead(line: Iterable[Waiting], seats: Sequence[Seat], now: float) -> dict[int, int]:
    """How many stand before each of them and could take an agent who would serve him."""
    passed: Counter[frozenset[str]] = Counter()  # those before, by who would serve them
    places = {}
    for one in in_order(line, now):
        servers = frozenset(seat.agent for seat in able(one, seats, now))
        places[one.id] = sum(count for others, count in passed.items() if others & servers or not seats)
        passed[servers] += 1
    return places


def wait_range(before: int, agents: int, talk_minutes: tuple[float, float]) -> tuple[int, int] | None:
    """Least and most minutes until an agent is free for somebody with `before` people ahead; None with no agent.

    Each of the agents ends a talk within `talk_minutes` (least, most)."""
    if agents < 1:
        return None
    rounds = math.ceil((before + 1) / agents)
    least, most = talk_minutes
    return max(1, math.floor(before / agents * least)), max(1, math.ceil(rounds * most))
