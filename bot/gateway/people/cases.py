"""Cases at a desk outside of GridCare: which episode is which case there, and how far it has been told."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.core.handoff import SPOKEN_BY_AGENT, WAITING
from bot.gateway.store import clock, messages
from bot.gateway.store import tables as t
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import insert_once
from bot.gateway.store.tables import Record

_BEFORE = 30  # messages an agent reads of what was said before
_LEASE = 30.0
_LIVING = [state.value for state in WAITING | SPOKEN_BY_AGENT]


def claim(c: Connection) -> Record | None:
    """The next case that has news for the desk, new episodes among them; not again before the lease is over."""
    known = sa.select(t.outside_case.c.handoff_id)
    waiting = sa.select(t.handoff.c.id, t.handoff.c.conversation).where(
        t.handoff.c.state.in_([state.value for state in WAITING]), t.handoff.c.id.not_in(known)
    )
    for new in c.execute(waiting).all():
        insert_once(c, t.outside_case, {"handoff_id": new.id, "conversation": new.conversation})
    k, now = t.outside_case.c, clock.now(c)
    ended = t.handoff.c.state.not_in(_LIVING)
    fresh = sa.or_(k.cursor == 0, t.conversation.c.last_seq > k.cursor, ended)
    joined = sa.join(t.outside_case, t.handoff, k.handoff_id == t.handoff.c.id).join(
        t.conversation, k.conversation == t.conversation.c.id
    )
    due = sa.select(k.handoff_id).select_from(joined).where(k.open, k.not_before <= now, fresh)
    first = (
        due.order_by(t.handoff.c.priority, k.handoff_id)
        .limit(1)
        .with_for_update(of=t.outside_case, skip_locked=True)
    )
    taken = sa.update(t.outside_case).where(k.handoff_id.in_(first)).values(not_before=now + _LEASE)
    return c.execute(taken.returning(t.outside_case)).first()


def news(c: Connection, row: Record) -> tuple[Record, Record, list[Message]]:
    """The episode, the conversation, and its messages after the cursor."""
    found = c.execute(sa.select(t.handoff).where(t.handoff.c.id == row.handoff_id)).one()
    talk = c.execute(sa.select(t.conversation).where(t.conversation.c.id == row.conversation)).one()
    begin = row.cursor or max(0, talk.last_seq - _BEFORE)
    return found, talk, messages.after(c, row.conversation, begin)


def why(c: Connection, handoff_id: int) -> str:
    """The reason of the last change of an episode."""
    events = sa.select(t.handoff_event.c.reason).where(t.handoff_event.c.handoff_id == handoff_id)
    return str(c.execute(events.order_by(t.handoff_event.c.id.desc()).limit(1)).scalar_one())


def episode(c: Connection, reference: str) -> Record | None:
    """The open episode of a case, locked."""
    number = c.execute(
        sa.select(t.outside_case.c.handoff_id).where(t.outside_case.c.reference == reference)
    ).scalar_one_or_none()
    if number is None:
        return None
    query = sa.select(t.handoff).where(t.handoff.c.id == number, t.handoff.c.state.in_(_LIVING))
    return c.execute(query.with_for_update()).one_or_none()


def note(c: Connection, handoff_id: int, /, **values: object) -> None:
    """Keep how far the desk has been told."""
    c.execute(sa.update(t.outside_case).where(t.outside_case.c.handoff_id == handoff_id).values(**values))


def close(c: Connection, reference: str) -> None:
    """The desk needs to hear of it no more."""
    c.execute(sa.update(t.outside_case).where(t.outside_case.c.reference == reference).values(open=False))


def references(c: Connection) -> Sequence[str]:
    """The desk's references of all open cases."""
    k = t.outside_case.c
    query = sa.select(k.reference).where(k.open, k.reference.is_not(None))
    return list(c.execute(query).scalars())
