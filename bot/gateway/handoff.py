"""Who has the word in a conversation: the bot or one agent, and the queue between them.

One open handoff per conversation, each change an event, each change of owner a new version of the conversation.
While a conversation is QUEUED the bot goes on answering; while it is ASSIGNED only the agent speaks.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gateway import messages
from bot.gateway import tables as t
from bot.gateway.clock import day
from bot.gateway.storage import Store

_PRESENT = 60


class NotYours(Exception):
    """Somebody else has the word, or the handoff is no longer in the state this needs."""


async def request(
    c: AsyncConnection,
    conversation: str,
    reason: str,
    *,
    skill: str = "general",
    priority: int = 5,
    summary: str = "",
    slots: dict[str, Any] | None = None,
) -> tuple[str, bool]:
    """Queue the conversation for a person. Returns the ticket and whether it is a new one; an open handoff keeps
    its ticket and takes the more urgent priority."""
    now = time.time()
    open_one = await _open(c, conversation)
    if open_one:
        more = {"priority": min(priority, open_one.priority), "summary": summary or open_one.summary}
        await c.execute(sa.update(t.handoff).where(t.handoff.c.id == open_one.id).values(**more))
        await _event(c, open_one.id, open_one.state, open_one.state, reason, "bot")
        return open_one.ticket, False
    ticket = await _next_ticket(c, now)
    row = {
        "ticket": ticket, "conversation": conversation, "state": "QUEUED", "reason": reason, "skill": skill,
        "priority": priority, "summary": summary, "slots": slots or {}, "created_at": now,
    }  # fmt: skip
    new = await c.execute(sa.insert(t.handoff).values(**row).returning(t.handoff.c.id))
    await _event(c, int(new.scalar_one()), "BOT", "QUEUED", reason, "bot")
    return ticket, True


async def assign(store: Store, handoff_id: int, agent: str) -> str:
    """Give a queued conversation to an agent, who alone may speak from now on. Returns the conversation."""
    async with store.write() as c:
        row = await _move(c, handoff_id, "QUEUED", "ASSIGNED", agent=agent)
        await _event(c, handoff_id, "QUEUED", "ASSIGNED", "assigned", agent)
        await _hand_over(c, row.conversation, "agent", agent)
        return str(row.conversation)


async def release(store: Store, handoff_id: int, agent: str, reason: str = "agent_closed") -> str:
    """Give the word back to the bot. Returns the conversation."""
    async with store.write() as c:
        row = await _move(c, handoff_id, "ASSIGNED", "CLOSED", agent=agent)
        if row.agent != agent:
            raise NotYours
        await _event(c, handoff_id, "ASSIGNED", "CLOSED", reason, agent)
        await _hand_over(c, row.conversation, "bot", None)
        return str(row.conversation)


async def speak(store: Store, conversation: str, agent: str, message_id: str, text: str) -> None:
    """An agent's message. NotYours unless this agent has the word."""
    async with store.write() as c:
        query = sa.select(t.conversation.c.owner, t.conversation.c.agent)
        talk = (
            await c.execute(query.where(t.conversation.c.id == conversation).with_for_update())
        ).one_or_none()
        if talk is None or (talk.owner, talk.agent) != ("agent", agent):
            raise NotYours
        key = f"agent:{agent}:{message_id}"[:120]
        await messages.add(c, conversation, key, {"text": text}, author="agent", agent=agent)


async def present(store: Store, agent: str) -> None:
    """An agent is at the desk; holds for a minute."""
    async with store.write() as c:
        now = time.time()
        changed = await c.execute(
            sa.update(t.presence).where(t.presence.c.agent == agent).values(seen_at=now)
        )
        if not changed.rowcount:
            await c.execute(sa.insert(t.presence).values(agent=agent, seen_at=now))


async def somebody_on_duty(c: AsyncConnection) -> bool:
    query = sa.select(t.presence.c.agent).where(t.presence.c.seen_at > time.time() - _PRESENT)
    return (await c.execute(query)).first() is not None


async def _open(c: AsyncConnection, conversation: str) -> t.Record | None:
    query = sa.select(t.handoff).where(
        t.handoff.c.conversation == conversation, t.handoff.c.state != "CLOSED"
    )
    return (await c.execute(query.with_for_update())).one_or_none()


async def _move(c: AsyncConnection, handoff_id: int, old: str, new: str, *, agent: str) -> t.Record:
    query = (
        sa.update(t.handoff)
        .where(t.handoff.c.id == handoff_id, t.handoff.c.state == old)
        .values(state=new, **({"agent": agent} if new == "ASSIGNED" else {}))
        .returning(t.handoff)
    )
    row: t.Record | None = (await c.execute(query)).one_or_none()
    if row is None:
        raise NotYours
    return row


async def _hand_over(c: AsyncConnection, conversation: str, owner: str, agent: str | None) -> None:
    changes = {"owner": owner, "agent": agent, "version": t.conversation.c.version + 1}
    await c.execute(sa.update(t.conversation).where(t.conversation.c.id == conversation).values(**changes))


async def _event(c: AsyncConnection, handoff_id: int, old: str, new: str, reason: str, actor: str) -> None:
    row = {"handoff_id": handoff_id, "from_state": old, "to_state": new, "reason": reason, "actor": actor}
    await c.execute(sa.insert(t.handoff_event).values(**row, at=time.time()))


async def _next_ticket(c: AsyncConnection, now: float) -> str:
    """H, the day, and the number of the day's handoff."""
    name = f"ticket:{day(now)}"
    await c.execute(Store.insert_once(c, t.counter, {"name": name, "value": 0}))
    query = sa.update(t.counter).where(t.counter.c.name == name).values(value=t.counter.c.value + 1)
    number = (await c.execute(query.returning(t.counter.c.value))).scalar_one()
    return f"H{day(now)}{number:04d}"
