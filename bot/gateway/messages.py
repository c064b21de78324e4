"""What either side sees: customers' words stored at once, replies stored first and published later.

Publication is the gate of delivery: in one transaction it asks who owns the conversation, then gives the message
its `seq` or suppresses it. Only published messages can be read by a channel.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gateway import tables as t
from bot.gateway.storage import Store

_BATCH = 200
_HISTORY = 500


@dataclass(frozen=True)
class Message:
    """One published message. `body` has any of text, quick_replies, card, image (docs/protocols.md)."""

    conversation: str
    seq: int
    id: int
    author: str
    at: float
    body: Mapping[str, Any] = field(default_factory=dict)
    agent: str | None = None
    client_id: str | None = None
    inbox_id: int | None = None


async def next_seq(c: AsyncConnection, conversation: str) -> int:
    """Take the next number of a conversation; the row stays locked until the transaction ends."""
    query = (
        sa.update(t.conversation)
        .where(t.conversation.c.id == conversation)
        .values(last_seq=t.conversation.c.last_seq + 1)
        .returning(t.conversation.c.last_seq)
    )
    return int((await c.execute(query)).scalar_one())


async def add(
    c: AsyncConnection,
    conversation: str,
    key: str,
    body: Mapping[str, Any],
    *,
    author: str = "bot",
    agent: str | None = None,
    inbox_id: int | None = None,
    state: str = "pending",
) -> None:
    """Store a message that waits for publication. `key` names its cause and makes it unique for ever."""
    row = {"conversation": conversation, "key": key, "body": dict(body), "author": author, "agent": agent}
    await c.execute(sa.insert(t.message).values(**row, inbox_id=inbox_id, state=state, at=time.time()))


async def publish(store: Store) -> list[Message]:
    """Give every waiting message its number in order, or suppress it when its author no longer has the word."""
    async with store.write() as c:
        waiting = sa.exists().where(
            t.message.c.conversation == t.conversation.c.id, t.message.c.state == "pending"
        )
        talks = (
            sa.select(t.conversation.c.id, t.conversation.c.owner, t.conversation.c.last_seq)
            .where(waiting)
            .limit(_BATCH)
        )
        owners = {row.id: row for row in await c.execute(talks.with_for_update(skip_locked=True))}
        if not owners:
            return []
        pending = (
            sa.select(t.message)
            .where(t.message.c.conversation.in_(owners), t.message.c.state == "pending")
            .order_by(t.message.c.id)
        )
        numbers = {name: row.last_seq for name, row in owners.items()}
        published, suppressed = [], []
        for row in await c.execute(pending):
            if row.author == "bot" and owners[row.conversation].owner != "bot":
                suppressed.append({"b_id": row.id, "b_seq": None, "b_state": "suppressed"})
                continue
            numbers[row.conversation] += 1
            published.append(_message(row, numbers[row.conversation]))
        marks = [{"b_id": m.id, "b_seq": m.seq, "b_state": "published"} for m in published]
        await _mark(c, marks + suppressed)
        await _advance(c, {m.conversation: m.seq for m in published})
    return published


async def _mark(c: AsyncConnection, marks: list[dict[str, Any]]) -> None:
    query = sa.update(t.message).where(t.message.c.id == sa.bindparam("b_id"))
    await c.execute(query.values(seq=sa.bindparam("b_seq"), state=sa.bindparam("b_state")), marks)


async def _advance(c: AsyncConnection, numbers: Mapping[str, int]) -> None:
    if numbers:
        query = sa.update(t.conversation).where(t.conversation.c.id == sa.bindparam("b_id"))
        marks = [{"b_id": name, "b_seq": seq} for name, seq in numbers.items()]
        await c.execute(query.values(last_seq=sa.bindparam("b_seq")), marks)


async def after(store: Store, conversation: str, seq: int, until: int | None = None) -> Sequence[Message]:
    """Published messages with a higher number, oldest first; from the beginning at most the newest 500."""
    m = t.message.c
    query = sa.select(t.message).where(m.conversation == conversation, m.seq > seq)
    if until is not None:
        query = query.where(m.seq <= until)
    async with store.read() as c:
        if seq == 0:
            rows = (await c.execute(query.order_by(m.seq.desc()).limit(_HISTORY))).all()[::-1]
        else:
            rows = list((await c.execute(query.order_by(m.seq))).all())
    return [_message(row, row.seq) for row in rows]


async def last_seq(store: Store, conversations: Sequence[str]) -> dict[str, int]:
    """The newest number of each of these conversations."""
    query = sa.select(t.conversation.c.id, t.conversation.c.last_seq)
    async with store.read() as c:
        rows = await c.execute(query.where(t.conversation.c.id.in_(conversations)))
        return {row.id: row.last_seq for row in rows}


def _message(row: t.Record, seq: int) -> Message:
    return Message(
        row.conversation, seq, row.id, row.author, row.at, row.body, row.agent, row.client_id, row.inbox_id
    )
