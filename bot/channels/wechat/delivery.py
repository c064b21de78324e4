"""The background duty that brings pieces to WeChat, with retries that end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence

import structlog

from bot.channels.wechat import outbox
from bot.channels.wechat.api import Api, Failure, Kind
from bot.channels.wechat.outbox import Renderer
from bot.gateway.store.loops import Loop
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Store
from bot.gateway.store.wechat import followers, pieces
from bot.gateway.store.wechat.pieces import Job

log = structlog.get_logger()

ATTEMPTS = 5
_AT_ONCE = 16
_SWEEP = 30.0
_LOOK = 1.0
_SLOWEST = 60.0


class Delivery:
    """Plans what was published and sends it. Another gateway's messages, left by a crash, are found by a sweep."""

    def __init__(self, store: Store, apis: Mapping[str, Api], renderer: Renderer) -> None:
        self._store = store
        self._apis = apis
        self._renderer = renderer
        self._due: set[str] = set()
        self._waiting: set[str] = set()
        self._swept = self._looked = float("-inf")
        self.loop = Loop("wechat", self.step, 0.25)

    async def published(self, fresh: Sequence[Message]) -> None:
        spoken = {m.conversation for m in fresh if m.author != "customer"}
        mine = {name for name in spoken if name.startswith(followers.PREFIX)}
        self._due |= mine
        if mine:
            self.loop.wake()

    async def step(self) -> bool:
        """Plan and send what can be sent now. True when something was sent."""
        now = time.monotonic()
        if now - self._swept > _SWEEP:
            self._swept = now
            self._due.update(await self._store.read(pieces.behind))
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
        jobs = await self._store.write(pieces.claim, _AT_ONCE)
        await asyncio.gather(*(self._send(job) for job in jobs))
        return bool(jobs)

    async def _send(self, job: Job) -> None:
        try:
            await self._apis[job.account].send_text(job.openid, job.text)
        except KeyError:
            await self._store.write(pieces.end, job.id, "undelivered")
        except Failure as failure:
            await self._failed(job, failure)
        else:
            await self._store.write(pieces.sent, job)

    async def _failed(self, job: Job, failure: Failure) -> None:
        again = failure.kind in (Kind.LATER, Kind.ACCOUNT, Kind.TOKEN) and job.attempts < ATTEMPTS
        if again:
            pause = min(2.0**job.attempts, _SLOWEST) * random.uniform(0.5, 1.0)
            await self._store.write(pieces.later, job, failure.code, pause)
            return
        log.warning("wechat_undelivered", piece=job.id, code=failure.code)
        if failure.kind in (Kind.CLOSED, Kind.GONE) and failure.code is not None:
            await self._store.write(pieces.refuse, job.conversation, failure.code)
        else:
            await self._store.write(pieces.end, job.id, "undelivered", failure.code)
