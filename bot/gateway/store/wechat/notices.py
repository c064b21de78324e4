"""Template messages on their way to WeChat, each once per telling, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import announcements, clock
from bot.gateway.store.wechat import followers
from bot.gateway.store.wechat import tables as w

_LEASE = 30.0
_REMEMBERED = 540.0
"""WeChat knows a client_msg_id again for ten minutes; after that a notice whose fate is unknown is not sent again."""
_N = w.notice.c


@dataclass(frozen=True)
class DueNotice:
    """A notice in hand. `key` makes a repeated call recognisable to WeChat."""

    id: int
    key: str
    kind: str
    fields: Mapping[str, str]
    account: str
    openid: str
    attempts: int


def add(c: Connection, conversation: str, kind: str, fields: Mapping[str, str], telling: int) -> None:
    """Keep a notice that is to be sent."""
    row = {
        "conversation": conversation, "kind": kind, "key": f"telling:{telling}", "telling": telling,
        "fields": dict(fields), "state": "new", "at": clock.now(c),
    }  # fmt: skip
    c.execute(sa.insert(w.notice).values(**row))


def claim(c: Connection) -> tuple[DueNotice | None, bool]:
    """The notice that is due next, and whether there was any work."""
    now = clock.now(c)
    due = sa.select(_N.id).where(_N.state.in_(("new", "sending")), _N.not_before <= now)
    due = due.order_by(_N.id).limit(1).with_for_update(skip_locked=True)
    taken = sa.update(w.notice).where(_N.id == due.scalar_subquery())
    row = c.execute(
        taken.values(not_before=now + _LEASE, attempts=_N.attempts + 1).returning(w.notice)
    ).one_or_none()
    if row is None:
        return None, False
    if row.state == "sending" and now - row.at > _REMEMBERED:
        _settle(c, row.id, row.telling, "unknown", told=True)
        return None, True
    person = followers.find(c, row.conversation)
    if person is None or not announcements.waits(c, row.telling):
        _settle(c, row.id, row.telling, "failed", told=False)
        return None, True
    if row.state == "new":
        c.execute(sa.update(w.notice).where(_N.id == row.id).values(state="sending", at=now))
    found = DueNotice(row.id, row.key, row.kind, row.fields, person.account, person.openid, row.attempts)
    return found, True


def later(c: Connection, notice: DueNotice, code: int | None, until: float) -> None:
    mine = sa.update(w.notice).where(_N.id == notice.id)
    c.execute(mine.values(state="new", code=code, not_before=until))


def sent(c: Connection, notice: DueNotice, message_id: str) -> None:
    telling = c.execute(sa.select(_N.telling).where(_N.id == notice.id)).scalar()
    c.execute(sa.update(w.notice).where(_N.id == notice.id).values(message_id=message_id))
    _settle(c, notice.id, telling, "sent", told=True)


def refused(c: Connection, notice: DueNotice, code: int | None) -> None:
    telling = c.execute(sa.select(_N.telling).where(_N.id == notice.id)).scalar()
    c.execute(sa.update(w.notice).where(_N.id == notice.id).values(code=code))
    _settle(c, notice.id, telling, "failed", told=False)


def finished(c: Connection, message_id: str, status: str) -> None:
    """WeChat says what became of a notice: success, failed:user block, failed: system failed."""
    row = c.execute(sa.select(_N.id, _N.telling).where(_N.message_id == message_id)).one_or_none()
    if row is not None:
        _settle(c, row.id, row.telling, status[:24], told=status == "success")


def _settle(c: Connection, number: int, telling: int | None, state: str, told: bool) -> None:
    c.execute(sa.update(w.notice).where(_N.id == number).values(state=state, fields=None))
    announcements.settle(c, telling, told)
