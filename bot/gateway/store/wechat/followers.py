"""Who is behind a conversation: openid, quota, bound accounts; and what is left when they unsubscribe.

A conversation has a random name. The row here is the only way from it to the openid, so deleting the row leaves the
records of the service without a person."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.messages import open_conversation
from bot.gateway.store.storage import insert_once
from bot.gateway.store.tables import Record
from bot.gateway.store.wechat import tables as w

PREFIX = "wx-"
DAY = 86_400.0
# What WeChat allows: customer-service messages, and for how many seconds.
BY_MESSAGE = (5, 2 * DAY)
BY_EVENT = (3, 60.0)


def find(c: Connection, conversation: str, lock: bool = False) -> Record | None:
    query = sa.select(w.user).where(w.user.c.conversation == conversation)
    return c.execute(query.with_for_update() if lock else query).one_or_none()


def of(c: Connection, account: str, openid: str) -> Record:
    """The person behind an openid, with a new conversation at the first contact."""
    mine = sa.select(w.user).where(w.user.c.account == account, w.user.c.openid == openid)
    known = c.execute(mine).one_or_none()
    if known is not None:
        return known
    name = PREFIX + secrets.token_hex(16)
    open_conversation(c, name, "wechat")
    row = {"conversation": name, "account": account, "openid": openid, "offered": []}
    insert_once(c, w.user, row)
    return c.execute(mine).one()


def change(c: Connection, conversation: str, **values: object) -> None:
    c.execute(sa.update(w.user).where(w.user.c.conversation == conversation).values(**values))


def allow(c: Connection, conversation: str, quota: tuple[int, float]) -> None:
    """What the customer did opens a window for messages; an event does not shorten one that is open."""
    count, seconds = quota
    now = clock.now(c)
    closed = sa.or_(w.user.c.quota_until < now, w.user.c.quota < 1)
    which = sa.update(w.user).where(w.user.c.conversation == conversation)
    if quota == BY_EVENT:
        which = which.where(closed)
    c.execute(which.values(quota=count, quota_until=now + seconds))


def bound(c: Connection, conversation: str) -> Sequence[Record]:
    """The bound accounts, oldest first."""
    mine = sa.select(w.binding).where(w.binding.c.conversation == conversation)
    return c.execute(mine.order_by(w.binding.c.verified_at)).all()


def bind(c: Connection, conversation: str, account_no: str, alias: str) -> None:
    unbind(c, conversation, account_no)
    row = {
        "conversation": conversation,
        "account_no": account_no,
        "alias": alias,
        "verified_at": clock.now(c),
    }
    c.execute(sa.insert(w.binding).values(**row))


def rename(c: Connection, conversation: str, account_no: str, alias: str) -> None:
    b = w.binding.c
    mine = sa.update(w.binding).where(b.conversation == conversation, b.account_no == account_no)
    c.execute(mine.values(alias=alias.strip()))


def unbind(c: Connection, conversation: str, account_no: str) -> None:
    """Also ends what was proved of the account in this conversation."""
    for table in (w.binding, t.identity):
        mine = sa.delete(table).where(table.c.conversation == conversation)
        c.execute(
            mine.where(
                table.c.account_no == account_no if table is w.binding else table.c.account == account_no
            )
        )


def erase(c: Connection, conversation: str) -> None:
    """The customer wants nothing to be kept: bindings, notices and the words of what was sent. Whoever goes on writing
    needs his openid for an answer; it goes when he unsubscribes."""
    for table in (w.binding, w.notice):
        c.execute(sa.delete(table).where(table.c.conversation == conversation))
    sent = sa.update(w.piece).where(w.piece.c.conversation == conversation, w.piece.c.state != t.NEW)
    c.execute(sent.values(text=""))


def forget(c: Connection, conversation: str) -> None:
    """The customer unsubscribed: openid, bindings, proofs, codes and what was to be sent are deleted."""
    for table in (w.binding, w.piece, w.notice, w.user, t.identity, t.code, t.wrong_try, t.announcement):
        c.execute(sa.delete(table).where(table.c.conversation == conversation))
    gone = sa.update(w.received).where(w.received.c.conversation == conversation)
    c.execute(gone.values(media_id=None, reply=""))


def binders(c: Connection, account_no: str) -> list[str]:
    """The conversations in which this account is bound."""
    query = sa.select(w.binding.c.conversation).where(w.binding.c.account_no == account_no)
    return list(c.execute(query.order_by(w.binding.c.conversation)).scalars())


def keep_visit(c: Connection, state: str, account: str, seconds: float) -> None:
    """Somebody is on the way to WeChat's page; those who did not come back within so many seconds are forgotten."""
    now = clock.now(c)
    c.execute(sa.delete(w.visit).where(w.visit.c.at < now - seconds))
    c.execute(sa.insert(w.visit).values(state=state, account=account, at=now))


def spend_visit(c: Connection, state: str, account: str, seconds: float) -> bool:
    """Whether they are back in time and for the first time."""
    v = w.visit.c
    mine = (v.state == state, v.account == account, v.at > clock.now(c) - seconds)
    return bool(c.execute(sa.delete(w.visit).where(*mine)).rowcount)
