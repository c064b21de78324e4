"""The background duty that fetches customers' pictures by their id and hands them in like any upload."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from bot.channels.wechat import tables as w
from bot.channels.wechat.api import Api, Failure, Kind
from bot.channels.wechat.reception import Reception, Taken
from bot.gateway.gateway import Gateway
from bot.gateway.loops import Loop
from bot.gateway.tables import Record
from bot.gateway.uploads import NotAPicture

_ATTEMPTS = 4
_LEASE = 15.0


class Pictures:
    """Fetches what was announced. `told` hears what was taken."""

    def __init__(
        self, gateway: Gateway, apis: Mapping[str, Api], reception: Reception,
        told: Callable[[Taken], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._gateway = gateway
        self._apis = apis
        self._reception = reception
        self._told = told
        self.loop = Loop("wechat-pictures", self.step, 1.0)

    async def step(self) -> bool:
        """Fetch one picture. True when there was one."""
        row = await self._gateway.store.write(_claim)
        if row is None:
            return False
        try:
            found = await self._apis[row.account].picture(row.media_id)
            upload = await self._gateway.uploads.keep(row.conversation, found.data)
        except (Failure, KeyError) as failure:
            again = isinstance(failure, Failure) and failure.kind in (Kind.LATER, Kind.TOKEN, Kind.ACCOUNT)
            if not again or row.attempts >= _ATTEMPTS:
                await self._end(row, None, "picture_lost")
        except NotAPicture:
            await self._end(row, None, "picture_unreadable")
        else:
            await self._end(row, upload.id)
        return True

    async def _end(self, row: Record, upload: str | None, trouble: str = "") -> None:
        await self._told(await self._gateway.store.write(self._reception.picture, row, upload, trouble))


def _claim(c: Connection) -> Record | None:
    now, r = time.time(), w.received.c
    due = sa.select(r.id).where(r.media_id.is_not(None), r.not_before <= now)
    first = due.order_by(r.id).limit(1).with_for_update(skip_locked=True)
    taken = sa.update(w.received).where(r.id.in_(first))
    return c.execute(
        taken.values(not_before=now + _LEASE, attempts=r.attempts + 1).returning(w.received)
    ).first()
