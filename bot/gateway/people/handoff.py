"""The hand-off of a conversation from the bot to a person and back, as one row with a version.

At most one episode is open per conversation. Every change of state is an event and a new version; a change of who has
the word is also a new version of the conversation, which the bot's late replies fail (bot/gateway/store/messages.py). All
functions work inside the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import ENDED, PROMISED, SEATED, SPOKEN_BY_AGENT, WAITING, State, check
from bot.gateway.people import samples
from bot.gateway.store import clock, messages
from bot.gateway.store import tables as t
from bot.gateway.store.clock import day
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import insert_once

_HAZARD = 0


class NotYours(Exception):
    """Somebody else has the word, or the hand-off is no longer in a state that allows this."""


class TakenAlready(NotYours):
    """Another agent was faster; `agent` is his name."""

    def __init__(self, agent: str) -> None:
        super().__init__(agent)
        self.agent = agent


class Stale(NotYours):
    """The row has changed since `version` was read."""


@dataclass(frozen=True)
class Wish:
    """Why a person is wanted and what kind. `priority` 0 (danger to life) to 9; `reason` of core.handoff.REASONS_IN."""

    reason: str
    skill: str = "general"
    priority: int = 5
    summary: str = ""
    slots: dict[str, Any] | None = None
    elder: bool = False
    level: int = 0


def request(c: Connection, conversation: str, wish: Wish, state: State = State.QUEUED) -> tuple[str, bool]:
    """Ask for a person. Returns the ticket and whether it is a new one: an open episode keeps its ticket and its place,
    takes the more urgent priority, and a promise becomes a place in the line again."""
    row = open_one(c, conversation)
    if row is None:
        return _begin(c, conversation, wish, state), True
    more = {
        "priority": min(wish.priority, row.priority), "elder": row.elder or wish.elder,
        "summary": wish.summary or row.summary, "slots": {**row.slots, **(wish.slots or {})},
    }  # fmt: skip
    if wish.priority < row.priority:
        more |= {"skill": wish.skill, "reason": wish.reason}
    c.execute(sa.update(t.handoff).where(t.handoff.c.id == row.id).values(**more))
    fresh = row.state == State.OFFERED
    promised = State(row.state) in PROMISED
    if (promised and state == State.QUEUED) or State(row.state) in {State.OFFERED, State.WRAP}:
        move(c, row, state, wish.reason, "bot", queued_at=clock.now(c))
    else:
        _event(c, row.id, row.state, row.state, wish.reason, "bot", row.version)
    return str(row.ticket), fresh


def offer(c: Connection, conversation: str, reason: str) -> None:
    """The bot has offered a person; the next turn accepts or lets the offer lapse."""
    if open_one(c, conversation) is None:
        _begin(c, conversation, Wish(reason), State.OFFERED)


def lapse(c: Connection, conversation: str) -> None:
    """The customer went on with the bot instead."""
    row = open_one(c, conversation)
    if row is not None and row.state == State.OFFERED:
        move(c, row, State.BOT, "user_back_to_bot", "customer")


def take(c: Connection, conversation: str, agent: str, version: int, reason: str = "assigned") -> None:
    """Give the conversation to an agent, who alone may speak from now on. `version` is that of the episode, or of the
    conversation where none is open. Raises Taken, Stale."""
    row = open_one(c, conversation)
    if row is None:
        talk = messages.find_talk(c, conversation, lock=True)
        if talk is None or talk.version != version:
            raise Stale
        _begin(c, conversation, Wish("policy"), State.ASSIGNED, agent)
        return
    if State(row.state) in SPOKEN_BY_AGENT:
        raise TakenAlready(row.agent)
    _expect(row, version)
    if State(row.state) not in WAITING | {State.OFFERED}:
        raise Stale
    move(c, row, State.ASSIGNED, reason, agent, agent=agent)


def release(c: Connection, conversation: str, agent: str, version: int) -> None:
    """The agent gives the word back to the bot."""
    move(c, _held(c, conversation, agent, version), State.BOT, "agent_closed", agent)


def resolve(c: Connection, conversation: str, agent: str, version: int, outcome: str) -> None:
    """The agent has ended the talk and written it up: over, with `outcome` as the reason."""
    row = _held(c, conversation, agent, version, SEATED)
    if row.state != State.WRAP:
        row = move(c, row, State.WRAP, "agent_closed", agent)
    move(c, row, State.CLOSED, "agent_closed", agent, outcome=outcome)


def transfer(
    c: Connection,
    conversation: str,
    agent: str,
    version: int,
    *,
    to_agent: str | None = None,
    to_skill: str = "",
) -> None:
    """To another agent, who has it at once, or back into the line for a skill, with the place kept."""
    row = _held(c, conversation, agent, version)
    if to_agent:
        move(c, row, State.ASSIGNED, "transfer", agent, agent=to_agent, last_agent=agent)
    else:
        move(c, row, State.QUEUED, "transfer", agent, skill=to_skill, last_agent=None)


def reassign(c: Connection, conversation: str, lead: str, version: int, to_agent: str) -> None:
    """A lead gives a conversation to an agent, whoever has it now."""
    row = open_one(c, conversation)
    if row is None:
        raise Stale
    _expect(row, version)
    if State(row.state) not in WAITING | SPOKEN_BY_AGENT:
        raise Stale
    if row.state == State.HUMAN or row.state == State.ASSIGNED:
        move(c, row, State.ASSIGNED, "transfer", lead, agent=to_agent, last_agent=row.agent)
    else:
        move(c, row, State.ASSIGNED, "assigned", lead, agent=to_agent)


def back_to_bot(c: Connection, conversation: str) -> bool:
    """The customer wants the bot again. Whether there was anything to leave; an agent still writes the talk up."""
    row = open_one(c, conversation)
    if row is None or State(row.state) in {State.WRAP}:
        return False
    seated = State(row.state) in SPOKEN_BY_AGENT
    move(c, row, State.WRAP if seated else State.BOT, "user_back_to_bot", "customer")
    return True


def speak(
    c: Connection, conversation: str, agent: str, message_id: str, body: dict[str, Any]
) -> list[Message]:
    """An agent's message, published; the same `message_id` again publishes nothing more. NotYours unless this agent
    has the word."""
    talk = messages.find_talk(c, conversation, lock=True)
    if talk is None or (talk.owner, talk.agent) != ("agent", agent):
        raise NotYours
    key = f"agent:{agent}:{message_id}"[:120]
    if c.execute(sa.select(t.message.c.id).where(t.message.c.key == key)).first():
        return []
    row = open_one(c, conversation)
    if row is not None:
        _answered(c, row)
    pen = messages.open_pen(c, conversation)
    pen.write(key, body, "agent", agent=agent, client_id=message_id)
    return pen.done()


def _answered(c: Connection, row: t.Record) -> None:
    """The customer has his answer. Who has the word stays the same, and so does the version that guards it."""
    values: dict[str, Any] = {"due_at": None}
    if row.state == State.ASSIGNED:
        values |= {"state": State.HUMAN.value, "since": clock.now(c)}
        _event(c, row.id, row.state, State.HUMAN.value, "first_reply", row.agent, row.version)
    c.execute(sa.update(t.handoff).where(t.handoff.c.id == row.id).values(**values))


def serves(c: Connection, conversation: str, agent: str) -> bool:
    """Whether the open episode of the conversation is this agent's."""
    row = open_one(c, conversation)
    return row is not None and row.agent == agent


