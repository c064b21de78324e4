"""The people at the desk: who is on duty, what they can do, how much they have in hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import SEATED
from bot.core.queue import Seat
from bot.gateway.store import clock
from bot.gateway.store import tables as t

PRESENT = 60.0
"""Seconds after which an agent whose page says nothing counts as gone."""
MOST_CAPACITY = 10


def find(c: Connection, name: str) -> t.Record | None:
    return c.execute(sa.select(t.agent).where(t.agent.c.name == name)).one_or_none()


def everybody(c: Connection) -> list[t.Record]:
    """All who answer customers, by name."""
    rows = c.execute(sa.select(t.agent).order_by(t.agent.c.name)).all()
    return [row for row in rows if {"agent", "lead"} & set(row.roles)]


def set_presence(c: Connection, name: str, state: str, capacity: int) -> None:
    now = clock.now(c)
    values: dict[str, Any] = {"state": state, "capacity": min(capacity, MOST_CAPACITY), "seen_at": now}
    c.execute(sa.update(t.agent).where(t.agent.c.name == name).values(**values))


def alive(c: Connection, name: str) -> None:
    """Somebody is at the keyboard."""
    c.execute(sa.update(t.agent).where(t.agent.c.name == name).values(seen_at=clock.now(c)))


def on_duty(row: t.Record, now: float) -> bool:
    return bool(row.state == "online" and row.seen_at > now - PRESENT)


def loads(c: Connection) -> Counter[str]:
    """Talks in hand by agent."""
    h = t.handoff.c
    query = (
        sa.select(h.agent, sa.func.count()).where(h.state.in_([s.value for s in SEATED])).group_by(h.agent)
    )
    return Counter({name: int(count) for name, count in c.execute(query) if name})


def seats(c: Connection, now: float) -> list[Seat]:
    """Everybody on duty, also who has no place free."""
    load = loads(c)
    return [
        Seat(
            row.name, frozenset(row.skills), row.level, max(0, row.capacity - load[row.name]),
            load[row.name] / max(1, row.capacity), row.idle_since,
        )
        for row in everybody(c)
        if on_duty(row, now)
    ]  # fmt: skip


def somebody_on_duty(c: Connection) -> bool:
    now = clock.now(c)
    return any(on_duty(row, now) for row in everybody(c))


def somebody_free(c: Connection) -> bool:
    """Whether an agent has a place free now."""
    return any(seat.free for seat in seats(c, clock.now(c)))


def shown(c: Connection) -> list[dict[str, Any]]:
    """Agents as the console shows them."""
    load = loads(c)
    return [
        {
            "name": row.name, "display": row.display, "state": row.state, "skills": row.skills,
            "load": load[row.name], "capacity": row.capacity,
        }
        for row in everybody(c)
    ]  # fmt: skip
