"""How much waits to be done, and for how long: what whoever runs the gateway has to see first."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store import tables as t


@dataclass(frozen=True)
class Backlog:
    """Messages without an answer and writes the company has not accepted, each with the age of the oldest in seconds; None
    when there is none."""

    messages: int
    oldest_message: float | None
    submissions: int
    oldest_submission: float | None
    oldest_urgent: float | None


def waiting(c: Connection) -> Backlog:
    """What waits now."""
    i, s, now = t.inbox.c, t.submission.c, clock.now(c)
    messages = c.execute(sa.select(sa.func.count(), sa.func.min(i.received_at)).where(i.state == t.NEW)).one()
    urgent = sa.func.min(sa.case((s.urgent, s.created_at)))
    writes = c.execute(
        sa.select(sa.func.count(), sa.func.min(s.created_at), urgent).where(s.state == t.NEW)
    ).one()

    def age(at: float | None) -> float | None:
        return None if at is None else round(max(0.0, now - at), 1)

    return Backlog(messages[0], age(messages[1]), writes[0], age(writes[1]), age(writes[2]))