def closed_by_person(c: Connection, conversation: str, since: float) -> bool:
    """Whether an agent has ended an episode of the conversation since then."""
    e = t.handoff_event.c
    query = sa.select(e.id).join(t.handoff, e.handoff_id == t.handoff.c.id)
    which = (t.handoff.c.conversation == conversation, e.reason == "agent_closed", e.at > since)
    return c.execute(query.where(*which).limit(1)).first() is not None


def open_one(c: Connection, conversation: str) -> t.Record | None:
    """The open episode of a conversation, locked."""
    query = sa.select(t.handoff).where(
        t.handoff.c.conversation == conversation, t.handoff.c.state.not_in([s.value for s in ENDED])
    )
    return c.execute(query.with_for_update()).one_or_none()


def move(c: Connection, row: t.Record, new: State, reason: str, actor: str, **more: Any) -> t.Record:
    """Carry an episode into its next state. Stale when another transaction was faster; Forbidden (core.handoff) for a
    state that does not follow."""
    check(State(row.state), new)
    now = clock.now(c)
    values = {"state": new.value, "version": row.version + 1, "since": now, "due_at": None, **more}
    if new in WAITING | {State.OFFERED, State.BOT}:
        values.setdefault("agent", None)
    if new == State.QUEUED:
        values |= {
            "queued_at": more.get("queued_at") or row.queued_at or now,
            "told_ahead": None,
            "offered_at": None,
        }
    which = sa.update(t.handoff).where(t.handoff.c.id == row.id, t.handoff.c.version == row.version)
    changed: t.Record | None = c.execute(which.values(**values).returning(t.handoff)).one_or_none()
    if changed is None:
        raise Stale
    _event(c, row.id, row.state, new.value, reason, actor, changed.version)
    _hand_over(c, changed)
    if new == State.CLOSED:
        samples.pick(c, changed)
    return changed


