"""Which talks a lead reads: some by chance, and those where something may have gone wrong; and the score sheet."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.storage import insert_once

ONE_IN = 20
"""By chance: one talk of so many."""
CRITERIA = ("correct", "polite", "complete", "safe", "privacy")
_RISKY = ("hazard", "complaint", "backend_down")
_MOST = 50


def pick(c: Connection, row: t.Record) -> None:
    """Decide about a talk that has ended."""
    if row.agent is None:
        return
    if row.priority == 0 or row.reason in _RISKY:
        add(c, row.id, "risk")
    elif int(hashlib.sha256(row.ticket.encode()).hexdigest(), 16) % ONE_IN == 0:
        add(c, row.id, "random")


def add(c: Connection, handoff_id: int, why: str) -> None:
    insert_once(c, t.sample, {"handoff_id": handoff_id, "why": why, "created_at": clock.now(c)})


def listing(c: Connection) -> list[dict[str, Any]]:
    """The newest samples, those without a score first."""
    query = sa.select(t.sample, t.handoff.c.conversation, t.handoff.c.ticket, t.handoff.c.agent).join(
        t.handoff, t.handoff.c.id == t.sample.c.handoff_id
    )
    rows = c.execute(query.order_by(t.sample.c.scored_at.is_not(None), t.sample.c.id.desc()).limit(_MOST))
    return [
        {
            "id": str(row.id), "conversation": row.conversation, "ticket": row.ticket, "agent": row.agent or "",
            "why": row.why, "scored": row.scored_at is not None,
        }
        for row in rows
    ]  # fmt: skip


def score(c: Connection, number: int, lead: str, scores: dict[str, int], comment: str) -> bool:
    """Keep a sheet; whether there is such a sample."""
    which = sa.update(t.sample).where(t.sample.c.id == number)
    values = {"lead": lead, "scores": scores, "comment": comment, "scored_at": clock.now(c)}
    return bool(c.execute(which.values(**values)).rowcount)
