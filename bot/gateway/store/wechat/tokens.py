"""The access tokens of all accounts, sealed, each renewed by the one process that holds its lease."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store.storage import insert_once
from bot.gateway.store.tables import Record
from bot.gateway.store.wechat import tables as w


def find(c: Connection, account: str) -> Record:
    """The row of an account, made at the first look."""
    insert_once(c, w.token, {"account": account})
    return c.execute(sa.select(w.token).where(w.token.c.account == account)).one()


def lease(c: Connection, account: str, holder: str, seconds: float) -> bool:
    """Whether this process may renew the token, for so many seconds."""
    now, k = clock.now(c), w.token.c
    free = sa.or_(k.lease_until < now, k.holder == holder)
    taken = sa.update(w.token).where(k.account == account, free)
    return bool(c.execute(taken.values(holder=holder, lease_until=now + seconds)).rowcount)


def force(c: Connection, account: str, pause: float) -> bool:
    """Whether a renewal may be forced now; not again before the pause is over."""
    now, k = clock.now(c), w.token.c
    allowed = sa.update(w.token).where(k.account == account, k.forced_at < now - pause)
    return bool(c.execute(allowed.values(forced_at=now)).rowcount)


def change(c: Connection, account: str, holder: str, /, **values: object) -> None:
    """Change the row as long as this process holds it."""
    mine = sa.update(w.token).where(w.token.c.account == account, w.token.c.holder == holder)
    c.execute(mine.values(**values))
