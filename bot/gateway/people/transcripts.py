"""What was said in a conversation as agents see it: with notes, with late replies, with the names of agents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.people import agents
from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.clock import iso

_MOST = 500
_PREVIEW = 80


def transcript(
    c: Connection, conversation: str, before: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """The newest messages, or those before a number; with notes and suppressed replies where they belong. Oldest
    first, and whether there are older ones."""
    m = t.message.c
    query = sa.select(t.message).where(m.conversation == conversation, m.seq.is_not(None))
    if before:
        query = query.where(m.seq < before)
    page = list(c.execute(query.order_by(m.seq.desc()).limit(limit + 1)).all())
    more, page = len(page) > limit, page[:limit][::-1]
    first = page[0].seq if more else 0
    return _with_asides(c, conversation, page, first, before), more


def since(c: Connection, conversation: str, seq: int) -> list[dict[str, Any]]:
    """What came after a number, and notes written at it or later."""
    m = t.message.c
    query = sa.select(t.message).where(m.conversation == conversation, m.seq > seq)
    return _with_asides(c, conversation, list(c.execute(query.order_by(m.seq).limit(_MOST)).all()), seq, 0)


def _with_asides(
    c: Connection, conversation: str, page: Sequence[t.Record], first: int, before: int
) -> list[dict[str, Any]]:
    """Published messages with the notes and late replies of the same stretch between them."""
    m, n = t.message.c, t.note.c
    late = sa.select(t.message).where(m.conversation == conversation, m.seq.is_(None))
    if page:
        late = late.where(m.id >= page[0].id)
    notes = sa.select(t.note).where(n.conversation == conversation, n.after_seq >= first)
    if before:
        notes = notes.where(n.after_seq < before)
        late = late.where(m.id < (page[-1].id if page else 0))
    shown = [(row.seq, row.at, message(row)) for row in page]
    shown += [(_place(page, row), row.at, message(row, _place(page, row))) for row in c.execute(late)]
    shown += [(row.after_seq, row.at, note(row)) for row in c.execute(notes)]
    return [each for _, _, each in sorted(shown, key=lambda one: (one[0], one[1]))]


def _place(page: Sequence[t.Record], row: t.Record) -> int:
    return max((each.seq for each in page if each.id < row.id), default=0)


def message(row: t.Record, after_seq: int | None = None) -> dict[str, Any]:
    """A stored message; its picture is still the name of an upload."""
    body = row.body
    shown = {
        "id": f"m{row.id}", "seq": row.seq, "after_seq": row.seq if after_seq is None else after_seq,
        "at": iso(row.at), "from": row.author, "agent": row.agent, "msg_id": row.client_id,
        "suppressed": row.state == "suppressed" or None,
        **{name: body.get(name) for name in ("text", "quick_replies", "card", "image")},
    }  # fmt: skip
    heard = {"heard": body["heard"]} if "heard" in body else {}
    return {name: value for name, value in shown.items() if value or name in ("seq", "after_seq")} | heard


def note(row: t.Record) -> dict[str, Any]:
    """A private note."""
    shown = {
        "id": f"n{row.id}", "seq": None, "after_seq": row.after_seq, "at": iso(row.at), "from": "note",
        "agent": row.agent, "msg_id": row.msg_id, "text": row.text,
    }  # fmt: skip
    return {**shown, "whisper": True} if row.whisper else shown


def add_note(
    c: Connection, conversation: str, agent: str, msg_id: str, text: str, whisper: bool
) -> dict[str, Any]:
    """Keep a note behind the newest message; the same `msg_id` gives the same note."""
    n = t.note.c
    known = c.execute(sa.select(t.note).where(n.agent == agent, n.msg_id == msg_id)).one_or_none()
    if known is None:
        after = (
            sa.select(t.conversation.c.last_seq).where(t.conversation.c.id == conversation).scalar_subquery()
        )
        values = {
            "conversation": conversation,
            "after_seq": after,
            "agent": agent,
            "msg_id": msg_id,
            "text": text,
        }
        new = sa.insert(t.note).values(**values, whisper=whisper, at=clock.now(c)).returning(t.note)
        known = c.execute(new).one()
    return note(known)


def mark_read(c: Connection, agent: str, conversation: str, seq: int) -> None:
    r = t.agent_read.c
    which = sa.update(t.agent_read).where(r.agent == agent, r.conversation == conversation)
    if not c.execute(which.values(seq=sa.case((r.seq > seq, r.seq), else_=seq))).rowcount:
        c.execute(sa.insert(t.agent_read).values(agent=agent, conversation=conversation, seq=seq))


def search(c: Connection, words: str, limit: int) -> list[dict[str, Any]]:
    """Messages that hold these words, newest first."""
    m, h = t.message.c, t.handoff.c
    text = m.body["text"].as_string()
    ticket = sa.select(h.ticket).where(h.conversation == m.conversation).order_by(h.id.desc()).limit(1)
    query = sa.select(t.message, ticket.scalar_subquery().label("ticket"))
    query = query.where(text.contains(words, autoescape=True), m.seq.is_not(None))
    found = c.execute(query.order_by(m.id.desc()).limit(limit))
    return [
        {
            "conversation": row.conversation, "ticket": row.ticket or "", "seq": row.seq, "at": iso(row.at),
            "from": row.author, "snippet": row.body.get("text", "")[:_PREVIEW * 2],
        }
        for row in found
    ]  # fmt: skip


def named(c: Connection, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Messages with the names agents are known by."""
    display = (
        {row.name: row.display for row in agents.everybody(c)} if any("agent" in m for m in messages) else {}
    )
    return [{**m, "agent_name": display.get(m["agent"], m["agent"])} if "agent" in m else m for m in messages]


