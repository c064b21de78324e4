"""Who is served next and by whom, how many stand before somebody, and how long that takes. Pure; times in seconds."""

from __future__ import annotations

import math
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


def able(seat: Seat, one: Waiting, seats: Sequence[Seat], now: float) -> bool:
    """Whether this agent may serve. Where no agent on duty has the skill, danger is served by anybody at once and the
    others after a minute."""
    if _fits(seat, one):
        return True
    if any(_fits(other, one) for other in seats):
        return False
    return one.priority == _DANGER or now - one.since >= _LENT


def _fits(seat: Seat, one: Waiting) -> bool:
    return (one.skill == ANY_SKILL or one.skill in seat.skills) and seat.level >= one.level


def assign(line: Iterable[Waiting], seats: Sequence[Seat], now: float) -> list[tuple[int, str]]:
    """(id, agent) for everybody who can be served now: the agent he spoke with last, else the least busy one."""
    free = {seat.agent: seat.free for seat in seats}
    given: list[tuple[int, str]] = []
    for one in in_order(line, now):
        fitting = [seat for seat in seats if free[seat.agent] > 0 and able(seat, one, seats, now)]
        if fitting:
            best = min(
                fitting,
                key=lambda seat: (seat.agent != one.last_agent, seat.busy, seat.idle_since, seat.agent),
            )
            free[best.agent] -= 1
            given.append((one.id, best.agent))
    return given


def ahead(line: Iterable[Waiting], seats: Sequence[Seat], now: float) -> dict[int, int]:
    """How many stand before each of them and could take an agent who would serve him."""
    order = in_order(line, now)
    servers = {one.id: frozenset(s.agent for s in seats if able(s, one, seats, now)) for one in order}
    return {
        one.id: sum(1 for other in order[:place] if servers[other.id] & servers[one.id] or not seats)
        for place, one in enumerate(order)
    }


def wait_range(before: int, agents: int, talk_minutes: tuple[float, float]) -> tuple[int, int] | None:
    """Least and most minutes until an agent is free for somebody with `before` people ahead; None with no agent.

    Each of the agents ends a talk within `talk_minutes` (least, most)."""
    if agents < 1:
        return None
    rounds = math.ceil((before + 1) / agents)
    least, most = talk_minutes
    return max(1, math.floor(before / agents * least)), max(1, math.ceil(rounds * most))
