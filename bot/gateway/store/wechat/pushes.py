"""What WeChat pushed, each once: recognised when it is repeated, with what was answered and what is still to be fetched."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.storage import insert_once
from bot.gateway.store.tables import Record
from bot.gateway.store.wechat import tables as w

_KEPT = 900.0  # longer than a push is accepted after it was signed
_LEASE = 30.0


def known(c: Connection, account: str, openid: str, key: str, signature: str | None) -> Record | None:
    """The same push, seen before: by the signature that covers it, else by its key."""
    r, u = w.received.c, w.user.c
    same = sa.and_(r.account == account, r.signature == signature)
    row = c.execute(sa.select(w.received).where(same)).one_or_none() if signature else None
    if row is not None:
        return row
    mine = sa.join(w.received, w.user, r.conversation == u.conversation)
    query = sa.select(w.received).select_from(mine)
    return c.execute(query.where(u.account == account, u.openid == openid, r.key == key)).one_or_none()


def add(c: Connection, account: str, conversation: str, key: str, signature: str | None) -> bool:
    """Keep a push; False when it is there already."""
    row = {
        "account": account,
        "conversation": conversation,
        "key": key,
        "signature": signature,
        "at": clock.now(c),
    }
    return insert_once(c, w.received, row)


def lock(c: Connection, number: int) -> Record:
    return c.execute(sa.select(w.received).where(w.received.c.id == number).with_for_update()).one()


def change(c: Connection, number: int, **values: object) -> None:
    c.execute(sa.update(w.received).where(w.received.c.id == number).values(**values))


def runs(c: Connection, number: int) -> bool:
    """Whether a push still waits for its turn, or for its picture or recording."""
    both = sa.outerjoin(w.received, t.inbox, w.received.c.inbox_id == t.inbox.c.id)
    query = sa.select(w.received.c.media_id, t.inbox.c.state).select_from(both)
    row = c.execute(query.where(w.received.c.id == number)).one()
    return row.media_id is not None or row.state == "new"


def claim(c: Connection) -> Record | None:
    """The next push whose picture or recording is to be fetched."""
    now, r = clock.now(c), w.received.c
    due = sa.select(r.id).where(r.media_id.is_not(None), r.not_before <= now)
    first = due.order_by(r.id).limit(1).with_for_update(skip_locked=True)
    taken = sa.update(w.received).where(r.id.in_(first))
    return c.execute(
        taken.values(not_before=now + _LEASE, attempts=r.attempts + 1).returning(w.received)
    ).first()


def expire(c: Connection) -> None:
    """Forget pushes that could not be repeated any more."""
    old = sa.delete(w.received).where(w.received.c.at < clock.now(c) - _KEPT)
    c.execute(old.where(w.received.c.media_id.is_(None)))
