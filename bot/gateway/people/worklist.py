"""Conversations as agents see them: one query for a list, however long it is; and the board of a lead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import ENDED, SPOKEN_BY_AGENT, WAITING, State
from bot.core.masking import mask_numbers
from bot.gateway.people import agents
from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.clock import iso
from bot.gateway.store.texts import read

_LIVELY = 1800.0
_BREAKING = 60.0
_MOST = 500
_EPISODES = 6
_LOOK_BACK = 60
_PREVIEW = 80
_HAZARD = "hazard"
_TITLE: str = read("console")["title"]


def rows(c: Connection, agent: str, only: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Open episodes and conversations that were active in the last half hour; `read_seq` is this agent's.
    `only`: these conversations, whatever their state, CLOSED when the last episode was closed and nothing came after."""
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
    if only is not None:
        query = query.where(talk.id.in_(only))
    else:
        lively = talk.active_at > clock.now(c) - _LIVELY
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
        "title": title(found[talk.id]), "preview": mask_numbers(body.get("text") or "")[:_PREVIEW],
        "last_seq": found[talk.last_seq], "read_seq": found[t.agent_read.c.seq] or 0,
        "since": iso(found[talk.active_at] if ended else found[h.queued_at] or found[h.since]),
        "due_at": iso(found[h.due_at]) if found[h.due_at] and not ended else None,
        "elder": bool(found[h.elder]), "hazard": found[h.reason] == _HAZARD and not ended,
    }  # fmt: skip


def title(conversation: str) -> str:
    """What a conversation is called on screen: nothing of the customer's."""
    return _TITLE.format(tail=conversation[-4:])


def board(c: Connection, skills: Mapping[str, str]) -> dict[str, Any]:
    """Waiting, assigned, agents, and what will break within a minute."""
    now, h = clock.now(c), t.handoff.c
    states = [state.value for state in WAITING | SPOKEN_BY_AGENT]
    rows = c.execute(sa.select(t.handoff).where(h.state.in_(states))).all()
    waiting = [row for row in rows if State(row.state) in WAITING]

    def longest(some: list[t.Record]) -> int:
        return round(max((now - (row.queued_at or row.since) for row in some), default=0))

    by_skill = {code: [row for row in waiting if row.skill == code] for code in skills}
    breaking = [row for row in rows if row.due_at and row.due_at - now < _BREAKING]
    return {
        "waiting": len(waiting), "longest_wait_s": longest(waiting), "assigned": len(rows) - len(waiting),
        "agents": agents.shown(c),
        "skills": [
            {"code": code, "title": named, "waiting": len(by_skill[code]), "longest_wait_s": longest(by_skill[code])}
            for code, named in skills.items()
        ],
        "breaking": [
            {"id": row.conversation, "ticket": row.ticket, "title": title(row.conversation), "due_at": iso(row.due_at),
             "agent": row.agent}
            for row in sorted(breaking, key=lambda one: one.due_at)
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Background:
    """What the gateway itself knows of a conversation: its episode, what was said (author and text) and earlier
    episodes, newest first."""

    now: t.Record | None
    said: list[tuple[str, str]]
    previous: list[dict[str, Any]]


def background(c: Connection, conversation: str) -> Background:
    """What an agent should not have to ask again."""
    h, m = t.handoff.c, t.message.c
    episodes = (
        sa.select(t.handoff).where(h.conversation == conversation).order_by(h.id.desc()).limit(_EPISODES)
    )
    found = list(c.execute(episodes))
    said = sa.select(m.author, m.body, m.key).where(m.conversation == conversation, m.seq.is_not(None))
    ticket = found[0].ticket if found else None
    words = [
        (row.author, row.body.get("text", ""))
        for row in c.execute(said.order_by(m.id.desc()).limit(_LOOK_BACK))
        if row.author == "customer" or _of_the_bot(row, ticket)
    ]
    previous = [
        {"id": conversation, "ticket": row.ticket, "at": iso(row.created_at), "reason": row.reason}
        for row in found[1:]
    ]
    return Background(found[0] if found else None, words[::-1], previous)


def _of_the_bot(row: t.Record, ticket: str | None) -> bool:
    """Whether it is an answer of the bot and not the gateway's own word about waiting or the hand-over."""
    reply = row.author == "bot" and row.key.startswith("re:")
    return reply and not (ticket and ticket in row.body.get("text", ""))
