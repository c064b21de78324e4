"""One access token per account for all processes: kept sealed in the database, fetched by whoever holds the lease.

`stable_token` gives the same token while it is valid, so a second caller does no harm; the lease keeps it to one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection

from bot.channels.wechat import tables as w
from bot.gateway.store.storage import Store, insert_once

_EARLY = 300.0  # WeChat renews five minutes before the end; both tokens work in between
_LEASE = 10.0
_POLL = 0.05
_FORCE_PAUSE = 60.0  # WeChat allows a forced renewal every 30 s and 20 a day


class NoToken(Exception):
    """Nobody got a token in time."""


@dataclass(frozen=True)
class Issued:
    token: str
    expires_in: float


class InMemory:
    """The token of a command that is soon over."""

    def __init__(self, fetch: Callable[[bool], Awaitable[Issued]]) -> None:
        self._fetch = fetch
        self._token: str | None = None

    async def get(self, refused: str | None = None) -> str:
        if self._token in (None, refused):
            self._token = (await self._fetch(False)).token
        assert self._token is not None
        return self._token


class AccessToken:
    """The token of one account. `fetch(force)` asks WeChat for one; what is stored can be read with `secret` only, the
    account's own, which the database does not hold."""

    def __init__(
        self, store: Store, account: str, secret: str, fetch: Callable[[bool], Awaitable[Issued]]
    ) -> None:
        self._store = store
        self._account = account
        key = hashlib.sha256(f"gridcare access token:{secret}".encode()).digest()
        self._seal = Fernet(base64.urlsafe_b64encode(key))
        self._fetch = fetch
        self._me = str(uuid.uuid4())
        self._alone = asyncio.Lock()

    async def get(self, refused: str | None = None) -> str:
        """A token that should work and is not the one that was refused. Raises NoToken and what `fetch` raises."""
        async with self._alone:
            return await self._get(refused)

    async def _get(self, refused: str | None) -> str:
        deadline = time.monotonic() + _LEASE
        while time.monotonic() < deadline:
            token, mine = await self._store.write(self._look, refused)
            if token:
                return token
            if mine:
                return await self._renew(refused)
            await asyncio.sleep(_POLL)
        raise NoToken

    def _look(self, c: Connection, refused: str | None) -> tuple[str | None, bool]:
        """The token when it is good, else whether we may fetch one."""
        now, k = time.time(), w.token.c
        insert_once(c, w.token, {"account": self._account})
        mine = k.account == self._account
        row = c.execute(sa.select(w.token).where(mine)).one()
        token = self._opened(row.token)
        if token and row.until > now and token != refused:
            return token, False
        lease = sa.update(w.token).where(mine, sa.or_(k.lease_until < now, k.holder == self._me))
        got = c.execute(lease.values(holder=self._me, lease_until=now + _LEASE))
        return None, bool(got.rowcount)

    def _opened(self, sealed: str) -> str:
        """The token, or "" when there is none that this secret has sealed."""
        with contextlib.suppress(InvalidToken):
            return self._seal.decrypt(sealed.encode()).decode()
        return ""

    async def _renew(self, refused: str | None) -> str:
        try:
            issued = await self._fetch(False)
            forced = issued.token == refused and await self._store.write(self._may_force)
            if forced:
                issued = await self._fetch(True)
        except BaseException:
            await self._store.write(self._store_row, {"lease_until": 0.0})
            raise
        until = time.time() + issued.expires_in - _EARLY
        await self._store.write(
            self._store_row,
            {
                "token": self._seal.encrypt(issued.token.encode()).decode(),
                "until": until,
                "lease_until": 0.0,
                "holder": None,
            },
        )
        return issued.token

    def _may_force(self, c: Connection) -> bool:
        now, k = time.time(), w.token.c
        allowed = sa.update(w.token).where(k.account == self._account, k.forced_at < now - _FORCE_PAUSE)
        return bool(c.execute(allowed.values(forced_at=now)).rowcount)

    def _store_row(self, c: Connection, values: dict[str, object]) -> None:
        mine = sa.update(w.token).where(w.token.c.account == self._account, w.token.c.holder == self._me)
        c.execute(mine.values(**values))
