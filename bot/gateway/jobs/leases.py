"""Which gateway does a job that is done once for all, and what became of it: one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import tables as t
from bot.gateway.store.clock import iso
from bot.gateway.store.storage import insert_once


@dataclass(frozen=True)
class Ran:
    """When a job last came to its end, and the last time it did not: the kind of error and when."""

    at: float | None = None
    error: str | None = None
    failed_at: float | None = None

    def shown(self) -> dict[str, str | None]:
        """As it is told outside."""
        ran_at, failed_at = (None if at is None else iso(at) for at in (self.at, self.failed_at))
        return {"ran_at": ran_at, "error": self.error, "failed_at": failed_at}


def take(c: Connection, name: str, holder: str, now: float, first_due: float, until: float) -> float | None:
    """Take the job when it is due and free: None, and it is this holder's until then. Else in how many seconds to look
    again."""
    j = t.job.c
    insert_once(c, t.job, {"name": name, "due_at": first_due, "lease_until": 0.0})
    free = sa.update(t.job).where(j.name == name, j.due_at <= now, j.lease_until <= now)
    if c.execute(free.values(holder=holder, lease_until=until)).rowcount:
        return None
    row = c.execute(sa.select(j.due_at, j.lease_until).where(j.name == name)).one()
    return max(0.0, float(max(row.due_at, row.lease_until)) - now)


def end(c: Connection, name: str, holder: str, now: float, due_at: float, error: str | None) -> None:
    """Give the job back, unless the lease has lapsed and another one has it."""
    told = {"error": error, "failed_at": now} if error else {"ran_at": now}
    mine = sa.update(t.job).where(t.job.c.name == name, t.job.c.holder == holder)
    c.execute(mine.values(holder=None, lease_until=0.0, due_at=due_at, **told))


def ran(c: Connection, names: Sequence[str]) -> dict[str, Ran]:
    """What became of these jobs, whichever gateway did them."""
    rows = c.execute(sa.select(t.job).where(t.job.c.name.in_(names)))
    return {row.name: Ran(row.ran_at, row.error, row.failed_at) for row in rows}
