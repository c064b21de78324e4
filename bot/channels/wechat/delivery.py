"""The job that brings pieces to WeChat, with retries that end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence

import structlog

from bot.channels.wechat import outbox
from bot.channels.wechat.api import Api, Failure, Kind
from bot.channels.wechat.outbox import Renderer
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Store
from bot.gateway.store.wechat import followers, pieces
from bot.gateway.store.wechat.pieces import DuePiece

log = structlog.get_logger()

ATTEMPTS = 5
_AT_ONCE = 16
_LOOK = 1.0
_SLOWEST = 60.0


class Delivery:
    """Plans what was published and sends it. Another gateway's messages, left by a crash, are found by a sweep."""

    def __init__(
        self, store: Store, apis: Mapping[str, Api], renderer: Renderer, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._apis = apis
        self._renderer = renderer
        self._due: set[str] = set()
        self._waiting: set[str] = set()
        self._looked = float("-inf")
        self.wake = wake

    async def published(self, fresh: Sequence[Message]) -> None:
        spoken = {m.conversation for m in fresh if m.author != "customer"}
        mine = {name for name in spoken if name.startswith(followers.PREFIX)}
        self._due |= mine
        if mine:
            self.wake()

    async def sweep(self) -> bool:
        """Find what nobody told this process of."""
        self._due.update(await self._store.read(pieces.behind))
        self.wake()
        return False

    async def step(self) -> bool:
        """Plan and send what can be sent now. True when something was sent."""
        now = asyncio.get_running_loop().time()
        if now - self._looked > _LOOK:
            self._looked = now
            self._due, self._waiting = self._due | self._waiting, set()
        if self._due:
            looked, self._due = self._due, set()
            try:
                waiting = await self._store.write(outbox.plan_due, sorted(looked), self._renderer)
            except Exception:
                self._due |= looked
                raise
            self._waiting.update(waiting)
        due_pieces = await self._store.write(pieces.claim, _AT_ONCE)
        await asyncio.gather(*(self._send(piece) for piece in due_pieces))
        return bool(due_pieces)

    async def _send(self, piece: DuePiece) -> None:
        try:
            await self._apis[piece.account].send_text(piece.openid, piece.text)
        except KeyError:
            await self._store.write(pieces.end, piece.id, "undelivered")
        except Failure as failure:
            await self._failed(piece, failure)
        else:
            await self._store.write(pieces.sent, piece)

    async def _failed(self, piece: DuePiece, failure: Failure) -> None:
        again = failure.kind in (Kind.LATER, Kind.ACCOUNT, Kind.TOKEN) and piece.attempts < ATTEMPTS
        if again:
            pause = min(2.0**piece.attempts, _SLOWEST) * random.uniform(0.5, 1.0)
            await self._store.write(pieces.later, piece, failure.code, pause)
            return
        log.warning("wechat_undelivered", piece=piece.id, code=failure.code)
        if failure.kind in (Kind.CLOSED, Kind.GONE) and failure.code is not None:
            await self._store.write(pieces.refuse, piece.conversation, failure.code)
        else:
            await self._store.write(pieces.end, piece.id, "undelivered", failure.code)