def _begin(c: Connection, conversation: str, wish: Wish, state: State, agent: str | None = None) -> str:
    now = clock.now(c)
    row = {
        "ticket": _next_ticket(c, now), "conversation": conversation, "state": state.value, "version": 1,
        "reason": wish.reason, "skill": wish.skill, "level": wish.level, "priority": wish.priority,
        "elder": wish.elder, "summary": wish.summary, "slots": wish.slots or {}, "agent": agent,
        "last_agent": _last_agent(c, conversation), "since": now, "created_at": now,
        "queued_at": now if state == State.QUEUED else None,
    }  # fmt: skip
    new = c.execute(sa.insert(t.handoff).values(**row).returning(t.handoff)).one()
    _event(c, new.id, State.BOT.value, state.value, wish.reason, agent or "bot", 1)
    if agent:
        _hand_over(c, new)
    return str(new.ticket)


def _held(
    c: Connection, conversation: str, agent: str, version: int, states: frozenset[State] = SPOKEN_BY_AGENT
) -> t.Record:
    """The open episode, if this agent has it and it is as he saw it."""
    row = open_one(c, conversation)
    if row is None or State(row.state) not in states or row.agent != agent:
        raise NotYours
    _expect(row, version)
    return row


def _expect(row: t.Record, version: int) -> None:
    if row.version != version:
        raise Stale


def _hand_over(c: Connection, row: t.Record) -> None:
    """Let the conversation's owner follow the state; a change of owner makes a new version of the conversation."""
    spoken = State(row.state) in SPOKEN_BY_AGENT
    owner, agent = ("agent", row.agent) if spoken else ("bot", None)
    talk = t.conversation.c
    other = sa.or_(talk.owner != owner, talk.agent.is_distinct_from(agent))
    change = sa.update(t.conversation).where(talk.id == row.conversation, other)
    c.execute(change.values(owner=owner, agent=agent, version=talk.version + 1))


def _event(c: Connection, handoff_id: int, old: str, new: str, reason: str, actor: str, version: int) -> None:
    row = {"handoff_id": handoff_id, "from_state": old, "to_state": new, "reason": reason, "actor": actor}
    c.execute(sa.insert(t.handoff_event).values(**row, version=version, at=clock.now(c)))


def _last_agent(c: Connection, conversation: str) -> str | None:
    h = t.handoff.c
    query = (
        sa.select(h.agent).where(h.conversation == conversation, h.agent.is_not(None)).order_by(h.id.desc())
    )
    return c.execute(query.limit(1)).scalar_one_or_none()


def _next_ticket(c: Connection, now: float) -> str:
    """H, the day, and the number of the day's hand-off."""
    name = f"ticket:{day(now)}"
    insert_once(c, t.counter, {"name": name, "value": 0})
    query = sa.update(t.counter).where(t.counter.c.name == name).values(value=t.counter.c.value + 1)
    number = (c.execute(query.returning(t.counter.c.value))).scalar_one()
    return f"H{day(now)}{number:04d}"
