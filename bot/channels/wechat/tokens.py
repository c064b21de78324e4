"""One access token per account for all processes: kept sealed in the database, fetched by whoever holds the lease.

`stable_token` gives the same token while it is valid, so a second caller does no harm; the lease keeps it to one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken

from bot.gateway.store import clock
from bot.gateway.store.storage import Connection, Store
from bot.gateway.store.wechat import tokens

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
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LEASE
        while loop.time() < deadline:
            token, mine = await self._store.write(self._look, refused)
            if token:
                return token
            if mine:
                return await self._renew(refused)
            await asyncio.sleep(_POLL)
        raise NoToken

    def _look(self, c: Connection, refused: str | None) -> tuple[str | None, bool]:
        """The token when it is good, else whether we may fetch one."""
        row = tokens.find(c, self._account)
        token = self._opened(row.token)
        if token and row.until > clock.now(c) and token != refused:
            return token, False
        return None, tokens.lease(c, self._account, self._me, _LEASE)

    def _opened(self, sealed: str) -> str:
        """The token, or "" when there is none that this secret has sealed."""
        with contextlib.suppress(InvalidToken):
            return self._seal.decrypt(sealed.encode()).decode()
        return ""

    async def _renew(self, refused: str | None) -> str:
        try:
            issued = await self._fetch(False)
            forced = issued.token == refused and await self._store.write(
                tokens.force, self._account, _FORCE_PAUSE
            )
            if forced:
                issued = await self._fetch(True)
        except BaseException:
            await self._change(lease_until=0.0)
            raise
        until = self._store.clock() + issued.expires_in - _EARLY
        sealed = self._seal.encrypt(issued.token.encode()).decode()
        await self._change(token=sealed, until=until, lease_until=0.0, holder=None)
        return issued.token

    async def _change(self, **values: object) -> None:
        await self._store.write(tokens.change, self._account, self._me, **values)
