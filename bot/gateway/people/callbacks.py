"""Calls back by telephone: asked for when nobody could come, dialled when somebody can, tried again, and never at noon
or at night (desk.yml). The telephone line dials; whoever answers and wants a person takes his place in the queue.
An urgent fact is told the same way, at any hour.

A number is kept only as long as it is to be dialled."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import PROMISED, State
from bot.gateway.people import agents, handoff
from bot.gateway.store import announcements, clock, sms
from bot.gateway.store import tables as t
from bot.gateway.store.texts import Wording
from bot.region.desk import Callbacks

CALLING = "calling"
Outcome = Literal["person", "declined", "no_answer", "busy", "no_key", "not_dialled"]
"""What became of a call: a person was asked for, none is wanted any more, nobody answered, engaged, answered without
pressing a key (an answering machine), the line could not dial."""
_PROMISED = [state.value for state in PROMISED]
_LEASE = 180.0
_SOON = 60.0


@dataclass(frozen=True)
class Due:
    """A number to dial now, and for how many seconds it may ring. `tells`: what is told by this call, "" where the
    customer wants a person."""

    id: int
    conversation: str
    phone: str
    ring: float
    tells: str


def ask(c: Connection, conversation: str, phone: str, rules: Callbacks) -> str:
    """Call this number as soon as somebody can come; returns the ticket. Asking again changes the number."""
    row = handoff.open_one(c, conversation)
    if row is None:
        handoff.request(c, conversation, handoff.Wish("user_asked"), State.CALLBACK_WAIT)
    elif State(row.state) in {State.QUEUED, State.OFFERED}:
        handoff.move(c, row, State.CALLBACK_WAIT, "user_asked", "customer")
    return _note(c, conversation, phone, clock.now(c) + rules.after)


def announce(c: Connection, conversation: str, phone: str, telling: int, text: str) -> bool:
    """Call this number to tell a fact; False where this customer waits for a person or has one."""
    if handoff.open_one(c, conversation) is not None:
        return False
    handoff.request(c, conversation, handoff.Wish("policy", summary=text), State.CALLBACK_WAIT)
    _note(c, conversation, phone, clock.now(c), telling)
    return True


def _note(c: Connection, conversation: str, phone: str, not_before: float, telling: int | None = None) -> str:
    row = handoff.open_one(c, conversation)
    assert row
    c.execute(sa.delete(t.callback).where(t.callback.c.handoff_id == row.id))
    values = {
        "handoff_id": row.id, "conversation": conversation, "phone": phone, "not_before": not_before,
        "telling": telling,
    }  # fmt: skip
    c.execute(sa.insert(t.callback).values(**values, created_at=clock.now(c)))
    return str(row.ticket)


def withheld(c: Connection, rules: Callbacks, now: float) -> Set[int]:
    """Hand-offs that no agent gets yet, since their customers are to be called first. What the line has not dialled in
    time is given to an agent like any other, and danger at once."""
    k, h = t.callback.c, t.handoff.c
    waiting = sa.select(k.handoff_id, k.not_before, k.telling).join(t.handoff, h.id == k.handoff_id)
    waiting = waiting.where(k.state.in_([t.NEW, CALLING]), h.state.in_(_PROMISED), h.priority > 0)
    quiet = rules.quiet_at(clock.here(now))
    return {
        row.handoff_id
        for row in c.execute(waiting)
        if (quiet and row.telling is None) or row.not_before > now - rules.late
    }


def claim(c: Connection, rules: Callbacks, elsewhere: bool) -> Due | None:
    """The next number to dial, for at most as many calls as agents have places. `elsewhere`: people of another system
    answer."""
    now, k, h = clock.now(c), t.callback.c, t.handoff.c
    promised = sa.select(h.id).where(h.state.in_(_PROMISED))
    idle = sa.or_(k.state == t.NEW, sa.and_(k.state == CALLING, k.not_before <= now))
    served = sa.update(t.callback).where(idle, k.handoff_id.not_in(promised))
    faster = c.execute(served.values(state="done", phone="").returning(k.telling))  # an agent was
    for telling in faster.scalars().all():
        _told(c, telling, True)
    running = sa.select(sa.func.count()).where(k.state == CALLING, k.not_before > now)
    free = sum(seat.free for seat in agents.seats(c, now))
    if not elsewhere and free <= int(c.execute(running).scalar_one()):
        return None
    due = sa.select(k.id).where(
        k.state.in_([t.NEW, CALLING]), k.not_before <= now, k.handoff_id.in_(promised)
    )
    if rules.quiet_at(clock.here(now)):
        due = due.where(k.telling.is_not(None))
    due = due.order_by(k.created_at).limit(1).with_for_update(skip_locked=True)
    taken = sa.update(t.callback).where(k.id == due.scalar_subquery())
    values = {"state": CALLING, "attempts": k.attempts + 1, "not_before": now + _LEASE}
    row = c.execute(taken.values(**values).returning(t.callback)).one_or_none()
    return Due(row.id, row.conversation, row.phone, rules.ring, _text(c, row.telling)) if row else None


def report(c: Connection, number: int, outcome: Outcome, rules: Callbacks, wording: Wording) -> str | None:
    """What became of a call. Returns the conversation whose episode has changed by it."""
    k = t.callback.c
    row = c.execute(
        sa.select(t.callback).where(k.id == number, k.state == CALLING).with_for_update()
    ).one_or_none()
    if row is None:
        return None
    episode = handoff.open_one(c, row.conversation)
    waits = episode and episode.id == row.handoff_id and State(episode.state) in PROMISED
    if outcome == "person" or not episode or not waits:
        _over(c, number)
        _told(c, row.telling, True)
        return None
    if outcome == "declined":
        handoff.move(c, episode, State.CLOSED, "user_left", "customer", outcome="declined")
        _told(c, row.telling, True)
    elif outcome == "not_dialled":
        _again(c, row, _SOON, row.attempts - 1)
        return None
    elif row.attempts < rules.attempts:
        _again(c, row, rules.apart, row.attempts)
        return None
    else:
        handoff.move(c, episode, State.CLOSED, "user_left", "system", outcome="unreachable")
        if row.telling is None:
            sms.queue(c, row.phone, wording.say("sms_unreachable", ticket=episode.ticket), sms.DAY)
        _told(c, row.telling, False)
    _over(c, number)
    return str(row.conversation)


def _again(c: Connection, row: t.Record, pause: float, attempts: int) -> None:
    values = {"state": "new", "not_before": clock.now(c) + pause, "attempts": attempts}
    c.execute(sa.update(t.callback).where(t.callback.c.id == row.id).values(**values))


def _over(c: Connection, number: int) -> None:
    c.execute(sa.update(t.callback).where(t.callback.c.id == number).values(state="done", phone=""))


def _told(c: Connection, telling: int | None, told: bool) -> None:
    if telling is not None:
        announcements.settle(c, telling, told)


def _text(c: Connection, telling: int | None) -> str:
    """What is told by a call: the message that stands in the conversation."""
    query = sa.select(t.message.c.body).where(t.message.c.key == announcements.message_key(telling or 0))
    body = c.execute(query).scalar() if telling else None
    return str(body["text"]) if body else ""
