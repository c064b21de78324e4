"""Template messages that were sent, each once per key, and what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store.storage import insert_once
from bot.gateway.store.wechat import tables as w


def begin(c: Connection, conversation: str, kind: str, key: str) -> bool:
    """Whether this notice still has to be sent; one that failed may be tried again."""
    row = {"conversation": conversation, "kind": kind, "key": key, "at": clock.now(c), "state": "new"}
    known = c.execute(sa.select(w.notice.c.state).where(w.notice.c.key == key)).scalar()
    if known is None:
        insert_once(c, w.notice, row)
    return known in (None, "failed")


def end(c: Connection, key: str, state: str, message_id: str | None, code: int | None) -> None:
    mine = sa.update(w.notice).where(w.notice.c.key == key)
    c.execute(mine.values(state=state, message_id=message_id, code=code))


def finished(c: Connection, message_id: str, status: str) -> None:
    """WeChat says what became of a notice: success, failed:user block, failed: system failed."""
    mine = sa.update(w.notice).where(w.notice.c.message_id == message_id)
    c.execute(mine.values(state=status[:24]))
