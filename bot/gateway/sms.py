"""Text messages: stored in the transaction that causes them, sent afterwards.

A demo has nobody to send through: the messages stay visible at /dev/sms. A company gives GRIDCARE_SMS_URL, to which
each message is posted as {"id", "phone", "text"}; the id makes a repeated post recognisable."""

from __future__ import annotations

import time
from typing import Any

import httpx
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gateway import tables as t
from bot.gateway.storage import Store

log = structlog.get_logger()

_ATTEMPTS = 5
_USEFUL = 300


async def queue(c: AsyncConnection, phone: str, text: str) -> None:
    """Store a message for sending."""
    await c.execute(sa.insert(t.sms).values(phone=phone, text=text, created_at=time.time()))


async def newest(store: Store, count: int = 20) -> list[dict[str, Any]]:
    """The newest messages of the demo's visible outbox."""
    query = sa.select(t.sms.c.id, t.sms.c.phone, t.sms.c.text, t.sms.c.created_at)
    async with store.read() as c:
        rows = await c.execute(query.order_by(t.sms.c.id.desc()).limit(count))
        return [dict(row._mapping) for row in rows]


class Sender:
    """Posts waiting messages to the company's SMS system."""

    def __init__(self, store: Store, client: httpx.AsyncClient, url: str) -> None:
        self._store = store
        self._client = client
        self._url = url

    async def step(self) -> bool:
        """Send one message. True when there was one to send."""
        now = time.time()
        due = sa.select(t.sms.c.id).where(t.sms.c.state == "new", t.sms.c.not_before <= now)
        claim = sa.update(t.sms).where(
            t.sms.c.id
            == due.order_by(t.sms.c.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
        )
        values = {"not_before": now + 15, "attempts": t.sms.c.attempts + 1}
        async with self._store.write() as c:
            row = (await c.execute(claim.values(**values).returning(t.sms))).first()
        if row is None:
            return False
        sent = now - row.created_at < _USEFUL and await self._post(row)
        gone = sent or row.attempts >= _ATTEMPTS or now - row.created_at >= _USEFUL
        # What is no longer needed is not kept: the text holds a code, the number belongs to a person.
        change = {"state": "sent" if sent else "failed", "text": "", "phone": ""} if gone else {
            "not_before": now + 2**row.attempts
        }  # fmt: skip
        async with self._store.write() as c:
            await c.execute(sa.update(t.sms).where(t.sms.c.id == row.id).values(**change))
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