def published(c: Connection, conversation: str, after: int) -> list[dict[str, Any]]:
    """What both sides see after a number, without asides."""
    m = t.message.c
    query = sa.select(t.message).where(m.conversation == conversation, m.seq > after).order_by(m.seq)
    return named(c, [message(row) for row in c.execute(query)])


def of_agent(c: Connection, agent: str, msg_id: str) -> dict[str, Any]:
    """The message that an agent's page sent under this id."""
    row = c.execute(sa.select(t.message).where(t.message.c.key == f"agent:{agent}:{msg_id}"[:120])).one()
    return named(c, [message(row)])[0]


def last_words(c: Connection, conversation: str) -> str:
    """What the customer said last, "" when it was no text."""
    m = t.message.c
    query = sa.select(m.body).where(m.conversation == conversation, m.author == "customer")
    body = c.execute(query.order_by(m.id.desc()).limit(1)).scalar_one_or_none() or {}
    return str(body.get("text") or "")


Mark = tuple[int, int, int]
"""The newest message, note and change of a hand-off."""


def mark(c: Connection) -> Mark:
    newest = [
        c.execute(sa.select(sa.func.max(table.c.id))).scalar_one() or 0
        for table in (t.message, t.note, t.handoff_event)
    ]
    return newest[0], newest[1], newest[2]


def changed(c: Connection, before: Mark) -> tuple[Mark, list[tuple[str, dict[str, Any] | None]]]:
    """What is new since a mark: conversations with the message or note, or None when the hand-off has moved."""
    m, n, e = t.message.c, t.note.c, t.handoff_event.c
    newest = mark(c)
    told: list[tuple[str, dict[str, Any] | None]] = []
    for row in c.execute(sa.select(t.message).where(m.id > before[0], m.id <= newest[0]).order_by(m.id)):
        told += [(row.conversation, one) for one in named(c, [message(row)])]
    for row in c.execute(sa.select(t.note).where(n.id > before[1], n.id <= newest[1]).order_by(n.id)):
        told += [(row.conversation, one) for one in named(c, [note(row)])]
    moved = sa.select(t.handoff.c.conversation).join(t.handoff_event, e.handoff_id == t.handoff.c.id)
    told += [(name, None) for name in c.execute(moved.where(e.id > before[2], e.id <= newest[2])).scalars()]
    return newest, told
