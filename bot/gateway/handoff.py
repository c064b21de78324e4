"""Who has the word in a conversation: the bot or one agent, and the queue between them.

One open handoff per conversation, each change an event, each change of owner a new version of the conversation.
While a conversation is QUEUED the bot goes on answering; while it is ASSIGNED only the agent speaks.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway import messages
from bot.gateway import tables as t
from bot.gateway.clock import day
from bot.gateway.messages import Message
from bot.gateway.storage import insert_once

_PRESENT = 60


class NotYours(Exception):
    """Somebody else has the word, or the handoff is no longer in the state this needs."""


def request(
    c: Connection,
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
    open_one = _open(c, conversation)
    if open_one:
        more = {"priority": min(priority, open_one.priority), "summary": summary or open_one.summary}
        c.execute(sa.update(t.handoff).where(t.handoff.c.id == open_one.id).values(**more))
        _event(c, open_one.id, open_one.state, open_one.state, reason, "bot")
        return open_one.ticket, False
    ticket = _next_ticket(c, now)
    row = {
        "ticket": ticket, "conversation": conversation, "state": "QUEUED", "reason": reason, "skill": skill,
        "priority": priority, "summary": summary, "slots": slots or {}, "created_at": now,
    }  # fmt: skip
    new = c.execute(sa.insert(t.handoff).values(**row).returning(t.handoff.c.id))
    _event(c, int(new.scalar_one()), "BOT", "QUEUED", reason, "bot")
    return ticket, True


def assign(c: Connection, handoff_id: int, agent: str) -> str:
    """Give a queued conversation to an agent, who alone may speak from now on. Returns the conversation."""
    row = _move(c, handoff_id, "QUEUED", "ASSIGNED", agent=agent)
    _event(c, handoff_id, "QUEUED", "ASSIGNED", "assigned", agent)
    _hand_over(c, row.conversation, "agent", agent)
    return str(row.conversation)


def release(c: Connection, handoff_id: int, agent: str, reason: str = "agent_closed") -> str:
    """Give the word back to the bot. Returns the conversation."""
    row = _move(c, handoff_id, "ASSIGNED", "CLOSED", agent=agent)
    if row.agent != agent:
        raise NotYours
    _event(c, handoff_id, "ASSIGNED", "CLOSED", reason, agent)
    _hand_over(c, row.conversation, "bot", None)
    return str(row.conversation)


def speak(c: Connection, conversation: str, agent: str, message_id: str, text: str) -> list[Message]:
    """An agent's message, published. NotYours unless this agent has the word."""
    talk = messages.find_talk(c, conversation, lock=True)
    if talk is None or (talk.owner, talk.agent) != ("agent", agent):
        raise NotYours
    pen = messages.Pen(c, talk)
    pen.write(f"agent:{agent}:{message_id}"[:120], {"text": text}, "agent", agent=agent)
    return pen.done()


def present(c: Connection, agent: str) -> None:
    """An agent is at the desk; holds for a minute."""
    now = time.time()
    changed = c.execute(sa.update(t.presence).where(t.presence.c.agent == agent).values(seen_at=now))
    if not changed.rowcount:
        c.execute(sa.insert(t.presence).values(agent=agent, seen_at=now))


def somebody_on_duty(c: Connection) -> bool:
    query = sa.select(t.presence.c.agent).where(t.presence.c.seen_at > time.time() - _PRESENT)
    return (c.execute(query)).first() is not None


def _open(c: Connection, conversation: str) -> t.Record | None:
    query = sa.select(t.handoff).where(
        t.handoff.c.conversation == conversation, t.handoff.c.state != "CLOSED"
    )
    return (c.execute(query.with_for_update())).one_or_none()


def _move(c: Connection, handoff_id: int, old: str, new: str, *, agent: str) -> t.Record:
    query = (
        sa.update(t.handoff)
        .where(t.handoff.c.id == handoff_id, t.handoff.c.state == old)
        .values(state=new, **({"agent": agent} if new == "ASSIGNED" else {}))
        .returning(t.handoff)
    )
    row: t.Record | None = (c.execute(query)).one_or_none()
    if row is None:
        raise NotYours
    return row


def _hand_over(c: Connection, conversation: str, owner: str, agent: str | None) -> None:
    changes = {"owner": owner, "agent": agent, "version": t.conversation.c.version + 1}
    c.execute(sa.update(t.conversation).where(t.conversation.c.id == conversation).values(**changes))


def _event(c: Connection, handoff_id: int, old: str, new: str, reason: str, actor: str) -> None:
    row = {"handoff_id": handoff_id, "from_state": old, "to_state": new, "reason": reason, "actor": actor}
    c.execute(sa.insert(t.handoff_event).values(**row, at=time.time()))


def _next_ticket(c: Connection, now: float) -> str:
    """H, the day, and the number of the day's handoff."""
    name = f"ticket:{day(now)}"
    insert_once(c, t.counter, {"name": name, "value": 0})
    query = sa.update(t.counter).where(t.counter.c.name == name).values(value=t.counter.c.value + 1)
    number = (c.execute(query.returning(t.counter.c.value))).scalar_one()
    return f"H{day(now)}{number:04d}"
