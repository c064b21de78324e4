"""Telling a fact to whoever it concerns: in time, over the best outlet that reaches them, and once.

A fact is kept before it is acknowledged. Its outlets take it in the commit that notes the telling, one by one in the
region's order, until as many have reached somebody as its urgency asks for. A telling is unique by fact, version, outlet
and addressee, so whatever dies in between, nobody is told twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

import structlog

from bot.gateway.announce.outlet import Addressee, Outlet
from bot.gateway.store import announcements, clock
from bot.gateway.store.announcements import Announcement
from bot.gateway.store.messages import Message
from bot.gateway.store.storage import Connection, Store
from bot.ports.errors import CompanyError
from bot.region.notices import NoticeRules

log = structlog.get_logger()

_RETRY = 30.0
_SLOWEST = 600.0


class _Enough(Exception):
    """This customer was told as much today as a day allows."""


class Announcer:
    """Keeps facts and brings them to the outlets of the gateway and its channels."""

    def __init__(
        self, store: Store, rules: NoticeRules, outlets: Callable[[], Iterable[Outlet]],
        tell: Callable[[Sequence[Message]], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._store = store
        self._rules = rules
        self._outlets = outlets
        self._tell = tell

    async def take(self, told: Announcement) -> bool:
        """Keep a fact; False when it is known. Raises KeyError for an unknown conversation."""
        return await self._store.write(announcements.take, told)

    async def step(self) -> bool:
        """Tell one fact. True when there was one to tell."""
        told = await self._store.write(announcements.claim)
        if told is None:
            return False
        try:
            until = await self._bring(told)
        except CompanyError:
            until = self._store.clock() + min(_RETRY * 2.0 ** min(told.attempts - 1, 10), _SLOWEST)
        except _Enough:
            until = self._rules.next_day(self._now()).timestamp()
        if until is not None:
            await self._store.write(announcements.put_off, told.id, until)
        return True

    async def sweep(self) -> bool:
        await self._store.write(announcements.sweep)
        return False

    def _now(self) -> datetime:
        return clock.here(self._store.clock())

    async def _bring(self, told: Announcement) -> float | None:
        """Until when it has to wait; None when nothing more is to be done. Raises CompanyError, _Enough."""
        if told.expires <= self._store.clock():
            await self._store.write(_end, told, "expired")
            return None
        if not told.urgent and (until := self._rules.peace_until(now := self._now())) > now:
            return until.timestamp()
        outlets = {each.name: each for each in self._outlets()}
        for outlet in (outlets[name] for name in self._rules.outlets if name in outlets):
            if await self._store.read(announcements.reached, told.id) >= self._rules.reach[told.urgent]:
                return None if await self._store.write(self._done, told) else self._store.clock()
            found = await outlet.addressees(told)
            await self._tell(await self._store.write(self._hand, told, outlet, found))
        await self._store.write(_end, told, "untold")
        return None

    def _hand(
        self, c: Connection, told: Announcement, outlet: Outlet, found: Sequence[Addressee]
    ) -> list[Message]:
        """Let an outlet tell those who have not been told over it and want to be."""
        if not announcements.lock(c, told):
            return []
        gone_to = announcements.addressed(c, told.id, outlet.name)
        wanted = [to for to in found if announcements.wants(c, told, outlet.name, to.name)]
        published: list[Message] = []
        for to in (each for each in wanted if each.name not in gone_to):
            if (
                not told.urgent
                and announcements.others_since(c, told, self._midnight()) >= self._rules.per_day
            ):
                raise _Enough
            telling = announcements.begin(c, told.id, outlet.name, to.name)
            handed = outlet.take(c, telling, told, to)
            published += handed.published
            if handed.told:
                announcements.settle(c, telling, True)
        return published

    def _midnight(self) -> float:
        return self._now().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()

    def _done(self, c: Connection, told: Announcement) -> bool:
        """End a fact that has reached as many as it should, unless an outlet has failed meanwhile."""
        announcements.lock(c, told)
        enough = announcements.reached(c, told.id) >= self._rules.reach[told.urgent]
        if enough:
            announcements.end(c, told.id, "told")
        return enough


def _end(c: Connection, told: Announcement, otherwise: str) -> None:
    """End a fact that no outlet is left for, or no time."""
    announcements.lock(c, told)
    somebody = announcements.reached(c, told.id) > 0
    announcements.end(c, told.id, "told" if somebody else otherwise)
    if not somebody:
        log.warning("announcement_reached_nobody", announcement=told.id, kind=told.kind, why=otherwise)
