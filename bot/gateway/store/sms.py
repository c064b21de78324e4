"""Text messages: stored in the transaction that causes them, sent afterwards.

A demo has nobody to send through: the messages stay visible at /dev/sms. A company gives GRIDCARE_SMS_URL, to which
each message is posted as {"id", "phone", "text"}; the id makes a repeated post recognisable."""

from __future__ import annotations

from typing import Any

import httpx
import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from bot.gateway.store import clock
from bot.gateway.store import tables as t
from bot.gateway.store.storage import Store

log = structlog.get_logger()

_USEFUL = 300
DAY = 86_400.0
"""How long a message about an order is of use, in seconds."""
_RETRY = 10.0
_SLOWEST = 600.0


def queue(c: Connection, phone: str, text: str, useful: float = _USEFUL) -> None:
    """Store a message for sending; after `useful` seconds it is of no use and is not sent any more."""
    now = clock.now(c)
    c.execute(sa.insert(t.sms).values(phone=phone, text=text, created_at=now, until=now + useful))


def newest(c: Connection, count: int = 20) -> list[dict[str, Any]]:
    """The newest messages of the demo's visible outbox."""
    query = sa.select(t.sms.c.id, t.sms.c.phone, t.sms.c.text, t.sms.c.created_at)
    return [dict(row._mapping) for row in c.execute(query.order_by(t.sms.c.id.desc()).limit(count))]


def given_up(c: Connection) -> int:
    """How many messages went out of use in the last day before the SMS system took them."""
    lost = sa.select(sa.func.count()).where(t.sms.c.state == "failed", t.sms.c.until > clock.now(c) - DAY)
    return int(c.execute(lost).scalar_one())


class SmsSender:
    """Posts waiting messages to the company's SMS system, after growing pauses for as long as they are of use."""

    def __init__(self, store: Store, client: httpx.AsyncClient, url: str) -> None:
        self._store = store
        self._client = client
        self._url = url

    async def step(self) -> bool:
        """Send one message. True when there was one to send."""
        row = await self._store.write(_claim)
        if row is None:
            return False
        until = row.until or row.created_at + _USEFUL
        if self._store.clock() >= until:
            log.error("sms_given_up", sms=row.id, attempts=row.attempts - 1)
            await self._store.write(_forget, row.id, "failed")
        elif await self._post(row):
            await self._store.write(_forget, row.id, "sent")
        else:
            pause = min(_RETRY * 2.0 ** min(row.attempts - 1, 10), _SLOWEST)
            await self._store.write(_put_off, row.id, min(self._store.clock() + pause, until))
        return True

    async def _post(self, row: t.Record) -> bool:
        try:
            body = {"id": row.id, "phone": row.phone, "text": row.text}
            answer = await self._client.post(self._url, json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            log.warning("sms_not_sent", sms=row.id, error=type(error).__name__)
            return False
        return True


def _claim(c: Connection) -> t.Record | None:
    """The oldest message that is due, claimed until its next try."""
    now = clock.now(c)
    due = sa.select(t.sms.c.id).where(t.sms.c.state == "new", t.sms.c.not_before <= now)
    due = due.order_by(t.sms.c.id).limit(1).with_for_update(skip_locked=True)
    claim = sa.update(t.sms).where(t.sms.c.id == due.scalar_subquery())
    values = {"not_before": now + _RETRY, "attempts": t.sms.c.attempts + 1}
    return c.execute(claim.values(**values).returning(t.sms)).first()


def _put_off(c: Connection, number: int, until: float) -> None:
    c.execute(sa.update(t.sms).where(t.sms.c.id == number).values(not_before=until))


def _forget(c: Connection, number: int, state: str) -> None:
    """Keep nothing that is no longer needed: the text holds a code, the number belongs to a person."""
    c.execute(sa.update(t.sms).where(t.sms.c.id == number).values(state=state, text="", phone=""))
