"""The network port over HTTP (docs/protocols.md, Backend)."""

from __future__ import annotations

from dataclasses import asdict

from bot.adapters.bulkhead import NOBODY, Bulkhead, path
from bot.ports.network import HeardFault, NetworkDevice, OutageFinding


class HttpNetwork:
    def __init__(self, bulkhead: Bulkhead) -> None:
        self._bulkhead = bulkhead

    async def devices(self) -> tuple[NetworkDevice, ...]:
        found: list[NetworkDevice] = []
        while page := await self._bulkhead.get(
            tuple[NetworkDevice, ...], path("network", "devices"), skip=len(found)
        ):
            found += page
        return tuple(found)

    async def reports(self, after: int) -> tuple[HeardFault, ...]:
        return await self._bulkhead.get(tuple[HeardFault, ...], path("network", "reports"), after=after)

    async def publish(self, finding: OutageFinding, key: str) -> None:
        body = asdict(finding) | {"since": finding.since.isoformat()}
        where = path("network", "outages", finding.id)
        await self._bulkhead.write(dict[str, object], "PUT", where, NOBODY, key, body)
