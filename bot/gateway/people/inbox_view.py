"""Conversations and transcripts as agents see them: one query for a list, however long it is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import ENDED, State
from bot.gateway.store import tables as t
from bot.gateway.store.clock import iso
from bot.gateway.store.texts import read

_LIVELY = 1800.0
_MOST = 500
_PREVIEW = 80
_HAZARD = "hazard"
_TITLE: str = read("console")["title"]


def rows(c: Connection, agent: str, conversation: str | None = None) -> list[dict[str, Any]]:
    """Open episodes and conversations that were active in the last half hour; `read_seq` is this agent's. With a
    conversation: that one, whatever its state, CLOSED when its last episode was closed and nothing came after."""
    h, talk, m, r = t.handoff.c, t.conversation.c, t.message.c, t.agent_read.c
    ended = [state.value for state in ENDED]
    each = t.handoff.alias()
    newest = sa.select(sa.func.max(each.c.id)).where(each.c.conversation == talk.id)
    query = (
        sa.select(t.conversation, t.handoff, m.body, m.author, r.seq)
        .select_from(t.conversation)
        .outerjoin(t.handoff, h.id == newest.correlate(t.conversation).scalar_subquery())
        .outerjoin(t.message, sa.and_(m.conversation == talk.id, m.seq == talk.last_seq))
        .outerjoin(t.agent_read, sa.and_(r.conversation == talk.id, r.agent == agent))
        .order_by(talk.active_at.desc())
        .limit(_MOST)
    )
    if conversation is not None:
        query = query.where(talk.id == conversation)
    else:
        lively = talk.active_at > time.time() - _LIVELY
        closed_since = sa.and_(h.state == State.CLOSED.value, h.since >= talk.active_at)
        query = query.where(
            sa.or_(h.state.not_in(ended), sa.and_(lively, sa.or_(h.id.is_(None), ~closed_since)))
        )
    return [_row(found._mapping) for found in c.execute(query)]


def _row(found: Mapping[Any, Any]) -> dict[str, Any]:
    h, talk = t.handoff.c, t.conversation.c
    state = found[h.state] or State.BOT.value
    over = state in ENDED and not (state == State.CLOSED.value and found[h.since] >= found[talk.active_at])
    ended = state in ENDED
    body = found[t.message.c.body] or {}
    return {
        "id": found[talk.id], "channel": found[talk.channel], "state": State.BOT.value if over else state,
        "ticket": found[h.ticket], "version": found[talk.version] if ended else found[h.version],
        "reason": found[h.reason] or "", "skill": found[h.skill] or "general",
        "priority": 9 if ended else found[h.priority], "agent": None if ended else found[h.agent],
        "title": title(found[talk.id]), "preview": (body.get("text") or "")[:_PREVIEW],
        "last_seq": found[talk.last_seq], "read_seq": found[t.agent_read.c.seq] or 0,
        "since": iso(found[talk.active_at] if ended else found[h.queued_at] or found[h.since]),
        "due_at": iso(found[h.due_at]) if found[h.due_at] and not ended else None,
        "elder": bool(found[h.elder]), "hazard": found[h.reason] == _HAZARD and not ended,
    }  # fmt: skip


def title(conversation: str) -> str:
    """What a conversation is called on screen: nothing of the customer's."""
    return _TITLE.format(tail=conversation[-4:])


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
        new = sa.insert(t.note).values(**values, whisper=whisper, at=time.time()).returning(t.note)
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
